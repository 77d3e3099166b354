"""Everything tried once: pages, probes, tokens, channels, scopes, pagers, and who should notice when Sitrep dies."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import Enum

from adapters._named import Named
from bot import catalog, chats, checks, paging, reaching
from bot.clock import SystemClock
from bot.core.baseline import seconds
from bot.core.routing import misfits
from bot.core.spending import day_of, so_far
from bot.errors import FetchError, ParseError
from bot.fetch import EgressPolicy, Fetcher
from bot.loops.alive import call
from bot.loops.checking import Probe, kept, paid
from bot.loops.recognising import read_once
from bot.model import Fault, ProbeResult, Source, Spent
from bot.settings import Settings
from bot.store import spending
from bot.store.database import is_ready, open_database


class Sort(Enum):
    """What was tried."""

    PLATFORM = "platform"
    HEARTBEAT = "heartbeat"
    PAGE = "page"
    PROBE = "probe"


@dataclass(frozen=True, slots=True)
class Tried:
    """How it went with one thing; `is_ours` where it is not the vendor's doing that it did not go well."""

    sort: Sort
    name: str
    good: bool
    words: str
    is_ours: bool = True

    def __str__(self) -> str:
        """Write it as `check --live` does."""
        return f"{'probe ' if self.sort is Sort.PROBE else ''}{self.name}: {self.words}"


async def everything(chosen: Settings, watched: tuple[Source, ...], clock: SystemClock) -> list[Tried]:
    """Try everything once."""
    told = [one for name, answers in await paging.live(chosen, clock.now) for one in _of(name, answers)]
    told += [*await _slack(chosen, clock), *await _discord(chosen, clock)]
    probes = checks.probes_of(chosen)
    egress = EgressPolicy.allowing(*chosen.egress_allow)
    async with (
        Fetcher(egress=egress, now=clock.now) as fetcher,
        Fetcher(egress=egress, now=clock.now, limits=checks.PROBE_LIMITS) as web,
    ):
        pages = await asyncio.gather(*(_page(fetcher, source, clock) for source in watched))
        checked = await _check_all(chosen, probes, web, clock) if probes else []
        told += await _heartbeat(chosen, web)
    return [*told, *pages, *checked]


async def _check_all(chosen: Settings, probes: Mapping[str, Probe], web: Fetcher, clock: SystemClock) -> list[Tried]:
    """Check every probe once.  What that costs counts as it does when Sitrep runs, if it has run here yet."""
    database = open_database(chosen.database.reveal())
    try:
        has_run = await is_ready(database)
        today = await spending.on(database, day_of(clock.now())) if has_run else {}
        setups = {key: replace(one.setup, spent=today.get(key, Spent())) for key, one in probes.items()}
        results = await asyncio.gather(*(one.check(setups[key], web, clock.now()) for key, one in probes.items()))
        if has_run:
            await spending.add(
                database, [(key, cost) for key, one in zip(probes, results, strict=True) if (cost := paid(one))]
            )
    finally:
        await database.close()
    those = zip(probes.values(), results, setups.values(), strict=True)
    return [_checked(probe.source.name, kept(one), setup.spent) for probe, one, setup in those]


def _checked(name: str, result: ProbeResult, before: Spent) -> Tried:
    today = f"; today: {so_far(before + (result.cost or Spent()), result.ceiling)}" if result.ceiling else ""
    if result.fault is Fault.BUDGET:
        return Tried(Sort.PROBE, name, good=True, words=f"not checked: {result.reason}{today}")
    if not result.ok:
        words = f"{'can not tell' if result.is_ours else 'fails'}: {result.reason}{today}"
        return Tried(Sort.PROBE, name, good=False, words=words, is_ours=result.is_ours)
    took = f"passes in {seconds(result.latency.total_seconds())}" if result.latency else "passes"
    return Tried(Sort.PROBE, name, good=True, words=f"{took}{''.join(f', {k} {v}' for k, v in result.facts)}{today}")


async def _slack(chosen: Settings, clock: SystemClock) -> list[Tried]:
    if chosen.slack.bot_token is None:
        return []
    from adapters.slack.checks import check  # noqa: PLC0415  (a third of a second, for those who use it)

    names = _named(chosen, "slack")
    return _of("Slack", await check(chats.slack_keys(chosen.slack), names, clock.now))


async def _discord(chosen: Settings, clock: SystemClock) -> list[Tried]:
    if chosen.discord.token is None:
        return []
    from adapters.discord.checks import check  # noqa: PLC0415  (half a second, for those who use it)

    names = _named(chosen, "discord")
    return _of("Discord", await check(chats.discord_keys(chosen.discord), names, clock.now))


async def _heartbeat(chosen: Settings, web: Fetcher) -> list[Tried]:
    """Call once who should notice when Sitrep does not run: the address is right if it is heard."""
    if chosen.heartbeat_url is None:
        return []
    reason = await call(chosen.heartbeat_url.reveal(), web)
    words = f"not heard: {reason}" if reason else "heard"
    return [Tried(Sort.HEARTBEAT, "heartbeat", good=not reason, words=words)]


def _named(chosen: Settings, platform: str) -> Named:
    told = (to.address for to in reaching.addressed(chosen) if to.platform == platform)
    here = f"{platform}:"
    return Named(
        addresses=tuple(dict.fromkeys(told)),
        who=tuple(one for one in chosen.access.everybody if one.startswith(here)),
        channels=tuple(room.removeprefix(here) for room, _ in chosen.access.channels if room.startswith(here)),
    )


def _of(platform: str, answers: Iterable[tuple[bool, str]]) -> list[Tried]:
    return [Tried(Sort.PLATFORM, platform, good, words) for good, words in answers]


async def _page(fetcher: Fetcher, source: Source, clock: SystemClock) -> Tried:
    try:
        snapshot = await read_once(fetcher, source, clock.now)
    except (FetchError, ParseError) as e:
        return Tried(Sort.PAGE, source.name, good=False, words=str(e))
    still = sum(claim.is_open for claim in snapshot.incidents)
    wrong = misfits(source.components, catalog.load().meanings(source.vendor), snapshot.components)
    note = f"; nothing there is called {', '.join(wrong)}, as `components` wants" if wrong else ""
    parts, open_ones = counted(len(snapshot.components), "component"), counted(still, "open incident")
    return Tried(Sort.PAGE, source.name, good=True, words=f"{snapshot.format}, {parts}, {open_ones}{note}")


def counted(number: int, what: str) -> str:
    """Return `1 page` or `2 pages`."""
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
