"""What we did not see or do, and what is left to be done."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from bot.core import team
from bot.core.message import utc
from bot.core.report.additions import ended_by, follow_ups
from bot.core.report.glance import numbers
from bot.core.report.known import FollowUp, Lack, Told
from bot.core.report.material import Section
from bot.core.report.spoken import Cause, Said
from bot.core.report.statements import Spoken
from bot.core.report.story import Story, is_planned
from bot.core.report.unknown import Unknown
from bot.core.spans import duration
from bot.core.witnesses import overlap
from bot.core.wording import has_not_begun
from bot.model import ChangeKind, Component, Impact, Incident, Kind, SourceKind, State

# What is read this much later than it was written was read late: a page may be looked at every five minutes.
_LATE = timedelta(minutes=10)
_CHECKING = frozenset({SourceKind.PROBE, SourceKind.HOOK})


def lacks(story: Story, spoken: Spoken, told: tuple[Told, ...]) -> tuple[Lack, ...]:
    """Return our own gaps, as they are known."""
    return (*_blind(story), *_unwatched(story), *_read_late(spoken), *_muted(story), *_unheard(story, told))


def _blind(story: Story) -> Iterator[Lack]:
    """Give the times in which a source told nothing while it lasted."""
    begun, over = min(story.incident.started_at, story.now), story.over_at
    for watched in story.material.sources:
        one = watched.source
        name = f"{one.name}'s status page" if one.kind is SourceKind.FEED else f"our probe {one.name}"
        for gap in watched.gaps:
            if (gap.began_at < over or story.incident.is_open) and gap.ended_at > begun:
                yield Lack(what=f"Not watching {name}", began_at=gap.began_at, ended_at=gap.ended_at, reason=gap.reason)


def _unwatched(story: Story) -> Iterator[Lack]:
    one = story.incident
    if one.was_open_at_first_look and story.posted:
        already = "been announced" if is_planned(one) else "begun"
        yield Lack(
            what=f"Sitrep read {one.name}'s status page for the first time when it had {already} already",
            began_at=one.first_seen_at,
        )
    if team.is_ours(one) or is_planned(one) or one.vendor == team.SITREP:
        return
    checking = [watched.source for watched in story.material.sources if watched.source.kind in _CHECKING]
    if not checking:
        yield Lack(what=f"No probe of ours watches {one.name}")
        return
    watched_parts = tuple(Component(name, name) for source in checking for name in source.components)
    blind = [part.name for part in one.components if not overlap([part], watched_parts)]
    if watched_parts and blind and all(source.components for source in checking):
        yield Lack(what=f"No probe of ours watches {_listed(blind)}")
    if not any(watched.source.kind is SourceKind.FEED for watched in story.material.sources) and story.is_accused:
        yield Lack(what=f"{one.name}'s status page is not watched")


def _listed(names: list[str]) -> str:
    shown = names[:8]
    return ", ".join(shown) + (f" and {len(names) - len(shown)} more" if len(names) > len(shown) else "")


def _read_late(spoken: Spoken) -> Iterator[Lack]:
    """Give the statement that was read latest, if that was well after it was written."""
    late = [said for said in spoken.said if not said.is_late and _delay(said) > _LATE]
    if not late:
        return
    worst = max(late, key=_delay)
    after = f"{duration(_delay(worst))} after it was written"
    many = f"{len(late)} statements were read late, by more than {duration(_LATE)}; the worst was"
    yield Lack(
        what=f"Statement {worst.number} was read {after}"
        if len(late) == 1
        else f"{many} statement {worst.number}, {after}",
        began_at=worst.at,
        ended_at=worst.read_at,
    )


def _delay(said: Said) -> timedelta:
    return said.read_at - said.at


def _muted(story: Story) -> Iterator[Lack]:
    """Give the times in which the channel heard nothing of it because somebody wanted that."""
    since: tuple[datetime, str] | None = None
    for entry, then in story.then:
        if entry.kind is ChangeKind.MUTED and since is None:
            since = (entry.happened_at, entry.author)
        elif since is not None and (entry.kind is ChangeKind.UNMUTED or not then.is_open):
            yield Lack(what=f"Muted by {since[1]}", began_at=since[0], ended_at=entry.happened_at)
            since = None
    if since is not None:
        yield Lack(what=f"Muted by {since[1]}, still", began_at=since[0])


def _unheard(story: Story, told: tuple[Told, ...]) -> Iterator[Lack]:
    one = story.incident
    if not told:
        why = "it was muted when it began" if one.untold else "no route leads anywhere for it"
        yield Lack(what=f"No channel was told: {why}")
    for there in told:
        if not there.is_told:
            yield Lack(what=f"{there.destination}: {there.how}")
    if one.kind in {Kind.MAINTENANCE, Kind.NOTICE} or one.peak is Impact.NONE:
        return
    if not any(entry.kind in _TAKEN for entry, _ in story.then):
        yield Lack(what="Nobody here acknowledged it")


_TAKEN = frozenset(
    {ChangeKind.ACKED, ChangeKind.TAKEN, ChangeKind.ASSIGNED, ChangeKind.HANDED_OVER, ChangeKind.DECLARED}
)


def left(story: Story, cause: Cause, now: datetime) -> tuple[FollowUp, ...]:
    """Return what people want followed up, and what follows from what is known; the open ones first."""
    additions = story.material.additions
    theirs = []
    for number, one in enumerate(follow_ups(additions), 1):
        done = ended_by(one, additions)
        theirs.append(
            FollowUp(
                text=one.text,
                number=number,
                author=one.author,
                at=one.at,
                done_by=done.author if done else "",
                done_at=done.at if done else None,
            )
        )
    found = (*(FollowUp(text=text) for text in _open(story, cause, now)), *theirs)
    return tuple(sorted(found, key=lambda one: not one.is_open))


def _open(story: Story, cause: Cause, now: datetime) -> Iterator[str]:
    one = story.incident
    if story.elsewhere is not None:
        yield from _switched_over(one)
        return
    if one.is_open and story.now < now:
        yield f"How it stands now is not known: the last look at it was at {utc(story.now)}."
    elif one.is_open:
        yield "It is not over." if one.state is not State.SCHEDULED else f"{one.name} has not said that it began."
    elif story.posted and not is_planned(one) and isinstance(cause.at, Unknown) and one.kind is not Kind.NOTICE:
        if cause.late:
            which = numbers(cause.late)
            yield f"{one.name} spoke after the end, and marked nothing as the root cause: is it in its words ({which})?"
        else:
            yield f"{one.name} had published no root cause when its page was last read."
    if not one.is_open and not story.is_accused and one.vendor != team.SITREP and not _has_cause(story):
        yield "Nobody has written down the root cause: `write cause: …`"
    if one.ending is ChangeKind.WITHDRAWN and not has_not_begun(one):
        yield f"How it ended is not known: {one.name} no longer lists it."
    yield from _switched_over(one)
    yield from _parked(story)


def _has_cause(story: Story) -> bool:
    return any(added.section is Section.CAUSE for added in story.material.additions)


def _switched_over(one: Incident) -> Iterator[str]:
    for switch in one.fallbacks:
        if switch.back_at is None:
            whose = f"{switch.card}: " if switch.card else ""
            yield f"{whose}nobody has switched back from the fallback, active since {utc(switch.at)} ({switch.name})."


def _parked(story: Story) -> Iterator[str]:
    for one in story.material.announcements:
        if one.state != "live":
            yield f"{one.destination} was not told all of it: {one.error or one.state}."
