"""One day: what there is, what happens, what goes wrong, and what has to be true in the end."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from random import Random

from tests.chaos.dice import dice_for
from tests.chaos.limits import refused
from tests.chaos.proxy import Wire
from tests.chaos.server import Server
from tests.chaos.shown import complaints, discord_aloud, discord_threads, doubled, heard_twice, of, slack_threads
from tests.disks import Disk
from tests.e2e.program import Sitrep, patiently
from tests.e2e.statuspage import SUMMARY
from tests.e2e.test_killed import Vendors
from tests.e2e.weather import Wait
from tests.localdiscord import LocalDiscord
from tests.localslack import LocalSlack
from tests.servers import Server as Page

VENDORS = 5
# That it comes to rest is what is promised, and not how soon: others may use this machine.
SETTLES_WITHIN = 240.0
_SPENT_WITHIN = 30.0
# Some intervals of five seconds, or six.
_READ_WITHIN = 30.0
# A program has ten seconds to end, which is tested where nothing else goes on.
_ENDS_WITHIN = 60.0
# Longer than an instance may be silent before others take over from it.
LONG_PAUSE = 13.0
# Longer than any lease (`LEASE` in bot/loops/deliver.py and watch.py).
LONGEST_PAUSE = 65.0
# Said of time that nobody watched; no day is so long that there could be any.
_NOT_WATCHED = "SELECT 'not watching ' || source FROM gap WHERE reason LIKE 'nobody looked%'"
# Where PostgreSQL keeps who is alive and who has a role; to be asked once nobody runs any more.
_LOCKS = (
    "SELECT 'lock ' || objid FROM pg_locks WHERE locktype = 'advisory'"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)


@dataclass(slots=True)
class Instance(Sitrep):
    """One of several programs, behind a wire of its own; its `ways` lead to either chat."""

    more: dict[str, str] = field(default_factory=dict[str, str])
    wire: Wire | None = None
    ways: dict[str, Wire] = field(default_factory=dict[str, Wire])

    @property
    def environment(self) -> dict[str, str]:
        return {**Sitrep.environment.fget(self), **self.more}  # type: ignore[attr-defined]  # slots know no super()

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    def signal(self, number: int) -> None:
        if self.process is not None and self.process.returncode is None:
            os.kill(self.process.pid, number)


@dataclass(slots=True)
class Day:
    """Everything that there is on one day.  `found` is what was wrong in the middle of it.

    Several have a `server`; one that is alone has a file on a `disk`.  `misled` are those that were right to believe
    that hours had passed.  The chats are `limited` if they keep their limits.  `dice` are those of what goes wrong now.
    """

    seed: int
    them: Vendors
    slack: LocalSlack
    discord: LocalDiscord
    crew: list[Instance]
    database: str = ""
    server: Server | None = None
    disk: Disk | None = None
    log: list[str] = field(default_factory=list[str])
    found: list[str] = field(default_factory=list[str])
    misled: bool = False
    limited: bool = False
    dice: Random = field(init=False)
    weather: Random = field(init=False)

    def __post_init__(self) -> None:
        self.weather = dice_for(self.seed, "weather")
        self.turn_to(0)

    def turn_to(self, number: int) -> None:
        """Take up the dice of what goes wrong first, second, and so on."""
        self.dice = dice_for(self.seed, f"mishap {number}")

    def note(self, what: str) -> None:
        self.log.append(what)

    def one(self) -> Instance:
        """Choose one of the programs."""
        return self.dice.choice(self.crew)

    def complaints(self) -> list[str]:
        found = []
        for name, page in self.them.pages.items():
            threads = {"Slack": slack_threads(self.slack, name), "Discord": discord_threads(self.discord, name)}
            for platform, those in threads.items():
                found += [f"{platform}: {what}" for what in (*complaints(page, those), *self._wrongly(doubled(those)))]
            aloud = heard_twice(page, discord_aloud(self.discord, name))
            found += [f"Discord: {what}" for what in self._wrongly(aloud)]
        return found

    def _wrongly(self, twice: Iterable[str]) -> list[str]:
        """Return what should not have been said twice."""
        return [what for what in twice if not (self.misled and _SILENT in what)]

    def has_shown(self, wait: Wait | None) -> bool:
        """Whether Slack shows what a story waits for."""
        if wait is None:
            return True
        threads = of(wait.incident, slack_threads(self.slack, wait.incident.page.slug))
        return any(wait.said.strip("“”") in reply for thread in threads for reply in thread.replies)

    def step(self) -> None:
        """Let something happen at some vendor, if anything can."""
        ready = [one for one in self.them.stories if self.has_shown(one.waiting)]
        if not ready:
            return
        one = self.weather.choice(ready)
        try:
            one.waiting = next(one.story)
        except StopIteration:
            self.them.stories.remove(one)
        self.them.publish(one.page)

    @property
    def is_spent(self) -> bool:
        """Whether all that was to go wrong with the chats has gone wrong."""
        of_slack = (one.left for plans in self.slack.faults.plans.values() for one in plans)
        of_discord = (one.left for plans in self.discord.faults.plans.values() for one in plans)
        return not any((*of_slack, *of_discord))

    def calm(self) -> None:
        """Let the chats do what they should from now on."""
        for chat in (self.slack, self.discord):
            chat.faults.clear()
            chat.world.rules.lag = 0


Mishap = Callable[[Day], Awaitable[None]]


@asynccontextmanager
async def over(day: Day) -> AsyncIterator[Day]:
    """Give the day; what still runs at the end of it is killed."""
    try:
        yield day
    finally:
        for one in day.crew:
            if one.process is not None:
                one.signal(signal.SIGCONT)
                if one.process.returncode is None:
                    one.process.kill()
                await one.process.wait()


def tokens(slack: LocalSlack, discord: LocalDiscord) -> dict[str, str]:
    """Return what a program needs to know of both chats."""
    return {
        "SLACK_BOT_TOKEN": slack.token,
        "SLACK_APP_TOKEN": slack.app_token,
        "SLACK_API_URL": slack.api_url,
        "DISCORD_TOKEN": discord.token,
        "DISCORD_API_URL": discord.api_url,
        "DISCORD_GATEWAY_URL": discord.gateway_url,
        "LOG_LEVEL": os.environ.get("LOG_LEVEL", "INFO"),
    }


def routes(them: Vendors, slack: LocalSlack, discord: LocalDiscord) -> str:
    """Make a channel for each vendor in either chat, and return the routes that lead there."""
    lines = ""
    for name in them.pages:
        slack.world.channel(name)
        discord.world.channel(name)
        places = f'"slack:{slack.world.named(name).id}", "discord:{discord.world.named(name).id}"'
        lines += f'[[route]]\nmatch = {{ vendor = ["{name}"] }}\nto = [{places}]\n'
    return f"{lines}[bursts]\nat_least = 0\n"


async def live_through(day: Day, mishaps: Sequence[Mishap]) -> list[str]:
    """Let the day pass, with all that goes wrong; return what is not as it should be in the end."""
    await asyncio.gather(*(one.started() for one in day.crew))
    day.them.begin(len(day.them.pages))

    async def blow() -> None:
        while True:
            await asyncio.sleep(day.weather.uniform(0.05, 0.4))
            day.step()

    weather = asyncio.create_task(blow())
    try:
        for number, mishap in enumerate(mishaps):
            day.turn_to(number)
            await asyncio.sleep(day.dice.uniform(0.3, 2.0))
            await mishap(day)
        # What was to go wrong with a chat needs somebody who calls it.
        await patiently(lambda: day.is_spent or not day.them.stories, within=_SPENT_WITHIN, every=0.1)
        day.calm()
        await patiently(lambda: not day.them.stories, within=SETTLES_WITHIN, every=0.1)
    finally:
        weather.cancel()
        with suppress(asyncio.CancelledError):
            await weather
    await patiently(lambda: not day.complaints(), within=SETTLES_WITHIN, every=0.5)
    waiting = [(one.page, one.waiting.said) for one in day.them.stories if one.waiting]
    found = [*day.found, *(f"waits in vain: {one}" for one in waiting), *day.complaints()]
    found += await unread(day)
    found += await _ended(day)
    if day.limited:
        both = list(refused(day.slack, day.discord))
        day.note(f"limits kept: {', '.join(map(str, both))}")
        found += [f"too often: {one}" for one in both if not one.is_seldom]
    return found


async def unread(day: Day, times: int = 1) -> list[str]:
    """Return which pages are not read any more, by anybody: not so many times from now on."""
    before = {name: _looks(server) for name, server in day.them.servers.items()}

    def not_yet() -> list[str]:
        return [name for name, server in day.them.servers.items() if _looks(server) < before[name] + times]

    await patiently(lambda: not not_yet(), within=_READ_WITHIN, every=0.1)
    return [f"nobody reads {name} any more" for name in not_yet()]


def _looks(server: Page) -> int:
    return sum(path.endswith(SUMMARY) for path in server.paths)


async def _ended(day: Day) -> list[str]:
    """Stop all, and return what was not given back, or not finished."""
    found = []
    (first, *_) = day.crew
    still = list[str]()
    # A channel that all are escalated to takes one message a second, and is told all that its threads missed.
    for _ in range(int(SETTLES_WITHIN * 10)):
        still = [*await first.held(), *await _miscounted(day)]
        if not still:
            break
        await asyncio.sleep(0.1)
    found += [f"not at rest: {one}" for one in still]
    for one in day.crew:
        status = await one.stop(within=_ENDS_WITHIN)
        if status:
            found.append(f"{one.folder.name} ended with {status}")
    found += [f"held after the end: {one}" for one in await first.leaked()]
    found += [f"still counted: {one}" for one in await first.ask("SELECT id FROM instance")]
    found += [f"held after the end: {one}" for one in (await first.ask(_LOCKS) if day.server else ())]
    if not day.misled:
        found += await first.ask(_NOT_WATCHED)
        found += ["somebody was called too early" for one in day.crew if "kind=escalated" in one.err]
    for one in day.crew:
        found += [f"{one.folder.name}: a traceback" for said in _CRASHES if said in one.err]
    return found


async def _miscounted(day: Day) -> list[str]:
    """Return those who are dead and not buried yet, or live and have not joined: a moment ago all were killed."""
    if day.server is None:
        return []
    counted = await day.crew[0].ask("SELECT id FROM instance")
    # The middle of a name is the number of its process.
    living = {str(one.pid) for one in day.crew}
    return [f"{living} live, and counted are {counted}"] if {id_.split("-")[-2] for id_ in counted} != living else []


# Who believes that hours have passed says so after each word of a vendor, which is dated rightly: twice the same.
_SILENT = "No word from "
# What no bad day may bring about: an error of our own.
_CRASHES = ("step crashed", "loop crashed", "look crashed", "an answer failed", "could not be looked at")
