"""What everyday work costs with ever more incidents remembered, each with its lines, its claims and where it was told.

A hundred vendors; what is open is as much each time, and what is over lies ever farther back.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from statistics import median

import httpx
from starlette.applications import Starlette

from bot import boards, catalog, plugins
from bot.beginning import prepare
from bot.clock import SystemClock
from bot.commands.desk import Desk
from bot.commands.reporting import Hearing
from bot.core.escalation import Plans
from bot.core.health import Health
from bot.core.holding import Ruling
from bot.loops.escalate import Escalating, escalate_due
from bot.loops.heed import Heeding, call_silent, hand_out, weigh_all
from bot.loops.take_in import Rules, take_in
from bot.model import Person, Source
from bot.store import announcements, pulse, summaries
from bot.store.database import Database, migrate, open_database
from bot.store.sources import Watched
from bot.web.board.live import Pulse
from bot.web.board.pages import Board
from tests.bench.apart import Spent, apart
from tests.bench.asking import nobody, unheard
from tests.bench.growth.curves import Curve, Sheet
from tests.bench.pages import summary
from tests.bench.program import database_in
from tests.bench.taking_in import RULES, unknown
from tests.board.vendor import Vendor
from tests.board.world import Size, fill, folder_in_memory, vendors

SIZES = (100, 1_000, 10_000, 100_000)
_VENDORS, _A_DAY = 100, 105
_TIMES = 7


def sheets() -> Iterator[Sheet]:
    found = {size: apart(costs, size) for size in SIZES}
    curves = tuple(
        Curve(f"{what}: CPU", "ms", {size: 1e3 * one[what] for size, one in found.items()}) for what in found[SIZES[0]]
    )
    yield Sheet("history", "Everyday work, SQLite", "incidents remembered", curves)


@dataclass(slots=True)
class Scene:
    """A database with a past, and who is asked about it; `turn` is another vendor each time."""

    database: Database
    pages: tuple[tuple[Vendor, Source], ...]
    incidents: tuple[str, ...]
    desk: Desk
    board: httpx.AsyncClient
    clock: SystemClock
    due: asyncio.Event
    turn: int = 0

    @property
    def vendor(self) -> str:
        return self.pages[self.turn % _VENDORS][0].slug

    async def say(self, words: str) -> None:
        await self.desk.say(words, Person("slack", "U1", "somebody"))

    async def get(self, path: str) -> None:
        answer = await self.board.get(path)
        assert answer.status_code == 200, f"{path}: {answer.status_code}"


async def _start(scene: Scene) -> None:
    await prepare(scene.database, [source for _, source in scene.pages], scene.clock.now())
    await summaries.renew(scene.database, Ruling(RULES.routes), scene.clock.now())


async def _changed(scene: Scene) -> None:
    source, now = scene.pages[scene.turn][1], scene.clock.now()
    read = plugins.format_named(source.format).parse(summary(incidents=1, updates=3, episode=scene.turn), source)
    watched = Watched(source=source, health=Health(first_look=now, last_look=now))
    # A window: what it does not list goes on.
    snapshot = replace(read, taken_at=now, complete_open_set=False)
    await take_in(scene.database, watched, snapshot, rules=RULES, follow_up=unknown)


async def _heeded(scene: Scene) -> None:
    heeding = Heeding(scene.database, Rules(()), scene.clock, scene.due)
    await weigh_all(heeding)
    await call_silent(heeding)
    await hand_out(heeding)
    await escalate_due(Escalating(scene.database, Plans(), scene.clock, scene.due))


async def _claimed(scene: Scene) -> None:
    room, longest = {"console": 64}, {"console": 100_000}
    now, lease = scene.clock.now(), timedelta(minutes=1)
    await announcements.claim_due(scene.database, "bench", now, room=room, longest=longest, lease=lease)
    await announcements.next_due(scene.database, now, room)


async def _pulse(scene: Scene) -> None:
    await pulse.version(scene.database, scene.clock.now())


_ACTS: dict[str, Callable[[Scene], Awaitable[None]]] = {
    "start, from the schema to the first claim": _start,
    "a changed page, to the commit": _changed,
    "looking for what is due to be told": _claimed,
    "looking for what time brings about": _heeded,
    "looking for what is new on the board": _pulse,
    "`/status`": lambda scene: scene.say("status"),
    "`/status` of one": lambda scene: scene.say(f"status {scene.vendor}"),
    "`incidents`": lambda scene: scene.say("incidents"),
    "`incidents all`": lambda scene: scene.say("incidents all"),
    "`details` of one": lambda scene: scene.say(f"details {scene.incidents[scene.turn]}"),
    "`history` of one": lambda scene: scene.say(f"history {scene.vendor}"),
    "`health`": lambda scene: scene.say("health"),
    "board, home": lambda scene: scene.get("/"),
    "board, a vendor": lambda scene: scene.get(f"/vendors/{scene.vendor}"),
    "board, incidents": lambda scene: scene.get("/incidents"),
    "board, an incident": lambda scene: scene.get(f"/incidents/{scene.incidents[scene.turn]}"),
    "board, a search": lambda scene: scene.get("/search?q=gateway"),
    "board, a search for what is not there": lambda scene: scene.get("/search?q=xyzzy"),
    "board, maintenance": lambda scene: scene.get("/maintenance"),
    "board, operations": lambda scene: scene.get("/operations"),
}


async def costs(size: int) -> dict[str, float]:
    """Return the CPU seconds of each act, in the median of a few for another vendor each."""
    with folder_in_memory() as folder:
        database, clock, due = open_database(database_in(folder)), SystemClock(), asyncio.Event()
        await migrate(database)
        pages = vendors(_VENDORS)
        how_much = Size(vendors=_VENDORS, incidents=size, present=40, probes=10, days=size // _A_DAY + 3)
        built = await fill(database, how_much, datetime.now(UTC), pages)
        # The program itself never has SQLite count what there is, and so it finds things without knowing that.
        await database.write(lambda connection: connection.exec_driver_sql("DELETE FROM sqlite_stat1"))
        await database.close()
        database = open_database(database_in(folder))
        board = Board(database, clock)
        looks = boards.looks(board, Pulse(lambda: pulse.version(database, clock.now())))
        transport = httpx.ASGITransport(Starlette(routes=looks))
        async with httpx.AsyncClient(transport=transport, base_url="http://board") as client:
            desk = Desk(database, catalog.load(), clock, due, nobody, Hearing(unheard))
            scene = Scene(database, pages, built.incidents, desk, client, clock, due)
            found = {what: await _cost(scene, act) for what, act in _ACTS.items()}
        await database.close()
    return found


async def _cost(scene: Scene, act: Callable[[Scene], Awaitable[None]]) -> float:
    spent = []
    for scene.turn in range(_TIMES + 1):
        with Spent() as one:
            await act(scene)
        spent.append(one.cpu)
    return median(spent[1:])
