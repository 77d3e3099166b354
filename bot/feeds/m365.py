"""Microsoft's public posts: `https://status.cloud.microsoft/api/posts/m365Consumer`, `mac`, `ppac` and `azure`.

Facts: no real capture seen and no documentation; a third party quotes the live answer of 2026-09-18 and the words that
the page's own script knows, and several clients read the same fields.  `m365Consumer` is a list of ten services; each
of the others is one post about one place: the admin centers of Microsoft 365 and of Power Platform, and Azure.  An
address that is none of these is answered with HTML.  The health of a tenant's own services (Exchange, Teams) is not
public: what is here is an outside witness, not the whole.

Stable: a service's `ServiceWorkloadName`.  Not stable: `LastUpdatedTime`, the clock of the request, and
`InternalDateTime`, which is renewed every ten minutes.

A post has an `Id`, but whether it stays while the words change, and from one trouble to the next, nobody has said.
So no incidents are made of posts: the components are all that is told, and the words of a post, which are boilerplate
while all is well, are not read.  It is complete in that whatever it can tell is in it.  A single post does not name
its place: the address does, and where it does not, it is taken for that of the Microsoft 365 admin center, which is
what is read beside the list.  It can not tell when anything began.  Nothing is followed up.
"""

from __future__ import annotations

import re
from typing import Final

from bot.errors import ParseError
from bot.feeds import _hosts, _listed, _text, _urls
from bot.feeds._json import Thing, decode_any
from bot.feeds._severity import worst
from bot.feeds._words import Words
from bot.model import Component, ComponentStatus, Impact, Snapshot, Source

EXPECTS: Final = "json"
VOLATILE = re.compile(rb'"(?:LastUpdatedTime|InternalDateTime)"\s*:\s*(?:"[^"]*"|null)')
HOSTS: Final = ("status.cloud.microsoft",)

_PAGE = "https://status.cloud.microsoft/"
_LIST = "/api/posts/m365Consumer"
_PLACES = {
    "mac": "Microsoft 365 admin center",
    "ppac": "Power Platform admin center",
    "azure": "Microsoft Azure",
}
_STATUSES = {
    "available": ComponentStatus.OPERATIONAL,
    "operational": ComponentStatus.OPERATIONAL,
    "service_restored": ComponentStatus.OPERATIONAL,
    "servicerestored": ComponentStatus.OPERATIONAL,
    "service_degradation": ComponentStatus.DEGRADED_PERFORMANCE,
    "servicedegradation": ComponentStatus.DEGRADED_PERFORMANCE,
    "unknown": ComponentStatus.UNKNOWN,
}


def parse(body: bytes, source: Source) -> Snapshot:
    """Return how the services of a list are, or the place of one post."""
    payload = decode_any(body)
    posts = (payload,) if isinstance(payload, Thing) else payload
    if not posts or not all(_is_post(post) for post in posts):
        raise ParseError("no posts with `Id`, `Message`, `AuthoredDateTime` and `LastUpdatedTime` at $")
    words = Words()
    one = _service if not isinstance(payload, Thing) else _place
    found = _listed.components(one(post, source, words) for post in posts)
    return Snapshot(
        vendor=source.vendor,
        format="m365",
        components=found,
        indicator=worst((component.status for component in found), Impact.UNKNOWN),
        complete_open_set=True,
        page_name="Microsoft 365",
        page_url=_PAGE,
        unknown_words=words.unknown,
    )


def endpoints(source: Source) -> tuple[str, ...]:
    """Return the list of services, or the address itself where it is a document already."""
    if _urls.split(source).path.startswith("/api/posts/"):
        return (source.url,)
    return (f"{_urls.origin(source)}{_LIST}",)


def beside(endpoint: str) -> tuple[str, ...]:
    """Return the post on the admin center, which the list leaves out."""
    return (f"{endpoint.removesuffix(_LIST)}/api/posts/mac",) if endpoint.endswith(_LIST) else ()


def follow_up(_source: Source, _external_id: str) -> tuple[str, ...]:
    """Return nothing: there are no incidents."""
    return ()


def linked(_page: str, source: Source) -> tuple[str, ...]:
    """Return what to poll if the address is Microsoft's own: there is only one such page."""
    return endpoints(source) if _hosts.at(source, HOSTS) else ()


def _is_post(thing: Thing) -> bool:
    # `Title` and `Message` may be empty, `Status` may be anything: it is the keys that make a post.
    return all(key in thing.fields for key in ("Id", "Status", "Message", "AuthoredDateTime", "LastUpdatedTime"))


def _service(post: Thing, _source: Source, words: Words) -> Component:
    name = _text.one_line(post.text("ServiceDisplayName"))
    key = post.text("ServiceWorkloadName") or post.identity("ServiceDisplayName")
    return Component(key, name or _text.one_line(key) or key, _status(post, words))


def _place(post: Thing, source: Source, words: Words) -> Component:
    if post.has("ServiceDisplayName"):
        return _service(post, source, words)
    place = _urls.split(source).path.rpartition("/")[2].lower()
    key = place if place in _PLACES else "mac"
    return Component(key, _PLACES[key], _status(post, words))


def _status(post: Thing, words: Words) -> ComponentStatus:
    return words.among(post.text("Status"), _STATUSES, ComponentStatus.UNKNOWN)
