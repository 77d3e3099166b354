"""An answer whatever goes wrong, and in time: also if the database is away, or says nothing at all."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial
from typing import TypeVar

from bot.core import remarks
from bot.core.message import Reply
from bot.errors import StoreUnavailable
from bot.ports import Answer
from bot.store.database import impatient

log = logging.getLogger(__name__)
T = TypeVar("T")

Offers = tuple[tuple[str, str], ...]
# How long one transaction may take, in seconds, while somebody waits; platforms give a form, and what is offered while
# somebody types, three seconds in all.
PATIENCE, BEFORE_A_FORM, _WHILE_TYPING = 4.0, 1.5, 1.5


async def or_failed(work: Callable[[], Awaitable[T]], patience: float = PATIENCE) -> T | Reply:
    """Return what somebody waits for, or what went wrong with it."""
    try:
        with impatient(patience):
            return await work()
    except StoreUnavailable as error:
        log.warning("not answered for want of the database: %s", error)
        return remarks.failed(error)
    except Exception as error:
        log.exception("an answer failed")
        return remarks.failed(error)


async def answered(work: Callable[[], Awaitable[Answer]]) -> Answer:
    """Return the answer, or what went wrong with it; what is to take its place later is as sure to come."""
    answer = await or_failed(work)
    if isinstance(answer, Reply):
        return Answer(answer)
    return answer if answer.later is None else replace(answer, later=partial(_later, answer.later))


async def _later(work: Callable[[], Awaitable[Reply]]) -> Reply:
    return await or_failed(work)


async def offered(work: Callable[[], Awaitable[Offers]]) -> Offers:
    """Return what is offered while somebody types: whatever goes wrong, that can be sent as it is."""
    try:
        with impatient(_WHILE_TYPING):
            return await work()
    except StoreUnavailable as error:
        log.warning("nothing could be offered: %s", error)
    except Exception:
        log.exception("nothing could be offered")
    return ()
