"""What is muted beyond one incident: a vendor or some of its components, by whom, until when, why; and what that does.

A mute of a vendor makes every incident of it muted, those that are open and those that begin while it holds.  One that
begins so is kept and is told nowhere; when the mute ends and it still goes on, it is told then.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.core import routing
from bot.core.fold import advance
from bot.core.lengths import FOR_GOOD
from bot.core.lines import AUTHOR, by_bot
from bot.core.members import as_incident
from bot.core.people import WITH, is_muted
from bot.core.timeline import Told
from bot.model import ChangeKind, Impact, Incident, Member, TimelineEntry, Transition, Who


@dataclass(frozen=True, slots=True, kw_only=True)
class Muting:
    """A vendor is muted, or of its components those in `parts`, which stand for these `names` of its page.

    It holds `until` then, or `for_good`, or else until nothing of the vendor is open.  `key` is the person who did it,
    `by` their name; `removed_by` whoever took it back, before its time.
    """

    vendor: str
    name: str
    parts: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    key: str
    by: str
    at: datetime
    until: datetime | None = None
    for_good: bool = False
    why: str = ""
    id: int = 0
    removed_at: datetime | None = None
    removed_by: str = ""

    @property
    def what(self) -> str:
        """What is muted, in words: `OpenAI`, or `OpenAI (Sora, Codex)`."""
        return f"{self.name} ({', '.join(self.parts)})" if self.parts else self.name

    @property
    def is_of_the_end(self) -> bool:
        """Whether it holds until nothing of the vendor is open."""
        return self.until is None and not self.for_good

    def holds(self, now: datetime) -> bool:
        """Whether it holds now."""
        return self.removed_at is None and (self.until is None or now < self.until)


def that_hushes(incident: Incident, mutings: Sequence[Muting], now: datetime) -> Muting | None:
    """Return the mute by which an incident is muted now, the one that holds longest; None if there is none.

    Mutes of components together hush what touches nothing but these: something of the incident would be missed else.
    What names no component may touch all of them, and is not hushed by such.  Many at once are muted if each is that
    goes on.
    """
    if any(member.is_open for member in incident.members):
        each = [_of_member(one, incident, mutings, now) for one in incident.members if one.is_open]
        found = [one for one in each if one is not None]
        return min(found, key=_length) if len(found) == len(each) else None
    mine = [one for one in mutings if one.vendor == incident.vendor and one.id not in incident.excused]
    holding = sorted((one for one in mine if one.holds(now)), key=_length, reverse=True)
    whole = next((one for one in holding if not one.parts), None)
    if whole is not None or not incident.components:
        return whole
    needed = set[int]()
    for part in incident.components:
        fitting = (one for one in holding if any(routing.fits(name, part) for name in one.names or one.parts))
        longest = next(fitting, None)
        if longest is None:
            return None
        needed.add(longest.id)
    # All of them are needed: so it is the first that ends.
    return [one for one in holding if one.id in needed][-1]


def _of_member(member: Member, burst: Incident, mutings: Sequence[Muting], now: datetime) -> Muting | None:
    return that_hushes(replace(as_incident(member), excused=burst.excused), mutings, now)


def _length(one: Muting) -> tuple[int, float, int]:
    """How long a mute holds, and of those that hold as long the newest is the longest."""
    if one.for_good:
        return 2, 0.0, one.id
    return (0, one.until.timestamp(), one.id) if one.until else (1, 0.0, one.id)


def settled(incident: Incident, mutings: Sequence[Muting], now: datetime) -> TimelineEntry | None:
    """Return the entry by which an incident is muted with its vendor, or is no more; None if all is as it should be.

    A mute of its own that has passed is put right quietly: the root shows it.
    """
    if not incident.is_open:
        return None
    mute, found = incident.muted, that_hushes(incident, mutings, now)
    holds = is_muted(incident, now)
    if found is not None and (not holds or (mute is not None and mute.muting not in {0, found.id})):
        return muted(incident, found, now)
    if mute is None or (holds and (not mute.muting or found is not None)):
        return None
    return _over(incident, next((one for one in mutings if one.id == mute.muting), None), now)


def muted(incident: Incident, muting: Muting, now: datetime) -> TimelineEntry:
    """Return the entry by which an incident is muted with its vendor, by whoever muted that."""
    entry = by_bot(incident, ChangeKind.MUTED, now)
    good = (Transition(FOR_GOOD, "", "yes"),) if muting.for_good else ()
    return replace(
        entry,
        who=Who.PERSON,
        author=muting.by,
        person=muting.key,
        text=muting.why,
        until=muting.until,
        transitions=(Transition(WITH, str(muting.id), muting.what), *good),
        hushed=True,
    )


def _over(incident: Incident, muting: Muting | None, now: datetime) -> TimelineEntry:
    """Return the entry by which a mute is over: taken back, past its time, or it does not concern the incident."""
    mute = incident.muted
    entry = by_bot(incident, ChangeKind.UNMUTED, now)
    passed = mute is not None and mute.until is not None and mute.until <= now
    if mute is None or not mute.muting:
        return replace(entry, quiet=True)
    if muting is not None and muting.removed_at is not None and not passed:
        entry = replace(entry, author=muting.removed_by, who=Who.PERSON if muting.removed_by != AUTHOR else Who.BOT)
    why = "over" if passed or (muting is not None and muting.removed_at is not None) else "more"
    return replace(entry, transitions=(Transition(WITH, str(mute.muting), mute.of), Transition(why, "", "yes")))


def hushed(told: Told, before: Mapping[str, Incident], mutings: Sequence[Muting], now: datetime) -> Told:
    """Return what is told, with those incidents muted from their first word on that begin while their vendor is.

    What begins critical is told all the same, unless that is muted for good.
    """
    if not mutings:
        return told
    silenced, more, after = set[str](), list[TimelineEntry](), dict(told.incidents)
    for name, incident in told.incidents.items():
        known = before.get(name)
        muting = that_hushes(incident, mutings, now) if incident.is_open else None
        if muting is None or is_muted(incident, now) or (known is not None and known.is_open):
            continue
        is_loud = incident.impact is Impact.CRITICAL and not muting.for_good
        if not is_loud:
            silenced.add(name)
        entry = muted(incident, muting, now)
        is_untold = not is_loud and (known is None or known.untold)
        after[name] = replace(advance(incident, entry), untold=is_untold)
        more.append(entry)
    entries = (replace(one, hushed=True) if one.incident in silenced else one for one in told.entries)
    return Told((*entries, *more), after)
