"""What stands around what programs call: nobody keeps a place for long, and nobody has all of them."""

from __future__ import annotations

import asyncio

import pytest
from starlette.types import Message, Receive, Scope, Send

from bot.web.bodies import Refused
from bot.web.guard import AT_WORK, MINE_AT_WORK, Guard, Rules
from bot.web.rationing import Rations, whose
from tests.fakes import NOON, ManualClock


class App:
    """Begins its answers when it is let, and then waits until somebody reads them."""

    def __init__(self) -> None:
        self.begin, self.end = asyncio.Event(), asyncio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        del scope, receive
        await self.begin.wait()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await self.end.wait()


async def nothing() -> Message:
    return {"type": "http.request"}


async def sent(message: Message) -> None:
    del message


def called(guard: Guard, host: str, path: str = "/metrics") -> asyncio.Task[None]:
    scope = {"type": "http", "method": "GET", "path": path, "client": (host, 1), "headers": [], "query_string": b""}
    return asyncio.ensure_future(guard(scope, nothing, sent))


async def refused(task: asyncio.Task[None]) -> bool:
    """Whether a call is refused; one that is not is at work."""
    await asyncio.wait({task}, timeout=0.05)
    if not task.done():
        return False
    with pytest.raises(Refused):
        await task
    return True


async def let_go(app: App, *tasks: asyncio.Task[None]) -> None:
    app.begin.set()
    app.end.set()
    await asyncio.wait(tasks)


async def test_who_does_not_read_an_answer_keeps_no_place() -> None:
    app = App()
    guard = Guard(app, Rules(ManualClock()))
    first = [called(guard, "127.0.0.1") for _ in range(AT_WORK)]
    full = await refused(called(guard, "127.0.0.1"))
    app.begin.set()
    await asyncio.sleep(0)
    more = called(guard, "127.0.0.1")

    assert full
    assert not await refused(more)
    await let_go(app, *first, more)


async def test_nobody_has_all_the_places_and_who_asks_whether_we_live_is_always_told() -> None:
    app = App()
    guard = Guard(app, Rules(ManualClock()))
    first = [called(guard, f"2001:db8::{number}") for number in range(1, MINE_AT_WORK + 1)]
    one_more, another = called(guard, "2001:db8::ffff"), called(guard, "2001:db8:0:1::1")
    alive = called(guard, "2001:db8::ffff", "/healthz")

    assert await refused(one_more)
    assert not await refused(another)
    assert not await refused(alive)
    await let_go(app, *first, another, alive)


@pytest.mark.parametrize(
    ("address", "stands_for"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3::4", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.7", "::ffff:192.0.2.7"),
        ("testclient", "testclient"),
        ("", ""),
    ],
)
def test_an_address_stands_for_a_house(address: str, stands_for: str) -> None:
    assert whose(address) == stands_for


def test_a_house_has_one_ration_whatever_addresses_it_takes() -> None:
    rations = Rations(2, 1)
    waits = [rations.wait(f"2001:db8::{number:x}", NOON) for number in range(4)]

    assert waits == [0, 0, 1, 1]
