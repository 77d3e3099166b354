"""What a channel shows in the end, and in what it differs from what the vendors have said."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from tests.e2e.statuspage import Incident, StatusPage
from tests.localdiscord import LocalDiscord
from tests.localdiscord import readable as on_discord
from tests.localslack import LocalSlack
from tests.localslack import readable as on_slack

# After how long, a clock that was set may have taken away.
_END = re.compile(r"^(🟢 )?(Resolved\b|No longer listed on )", re.MULTILINE)
_CROWD = re.compile(r"\d+ updates at once")
_OVER = ("Resolved", "No longer listed")
# It comes a while after the end: to a program that believes that hours have passed, at once, or even with the end.
_REPORT = "The report of this incident"


@dataclass(frozen=True, slots=True)
class Thread:
    """One root message as it stands, and the replies under it in their order."""

    root: str
    replies: tuple[str, ...]


def slack_threads(slack: LocalSlack, channel: str) -> tuple[Thread, ...]:
    """Return all threads of a channel."""
    world = slack.world
    there = world.named(channel).id
    roots = [one for one in world.roots(there) if one.attachments and not one.broadcast]
    return tuple(
        Thread(on_slack(one), tuple(on_slack(reply) for reply in world.thread(there, one.ts))) for one in roots
    )


def discord_threads(discord: LocalDiscord, channel: str) -> tuple[Thread, ...]:
    """Return all threads of a channel; what is said in the channel besides belongs to none."""
    world = discord.world
    there = world.named(channel).id
    roots = [one for one in world.roots(there) if one.thread]
    return tuple(
        Thread(on_discord(one), tuple(on_discord(reply) for reply in world.thread(there, one.id))) for one in roots
    )


def discord_aloud(discord: LocalDiscord, channel: str) -> list[str]:
    """Return what a channel was told beside its roots: there a message of a thread can not be shown in it too."""
    world = discord.world
    return [on_discord(one) for one in world.roots(world.named(channel).id) if not one.thread]


def of(incident: Incident, threads: Iterable[Thread]) -> list[Thread]:
    """Return the threads that are about an incident: there should be one."""
    return [one for one in threads if _named(incident) in one.root]


def _named(incident: Incident) -> str:
    return f"{incident.page.slug}: {incident.title}"


def doubled(threads: Iterable[Thread]) -> Iterator[str]:
    """Return every reply that stands in its thread twice, word for word, and every root that is there twice."""
    threads = list(threads)
    for thread in threads:
        twice = [said for said, times in Counter(thread.replies).items() if times > 1]
        yield from (f"told twice: {said}" for said in twice)
    yield from (f"two roots: {root}" for root, times in Counter(one.root for one in threads).items() if times > 1)


def heard_twice(page: StatusPage, aloud: Sequence[str]) -> Iterator[str]:
    """Return what a channel was told beside its roots more than once: word for word, or that something is over."""
    yield from (f"told the channel twice: {said}" for said, times in Counter(aloud).items() if times > 1)
    for incident in page.incidents:
        ends = [said for said in aloud if _named(incident) in said and _says_an_end(said)]
        if len(ends) > 1:
            yield f"told the channel {len(ends)} times that it is over: {ends}"


def _says_an_end(said: str) -> bool:
    """Whether that is what it tells, and not only how the incident stands by now."""
    told = said.partition("\n")[2]
    return bool(_END.search(told if _CROWD.match(told) else told.partition("\n")[0]))


def complaints(page: StatusPage, threads: Sequence[Thread]) -> Iterator[str]:
    """Return everything in which a channel differs from what its page has said; nothing if all is well."""
    if len(threads) != len(page.incidents):
        yield f"{len(threads)} roots for {len(page.incidents)} incidents"
    for incident in page.incidents:
        yield from (f"{page.slug} {incident.title}: {what}" for what in _of_one(incident, threads))


def _of_one(incident: Incident, threads: Sequence[Thread]) -> Iterator[str]:
    found = of(incident, threads)
    if len(found) != 1:
        yield f"{len(found)} roots"
        return
    (thread,) = found
    told = "\n".join(thread.replies)
    places = []
    for update in incident.updates:
        said = [*update.before, update.body]
        # What an edit has replaced is shown once more beside what replaced it.
        expected = [1 + (number < len(said) - 1) for number in range(len(said))]
        counts = [told.count(words) for words in said]
        if counts != expected:
            yield f"said {counts} times, not {expected}: {said}"
        places.append(told.find(said[0]))
    if places != sorted(places):
        yield f"out of order: {places}"
    raised = told.count("Impact raised")
    if raised != len(incident.impacts):
        yield f"raised {raised} times, not {len(incident.impacts)}"
    if incident.ended is None:
        return
    replies = [reply for reply in thread.replies if _REPORT not in reply or _END.search(reply)]
    ends = [number for number, reply in enumerate(replies) if _END.search(reply)]
    if ends != [len(replies) - 1]:
        yield f"ended in {ends} of {len(replies)} replies, the last of which are {replies[-3:]}"
    if not any(word in thread.root for word in _OVER) or f"was {incident.impact}" not in thread.root:
        yield f"its root does not say that it is over, and was {incident.impact}: {thread.root}"
