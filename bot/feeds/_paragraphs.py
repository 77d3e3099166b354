"""Statuspage's history feed: all statements of an incident in one text, the newest first.

`<p><small>Aug <var data-var='date'>21</var>, <var data-var='time'>00:37</var> UTC</small><br>
<strong>Resolved</strong> - text</p>`, and before them, for a maintenance, `<p><strong>THIS IS A SCHEDULED
EVENT Jun 29, 06:00 - 07:30 PDT</strong></p>`.  In 275 captured entries `<published>` is the time of the
newest statement, to the minute; of a maintenance to come it is its start.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.feeds import _clock, _text
from bot.feeds._updates import oldest_first
from bot.feeds._words import Words, key
from bot.model import State, Update

_START = re.compile(r"<p[^<>]*>\s*(?=<small[^<>]*>)", re.IGNORECASE)
_PARAGRAPH = re.compile(
    r"<small[^<>]*>(?P<when>.{1,400}?)</small>\s*(?:<br\s*/?>\s*)*<strong[^<>]*>(?P<label>[^<>]{1,60})</strong>"
    r"(?:\s*-)?\s*(?P<words>.*)",
    re.IGNORECASE | re.DOTALL,
)
_SCHEDULE = re.compile(r"THIS IS A SCHEDULED EVENT(?P<when>.{1,400}?)</(?:strong|p)>", re.DOTALL)
# A statement may stand a little after the time that the entry gives, never much.
_SLACK = timedelta(days=2)
_UPDATE = "update"  # what Statuspage prints where the state did not change


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One statement as printed."""

    when: str
    label: str
    body: str


def split(html: str) -> tuple[Paragraph, ...]:
    """Return the statements of a text, newest first as it has them; none if it is not written in this way."""
    found = []
    for chunk in _START.split(html)[1:]:
        match = _PARAGRAPH.match(chunk)
        if match is None:
            return ()
        when, label = _text.one_line(match["when"]), _text.one_line(match["label"])
        found.append(Paragraph(when, label, _text.from_html(match["words"])))
    return tuple(found)


def updates(paragraphs: tuple[Paragraph, ...], published: datetime, words: Words) -> tuple[Update, ...]:
    """Return the statements oldest first, each with the state in which it left the incident.

    An id is made of what an edit of the text leaves alone: the time as printed, the label, and which of
    several such it is.
    """
    state, seen = State.UNKNOWN, Counter[str]()
    found = []
    for paragraph, at in reversed(tuple(zip(paragraphs, _times(paragraphs, published), strict=True))):
        if key(paragraph.label) != _UPDATE:
            state = words.state(paragraph.label)
        name = f"{paragraph.when} {paragraph.label}"
        seen[name] += 1
        found.append(Update(name if seen[name] == 1 else f"{name} #{seen[name]}", state, paragraph.body, at))
    return oldest_first(found)


def window(html: str, published: datetime) -> tuple[datetime | None, datetime | None]:
    """Return the announced start and end of a maintenance, as far as its text tells."""
    match = _SCHEDULE.search(html)
    printed = _clock.read_all(_text.one_line(match["when"])) if match else ()
    if not printed or not printed[0].is_dated:
        return None, None
    east = _clock.offset(printed[-1].zone)
    # The entry's own time is the start, or, once it began, soon after it.
    starts = _clock.latest(printed[0], published + timedelta(days=180), east)
    if starts is None or len(printed) == 1:
        return starts, None
    last = printed[-1]
    if last.is_dated:
        return starts, _clock.latest(last, starts + timedelta(days=180), east)
    local = starts + east
    ends = _clock.on(last, local.year, local.month, local.day, east)
    return starts, ends + timedelta(days=1) if ends and ends < starts else ends


def _times(paragraphs: tuple[Paragraph, ...], published: datetime) -> list[datetime]:
    """Return the instant of each statement: the year is found by walking back from the entry's own time."""
    printed = [_clock.read(paragraph.when) for paragraph in paragraphs]
    newest = printed[0] if printed else None
    measured = _clock.calibrate(newest, published) if newest and newest.is_dated else None
    times: list[datetime] = []
    limit = published + _SLACK
    for one in printed:
        at = None
        if one and one.is_dated:
            at = _clock.latest(one, limit, _clock.offset(one.zone, measured))
        times.append(at or (times[-1] if times else published))
        limit = times[-1] + timedelta(days=1)
    return times
