"""The connections of Socket Mode, and how the SDK gets over their ends."""

from __future__ import annotations

import asyncio

import aiohttp
import pytest
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from tests.e2e.program import until
from tests.localslack import Fault, LocalSlack, rate_limited, status
from tests.localslack.bolting import PING, connected
from tests.localslack.delivery import EVENTS_API, SLASH_COMMANDS
from tests.localslack.nouns import Channel
from tests.localslack.sockets import DISABLED, REFRESH, TOO_MANY, WARNING

OPEN = "apps.connections.open"
# Whoever hears anything answers within this many seconds, also on a machine with much else to do.
ANSWERED = 1.5


async def test_what_one_connection_loses_another_is_sent(slack: LocalSlack, ops: Channel, app: AsyncApp) -> None:
    async with connected(app, slack.app_token), connected(app, slack.app_token):
        dead, alive = await slack.sockets.until_connected(2)
        slack.sockets.freezes(dead)
        sent = [await slack.person().runs("/status", f"{number}", ops.id) for number in range(2)]
        await until(lambda: all(one.attempts for one in sent), "each connection has one")
        slack.sockets.aborts(dead)

        answers = [(await one.acked())["text"] for one in sent]

    assert answers == ["you asked for 0", "you asked for 1"]
    assert sorted(one.attempts for one in sent) == [1, 2]
    assert dead.received == []
    assert len(alive.received) == 2


async def test_a_ghost_swallows_clicks_unless_they_are_sent_again(
    slack: LocalSlack, ops: Channel, app: AsyncApp
) -> None:
    slack.sockets.patience = ANSWERED
    slack.sockets.resends = {EVENTS_API}
    async with connected(app, slack.app_token):
        slack.sockets.haunt(1)
        lost, heard = [await slack.person().runs("/status", "acme", ops.id) for _ in range(2)]

        assert (await lost.done()).failed == "operation_timeout"
        assert (await heard.done()).is_acked
        slack.sockets.resends.add(SLASH_COMMANDS)
        again = await slack.person().runs("/status", "acme", ops.id)
        assert (await again.done()).is_acked
        assert again.attempts == 2


async def test_pings_come_back_as_they_were(slack: LocalSlack, client: AsyncWebClient) -> None:
    """The SDK sends `sdk-ping-pong:<time>`, and the websocket's own, which are empty."""
    url = (await client.apps_connections_open(app_token=slack.app_token))["url"]
    async with aiohttp.ClientSession() as session, session.ws_connect(url, autoping=False) as link:
        await link.receive_json()
        await link.ping(b"sdk-ping-pong:1795453152.37")
        await link.ping()

        pongs = [await link.receive() for _ in range(2)]

    assert [(one.type, bytes(one.data)) for one in pongs] == [
        (aiohttp.WSMsgType.PONG, b"sdk-ping-pong:1795453152.37"),
        (aiohttp.WSMsgType.PONG, b""),
    ]


@pytest.mark.parametrize("reason", [WARNING, REFRESH, DISABLED, TOO_MANY])
async def test_the_app_comes_back_when_it_is_asked_to_go(
    slack: LocalSlack, ops: Channel, app: AsyncApp, reason: str
) -> None:
    async with connected(app, slack.app_token):
        await slack.sockets.until_opened(1)
        await slack.sockets.disconnects(reason)
        await slack.sockets.until_opened(2)
        sent = await slack.person().mentions("<@U0BOT> hello", ops.id)
        await sent.acked()

    assert len(slack.journal.of(OPEN)) >= 2


async def test_the_app_comes_back_after_a_reset(slack: LocalSlack, app: AsyncApp) -> None:
    async with connected(app, slack.app_token):
        await slack.sockets.until_opened(1)
        slack.sockets.aborts()
        await slack.sockets.until_opened(2)


async def test_the_app_notices_a_half_open_connection(slack: LocalSlack, app: AsyncApp) -> None:
    async with connected(app, slack.app_token):
        await slack.sockets.until_opened(1)
        slack.sockets.freezes()
        await slack.sockets.until_opened(2)


@pytest.mark.parametrize("fault", [status(500), rate_limited(0)])
async def test_the_app_comes_back_though_there_was_no_ticket(slack: LocalSlack, app: AsyncApp, fault: Fault) -> None:
    slack.faults.add(OPEN, fault)
    async with connected(app, slack.app_token):
        await slack.sockets.until_opened(1)

    assert len(slack.journal.of(OPEN)) == 2


async def test_a_ticket_that_is_dead_deafens_the_app_until_it_is_taken_away(slack: LocalSlack, app: AsyncApp) -> None:
    """Finding 5."""
    slack.sockets.refuse(dead=True)
    handler = AsyncSocketModeHandler(app, slack.app_token, ping_interval=PING)
    connecting = asyncio.create_task(handler.connect_async())  # type: ignore[no-untyped-call]  # the same

    await slack.sockets.until_refused(4)
    tickets = len(slack.journal.of(OPEN))
    handler.client.wss_uri = None
    await connecting

    assert tickets == 1
    assert len(slack.journal.of(OPEN)) == 2
    await handler.close_async()  # type: ignore[no-untyped-call]  # the same


async def test_a_ticket_that_comes_alive_again_is_used(slack: LocalSlack, app: AsyncApp) -> None:
    slack.sockets.refuse(2, dead=False)
    async with connected(app, slack.app_token):
        await slack.sockets.until_opened(1)

    assert len(slack.journal.of(OPEN)) == 1


async def test_a_ticket_is_good_once_and_ten_connections_are_enough(slack: LocalSlack, client: AsyncWebClient) -> None:
    slack.pace.enforced = False

    async def ticket() -> str:
        return str((await client.apps_connections_open(app_token=slack.app_token))["url"])

    async with aiohttp.ClientSession() as session:
        used = await ticket()
        links = [await session.ws_connect(used)]
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await session.ws_connect(used)
        links += [await session.ws_connect(await ticket()) for _ in range(9)]
        hellos = [await link.receive_json() for link in links]
        eleventh = await session.ws_connect(await ticket())

        assert (await eleventh.receive_json())["reason"] == "too_many_websockets"
        assert [one["num_connections"] for one in hellos] == list(range(1, 11))
        assert hellos[0]["debug_info"]["approximate_connection_time"] == 18_060
        for link in (*links, eleventh):
            await link.close()


async def test_a_payload_may_come_twice(slack: LocalSlack, ops: Channel, app: AsyncApp) -> None:
    async with connected(app, slack.app_token):
        await slack.sockets.until_connected()
        sent = await slack.person().mentions("<@U0BOT> hello", ops.id)
        await sent.acked()
        await slack.sockets.again(sent)
        await slack.journal.until("chat.postMessage", 2)

    assert sent.acks == 2
