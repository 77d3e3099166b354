"""From the url that somebody wrote to the request that is sent: checked, parsed and built once."""

from __future__ import annotations

import re
from base64 import b64encode
from dataclasses import dataclass, replace
from functools import lru_cache

import httpx
import yarl

from bot import __version__
from bot.errors import BadAnswer, BadRequest
from bot.fetch.answer import Expect
from bot.fetch.body import ACCEPT_ENCODING
from bot.fetch.headers import sendable

USER_AGENT = f"Sitrep/{__version__} (+https://github.com/sitrep-bot/sitrep)"

# Underscores are not legal in host names, but they exist.  Colon and percent are those of IPv6.
_HOST = re.compile(r"[a-z0-9._-]+|[0-9a-f:.]*:[0-9a-f:.]*(?:%[\w.%-]+)?", re.ASCII)
# More than anybody watches: of a round that does not fit, the next round finds nothing.  About 2.5 KB each.
_REMEMBERED = 16_384


@dataclass(frozen=True, slots=True, eq=False)
class Target:
    """A url without user info, its text and its host as the connector will see them, and what proves who asks.

    `is_led_to` by a page on the internet: what is allowed besides the internet is not for that.
    """

    url: httpx.URL
    address: str
    host: str
    authorization: str | None = None
    is_led_to: bool = False


@lru_cache(_REMEMBERED)
def target_of(url: str) -> Target:
    """Return where a url leads; raise FetchError for one that leads nowhere."""
    try:
        parsed = httpx.URL(url.strip())
        bare = parsed.copy_with(userinfo=b"", fragment=None)
        # The connector parses with yarl: what yarl takes for the host is what must be judged.
        address = str(bare)
        host = yarl.URL(address).raw_host or ""
    except (httpx.InvalidURL, ValueError, TypeError):
        raise BadRequest("this is not a valid url") from None
    if parsed.scheme not in {"http", "https"}:
        raise BadRequest("only http and https urls can be fetched")
    if not _HOST.fullmatch(host):
        raise BadRequest("the url names no valid host")
    return Target(bare, address, host, _basic(parsed))


def redirected(target: Target, location: str) -> Target:
    """Return where a redirect leads.  Credentials stay at the origin that they were given for."""
    try:
        url = target.url.join(location.strip()).copy_with(userinfo=b"")
        following = target_of(str(url))
    except BadRequest as error:
        raise BadAnswer(f"{target.host} redirects badly: {error}") from None
    except (httpx.InvalidURL, ValueError, TypeError):
        raise BadAnswer(f"{target.host} redirects to an invalid url") from None
    if target.url.scheme == "https" and following.url.scheme != "https":
        raise BadAnswer(f"{target.host} redirects from https to http")
    if _origin(following.url) != _origin(target.url):
        return following
    return replace(following, authorization=target.authorization)


@dataclass(slots=True, eq=False)
class _Kept:
    """The last request to a target, and what was known of its answer then."""

    known: tuple[str | None, str | None] = (None, None)
    request: httpx.Request | None = None


@lru_cache(_REMEMBERED)
def _kept(target: Target, expect: Expect, connect: float) -> _Kept:
    del target, expect, connect
    return _Kept()


def request_for(
    target: Target, etag: str | None, last_modified: str | None, expect: Expect, connect: float
) -> httpx.Request:
    """Return the request; a source that does not change sends the same one again and again."""
    kept, known = _kept(target, expect, connect), (etag, last_modified)
    if kept.request is None or kept.known != known:
        kept.known, kept.request = known, _request(target, *known, expect, connect)
    return kept.request


def _request(
    target: Target, etag: str | None, last_modified: str | None, expect: Expect, connect: float
) -> httpx.Request:
    headers = {
        "User-Agent": USER_AGENT,
        "Accept": expect.value,
        "Accept-Encoding": ACCEPT_ENCODING,
        "If-None-Match": sendable(etag),
        "If-Modified-Since": sendable(last_modified),
        "Authorization": target.authorization,
    }
    return httpx.Request(
        "GET",
        target.url,
        headers={name: value for name, value in headers.items() if value},
        extensions={"timeout": {"connect": connect}},
    )


def _basic(url: httpx.URL) -> str | None:
    if not url.userinfo:
        return None
    return "Basic " + b64encode(f"{url.username}:{url.password}".encode()).decode()


def is_same_origin(one: Target, other: Target) -> bool:
    """Whether two urls have scheme, host and port in common."""
    return _origin(one.url) == _origin(other.url)


def _origin(url: httpx.URL) -> tuple[str, bytes, int | None]:
    return url.scheme, url.raw_host, url.port
