"""What lies between one of several programs and the chats, and what goes wrong with it: the others reach them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

from tests.chaos.day import Day, Mishap, tokens
from tests.chaos.proxy import Wire, line
from tests.chaos.shown import Thread, discord_threads, of, slack_threads
from tests.e2e.program import patiently
from tests.e2e.statuspage import Incident
from tests.localdiscord import LocalDiscord
from tests.localslack import LocalSlack

SLACK, DISCORD = "Slack", "Discord"
_LASTS_AT_LEAST = 25.0
# It is read within some seconds; then others wait for a while whether its own instance tells it.
_TOLD_WITHIN = 40.0
_SECOND_WORD_AFTER = 8.0


@asynccontextmanager
async def ways(slack: LocalSlack, discord: LocalDiscord) -> AsyncIterator[tuple[dict[str, Wire], dict[str, str]]]:
    """Give the ways of one program to both chats, by their names, and what it needs to know to go by them.

    What a program sends goes there; the sockets that Slack opens for it do not.
    """
    of_slack, of_discord = (int(one.url.rpartition(":")[2]) for one in (slack, discord))
    async with line(of_slack) as (to_slack, by), line(of_discord) as (to_discord, there):
        known = tokens(slack, discord)
        for name, port, other in (
            ("SLACK_API_URL", of_slack, by),
            ("DISCORD_API_URL", of_discord, there),
            ("DISCORD_GATEWAY_URL", of_discord, there),
        ):
            known[name] = known[name].replace(f":{port}", f":{other}")
        yield {SLACK: to_slack, DISCORD: to_discord}, known


async def can_not_reach_a_chat(day: Day) -> None:
    """What one of several sends to a chat, or to both, arrives nowhere for a while: its channels are told by others."""
    one = day.one()
    chats = day.dice.choice(((SLACK,), (DISCORD,), (SLACK, DISCORD)))
    silently = day.dice.random() < 1 / 2
    # What earlier mishaps have left to the chats is not what is judged.
    await patiently(lambda: day.is_spent, within=_TOLD_WITHIN, every=0.1)
    day.calm()
    for way in (one.ways[chat] for chat in chats):
        (way.silence if silently else way.cut)()
    began = asyncio.get_running_loop().time()
    late = await _late(day)
    await asyncio.sleep(max(0.0, began + _LASTS_AT_LEAST - asyncio.get_running_loop().time()))
    lasted = asyncio.get_running_loop().time() - began
    for chat in chats:
        one.ways[chat].mend()
    how = "hears nothing of" if silently else "can not reach"
    day.note(f"{one.folder.name} {how} {' and '.join(chats)} for {lasted:.0f} s")
    day.found += [f"while {one.folder.name} {how} {' and '.join(chats)}: {what}" for what in late]


async def _late(day: Day) -> list[str]:
    """Let every vendor open an incident, and write another word; return what was not told within the time for it."""
    incidents = [
        page.opens(f"Mail {number} fails", "minor", f"{name} says of mail {number}, word 0.", Mail="partial_outage")
        for name, page in day.them.pages.items()
        for number in [len(page.incidents)]
    ]

    def goes_on() -> None:
        for one in incidents:
            one.says("identified", one.updates[0].body.replace("word 0", "word 1"))

    opened, went_on = await asyncio.gather(
        _told(day, incidents, lambda: None), _told(day, incidents, goes_on, after=_SECOND_WORD_AFTER)
    )
    for one in incidents:
        one.vanishes(one.updates[0].body.replace("word 0", "word 2"))
        day.them.publish(one.page.slug)
    return [*opened, *went_on]


async def _told(
    day: Day, incidents: Sequence[Incident], happens: Callable[[], None], *, after: float = 0.0
) -> list[str]:
    """Let something happen to incidents; return in which channels that is not told in time."""
    await asyncio.sleep(after)
    happens()
    words = {one.page.slug: one.updates[-1].body for one in incidents}
    for slug in words:
        day.them.publish(slug)

    def untold() -> list[str]:
        return [
            f"not told on {chat} for {_TOLD_WITHIN:g} s: {words[one.page.slug]}"
            for one in incidents
            for chat, threads in _threads(day, one).items()
            if not any(words[one.page.slug] in reply for thread in threads for reply in thread.replies)
        ]

    await patiently(lambda: not untold(), within=_TOLD_WITHIN, every=0.5)
    return untold()


def _threads(day: Day, incident: Incident) -> dict[str, list[Thread]]:
    slug = incident.page.slug
    there = {SLACK: slack_threads(day.slack, slug), DISCORD: discord_threads(day.discord, slug)}
    return {chat: of(incident, threads) for chat, threads in there.items()}


FLEET: tuple[Mishap, ...] = (can_not_reach_a_chat,)
