"""The parts of a vendor that an incident is about, each with how it is."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

from bot.core.message import Tone
from bot.core.wording import STATUS_WORDS, TONES, short
from bot.model import Component, ComponentStatus, Impact, Incident


@dataclass(frozen=True, slots=True)
class PartView:
    """One part: what it is called, how it looks, and its state in a word or two; without one nobody says."""

    name: str
    tone: Tone
    word: str


@dataclass(frozen=True, slots=True)
class Group:
    """Parts that a vendor lists together; those that it lists by themselves are in a group without a name."""

    name: str
    parts: tuple[PartView, ...]


def affected(incident: Incident) -> tuple[Group, ...]:
    """Return what it is about, by group, the worst first.  Once it is over nothing is said of how its parts are."""
    order = list(STATUS_WORDS)
    worst_first = sorted(incident.components, key=lambda one: -order.index(one.status))
    places = {group: number for number, group in enumerate(dict.fromkeys(one.group for one in worst_first))}
    grouped = groupby(sorted(worst_first, key=lambda one: places[one.group]), key=lambda one: one.group)
    return tuple(Group(name or "", tuple(_view(one, incident) for one in parts)) for name, parts in grouped)


def _view(part: Component, incident: Incident) -> PartView:
    if not incident.is_open or part.status is ComponentStatus.UNKNOWN:
        return PartView(part.name, Tone.NOTICE, "")
    tone = Tone.RESOLVED if part.status.impact is Impact.NONE else TONES[part.status.impact]
    return PartView(part.name, tone, short(part.status))
