"""Routes that were made in chats, beside those of the file."""

from __future__ import annotations

from dataclasses import replace

from bot.core import route_views
from bot.core.chat_routes import ChatRoute, Filters, routes_of
from bot.core.holding import Ruling
from bot.core.imagining import Imagined
from bot.core.mentions import Callers, with_calls
from bot.core.message import plain
from bot.core.routing import choose, taken
from bot.core.rules import Match, Route
from bot.model import ChangeKind, Destination, Impact, Kind
from tests.unit.build import at, component, entry, incident

OPS, SUPPORT = Destination("slack", "C1"), Destination("slack", "C5")
FILE = (
    Route(name="route[1]", match=Match(min_impact=Impact.MAJOR), to=(OPS,), mention=((Impact.MAJOR, "@here"),)),
    Route(name="route[2]", to=(Destination("console"),)),
)
MADE = ChatRoute(vendor="acme", name="Acme", to=SUPPORT, place="C5", key="slack:U1", by="lead", at=at(0), id=7)
BAD = replace(incident(impact=Impact.MAJOR), vendor="acme", components=(component("Sora"),))


def where(one: object, *made: ChatRoute) -> list[str]:
    return [str(to) for to in choose(one, routes_of(FILE, made)).destinations]  # type: ignore[arg-type]  # an Incident


def test_they_are_asked_beside_the_file_whatever_that_answered() -> None:
    assert where(BAD) == ["slack:C1"]
    assert where(BAD, MADE) == ["slack:C1", "slack:C5"]
    assert where(replace(BAD, impact=Impact.MINOR), MADE) == ["console", "slack:C5"]
    assert where(replace(BAD, vendor="other"), MADE) == ["slack:C1"]
    assert [route.name for route in taken(BAD, routes_of(FILE, [MADE]))] == ["route[1]", "watch here #7"]
    assert [one.route for one in choose(BAD, routes_of(FILE, [MADE])).verdicts] == ["route[1]", "watch here #7"]


def test_a_trial_names_those_of_the_file_that_are_not_asked_and_not_what_stands_beside_them() -> None:
    imagined = Imagined(vendor="acme", impact=Impact.MAJOR)
    reply = route_views.tested(imagined, "acme", Ruling(routes_of(FILE, [MADE])), at(0))

    assert "not asked any more: route[2]" in plain(reply.message).splitlines()


def test_each_filter_is_kept_to() -> None:
    def wants(**filters: object) -> bool:
        one = replace(MADE, filters=Filters(**filters))  # type: ignore[arg-type]  # whatever a case is about
        return "slack:C5" in where(BAD, one)

    assert wants(components=("sora",))
    assert not wants(components=("API",))
    assert wants(min_impact=Impact.MAJOR)
    assert not wants(min_impact=Impact.CRITICAL)
    assert wants(kinds=(Kind.INCIDENT,))
    assert not wants(kinds=(Kind.MAINTENANCE,))


def test_a_word_of_the_catalog_stands_for_what_the_page_has() -> None:
    one = replace(MADE, filters=Filters(components=("video",)), names=("video", "Sora"))

    assert where(BAD, one) == ["slack:C1", "slack:C5"]


def test_where_the_file_leads_nowhere_nothing_does() -> None:
    assert routes_of((), [MADE]) == ()


def test_a_channel_that_both_name_is_told_once_and_calls_whom_the_file_says() -> None:
    routes = routes_of(FILE, [replace(MADE, to=OPS)])
    callers = Callers(lambda one: choose(one, routes).destinations, routes)
    opened = entry(1, "We look into it.", kind=ChangeKind.OPENED)

    _, (told,) = with_calls(None, BAD, [opened], callers, at(1))

    assert choose(BAD, routes).destinations == (OPS,)
    assert [(one.to, one.who) for one in told.calls] == [("slack:C1", ("@here",))]
