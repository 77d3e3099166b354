"""Upptime: `history/summary.json` of a GitHub repository, and `history/<slug>.yml` of one site.

Facts: three captured summaries and one captured site (smeedijzer-online/status, 2021 and 2022), and the source
of upptime/uptime-monitor and upptime/status-page, which names every field: name, url, icon, slug, status,
uptime and time (each also Day, Week, Month, Year), dailyMinutesDown.  A site's file holds url, status, code,
responseTime, lastUpdated, startTime, generator.

Stable: the slug, which is made of the name unless it is set.

It tells how the sites are and nothing of incidents: those are issues of the repository.  No incident can be
made of it either: `startTime` is when the watching of a site began (the source carries it over from one
check to the next; the captured site was down with a start 15 months before), and `lastUpdated` moves.  What
becomes of a site that is down is for those who keep components.  So it is no open set, and nothing vanishes.

Empty lists are refused: a repository without sites is nobody's page.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from bot.errors import ParseError
from bot.feeds import _hosts, _listed, _text, _urls
from bot.feeds._json import Thing, decode_list
from bot.feeds._severity import worst
from bot.feeds._words import Words
from bot.model import Component, ComponentStatus, Impact, Snapshot, Source

EXPECTS: Final = "json"
# Uptimes and times of response, which change with every check.
VOLATILE = re.compile(
    rb'"(?:uptime|time)(?:Day|Week|Month|Year)?"\s*:\s*(?:"[^"]*"|-?[\d.]+|null)|"dailyMinutesDown"\s*:\s*\{[^{}]*\}'
)
HOSTS: Final[tuple[str, ...]] = ()

_STATUSES: Mapping[str, ComponentStatus] = {
    "up": ComponentStatus.OPERATIONAL,
    "degraded": ComponentStatus.DEGRADED_PERFORMANCE,
    "down": ComponentStatus.MAJOR_OUTAGE,
}
_GENERATOR = re.compile(r"^generator: *Upptime\b", re.MULTILINE)
_LINE = re.compile(r"^(?P<key>url|status): *(?P<value>\S[^\r\n]*)", re.MULTILINE)
_SITE = re.compile(r"/history/([^/]+)\.ya?ml$")
_RAW = "https://raw.githubusercontent.com"
_REPOSITORY = re.compile(
    r"(?:github\.com|raw\.githubusercontent\.com)/(?P<owner>[\w-]{1,39})/(?P<name>[\w.-]{1,100})", re.IGNORECASE
)
_MAKER = "upptime"


def parse(body: bytes, source: Source) -> Snapshot:
    """Return how the sites of a summary are, or the one of a site's own file."""
    text = body[:2000].decode(errors="replace")
    words = Words()
    if _GENERATOR.search(text):
        found = [_site(text, source, words)]
    else:
        found = [_component(thing, words) for thing in _sites(body)]
    return Snapshot(
        vendor=source.vendor,
        format="upptime",
        components=_listed.components(found),
        indicator=worst((component.status for component in found), Impact.UNKNOWN),
        page_url=_urls.shown(source.url),
        unknown_words=words.unknown,
    )


def endpoints(source: Source) -> tuple[str, ...]:
    """Return the summary in the repository that an address names; of a domain of its own only `linked` knows it."""
    parts = _urls.split(source)
    host, path = parts.hostname or "", [part for part in parts.path.split("/") if part]
    if host == "github.com" and len(path) > 1:
        return (_summary(path[0], path[1]),)
    if host.endswith(".github.io"):
        owner = host.removesuffix(".github.io")
        return (_summary(owner, path[0] if path else host),)
    return (source.url,)


def follow_up(_source: Source, _external_id: str) -> tuple[str, ...]:
    """Return nothing: there are no incidents."""
    return ()


def linked(page: str, source: Source) -> tuple[str, ...]:
    """Return the summary in the repository that a page of Upptime links first, but for Upptime's own; or is."""
    if _hosts.at(source, ("github.com",)):
        return tuple(address for address in endpoints(source) if address.startswith(_RAW))
    if _MAKER not in page.lower():
        return ()
    for found in _REPOSITORY.finditer(page):
        if found["owner"].lower() != _MAKER:
            return (_summary(found["owner"], found["name"].removesuffix(".git")),)
    return ()


def _summary(owner: str, name: str) -> str:
    return f"{_RAW}/{owner}/{name}/HEAD/history/summary.json"


def _sites(body: bytes) -> tuple[Thing, ...]:
    sites = decode_list(body)
    if not sites:
        raise ParseError("no sites at $")
    for thing in sites:
        if "uptime" not in thing.fields or "slug" not in thing.fields:
            raise ParseError(f"no site of Upptime, with slug and uptime, at {thing.path}")
    return sites


def _component(thing: Thing, words: Words) -> Component:
    key = thing.identity("slug")
    status = words.among(thing.text("status"), _STATUSES, ComponentStatus.UNKNOWN)
    return Component(key, _text.one_line(thing.text("name")) or key, status)


def _site(text: str, source: Source, words: Words) -> Component:
    said = {found["key"]: found["value"].strip() for found in _LINE.finditer(text)}
    slug = _SITE.search(_urls.split(source).path)
    key = slug[1] if slug else _text.one_line(said.get("url"))
    if not key:
        raise ParseError("no url of a site, and no slug in its address")
    return Component(key, key, words.among(said.get("status"), _STATUSES, ComponentStatus.UNKNOWN))
