"""An LLM of our own: real chunked streams in the shapes of the APIs, and it misbehaves as it is told.

    async with serving(LLM(says=("po", "ng"), stalls_after=1)) as llm:
        ...ask(llm.url + "/v1")

The shapes are those of the pages that bot/probes/_llm_apis.py names.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from tests.probes.world import HERE

KEY = "sk-test-0123456789abcdefghij"
STREAM = "text/event-stream; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Refusal:
    """What is answered instead of a stream."""

    status: int
    body: object = ""
    content_type: str = "application/json"


def openai_error(status: int, code: str | None, kind: str = "invalid_request_error", message: str = "No.") -> Refusal:
    return Refusal(status, {"error": {"message": message, "type": kind, "param": None, "code": code}})


def anthropic_error(status: int, kind: str, message: str = "No.", **details: object) -> Refusal:
    error = {"type": kind, "message": message} | ({"details": details} if details else {})
    return Refusal(status, {"type": "error", "error": error, "request_id": "req_1"})


@dataclass(slots=True)
class LLM:
    """What it says, and what goes wrong; counts are of tokens.  `asked` has the bodies that came.

    It `hesitates` for so many seconds before each token.  `before` is called before each answer.
    """

    says: tuple[str, ...] = ("po", "ng")
    finish: str | None = "stop"
    usage: tuple[int, int] | None = (13, 2)
    hidden: int = 0
    refusal: Refusal | None = None
    stalls_after: int | None = None
    breaks_after: int | None = None
    errs_after: int | None = None
    error: dict[str, Any] = field(default_factory=lambda: {"type": "overloaded_error", "message": "Overloaded"})
    garbage: bytes = b""
    streams: bool = True
    hesitates: float = 0.0
    url: str = ""
    asked: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    before: Callable[[], None] = lambda: None

    async def respond(self, request: web.BaseRequest) -> web.StreamResponse:
        self.headers.append({name.lower(): value for name, value in request.headers.items()})
        self.asked.append(json.loads(await request.read()))
        self.before()
        told = self.headers[-1]
        if self.refusal is None and KEY not in (told.get("x-api-key"), told.get("authorization", "")[7:]):
            is_anthropic = "anthropic-version" in told
            message = f"Incorrect API key provided: {told.get('authorization', '')}."
            wrong = openai_error(401, "invalid_api_key", message=message)
            return _refused(anthropic_error(401, "authentication_error") if is_anthropic else wrong)
        if self.refusal is not None:
            return _refused(self.refusal)
        speak = _SHAPES[request.path.rpartition("/")[2]]
        if not self.streams:
            return web.json_response(_whole(self))
        return await self._stream(request, speak(self))

    async def _stream(self, request: web.BaseRequest, events: Iterator[bytes]) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": STREAM, "x-request-id": "req_abc"})
        response.enable_chunked_encoding()
        await response.prepare(request)
        for event in events:
            if event == _STALL:
                await asyncio.Event().wait()
            if event == _BREAK:
                assert request.transport is not None
                request.transport.abort()
                return response
            await asyncio.sleep(self.hesitates)
            await response.write(event)
        await response.write_eof()
        return response

    def tokens(self) -> Iterator[tuple[int, str]]:
        """Give the tokens, and what happens between them as a number that is negative."""
        for number, token in enumerate((*self.says, "")):
            if number == self.stalls_after:
                yield -1, ""
            if number == self.breaks_after:
                yield -2, ""
            if number == self.errs_after:
                yield -3, ""
                return
            if number < len(self.says):
                yield number, token


_STALL, _BREAK = b"stall", b"break"
_TROUBLES = {-1: _STALL, -2: _BREAK}


def sse(document: object, name: str = "") -> bytes:
    return (f"event: {name}\n" if name else "").encode() + b"data: " + json.dumps(document).encode() + b"\n\n"


def _chat(llm: LLM) -> Iterator[bytes]:
    def chunk(delta: dict[str, str], finish: str | None = None) -> bytes:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
        return sse({"id": "c1", "object": "chat.completion.chunk", "choices": [choice], "usage": None})

    yield chunk({"role": "assistant", "content": ""})
    for number, token in llm.tokens():
        if number == -3:
            yield sse({"error": llm.error})
            return
        yield _TROUBLES.get(number) or chunk({"content": token})
    if llm.garbage:
        yield llm.garbage
    if llm.finish is not None:
        yield chunk({}, llm.finish)
    if llm.usage is not None:
        sent, came = llm.usage
        usage = {"prompt_tokens": sent, "completion_tokens": came}
        yield sse({"choices": [], "usage": usage | {"completion_tokens_details": {"reasoning_tokens": llm.hidden}}})
    if llm.finish is not None:
        yield b"data: [DONE]\n\n"


def _responses(llm: LLM) -> Iterator[bytes]:
    yield sse({"type": "response.created", "response": {"status": "in_progress"}}, "response.created")
    for number, token in llm.tokens():
        if number == -3:
            yield sse({"type": "error", "code": llm.error["type"], "message": "No.", "param": None}, "error")
            return
        event = {"type": "response.output_text.delta", "output_index": 0, "delta": token}
        yield _TROUBLES.get(number) or sse(event, "response.output_text.delta")
    if llm.finish is None:
        return
    response: dict[str, Any] = {"status": "completed", "error": None, "incomplete_details": None}
    if llm.usage is not None:
        response["usage"] = {"input_tokens": llm.usage[0], "output_tokens": llm.usage[1]}
    kind = "response.completed"
    if llm.finish == "failed":
        kind, response["error"] = "response.failed", {"code": "server_error", "message": "No."}
    elif llm.finish != "stop":
        kind, response["incomplete_details"] = "response.incomplete", {"reason": llm.finish}
    yield sse({"type": kind, "response": response}, kind)


def _messages(llm: LLM) -> Iterator[bytes]:
    usage = {} if llm.usage is None else {"usage": {"input_tokens": llm.usage[0], "output_tokens": 1}}
    yield sse({"type": "message_start", "message": {"id": "m1", "content": []} | usage}, "message_start")
    block = {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}}
    yield sse(block, "content_block_start") + sse({"type": "ping"}, "ping")
    for number, token in llm.tokens():
        if number == -3:
            yield sse({"type": "error", "error": llm.error}, "error")
            return
        delta = {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": token}}
        yield _TROUBLES.get(number) or sse(delta, "content_block_delta")
    yield sse({"type": "content_block_stop", "index": 0}, "content_block_stop")
    if llm.finish is not None:
        reason = {"stop": "end_turn", "length": "max_tokens", "content_filter": "refusal"}[llm.finish]
        counted = {} if llm.usage is None else {"usage": {"output_tokens": llm.usage[1]}}
        yield sse({"type": "message_delta", "delta": {"stop_reason": reason}} | counted, "message_delta")
        yield sse({"type": "message_stop"}, "message_stop")


def _lines(llm: LLM) -> Iterator[bytes]:
    """Speak as no well-known API does, for the generic shape."""
    for number, token in llm.tokens():
        yield _TROUBLES.get(number) or sse({"error": "no"} if number == -3 else {"token": {"text": token}})
        if number == -3:
            return
    if llm.finish is not None:
        counted = {} if llm.usage is None else {"in": llm.usage[0], "out": llm.usage[1]}
        yield sse({"token": {"text": ""}, "details": {"why": llm.finish} | counted})


_SHAPES = {"completions": _chat, "responses": _responses, "messages": _messages, "generate": _lines}


def _whole(llm: LLM) -> object:
    message = {"role": "assistant", "content": "".join(llm.says)}
    usage = None if llm.usage is None else {"prompt_tokens": llm.usage[0], "completion_tokens": llm.usage[1]}
    return {"choices": [{"message": message, "finish_reason": llm.finish}], "usage": usage}


def _refused(refusal: Refusal) -> web.Response:
    text = refusal.body if isinstance(refusal.body, str) else json.dumps(refusal.body)
    return web.Response(status=refusal.status, text=text, content_type=refusal.content_type)


@asynccontextmanager
async def serving(llm: LLM) -> AsyncIterator[LLM]:
    """Serve on 127.0.0.1 until the block ends."""
    runner = web.ServerRunner(web.Server(llm.respond, handler_cancellation=True), shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, HERE, 0).start()
    llm.url = f"http://{HERE}:{runner.addresses[0][1]}"
    try:
        yield llm
    finally:
        await runner.cleanup()
