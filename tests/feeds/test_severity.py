from __future__ import annotations

from itertools import permutations

from bot.feeds._severity import gravest, worst
from bot.model import ComponentStatus, Impact


def test_at_the_same_rank_a_known_word_beats_unknown_in_whatever_order_they_come() -> None:
    for impacts in permutations((Impact.UNKNOWN, Impact.MINOR, Impact.NONE)):
        assert gravest(impacts, Impact.NONE) is Impact.MINOR


def test_where_there_is_nothing_the_default_stands() -> None:
    assert gravest((), Impact.UNKNOWN) is Impact.UNKNOWN
    assert worst((), Impact.NONE) is Impact.NONE


def test_components_are_as_bad_as_the_worst_of_them() -> None:
    statuses = (ComponentStatus.UNKNOWN, ComponentStatus.PARTIAL_OUTAGE, ComponentStatus.OPERATIONAL)

    assert worst(statuses, Impact.NONE) is Impact.MAJOR
