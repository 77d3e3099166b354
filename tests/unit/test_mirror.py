"""What one Sitrep publishes is what another makes of it: a page seen through two Sitreps says what it says."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.errors import ParseError
from bot.feeds import statuspage
from bot.model import ChangeKind, Impact, State
from tests.unit.build import ACME, at, claim, component, degraded, down, fine, maintenance, quiet_page, snapshot, update
from tests.unit.desk import found, gone
from tests.unit.mirror import Mirror

CORPUS = Path(os.environ.get("SITREP_CORPUS", "/nowhere"))  # noqa: TID251  # where the captures are, if anywhere
BEGUN = update("u1", "Some requests fail: a < b & c, <b>all</b> of them.", 1)
FOUND = update("u2", "We found the cause.", 4, State.IDENTIFIED)
OVER = update("u3", "All is well.", 9, State.RESOLVED)


@pytest.fixture
def mirror() -> Mirror:
    one = Mirror()
    one.sees(quiet_page(0, "API", "Website"))
    return one


def test_an_outage_from_its_beginning_to_its_root_cause(mirror: Mirror) -> None:
    page = (down("API"), fine("Website"))
    late = update("u4", "It was a bad deployment.", 300, State.POSTMORTEM)
    edited = replace(BEGUN, body="Most requests failed.")
    ended = claim("1", edited, FOUND, OVER, state=State.RESOLVED, started=-10, published=1, resolved=9)
    for minute, seen in (
        (2, claim("1", BEGUN, started=-10, published=1, components=[down("API")])),
        (5, claim("1", BEGUN, FOUND, title="Outage", state=State.IDENTIFIED, impact=Impact.CRITICAL, started=-10)),
        (7, claim("1", edited, FOUND, title="Outage", state=State.IDENTIFIED, impact=Impact.MAJOR, started=-10)),
    ):
        mirror.sees(snapshot(minute, seen, components=page))
        assert mirror.differences() == []
    mirror.sees(quiet_page(10, "API", "Website"), found(replace(ended, title="Outage")))
    mirror.sees(snapshot(20, components=[fine("API")], complete=True))
    mirror.sees(snapshot(301, replace(ended, updates=(*ended.updates, late), title="Outage"), complete=False))

    mirror.reads_again(302)

    assert mirror.differences() == []
    assert mirror.other.incident.state is mirror.one.incident.state
    assert mirror.other.timelines[mirror.other.incident.id][-1].kind is ChangeKind.POSTMORTEM


def test_one_that_opens_again_one_that_is_taken_back_and_one_that_vanishes(mirror: Mirror) -> None:
    again = update("u4", "It fails again.", 30)
    mirror.sees(snapshot(2, claim("1", BEGUN), claim("2", BEGUN, FOUND)))
    mirror.sees(snapshot(5, claim("2", FOUND)), found(claim("1", BEGUN, OVER, state=State.RESOLVED, resolved=9)))
    assert mirror.differences() == []
    mirror.sees(snapshot(31, claim("1", BEGUN, OVER, again), claim("2", BEGUN, update("u5", "Third.", 6))))
    assert mirror.differences() == []
    mirror.sees(snapshot(40, claim("1", BEGUN, OVER, again)), gone)

    assert mirror.differences() == []
    assert {one.is_open for one in mirror.other.incidents.values()} == {True, False}


def test_a_maintenance_is_planned_moved_begun_and_done(mirror: Mirror) -> None:
    said = update("m1", "We upgrade the database.", 1, State.SCHEDULED)
    went = update("m2", "It begins.", 90, State.IN_PROGRESS)
    done = update("m3", "It is done.", 110, State.COMPLETED)
    for minute, seen in (
        (2, maintenance("1", said, components=[component("API")])),
        (5, maintenance("1", said, components=[component("API")], window=(90, 150))),
        (91, maintenance("1", said, went, state=State.IN_PROGRESS, window=(90, 150))),
    ):
        mirror.sees(snapshot(minute, seen, components=[fine("API")]))
        assert mirror.differences() == []
    over = replace(maintenance("1", said, went, done, state=State.COMPLETED, window=(90, 150)), resolved_at=at(110))
    mirror.sees(quiet_page(111), found(over))

    assert mirror.differences() == []
    assert mirror.other.incident.state is State.COMPLETED


def test_a_component_that_only_the_page_shows_joins_its_incident_there_too(mirror: Mirror) -> None:
    mirror.sees(snapshot(2, components=[degraded("API"), fine("Website")]))
    assert mirror.differences() == []
    mirror.sees(snapshot(5, claim("1", BEGUN, started=2, components=[degraded("API")]), components=[degraded("API")]))
    assert len(mirror.other.incidents) == 1
    mirror.sees(quiet_page(10), found(claim("1", BEGUN, OVER, state=State.RESOLVED, started=2, resolved=9)))

    assert mirror.differences() == []


SERIES = sorted((CORPUS / "statuspage").glob("github-series-*"))


@pytest.mark.skipif(not CORPUS.is_dir(), reason="SITREP_CORPUS names no folder")
@pytest.mark.parametrize("folder", SERIES, ids=lambda folder: folder.name)
def test_a_captured_outage_is_the_same_through_two_sitreps(folder: Path) -> None:
    mirror = Mirror()
    for capture in sorted(folder.glob("*.json")):
        taken = datetime.strptime(capture.stem.rpartition("-")[2], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        try:
            seen = statuspage.parse(capture.read_bytes(), ACME)
        except ParseError:
            continue
        mirror.sees(replace(seen, taken_at=taken), gone)

        assert mirror.differences() == []
