"""The words for the two clocks: what our own witnesses see, what the vendor says, and who was first."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from bot.core.message import Line, Moment, Span, line
from bot.core.spans import duration
from bot.core.witnesses import testimonies
from bot.model import Confidence, Evidence, Incident, Kind, PageSays, SourceKind

# A vendor that dates the beginning so much before its first word has dated it back.
BACKDATED = timedelta(minutes=5)
# Nobody is first by less than a clock's error.
_AT_ONCE = timedelta(minutes=1)
_MOST_REASONS, _MOST_REPORTS, _LONGEST_REASON = 2, 3, 120

_SURE = {
    Confidence.LOW: "not sure yet",
    Confidence.MEDIUM: "likely",
    Confidence.HIGH: "all but certain",
    Confidence.CONFIRMED: "confirmed by the vendor",
}


def lines(incident: Incident) -> list[Line]:
    """Return what there is to say of the two clocks, for the root message and for every answer."""
    return [*_evidence(incident), *_page(incident), *_lag(incident)]


def brief(incident: Incident) -> str:
    """Return what our witnesses see in a few words; nothing where they do not count."""
    found = incident.evidence
    return sight(found) if found is not None and incident.is_open else ""


def _evidence(incident: Incident) -> list[Line]:
    found = incident.evidence
    if found is None or not incident.is_open:
        return []
    seen = sight(found, reasons(incident))
    if not seen:
        return [line("Our own checks pass.")] if found.asked else []
    sure = f" · {sure_word(found)}" if incident.kind is Kind.SUSPECTED else ""
    return [line(f"We see: {seen}{sure}")]


def sure_word(found: Evidence) -> str:
    """Return how sure we are, in words."""
    lone = found.failing + len(found.reports) + found.affected <= 1
    return "one witness, not sure yet" if lone and found.confidence is Confidence.LOW else _SURE[found.confidence]


def sight(found: Evidence, why: str = "") -> str:
    """Return what witnesses of ours see, in one line: `3 of 4 probes fail (HTTP 503), gateway: 38 % of calls fail`."""
    parts = []
    if found.failing:
        one = found.asked == 1
        probes = "our probe fails" if one else f"{found.failing} of {found.asked} probes fail"
        parts.append(f"{probes} ({why})" if why else probes)
    parts += found.reports[:_MOST_REPORTS]
    if len(found.reports) > _MOST_REPORTS:
        parts.append(f"{len(found.reports) - _MOST_REPORTS} more reports")
    if found.affected:
        parts.append("1 person is affected" if found.affected == 1 else f"{found.affected} people are affected")
    if parts and found.works:
        parts.append("it works for 1 person" if found.works == 1 else f"it works for {found.works} people")
    return ", ".join(parts)


def reasons(incident: Incident) -> str:
    """Return why probes fail, the commonest reasons first."""
    heard = (v for v in testimonies(incident.claims) if v.teller is SourceKind.PROBE and not v.state.is_over)
    counts = Counter(view.evidence[:_LONGEST_REASON] for view in heard if view.evidence)
    return "; ".join(reason for reason, _ in counts.most_common(_MOST_REASONS))


def _page(incident: Incident) -> list[Line]:
    found = incident.evidence
    if found is None or incident.kind is not Kind.SUSPECTED:
        return []
    name = incident.name
    if not incident.is_open:
        return [line(unconfirmed(incident))]
    if found.page is PageSays.NOTHING and found.page_at:
        return [line(f"{name}'s status page showed nothing of it at ", Moment(found.page_at))]
    said = {
        PageSays.NOTHING: f"{name}'s status page shows nothing of it.",
        PageSays.UNREADABLE: f"{name}'s status page can not be read just now.",
        PageSays.UNWATCHED: f"{name}'s status page is not watched.",
    }
    return [line(said[found.page])] if found.page in said else []


def unconfirmed(incident: Incident) -> str:
    """Return why a suspicion ended as one; what was not read is not claimed."""
    page = incident.evidence.page if incident.evidence else PageSays.UNWATCHED
    if page is PageSays.UNWATCHED:
        return f"{incident.name}'s status page is not watched."
    if page is PageSays.UNREADABLE:
        return f"{incident.name}'s status page could not be read when it ended."
    return f"{incident.name} said nothing of it while we watched."


def _lag(incident: Incident) -> list[Line]:
    """Return who was first, and by how much, once both have spoken; and how far back the vendor dates it."""
    if incident.acknowledged_at is None or incident.detected_at is None:
        return []
    first = line(
        *("We saw it at ", Moment(incident.detected_at), f"; {incident.name} posted it at "),
        *(Moment(incident.acknowledged_at), f", {order(incident)}"),
    )
    return [first, *dated_back(incident)]


def lag(incident: Incident) -> timedelta | None:
    """Return how much later the vendor wrote of it than we saw it; less than nothing if the vendor was first."""
    if incident.acknowledged_at is None or incident.detected_at is None:
        return None
    return incident.acknowledged_at - incident.detected_at


def is_ours_first(incident: Incident) -> bool:
    """Whether a witness of ours saw it before its vendor wrote of it, if the vendor ever did."""
    if incident.detected_at is None:
        return False
    behind = lag(incident)
    return behind is None or behind >= _AT_ONCE


def order(incident: Incident) -> str:
    """Return `17 min after us`, `2 min before us`, or that it was at once."""
    behind = lag(incident) or timedelta()
    if abs(behind) < _AT_ONCE:
        return "at the same time"
    return f"{duration(abs(behind))} {'after' if behind > timedelta() else 'before'} us"


def dated_back(incident: Incident) -> list[Line]:
    """Return from when the vendor dates it, if that is well before its first word."""
    posted, dated = incident.acknowledged_at, incident.dated_from
    if posted is None or dated is None or posted - dated < BACKDATED:
        return []
    when: tuple[Span, ...] = (f"{incident.name} dates it from ", Moment(dated))
    return [line(*when, f", {duration(posted - dated)} before its first word")]
