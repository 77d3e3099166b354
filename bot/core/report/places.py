"""Where it was announced, and what became of that."""

from __future__ import annotations

from collections.abc import Iterator

from bot.core.report.known import Told
from bot.core.report.story import Story
from bot.model import Announcement, AnnouncementState, Hold

_HELD = {
    Hold.QUIET: "held back: its quiet hours",
    Hold.HOURLY: "held back: it has had as many this hour as it wants",
    Hold.DIGEST: "it wants digests only",
}


def told(story: Story) -> tuple[Told, ...]:
    """Return each channel that was to be told, in the order in which they were."""
    return tuple(_told(story))


def _told(story: Story) -> Iterator[Told]:
    burst = story.material.burst
    for one in story.material.announcements:
        if burst is not None and one.incident == burst.id:
            how = _how(one)
            there = f"{how}, together with others ({burst.id})"
            yield Told(destination=str(one.destination), how=there, is_told=_is(one), url=_link(one, story))
        elif one.root is not None or burst is None:
            yield Told(destination=str(one.destination), how=_how(one), is_told=_is(one), url=_link(one, story))


def _link(one: Announcement, story: Story) -> str | None:
    links = {found.destination: found.url for found in story.material.links}
    return links.get(str(one.destination)) if one.root is not None else None


def _is(one: Announcement) -> bool:
    return one.root is not None or bool(one.digest or one.told_in)


def _how(one: Announcement) -> str:
    if one.state is not AnnouncementState.LIVE:
        stopped = {AnnouncementState.PARKED: "waits for a person", AnnouncementState.DEAD: "given up"}[one.state]
        return f"{stopped}: {one.error}" if one.error else stopped
    if one.root is not None:
        return "root message and thread"
    if one.told_in or one.digest:
        return "in a digest"
    return _HELD[one.held] if one.held else "not posted"
