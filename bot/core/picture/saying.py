"""What a picture says, in words: for whoever can not see it, and for search."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

from bot.core import baseline, testimony, wording
from bot.core.answers import listed
from bot.core.picture.axes import Span, stamp
from bot.core.picture.lanes import Lane
from bot.core.picture.moments import Moments
from bot.core.picture.panels import between
from bot.core.picture.series import Bin, Series
from bot.core.spans import duration
from bot.model import Incident, Kind

_GAPS, _PROBES, _SEGMENTS = 4, 4, 6
_SAYS = " says"
GOES_ON, UNSEEN = "It goes on", "It was not over when it was last looked at"


def of_incident(
    incident: Incident,
    span: Span,
    found: Moments,
    lanes: Sequence[Lane],
    probes: Sequence[Series],
    still: str = GOES_ON,
) -> str:
    """Return what the picture of an incident says; `still` is said of one that is open."""
    sentences = [
        f"{wording.headline(incident).rstrip('.')}, {_from_to(span)} UTC",
        *_failures(probes, span),
        *_slow(probes, span),
        *_order(incident, found, span, has_probes=bool(probes)),
        *_unacknowledged(incident, found, lanes, span),
        *_said(lanes, span),
        *_over(incident, found, span),
        *([still] if incident.is_open else []),
        *_unread(lanes, span),
        *_unchecked(probes, span),
    ]
    return " ".join(f"{one}." for one in sentences)


def _from_to(span: Span) -> str:
    since, until = span.began_at.astimezone(UTC), span.ended_at.astimezone(UTC)
    day = "" if since.date() == until.date() else f"{until:%-d %b %Y} "
    return f"{since:%-d %b %Y %H:%M} to {day}{until:%H:%M}"


def _failures(probes: Sequence[Series], span: Span) -> Iterator[str]:
    """Say how many probes failed, and each when and how much."""
    known = [one for one in probes if one.bins]
    failed = [one for one in known if any(bin_.failures for bin_ in one.bins)]
    if known and not failed:
        yield "No check of ours failed"
    if len(known) > 1 and failed:
        yield f"{len(failed)} of {len(known)} probes had failures"
    for one in failed[:_PROBES]:
        failures, checks = sum(bin_.failures for bin_ in one.bins), sum(bin_.checks for bin_ in one.bins)
        when = _when([bin_ for bin_ in one.bins if bin_.failures], span)
        yield f"{one.name}: {failures:,} of {checks:,} checks failed, {when}"


def _slow(probes: Sequence[Series], span: Span) -> Iterator[str]:
    """Say which probes were answered too slowly, when, and how slowly."""
    for one in [series for series in probes if any(bin_.slow for bin_ in series.bins)][:_PROBES]:
        bins = [bin_ for bin_ in one.bins if bin_.slow]
        count, most = sum(bin_.slow for bin_ in bins), max(bin_.slowest or 0.0 for bin_ in bins)
        usual = f"; usual is {between(one.usual.low, one.usual.high)}" if one.usual else ""
        yield f"{one.name}: {count:,} checks were too slow, {_when(bins, span)}, up to {baseline.seconds(most)}{usual}"


def _when(bins: Sequence[Bin], span: Span) -> str:
    return f"between {_stamp(bins[0].began_at, span)} and {_stamp(min(bins[-1].ended_at, span.ended_at), span)}"


def _order(incident: Incident, found: Moments, span: Span, *, has_probes: bool) -> Iterator[str]:
    """Say who was first, and by how much."""
    name = incident.name
    if found.detected is not None:
        yield f"We detected it at {_stamp(found.detected, span)}"
    if found.acknowledged is None:
        return
    at = _stamp(found.acknowledged, span)
    if found.detected is None:
        unseen = "no witness of ours saw it" if has_probes else "no probe of ours watches it"
        yield f"{name} posted it at {at}; {unseen}"
    elif found.acknowledged < found.detected:
        yield f"{name} had posted it at {at}, {testimony.order(incident)}"
    else:
        yield f"{name} acknowledged it at {at}, {testimony.order(incident)}"
    if testimony.dated_back(incident) and incident.dated_from is not None:
        yield f"{name} dates it from {_stamp(incident.dated_from, span)}"


def _end(found: Moments, span: Span) -> datetime:
    return found.recovered or span.ended_at


def _unacknowledged(incident: Incident, found: Moments, lanes: Sequence[Lane], span: Span) -> Iterator[str]:
    """Say that the vendor has not acknowledged it, as far as its page was read."""
    if found.acknowledged is not None or found.detected is None or incident.kind is Kind.MAINTENANCE:
        return
    pages = [lane for lane in lanes if lane.name.endswith(_SAYS)]
    if not pages:
        yield f"{incident.name}'s status page is not watched"
    elif any(
        gap.ended_at > found.detected and gap.began_at < _end(found, span) for lane in pages for gap in lane.unknown
    ):
        yield f"{incident.name} has not acknowledged it, as far as its page was read"
    else:
        yield f"{incident.name} {'has not acknowledged' if incident.is_open else 'did not acknowledge'} it"


def _said(lanes: Sequence[Lane], span: Span) -> Iterator[str]:
    for lane in lanes:
        if lane.segments and lane.name != "We see":
            said = [f"{one.words[0]} from {_stamp(one.began_at, span)}" for one in lane.segments[:_SEGMENTS]]
            more = f" and {len(lane.segments) - _SEGMENTS} more" if len(lane.segments) > _SEGMENTS else ""
            yield f"{lane.name}: {', '.join(said)}{more}"


def _over(incident: Incident, found: Moments, span: Span) -> Iterator[str]:
    if found.ended is not None:
        word = "completed" if incident.kind is Kind.MAINTENANCE else "resolved"
        how = "no longer listed it from" if found.withdrawn else f"called it {word} at"
        yield f"{incident.name} {how} {_stamp(found.ended, span)}"
    if found.recovered is not None:
        yield f"We recovered at {_stamp(found.recovered, span)}{_apart(found)}"


def _apart(found: Moments) -> str:
    if found.ended is None or found.recovered is None or found.ended == found.recovered:
        return ""
    later = found.recovered - found.ended
    return f", {duration(abs(later))} {'after' if later > timedelta() else 'before'} that"


def _unread(lanes: Sequence[Lane], span: Span) -> Iterator[str]:
    for lane in lanes:
        if lane.unknown and lane.name.endswith(_SAYS):
            yield f"{lane.name.removesuffix(_SAYS)}'s page was not read from {_times(lane.unknown, span)}"


def _unchecked(probes: Sequence[Series], span: Span) -> Iterator[str]:
    for one in [series for series in probes if series.unknown][:_PROBES]:
        yield f"{one.name} knows nothing of the time from {_times(one.unknown, span)}"


def _times(spans: Sequence[Span], span: Span) -> str:
    times = [f"{_stamp(one.began_at, span)} to {_stamp(one.ended_at, span)}" for one in spans[:_GAPS]]
    return listed(times, unlisted=max(len(spans) - _GAPS, 0))


def _stamp(moment: datetime, span: Span) -> str:
    return stamp(moment, span.began_at, span.ended_at)
