"""What is heard of an LLM's answer, and what is to be thought of it.  Pure but for the listening."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from bot.errors import BadAnswer, FetchError, ParseError, TimedOut
from bot.model import Fault
from bot.ports import WebStream
from bot.probes._keys import Pattern
from bot.probes._llm_apis import CUT, HELD_BACK, Api, Piece
from bot.probes._llm_errors import Trouble, fault_of, reason_of, trouble_in_body
from bot.probes._results import Facts, seconds, shown, slow
from bot.probes._sse import Whole, decoder_of

OK = 200
_LONGEST_REFUSAL = 64 * 1024
# Longer documents are read in a thread, for the same reason as in http.py.
_LONG = 64 * 1024
# Of fewer tokens, or of fewer packets of them, no speed can be told.
_ENOUGH_TOKENS = 16
_ENOUGH_PIECES = 5
_WORD = re.compile(r"[^\w.-]+", re.ASCII)
_REQUEST_IDS = ("x-request-id", "request-id")


@dataclass(slots=True)
class Heard:
    """What has come so far; times are since the request was begun."""

    status: int | None = None
    content_type: str = ""
    request_id: str = ""
    refusal: bytes = b""
    text: list[str] = field(default_factory=list)
    first_at: timedelta | None = None
    last_at: timedelta | None = None
    finish: str = ""
    tokens_in: int | None = None
    tokens_out: int | None = None
    tokens_hidden: int = 0
    trouble: Trouble | None = None
    is_last: bool = False
    broken: FetchError | ParseError | None = None

    def take(self, piece: Piece, at: timedelta) -> None:
        """Add what an event says."""
        if piece.text:
            self.text.append(piece.text)
            self.first_at = self.first_at or at
            self.last_at = at
        # A refusal ends like any other answer.
        self.finish = self.finish if self.finish in HELD_BACK else piece.finish or self.finish
        self.tokens_in = self.tokens_in if piece.tokens_in is None else piece.tokens_in
        self.tokens_out = self.tokens_out if piece.tokens_out is None else piece.tokens_out
        self.tokens_hidden = piece.tokens_hidden or self.tokens_hidden
        self.trouble = piece.trouble or self.trouble
        self.is_last = piece.is_last or piece.trouble is not None

    @property
    def speed(self) -> float | None:
        """Tokens per second from the first one on, None if there were too few to tell."""
        came = len(self.text) if self.tokens_out is None else self.tokens_out - self.tokens_hidden
        if self.first_at is None or self.last_at is None:
            return None
        if came < _ENOUGH_TOKENS or len(self.text) < _ENOUGH_PIECES:
            return None
        span = (self.last_at - self.first_at).total_seconds()
        return (came - 1) / span if span > 0 else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is expected of an answer."""

    model: str
    within: timedelta
    expect: str
    matches: Pattern | None
    must_finish: bool
    first_token_within: timedelta | None
    tokens_per_second_above: float | None


async def listen(answer: WebStream, api: Api, heard: Heard) -> None:
    """Hear an answer to its end, or to the word that ends it."""
    heard.status = answer.status
    heard.content_type = answer.headers.get("content-type", "")
    heard.request_id = next((answer.headers[name] for name in _REQUEST_IDS if name in answer.headers), "")
    if answer.status != OK:
        async for chunk in answer.chunks:
            heard.refusal += chunk.data
            if len(heard.refusal) > _LONGEST_REFUSAL:
                return
        return
    decoder = decoder_of(heard.content_type)
    at = timedelta()
    async for chunk in answer.chunks:
        at = chunk.at
        if isinstance(decoder, Whole) and not heard.refusal:
            heard.refusal = chunk.data
        for event in decoder.feed(chunk.data):
            heard.take(api.read(event), at)
            if heard.is_last:
                return
        # What has come already does not wait, and a flood of events must not keep others waiting.
        await asyncio.sleep(0)
    if isinstance(decoder, Whole) and is_web_page(heard):
        return
    for event in decoder.finish():
        is_long = len(event.data) > _LONG
        heard.take(await asyncio.to_thread(api.read, event) if is_long else api.read(event), at)


def is_web_page(heard: Heard) -> bool:
    """Whether a page for people came instead of an answer for programs."""
    return heard.refusal.lstrip().startswith(b"<") or heard.content_type.startswith("text/html")


def judged(heard: Heard, wanted: Wanted, secrets: Mapping[str, str]) -> tuple[Fault, str] | None:
    """Return what is wrong, the plainest first; None if nothing is."""
    if heard.status is not None and heard.status != OK:
        trouble = trouble_in_body(heard.refusal)
        return fault_of(heard.status, trouble), reason_of(heard.status, trouble, wanted.model)
    if heard.trouble is not None:
        return fault_of(None, heard.trouble), reason_of(None, heard.trouble, wanted.model)
    # What comes after the finish reason is no part of the answer, nor whether it comes.
    if heard.broken is not None and not heard.finish:
        return _broken(heard, heard.broken, wanted)
    if heard.status is not None and is_web_page(heard):
        return Fault.WRONG, "answered with a web page (HTTP 200)"
    return _unfinished(heard, wanted) or _not_expected(heard, wanted, secrets) or _too_slow(heard, wanted)


def _broken(heard: Heard, error: FetchError | ParseError, wanted: Wanted) -> tuple[Fault, str]:
    if isinstance(error, ParseError):
        return Fault.WRONG, f"the answer can not be read: {error}"
    if heard.status is None or isinstance(error, BadAnswer):
        return error.fault, str(error)
    if isinstance(error, TimedOut):
        if heard.last_at is None:
            return Fault.TIMEOUT, f"no first token within {seconds(wanted.within)}"
        last = seconds(heard.last_at)
        return Fault.TIMEOUT, f"the answer stalled: last token after {last}, no end within {seconds(wanted.within)}"
    where = f"after {seconds(heard.last_at)}, in the middle" if heard.last_at else "before the first token"
    return Fault.CONNECTION, f"the answer broke off {where}"


def _unfinished(heard: Heard, wanted: Wanted) -> tuple[Fault, str] | None:
    if heard.finish in HELD_BACK:
        return Fault.WRONG, f"the answer was held back ({heard.finish})"
    if not "".join(heard.text).strip():
        if heard.finish in CUT:
            how = _word(heard.finish)
            return Fault.SETUP, f"max_tokens was used up before the first word ({how}); raise max_tokens"
        if not heard.finish and heard.refusal:
            return Fault.WRONG, "answered with nothing that this API would say; is `api` the right one?"
        return Fault.EMPTY, "the answer is empty"
    if wanted.must_finish and not heard.finish:
        return Fault.WRONG, "the answer ended without a finish reason, in the middle perhaps"
    return None


def _not_expected(heard: Heard, wanted: Wanted, secrets: Mapping[str, str]) -> tuple[Fault, str] | None:
    text = "".join(heard.text)
    if wanted.expect.casefold() in text.casefold() and (wanted.matches is None or wanted.matches.is_in(text)):
        return None
    if heard.finish in CUT:
        return Fault.SETUP, f"the answer was cut at max_tokens ({_word(heard.finish)}); raise max_tokens"
    what = shown(wanted.matches.text if wanted.matches else wanted.expect, {})
    return Fault.WRONG, f"answered {shown(text.strip(), secrets)}, not {what}"


def _too_slow(heard: Heard, wanted: Wanted) -> tuple[Fault, str] | None:
    limit = wanted.first_token_within
    if limit is not None and heard.first_at is not None and heard.first_at > limit:
        return Fault.SLOW, slow("first token", heard.first_at, limit)
    least = wanted.tokens_per_second_above
    if least is not None and heard.speed is not None and heard.speed < least:
        return Fault.SLOW, f"{heard.speed:.3g} tokens per second, fewer than {least:g}"
    return None


def facts(heard: Heard) -> Facts:
    """Return what was measured."""
    told = (
        ("first token", seconds(heard.first_at) if heard.first_at is not None else ""),
        ("tokens per second", f"{heard.speed:.3g}" if heard.speed is not None else ""),
        ("finish reason", _word(heard.finish)),
        ("request id", _word(heard.request_id)),
    )
    return tuple((name, text) for name, text in told if text)


def _word(text: str) -> str:
    return _WORD.sub("", text)[:60]
