"""Names as they are used in keys and addresses."""

from __future__ import annotations

import re


def slug(name: str) -> str:
    """Return a name as it is used in keys: lower case, with hyphens for everything but letters and digits."""
    return re.sub(r"[\W_]+", "-", name.casefold()).strip("-")
