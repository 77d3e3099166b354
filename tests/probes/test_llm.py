"""What an LLM answers, and what is to be thought of it; each shape, over real sockets."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from bot.model import Fault, ProbeResult
from tests.probes.localllm import KEY, LLM, Refusal, anthropic_error, openai_error, serving
from tests.probes.world import BRIEF, checked, closed_port, silence
from tests.servers import serve_raw

QUOTA = "our quota is used up, or there is a problem with our billing "
APIS = ("openai", "openai-responses", "anthropic")
GENERIC: dict[str, Any] = {
    "api": "generic",
    "body": '{"inputs": {prompt}, "max_new_tokens": {max_tokens}}',
    "text": "$.token.text",
    "finish": "$.details.why",
    "tokens_in": "$.details.in",
    "tokens_out": "$.details.out",
}


async def asked(llm: LLM, api: str = "openai", *, within: timedelta = timedelta(seconds=5), **keys: Any) -> ProbeResult:
    """Ask as this API is asked, with a key."""
    path = "/generate" if api == "generic" else "/v1"
    given = (GENERIC if api == "generic" else {"api": api, "model": "tiny-1"}) | {"key": "${LLM_KEY}"} | keys
    async with serving(llm):
        return await checked("llm", llm.url + path, secrets={"LLM_KEY": KEY}, within=within, **given)


@pytest.mark.parametrize("api", [*APIS, "generic"])
async def test_a_right_answer_is_well_and_what_was_measured_is_told(api: str) -> None:
    result = await asked(LLM(), api)

    assert (result.ok, result.reason, result.fault) == (True, "", None)
    assert result.latency is not None
    facts = dict(result.facts)
    assert facts["first token"].endswith("ms")
    assert facts["finish reason"] in {"stop", "completed", "end_turn"}
    assert facts["tokens"] == ("5 in, 2 out" if api == "generic" else "13 in, 2 out")
    assert facts["request id"] == "req_abc"


async def test_what_is_sent_to_each() -> None:
    bodies = {}
    for api in (*APIS, "generic"):
        llm = LLM()
        await asked(llm, api, prompt='Say "pong"', expect="pong")
        bodies[api] = llm.asked[0]

    prompt = 'Say "pong"'
    messages = [{"role": "user", "content": prompt}]
    assert bodies["openai"] == {
        "model": "tiny-1",
        "messages": messages,
        "max_tokens": 64,
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    assert bodies["openai-responses"] == {
        "model": "tiny-1",
        "input": prompt,
        "max_output_tokens": 64,
        "stream": True,
        "store": False,
    }
    assert bodies["anthropic"] == {"model": "tiny-1", "max_tokens": 64, "messages": messages, "stream": True}
    assert bodies["generic"] == {"inputs": prompt, "max_new_tokens": 64}


async def test_the_key_stands_where_each_wants_it() -> None:
    llm = LLM()
    await asked(llm)
    await asked(llm, "anthropic")

    assert llm.headers[0]["authorization"] == f"Bearer {KEY}"
    assert (llm.headers[1]["x-api-key"], llm.headers[1]["anthropic-version"]) == (KEY, "2023-06-01")
    assert "authorization" not in llm.headers[1]


async def test_openai_itself_is_asked_in_its_newest_words() -> None:
    llm = LLM()
    async with serving(llm):
        target = f"http://api.openai.com:{llm.url.rpartition(':')[2]}/v1"
        await checked("llm", target, known_as="api.openai.com", secrets={"K": KEY}, model="tiny-1", key="${K}")

    assert llm.asked[0]["max_completion_tokens"] == 64
    assert "max_tokens" not in llm.asked[0]


async def test_further_keys_of_the_body_come_last() -> None:
    llm = LLM()
    await asked(llm, extra={"reasoning_effort": "minimal", "max_tokens": 7})

    assert (llm.asked[0]["reasoning_effort"], llm.asked[0]["max_tokens"]) == ("minimal", 7)


async def test_an_address_that_is_whole_already_stays_as_it_is() -> None:
    llm = LLM()
    async with serving(llm):
        target = llm.url + "/v1/chat/completions?api-version=1"
        result = await checked("llm", target, model="m", key="${K}", secrets={"K": KEY})

    assert result.ok


# --- refusals -------------------------------------------------------------------------------------------------------

HTML = Refusal(502, "<html><h1>502 Bad Gateway</h1></html>", "text/html")


@pytest.mark.parametrize(
    ("api", "refusal", "fault", "reason"),
    [
        (
            "openai",
            openai_error(401, "invalid_api_key"),
            Fault.KEY,
            "our key is not accepted (HTTP 401, invalid_api_key)",
        ),
        (
            "openai",
            openai_error(403, "unsupported_country_region_territory"),
            Fault.KEY,
            "our key does not allow it (HTTP 403, unsupported_country_region_territory)",
        ),
        (
            "openai",
            openai_error(429, "insufficient_quota", "insufficient_quota"),
            Fault.QUOTA,
            QUOTA + "(HTTP 429, insufficient_quota)",
        ),
        (
            "openai",
            openai_error(429, "credit_balance_exhausted", "insufficient_quota"),
            Fault.QUOTA,
            QUOTA + "(HTTP 429, credit_balance_exhausted)",
        ),
        (
            "openai",
            openai_error(429, "rate_limit_exceeded", "requests"),
            Fault.LIMITED,
            "we ask too often for our rate limit (HTTP 429, rate_limit_exceeded)",
        ),
        ("openai", Refusal(429), Fault.LIMITED, "we ask too often for our rate limit (HTTP 429)"),
        (
            "openai",
            Refusal(402),
            Fault.QUOTA,
            QUOTA + "(HTTP 402)",
        ),
        (
            "openai",
            openai_error(404, "model_not_found"),
            Fault.SETUP,
            "there is no model tiny-1, or it is not for us (HTTP 404, model_not_found)",
        ),
        ("openai", Refusal(404, "nope", "text/plain"), Fault.SETUP, "what we ask is not accepted (HTTP 404)"),
        (
            "openai",
            openai_error(400, "unsupported_parameter"),
            Fault.SETUP,
            "what we ask is not accepted (HTTP 400, unsupported_parameter)",
        ),
        (
            "openai",
            openai_error(400, "content_filter"),
            Fault.WRONG,
            "the content filter held the answer back (HTTP 400, content_filter)",
        ),
        ("openai", openai_error(500, None, "server_error"), Fault.SERVER, "HTTP 500, server_error"),
        (
            "openai",
            openai_error(503, "server_is_overloaded", "service_unavailable_error"),
            Fault.SERVER,
            "overloaded (HTTP 503, server_is_overloaded)",
        ),
        ("openai", HTML, Fault.SERVER, "HTTP 502, a web page"),
        (
            "openai",
            Refusal(403, "<html>Attention Required!</html>", "text/html"),
            Fault.SETUP,
            "what we ask is not accepted (HTTP 403, a web page)",
        ),
        ("openai", Refusal(301, "moved"), Fault.WRONG, "no answer of an API (HTTP 301)"),
        (
            "anthropic",
            anthropic_error(401, "authentication_error"),
            Fault.KEY,
            "our key is not accepted (HTTP 401, authentication_error)",
        ),
        (
            "anthropic",
            anthropic_error(402, "billing_error"),
            Fault.QUOTA,
            QUOTA + "(HTTP 402, billing_error)",
        ),
        (
            "anthropic",
            anthropic_error(400, "invalid_request_error", "Your credit balance is too low to access the API."),
            Fault.QUOTA,
            QUOTA + "(HTTP 400, invalid_request_error)",
        ),
        (
            "anthropic",
            anthropic_error(429, "rate_limit_error", error_code="enforced_spend_limit_reached"),
            Fault.QUOTA,
            QUOTA + "(HTTP 429, enforced_spend_limit_reached)",
        ),
        (
            "anthropic",
            anthropic_error(429, "rate_limit_error"),
            Fault.LIMITED,
            "we ask too often for our rate limit (HTTP 429, rate_limit_error)",
        ),
        (
            "anthropic",
            anthropic_error(529, "overloaded_error"),
            Fault.SERVER,
            "overloaded (HTTP 529, overloaded_error)",
        ),
        ("anthropic", anthropic_error(500, "api_error"), Fault.SERVER, "HTTP 500, api_error"),
        ("anthropic", anthropic_error(504, "timeout_error"), Fault.SERVER, "HTTP 504, timeout_error"),
        (
            "anthropic",
            anthropic_error(404, "not_found_error"),
            Fault.SETUP,
            "there is no model tiny-1, or it is not for us (HTTP 404, not_found_error)",
        ),
    ],
)
async def test_refusals(api: str, refusal: Refusal, fault: Fault, reason: str) -> None:
    result = await asked(LLM(refusal=refusal), api)

    assert (result.reason, result.fault) == (reason, fault)
    assert result.cost is None


@pytest.mark.parametrize("api", APIS)
async def test_a_key_that_is_wrong_accuses_nobody_and_is_not_shown(api: str) -> None:
    wrong = "sk-other-9876543210zyxwvutsrq"
    llm = LLM()
    async with serving(llm):
        result = await checked("llm", llm.url + "/v1", api=api, model="m", key="${K}", secrets={"K": wrong})

    assert (result.fault, result.is_ours) == (Fault.KEY, True)
    assert result.reason.startswith("our key is not accepted (HTTP 401, ")
    assert wrong not in repr(result)


# --- streams that go wrong ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("api", [*APIS, "generic"])
@pytest.mark.parametrize(
    ("llm", "fault", "reason"),
    [
        ({"stalls_after": 0}, Fault.TIMEOUT, "no first token within 300 ms"),
        ({"stalls_after": 1}, Fault.TIMEOUT, "the answer stalled: last token after * ms, no end within 300 ms"),
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
    result = await asked(LLM(**llm), api, within=BRIEF)

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


async def test_the_answer_may_be_in_large_letters_and_have_a_full_stop() -> None:
    assert (await asked(LLM(says=("P", "ONG", ".")))).ok


async def test_an_expected_answer_of_our_own() -> None:
    llm = LLM(says=("4", "2"))

    assert (await asked(llm, prompt="6 * 7 = ?", expect="42")).ok
    assert (await asked(llm, prompt="6 * 7 = ?")).ok
    assert (await asked(llm, prompt="6 * 7 = ?", matches="^4.$")).ok
    assert (await asked(llm, prompt="6 * 7 = ?", matches="^x")).reason == 'answered "42", not "^x"'


async def test_a_first_token_that_is_too_slow() -> None:
    result = await asked(LLM(), first_token_within="0.001ms")

    assert result.fault is Fault.SLOW
    assert result.reason.startswith("first token in ")
    assert (await asked(LLM(), first_token_within="1h")).ok


async def test_tokens_that_are_too_slow() -> None:
    llm = LLM(says=tuple(f"{number} " for number in range(1, 51)), usage=(9, 100))
    result = await asked(llm, prompt="Count from 1 to 50.", tokens_per_second_above=1e12)

    assert result.fault is Fault.SLOW
    assert result.reason.endswith(" tokens per second, fewer than 1e+12")
    assert (await asked(llm, prompt="Count.", tokens_per_second_above=0.001)).ok


async def test_of_few_tokens_no_speed_is_told() -> None:
    result = await asked(LLM(), tokens_per_second_above=1e12)

    assert result.ok
    assert "tokens per second" not in dict(result.facts)


async def test_a_stream_that_stays_open_after_its_end_is_well() -> None:
    event = b'data: {"choices":[{"delta":{"content":"pong"},"finish_reason":"stop"}]}\n\n'

    async def linger(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n" + event)
        await asyncio.Event().wait()

    async with serve_raw(linger) as url:
        result = await checked("llm", url, model="m", within=BRIEF)

    assert (result.ok, result.reason) == (True, "")
