"""Who may do what."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.access import ADMINISTERING, ADMINS, FREE, RESPONDERS, RESPONDING, RIGHTS, Access, Right, Who
from bot.model import Action, Person

SOMEBODY = Person("discord", "1", "on-call")


@pytest.mark.parametrize("action", Action)
def test_where_nobody_is_named_everybody_may_do_everything_but_what_is_for_admins(action: Action) -> None:
    assert Access(admins=("discord:2",)).permits(SOMEBODY, action) is (action not in ADMINISTERING)


@pytest.mark.parametrize("action", Action)
def test_to_look_and_to_say_how_it_is_is_for_everybody(action: Action) -> None:
    assert Access(responders=()).permits(SOMEBODY, action) is (action not in RESPONDING | ADMINISTERING)
    assert {Action.AFFECTED, Action.WORKS, Action.REPORT, Action.STATUS, Action.HISTORY, Action.DETAILS}.isdisjoint(
        RESPONDING
    )


@pytest.mark.parametrize(
    ("named", "may"),
    [
        ("discord:1", True),
        ("discord:role:9", True),
        ("slack:1", False),
        ("discord:role:1", False),
        ("discord:9", False),
    ],
)
def test_somebody_is_meant_by_their_id_or_by_a_role(named: str, *, may: bool) -> None:
    person = replace(SOMEBODY, roles=("8", "9"))

    assert Access(responders=(named,)).permits(person, Action.ACK) is may
    assert Access(admins=(named,), responders=()).permits(person, Action.ACK) is may
    assert Access(admins=(named,)).permits(person, Action.WATCH) is may
    assert not Access(responders=(named,)).permits(person, Action.WATCH)


def test_a_rota_stands_for_its_people() -> None:
    access = Access(admins=("oncall:web", "slack:U1"), responders=("oncall:none",))

    assert access.with_rotas({"web": ("slack:U1", "discord:2")}) == Access(("slack:U1", "discord:2"), ())


@pytest.mark.parametrize("action", Action)
def test_whatever_can_be_asked_for_needs_exactly_one_right(action: Action) -> None:
    assert action in RIGHTS, f"write Action.{action.name} into one of the rights in bot/core/access.py"
    assert Action(action) in RESPONDING | ADMINISTERING or RIGHTS[action] in FREE


COLLEAGUE, ENGINEER, LEAD = (Person("slack", f"U{n}", "somebody") for n in (1, 2, 3))
SUPPORT = replace(COLLEAGUE, groups=("slack:S5",))
GENERAL = Access(
    admins=("slack:U3",),
    responders=("slack:U2",),
    may={Right.NOTE: None, Right.LINK: (RESPONDERS, "slack:S5"), Right.FALLBACK: (ADMINS,), Right.MUTE: ()},
)
OPEN = replace(GENERAL, responders=None)
SHUT = replace(GENERAL, responders=(), may={**GENERAL.may, Right.NOTE: (ADMINS,)})
TEAM = replace(GENERAL, channels=(("slack:C1", OPEN), ("slack:#war-room", SHUT), ("discord:9", OPEN)))
IDS = {"slack:C1": "C1", "slack:#war-room": "C2"}


@pytest.mark.parametrize(
    ("where", "person", "may"),
    [
        ("C9", COLLEAGUE, {Right.NOTE}),
        ("C9", SUPPORT, {Right.NOTE, Right.LINK}),
        ("C9", ENGINEER, {Right.ACK, Right.NOTE, Right.LINK, Right.ONCALL}),
        ("C9", LEAD, set(RIGHTS.values()) - FREE),
        ("C1", COLLEAGUE, {Right.ACK, Right.NOTE, Right.LINK, Right.ONCALL}),
        ("C1", LEAD, set(RIGHTS.values()) - FREE),
        ("C2", ENGINEER, set()),
        ("C2", SUPPORT, {Right.LINK}),
        ("C2", LEAD, set(RIGHTS.values()) - FREE),
        ("", COLLEAGUE, {Right.NOTE}),
        ("", ENGINEER, {Right.ACK, Right.NOTE, Right.LINK, Right.ONCALL}),
    ],
)
def test_who_may_do_what_in_which_channel(where: str, person: Person, may: set[Right]) -> None:
    allowed = {action for action in Action if all(one.permits(person, action) for one in TEAM.at("slack", where, IDS))}
    rights = {RIGHTS[action] for action in allowed} - FREE

    # Those that others add are as responders have them.
    known = {Right.ACK, Right.NOTE, Right.LINK, Right.ONCALL, Right.FALLBACK, Right.MUTE, Right.WATCH, Right.AUDIT}
    assert rights & known == may & known
    assert {action for action in Action if RIGHTS[action] in FREE} <= allowed


def test_a_channel_that_is_not_known_yet_opens_nothing_and_shuts_everywhere() -> None:
    unknown = {"slack:C1": "C1"}

    assert TEAM.at("slack", "C1", unknown) == (OPEN,)
    assert TEAM.at("slack", "C9", unknown) == (SHUT, TEAM)
    assert TEAM.at("discord", "9", {"discord:9": "9"}) == (OPEN,)
    assert TEAM.at("discord", "C1", {"discord:9": "9"}) == (TEAM,)
    assert TEAM.at("console", "", {}) == (TEAM,)


PEOPLE = st.sampled_from(["slack:U1", "slack:U2", "slack:S5", RESPONDERS, ADMINS])
LISTS = st.none() | st.lists(PEOPLE, max_size=2).map(tuple)
SOME = st.lists(st.sampled_from(["slack:U1", "slack:U2", "slack:S5"]), max_size=2).map(tuple)


@st.composite
def accesses(draw: st.DrawFn) -> Access:
    def one() -> Access:
        may: dict[Right, Who] = draw(st.dictionaries(st.sampled_from([Right.ACK, Right.MUTE, Right.WATCH]), LISTS))
        return Access(admins=draw(SOME), responders=draw(st.none() | SOME), may=may)

    channels = tuple((f"slack:#{name}", one()) for name in draw(st.lists(st.sampled_from("abc"), unique=True)))
    return replace(one(), channels=channels)


@given(accesses(), st.sampled_from(["C1", "C2", "C9"]), st.sets(st.sampled_from(["slack:#a", "slack:#b", "slack:#c"])))
def test_nobody_gets_in_because_a_channel_could_not_be_looked_up(access: Access, where: str, lost: set[str]) -> None:
    ids = {"slack:#a": "C1", "slack:#b": "C2", "slack:#c": "C3"}
    known = {name: id_ for name, id_ in ids.items() if name not in lost}

    for action in (Action.ACK, Action.MUTE, Action.WATCH):
        without = all(one.permits(COLLEAGUE, action) for one in access.at("slack", where, known))
        assert not without or all(one.permits(COLLEAGUE, action) for one in access.at("slack", where, ids))


@given(accesses())
def test_more_groups_never_take_anything_away(access: Access) -> None:
    for action in Action:
        assert access.permits(SUPPORT, action) >= access.permits(COLLEAGUE, action)


def test_rotas_are_replaced_everywhere() -> None:
    there = Access(responders=("oncall:web",), may={Right.MUTE: ("oncall:web", ADMINS), Right.NOTE: None})
    access = replace(there, channels=(("slack:C1", there),))

    found = access.with_rotas({"web": ("slack:U1",)})

    resolved = Access(responders=("slack:U1",), may={Right.MUTE: ("slack:U1", ADMINS), Right.NOTE: None})
    assert found == replace(resolved, channels=(("slack:C1", resolved),))
    assert found.everybody == ("slack:U1",)


def test_the_groups_that_are_named_anywhere_are_known() -> None:
    there = Access(responders=("slack:S7",))
    access = Access(admins=("slack:S1", "slack:U1"), may={Right.ACK: ("slack:S5",)}, channels=(("slack:C1", there),))

    assert access.groups == ("slack:S1", "slack:S5", "slack:S7")
