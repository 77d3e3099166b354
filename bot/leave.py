"""Leave to send: whether the step at hand is still this instance's, asked right before anything goes out."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar

from bot.errors import TemporaryFailure

# Whether whoever is at it may still send, asked for the step at hand; what is not a step may always.
may_send: ContextVar[Callable[[], bool] | None] = ContextVar("may_send", default=None)


def require_leave() -> None:
    """Raise TemporaryFailure if the step at hand may be another's by now: for just before anything is posted.

    Whoever was stopped for longer than a lease, and wakes in the middle of a step, does not know.
    """
    asked = may_send.get()
    if asked is not None and not asked():
        raise TemporaryFailure("this instance was away for longer than it may be: another may have done it")
