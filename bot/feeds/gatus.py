"""Gatus: `/api/v1/endpoints/statuses`, a list of endpoints with their newest results.

Facts: the source of TwiN/gatus, 2026-08-17 (api/endpoint_status.go, config/endpoint/): name, group, key,
results [{status (of HTTP), hostname, duration in nanoseconds, errors, conditionResults [{condition, success}],
success, timestamp}], and in the answer for one endpoint, `/api/v1/endpoints/<key>/statuses`, which is an
object, events [{type START|HEALTHY|UNHEALTHY, timestamp}].  No capture seen.

Stable: the key, which is made of group and name.

It tells how the endpoints are and nothing of incidents.  None is made of it: the answer holds fifty results, so
the first failure of a longer outage leaves the list, and with it the only thing that could be an id.
What becomes of an endpoint that fails is for those who keep components; so it is no open set.

Three failures in a row are an outage, as for Gatus' own alerts by default (`failure-threshold`); a single
failure is none.  An endpoint without results is UNKNOWN.  Announcements (`/api/v1/config`) are not read: they
have no ids.  Empty lists are refused: they could be anybody's.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Final

from bot.errors import ParseError
from bot.feeds import _json, _listed, _text, _urls
from bot.feeds._json import Thing
from bot.feeds._severity import worst
from bot.model import Component, ComponentStatus, Impact, Snapshot, Source

EXPECTS: Final = "json"
# When each check was made and how long it took: results are listed in the order of time.
VOLATILE = re.compile(rb'"(?:duration"\s*:\s*\d+|timestamp"\s*:\s*"[^"]*")')
HOSTS: Final[tuple[str, ...]] = ()

_LIST = "/api/v1/endpoints/statuses"
_IN_A_ROW = 3  # https://github.com/TwiN/gatus#alerting: failure-threshold
_NEVER = datetime.min.replace(tzinfo=UTC)
_MARKS = re.compile(
    r"window\.config\s{0,9}=\s{0,9}\{\s{0,99}logo:|gatus is an advanced automated status page|github\.com/twin/gatus",
    re.IGNORECASE,
)


def parse(body: bytes, source: Source) -> Snapshot:
    """Return how every endpoint is, or the one whose own answer this is."""
    components = _listed.components(_component(thing) for thing in _endpoints(body))
    return Snapshot(
        vendor=source.vendor,
        format="gatus",
        components=components,
        indicator=worst((component.status for component in components), Impact.UNKNOWN),
        page_url=_urls.origin(source) + _below(source),
    )


def endpoints(source: Source) -> tuple[str, ...]:
    """Return the list of endpoints, or the address itself where it is a document already."""
    if "/api/v1/" in _urls.split(source).path:
        return (source.url,)
    return (f"{_urls.origin(source)}{_below(source)}{_LIST}",)


def follow_up(_source: Source, _external_id: str) -> tuple[str, ...]:
    """Return nothing: there are no incidents."""
    return ()


def linked(page: str, source: Source) -> tuple[str, ...]:
    """Return the list of endpoints of a page that is Gatus' own."""
    return endpoints(source) if _MARKS.search(page) else ()


def _below(source: Source) -> str:
    """Return the path under which Gatus is served; mostly none."""
    path = _urls.split(source).path
    if "/api/v1/" in path:
        return path.partition("/api/v1/")[0]
    return re.sub(r"/(?:endpoints?|suites?|services)(?:/.*)?$", "", path).rstrip("/")


def _endpoints(body: bytes) -> tuple[Thing, ...]:
    listed = (_json.decode(body),) if body.lstrip()[:1] == b"{" else _json.decode_list(body)
    if not listed:
        raise ParseError("no endpoints at $")
    for thing in listed:
        if not thing.has("key") or "results" not in thing.fields:
            raise ParseError(f"no endpoint of Gatus, with key and results, at {thing.path}")
    return listed


def _component(thing: Thing) -> Component:
    key = thing.identity("key")
    name, group = _text.one_line(thing.text("name")) or key, _text.one_line(thing.text("group")) or None
    return Component(key, name, _status(thing.things("results")), group)


def _status(results: tuple[Thing, ...]) -> ComponentStatus:
    """Return how an endpoint is by its newest results, whatever their order."""
    dated = sorted((result.instant("timestamp") or _NEVER, result.flag("success")) for result in results)
    newest = [success for _, success in dated[-_IN_A_ROW:]]
    if not newest:
        return ComponentStatus.UNKNOWN
    return ComponentStatus.OPERATIONAL if any(newest) else ComponentStatus.MAJOR_OUTAGE
