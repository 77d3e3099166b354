"""Direct messages: who gets one, and what of an incident is told there."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core import converge, direct
from bot.core.converge import addressed, next_step
from bot.core.message import Call, Reach
from bot.core.replies import is_broadcast
from bot.model import Calling, ChangeKind, Destination, Impact, Ref, StepKind, TimelineEntry, Transition
from tests.unit.build import announcement, entry, incident

OPS, HERE, CONSOLE = Destination("slack", "C1"), Destination("discord", "7"), Destination("console")
ANNA, BEN = Destination("slack", "U1"), Destination("discord", "user:5")
BOTH = frozenset({"slack", "discord"})
KEYS = ("slack:U1", "discord:5")
RISE = (Transition("impact", Impact.MINOR, Impact.CRITICAL),)


@pytest.mark.parametrize(
    ("to", "key"),
    [
        ("slack:U0123", "slack:U0123"),
        ("slack:W0123", "slack:W0123"),
        ("slack:T0123/U0123", "slack:U0123"),
        ("slack:C0123", ""),
        ("slack:#users", ""),
        ("slack:D0123", ""),
        ("discord:user:5", "discord:5"),
        ("discord:5", ""),
        ("console", ""),
        ("pagerduty:user", ""),
    ],
)
def test_a_destination_is_a_person_or_a_place(to: str, key: str) -> None:
    found = Destination.parse(to)

    assert (direct.key_of(found), direct.is_direct(found)) == (key, bool(key))
    assert str(found) == to


@pytest.mark.parametrize(
    ("told", "connected", "begins"),
    [
        ((OPS,), BOTH, ()),
        ((HERE,), BOTH, ()),
        ((CONSOLE,), BOTH, (ANNA, BEN)),
        ((), {"slack"}, (ANNA,)),
        ((CONSOLE,), set[str](), ()),
        # Somebody else's direct messages call nobody else; their own do.
        ((Destination("slack", "U9"),), {"slack"}, (ANNA,)),
        ((ANNA,), BOTH, ()),
    ],
)
def test_who_can_not_be_called_by_any_channel_is_told_directly(
    told: tuple[Destination, ...], connected: set[str], begins: tuple[Destination, ...]
) -> None:
    assert direct.beside(KEYS, told, connected) == begins


def test_somebody_is_called_in_channels_and_in_their_own_messages_alone() -> None:
    called = direct.calls(KEYS, (OPS, CONSOLE, ANNA, Destination("slack", "U9")))

    assert [one.to for one in called] == ["slack:C1", "console", "slack:U1"]
    assert direct.calls((), (OPS,)) == ()


def entries() -> tuple[TimelineEntry, ...]:
    return (
        entry(2, "We are looking."),
        replace(entry(3, kind=ChangeKind.IMPACT_CHANGED), transitions=RISE),
        replace(entry(4, kind=ChangeKind.NUDGED), calls=(Calling(who=("slack:U1",), to="slack:U1"),)),
        replace(entry(5, kind=ChangeKind.NUDGED), calls=(Calling(who=("slack:U9",), to="slack:U9"),)),
        replace(entry(6, kind=ChangeKind.RESOLVED), hushed=True),
    )


def test_there_only_what_a_channel_hears_or_what_is_meant_for_its_reader_is_told() -> None:
    mine = replace(announcement(ANNA), root=Ref("D1:1"), last_seq=1)

    told = []
    while (step := next_step(mine, incident(), [e for e in entries() if e.seq > mine.last_seq], longest=4000)) and (
        step.kind is not StepKind.EDIT
    ):
        told.append(step.through)
        mine = converge.stepped(mine, step, None)

    assert told == [3, 4]


def test_it_is_told_where_it_can_not_be_passed_over_and_calls_nobody() -> None:
    rise = replace(entries()[1], calls=(Calling(who=("@here",), to="slack:U1"), Calling(who=("@here",), to="slack:C1")))
    mine, ours = (replace(announcement(to), root=Ref("D1:1"), last_seq=2) for to in (ANNA, OPS))
    step = next_step(mine, incident(), [rise], longest=4000)
    assert step is not None
    message = converge.message_for(step, incident())

    there, here = (addressed(message, step, one, [rise], incident()) for one in (mine, ours))

    assert (there.broadcast, there.calls) == (True, ())
    assert there.about is not None
    assert here.calls == (Call(Reach.HERE),)


def test_where_a_channel_is_told_apart_from_its_threads_a_person_is_told_once() -> None:
    mine = replace(announcement(BEN), root=Ref("@1/1"), last_seq=2)

    step = next_step(mine, incident(), [entries()[1]], longest=4000, apart=True)

    assert step is not None
    assert step.kind is StepKind.REPLY


@given(st.lists(st.sampled_from(entries()), unique=True, max_size=5), st.sampled_from((ANNA, BEN)))
def test_whatever_was_said_nothing_is_told_directly_that_nobody_had_to_hear(
    said: list[TimelineEntry], to: Destination
) -> None:
    said = sorted(said, key=lambda one: one.seq)

    step = next_step(replace(announcement(to), root=Ref("1"), last_seq=1), incident(), said, longest=4000)

    for one in step.entries if step else ():
        assert is_broadcast(one) or any(call.to == str(to) for call in one.calls)
