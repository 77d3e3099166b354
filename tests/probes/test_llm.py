"""What an LLM is asked, and what is expected and measured; each shape, over real sockets."""

from __future__ import annotations

import pytest

from bot.model import Fault
from tests.probes.asking import APIS, asked
from tests.probes.localllm import KEY, LLM, serving
from tests.probes.world import checked


@pytest.mark.parametrize("api", [*APIS, "generic"])
async def test_a_right_answer_is_well_and_what_was_measured_is_told(api: str) -> None:
    result = await asked(LLM(), api)

    assert (result.ok, result.reason, result.fault) == (True, "", None)
    assert result.latency is not None
    facts = dict(result.facts)
    assert facts["first token"].endswith("ms")
    assert facts["finish reason"] in {"stop", "completed", "end_turn"}
    assert facts["tokens"] == "13 in, 2 out"
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


async def test_they_may_refer_to_the_environment_too() -> None:
    llm = LLM()
    await asked(llm, extra={"metadata": {"team": ["${LLM_KEY}"]}}, prompt="Say ${LLM_KEY}.", expect="pong")

    assert llm.asked[0]["metadata"] == {"team": [KEY]}
    assert llm.asked[0]["messages"][0]["content"] == f"Say {KEY}."


async def test_an_address_that_is_whole_already_stays_as_it_is() -> None:
    llm = LLM()
    async with serving(llm):
        target = llm.url + "/v1/chat/completions?api-version=1"
        result = await checked("llm", target, model="m", key="${K}", secrets={"K": KEY})

    assert result.ok


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
    llm = LLM(says=tuple(f"{number} " for number in range(1, 51)), usage=(9, 100), hesitates=0.001)
    result = await asked(llm, prompt="Count from 1 to 50.", tokens_per_second_above=1e12)

    assert result.fault is Fault.SLOW
    assert result.reason.endswith(" tokens per second, fewer than 1e+12")
    assert (await asked(llm, prompt="Count.", tokens_per_second_above=0.001)).ok


async def test_of_few_tokens_no_speed_is_told() -> None:
    result = await asked(LLM(), tokens_per_second_above=1e12)

    assert result.ok
    assert "tokens per second" not in dict(result.facts)
