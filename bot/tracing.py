"""Spans: what is done, from when to when, and as part of what; the port for them.

While nobody asked for traces, nothing is imported for them, and a span costs as much as a function that returns.
Attributes are few and small: never a secret, and never an address, of which some hold one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Protocol, Self

# Of a function its name is told: to find it out costs nothing where nobody asks.
Value = str | int | Callable[..., object]


class Span(Protocol):
    """Something that is being done."""

    def note(self, name: str, value: Value) -> None:
        """Add what was not known when it began."""
        ...


class Traces(Protocol):
    """Where spans go; it never fails, and never waits."""

    def span(self, name: str, attributes: Mapping[str, Value]) -> AbstractContextManager[Span]:
        """Open a span for the length of a block, within the one that this task is in."""
        ...


class Nothing:
    """A span that goes nowhere."""

    __slots__ = ()

    def __enter__(self) -> Self:
        """Begin nothing."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """End nothing."""

    def note(self, name: str, value: Value) -> None:
        """Forget it."""


_NOTHING = Nothing()
_to: list[Traces] = []


def span(name: str, /, **attributes: Value) -> AbstractContextManager[Span]:
    """Open a span for the length of a block; it goes wherever this process sends its traces, mostly nowhere."""
    return _to[-1].span(name, attributes) if _to else _NOTHING


def begin(traces: Traces) -> None:
    """Send what begins from now on there."""
    _to.append(traces)


def end() -> None:
    """Send nothing more."""
    _to.clear()
