"""Cachet's two ways of writing the same things, read as one: rows of version 2, JSON:API of version 3."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.errors import ParseError
from bot.feeds import _text
from bot.feeds._json import Once, Thing
from bot.feeds._times import instant

SEPARATOR = "-"

_KINDS = ("incidents", "components", "schedules")
_EMPTY = re.compile(r"/api/(?:incidents|components|schedules)$")


@dataclass(frozen=True, slots=True)
class Record:
    """One incident, component, schedule or update of either version."""

    kind: str
    key: str
    fields: Thing
    components: tuple[Record, ...] = ()
    updates: tuple[Record, ...] = ()
    group: str | None = None

    @property
    def path(self) -> str:
        return self.fields.path

    def text(self, key: str) -> str | None:
        return self.fields.text(key)

    def number(self, key: str) -> str | None:
        """Return the number of a status, which version 3 wraps in an object."""
        inside = self.fields.fields.get(key)
        return self.fields.thing(key).text("value") if isinstance(inside, dict) else self.fields.text(key)

    def instant(self, key: str) -> datetime | None:
        """Return a time: `created_at` of version 2, `created: {string}` of version 3."""
        inside = self.fields.fields.get(key)
        return instant(self.fields.thing(key).text("string")) if isinstance(inside, dict) else self._plain(key)

    def _plain(self, key: str) -> datetime | None:
        return self.fields.instant(f"{key}_at")


_Included = Mapping[tuple[str, str], Record]


def records(payload: Thing) -> tuple[Record, ...]:
    """Return the records of an answer, or refuse what is neither version's."""
    inside = payload.fields.get("data")
    single = isinstance(inside, dict)
    data = (payload.thing("data"),) if single else payload.things("data")
    if not data:
        if not payload.has("data") or not _is_empty_page(payload.thing("meta")):
            raise ParseError("no data of Cachet at $")
        return ()
    if all(thing.text("type") in _KINDS and thing.has("attributes") for thing in data):
        included = {
            (thing.text("type") or "", key := thing.identity("id")): Record(
                thing.text("type") or "", key, thing.thing("attributes")
            )
            for thing in payload.things("included")
        }
        group = Once[Record, str](lambda record: _text.one_line(record.text("name")))
        return tuple(_resource(thing, included, group) for thing in data)
    if single or payload.thing("meta").has("pagination"):
        return tuple(_row(thing) for thing in data)
    raise ParseError("data without the pages of version 2 or the types of version 3 of Cachet at $.data")


def _is_empty_page(meta: Thing) -> bool:
    pages = meta.thing("pagination")
    is_old = pages.has("total") and pages.has("total_pages") and pages.has("links")
    return is_old or _EMPTY.search(meta.text("path") or "") is not None


def _row(thing: Thing) -> Record:
    """Return a row of version 2, whose kind is known by a field that no other kind has."""
    if "status_name" in thing.fields:
        return Record("components", thing.identity("id"), thing)
    if "human_status" in thing.fields and "scheduled_at" in thing.fields:
        return Record("schedules", thing.identity("id"), thing)
    if "human_status" in thing.fields:
        said = tuple(Record("updates", update.identity("id"), update) for update in thing.things("updates"))
        return Record("incidents", thing.identity("id"), thing, updates=said)
    raise ParseError(f"no incident, component or schedule of Cachet at {thing.path}")


def _resource(thing: Thing, included: _Included, group: Once[Record, str]) -> Record:
    """Return a resource of version 3 with those that it refers to."""
    about = thing.thing("attributes")
    if not isinstance(about.fields.get("status"), dict):
        raise ParseError(f"no status with a value at {about.path}")
    related = thing.thing("relationships")
    reference = related.thing("group").thing("data")
    found = included.get((reference.text("type") or "", reference.text("id") or ""))
    return Record(
        thing.text("type") or "",
        thing.identity("id"),
        about,
        _referred(related, "components", included),
        _referred(related, "updates", included),
        (group(found) or None) if found else None,
    )


def _referred(related: Thing, key: str, included: _Included) -> tuple[Record, ...]:
    references = related.thing(key).things("data")
    keys = ((reference.text("type") or "", reference.text("id") or "") for reference in references)
    return tuple(included[one] for one in keys if one in included)
