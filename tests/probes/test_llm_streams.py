"""Streams that go wrong, in each way."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from bot.model import Fault
from tests.probes.asking import APIS, QUOTA, asked
from tests.probes.localllm import LLM, Refusal, sse
from tests.probes.world import BRIEF, LONG, SECOND, checked, closed_port, silence
from tests.servers import Answer, serve, serve_raw


@pytest.mark.parametrize("api", [*APIS, "generic"])
@pytest.mark.parametrize(
    ("llm", "fault", "reason"),
    [
        ({"stalls_after": 0}, Fault.TIMEOUT, "no first token within 300 ms"),
        ({"stalls_after": 1}, Fault.TIMEOUT, "the answer stalled: last token after * ms, no end within 1 s"),
        ({"breaks_after": 0}, Fault.CONNECTION, "the answer broke off before the first token"),
        ({"breaks_after": 1}, Fault.CONNECTION, "the answer broke off after * ms, in the middle"),
        ({"finish": None}, Fault.WRONG, "the answer ended without a finish reason, in the middle perhaps"),
        ({"says": ()}, Fault.EMPTY, "the answer is empty"),
        ({"says": (" ", "\n")}, Fault.EMPTY, "the answer is empty"),
        ({"says": ("pi", "ng")}, Fault.WRONG, 'answered "ping", not "pong"'),
        (
            {"says": ("Well, ", "…"), "finish": "length"},
            Fault.SETUP,
            "the answer was cut at max_tokens (*); raise max_tokens",
        ),
        (
            {"says": (), "finish": "length"},
            Fault.SETUP,
            "max_tokens was used up before the first word (*); raise max_tokens",
        ),
        ({"finish": "content_filter"}, Fault.WRONG, "the answer was held back (*)"),
    ],
)
async def test_streams_that_go_wrong(api: str, llm: dict[str, Any], fault: Fault, reason: str) -> None:
    within = {0: BRIEF, 1: SECOND}.get(llm.get("stalls_after", -1), LONG)
    result = await asked(LLM(**llm), api, within=within)

    before, _, after = reason.partition("*")
    assert result.fault is fault, result.reason
    assert result.reason.startswith(before)
    assert result.reason.endswith(after)


@pytest.mark.parametrize("api", APIS)
@pytest.mark.parametrize(
    ("error", "fault", "reason"),
    [
        ("overloaded_error", Fault.SERVER, "overloaded (overloaded_error)"),
        ("server_error", Fault.SERVER, "an error within the answer (server_error)"),
        (
            "insufficient_quota",
            Fault.QUOTA,
            QUOTA + "(insufficient_quota)",
        ),
        ("something_new", Fault.SERVER, "an error within the answer (something_new)"),
    ],
)
async def test_an_error_within_a_stream(api: str, error: str, fault: Fault, reason: str) -> None:
    result = await asked(LLM(errs_after=1, error={"type": error, "message": "No."}), api)

    assert (result.reason, result.fault) == (reason, fault)


async def test_a_response_that_has_failed() -> None:
    result = await asked(LLM(finish="failed"), "openai-responses")

    assert (result.reason, result.fault) == ("an error within the answer (server_error)", Fault.SERVER)


async def test_a_generic_error_within_a_stream() -> None:
    result = await asked(LLM(errs_after=1), "generic")

    assert (result.reason, result.fault) == ("an error within the answer (without a reason)", Fault.SERVER)


async def test_garbage_within_a_stream() -> None:
    result = await asked(LLM(garbage=b"data: {oops\n\n"))

    assert (result.reason, result.fault) == ("the answer can not be read: it is not JSON", Fault.WRONG)


async def test_a_line_without_end() -> None:
    result = await asked(LLM(garbage=b"data: " + b"x" * 1_000_000))

    assert (result.reason, result.fault) == ("the answer can not be read: a line of it does not end", Fault.WRONG)


async def test_a_web_page_with_status_200() -> None:
    result = await asked(LLM(refusal=Refusal(200, "<!doctype html><title>Sorry</title>", "text/html")))

    assert (result.reason, result.fault) == ("answered with a web page (HTTP 200)", Fault.WRONG)


async def test_an_error_with_status_200() -> None:
    body = {"error": {"type": "server_error", "message": "No."}}
    result = await asked(LLM(refusal=Refusal(200, body)))

    assert (result.reason, result.fault) == ("an error within the answer (server_error)", Fault.SERVER)


async def test_an_answer_of_another_api() -> None:
    result = await asked(LLM(refusal=Refusal(200, {"hello": "world"})))

    assert result.fault is Fault.WRONG
    assert result.reason == "answered with nothing that this API would say; is `api` the right one?"


async def test_a_server_that_does_not_stream_is_understood() -> None:
    result = await asked(LLM(streams=False))

    assert (result.ok, result.reason) == (True, "")


async def test_a_server_that_never_answers() -> None:
    async with serve_raw(silence) as url:
        result = await checked("llm", url, model="m", within=BRIEF)

    assert (result.reason, result.fault) == ("no answer within 0.3 s", Fault.TIMEOUT)


async def test_nobody_listens() -> None:
    result = await checked("llm", f"http://127.0.0.1:{closed_port()}", model="m")

    assert (result.reason, result.fault) == ("no connection to 127.0.0.1: connection refused", Fault.CONNECTION)
    assert result.cost is None


async def test_a_stream_that_stays_open_after_its_end_is_well() -> None:
    event = b'data: {"choices":[{"delta":{"content":"pong"},"finish_reason":"stop"}]}\n\n'

    async def linger(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n" + event)
        await asyncio.Event().wait()

    async with serve_raw(linger) as url:
        result = await checked("llm", url, model="m", within=SECOND)

    assert (result.ok, result.reason) == (True, "")


REFUSED = {
    "/v1/chat/completions": (
        {"choices": [{"delta": {"refusal": "I can not."}, "finish_reason": None}]},
        {"choices": [{"delta": {}, "finish_reason": "stop"}]},
    ),
    "/v1/responses": (
        {"type": "response.refusal.delta", "delta": "I can not."},
        {"type": "response.completed", "response": {"status": "completed"}},
    ),
}


@pytest.mark.parametrize(("api", "path"), [("openai", "/v1/chat/completions"), ("openai-responses", "/v1/responses")])
async def test_a_refusal_is_no_empty_answer(api: str, path: str) -> None:
    events = b"".join(sse(event) for event in REFUSED[path])
    async with serve({path: Answer(body=events, content_type="text/event-stream")}) as server:
        result = await checked("llm", server.url + path, api=api, model="m")

    assert (result.reason, result.fault) == ("the answer was held back (refusal)", Fault.WRONG)
