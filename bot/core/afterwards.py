"""Whether the report of an incident is to be posted: when it has been over for a while, and again with its cause."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from bot.core import team
from bot.core.clocks import Parts
from bot.core.lines import by_bot
from bot.core.message import File, Line, Message, Part, Quote, line
from bot.core.spans import duration
from bot.core.testimony import order
from bot.core.wording import has_not_begun
from bot.model import ChangeKind, Impact, Incident, Kind, TimelineEntry, Transition

_SUBJECT = "report"


class Form(StrEnum):
    """What a report is written in: text that chats show as it is, or a page that opens in a browser."""

    MARKDOWN = "md"
    HTML = "html"


class Why(StrEnum):
    """Why a report is posted just then."""

    ENDED = "ended"
    CAUSE = "cause"


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """Which incidents have their report posted, how long after they ended, and as what."""

    post: bool = True
    after: timedelta = timedelta(minutes=10)
    min_impact: Impact = Impact.MINOR
    form: Form = Form.MARKDOWN


class Told(StrEnum):
    """Whether a channel has an incident, will have it, or never will."""

    THERE = "there"
    LATER = "later"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is to be done: write these entries, look `again` then, or, with neither, leave it for good."""

    entries: tuple[TimelineEntry, ...] = ()
    again: datetime | None = None


@dataclass(frozen=True, slots=True)
class Written:
    """What is said beside the essentials that an incident tells by itself, and the files that go with it."""

    parts: tuple[Part, ...] = ()
    files: tuple[File, ...] = ()


# Where it is held back, by quiet hours or because a platform is away, it is looked at again.
PATIENCE = timedelta(minutes=1)


def look(incident: Incident, told: Told, terms: Terms, now: datetime) -> Verdict:
    """Return what is due by now for an incident that is over."""
    since = incident.unreported_since
    if since is None or not terms.post or told is Told.NEVER or not is_worth_it(incident, terms):
        return Verdict()
    if now < since + terms.after:
        return Verdict(again=since + terms.after)
    if told is Told.LATER:
        return Verdict(again=now + PATIENCE)
    why = Why.CAUSE if incident.reported else Why.ENDED
    entry = replace(by_bot(incident, ChangeKind.REPORTED, now), transitions=(Transition(_SUBJECT, "", why),))
    return Verdict(entries=(entry,))


def is_worth_it(incident: Incident, terms: Terms) -> bool:
    """Whether its report is posted by itself.

    One told in a burst has none, nor a maintenance that went as planned, nor what Sitrep tells of itself.
    """
    if incident.burst or incident.vendor == team.SITREP:
        return False
    if incident.kind is Kind.MAINTENANCE and (incident.detected_at or incident.affected):
        return not has_not_begun(incident)
    return incident.peak.rank >= terms.min_impact.rank


def reported(entry: TimelineEntry, incident: Incident) -> Parts:
    """Say that the report is here, and the least that it says."""
    why = next((change.after for change in entry.transitions if change.subject == _SUBJECT), Why.ENDED)
    title = "The report, now with what was added later" if why == Why.CAUSE else "The report of this incident"
    return title, _essentials(incident)


def _essentials(incident: Incident) -> list[Line | Quote]:
    lasted = incident.resolved_at - incident.started_at if incident.resolved_at else timedelta()
    rows: list[Line | Quote] = [line(f"It lasted {duration(lasted)}.")] if lasted > timedelta() else []
    if incident.detected_at and incident.acknowledged_at:
        rows.append(line(f"{incident.name} wrote of it {order(incident)}."))
    return rows


def report_in(entries: Sequence[TimelineEntry]) -> TimelineEntry | None:
    """Return the last of some entries that posts a report: an earlier one is out of date by then."""
    return next((entry for entry in reversed(entries) if entry.kind is ChangeKind.REPORTED), None)


def without_reports(entries: Sequence[TimelineEntry]) -> tuple[TimelineEntry, ...]:
    """Return entries with those made quiet that only post a report."""
    return tuple(replace(one, quiet=True) if one.kind is ChangeKind.REPORTED else one for one in entries)


def but_reports(entries: Sequence[TimelineEntry]) -> tuple[TimelineEntry, ...]:
    """Return entries without those that only post a report."""
    return tuple(one for one in entries if one.kind is not ChangeKind.REPORTED)


def with_report(message: Message, entries: Sequence[TimelineEntry], posted: Written) -> Message:
    """Return a message with the report that it posts; among many lines told at once its words stay as they are."""
    more = posted.parts if len(entries) == 1 else ()
    return replace(message, parts=(*message.parts, *more), files=posted.files)


def unmade(message: Message) -> Message:
    """Return what is said instead when the report could not be made."""
    name = message.incident.id if message.incident is not None else "ID"
    said = line(f"It could not be made just now. `sitrep report {name}` tries again.")
    return replace(message, parts=(*message.parts, said))
