"""Whether a vendor itself calls some words of its own the root cause; nothing is read into them."""

from __future__ import annotations

import re

# A heading of its own, as Google Cloud writes it: `**Root Cause:**`.
_HEADED = re.compile(r"(?im)^[\W_]*(?:preliminary |initial )?root[ -]cause(?: analysis)?[\W_]*?(?::|$)")


def is_headed(text: str) -> bool:
    """Whether a part of it stands under the heading `Root cause`."""
    return _HEADED.search(text) is not None
