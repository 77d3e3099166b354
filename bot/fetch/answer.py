"""What is asked, what comes back, and how much of it is taken."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import Enum


class Expect(Enum):
    """What the answer should be; the value is the Accept header that asks for it."""

    JSON = "application/json, */*;q=0.1"
    FEED = "application/atom+xml, application/rss+xml, application/xml;q=0.9, */*;q=0.1"
    ANY = "*/*"


@dataclass(frozen=True, slots=True)
class Validators:
    """What is remembered of the last good answer, so that the same one is recognised.

    `digest` is a hash of the body without its volatile fields, for servers that know no etag.
    """

    etag: str | None = None
    last_modified: str | None = None
    digest: str | None = None


NOTHING_KNOWN = Validators()


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """One answer.  `body` is None when it is the one that the validators stand for.

    `max_age` is how long the server says that the answer stays as it is, at most an hour.  `url` is where
    it was found; `moved_permanently_to` is set when the page says that it lives at another host now.
    Both may hold a query: show the operator their host only.
    """

    body: bytes | None
    validators: Validators
    max_age: timedelta | None
    content_type: str
    url: str
    moved_permanently_to: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchLimits:
    """How much time, data and company one request may have.

    `total` is the time from the first byte of the first request to the last byte of the body; waiting
    for a turn is not part of it.  `max_received` counts bytes on the wire, `max_bytes` after decoding.
    The largest status documents seen have 1.6 MB (Salesforce's instances, Google Cloud's incidents).
    An idle connection lives for `keep_alive`: longer than a poll interval, or each poll pays for TLS.
    Checks of one host do not wait for each other, or one that hangs would make the others late.
    """

    connect: timedelta = timedelta(seconds=5)
    total: timedelta = timedelta(seconds=10)
    keep_alive: timedelta = timedelta(seconds=75)
    dns_ttl: timedelta = timedelta(seconds=30)
    max_bytes: int = 4 * 1024 * 1024
    max_received: int = 4 * 1024 * 1024
    max_redirects: int = 5
    per_host: int = 4
    at_once: int = 100
    checks_at_once: int = 500
