from __future__ import annotations

import asyncio
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler
from slack_sdk.web.async_client import AsyncWebClient

from tests.e2e.program import until
from tests.localslack import (
    Fault,
    LocalSlack,
    after,
    drops,
    error,
    hangs,
    html,
    long_under_way,
    malformed,
    rate_limited,
    resets,
    slow,
    status,
)
from tests.localslack.nouns import Channel

POST = "chat.postMessage"
BROKEN = (SlackApiError, aiohttp.ClientError, asyncio.TimeoutError)


def texts(slack: LocalSlack, channel: Channel) -> list[str]:
    return [message.text for message in slack.world.roots(channel.id)]


@pytest.mark.parametrize("lost", [after(drops()), after(resets())])
async def test_the_sdk_as_it_comes_doubles_a_message_whose_answer_was_lost(
    slack: LocalSlack, ops: Channel, lost: Fault
) -> None:
    """Finding 1."""
    unaware = AsyncWebClient(slack.token, base_url=slack.api_url)
    slack.faults.add(POST, lost)

    answer = await unaware.chat_postMessage(channel=ops.id, text="hello")

    assert answer["ok"]
    assert texts(slack, ops) == ["hello", "hello"]


@pytest.mark.parametrize("lost", [after(drops()), after(resets())])
async def test_without_its_retries_the_message_stands_once_and_the_caller_knows_nothing(
    slack: LocalSlack, ops: Channel, client: AsyncWebClient, lost: Fault
) -> None:
    """Finding 1."""
    slack.faults.add(POST, lost)

    with pytest.raises(aiohttp.ClientError):
        await client.chat_postMessage(channel=ops.id, text="hello")

    assert texts(slack, ops) == ["hello"]


@pytest.mark.parametrize(
    "fault",
    [
        rate_limited(1),
        status(404),
        status(500),
        status(502),
        status(503),
        html(),
        malformed(),
        error("fatal_error"),
        drops(),
        resets(),
    ],
)
@pytest.mark.parametrize("stored", [0, 1])
async def test_every_fault_comes_before_the_message_is_kept_or_after(
    slack: LocalSlack, ops: Channel, client: AsyncWebClient, fault: Fault, stored: int
) -> None:
    slack.faults.add(POST, after(fault) if stored else fault)

    with pytest.raises(BROKEN):
        await client.chat_postMessage(channel=ops.id, text="once")
    await client.chat_postMessage(channel=ops.id, text="twice")

    assert texts(slack, ops) == ["once", "twice"] if stored else ["twice"]


async def test_metadata_tells_whether_a_lost_message_is_there(
    slack: LocalSlack, ops: Channel, client: AsyncWebClient
) -> None:
    """Finding 2."""
    key = {"event_type": "incident_message", "event_payload": {"key": "acme-1/root"}}
    slack.faults.add(POST, after(status(500)))
    with pytest.raises(SlackApiError):
        await client.chat_postMessage(channel=ops.id, text="hello", metadata=key)

    whole = await client.conversations_history(channel=ops.id, include_all_metadata=True)
    reduced = await client.conversations_history(channel=ops.id)

    assert whole["messages"][0]["metadata"] == key
    assert reduced["messages"][0]["metadata"] == {"event_type": "incident_message"}


@pytest.mark.parametrize("stored", [0, 1])
async def test_what_hangs_outlasts_the_clients_patience(slack: LocalSlack, ops: Channel, stored: int) -> None:
    client = AsyncWebClient(slack.token, base_url=slack.api_url, retry_handlers=[])
    slack.faults.add(POST, after(hangs()) if stored else hangs())
    sending = asyncio.create_task(client.chat_postMessage(channel=ops.id, text="hello"))
    await slack.faults.until_hanging()

    sending.cancel()

    with pytest.raises(asyncio.CancelledError):
        await sending
    assert texts(slack, ops) == ["hello"] * stored


async def test_what_hangs_goes_on_when_it_is_released(slack: LocalSlack, ops: Channel, client: AsyncWebClient) -> None:
    slack.faults.add(POST, hangs())
    sending = asyncio.create_task(client.chat_postMessage(channel=ops.id, text="hello"))
    await slack.faults.until_hanging()

    slack.faults.release()

    assert (await sending)["ok"]


async def test_what_is_slow_comes_all_the_same(slack: LocalSlack, ops: Channel, client: AsyncWebClient) -> None:
    slack.faults.add(POST, slow(0.01))

    await client.chat_postMessage(channel=ops.id, text="hello")

    assert texts(slack, ops) == ["hello"]


async def test_a_fault_may_wait_for_a_call_that_it_is_meant_for(
    slack: LocalSlack, ops: Channel, client: AsyncWebClient
) -> None:
    slack.faults.add(POST, error("is_archived"), when=lambda args: args["text"] == "two")
    await client.chat_postMessage(channel=ops.id, text="one")

    with pytest.raises(SlackApiError, match="is_archived"):
        await client.chat_postMessage(channel=ops.id, text="two")

    assert texts(slack, ops) == ["one"]


async def test_a_fault_may_last_as_long_as_a_block(slack: LocalSlack, ops: Channel, client: AsyncWebClient) -> None:
    with slack.faults.during("*", status(503)):
        for call in (client.auth_test, client.api_test):
            with pytest.raises(SlackApiError):
                await call()

    await client.auth_test()


async def test_the_sdk_waits_only_if_it_is_told_to(slack: LocalSlack, ops: Channel, client: AsyncWebClient) -> None:
    patient = AsyncWebClient(
        slack.token, base_url=slack.api_url, retry_handlers=[AsyncRateLimitErrorRetryHandler(max_retry_count=1)]
    )
    slack.faults.add(POST, rate_limited(0), times=2)

    with pytest.raises(SlackApiError) as refused:
        await client.chat_postMessage(channel=ops.id, text="impatient")
    await patient.chat_postMessage(channel=ops.id, text="patient")

    assert refused.value.response.status_code == 429
    assert refused.value.response.headers["Retry-After"] == "0"
    assert texts(slack, ops) == ["patient"]


async def test_posting_has_a_pace_and_a_burst(slack: LocalSlack, ops: Channel, client: AsyncWebClient) -> None:
    async def burst() -> list[Any]:
        sent = [client.chat_postMessage(channel=ops.id, text=f"{number}") for number in range(5)]
        return await asyncio.gather(*sent, return_exceptions=True)

    first = [answer for answer in await burst() if isinstance(answer, SlackApiError)]
    other = slack.world.channel("other")

    assert [one.response.headers["Retry-After"] for one in first] == ["1"]
    assert first[0].response["error"] == "ratelimited"
    assert (await client.chat_postMessage(channel=other.id, text="elsewhere"))["ok"]
    slack.world.clock.jumps(1)
    assert (await client.chat_postMessage(channel=ops.id, text="later"))["ok"]


async def test_the_other_methods_have_tiers(slack: LocalSlack, ops: Channel, client: AsyncWebClient) -> None:
    for _ in range(50):
        await client.conversations_history(channel=ops.id)

    with pytest.raises(SlackApiError, match="ratelimited"):
        await client.conversations_history(channel=ops.id)
    assert (await client.conversations_info(channel=ops.id))["ok"]


async def test_what_is_long_under_way_arrives_although_its_sender_has_given_up(slack: LocalSlack, ops: Channel) -> None:
    slack.faults.add(POST, long_under_way(0.3))
    hasty = AsyncWebClient(slack.token, base_url=slack.api_url, retry_handlers=[])
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1):
            await hasty.chat_postMessage(channel=ops.id, text="hello")
    before = texts(slack, ops)
    await until(lambda: texts(slack, ops), "it arrives")

    assert (before, texts(slack, ops)) == ([], ["hello"])
