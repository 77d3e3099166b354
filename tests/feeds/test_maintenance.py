"""What people read of a maintenance, from its announcement to its end, in every format that knows such."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest

from bot.core import replies, routing, wording
from bot.core.joining import joined
from bot.core.message import plain
from bot.core.reminding import remind
from bot.core.rules import Match, Route
from bot.model import Destination, Incident, Kind, Snapshot
from bot.plugins import discover, format_named
from tests.feeds.planning import BEGUN, DONE, OVER, PLANNED, SCHEDULED, STARTED, Plan, body
from tests.feeds.planning_more import ALONE, PAGES
from tests.feeds.samples import CASES, source
from tests.unit.build import at
from tests.unit.desk import Desk, LookUp, found, gone

# Announced, to begin, and to end, in minutes after noon; then to end later, and over in the end.
TOLD, BEGINS, ENDS, LATER, LAST = 10, 240, 360, 480, 510
HOUR = timedelta(hours=1)
UTC_16, UTC_18, UTC_20 = (f"2026-03-01 {hour}:00 UTC" for hour in (16, 18, 20))

# What a format can not tell, and why.
NO_WINDOW = "it tells no times of a maintenance: nobody can be reminded of one, and none is seen to take longer"
NO_END_TIME = "it tells when a maintenance begins, not until when it is planned"
A_WINDOW = "it is a window: what is no longer in it is not over"
BY_ABSENCE = "what is over leaves its document, and no other that is asked has it"
BY_CLOCK = "its times are all it tells: when the time has come, it has begun, and when the time is over, it is over"
NO_START = "it marks a maintenance as planned until it is over; only its times tell that it has begun"
CANNOT: dict[str, dict[str, str]] = {
    "adobe": {},
    "apple": {},
    "betterstack": {},
    "cachet": {"absence": A_WINDOW},
    "feed": {"absence": A_WINDOW},
    "freshstatus": {"start": NO_START},
    "heroku": {"window": NO_WINDOW, "extension": NO_WINDOW},
    "hund": {"window": NO_WINDOW, "extension": NO_WINDOW, "absence": A_WINDOW},
    "incidentio": {},
    "instatus": {},
    "onlineornot": {"extension": NO_END_TIME},
    "openstatus": {"overrun": BY_CLOCK, "cancellation": BY_CLOCK},
    "rootly": {},
    "salesforce-trust": {},
    "slack": {"window": NO_WINDOW, "extension": NO_WINDOW},
    "statusio": {"end": BY_ABSENCE, "cancellation": BY_ABSENCE},
    "statuspage": {},
    "statuspage-atom": {"absence": A_WINDOW},
    "statuspal": {},
    "uptimekuma": {},
    "zendesk": {},
}
NAMES = tuple(CANNOT)


def can(what: str) -> list[Any]:
    """Return the formats that can tell this; the others fail in it, or they would not have to be excused."""
    excused = {name: reasons[what] for name, reasons in CANNOT.items() if what in reasons}
    return [
        pytest.param(name, marks=pytest.mark.xfail(reason=excused[name], strict=True) if name in excused else ())
        for name in NAMES
    ]


@dataclass(slots=True)
class Story:
    """A page with one maintenance, and what is said of it here; what has vanished can be read `ALONE`, or nowhere."""

    name: str
    desk: Desk = field(default_factory=Desk)
    said: list[str] = field(default_factory=list)

    def look(self, minute: float, stage: Any = None, ends: float = ENDS, **more: Any) -> list[str]:
        """Look at the page in its next stage, and return what is said of it."""
        plan = Plan(stage=stage, planned=at(TOLD), starts=at(BEGINS), ends=at(ends), now=at(minute), **more)
        look = self.desk.sees(self._snapshot(plan), self._look_up(plan), source(self.name))
        return self._heard(entry for entry in look.entries if not entry.quiet)

    def remind(self, minute: float) -> list[str]:
        incident = self.maintenance
        acted = remind(incident, (HOUR,), at(minute))
        self.desk.incidents[incident.id] = acted.incident
        return self._heard(acted.entries)

    def _heard(self, entries: Any) -> list[str]:
        heard = [plain(replies.reply(entry, self.desk.incidents[entry.incident])) for entry in entries]
        self.said += heard
        return heard

    def _snapshot(self, plan: Plan) -> Snapshot:
        form, where = format_named(self.name), source(self.name)
        snapshots = [form.parse(body(document), where) for document in PAGES[self.name](plan)]
        return replace(joined(snapshots), taken_at=plan.now)

    def _look_up(self, plan: Plan) -> LookUp:
        if self.name not in ALONE or plan.stage is not OVER:
            return gone
        return found(*format_named(self.name).parse(body(ALONE[self.name](plan)), source(self.name)).incidents)

    @property
    def maintenance(self) -> Incident:
        (only,) = (one for one in self.desk.incidents.values() if one.kind is Kind.MAINTENANCE)
        return only

    @property
    def root(self) -> str:
        return plain(wording.root(self.maintenance))


def announced(name: str) -> Story:
    story = Story(name)
    story.look(0)
    story.look(TOLD, SCHEDULED)
    return story


def begun(name: str) -> Story:
    story = announced(name)
    story.look(BEGINS + 1, STARTED)
    return story


def test_every_format_that_knows_maintenances_is_here() -> None:
    knowing = {
        path.parent.name
        for path in CASES
        for claim in format_named(path.parent.name).parse(path.read_bytes(), source(path.parent.name)).incidents
        if claim.kind is Kind.MAINTENANCE
    }

    assert set(NAMES) == knowing == set(PAGES)
    assert knowing <= set(discover("bot.feeds"))


@pytest.mark.parametrize("name", NAMES)
def test_it_is_announced_as_what_it_is(name: str) -> None:
    story = announced(name)

    assert any("posted: " in one for one in story.said)
    assert "\nMaintenance · scheduled\n" in story.root
    assert all("in progress" not in one.lower() for one in story.said)


@pytest.mark.parametrize("name", can("window"))
def test_it_is_announced_with_its_times(name: str) -> None:
    assert f"Planned for {UTC_16}" in announced(name).root


@pytest.mark.parametrize("name", can("window"))
def test_it_is_told_once_more_before_it_begins(name: str) -> None:
    story = announced(name)

    assert story.remind(BEGINS - 61) == []
    assert story.remind(BEGINS - 50) == ["Begins in 50 min"]
    assert story.remind(BEGINS - 40) == []


@pytest.mark.parametrize("name", [name for name, reasons in CANNOT.items() if "window" in reasons])
def test_of_one_without_times_none_are_made_up(name: str) -> None:
    story = begun(name)

    assert "when it begins is not told" in plain(wording.root(announced(name).maintenance))
    assert "Since 2026-03-01 16:0" in story.root
    assert announced(name).remind(BEGINS - 50) == []


@pytest.mark.parametrize("name", can("start"))
def test_it_is_told_when_it_begins(name: str) -> None:
    story = announced(name)

    heard = story.look(BEGINS + 1, STARTED)

    assert "\nMaintenance · in progress\n" in story.root
    assert any("in progress" in one.lower() or BEGUN in one for one in heard)


@pytest.mark.parametrize("name", can("extension"))
def test_it_is_told_how_much_longer_it_takes(name: str) -> None:
    story = begun(name)
    assert f"Planned for {UTC_16} to {UTC_18}" in story.root

    assert story.look(300, STARTED, LATER) == [f"Extended by 2 h\nUntil {UTC_20}"]
    assert f"Planned for {UTC_16} to {UTC_20}" in story.root


@pytest.mark.parametrize("name", can("overrun"))
def test_one_that_is_still_listed_after_its_end_goes_on(name: str) -> None:
    story = begun(name)
    state = story.maintenance.state

    assert story.look(ENDS + 30, STARTED) == []
    assert story.maintenance.state is state


@pytest.mark.parametrize("name", can("end"))
def test_it_is_told_when_it_is_completed_and_then_no_more(name: str) -> None:
    story = begun(name)

    heard = story.look(LAST, OVER)

    assert sum(bool(re.match(r"Completed after (?:4 h 30 min|2 h)", one)) for one in heard) == 1
    assert re.search(r"^Completed · lasted (?:4 h 30 min|2 h)$", story.root, re.MULTILINE)
    assert story.look(LAST + 10) == []


@pytest.mark.parametrize("name", can("absence"))
def test_one_that_vanishes_is_over_and_nobody_says_that_it_was_completed(name: str) -> None:
    story = begun(name)

    (heard,) = [one for one in story.look(BEGINS + 60) if "listed" in one]

    assert heard.startswith("No longer listed on Acme's status page\n")
    assert not story.maintenance.is_open


@pytest.mark.parametrize("name", can("absence"))
def test_one_that_vanishes_before_it_begins_never_lasted(name: str) -> None:
    story = announced(name)

    (heard,) = story.look(100)

    counted = "count it as over" if "window" in CANNOT[name] else "It was to begin later; we count it as called off."
    assert counted in heard
    assert "lasted" not in story.root


@pytest.mark.parametrize("name", can("cancellation"))
def test_one_that_is_called_off_before_it_begins_never_lasted(name: str) -> None:
    story = announced(name)

    heard = story.look(100, OVER, is_cancelled=True)

    word = "Completed" if "window" in CANNOT[name] else "Over before it was to begin"
    assert [one.partition("\n")[0] for one in heard][-1] == word
    assert f"\n{word}\n" in story.root
    assert story.look(110) == []
    assert not story.maintenance.is_open


@pytest.mark.parametrize("name", NAMES)
def test_an_incident_during_it_is_an_incident_and_both_are_told(name: str) -> None:
    story = begun(name)

    heard = story.look(BEGINS + 20, STARTED, trouble=True)

    incidents = [one for one in story.desk.open if one.kind is Kind.INCIDENT]
    assert len(incidents) == 1
    assert len(story.desk.open) == 2
    assert any("posted: " in one for one in heard)
    assert not any("Impact raised" in one for one in heard)
    assert "\nMaintenance · " in story.root


@pytest.mark.parametrize("name", NAMES)
def test_routes_tell_it_from_an_incident(name: str) -> None:
    story = begun(name)
    story.look(BEGINS + 20, STARTED, trouble=True)
    routes = tuple(_routes())

    chosen = {one.kind: routing.choose(one, routes).destinations for one in story.desk.open}

    assert chosen == {
        Kind.MAINTENANCE: (Destination("console", "maintenance"),),
        Kind.INCIDENT: (Destination("console", "incident"),),
    }


def _routes() -> Iterator[Route]:
    for kind in (Kind.MAINTENANCE, Kind.INCIDENT):
        yield Route(name=kind, match=Match(kinds=(kind,)), to=(Destination("console", kind),))


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_said_to_have_happened_later_than_now(name: str) -> None:
    story = Story(name)
    for minute, stage in ((0, None), (TOLD, SCHEDULED), (BEGINS + 1, STARTED), (ENDS - 30, OVER)):
        story.look(minute, stage)

    entries = [entry for timeline in story.desk.timelines.values() for entry in timeline]
    assert all(entry.happened_at <= entry.recorded_at for entry in entries)
    assert all(one.resolved_at is None or one.resolved_at <= at(ENDS - 30) for one in story.desk.incidents.values())


@pytest.mark.parametrize("name", NAMES)
def test_every_word_of_the_vendor_is_quoted_once(name: str) -> None:
    story = begun(name)
    story.look(LAST, OVER)

    for words in (PLANNED, BEGUN, DONE):
        assert sum(words in one for one in story.said) <= 1
