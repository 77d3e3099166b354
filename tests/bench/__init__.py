"""What Sitrep costs: `python -m tests.bench [name ...]`.  docs/benchmarks.md says what each figure means.

Nothing here is a test: the figures are printed, never asserted.
"""
