"""What people here add to an incident: who has it, who wants quiet, for whom it fails.  Never what state it is in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from bot.core import cards
from bot.core.lengths import FOR_GOOD
from bot.core.severity import is_rise
from bot.model import Ack, ChangeKind, Impact, Incident, Mute, TimelineEntry, Who, Witness

# So long somebody's word on how it is for them counts while an incident is open.
FADES = timedelta(hours=2)


def advance(incident: Incident, entry: TimelineEntry) -> Incident:
    """Return the incident after something that a person did; its state, and the vendor's words, are not theirs."""
    after = _after_time(incident, entry.recorded_at)
    if entry.kind in {ChangeKind.ACKED, ChangeKind.TAKEN, ChangeKind.ASSIGNED, ChangeKind.HANDED_OVER}:
        return _with_holder(after, entry)
    if entry.kind is ChangeKind.UNACKED:
        return replace(after, acked=None)
    if entry.kind is ChangeKind.NOTED:
        return _tended(after, entry)
    if entry.kind is ChangeKind.MUTED:
        return replace(after, muted=_mute(entry))
    if entry.kind is ChangeKind.UNMUTED:
        return _unmuted(after, entry)
    if entry.kind in {ChangeKind.AFFECTED, ChangeKind.WORKS}:
        return replace(after, witnesses=_heard(after.witnesses, entry))
    if entry.kind in {ChangeKind.FALLBACK_ON, ChangeKind.FALLBACK_OFF}:
        return replace(after, fallbacks=cards.switched(after.fallbacks, entry))
    return after


def _with_holder(incident: Incident, entry: TimelineEntry) -> Incident:
    """Return the incident with whoever has it now; a hand-over to nobody by name leaves it with whoever had it."""
    said = {one.subject: one for one in entry.transitions}
    if entry.kind is ChangeKind.HANDED_OVER and "to" not in said:
        return _tended(incident, entry)
    if "to" in said:
        keys = tuple(said["to"].before.split("\n"))
        given = Ack(person=keys[0], name=said["to"].after, at=entry.happened_at, way=entry.kind, other=entry.author)
        return replace(incident, acked=replace(given, keys=keys))
    mine = incident.acked.keys if incident.acked and incident.acked.is_by(entry.person) else ()
    ack = Ack(person=entry.person, name=entry.author, at=entry.happened_at, until=entry.until, way=entry.kind)
    other = said["from"].after if "from" in said else ""
    return replace(incident, acked=replace(ack, keys=mine, other=other))


def after_time(incident: Incident, entry: TimelineEntry) -> Incident:
    """Return the incident after what time brings about: an acknowledgement has lapsed, somebody was asked."""
    if entry.kind is ChangeKind.LAPSED:
        return replace(incident, acked=None)
    return _tended(incident, entry) if entry.kind is ChangeKind.NUDGED else incident


def _tended(incident: Incident, entry: TimelineEntry) -> Incident:
    return replace(incident, acked=replace(incident.acked, tended_at=entry.recorded_at)) if incident.acked else incident


# What the transitions of an entry say of a mute: with what it came; and FOR_GOOD.
WITH = "with"


def _mute(entry: TimelineEntry) -> Mute:
    of = next((change for change in entry.transitions if change.subject == WITH), None)
    return Mute(
        person=entry.person,
        name=entry.author,
        at=entry.happened_at,
        until=entry.until,
        why=entry.text,
        for_good=any(change.subject == FOR_GOOD for change in entry.transitions),
        of=of.after if of else "",
        muting=int(of.before) if of else 0,
    )


def _unmuted(incident: Incident, entry: TimelineEntry) -> Incident:
    """Return the incident without its mute; who unmutes it alone means that its vendor's does not count for it."""
    mute = incident.muted
    alone = mute is not None and mute.muting and not entry.transitions and entry.who is Who.PERSON
    excused = (*incident.excused, mute.muting) if mute is not None and alone else incident.excused
    return replace(incident, muted=None, excused=excused)


def _heard(witnesses: tuple[Witness, ...], entry: TimelineEntry) -> tuple[Witness, ...]:
    """Everybody counts once, with their last word."""
    others = tuple(witness for witness in witnesses if witness.person != entry.person)
    is_affected = entry.kind is ChangeKind.AFFECTED
    return (*others, Witness(person=entry.person, is_affected=is_affected, at=entry.happened_at))


def counted(witnesses: Iterable[Witness], now: datetime, fades: timedelta = FADES) -> tuple[int, int]:
    """Return for how many people it fails and for how many it works, by what they have said lately.

    How it was for somebody hours ago says nothing of now.
    """
    lately = fresh(witnesses, now, fades)
    affected = sum(witness.is_affected for witness in lately)
    return affected, len(lately) - affected


def fresh(witnesses: Iterable[Witness], now: datetime, fades: timedelta = FADES) -> tuple[Witness, ...]:
    """Return those whose last word still counts; of one whose time nobody wrote down it does."""
    return tuple(witness for witness in witnesses if witness.at is None or now - witness.at < fades)


def as_of(incident: Incident, now: datetime) -> Incident:
    """Return an incident with the people who count now, for an answer; once it is over all count who ever did."""
    return replace(incident, witnesses=fresh(incident.witnesses, now)) if incident.is_open else incident


def _after_time(incident: Incident, now: datetime) -> Incident:
    """Return the incident without a mute whose time has passed."""
    mute = incident.muted
    passed = mute is not None and mute.until is not None and mute.until <= now
    return replace(incident, muted=None) if passed else incident


def carried_on(before: Incident, after: Incident, entry: TimelineEntry) -> Incident:
    """Return `after` with what people did to it `before`, as far as that outlives the entry between them.

    A mute until the end ends with it.  What opens again is a new trouble to those on call: nobody has it yet.
    """
    if after.is_open and not before.is_open:
        after = replace(after, acked=None, witnesses=(), called=(), reopened_at=entry.recorded_at)
    if not after.is_open and after.muted is not None and not (after.muted.until or after.muted.for_good):
        after = replace(after, muted=None)
    after = _tended(after, entry) if entry.who is Who.PERSON and entry.claim is not None else after
    return _after_time(after, entry.recorded_at)


def is_muted(incident: Incident, now: datetime) -> bool:
    """Whether the channel wants to hear nothing of it now."""
    return _after_time(incident, now).muted is not None


def is_hushed(before: Incident, after: Incident, entry: TimelineEntry) -> bool:
    """Whether the entry that leads from `before` to `after` is kept from the channel, though not from the thread.

    That it becomes critical is always said, and the end of what was critical, unless it is muted for good; and a mute
    until the end does not outlast it: the end is told.
    """
    if entry.kind is ChangeKind.UNMUTED or not is_muted(before, entry.recorded_at):
        return False
    if is_for_good(before):
        return True
    if not after.is_open:
        return is_muted(after, entry.recorded_at) and before.peak is not Impact.CRITICAL
    return not _becomes_critical(before, after, entry)


def is_handed_on(entry: TimelineEntry) -> bool:
    """Whether somebody wants others to know of it: they can not be called for what is told nowhere."""
    is_direct = any(change.subject == "direct" for change in entry.transitions)
    return entry.who is Who.PERSON and (entry.kind is ChangeKind.ESCALATED or bool(entry.calls) or is_direct)


def is_for_good(incident: Incident) -> bool:
    """Whether the channel is to hear nothing of it at all any more, however bad it gets."""
    return incident.muted is not None and incident.muted.for_good


def _becomes_critical(before: Incident, after: Incident, entry: TimelineEntry) -> bool:
    if after.impact is not Impact.CRITICAL:
        return False
    if entry.kind is ChangeKind.IMPACT_CHANGED:
        return any(t.after == Impact.CRITICAL and is_rise(Impact(t.before), Impact(t.after)) for t in entry.transitions)
    return before.impact is not Impact.CRITICAL or entry.kind is ChangeKind.REOPENED
