"""What to do next so that a channel shows what is true: desired against posted, one step at a time.

Nothing is sent because something happened; it is sent because the channel does not show it yet.  So a
crash, a rate limit or a day offline all end in the same place: the root is current, and the thread has
every entry once, in order.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bot.core import direct, members, mentions, replies
from bot.core.message import Call, Message, fingerprint, plain
from bot.core.wordings import ENGINEER, Words
from bot.model import (
    Announcement,
    AnnouncementState,
    Destination,
    Digest,
    Hold,
    Incident,
    Intent,
    Ref,
    Step,
    StepKind,
    TimelineEntry,
)

# More entries than this at once are told in one message: a night offline must not become twenty replies.
CATCH_UP_ABOVE = 8
# Entries that have waited so long were held back, and are no news any more: all of them are told in one message.
LATE = timedelta(minutes=10)


def next_step(  # noqa: PLR0913  (all that it depends on)
    announcement: Announcement,
    incident: Incident,
    unsent: Sequence[TimelineEntry],
    *,
    longest: int,
    apart: bool = False,
    root_hash: str | None = None,
    now: datetime | None = None,
    words: Words = ENGINEER,
) -> Step | None:
    """Return the next thing to do for `announcement`, or None if its channel shows the truth.

    `unsent` are the timeline entries after `announcement.last_seq`, oldest first; `longest` is how many
    characters one reply may hold on that platform; `apart` is for one where a message of a thread can not be shown in
    the channel too, so that it has to be said there by itself, and first.  Who has worded the root already may give
    its fingerprint; with `now`, entries that were held back for long are told together.  `words` are for whoever reads.

    In a direct message only what everybody hears, or what is meant for its reader, is told beside the root.
    """
    if announcement.state is not AnnouncementState.LIVE or _is_kept_back(announcement, incident):
        return None
    if announcement.root is None and members.is_kept_back(incident):
        return None
    root_hash = fingerprint(words.root(incident)) if root_hash is None else root_hash
    if announcement.root is None:
        return Step(StepKind.POST, _key(announcement, "root"), max(announcement.last_seq, 1), (), root_hash)
    to = announcement.destination
    told = _reply(announcement, [one for one in unsent if _is_told(one, to)], incident, longest, now, words)
    if told is not None:
        return _broadcast(announcement, told) if apart and not direct.is_direct(to) else told
    if announcement.root_hash != root_hash:
        return Step(StepKind.EDIT, _key(announcement, f"edit-{root_hash}"), announcement.last_seq, (), root_hash)
    return None


def _is_kept_back(announcement: Announcement, incident: Incident) -> bool:
    """Whether no channel is to hear of it: its vendor is muted, and was when it began."""
    return incident.untold and announcement.root is None and announcement.generation == 0


def _reply(
    announcement: Announcement,
    unsent: Sequence[TimelineEntry],
    incident: Incident,
    longest: int,
    now: datetime | None,
    words: Words,
) -> Step | None:
    loud = [entry for entry in unsent if not entry.quiet and entry.seq > announcement.last_seq]
    if not loud:
        return None
    batch = _fitting(_run(announcement, loud, now), incident, longest, words)
    if len(batch) > 1:
        key = _key(announcement, f"{batch[0].seq}-{batch[-1].seq}")
        return Step(StepKind.CATCH_UP, key, batch[-1].seq, tuple(batch))
    return Step(StepKind.REPLY, _key(announcement, str(loud[0].seq)), loud[0].seq, (loud[0],))


def _run(announcement: Announcement, loud: Sequence[TimelineEntry], now: datetime | None) -> Sequence[TimelineEntry]:
    """The entries that are told together, as many as fit; none if each is told by itself."""
    intent = announcement.intent
    if intent is not None and intent.missed:
        # What may arrive late can be told from what was done again only if both say the same.
        return [entry for entry in loud if entry.seq <= intent.through]
    if now is not None and now - loud[0].recorded_at > LATE:
        return loud
    return _routine(loud) if len(loud) > CATCH_UP_ABOVE else ()


def _is_told(entry: TimelineEntry, to: Destination) -> bool:
    if not direct.is_direct(to) or replies.is_broadcast(entry):
        return True
    return not entry.hushed and any(one.to == str(to) for one in entry.calls)


def _broadcast(announcement: Announcement, told: Step) -> Step:
    """The channel hears it before the thread has it, but for what it has heard already."""
    unheard = tuple(entry for entry in told.entries if entry.seq > announcement.heard)
    if not any(map(replies.is_broadcast, unheard)):
        return told
    return Step(StepKind.BROADCAST, _key(announcement, f"{told.through}-channel"), told.through, unheard)


def _routine(loud: Sequence[TimelineEntry]) -> list[TimelineEntry]:
    """The entries up to the first that the whole channel must hear: that one is never hidden in a crowd."""
    run = []
    for entry in loud:
        if replies.is_broadcast(entry):
            break
        run.append(entry)
    return run


def _fitting(run: Sequence[TimelineEntry], incident: Incident, longest: int, words: Words) -> list[TimelineEntry]:
    batch: list[TimelineEntry] = []
    for entry in run:
        if batch and len(plain(words.catch_up((*batch, entry), incident))) > longest:
            break
        batch.append(entry)
    return batch


def digest_step(announcement: Announcement, digest: Digest, message: Message) -> Step | None:
    """Return the next thing to do for a digest: it is sent once; only what tells of the last hour is kept current."""
    if announcement.state is not AnnouncementState.LIVE:
        return None
    root_hash = fingerprint(message)
    if announcement.root is None:
        return Step(StepKind.POST, _key(announcement, "root"), 0, (), root_hash)
    if digest.why is Hold.HOURLY and announcement.root_hash != root_hash:
        return Step(StepKind.EDIT, _key(announcement, f"edit-{root_hash}"), 0, (), root_hash)
    return None


def message_for(step: Step, incident: Incident, words: Words = ENGINEER) -> Message:
    """Return what `step` says."""
    if len(step.entries) > 1:
        return words.catch_up(step.entries, incident)
    return words.reply(step.entries[0], incident) if step.entries else words.root(incident)


def calls_for(
    step: Step, announcement: Announcement, unsent: Sequence[TimelineEntry], incident: Incident
) -> tuple[Call, ...]:
    """Return whom the message of `step` calls: a root those of what it stands for, unless it replaces another one.

    One that was held back stands for all that was written meanwhile.
    """
    is_root = step.kind is StepKind.POST and announcement.generation == 0
    through = incident.last_seq if announcement.held_at is not None else step.through
    told = tuple(mentions.by_root(unsent, through)) if is_root else mentions.but_by_root(step.entries)
    return mentions.calls_of(told, incident, announcement.destination)


def addressed(
    message: Message, step: Step, announcement: Announcement, unsent: Sequence[TimelineEntry], incident: Incident
) -> Message:
    """Return what `step` says as it is said in this very place: with those whom it calls there."""
    if direct.is_direct(announcement.destination):
        return replies.in_person(message, incident) if step.entries else message
    calls = calls_for(step, announcement, unsent, incident)
    return replace(message, calls=calls) if calls else message


def begun(announcement: Announcement, step: Step, since: datetime) -> Announcement:
    """Return the announcement with `step` under way, as it is recorded before the send.

    Until an edit has succeeded nobody knows what the root shows: not even that it shows what it did.
    """
    intent = Intent(step.key, step.kind, step.through, since)
    root_hash = "" if step.kind is StepKind.EDIT else announcement.root_hash
    return replace(announcement, root_hash=root_hash, intent=intent)


def stepped(announcement: Announcement, step: Step, ref: Ref | None) -> Announcement:
    """Return the announcement after `step` has succeeded; `ref` is the new root's if it was one."""
    if step.kind is StepKind.POST:
        return replace(
            announcement, root=ref, last_seq=step.through, root_hash=step.root_hash, attempts=0, error="", intent=None
        )
    if step.kind is StepKind.BROADCAST:
        return replace(announcement, heard=step.through, attempts=0, error="", intent=None)
    if step.kind is StepKind.EDIT:
        return replace(announcement, root_hash=step.root_hash, attempts=0, error="", intent=None)
    return replace(announcement, last_seq=step.through, attempts=0, error="", intent=None)


def unbegun(announcement: Announcement) -> Announcement:
    """Return the announcement as it is if the step that was to be done was not begun; what was missed before stays so.

    What became of an edit before that one nobody need know any more.
    """
    is_edit = announcement.intent is not None and announcement.intent.kind is StepKind.EDIT
    return replace(announcement, intent=None) if is_edit else announcement


def missed(announcement: Announcement) -> Announcement:
    """Return the announcement after the step under way was looked for in vain.

    A reply will be done again with the same entries and no others, whatever has come in since.  A root has but one way
    to be done.
    """
    intent = announcement.intent
    again = replace(intent, missed=True) if intent is not None and intent.kind is not StepKind.POST else None
    return replace(announcement, intent=again)


def without_root(announcement: Announcement) -> Announcement:
    """Return the announcement after its root was found deleted: a fresh one follows, the thread goes on there."""
    return replace(
        announcement,
        root=None,
        root_hash="",
        generation=announcement.generation + 1,
        intent=None,
        earlier=announcement.root or announcement.earlier,
    )


def _key(announcement: Announcement, part: str) -> str:
    return f"{announcement.incident}/{announcement.destination}/{announcement.generation}/{part}"
