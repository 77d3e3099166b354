"""`routes show`, `routes test`: the same words as in a chat."""

from __future__ import annotations

import pytest

from tests.cli.desk import Desk

ROUTES = """
watch = []
[[oncall]]
name = "platform"
people = [{ name = "First engineer", slack = "U1" }]
[[service]]
name = "Support bot"
depends_on = ["anthropic"]
[[route]]
match = { vendor = ["openai"], region = ["eu-west-1"] }
to = ["slack:#eu"]
[[route]]
match = { service = ["Support bot"] }
to = ["slack:#support"]
[[route]]
match = { kind = ["suspected"], confidence = "medium" }
to = ["slack:#likely"]
[[route]]
match = { kind = ["maintenance"] }
to = ["slack:#planned"]
[[route]]
to = ["slack:#incidents"]
mention = { major = "oncall:platform" }
quiet = "22:00-07:00 Europe/Berlin"
weekly = "Mon 09:00 Europe/Berlin"
"""


@pytest.fixture
def routes(desk: Desk) -> Desk:
    desk.write("sitrep.toml", ROUTES)
    return desk


@pytest.mark.parametrize(
    ("said", "where"),
    [
        (("--region", "eu-west-1"), "slack:#eu"),
        (("--region", "us-east-1"), "slack:#incidents"),
        (("--service", "Support bot", "--region", "us-east-1"), "slack:#support"),
        (("--kind", "maintenance", "--region", "us-east-1"), "slack:#planned"),
        (("--confidence", "high", "--region", "us-east-1"), "slack:#likely"),
        (("--confidence", "low", "--region", "us-east-1"), "slack:#incidents"),
    ],
)
def test_all_that_a_route_asks_for_can_be_said(routes: Desk, said: tuple[str, ...], where: str) -> None:
    assert routes.ask("routes", "test", "--vendor", "openai", *said).lines[-1] == f"goes to: {where}"


def test_it_tells_whom_it_would_mention_and_until_when_it_would_be_held(routes: Desk) -> None:
    us = ("--region", "us-east-1")

    day = routes.ask("routes", "test", "--vendor", "openai", *us, "--at", "2026-03-02T12:00+01:00")
    night = routes.ask("routes", "test", "--vendor", "openai", *us, "--at", "2026-03-02T23:00+01:00")

    assert "- slack:#incidents · by route[5], told at once" in day.out
    assert "mentions oncall:platform, First engineer at that time" in day.out
    assert "by route[5], held back by quiet hours until 2026-03-03 06:00 UTC" in night.out
    assert "mentions nobody; once it is told there, whoever the route names then" in night.out
    assert "counted in the summary of 2026-03-09 08:00 UTC" in night.out


def test_the_routes_are_shown_in_their_order(routes: Desk) -> None:
    shown = routes.ask("routes", "show")

    assert shown.lines[:3] == ["5 routes", "- route[1] · vendor openai, region eu-west-1", "  to slack:#eu"]
    assert "quiet 22:00-07:00 Europe/Berlin" in shown.out
    assert "a summary of the week, Mon 09:00 Europe/Berlin" in shown.out


def test_the_terminal_and_the_chat_say_the_same(routes: Desk) -> None:
    assert routes.ask("ask", "routes", "show").out == routes.ask("routes", "show").out
    chat = routes.ask("ask", "routes", "test", "openai", "region=eu-west-1", "impact=minor")
    line = ("--vendor", "openai", "--region", "eu-west-1", "--impact", "minor")
    assert chat.out == routes.ask("routes", "test", *line).out


def test_a_time_that_is_none_is_a_mistake(routes: Desk) -> None:
    asked = routes.ask("routes", "test", "--vendor", "openai", "--at", "at night")

    assert asked.status == 2
    assert "--at: 'at night' is no time" in asked.complaints[0]
