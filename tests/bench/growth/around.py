"""What one changed page costs, and the telling of it, with ever more of everything that stands around it."""

from __future__ import annotations

import tempfile
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from datetime import time as clock_time
from pathlib import Path
from statistics import median

from bot import plugins
from bot.core.health import Health
from bot.core.muting import Muting
from bot.core.rules import Handover, Match, Oncall, Person, Route, Service
from bot.loops.take_in import Rules, take_in
from bot.model import Claim, ComponentStatus, Destination, Impact, Snapshot, State, Update
from bot.settings import load
from bot.store import incidents, mutes
from bot.store.database import Database, migrate, open_database
from bot.store.sources import Watched
from tests.bench.apart import Spent, apart
from tests.bench.failing import failing
from tests.bench.growth.curves import Curve, Sheet
from tests.bench.pages import summary
from tests.bench.program import database_in
from tests.bench.taking_in import NOON, unknown
from tests.bench.watches import source_at

SIZES = (10, 100, 1_000)
PROBES = (10, 100, 1_000, 3_000)
_TIMES = 5
_CONSOLE = (Destination("console"),)
_CALLING = (Route(name="all", to=_CONSOLE, mention=((Impact.MINOR, "oncall:platform"),)),)
_PAGE = source_at("https://0.example", 0, timedelta(seconds=30))


def sheets() -> Iterator[Sheet]:
    changed = [
        Curve(f"{what}: CPU of one change", "ms", {size: 1e3 * apart(one_change, what, size) for size in SIZES})
        for what in _AROUND
    ]
    yield Sheet("around", "One page changes, SQLite", "how many there are of what is named", tuple(changed))
    burst = {size: apart(outbreak, size) for size in SIZES}
    told = [
        Curve(f"{what}: CPU", "ms", {size: 1e3 * one[what] for size, one in burst.items()}) for what in burst[SIZES[0]]
    ]
    yield Sheet("outbreak", "Many open incidents on one page, SQLite", "incidents", tuple(told))
    probes = Curve("all probes of one vendor fail: CPU", "ms", {n: 1e3 * apart(failing, n).cpu for n in PROBES})
    yield Sheet("probes", "Probes that fail at once, SQLite", "probes", (probes,))
    read = [
        Curve(f"sitrep.toml with so many {what}, read: CPU", "ms", {n: 1e3 * apart(reading, what, n) for n in SIZES})
        for what in _TABLES
    ]
    yield Sheet("configured", "The configuration is read", "tables", tuple(read))


# What stands around


def _routes(size: int) -> Rules:
    some = (Route(name=f"r{n}", match=Match(vendors=(f"v{n}",)), to=_CONSOLE) for n in range(size))
    return Rules((*some, Route(name="all", to=_CONSOLE)))


def _services(size: int) -> Rules:
    some = (
        Service(name=f"s{n}", depends_on=((f"v{n}", "API"), (_PAGE.vendor, f"Service {n} (API)"))) for n in range(size)
    )
    return Rules((Route(name="all", to=_CONSOLE),), tuple(some))


def _people(size: int) -> Rules:
    some = tuple(Person(name=f"p{n}", slack=f"U{n}") for n in range(size))
    rota = Oncall(name="platform", people=some, handover=Handover(None, clock_time(9)), timezone="Europe/Berlin")
    return Rules(_CALLING, oncalls=(replace(rota, starts=date(2026, 1, 5)),))


def _rotas(size: int) -> Rules:
    return Rules(_CALLING, oncalls=tuple(_rota(name) for name in (*(f"r{n}" for n in range(size)), "platform")))


def _rota(name: str) -> Oncall:
    people = (Person(name="p", slack="U1"),)
    return Oncall(name=name, people=people, handover=Handover(0, clock_time(9)), timezone="UTC")


def _plain(_size: int) -> Rules:
    return Rules((Route(name="all", to=_CONSOLE),))


async def _nothing(_database: Database, _size: int) -> None:
    return None


async def _muted(database: Database, size: int) -> None:
    for number in range(size):
        one = Muting(vendor=f"v{number}", name="V", key="slack:U1", by="somebody", at=NOON, for_good=True)
        await mutes.mute(database, one)


async def _muted_parts(database: Database, size: int) -> None:
    for number in range(size):
        part = (f"Part {number}",)
        one = Muting(
            vendor=_PAGE.vendor, name="V", parts=part, names=part, key="slack:U1", by="x", at=NOON, for_good=True
        )
        await mutes.mute(database, one)


async def _over(database: Database, size: int) -> None:
    """Let the page have had that many incidents, all of them over long since."""
    then = NOON - timedelta(days=30)
    past = tuple(
        Claim(external_id=f"old{n}", title="Elevated errors", state=State.RESOLVED, started_at=then, resolved_at=then,
              updates=(Update(f"u{n}", State.RESOLVED, "It is over. " * 20, then),))
        for n in range(size)
    )  # fmt: skip
    await _take(database, Snapshot(vendor=_PAGE.vendor, format="statuspage", incidents=past), _plain(0), then)


async def _elsewhere(database: Database, size: int) -> None:
    """Let other vendors have an open incident each."""
    for number in range(size):
        page = source_at(f"https://{number}.example", number + 1, timedelta(seconds=30))
        watched = Watched(source=page, health=Health(first_look=NOON, last_look=NOON))
        read = plugins.format_named("statuspage").parse(summary(incidents=1, updates=1, page=f"o{number}"), page)
        await take_in(database, watched, replace(read, taken_at=NOON), rules=_plain(0), follow_up=unknown)


async def _long(database: Database, size: int) -> None:
    """Let the incident that is updated have that many lines."""
    for number in range(size):
        await _take(database, _with(number + 1), _plain(0), NOON + timedelta(seconds=number))


_AROUND: Mapping[str, tuple[Callable[[int], Rules], Callable[[Database, int], Awaitable[None]]]] = {
    "routes": (_routes, _nothing),
    "services that depend on it": (_services, _nothing),
    "people in a rota": (_people, _nothing),
    "rotas": (_rotas, _nothing),
    "mutes of other vendors": (_plain, _muted),
    "mutes of its components": (_plain, _muted_parts),
    "incidents that are over on the same page": (_plain, _over),
    "open incidents of others": (_plain, _elsewhere),
    "lines in its incident's timeline": (_plain, _long),
}


async def one_change(what: str, size: int) -> float:
    """Return the CPU seconds of one update more of one incident, in the median of some, with that much around it."""
    rules_of, prepare = _AROUND[what]
    with tempfile.TemporaryDirectory() as folder:
        database, rules, spent = open_database(database_in(Path(folder))), rules_of(size), list[float]()
        await migrate(database)
        await prepare(database, size)
        for turn in range(_TIMES + 2):
            page = _with(size + turn + 1)
            with Spent() as one:
                await _take(database, page, rules, NOON + timedelta(hours=1, minutes=turn))
            spent.append(one.cpu)
        (mine,) = await incidents.open_incidents(database, _PAGE.vendor)
        assert mine.latest is not None
        await database.close()
    return median(spent[2:])


def _with(updates: int) -> Snapshot:
    """Return the page with an incident of so many updates, of which it lists the last ten."""
    read = plugins.format_named("statuspage").parse(summary(incidents=1, updates=updates), _PAGE)
    last = tuple(replace(one, updates=one.updates[-10:]) for one in read.incidents)
    assert any(part.status is not ComponentStatus.OPERATIONAL for part in read.components)
    return replace(read, incidents=last)


async def _take(database: Database, snapshot: Snapshot, rules: Rules, now: datetime) -> None:
    watched = Watched(source=_PAGE, health=Health(first_look=NOON, last_look=NOON))
    await take_in(database, watched, replace(snapshot, taken_at=now), rules=rules, follow_up=unknown)


# Many on one page


async def outbreak(size: int) -> dict[str, float]:
    """Return the CPU seconds of so many incidents that open on one page at once, and of one update more of each."""
    rules, found = Rules(_CALLING, oncalls=(_rota("platform"),)), dict[str, float]()
    parse = plugins.format_named("statuspage").parse
    with tempfile.TemporaryDirectory() as folder:
        database = open_database(database_in(Path(folder)))
        await migrate(database)
        read = parse(summary(), _PAGE)
        for updates, what in ((1, "all open at once"), (2, "each has one update more")):
            read = parse(summary(components=size, incidents=size, updates=updates), _PAGE)
            with Spent() as spent:
                await _take(database, read, rules, NOON + timedelta(minutes=updates))
            found[what] = spent.cpu
        (longer, *_) = parse(summary(components=size, incidents=1, updates=3), _PAGE).incidents
        one_more = (replace(read.incidents[0], updates=longer.updates), *read.incidents[1:])
        with Spent() as spent:
            await _take(database, replace(read, incidents=one_more), rules, NOON + timedelta(minutes=9))
        found["one of them has one update more"] = spent.cpu
        await database.close()
    return found


# What is written


_TABLES: Mapping[str, Callable[[int], str]] = {
    "watches": lambda n: f'[[watch]]\nurl = "https://{n}.example"\nname = "Page {n}"\nformat = "statuspage"\n',
    "probes": lambda n: f'[[probe]]\nname = "p{n}"\ntype = "http"\ntarget = "https://{n}.example"\n',
    "services": lambda n: f'[[service]]\nname = "s{n}"\ndepends_on = ["openai:API"]\nowner = "o"\n',
    "routes": lambda n: f'[[route]]\nmatch = {{ service = ["s{n % 10}"] }}\nto = ["console"]\n',
}
_FIRST = '[[watch]]\nurl = "https://x.example"\nname = "Page 0x"\nformat = "statuspage"\n'


async def reading(what: str, size: int) -> float:
    """Return the CPU seconds of reading a configuration with so many tables of a kind, in the median of some."""
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "sitrep.toml"
        services = "".join(_TABLES["services"](n) for n in range(10)) if what == "routes" else ""
        config.write_text(services + "".join(_TABLES[what](n) for n in range(size)), encoding="utf-8")
        spent = []
        for _ in range(_TIMES):
            with Spent() as one:
                load(config, {}, Path(folder), plugins.discover("bot.feeds"))
            spent.append(one.cpu)
    return median(spent)
