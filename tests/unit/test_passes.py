"""Passes to the board: nobody writes one for themselves, and none is worth anything where it was not meant for."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.core import passes
from bot.core.passes import Purpose
from bot.model import Person
from tests.fakes import NOON

SECRET = "a secret of thirty-two characters"
DANA = Person("slack", "U1", "Dana “the” Lead\n<b>", ("R1", "R2"), ("slack:S9",), team="T1")
LINK = passes.issued(DANA, NOON, "nonce", "/incidents/acme-1", frozenset({"slack:role:R2"}))


def test_a_pass_that_was_written_is_read_back_whole() -> None:
    text = passes.written(SECRET, Purpose.LINK, LINK)

    found = passes.read(SECRET, Purpose.LINK, text, NOON)

    assert found == LINK
    assert found is not None
    assert (found.person.key, found.person.name, found.person.team) == ("slack:U1", DANA.name, "T1")
    assert found.to == "/incidents/acme-1"


def test_only_those_roles_are_in_it_that_the_configuration_has_named() -> None:
    assert LINK.person.roles == ("R2",)


def test_a_link_is_good_for_a_quarter_of_an_hour_and_a_session_for_twelve_hours() -> None:
    link, session = (passes.written(SECRET, p, o) for p, o in ((Purpose.LINK, LINK), (Purpose.SESSION, entered())))

    second = timedelta(seconds=1)
    assert passes.read(SECRET, Purpose.LINK, link, NOON + timedelta(minutes=15) - second)
    assert passes.read(SECRET, Purpose.LINK, link, NOON + timedelta(minutes=15)) is None
    assert passes.read(SECRET, Purpose.SESSION, session, NOON + timedelta(hours=12) - second)
    assert passes.read(SECRET, Purpose.SESSION, session, NOON + timedelta(hours=12)) is None


def entered() -> passes.Pass:
    return passes.entered(LINK, NOON)


def test_a_clock_that_is_a_little_behind_lets_in_whom_another_has_let_in() -> None:
    text = passes.written(SECRET, Purpose.LINK, LINK)

    assert passes.read(SECRET, Purpose.LINK, text, NOON - timedelta(minutes=2)) == LINK


@pytest.mark.parametrize("purpose", [Purpose.SESSION, Purpose.FORM, Purpose.SAID])
def test_the_pass_of_a_link_is_worth_nothing_as_another(purpose: Purpose) -> None:
    assert passes.read(SECRET, purpose, passes.written(SECRET, Purpose.LINK, LINK), NOON) is None


def test_another_secret_ends_every_pass() -> None:
    assert passes.read(SECRET + "!", Purpose.LINK, passes.written(SECRET, Purpose.LINK, LINK), NOON) is None


def test_a_pass_with_any_letter_changed_is_none() -> None:
    text = passes.written(SECRET, Purpose.LINK, LINK)

    for place in range(len(text)):
        other = "A" if text[place] != "A" else "B"
        assert passes.read(SECRET, Purpose.LINK, text[:place] + other + text[place + 1 :], NOON) in {None, LINK}
    assert passes.read(SECRET, Purpose.LINK, text[:-1], NOON) is None


@pytest.mark.parametrize("text", ["", ".", "..", "a.b", "é.é", "\x00", "=" * 9, "a" * 100_000, "W10.W10", "[].[]"])
def test_whatever_somebody_sends_is_no_pass(text: str) -> None:
    assert passes.read(SECRET, Purpose.LINK, text, NOON) is None


def test_a_pass_fits_into_a_cookie_whatever_somebody_is_called_and_has() -> None:
    many = replace(DANA, name="ü" * 500, roles=tuple(f"{n:019}" for n in range(250)))
    named = frozenset(f"slack:role:{role}" for role in many.roles)

    text = passes.written(SECRET, Purpose.SESSION, passes.issued(many, NOON, "x" * 22, "/", named))

    assert len(text) < 4000
    assert passes.read(SECRET, Purpose.SESSION, text, NOON)


def test_forms_of_two_sessions_bring_back_different_keys() -> None:
    other = replace(entered(), nonce="another")

    assert passes.form_key(SECRET, entered()) != passes.form_key(SECRET, other)
    assert passes.form_key(SECRET, entered()) != passes.form_key("another secret", entered())


@pytest.mark.parametrize(
    "path",
    ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)", "", "evil", "/a\nb", "/ü"],
)
def test_nobody_is_sent_to_another_site(path: str) -> None:
    assert passes.inside(path) == "/"


def test_who_comes_from_a_thread_is_sent_to_its_incident() -> None:
    assert passes.inside("/incidents/acme-1?x=1#y") == "/incidents/acme-1?x=1#y"
