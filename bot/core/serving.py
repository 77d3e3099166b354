"""The answers about our own services: how each stands, why, and what to do instead.  Bounded, however bad it is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.core import cards, pressing
from bot.core.answers import cut, listed, of_incident
from bot.core.impact import Need, ServiceView, label
from bot.core.message import Item, Line, Link, Message, Part, Reply, Tone, heading, line
from bot.core.people import as_of
from bot.core.spans import duration
from bot.core.team import is_ours
from bot.core.wording import TONES, words
from bot.model import Impact

_ITEMS, _NEEDS, _INCIDENTS, _TITLE = 8, 10, 5, 120


def tone(view: ServiceView) -> Tone:
    """Return how a service looks: never well unless all that it needs was seen to be."""
    if view.impact is None:
        return Tone.NOTICE
    return Tone.RESOLVED if view.impact is Impact.NONE else TONES[view.impact]


def section(views: Sequence[ServiceView]) -> list[Part]:
    """Return how all our services stand, as the first part of `status`: what is well is only named."""
    if not views:
        return []
    unwell = [view for view in views if view.impact is not Impact.NONE]
    well = [view.name for view in views if view.impact is Impact.NONE]
    parts: list[Part] = [heading("Our services", level=2), *(_item(view) for view in unwell[:_ITEMS])]
    parts += [line("Not well either: ", listed([view.name for view in unwell[_ITEMS:]]))] if unwell[_ITEMS:] else []
    parts += [line("Operational: ", listed(well))] if well else []
    return parts


def _item(view: ServiceView) -> Item:
    return Item(tone(view), cut(view.name, _TITLE), (label(view),), tuple(line(why) for why in matters(view)))


def matters(view: ServiceView) -> list[str]:
    """Return what is the matter with a service and what it needs, a line each."""
    found = [f"{i.title}: {words(i.impact)}, declared here" for i in view.incidents if is_ours(i)]
    found += [f"{one.name}: {one.word}" for one in view.needs if one.impact is not Impact.NONE]
    return [*found[:_NEEDS], *([f"and {len(found) - _NEEDS} more"] if len(found) > _NEEDS else [])]


def one(view: ServiceView, now: datetime) -> Reply:
    """Return a service's page: whose it is, how all that it needs stands, and what to do instead."""
    parts: list[Part] = [*_whose(view), *(need(which, now) for which in view.needs[:_NEEDS])]
    if len(view.needs) > _NEEDS:
        parts.append(line(f"and {len(view.needs) - _NEEDS} more"))
    going_on = pressing.in_order(view.incidents)
    parts += [of_incident(as_of(incident, now)) for incident in going_on[:_INCIDENTS]]
    if len(going_on) > _INCIDENTS:
        parts.append(line(f"{len(going_on) - _INCIDENTS} more incidents are open."))
    parts += _instead(view, now)
    message = Message(tone=tone(view), headline=f"{view.name}: {label(view)}", parts=tuple(parts))
    return Reply(message=message, shareable=True)


def plan(view: ServiceView, now: datetime) -> list[Line]:
    """Return what is to be done, for the page of a vendor: whose it is here, and what to do instead."""
    return [*_whose(view), *_instead(view, now)]


def _instead(view: ServiceView, now: datetime) -> list[Line]:
    found = cards.card(view.service)
    if not found.has_plan:
        return []
    word = view.fallback.word if view.fallback else ""
    return [heading("What to do instead", level=2), *cards.instead(found, word, now)]


def _whose(view: ServiceView) -> list[Line]:
    owner, runbook = view.service.owner, view.service.runbook
    spans = [f"Owner: {owner}"] if owner else []
    if runbook:
        return [line(*spans, *([" · "] if spans else []), Link("Runbook", runbook))]
    return [line(*spans)] if spans else []


def need(found: Need, now: datetime) -> Line:
    """Return how one thing stands that a service needs, and how fresh that is."""
    seen = "checked" if found.is_told else "last read"
    fresh = f", {seen} {duration(now - found.checked_at)} ago" if found.checked_at else ""
    return line(f"Needs {found.name}: {found.word}{fresh}")


def several(views: Sequence[ServiceView], query: str) -> Reply:
    """Return all services that the words may mean, each to be chosen."""
    choices = tuple((cut(view.name, 70), f"status {view.name}") for view in views[:_ITEMS])
    headline = f"{len(views)} of our services that “{cut(query, 60)}” may mean"
    message = Message(tone=tone(views[0]), headline=headline, parts=tuple(map(_item, views[:_ITEMS])))
    return Reply(message=message, shareable=True, choices=choices)
