"""What is kept of a deed, and which deeds somebody asks to see."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core import audit
from bot.core.actions import Acted, Outcome
from bot.core.audit import CameOf, Deed, came_of, deed, shown, without_secrets
from bot.core.grammar import parse
from bot.core.linking import Moved
from bot.core.message import plain
from bot.core.wanted import Wanted, wanted
from bot.model import Action, Command, Ref
from tests.unit.build import LEAD, NOON, asked, incident


class Verdict(StrEnum):
    DONE = "done"
    STRANGE = "strange"


@dataclass(frozen=True)
class Judged:
    verdict: Verdict


@dataclass(frozen=True)
class Wrapped:
    acted: Acted


MUTED = Deed(
    at=NOON,
    person="slack:U2",
    name="lead",
    platform="slack",
    action="mute",
    command="mute acme-1 4h because we know",
    request="slack:Ev1",
    channel="C1",
    thread="C1:1.2",
    incident="acme-1",
)


def test_a_deed_is_kept_as_one_would_type_it() -> None:
    one = asked(Action.MUTE, LEAD, incident="acme-1", span=timedelta(hours=4), text="we know")
    one = replace(one, address="C1", thread=Ref("C1:1.2"), request="slack:Ev1")

    found = deed(one, NOON)

    assert found == replace(MUTED, person="fake:2", platform="fake")


def test_in_a_thread_its_incident_is_meant_unless_another_is_named() -> None:
    assert deed(asked(Action.ACK), NOON, "acme-1").incident == "acme-1"
    assert deed(asked(Action.ACK, incident="bolt-7"), NOON, "acme-1").incident == "bolt-7"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("watch add https://user:hunter2@status.example.com/x", "watch add https://***@status.example.com/x"),
        ("link https://wiki.example.com/a?key=abc#b", "link https://wiki.example.com/a?***#b"),
        ("note the token is xoxb-123456789012-abcdef", "note the token is ***"),
        ("note password: hunter2 works", "note *** works"),
        ("note we set sk-proj-abcdefgh12345", "note we set ***"),
        ("note Authorization: Bearer abcdefgh12345678 it was", "note Authorization: Bearer *** it was"),
        ("note api_key=abc and x-api-key: abc", "note *** and x-***"),
        ("note passwd=abc", "note ***"),
        ("note sk_live_abcdefgh12345", "note ***"),
        ("link https://hooks.slack.com/services/T0/B0/abcDEF", "link https://hooks.slack.com/services/***"),
        ("link https://discord.com/api/webhooks/12/abcDEF", "link https://discord.com/api/webhooks/***"),
        ("note the bearer of bad news", "note the bearer of bad news"),
        ("note all is well @ 12:00", "note all is well @ 12:00"),
        ("note Is it the token bucket?", "note Is it the token bucket?"),
    ],
)
def test_what_may_be_secret_is_left_out(typed: str, kept: str) -> None:
    assert without_secrets(typed) == kept


@given(st.text(max_size=2_000))
def test_whatever_is_typed_is_kept_in_few_words(words: str) -> None:
    found = deed(asked(Action.NOTE, text=words), NOON)

    assert len(found.command) <= 500


@pytest.mark.parametrize(
    ("result", "came"),
    [
        (Acted(Outcome.DONE, incident()), CameOf.DONE),
        (Acted(Outcome.ALREADY, incident()), CameOf.ALREADY),
        (Acted(Outcome.NOTHING, incident()), CameOf.ALREADY),
        (Acted(Outcome.HELD, incident()), CameOf.FAILED),
        (Acted(Outcome.OVER, incident()), CameOf.FAILED),
        (Moved(Outcome.DONE, incident(), incident()), CameOf.DONE),
        (Wrapped(Acted(Outcome.ALREADY, incident())), CameOf.ALREADY),
        (Judged(Verdict.DONE), CameOf.DONE),
        (Judged(Verdict.STRANGE), CameOf.FAILED),
        (False, CameOf.ALREADY),
        (0, CameOf.ALREADY),
        (True, None),
        (3, None),
        (None, None),
    ],
)
def test_what_came_of_it_is_read_from_what_its_transaction_returned(result: object, came: CameOf | None) -> None:
    assert came_of(result) is came


@pytest.mark.parametrize(
    ("words", "asks"),
    [
        ("", Wanted()),
        ("lead", Wanted(who="lead")),
        ("@on-call", Wanted(who="on-call")),
        ("First engineer", Wanted(who="First engineer")),
        ("<@U0123>", Wanted(who="U0123")),
        ("<@!123|x>", Wanted(who="123")),
        ("slack:U0123", Wanted(who="slack:U0123")),
        ("openai-01JM3", Wanted(incident="openai-01JM3")),
        ("#acme-api", Wanted(incident="acme-api")),
        ("2d", Wanted(since=NOON - timedelta(days=2))),
        ("since 2h", Wanted(since=NOON - timedelta(hours=2))),
        ("2026-02-01", Wanted(since=datetime(2026, 2, 1, tzinfo=NOON.tzinfo))),
        ("lead since 7d", Wanted(who="lead", since=NOON - timedelta(days=7))),
        ("lead openai-01JM3", Wanted(who="lead", incident="openai-01JM3")),
        ("<@!123|First engineer> #acme", Wanted(who="123", incident="acme")),
        ("openai-01JM3 since 1h", Wanted(incident="openai-01JM3", since=NOON - timedelta(hours=1))),
        ("since yesterday", Wanted(who="since yesterday")),
        ("2026-02-31", Wanted(incident="2026-02-31")),
    ],
)
def test_who_which_and_since_when_are_told_apart(words: str, asks: Wanted) -> None:
    command = parse(f"audit {words}")

    assert isinstance(command, Command)
    assert wanted(command.query, NOON) == asks


@given(st.text(max_size=300))
def test_whatever_is_asked_for_can_be_read(words: str) -> None:
    wanted(words, NOON)


def test_deeds_are_shown_to_one_person_with_who_what_when_where_and_what_came_of_it() -> None:
    refused = replace(MUTED, command="mute", came_of=CameOf.DENIED, thread="", answer="Only admins may mute here")

    reply = shown([refused, MUTED], Wanted(), more=True)

    assert reply.aside
    assert plain(reply.message).split("\n") == [
        "The last 2 deeds",
        "- lead · mute · denied · 2026-03-01 12:00 UTC",
        "  acme-1 · slack:C1 · “Only admins may mute here”",
        "- lead · mute acme-1 4h because we know · done · 2026-03-01 12:00 UTC",
        "  acme-1 · slack:C1",
        "There are more: `audit lead`, `audit openai-01JM3`, `audit since 2d`; in a terminal `sitrep audit`.",
    ]


def test_programs_get_every_field_and_null_for_what_is_not_there() -> None:
    found = audit.as_json(replace(MUTED, channel="", thread="", incident=""))

    assert found["at"] == "2026-03-01T12:00:00.000Z"
    assert (found["channel"], found["thread"], found["incident"], found["answer"]) == (None, None, None, None)
    assert (found["outcome"], found["person"], found["request"]) == ("done", "slack:U2", "slack:Ev1")
