"""Several real programs on one real PostgreSQL, between a local Slack and a local Discord, on a very bad day.

python -m tests.chaos --rounds 10            ten days, each with a seed of its own, which is printed
python -m tests.chaos --seed 4711            that very day once more
"""
