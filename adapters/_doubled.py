"""Which of several messages of one key are over."""

from __future__ import annotations

from collections.abc import Sequence


def over(found: Sequence[str], keep: str | None) -> list[str]:
    """Return all of them, the oldest first, but the one to `keep`, or but the first; none if that is not there."""
    kept = keep or next(iter(found), "")
    return [one for one in found if one != kept] if kept in found else []
