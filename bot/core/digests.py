"""One message that tells of several incidents: of a quiet night, of what a cap held back, of a day or a week."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

from bot.core import answers, members, testimony, wording
from bot.core.answers import cut
from bot.core.message import Item, Line, Link, Message, Moment, Part, Span, Tone, heading, line, plain_part
from bot.core.spans import duration
from bot.core.wording import words
from bot.model import Digest, Hold, Impact, Incident, State

# As many as a message of either chat has room for, with all that is said of each.
_MOST = 15
# An embed of Discord's holds 4,096 characters, and each mark in a stranger's words takes two.
_ROOM = 2_800
_TITLE = 100
_VENDORS = 12
_WORST = (Tone.RESOLVED, Tone.NOTICE, Tone.MAINTENANCE, Tone.MINOR, Tone.MAJOR, Tone.CRITICAL)


@dataclass(frozen=True, slots=True)
class Listed:
    """An incident in a digest: as it is now, and whether its channel still has no message of it."""

    incident: Incident
    is_held: bool = True


def message(digest: Digest, listed: Sequence[Listed]) -> Message:
    """Return what a digest says."""
    return _MESSAGES[digest.why](digest, _in_order(listed))


def _of_night(digest: Digest, listed: Sequence[Listed]) -> Message:
    zone = ZoneInfo(digest.clock)
    hours = f"{digest.starts_at.astimezone(zone):%H:%M}–{digest.ends_at.astimezone(zone):%H:%M}"
    found = [one.incident for one in listed]
    parts = _items(found, _brief)
    if any(_goes_on(one) for one in found):
        parts.append(line("What goes on follows, with a thread of its own."))
    return _said(f"While it was quiet ({hours}): {_counted(found)}", found, parts)


def _of_hour(digest: Digest, listed: Sequence[Listed]) -> Message:
    held = [one for one in listed if one.is_held]
    count = f"{len(listed)} held back in this hour"
    told = len(listed) - len(held)
    since = f", {told} of them told since" if told and held else ", all of them told since" if told else ""
    most = "1 new message" if digest.most == 1 else f"{digest.most} new messages"
    waiting = sum(one.incident.is_open for one in held)
    counts = ((waiting, "waiting for room"), (told, "told since"), (len(held) - waiting, "over"))
    stand = ", ".join(f"{number} {what}" for number, what in counts if number) or "None is left"
    # A terminal shows of an edit what its first line says now.
    parts: list[Part] = [line(f"{stand}. At most {most} an hour are posted here; what is critical always is.")]
    parts += _items([one.incident for one in held], _brief)
    names = [_head(one.incident) for one in listed if not one.is_held]
    parts += [line("Told here since: ", answers.listed(names))] if names else []
    if any(one.incident.is_open for one in held):
        parts.append(line("What still goes on when there is room gets a message of its own."))
    return _said(
        f"{count}{since}" if listed else "Nothing is held back any more", [one.incident for one in held], parts
    )


def _of_time(digest: Digest, listed: Sequence[Listed]) -> Message:
    found = [one.incident for one in listed]
    since = f"{digest.starts_at.astimezone(ZoneInfo(digest.clock)):%a %-d %b %H:%M}"
    if not found:
        return Message(tone=Tone.RESOLVED, headline=f"Nothing happened since {since}")
    groups: tuple[tuple[str, Callable[[Incident], bool]], ...] = (
        ("Goes on", lambda one: _goes_on(one) and not _is_new(one, digest)),
        ("Began, and goes on", lambda one: _goes_on(one) and _is_new(one, digest)),
        ("Ended", lambda one: not one.is_open and not _is_new(one, digest)),
        ("Began and ended", lambda one: not one.is_open and _is_new(one, digest)),
        ("Planned", lambda one: one.state is State.SCHEDULED),
    )
    sorted_in = [(title, one) for title, belongs in groups for one in found if belongs(one)]
    items, rest = _fitting([one for _, one in sorted_in], _long)
    counts = Counter(title for title, _ in sorted_in)
    parts: list[Part] = []
    for (title, _), item in zip(sorted_in, items, strict=False):
        count = counts.pop(title, 0)
        parts += [heading(f"{title}: {count}"), item] if count else [item]
    return _said(f"Since {since}: {_counted(found)}", found, [*parts, *_left_out(rest)])


_MESSAGES: dict[Hold, Callable[[Digest, Sequence[Listed]], Message]] = {
    Hold.QUIET: _of_night,
    Hold.HOURLY: _of_hour,
    Hold.DIGEST: _of_time,
}


def _said(headline: str, found: Sequence[Incident], parts: Sequence[Part]) -> Message:
    tone = max((wording.tone(one) for one in found), key=_WORST.index, default=Tone.RESOLVED)
    return Message(tone=tone, headline=headline, parts=tuple(parts))


def _in_order(listed: Sequence[Listed]) -> Sequence[Listed]:
    """What goes on comes first, the worst of it before the rest; then what is over, in the order of its beginning."""
    return sorted(
        listed,
        key=lambda one: (
            not one.incident.is_open,
            one.incident.state is State.SCHEDULED,
            -one.incident.impact.rank if one.incident.is_open else 0,
            one.incident.started_at,
            one.incident.id,
        ),
    )


def _counted(found: Sequence[Incident]) -> str:
    planned = sum(one.state is State.SCHEDULED for one in found)
    going_on = sum(map(_goes_on, found))
    said = ["1 incident" if len(found) == 1 else f"{len(found)} incidents"]
    said += [f"{going_on} goes on" if going_on == 1 else f"{going_on} go on"] if going_on else []
    said += [f"{planned} planned"] if planned else []
    said += [] if going_on or planned else ["all over"] if len(found) > 1 else ["over"]
    return ", ".join(said)


def _goes_on(incident: Incident) -> bool:
    return incident.is_open and incident.state is not State.SCHEDULED


def _is_new(incident: Incident, digest: Digest) -> bool:
    return incident.first_seen_at >= digest.starts_at


def _items(found: Sequence[Incident], item: Callable[[Incident], Item]) -> list[Part]:
    items, rest = _fitting(found, item)
    return [*items, *_left_out(rest)]


def _fitting(found: Sequence[Incident], item: Callable[[Incident], Item]) -> tuple[Sequence[Item], Sequence[Incident]]:
    """Return the first ones as they are shown, as many as there is room for, and the others."""
    items: list[Item] = []
    room = _ROOM
    for one in found[:_MOST]:
        shown = item(one)
        room -= len(plain_part(shown))
        if room < 0:
            break
        items.append(shown)
    return items, found[len(items) :]


def _left_out(rest: Sequence[Incident]) -> list[Line]:
    """Nothing is left out without a word: whose the others are, and how to see them."""
    if not rest:
        return []
    whose = Counter(cut(one.name, 40) for one in rest).most_common()
    shown = ", ".join(f"{name} {count}" for name, count in whose[:_VENDORS])
    others = f" and {len(whose) - _VENDORS} more vendors" if len(whose) > _VENDORS else ""
    return [line(f"{len(rest)} more: {shown}{others}. `incidents all` lists them.")]


def _brief(incident: Incident) -> Item:
    """Return one incident: what, how bad, from when to when, and where there is more."""
    return Item(wording.tone(incident), _head(incident), _standing(incident), (_where(incident),))


def _long(incident: Incident) -> Item:
    """The same, with who was first where that is known."""
    behind = testimony.lag(incident)
    lag = [line(f"{cut(incident.name, 60)} wrote of it {testimony.order(incident)}")] if behind is not None else []
    return Item(wording.tone(incident), _head(incident), _standing(incident), (*lag, _where(incident)))


def _head(incident: Incident) -> str:
    return cut(wording.headline(incident), _TITLE)


def _standing(incident: Incident) -> tuple[Span, ...]:
    if incident.state is State.SCHEDULED:
        window: tuple[Span, ...] = ("planned for ", Moment(incident.starts_at)) if incident.starts_at else ("planned",)
        return (*window, " to ", Moment(incident.ends_at)) if incident.ends_at else window
    if incident.is_open:
        return f"{_severity(incident.impact)}{wording.state_word(incident)} since ", Moment(incident.started_at)
    return (*_over(incident),)


def _over(incident: Incident) -> Iterable[Span]:
    was = f"was {words(incident.peak)} · " if incident.peak in {Impact.MINOR, Impact.MAJOR, Impact.CRITICAL} else ""
    yield f"{was}{wording.ending(incident).lower()}"
    end = incident.resolved_at
    if end is not None and end > incident.started_at:
        yield from (" · ", Moment(incident.started_at), " to ", Moment(end))
        lasted: timedelta = end - incident.started_at
        yield f" · {duration(lasted)}"


def _severity(impact: Impact) -> str:
    return "" if impact in {Impact.NONE, Impact.UNKNOWN} else f"{words(impact)} · "


def _where(incident: Incident) -> Line:
    page: tuple[Span, ...] = (Link("official page", incident.url), " · ") if incident.url else ()
    return line(*page, f"incident details {incident.id}")


def is_owed(digest: Digest, listed: Sequence[Listed], *, was_empty: bool) -> bool:
    """Whether a digest is sent at all: one of nothing only by a route that wants one, and not twice in a row."""
    return bool(listed) or (digest.why is Hold.DIGEST and not was_empty)


def is_listed(incident: Incident, told_in: str, digest: Digest) -> bool:
    """Whether a digest has to tell of what is held for it: it goes on, or no other has told of its end.

    One that has come to be told with others is listed with these.
    """
    if members.is_kept_back(incident):
        return False
    return incident.is_open or told_in in {"", digest.name}
