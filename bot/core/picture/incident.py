"""The picture of one incident: the two clocks, and what our probes saw, with the instants that matter marked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from bot.core import wording
from bot.core.courses import course
from bot.core.picture import axes, lanes, legend, marks, panels, saying
from bot.core.picture.axes import Across, Span
from bot.core.picture.lanes import Lane
from bot.core.picture.marks import Mark
from bot.core.picture.moments import Moments, moments, window
from bot.core.picture.series import Grain, Series, clipped, common, series
from bot.core.picture.shapes import Anchor, Box, Drawing, Ink, Shape, Sign, Stroke, Words, fitting
from bot.core.report.looked import looked_until
from bot.core.report.material import Material, Watched
from bot.model import Incident, Kind, SourceKind

WIDTH = 760.0
_LEFT, _RIGHT, _EDGE = 104.0, 740.0, 20.0
_TITLE, _SMALL, _AXIS = 15.0, 12.0, 11.0
_MARKS_TOP = 54.0
_MOST_PROBES, _MOST_MEMBERS = 8, 12
# So much time a bar two units wide stands for.
_BAR = 2
_TICK = 76.0
_NAME = 130.0


@dataclass(frozen=True, slots=True)
class Seen:
    """All that a picture of an incident may show; the worst probes come first.

    `is_unseen` is one that was open when anybody looked last.
    """

    incident: Incident
    span: Span
    moments: Moments
    lanes: tuple[Lane, ...]
    probes: tuple[Series, ...]
    is_unseen: bool = False


def of_incident(material: Material, now: datetime) -> Drawing | None:
    """Return the picture of an incident; None while there is nothing to show."""
    seen = gathered(material, now)
    return _drawn(seen, _about(seen)) if seen is not None else None


def of_probes(material: Material, now: datetime) -> Drawing | None:
    """Return the picture of what our probes measured, where both clocks are drawn already; None if there are none."""
    seen = gathered(material, now)
    if seen is None or not seen.probes:
        return None
    return _drawn(replace(seen, lanes=()), _about(seen))


def _about(seen: Seen) -> str:
    still = saying.UNSEEN if seen.is_unseen else saying.GOES_ON
    return saying.of_incident(seen.incident, seen.span, seen.moments, seen.lanes, seen.probes, still)


def gathered(material: Material, now: datetime) -> Seen | None:
    """Return what there is to show of an incident; None if it has not begun."""
    asked, now = now, looked_until(material, now)
    whole = window(material.incident, material.entries, now)
    if whole is None:
        return None
    span = Span(max(whole.began_at, material.since), min(whole.ended_at, material.until))
    if span.ended_at <= span.began_at:
        return None
    probes = tuple(sorted(_probes(material, span, now), key=_trouble))
    unseen = common([one.unknown for one in probes]) if probes else (span,)
    return Seen(
        material.incident,
        span,
        moments(material.incident, material.entries, now),
        tuple(_lanes(material, span, unseen, now)),
        probes,
        is_unseen=now < asked,
    )


def _trouble(one: Series) -> tuple[bool, int, str]:
    """The worst come first; those of which nothing is known come last."""
    return not one.bins, -sum(bin_.failures + bin_.slow for bin_ in one.bins), one.name


def _probes(material: Material, span: Span, now: datetime) -> Iterator[Series]:
    finest = (span.ended_at - span.began_at) / (_RIGHT - _LEFT) * _BAR
    hour = material.by_the_hour(now)
    gaps = {one.source.key: _gaps(one, span) for one in material.sources}
    for one in material.probes:
        unseen = gaps.get(one.source.key, ())
        yield series(one.source.name, one.minutes, unseen, span, material.incident.started_at, Grain(finest, hour))


def _gaps(one: Watched, span: Span) -> tuple[Span, ...]:
    """Return when a source was not read: in its gaps, before it was watched at all, and after."""
    found = [Span(gap.began_at, gap.ended_at) for gap in one.gaps]
    if one.first_look is None:
        return (span,)
    found += [Span(span.began_at, one.first_look)] if one.first_look > span.began_at else []
    if not one.is_active and one.last_look is not None and one.last_look < span.ended_at:
        found.append(Span(one.last_look, span.ended_at))
    return tuple(clipped(found, span))


def _lanes(material: Material, span: Span, unseen: tuple[Span, ...], now: datetime) -> Iterator[Lane]:
    """Give the bars; `unseen` is when no probe of ours could see anything."""
    incident, entries = material.incident, material.entries
    if material.members:
        is_alone = len({one.incident.name for one in material.members}) == 1
        for one in material.members[:_MOST_MEMBERS]:
            yield Lane(_called(one.incident, is_alone), lanes.of_stretches(course(one, now).stretches))
        return
    feeds = [one for one in material.sources if one.source.kind is SourceKind.FEED]
    says = tuple(lanes.said(entries, incident.claims, SourceKind.FEED, now))
    unread = common([_gaps(one, span) for one in feeds]) if feeds else (span,)
    if feeds or says:
        yield Lane(f"{incident.name} says", says, unread if feeds else (), incident.dated_from)
    declared = tuple(lanes.said(entries, incident.claims, SourceKind.TEAM, now))
    if declared:
        yield Lane("We say", declared)
    seen = lanes.seen(entries, incident.claims, now)
    yield Lane("We see", seen, () if seen and not material.probes else unseen)


def _called(one: Incident, is_alone: bool) -> str:  # noqa: FBT001  (a fact about the burst, not a flag)
    """Return whose it is; where all are of one vendor, what it is about."""
    if not is_alone:
        return one.name
    return one.components[0].name if one.components else one.title


def _drawn(seen: Seen, about: str) -> Drawing:
    across = Across(seen.span.began_at, seen.span.ended_at, _LEFT, _RIGHT)
    placed = marks.place(tuple(_marks(seen)), across, (_EDGE, WIDTH - _EDGE / 2))
    top = _MARKS_TOP + marks.rows_of(placed) * marks.ROW + 4
    body, heads, bottom = _body(seen, across, top)
    under = [*_axis(across, top, bottom), *body, *marks.shapes(placed, _MARKS_TOP, bottom), *heads]
    items, height = legend.shapes(under, _LEFT, _RIGHT, bottom + 30)
    rest = _rest(seen, height)
    height += 18 if rest else 0
    ground = Box(0, 0, WIDTH, height + 6, Ink.GROUND)
    title = wording.headline(seen.incident)
    return Drawing(WIDTH, height + 6, title, about, (ground, *_titles(seen), *under, *items, *rest))


def _body(seen: Seen, across: Across, y: float) -> tuple[Sequence[Shape], Sequence[Shape], float]:
    """Return the bars and panels from `y` down, what is written over them, and where they end."""
    body: list[Shape] = []
    heads: list[Shape] = []
    for lane in seen.lanes:
        body += lanes.shapes(lane, across, y)
        y += lanes.HEIGHT
    y += 8 if seen.probes else 2
    size = panels.heights(len(seen.probes))
    for one in seen.probes[:_MOST_PROBES]:
        body += panels.shapes(one, across, y, size)
        heads += panels.head(one, across, y)
        y += panels.height_of(one, size)
    return body, heads, y


def _titles(seen: Seen) -> Iterator[Shape]:
    since, until = seen.span.began_at.astimezone(UTC), seen.span.ended_at.astimezone(UTC)
    day = f"{until:%H:%M}" if since.date() == until.date() else f"{until:%a %-d %b %H:%M}"
    when = f"{since:%a %-d %b %Y, %H:%M} to {day} UTC"
    yield Words(
        _EDGE, 24, fitting(wording.headline(seen.incident), _TITLE, WIDTH - 2 * _EDGE), Ink.INK, _TITLE, bold=True
    )
    yield Words(_EDGE, 43, f"{when}{_still(seen)}", Ink.SOFT, _SMALL)


def _still(seen: Seen) -> str:
    if not seen.incident.is_open:
        return ""
    return ", when it was last looked at" if seen.is_unseen else " · it goes on"


def _axis(across: Across, top: float, bottom: float) -> Iterator[Shape]:
    for tick in axes.ticks(across, _TICK):
        x = across.at(tick.at)
        yield Stroke(((x, top), (x, bottom)), Ink.GRID)
        yield Words(x, bottom + 15, tick.text, Ink.SOFT, _AXIS, Anchor.MIDDLE)
    yield Words(_EDGE, bottom + 15, "UTC", Ink.SOFT, _AXIS)


def _marks(seen: Seen) -> Iterator[Mark]:
    found, name = seen.moments, fitting(seen.incident.name, marks.SIZE, _NAME)
    was_first = found.detected is not None and found.acknowledged is not None and found.detected <= found.acknowledged
    wrote = "acknowledged" if was_first else "posted it"
    over = "no longer lists it" if found.withdrawn else _over(seen.incident)
    said = (
        (found.detected, "We detected", Sign.TRIANGLE, True),
        (found.acknowledged, f"{name} {wrote}", Sign.DIAMOND, False),
        (found.ended, f"{name} {over}", Sign.SQUARE, False),
        (found.recovered, "We recovered", Sign.CIRCLE, True),
    )
    for at, text, sign, ours in said:
        if at is not None and seen.span.began_at <= at <= seen.span.ended_at:
            when = axes.stamp(at, seen.span.began_at, seen.span.ended_at)
            yield Mark(at, f"{text} {when}", sign, ours)


def _over(incident: Incident) -> str:
    return "completed" if incident.kind is Kind.MAINTENANCE else "resolved"


def _rest(seen: Seen, y: float) -> Sequence[Shape]:
    others = len(seen.probes) - _MOST_PROBES
    if others <= 0:
        return ()
    text = f"and {others} more {'probe' if others == 1 else 'probes'}, with no more trouble than these"
    return (Words(_LEFT, y + 10, text, Ink.SOFT, _AXIS),)
