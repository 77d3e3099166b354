"""Whether a vendor itself calls some words of its own the root cause; nothing is read into them."""

from __future__ import annotations

import re

# A heading of its own, as Google Cloud writes it: `**Root Cause:**`.  Within a line, and what was passed is passed: a
# vendor's words of forty kilobytes must not take longer than they are long.
_HEADED = re.compile(
    r"(?im)^(?:[^\w\n]|_)*+(?:preliminary |initial )?root[ -]cause(?: analysis)?(?:[^\w\n:]|_)*+(?::|$)"
)


def is_headed(text: str) -> bool:
    """Whether a part of it stands under the heading `Root cause`."""
    return _HEADED.search(text) is not None
