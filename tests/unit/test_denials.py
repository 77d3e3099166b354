"""What somebody is told who may not: what it is, and who may."""

from __future__ import annotations

import pytest

from bot.core.access import ADMINS, RESPONDERS, RESPONDING, Access, Right
from bot.core.denials import not_permitted
from bot.core.message import plain
from bot.model import Action

NAMES = {"slack:U1": "First engineer", "discord:1": "First engineer", "slack:U2": "Second engineer"}
TWO = Access(responders=("slack:U1", "discord:1", "slack:U2"))
MIXED = Access(admins=("slack:U9",), responders=("slack:S1", "discord:role:5", "slack:U1"))
CHIEFS = Access(admins=("slack:U8", "slack:U9"))
SOME = Access(
    responders=("slack:U1",), may={Right.NOTE: ("slack:S1", "slack:S2"), Right.LINK: (RESPONDERS, "slack:U7")}
)
CHIEF = Access(admins=("slack:U9",), may={Right.MUTE: (ADMINS,)})


@pytest.mark.parametrize(
    ("action", "access", "what", "key", "who"),
    [
        (Action.MUTE, TWO, "Only responders may mute here", "responders", "First engineer and Second engineer"),
        (
            Action.ACK,
            MIXED,
            "Only responders may acknowledge here",
            "responders",
            "First engineer, a user group, a role and one other",
        ),
        (Action.WATCH, CHIEFS, "Only admins may change what is watched", "admins", "2 people"),
        (Action.NOTE, SOME, "Only some may add notes here", "may.note", "2 user groups"),
        (Action.LINK, SOME, "Only some may link messages here", "may.link", "First engineer and one other"),
        (Action.MUTE, CHIEF, "Only admins may mute here", "admins", "one person"),
    ],
)
def test_a_denial_says_what_and_who_may(action: Action, access: Access, what: str, key: str, who: str) -> None:
    reply = not_permitted(action, access, NAMES)

    hint = f"`{key}` under [access] in sitrep.toml says who they are: {who}. Nothing was changed."
    assert plain(reply.message) == f"{what}\n{hint}"
    assert reply.aside


@pytest.mark.parametrize(
    ("action", "access", "what", "key"),
    [
        (Action.AUDIT, Access(), "Nobody may see who did what", "admins"),
        (Action.ACK, Access(responders=()), "Nobody may acknowledge here", "responders"),
    ],
)
def test_where_nobody_is_named_that_is_said(action: Action, access: Access, what: str, key: str) -> None:
    said = plain(not_permitted(action, access, NAMES).message)

    assert said == f"{what}\n`{key}` under [access] in sitrep.toml names nobody."


@pytest.mark.parametrize("action", sorted(RESPONDING))
def test_there_is_a_word_for_whatever_somebody_may_not_do(action: Action) -> None:
    assert "Only responders may " in not_permitted(action, Access(responders=("slack:U1",)), {}).message.headline
