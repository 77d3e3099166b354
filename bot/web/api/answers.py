"""How documents are answered: made seldom, sent again only if they have changed, and errors that all look alike."""

from __future__ import annotations

import asyncio
import gzip
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from functools import partial
from hashlib import blake2b
from http import HTTPStatus
from types import MappingProxyType
from typing import Final

from pydantic import TypeAdapter
from starlette.requests import Request
from starlette.responses import Response

from bot.clock import Clock
from bot.errors import StoreBusy, StoreUnavailable
from bot.web.api.addresses import StrangeHost

JSON: Final = "application/json; charset=utf-8"
PROBLEM: Final = "application/problem+json"
# As a page of Statuspage answers: whoever may read it may read it from any other page.
OPEN: Final = {"access-control-allow-origin": "*"}
# So long a document is good: long enough that many who ask make it once, and that no two of the same second differ.
KEEPS: Final = 1.0
NOTHING: Final[Mapping[str, str]] = MappingProxyType({})
_MOST = 256
_WORTH_IT = 1_000
_IN_A_THREAD = 100_000


class Missing(Exception):
    """There is nothing there; its words are for whoever asked."""


class Wrong(Exception):
    """It can not be asked so; its words say why."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A document as it was made."""

    body: bytes
    packed: bytes | None
    etag: str
    changed_at: datetime
    made_at: float


@dataclass(slots=True)
class Shelf:
    """Documents that were made lately, by what was asked; several who ask for the same at once get one."""

    clock: Clock
    keeps: float = KEEPS
    _kept: OrderedDict[tuple[str, ...], Kept] = field(default_factory=OrderedDict[tuple[str, ...], Kept])
    _making: dict[tuple[str, ...], asyncio.Task[Kept]] = field(
        default_factory=dict[tuple[str, ...], asyncio.Task[Kept]]
    )

    async def get(self, key: tuple[str, ...], make: Callable[[], Awaitable[bytes]]) -> Kept:
        """Return the document, made just now or a moment ago.  Raises what `make` raises."""
        there = self._kept.get(key)
        if there is not None and asyncio.get_running_loop().time() - there.made_at < self.keeps:
            self._kept.move_to_end(key)
            return there
        making = self._making.get(key)
        if making is None:
            making = asyncio.create_task(self._made(key, make))
            self._making[key] = making
            making.add_done_callback(partial(self._over, key))
        # Whoever goes away does not take it from the others.
        return await asyncio.shield(making)

    def _over(self, key: tuple[str, ...], making: asyncio.Task[Kept]) -> None:
        self._making.pop(key, None)
        # Where all who waited have gone away, nobody else looks at what went wrong.
        if not making.cancelled():
            making.exception()

    async def _made(self, key: tuple[str, ...], make: Callable[[], Awaitable[bytes]]) -> Kept:
        made_at = asyncio.get_running_loop().time()
        body = await make()
        before = self._kept.get(key)
        if before is not None and before.body == body:
            kept = Kept(body, before.packed, before.etag, before.changed_at, made_at)
        else:
            packed = await _packed(body)
            # Weak, as Statuspage's: packed and unpacked have the same.
            etag = f'W/"{blake2b(body, digest_size=16).hexdigest()}"'
            kept = Kept(body, packed, etag, self.clock.now().replace(microsecond=0), made_at)
        self._kept[key] = kept
        self._kept.move_to_end(key)
        while len(self._kept) > _MOST:
            self._kept.popitem(last=False)
        return kept


async def _packed(body: bytes) -> bytes | None:
    if len(body) < _WORTH_IT:
        return None
    if len(body) < _IN_A_THREAD:
        return gzip.compress(body, 5, mtime=0)
    return await asyncio.to_thread(gzip.compress, body, 5, mtime=0)


def answer(request: Request, kept: Kept, media: str, more: Mapping[str, str] = NOTHING) -> Response:
    """Return a document, or that it is the same as whoever asks has already."""
    headers = {
        "etag": kept.etag,
        "last-modified": format_datetime(kept.changed_at.astimezone(UTC), usegmt=True),
        "cache-control": "no-cache",
        "vary": "accept-encoding",
        **more,
    }
    if _is_known(request, kept):
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    if kept.packed is not None and _takes_gzip(request.headers.get("accept-encoding", "")):
        return Response(kept.packed, media_type=media, headers={**headers, "content-encoding": "gzip"})
    return Response(kept.body, media_type=media, headers=headers)


def _is_known(request: Request, kept: Kept) -> bool:
    """Whether whoever asks has it; what names a version is asked before what names a time.

    https://www.rfc-editor.org/rfc/rfc9110#section-13.2.2
    """
    named = request.headers.get("if-none-match")
    if named is not None:
        tags = {tag.strip().removeprefix("W/") for tag in named.split(",")}
        return "*" in tags or kept.etag.removeprefix("W/") in tags
    since = request.headers.get("if-modified-since")
    if since is None:
        return False
    try:
        return kept.changed_at <= parsedate_to_datetime(since)
    except (TypeError, ValueError):
        return False


def _takes_gzip(accepts: str) -> bool:
    for one in accepts.lower().split(","):
        coding, _, weight = one.partition(";")
        if coding.strip() in {"gzip", "*"}:
            return weight.strip().replace(" ", "") not in {"q=0", "q=0.0", "q=0.00", "q=0.000"}
    return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """What went wrong, as https://www.rfc-editor.org/rfc/rfc9457 has it."""

    title: str
    status: int
    detail: str
    type: str = "about:blank"


_PROBLEM = TypeAdapter(Problem)


def problem(status: HTTPStatus, detail: str, more: Mapping[str, str] = NOTHING) -> Response:
    """Return what went wrong."""
    body = _PROBLEM.dump_json(Problem(title=status.phrase, status=status.value, detail=detail))
    return Response(body, status.value, media_type=PROBLEM, headers={"cache-control": "no-store", **more})


Endpoint = Callable[[Request], Awaitable[Response]]


def safely(endpoint: Endpoint, more: Mapping[str, str] = NOTHING) -> Endpoint:
    """Return an endpoint that answers what it can not do as a problem."""

    async def safe(request: Request) -> Response:
        try:
            return await endpoint(request)
        except Missing as e:
            return problem(HTTPStatus.NOT_FOUND, str(e), more)
        except Wrong as e:
            return problem(HTTPStatus.BAD_REQUEST, str(e), more)
        except StrangeHost:
            return problem(HTTPStatus.BAD_REQUEST, "the Host header names no host", more)
        except (StoreBusy, StoreUnavailable):
            away = {"retry-after": "5", **more}
            return problem(HTTPStatus.SERVICE_UNAVAILABLE, "the database does not answer just now", away)

    return safe
