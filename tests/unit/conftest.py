"""Property tests that find the same thing on every machine.

To look further: `pytest tests/unit --hypothesis-profile=explore`; a failure prints the blob that repeats it.
"""

from hypothesis import settings

settings.register_profile("steady", max_examples=25, deadline=None, derandomize=True, print_blob=True)
settings.register_profile("explore", max_examples=3000, deadline=None, print_blob=True)

# "ci" is what Hypothesis itself chooses where the variable CI is set.
if settings.get_current_profile_name() in {"default", "ci"}:
    settings.load_profile("steady")
