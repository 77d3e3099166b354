"""What is looked for in an answer: headers, text, values in JSON."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from bot.model import Fault, ProbeResult
from tests.probes.world import checked
from tests.servers import Answer, serve

HEALTH = {"status": {"indicator": "none"}, "items": [{"up": True, "n": 3}, {"up": True, "n": 70}], "name": "röck"}


async def asked(answer: Answer, path: str = "/", **keys: Any) -> ProbeResult:
    async with serve({"/": answer}) as server:
        return await checked("http", server.url + path, **keys)


@pytest.mark.parametrize(
    ("keys", "reason"),
    [
        ({"contains": "none"}, ""),
        ({"contains": "all is well"}, 'the answer does not contain "all is well"'),
        ({"lacks": "maintenance"}, ""),
        ({"lacks": "röck"}, 'the answer contains "röck"'),
        ({"matches": r'"n": \d+'}, ""),
        ({"matches": "^ok$"}, 'the answer does not match "^ok$"'),
        ({"values": {"status.indicator": "none"}}, ""),
        ({"values": {"items.0.up": True}}, ""),
        ({"values": {"$.status.indicator": "major"}}, '$.status.indicator is "none", not "major"'),
        ({"values": {"status.indicator": "major"}}, "$['status']['indicator'] is \"none\", not \"major\""),
        ({"values": {"$.items[*].up": True}}, ""),
        ({"values": {"$.items[*].n": 3}}, "$.items[*].n is 70, not 3"),
        ({"values": {"$.items[0].n": True}}, "$.items[0].n is 3, not true"),
        ({"values": {"$.items": 3}}, "$.items is a list, not 3"),
        ({"values": {"$.nothing": 1}}, "the answer has no $.nothing"),
        ({"finds": "$.items[?@.n < 10]"}, ""),
        ({"finds": "$.items[?@.n > 100]"}, "the answer has nothing at $.items[?@.n > 100]"),
        ({"finds_no": "$.items[?@.up == false]"}, ""),
        ({"finds_no": "$.items[?@.n > 50].n"}, "the answer has 70 at $.items[?@.n > 50].n"),
        ({"finds": "$[?match(@, 'r.ck')]"}, ""),
        ({"answers": {"Content-Type": "application/json*"}}, ""),
        ({"answers": {"content-type": "text/*"}}, 'the header content-type is "application/json", not "text/*"'),
        ({"answers": {"x-version": "*"}}, "the answer has no header x-version"),
    ],
)
async def test_conditions_on_the_answer(keys: dict[str, Any], reason: str) -> None:
    result = await asked(Answer(body=json.dumps(HEALTH, ensure_ascii=False)), **keys)

    assert result.reason == reason
    assert result.fault is (Fault.WRONG if reason else None)


@pytest.mark.parametrize(
    ("answer", "reason", "fault"),
    [
        (Answer(body="nope"), "the answer is not JSON", Fault.WRONG),
        (Answer.html(), "the answer is HTML, not JSON", Fault.WRONG),
        (Answer(body=" \n"), "the answer is empty", Fault.EMPTY),
        (Answer(body="[" * 100_000), "the answer is not JSON", Fault.WRONG),
        (Answer(body="[" * 900 + "]" * 900), "the answer has no $..deep", Fault.WRONG),
    ],
)
async def test_an_answer_that_is_no_json(answer: Answer, reason: str, fault: Fault) -> None:
    result = await asked(answer, values={"$..deep": 1})

    assert (result.reason, result.fault) == (reason, fault)


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (Answer(body="Grüße".encode("latin-1"), content_type="text/plain; charset=ISO-8859-1"), ""),
        (
            Answer(body="Grüße".encode("latin-1"), content_type="text/plain; charset=utf-8"),
            "the answer is not text in utf-8, though it says so",
        ),
        (
            Answer(body="Grüße".encode("latin-1"), content_type="text/plain"),
            "the answer is not text in utf-8, though it should be",
        ),
        (
            Answer(body="Grüße", content_type="text/plain; charset=klingon"),
            "the answer claims to be written in klingon, which nobody knows",
        ),
        (Answer(body=""), "the answer is empty"),
    ],
)
async def test_text_is_read_in_the_character_set_that_it_claims(answer: Answer, reason: str) -> None:
    assert (await asked(answer, contains="Grüße")).reason == reason


@pytest.mark.parametrize("charset", ["punycode", "Unicode_Escape", "idna"])
async def test_what_is_a_character_set_to_python_alone_is_none(charset: str) -> None:
    # To decode that much of the first would take an hour.
    answer = Answer(body="aaaa-" + "b" * 3_000_000, content_type=f"text/plain; charset={charset}")

    assert (await asked(answer, contains="a")).reason.endswith(f"{charset.lower()}, which nobody knows")


async def test_an_expression_can_not_be_made_to_search_for_ever() -> None:
    # With Python's own this would take longer than the universe is old.
    result = await asked(Answer(body="a" * 50_000 + "b"), matches="^(a+)+$")

    assert result.reason == 'the answer does not match "^(a+)+$"'


async def test_nor_can_one_within_a_path() -> None:
    result = await asked(Answer.json(["a" * 50_000 + "b"]), finds="$[?search(@, '^(a+)+$')]")

    assert result.reason == "the answer has nothing at $[?search(@, '^(a+)+$')]"


async def test_a_long_answer_keeps_nobody_waiting() -> None:
    body = json.dumps([{"a": number} for number in range(20_000)])
    async with serve({"/": Answer(body=body)}) as server:
        check = asyncio.create_task(checked("http", server.url + "/", finds="$..a"))
        await server.wait_for_hits(1)
        turns = 0
        while not check.done():
            await asyncio.sleep(0)
            turns += 1

    assert (await check).ok
    assert turns > 20
