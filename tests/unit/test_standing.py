"""What `/status` says of a source: never green without having seen it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.core import health
from bot.core.health import Health
from bot.core.standing import Standing, details, glance, in_order, label, shown, standing
from bot.model import Impact, Incident, Kind, Page
from tests.unit.build import ACME, at, degraded, down, fine, incident, maintained

SEEN = health.seen(Health(), at(0))
FINE = Page(indicator=Impact.NONE, components=(fine("API"),))


def stands(*incidents: Incident, well: Health = SEEN, page: Page | None = FINE, name: str = "Acme") -> Standing:
    return standing(replace(ACME, name=name), well, page, incidents)


def test_what_was_never_seen_is_not_known() -> None:
    assert label(stands(well=Health(), page=None)) == "not known"


def test_all_is_well_when_the_page_says_so() -> None:
    assert label(stands()) == "operational"
    assert details(stands(), at(1)) == ["checked 1 min ago"]


def test_the_worst_that_anything_shows_counts() -> None:
    assert label(stands(page=replace(FINE, components=(degraded("API"),)))) == "minor"
    assert label(stands(page=replace(FINE, indicator=Impact.CRITICAL))) == "critical"
    assert label(stands(incident(impact=Impact.MAJOR))) == "major"


def test_a_source_that_can_not_be_read_says_since_when_and_keeps_its_last_state() -> None:
    lost = health.missed(SEEN, "HTTP 503", at(5))

    shown = stands(well=lost, page=replace(FINE, components=(down("API"),)))

    assert label(shown) == "major"
    assert details(shown, at(10))[0] == "can not be read for 10 min: HTTP 503; its last state still stands"


def test_an_incident_is_told_with_its_id_and_how_long_it_has_lasted() -> None:
    (row,) = details(stands(incident(opened=0)), at(125))

    assert row == "Errors (investigating, for 2 h 5 min) [acme-1]"


def test_a_maintenance_to_come_is_no_trouble() -> None:
    planned = replace(incident(kind=Kind.MAINTENANCE, impact=Impact.MAINTENANCE), started_at=at(60))

    assert stands(planned).impact is Impact.NONE
    assert "in 1 h" in details(stands(planned), at(0))[0]


def test_the_worst_comes_first_then_what_nobody_knows_then_the_rest_by_name() -> None:
    well, other = stands(name="Zeta"), stands(name="Alpha")
    unknown = stands(name="Blind", well=Health(), page=None)
    bad = stands(incident(impact=Impact.CRITICAL), name="Bad")

    assert [one.name for one in in_order((well, unknown, other, bad))] == ["Bad", "Blind", "Alpha", "Zeta"]


@pytest.mark.parametrize("indicator", list(Impact))
def test_a_source_stands_by_a_glance_at_its_page_as_by_the_whole_page(indicator: Impact) -> None:
    page = Page(indicator=indicator, components=(fine("API"), down("Login"), maintained("Web")), url="https://a.b")

    assert stands(page=glance(page)) == stands(page=page)
    assert shown(glance(page)) == shown(page)
    assert fine("API") not in glance(page).components
