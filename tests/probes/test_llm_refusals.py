"""What an LLM's API refuses with, and whose trouble that is."""

from __future__ import annotations

import pytest

from bot.model import Fault
from tests.probes.asking import APIS, QUOTA, asked
from tests.probes.localllm import LLM, Refusal, anthropic_error, openai_error, serving
from tests.probes.world import checked

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
        (
            "openai",
            openai_error(503, "slow_down"),
            Fault.LIMITED,
            "we ask too often for our rate limit (HTTP 503, slow_down)",
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
