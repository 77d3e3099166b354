"""Asking a local LLM as each API is asked."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from bot.model import ProbeResult
from tests.probes.localllm import KEY, LLM, serving
from tests.probes.world import checked

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
