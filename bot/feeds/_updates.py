"""What every format does with the statements of one incident."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from itertools import groupby

from bot.model import State, Update


def oldest_first(updates: Iterable[Update]) -> tuple[Update, ...]:
    """Return updates in the order of time, each id once, as last said; at the same time, the given order stands."""
    in_order = sorted(updates, key=lambda update: update.at)
    last_said = {update.id: update for update in in_order}
    return tuple(update for update in in_order if last_said[update.id] is update)


def ended_at(updates: tuple[Update, ...]) -> datetime | None:
    """Return when the last open spell ended, None while it lasts; later notes do not move the end."""
    end = None
    for update in reversed(updates):
        if not update.state.is_over:
            break
        end = update.at
    return end


def by_time(statements: Iterable[tuple[datetime, State, str]]) -> tuple[Update, ...]:
    """Return statements that have no ids, oldest first, each known by its time.

    Those of one moment are numbered in the order of their words: the order in which a page lists them means nothing.
    """
    in_order = sorted(statements, key=lambda one: (one[0], one[2], one[1]))
    return tuple(
        Update(at.isoformat() + (f" {number}" if number else ""), state, words, at)
        for at, together in groupby(in_order, key=lambda one: one[0])
        for number, (_, state, words) in enumerate(together)
    )
