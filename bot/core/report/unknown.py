"""What is not known, with the reason."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Unknown:
    """Something that is not known, and why."""

    reason: str


def known(value: T | Unknown | None) -> T | None:
    """Return a value that is known, None where it is not."""
    return None if isinstance(value, Unknown) else value
