"""Two desks: the first sees a vendor's page, the second what the first publishes of it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime

from bot.core import published
from bot.core.health import Health
from bot.feeds import statuspage
from bot.loops.reading import page_of
from bot.model import ChangeKind, Claim, Component, Incident, Snapshot, Source, TimelineEntry, Who
from bot.store.published import Shown, Told
from bot.web.api import page_shapes as shapes
from bot.web.api.page import Place, incident, indicator
from bot.web.api.parts import Bench, vendors
from bot.web.api.written import Writer
from tests.unit.build import ACME, NOON, at
from tests.unit.desk import Desk, Ending, LookUp, unreadable

PLACE = Place(
    id="sitrep-0123456789ab-acme",
    name="Acme",
    url="https://sitrep.example/vendors/acme",
    base="https://sitrep.example",
    vendor="acme",
)
KIN = Source(key="feed:kin", vendor="acme", name="Acme", format="statuspage", url=PLACE.url)
_COMPONENTS = Writer(tuple[shapes.Component | shapes.Group, ...])
_SUMMARY = Writer(shapes.SummaryDocument)
_ONE = Writer(shapes.IncidentDocument)


@dataclass(slots=True)
class Mirror:
    """What one says and what the other makes of it."""

    one: Desk = field(default_factory=Desk)
    other: Desk = field(default_factory=Desk)
    source: Source = ACME

    def sees(self, snapshot: Snapshot, look_up: LookUp = unreadable) -> None:
        """Let the first see a page, and the second at once what is published then."""
        assert snapshot.taken_at is not None
        self.one.sees(snapshot, look_up, self.source)
        seen = replace(statuspage.parse(self._summary(snapshot), KIN), taken_at=snapshot.taken_at)
        self.other.sees(seen, self._look_up, KIN)

    def told(self, one: Incident) -> Told:
        return Told(one, tuple(self.one.timelines[one.id]))

    def _summary(self, snapshot: Snapshot) -> bytes:
        open_ones = [one for one in self.one.incidents.values() if one.is_open]
        health = Health(first_look=snapshot.taken_at, last_look=snapshot.taken_at)
        shown = Shown(key="acme", vendor="acme", name="Acme", health=health, version="", relayed=False)
        (vendor,) = vendors([shown], open_ones)
        bench = Bench(PLACE.id, alone=True)
        bench.write(replace(vendor, pages={"acme": page_of(snapshot)}))
        written = bench.of(vendor)
        made = [incident(self.told(one), PLACE, (), written.by_id) for one in open_ones]
        return _SUMMARY(
            shapes.SummaryDocument(
                page=PLACE.about(snapshot.taken_at or NOON),
                components=tuple(_COMPONENTS.adapter.validate_json(b"[" + written.whole + b"]")),
                incidents=tuple(one for one in made if isinstance(one, shapes.Incident)),
                scheduled_maintenances=tuple(one for one in made if isinstance(one, shapes.Maintenance)),
                status=indicator(open_ones, [written.status], "as it is"),
            )
        )

    def _look_up(self, external_id: str) -> Claim | Ending:
        one = self.one.incidents.get(external_id)
        if one is None:
            return Ending.GONE
        (claim,) = statuspage.parse(self._document(one), KIN).incidents
        return claim

    def _document(self, one: Incident) -> bytes:
        made = incident(self.told(one), PLACE, ())
        return _ONE(shapes.IncidentDocument(page=PLACE.about(made.updated_at), incident=made))

    def reads_again(self, minute: float) -> None:
        """Let the second read of the only incident again, as it does for a root cause."""
        seen = statuspage.parse(self._document(self.one.incident), KIN)
        self.other.sees(replace(seen, taken_at=at(minute)), source=KIN)

    def differences(self) -> list[str]:
        """Return in what the second has it otherwise than the first: what is left out here is nobody's but one's."""
        theirs = {name: self.other.incidents[where] for (_, name), where in self.other.attached.items()}
        found = []
        for one in self.one.incidents.values():
            there = theirs.pop(one.id, None)
            if there is None:
                found.append(f"{one.id} is missing")
                continue
            mine, heard = said(self.one.timelines[one.id]), said(self.other.timelines[there.id])
            for what, a, b in (
                ("title", published.name_of(one, alone=True), there.title),
                ("open", one.is_open, there.is_open),
                ("impact", published.impact_of(one.impact), published.impact_of(there.impact)),
                ("start", one.started_at, there.started_at),
                ("end", one.resolved_at, there.resolved_at),
                ("window", (one.starts_at, one.ends_at), (there.starts_at, there.ends_at)),
                ("parts", names(one.components), names(there.components)),
                ("words", mine, heard),
            ):
                if a != b:
                    found.append(f"{one.id} {what}: {a} / {b}")
        return [*found, *(f"{name} is nothing of the first's" for name in theirs)]


def said(entries: list[TimelineEntry]) -> list[tuple[datetime, str]]:
    """Return the vendor's words as they are in the end, with their times."""
    found: list[tuple[datetime, str]] = []
    for entry in entries:
        if entry.kind is ChangeKind.EDITED:
            before = next((t.before for t in entry.transitions if t.subject == "text"), entry.text)
            found = [(at, entry.text if text == before else text) for at, text in found]
        elif entry.kind is ChangeKind.RETRACTED:
            found = [one for one in found if one[1] != entry.transitions[0].before]
        elif entry.text and entry.who is Who.VENDOR and not entry.quiet:
            found.append((entry.happened_at, entry.text))
    return sorted(one for one in found if not one[1].startswith(published.OURS))


def names(parts: tuple[Component, ...]) -> list[str]:
    return sorted(part.name for part in parts)
