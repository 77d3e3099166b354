"""What somebody says of an incident that only exists to see where it would go."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core import imagining
from bot.core.grammar import Misunderstood, parse, spell
from bot.core.imagining import Imagined, read
from bot.core.rules import Service
from bot.model import Action, Command, Confidence, Kind
from tests.unit.build import NOON


def test_each_thing_that_can_be_said_is_heard() -> None:
    said = "component=Chat Completions impact=Minor region=us-east-1 service=Support bot kind=suspected confidence=high"

    assert read("openai", f"{said} at=Sat 03:00") == Imagined(
        vendor="openai",
        component="Chat Completions",
        impact="minor",
        region="us-east-1",
        service="Support bot",
        kind="suspected",
        confidence="high",
        at="Sat 03:00",
    )


def test_nothing_need_be_said() -> None:
    assert read("openai", "") == Imagined(vendor="openai")
    assert isinstance(read("", ""), str)


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("impct=major", "There is no “impct”; did you mean “impact”?"),
        ("impact=huge", "“huge” is no impact; write one of none, minor, major, critical"),
        ("kind=", "“” is no kind; write one of incident, maintenance, suspected"),
        ("region=", "Which region?"),
        ("tonight impact=major", "“tonight” says nothing of it"),
    ],
)
def test_what_is_not_understood_is_answered_with_what_to_write(said: str, answer: str) -> None:
    found = read("openai", said)

    assert isinstance(found, str)
    assert found.startswith(answer)


def test_who_says_how_sure_it_is_speaks_of_a_suspicion() -> None:
    about = imagining.incident(Imagined(vendor="openai", confidence="medium"), "openai", NOON)

    assert about.kind is Kind.SUSPECTED
    assert about.evidence is not None
    assert about.evidence.confidence is Confidence.MEDIUM


def test_a_service_that_is_named_is_touched_in_any_case() -> None:
    others = (Service(name="Support bot", depends_on=(("anthropic", None),)), Service(name="Search", depends_on=()))

    found = imagining.touching(Imagined(vendor="openai", service="support bot"), "openai", others)

    assert [(one.name, one.depends_on) for one in found] == [("Search", ()), ("support bot", (("openai", None),))]


def test_it_is_typed_as_it_is_spelt() -> None:
    command = parse("/sitrep routes test openai component=API at=Sat 03:00")

    assert command == Command(action=Action.ROUTES_TEST, query="openai", text="component=API at=Sat 03:00")
    assert parse(spell(command)) == command
    assert parse("routes") == parse("routes show") == Command(action=Action.ROUTES)
    assert isinstance(parse("routes test"), Misunderstood)
    assert isinstance(parse("routes openai"), Misunderstood)


@given(st.text(max_size=80))
def test_whatever_is_typed_there_is_an_answer(said: str) -> None:
    assert isinstance(read("openai", said), Imagined | str)
    assert isinstance(parse(f"routes test {said}"), Command | Misunderstood)
