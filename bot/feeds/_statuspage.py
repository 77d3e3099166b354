"""The JSON that Statuspage invented and incident.io imitates: pages, components, incidents."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.core.kin import MARK
from bot.errors import ParseError
from bot.feeds import _listed, _text, _urls
from bot.feeds._json import Thing
from bot.feeds._updates import ended_at, oldest_first
from bot.feeds._words import MAINTENANCE_STATES, Words
from bot.model import Claim, Component, ComponentStatus, Impact, Kind, Source, State, Update

LISTS = ("components", "incidents", "scheduled_maintenances")

# Crockford's alphabet has no I, L, O, U; the first two characters stay 01 until the year 2039.
_ULID = re.compile(r"01[0-9A-HJKMNP-TV-Z]{24}")
# GitHub lists "Visit www.githubstatus.com for more information" among its components.
_SIGNPOST = re.compile(r"visit\s+\S*\w\.\w", re.IGNORECASE)

# No claim, component or update is made of these.  Between captured GitHub summaries `page.updated_at` alone
# differed 49 times of 143, and incident.io shuffles `position` from one capture to the next.
VOLATILE = re.compile(rb'"(?:updated_at"\s*:\s*(?:"[^"]*"|null)|position"\s*:\s*\d+)')


# What a Sitrep says besides, where Statuspage has no word for it (bot/web/api/page_shapes.py).
_MORE = "sitrep"


@dataclass(frozen=True, slots=True)
class Page:
    """Who is speaking, and the components as the page has them now, by id."""

    id: str
    name: str | None
    url: str
    components: Mapping[str, Component]

    @property
    def is_ours(self) -> bool:
        """Whether another Sitrep speaks."""
        return self.id.startswith(MARK)


def is_ulid(text: str) -> bool:
    """Whether an id is incident.io's; Statuspage's have twelve lower-case letters and digits."""
    return _ULID.fullmatch(text) is not None


def page(payload: Thing, source: Source, words: Words) -> Page:
    """Return the page that a payload belongs to: it names it, or at least each of its items does."""
    about = payload.thing("page")
    items = (item for key in LISTS for item in payload.things(key))
    page_id = about.optional_id("id") or next((found for item in items if (found := item.optional_id("page_id"))), None)
    if page_id is None:
        raise ParseError(f"no page id at {about.path}")
    url = _urls.shown(about.text("url")) or _urls.origin(source)
    single = (payload.thing("component"),) if payload.has("component") else ()
    components = _components((*payload.things("components"), *single), words)
    return Page(page_id, _text.one_line(about.text("name")) or None, url.rstrip("/"), components)


def claims(payload: Thing, about: Page, words: Words) -> tuple[Claim, ...]:
    """Return everything the payload says of incidents and maintenances, each once, ordered by id."""
    singles = (payload.thing("incident"),) if payload.has("incident") else ()
    listed = [one for one in (*payload.things("incidents"), *singles) if not _is_hearsay(one)]
    found = [_claim(incident, about, words) for incident in listed]
    planned = [one for one in payload.things("scheduled_maintenances") if not _is_hearsay(one)]
    found += (_claim(maintenance, about, words, listed_as=Kind.MAINTENANCE) for maintenance in planned)
    return _listed.claims(found)


def _is_hearsay(thing: Thing) -> bool:
    """Whether a Sitrep has it from another, or made it of what it lists anyway.

    Two that watch each other would tell each other's incidents to and fro for ever.
    """
    more = thing.thing(_MORE) if isinstance(thing.fields.get(_MORE), dict) else Thing({})
    return more.flag("relayed") or more.flag("derived")


def _components(listed: Iterable[Thing], words: Words) -> dict[str, Component]:
    """Return components by id, without groups, which only lend their names, and without signposts."""
    listed = tuple(listed)
    groups = {thing.identity("id"): thing.text("name") for thing in listed if thing.flag("group")}
    plain = (thing for thing in listed if not thing.flag("group") and not _is_hearsay(thing))
    found = (_component(thing, words, groups) for thing in plain)
    return _listed.by_id(component for component in found if not _SIGNPOST.match(component.name))


def _component(thing: Thing, words: Words, groups: Mapping[str, str | None]) -> Component:
    key = thing.identity("id")
    name = _text.one_line(thing.text("name")) or key
    group = groups.get(thing.text("group_id") or "")
    status = ComponentStatus.UNKNOWN if _says_unknown(thing, "status") else words.status(thing.text("status"))
    return Component(key, name, status, _text.one_line(group) or None)


def _says_unknown(thing: Thing, key: str) -> bool:
    """Whether a Sitrep says that it does not know, for which Statuspage has no word."""
    more = thing.fields.get(_MORE)
    return isinstance(more, dict) and more.get(key) == "unknown"


def _claim(thing: Thing, about: Page, words: Words, listed_as: Kind = Kind.INCIDENT) -> Claim:
    key = thing.identity("id")
    created = thing.instant("created_at")
    statements = [_update(update, thing, words) for update in thing.things("incident_updates")]
    updates = oldest_first(reversed(statements))  # the page lists the newest first
    state = words.state(thing.text("status"))
    impact = Impact.UNKNOWN if _says_unknown(thing, "impact") else words.impact(thing.text("impact"))
    return Claim(
        external_id=key,
        title=_text.title(thing.text("name")),
        state=state,
        impact=impact,
        kind=_kind(listed_as, state, impact),
        components=_affected(thing, about, words),
        updates=updates,
        url=_urls.incident_page(about.url, key),
        started_at=thing.instant("started_at") or _first(created, updates),
        published_at=created,
        resolved_at=thing.instant("resolved_at") or (ended_at(updates) if state.is_over else None),
        starts_at=thing.instant("scheduled_for"),
        ends_at=thing.instant("scheduled_until"),
    )


def _first(created: datetime | None, updates: tuple[Update, ...]) -> datetime | None:
    """Return when an incident that tells no start began: a back-filled one was spoken of before it was created."""
    return min((at for at in (created, *(update.at for update in updates)) if at), default=None)


def _kind(listed_as: Kind, state: State, impact: Impact) -> Kind:
    said = impact is Impact.MAINTENANCE or state in MAINTENANCE_STATES
    return Kind.MAINTENANCE if said else listed_as


def _update(thing: Thing, incident: Thing, words: Words) -> Update:
    key = thing.identity("id")
    at = _said_at(thing) or incident.instant("created_at") or incident.instant("started_at")
    if at is None:
        raise ParseError(f"no time that can be read at {thing.path}, nor at {incident.path}")
    return Update(key, words.state(thing.text("status")), _text.plain(thing.text("body")), at)


def _said_at(update: Thing) -> datetime | None:
    # Postmortems have `display_at: null`.
    return update.instant("display_at") or update.instant("created_at")


def _affected(incident: Thing, about: Page, words: Words) -> tuple[Component, ...]:
    """Return the incident's components: as the page has them now, else as the incident lists them.

    Where it lists none (the component was deleted; incident.io), the newest update may still name them.
    """
    listed = _components(incident.things("components"), words) or _last_named(incident, words)
    return tuple(about.components.get(key, listed[key]) for key in sorted(listed))


def _last_named(incident: Thing, words: Words) -> dict[str, Component]:
    dated = [(_said_at(update), update) for update in incident.things("incident_updates")]
    newest = max((at for at, _ in dated if at), default=None)
    found = {}
    for thing in next((update for at, update in dated if at == newest), Thing({})).things("affected_components"):
        key = thing.identity("code")
        name = _text.one_line(thing.text("name")) or key
        found[key] = Component(key, name, words.status(thing.text("new_status")))
    return found
