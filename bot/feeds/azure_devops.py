"""Azure DevOps' health: `https://status.dev.azure.com/_apis/status/health`.

Facts: Microsoft's documentation (https://learn.microsoft.com/rest/api/azure/devops/status/health/get), which asks for
one call a minute at most; answers of 2020 and 2026-08 quoted by clients (hofmann-works/cloudstatus): no real capture
seen.  A service is reported for each geography: US, CA, BR, EU, UK, APAC, AU, IN.

Stable: a service's id, which is its English name, and a geography's.  Not stable: `lastUpdated`, a clock.

There are no incidents in it: services have a health, and the whole has a health and a sentence, without an id or
a time.  So the components are all that is told, one for each service in each geography, and the geography is the
`group`; the sentence is not read.  It is complete in that whatever it can tell is in it.  It can not tell when
anything began, or why.  Nothing is followed up.  That unhealthy is an outage, and an advisory no better than what
is degraded, is our reading.
"""

from __future__ import annotations

import re
from typing import Final

from bot.errors import ParseError
from bot.feeds import _hosts, _listed, _text, _urls
from bot.feeds._json import Thing, decode
from bot.feeds._words import Words
from bot.model import Component, ComponentStatus, Impact, Snapshot, Source

EXPECTS: Final = "json"
VOLATILE = re.compile(rb'"lastUpdated"\s*:\s*(?:"[^"]*"|null)')
HOSTS: Final = ("status.dev.azure.com",)

_PAGE = "https://status.dev.azure.com/"
_HEALTH = {
    "healthy": (Impact.NONE, ComponentStatus.OPERATIONAL),
    "advisory": (Impact.MINOR, ComponentStatus.DEGRADED_PERFORMANCE),
    "degraded": (Impact.MINOR, ComponentStatus.DEGRADED_PERFORMANCE),
    "unhealthy": (Impact.MAJOR, ComponentStatus.MAJOR_OUTAGE),
}
_NO_HEALTH = (Impact.UNKNOWN, ComponentStatus.UNKNOWN)


def parse(body: bytes, source: Source) -> Snapshot:
    """Return how every service is in every geography."""
    payload, words = decode(body), Words()
    services = payload.things("services")
    if not payload.thing("status").has("health") or not all(service.has("geographies") for service in services):
        raise ParseError("no `status` with `health`, or a service without `geographies`, at $")
    found = _listed.components(component for service in services for component in _components(service, words))
    if not found:
        raise ParseError("no service in any geography at $.services")
    return Snapshot(
        vendor=source.vendor,
        format="azure-devops",
        components=found,
        indicator=words.among(payload.thing("status").text("health"), _HEALTH, _NO_HEALTH)[0],
        complete_open_set=True,
        page_name="Azure DevOps",
        page_url=_PAGE,
        unknown_words=words.unknown,
    )


def endpoints(source: Source) -> tuple[str, ...]:
    """Return the one document, or the address itself where it is it already, perhaps for some geographies alone."""
    if _urls.split(source).path.startswith("/_apis/"):
        return (source.url,)
    return (f"{_urls.origin(source)}/_apis/status/health?api-version=7.1-preview.1",)


def follow_up(_source: Source, _external_id: str) -> tuple[str, ...]:
    """Return nothing: there are no incidents."""
    return ()


def linked(_page: str, source: Source) -> tuple[str, ...]:
    """Return what to poll if the address is Azure DevOps' own: there is only one such page."""
    return endpoints(source) if _hosts.at(source, HOSTS) else ()


def _components(service: Thing, words: Words) -> list[Component]:
    return [_component(service.identity("id"), geography, words) for geography in service.things("geographies")]


def _component(service: str, geography: Thing, words: Words) -> Component:
    key = geography.identity("id")
    place = _text.one_line(geography.text("name")) or _text.one_line(key)
    status = words.among(geography.text("health"), _HEALTH, _NO_HEALTH)[1]
    return Component(f"{service}/{key}", f"{_text.one_line(service)} ({place})", status, _text.one_line(key) or None)
