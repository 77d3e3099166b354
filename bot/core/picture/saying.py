"""What a picture says, in words: for whoever can not see it, and for search."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from bot.core import baseline, testimony, wording
from bot.core.answers import listed
from bot.core.picture.axes import Span, stamp
from bot.core.picture.lanes import Lane
from bot.core.picture.moments import Moments
from bot.core.picture.series import Bin, Series
from bot.core.spans import duration
from bot.model import Incident, Kind

_MOST_GAPS = 4


def of_incident(incident: Incident, span: Span, found: Moments, lanes: Sequence[Lane], probes: Sequence[Series]) -> str:
    """Return what the picture of an incident says."""
    sentences = [
        f"{wording.headline(incident).rstrip('.')}, {_from_to(span)} UTC",
        *_failures(probes, span),
        *_order(incident, found, span),
        *_over(incident, found, span),
        *_unknown(lanes, probes, span),
    ]
    return " ".join(f"{one}." for one in sentences)


def _from_to(span: Span) -> str:
    since, until = span.began_at.astimezone(UTC), span.ended_at.astimezone(UTC)
    return (
        f"{since:%-d %b %Y %H:%M} to {until:%H:%M}"
        if since.date() == until.date()
        else (f"{since:%-d %b %Y %H:%M} to {until:%-d %b %Y %H:%M}")
    )


def _failures(probes: Sequence[Series], span: Span) -> Iterator[str]:
    """Say how many probes failed, and each when and how much."""
    known = [one for one in probes if one.bins]
    if not known:
        return
    failed = [one for one in known if any(bin_.failures for bin_ in one.bins)]
    slow = [one for one in known if one not in failed and any(bin_.slow for bin_ in one.bins)]
    count = f"{len(failed)} of {len(known)}" if len(known) > 1 else ("Our probe" if failed else "")
    if failed:
        yield f"{count} probes had failures" if len(known) > 1 else "Our probe had failures"
    elif slow:
        yield "No check failed, but some were too slow"
    else:
        yield "No check of ours failed"
    for one in failed:
        bins = [bin_ for bin_ in one.bins if bin_.failures]
        failures, checks = sum(bin_.failures for bin_ in bins), sum(bin_.checks for bin_ in one.bins)
        yield f"{one.name}: {failures:,} of {checks:,} checks failed, {_when(bins, span)}"
    for one in (series for series in known if any(bin_.slow for bin_ in series.bins)):
        bins = [bin_ for bin_ in one.bins if bin_.slow]
        said = f"{one.name}: {sum(bin_.slow for bin_ in bins):,} checks were too slow, {_when(bins, span)}"
        usual = f"; usual is {baseline.seconds(one.usual.high)} at most" if one.usual else ""
        yield f"{said}, the slowest {baseline.seconds(max(bin_.slowest or 0.0 for bin_ in bins))}{usual}"


def _when(bins: Sequence[Bin], span: Span) -> str:
    first, last = bins[0].began_at, max(bins[-1].ended_at, bins[0].began_at)
    return f"between {_stamp(first, span)} and {_stamp(min(last, span.ended_at), span)}"


def _order(incident: Incident, found: Moments, span: Span) -> Iterator[str]:
    name = incident.name
    if found.detected is not None:
        yield f"We detected it at {_stamp(found.detected, span)}"
    if found.acknowledged is None:
        if incident.kind is not Kind.MAINTENANCE and found.detected is not None:
            yield f"{name} has not acknowledged it" if incident.is_open else f"{name} never acknowledged it"
        return
    at = _stamp(found.acknowledged, span)
    if found.detected is None:
        yield f"{name} posted it at {at}; no witness of ours saw it"
    elif found.acknowledged < found.detected:
        yield f"{name} had posted it at {at}, {testimony.order(incident)}"
    else:
        yield f"{name} acknowledged it at {at}, {testimony.order(incident)}"


def _over(incident: Incident, found: Moments, span: Span) -> Iterator[str]:
    if found.ended is not None:
        word = "completed" if incident.kind is Kind.MAINTENANCE else "resolved"
        how = "no longer listed it from" if found.withdrawn else f"called it {word} at"
        yield f"{incident.name} {how} {_stamp(found.ended, span)}"
    if found.recovered is not None:
        yield f"We recovered at {_stamp(found.recovered, span)}{_apart(found)}"
    if incident.is_open:
        yield "It goes on"


def _apart(found: Moments) -> str:
    if found.ended is None or found.recovered is None or found.ended == found.recovered:
        return ""
    later = found.recovered - found.ended
    side = "after" if later.total_seconds() > 0 else "before"
    return f", {duration(abs(later))} {side} that"


def _unknown(lanes: Sequence[Lane], probes: Sequence[Series], span: Span) -> Iterator[str]:
    """Say what was not watched, and when."""
    rows = [(lane.name.removesuffix(" says"), "page was not read", lane.unknown) for lane in lanes]
    rows += [(one.name, "nothing is known", one.unknown) for one in probes]
    for name, what, spans in rows:
        if spans:
            times = [f"{_stamp(one.began_at, span)} to {_stamp(one.ended_at, span)}" for one in spans[:_MOST_GAPS]]
            more = f" and {len(spans) - _MOST_GAPS} more times" if len(spans) > _MOST_GAPS else ""
            who = f"{name}'s {what}" if what.startswith("page") else f"Of {name} {what}"
            yield f"{who} from {listed(times)}{more}"


def _stamp(moment: datetime, span: Span) -> str:
    return stamp(moment, span.began_at, span.ended_at)
