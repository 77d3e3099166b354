"""What pages show of incidents and of whoever is watched: in the core's words, with what is needed to link them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote, urlsplit

from bot.core import answers, wording
from bot.core.message import Item, Line, Quote, Tone
from bot.core.people import as_of
from bot.core.standing import Standing
from bot.model import Component, Impact, Incident, State

# More are on the page of whoever it is.
_INCIDENTS = 3


@dataclass(frozen=True, slots=True)
class OpenIncident:
    """One incident that goes on: what there is to say of it, and the vendor's last words."""

    id: str
    item: Item
    quotes: tuple[Quote, ...]
    state: str


@dataclass(frozen=True, slots=True)
class Card:
    """One vendor, or something of our own, with what is the matter with it.

    `state` changes whenever that does, apart from how long it lasts.
    """

    slug: str
    name: str
    tone: Tone
    word: str
    lines: tuple[Line, ...]
    incidents: tuple[OpenIncident, ...] = ()
    more: int = 0
    planned: tuple[tuple[str, Item], ...] = ()
    checked_at: datetime | None = None
    url: str = ""

    @property
    def state(self) -> str:
        """What it shows, in short."""
        return " ".join((self.tone, self.word, *(one.state for one in self.incidents)))


def card(standing: Standing, now: datetime, most: int = _INCIDENTS) -> Card:
    """Return how one stands, with at most so many incidents."""
    going_on = answers.underway(standing)
    listed = {component.id for incident in going_on for component in incident.components}
    others = [component for component in standing.components if component.id not in listed]
    lines = [*answers.lost(standing, now), *answers.probed(standing, now)]
    lines += [answers.unwell(others)] if others else []
    return Card(
        slug=standing.vendor,
        name=standing.name,
        tone=answers.look(standing),
        word=answers.condition(standing),
        lines=tuple(lines),
        incidents=tuple(going(one, now) for one in going_on[:most]),
        more=max(len(going_on) - most, 0),
        planned=tuple((i.id, answers.plan(i)) for i in standing.incidents if i.state is State.SCHEDULED),
        checked_at=standing.checked_at,
        url=standing.url or "",
    )


def going(incident: Incident, now: datetime) -> OpenIncident:
    """Return an incident as it stands now."""
    seen = as_of(incident, now)
    item = answers.of_incident(seen)
    state = f"{incident.id} {incident.state} {incident.impact} {incident.last_seq}"
    return OpenIncident(incident.id, item, tuple(answers.last_words(seen)), state)


@dataclass(frozen=True, slots=True)
class Part:
    """One component of a page, and how it looks."""

    name: str
    tone: Tone
    word: str


@dataclass(frozen=True, slots=True)
class Group:
    """The components of one group, the worst first; without a name, those that are in none."""

    name: str
    parts: tuple[Part, ...]
    unwell: int


_PART_TONES = {
    Impact.NONE: Tone.RESOLVED,
    Impact.MINOR: Tone.MINOR,
    Impact.MAJOR: Tone.MAJOR,
    Impact.MAINTENANCE: Tone.MAINTENANCE,
    Impact.UNKNOWN: Tone.NOTICE,
}


def groups(components: Iterable[Component]) -> tuple[Group, ...]:
    """Return components by group, as their page has them; the groups with trouble first."""
    found: dict[str, list[tuple[int, Part]]] = {}
    order = list(wording.STATUS_WORDS)
    for one in components:
        part = Part(one.name, _PART_TONES[one.status.impact], wording.short(one.status))
        found.setdefault(one.group or "", []).append((order.index(one.status), part))
    made = [
        Group(
            name,
            tuple(part for _, part in sorted(parts, key=lambda one: -one[0])),
            sum(part.tone is not Tone.RESOLVED for _, part in parts),
        )
        for name, parts in found.items()
    ]
    return tuple(sorted(made, key=lambda group: (not group.unwell, bool(group.name))))


@dataclass(frozen=True, slots=True)
class Pages:
    """Where one is in a long list; `query` is what else is asked for, as it stands in an address."""

    path: str
    number: int
    count: int
    total: int
    query: str = ""

    def address(self, number: int) -> str:
        """Return where another part of the list is."""
        asked = f"{self.query}&" if self.query else ""
        return f"{self.path}?{asked}page={number}"


def asked(**words: str) -> str:
    """Write what is asked for as it stands in an address; what is empty is left out."""
    return "&".join(f"{name}={quote(word, safe='')}" for name, word in words.items() if word)


def bare(url: str) -> str:
    """Return an address without what may be secret in it: who asks, and with which parameters."""
    parts = urlsplit(url)
    if not parts.hostname:
        return ""
    port = f":{parts.port}" if parts.port else ""
    scheme = f"{parts.scheme}://" if parts.scheme else ""
    return f"{scheme}{parts.hostname}{port}{parts.path}"
