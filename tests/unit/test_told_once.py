"""What is said once and not twice, and what goes on in the same thread."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.core import replies, testimony, wording
from bot.model import PageSays, State
from tests.unit.build import claim, degraded, incident, snapshot, update
from tests.unit.desk import Desk
from tests.unit.witnessing import FOUND, ONE, desk_with, failing, hook

OVER = update("u2", "All is well.", 20, State.RESOLVED)
ANEW = update("v1", "It is not.", 30)


def told(desk: Desk) -> list[str]:
    one = desk.incident
    return [replies.reply(entry, one).headline for entry in desk.timelines[one.id] if not entry.quiet]


def called_over(desk: Desk) -> None:
    desk.sees(failing(ONE, 2), source=ONE)
    desk.sees(snapshot(5, claim("i1", FOUND, components=[degraded("API")], started=4, published=4)))
    ended = claim("i1", FOUND, OVER, state=State.RESOLVED, started=4, published=4, resolved=20)
    desk.sees(snapshot(21, ended))


def test_who_joins_says_what_it_sees_once() -> None:
    desk = desk_with(ONE)
    desk.sees(failing(ONE, 2), source=ONE)
    gateway = hook()
    desk.sees(failing(gateway, 3, why="38 % of 1,200 calls fail"), source=gateway)

    assert told(desk).count("gateway tells of it too: 38 % of 1,200 calls fail") == 1
    assert "gateway reports" not in told(desk)


def test_what_a_vendor_posts_anew_of_what_we_still_see_goes_on_in_the_same_thread() -> None:
    desk = desk_with(ONE)
    called_over(desk)
    assert desk.incident.is_open
    anew = claim("i2", ANEW, title="Errors again", components=[degraded("API")], started=30, published=30)
    desk.sees(snapshot(31, anew))

    assert "Acme posted it anew" in told(desk)
    assert desk.incident.state is State.INVESTIGATING
    assert wording.headline(desk.incident) == "Acme: Errors again"


def test_what_a_vendor_posts_of_other_parts_is_another_incident_all_the_same() -> None:
    desk = desk_with(ONE)
    called_over(desk)
    desk.sees(snapshot(31, claim("i2", ANEW, title="Slow mail", components=[degraded("Mail")], started=30)))

    assert len(desk.incidents) == 2


@pytest.mark.parametrize(
    ("title", "headline"),
    [("API is failing", "Acme: API is failing"), ("Acme is failing", "Acme is failing"), ("Acme", "Acme: Acme")],
)
def test_a_headline_names_the_vendor_once(title: str, headline: str) -> None:
    assert wording.headline(replace(incident(), name="Acme", title=title)) == headline


@pytest.mark.parametrize(
    ("page", "says"),
    [
        (PageSays.NOTHING, "Acme said nothing of it while we watched."),
        (PageSays.UNREADABLE, "Acme's status page could not be read when it ended."),
        (PageSays.UNWATCHED, "Acme's status page is not watched."),
    ],
)
def test_of_a_page_that_was_not_read_nothing_is_claimed(page: PageSays, says: str) -> None:
    desk = desk_with(ONE, page=page)
    desk.sees(failing(ONE, 2), source=ONE)

    assert testimony.unconfirmed(desk.incident) == says
