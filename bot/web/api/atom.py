"""`/incidents.atom`: the newest incidents and maintenances as a feed, an entry each, as Statuspage's history is one.

Facts: https://www.rfc-editor.org/rfc/rfc4287, ids after https://www.rfc-editor.org/rfc/rfc4151; the text of an entry is
written as Statuspage's `history.atom` writes it (see bot/feeds/_paragraphs.py), which has no place for who says it: so
lines of ours say that they are ours, and what is only known from another Sitrep is left out.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterable, Iterator
from datetime import UTC, datetime
from html import escape
from typing import Final
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.core import published
from bot.core.kin import is_relayed
from bot.core.published import Statement
from bot.core.wording import capital, words
from bot.model import Incident
from bot.store import published as store
from bot.store.published import Gathered, Told
from bot.web.api.addresses import base, incident_page
from bot.web.api.answers import OPEN, Missing, Shelf, answer, safely
from bot.web.api.page import Place
from bot.web.api.press import Press

MEDIA: Final = "application/atom+xml; charset=utf-8"
_NAMESPACE = "http://www.w3.org/2005/Atom"
_LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
# A page's ids do not change if its address does: they are of the day on which this was first written.
_SINCE = "2026"
_LARGEST = 600_000
_UNWRITABLE = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def routes(press: Press, shelf: Shelf) -> list[Route]:
    """Return what is served of it."""
    endpoint = safely(_serving(press, shelf), OPEN)
    return [Route("/incidents.atom", endpoint), Route("/vendors/{vendor}/incidents.atom", endpoint)]


def _serving(press: Press, shelf: Shelf) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        where, vendor = base(request, press.board.url), request.path_params.get("vendor")

        async def made() -> bytes:
            place = await press.place(where, vendor)
            if place is None:
                raise Missing("no vendor of this name is watched")
            found = await store.listed(press.board.database, store.both, [vendor] if vendor else None)
            return feed(place, found)

        return answer(request, await shelf.get(("atom", where, vendor or ""), made), MEDIA, OPEN)

    return endpoint


def feed(place: Place, found: Gathered) -> bytes:
    """Return the feed of a page."""
    root = ET.Element("feed", {"xmlns": _NAMESPACE, "xml:lang": "en"})
    _text(root, "id", f"tag:sitrep,{_SINCE}:{place.id}/incidents")
    _text(root, "title", f"{place.name} - Incident History")
    _text(root, "updated", _iso(found.at or _LONG_AGO))
    _link(root, "alternate", "text/html", place.url)
    _link(root, "self", "application/atom+xml", f"{place.url}/incidents.atom")
    _author(root, place.name)
    ET.SubElement(root, "generator").text = "Sitrep"
    size = 0
    for told in found.told:
        # Readers of feeds, Sitrep itself among them, do not read the largest: the newest are what matters.
        if size < _LARGEST and not is_relayed(told.incident, found.others):
            size += _entry(root, told, place)
    written: bytes = ET.tostring(root, encoding="utf-8")
    return b'<?xml version="1.0" encoding="utf-8"?>\n' + written


def _entry(root: ET.Element, told: Told, place: Place) -> int:
    """Add an entry, and return how long it is."""
    one, planned = told.incident, published.is_planned(told.incident)
    said = published.statements(one, told.entries)
    entry = ET.SubElement(root, "entry")
    _text(entry, "id", f"tag:sitrep,{_SINCE}:{place.id.removesuffix(f'-{place.vendor}')}/incident/{one.id}")
    _text(entry, "title", published.name_of(one, alone=place.vendor is not None))
    _text(entry, "published", _iso(published.first_told(one)))
    _text(entry, "updated", _iso(published.changed_at(one, told.entries, said)))
    _link(entry, "alternate", "text/html", incident_page(place.base, one.id))
    _author(entry, one.name)
    for term in dict.fromkeys((one.vendor, one.kind.value, one.impact.value)):
        ET.SubElement(entry, "category", {"term": term})
    content = ET.SubElement(entry, "content", {"type": "html"})
    content.text = _printable("".join((*_window(one), *_paragraphs(reversed(said), planned=planned))))

    return len(content.text)


def _paragraphs(said: Iterable[Statement], *, planned: bool) -> Iterator[str]:
    for one in said:
        at = one.at.astimezone(UTC)
        when = f"{at:%b} <var data-var='date'>{at.day:2}</var>, <var data-var='time'>{at:%H:%M}</var> UTC"
        label = capital(words(published.state_of(one.state, planned=planned)))
        body = escape(one.text).replace("\n", "<br />")
        yield f"<p><small>{when}</small><br><strong>{label}</strong> - {body}</p>"


def _window(one: Incident) -> Iterator[str]:
    if one.starts_at is None:
        return
    starts, ends = one.starts_at.astimezone(UTC), one.ends_at.astimezone(UTC) if one.ends_at else None
    until = ""
    if ends is not None:
        is_same_day = ends.date() == starts.date()
        until = f" - {ends:%H:%M}" if is_same_day else f" - {ends:%b} {ends.day}, {ends:%H:%M}"
    yield f"<p><strong>THIS IS A SCHEDULED EVENT {starts:%b} {starts.day}, {starts:%H:%M}{until} UTC</strong></p>"


def _iso(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _text(parent: ET.Element, name: str, text: str) -> None:
    ET.SubElement(parent, name).text = _printable(text)


def _printable(text: str) -> str:
    """Return text without the characters that XML has no way to write: https://www.w3.org/TR/xml/#charsets."""
    return _UNWRITABLE.sub("", text)


def _author(parent: ET.Element, name: str) -> None:
    _text(ET.SubElement(parent, "author"), "name", name or "Sitrep")


def _link(parent: ET.Element, rel: str, media: str, href: str) -> None:
    if urlsplit(href).scheme in {"http", "https"}:
        ET.SubElement(parent, "link", {"rel": rel, "type": media, "href": href})
