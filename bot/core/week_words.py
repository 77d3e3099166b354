"""What the summary of a week says, vendor by vendor."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from zoneinfo import ZoneInfo

from bot.core import wording
from bot.core.answers import cut, listed
from bot.core.message import Item, Line, Message, Moment, Part, Tone, line, plain_part
from bot.core.records import by_impact, clears, signed
from bot.core.scorecard import Scorecard
from bot.core.spans import duration
from bot.core.stretches import Stretch
from bot.core.weeks import MOST, VendorWeek, in_order
from bot.core.wording import TONES, capital
from bot.model import Digest

_TITLE, _OPEN, _BLIND = 80, 2, 5
# As much as an embed of Discord's holds with all its marks, as for other digests.
_ROOM = 2_800
_TONES = (Tone.RESOLVED, Tone.NOTICE, Tone.MAINTENANCE, Tone.MINOR, Tone.MAJOR, Tone.CRITICAL)


def announced(digest: Digest) -> Message:
    """Return the summary of a week before it is counted: nothing of it is ever edited, so it may stand for it."""
    return Message(tone=Tone.NOTICE, headline=title(digest))


def message(digest: Digest, weeks: Sequence[VendorWeek]) -> Message:
    """Return what the summary of a week says."""
    troubled = in_order(weeks)
    calm = [one for one in weeks if one.is_quiet]
    parts: list[Part] = [*_items(troubled), *_calm(calm, troubled), *_unwatched(weeks)]
    if count(digest) > 1:
        parts.append(line("They are told at once: the first of them could not be told when it was over."))
    if any(one.gathered.is_cut for one in weeks):
        parts.append(line("There were more incidents than are counted here: these are the newest."))
    # What is over alarms nobody any more; in the list it has the sign of how bad it was.
    going_on = [_tone(one) for one in troubled if one.open]
    tone = max(going_on, key=_TONES.index, default=Tone.NOTICE if troubled else Tone.RESOLVED)
    return Message(tone=tone, headline=f"{title(digest)}: {in_short(weeks)}", parts=tuple(parts))


def in_short(weeks: Sequence[VendorWeek]) -> str:
    """Return in a few words what there was."""
    troubled = in_order(weeks)
    return _counted(troubled) if troubled else _nothing(weeks)


def title(digest: Digest) -> str:
    """Return from when to when a week is, by the clock of its channel."""
    zone = ZoneInfo(digest.clock)
    since, until = digest.starts_at.astimezone(zone), digest.ends_at.astimezone(zone)
    weeks = count(digest)
    return f"The {f'{weeks} weeks' if weeks > 1 else 'week'} {since:%a %-d %b %H:%M} to {until:%a %-d %b %H:%M}"


def count(digest: Digest) -> int:
    """Return how many weeks it is about: more than one if it could not be told when the first was over."""
    return max(round((digest.ends_at - digest.starts_at) / timedelta(weeks=1)), 1)


def _nothing(calm: Sequence[VendorWeek]) -> str:
    if not calm:
        return "nothing was watched"
    known = [one for one in calm if not _missed(one)]
    many = f"{len(calm)} vendors" if len(calm) > 1 else "1 vendor"
    return f"nothing happened at {many}" if len(known) == len(calm) else f"nothing is known to have happened at {many}"


def _counted(troubled: Sequence[VendorWeek]) -> str:
    incidents = sum(one.card.incidents for one in troubled)
    open_now = sum(len(one.open) for one in troubled)
    alone = sum(one.card.unconfirmed + one.card.pending for one in troubled if not one.gathered.is_ours)
    ours = sum(len(one.gathered.records) for one in troubled if one.gathered.is_ours)
    whose = f" of {sum(bool(one.card.incidents) for one in troubled)} vendors" if incidents > 1 else ""
    said = [f"{incidents:,} incident{'' if incidents == 1 else 's'}{whose}"] if incidents else []
    said += [f"{alone} that only we saw"] if alone else []
    said += [f"{ours} declared by us"] if ours else []
    said += [f"{open_now} open now"] if open_now else []
    planned = sum(one.card.maintenances for one in troubled)
    said += [f"{planned} maintenance{'' if planned == 1 else 's'}"] if planned and not said else []
    return ", ".join(said) or "follow-ups are open"


def _tone(one: VendorWeek) -> Tone:
    if one.open:
        return max((wording.tone(incident) for incident in one.open), key=_TONES.index)
    return TONES[one.card.spent[0][0]] if one.card.spent else Tone.NOTICE


def _items(troubled: Sequence[VendorWeek]) -> Iterator[Part]:
    """Give what there is room for, and say whose the rest is."""
    room, shown = _ROOM, 0
    for one in troubled[:MOST]:
        item = Item(_tone(one), cut(one.gathered.called, _TITLE), (counts(one),), tuple(_lines(one)))
        room -= len(plain_part(item))
        if room < 0:
            break
        shown += 1
        yield item
    rest = troubled[shown:]
    if rest:
        yield line(f"And of {len(rest)} more: ", listed([f"{one.gathered.called} ({counts(one)})" for one in rest]))


def counts(one: VendorWeek) -> str:
    """Write how much trouble there was."""
    card = one.card
    if one.gathered.is_ours:
        return f"{len(one.gathered.records)} declared by us, {duration(_spent(one.told))}"
    said = []
    if card.incidents:
        many = "1 incident" if card.incidents == 1 else f"{card.incidents} incidents"
        said.append(f"{many}, {duration(card.in_trouble)} in trouble" if card.in_trouble else f"{many} of no impact")
    alone = card.unconfirmed + card.pending
    said += [f"{alone} that only we saw, {duration(_spent(one.suspected))}"] if alone else []
    if card.maintenances:
        many = "1 maintenance" if card.maintenances == 1 else f"{card.maintenances} maintenances"
        said.append(f"{many}, {duration(card.maintained)}")
    return " · ".join(said) or ("follow-ups are open" if one.follow_ups else "nothing")


def _spent(stretches: Sequence[Stretch]) -> timedelta:
    return sum((one.ended_at - one.began_at for one in stretches), timedelta())


def _lines(one: VendorWeek) -> Iterator[Line]:
    if not one.gathered.is_ours:
        yield from _record(one)
    for incident in one.open[:_OPEN]:
        yield line(f"Open: {cut(incident.title, _TITLE)} ({incident.id}), since ", Moment(incident.started_at))
    if len(one.open) > _OPEN:
        yield line(f"and {len(one.open) - _OPEN} more open")
    if one.follow_ups:
        yield line(f"{one.follow_ups} follow-up{' is' if one.follow_ups == 1 else 's are'} left open")


def _record(one: VendorWeek) -> Iterator[Line]:
    card = one.card
    if len(card.spent) > 1:
        yield line(capital(by_impact(card)))
    if one.longest is not None and card.incidents > 1:
        span, incident = one.longest
        yield line(f"Longest: {duration(span)}, {cut(incident.title, _TITLE)} ({incident.id})")
    yield from _lags(card)
    if card.false_clears:
        yield line(clears(card))


def _lags(card: Scorecard) -> Iterator[Line]:
    """Say who told of it first, and by how much."""
    lags = card.lags
    if lags.median is not None and lags.count == 1:
        yield line(f"It told of it {signed(lags.median)}")
    elif lags.median is not None:
        worst = f", at worst {signed(lags.worst.span)}" if lags.worst else ""
        first = f"It was first in {lags.first} of {lags.count}" if lags.first else f"We were first in all {lags.count}"
        yield line(f"{first}: it told {signed(lags.median)} (median){worst}")
    if lags.never:
        yield line(f"It never told of {lags.never} that we were sure of")


def brief(one: VendorWeek) -> str:
    """Write what there was, or that not all is known."""
    missed = f"not watched for {duration(_missed(one))}" if _missed(one) else ""
    said = "nothing known" if missed and one.is_quiet else counts(one)
    return f"{said}, {missed}" if missed else said


def _calm(calm: Sequence[VendorWeek], troubled: Sequence[VendorWeek]) -> Iterator[Line]:
    watched = [one.gathered.called for one in calm if one.card.watched > one.card.unwatched or one.gathered.probes]
    if watched:
        rest = "Nothing at" if troubled else "Watched:"
        yield line(f"{rest} {listed(sorted(watched, key=str.casefold))}")


def _unwatched(weeks: Sequence[VendorWeek]) -> Iterator[Line]:
    """Say whose pages were not read for how long: nobody knows what happened then."""
    blind = [(missed, one.gathered.called) for one in weeks if (missed := _missed(one))]
    blind.sort(key=lambda one: (-one[0], one[1]))
    if blind:
        shown = [f"{name} {duration(span)}" for span, name in blind[:_BLIND]]
        yield line(f"Not watched all the time: {listed(shown, unlisted=len(blind) - len(shown))}")


def _missed(one: VendorWeek) -> timedelta:
    if one.gathered.is_ours or (one.card.watched_since is None and one.gathered.probes):
        return timedelta()
    return (one.card.until - one.card.since) - one.card.watched + one.card.unwatched
