"""Who may do what."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.core.access import ADMINISTERING, RESPONDING, Access
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
