"""Who knew of it first: when and how we saw it, when the vendor told of it, and by how much one was later."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from bot.core import team, testimony
from bot.core.message import utc
from bot.core.report.clocks import no_witness, unposted
from bot.core.report.known import Acknowledgement, Detection
from bot.core.report.story import Story, first, is_planned
from bot.core.report.unknown import Unknown
from bot.core.witnesses import testimonies
from bot.core.wording import STATUS_WORDS
from bot.model import (
    ChangeKind,
    ClaimView,
    Confidence,
    Evidence,
    Incident,
    Kind,
    PageSays,
    SourceKind,
    TimelineEntry,
    Who,
)

# What is read later than this after it was written was read late.
LATE = timedelta(minutes=1)
_SEEN_BY = {SourceKind.PROBE: "our probe", SourceKind.HOOK: "our own"}
_SURE = frozenset({Confidence.MEDIUM, Confidence.HIGH})


def detection(story: Story) -> Detection:
    """Return when and how we knew of it."""
    mine = [
        (entry, view, record.incident)
        for record in story.records
        for entry in record.entries
        if (view := _own(entry)) is not None
    ]
    if mine and (at := first(record.incident.detected_at for record in story.records)) is not None:
        entry, view, incident = min(mine, key=lambda those: (those[0].recorded_at, those[0].seq))
        sure = next(_sure(story), None)
        return Detection(
            at=at,
            by=_witness(view),
            saw=_saw(story, view),
            is_own=True,
            first_sign=view.started_at,
            page=_page(_evidence(story, entry), incident),
            sure_at=sure.recorded_at if sure else None,
            sure=testimony.sure_word(sure.evidence) if sure and sure.evidence else "",
        )
    return _told_to_us(story)


def _own(entry: TimelineEntry) -> ClaimView | None:
    """Return what a witness of ours begins to tell with a line, or had told of what came with it."""
    if entry.kind is ChangeKind.JOINED:
        return min(testimonies(entry.views), key=lambda view: view.seen_at or entry.recorded_at, default=None)
    is_begun = entry.who is Who.PROBE and entry.kind in {ChangeKind.OPENED, ChangeKind.SEEN}
    return entry.claim if is_begun else None


def _told_to_us(story: Story) -> Detection:
    one = story.incident
    declared = team.declared(one)
    if declared is not None:
        at = declared.published_at or one.first_seen_at
        return Detection(at=at, by=f"{declared.author}, who declared it", is_own=True, is_told_by_team=True)
    if not story.records or not story.views:
        return Detection(at=Unknown("nobody tells of it any more"))
    if one.vendor == team.SITREP:
        return Detection(at=one.first_seen_at, by="Sitrep itself", is_own=True, is_told_by_team=True)
    how = f"{one.name}'s status page, which Sitrep read"
    if one.was_open_at_first_look:
        already = "been announced" if is_planned(one) else "begun"
        begun = f"it had {already} already when Sitrep first read the page, at {utc(one.first_seen_at)}"
        return Detection(at=Unknown(begun), by=how)
    return Detection(at=one.first_seen_at, by=how)


def _witness(view: ClaimView) -> str:
    if view.teller is SourceKind.PEOPLE:
        return "a colleague, who reported it"
    return f"{_SEEN_BY.get(view.teller, 'our')} {view.author}"


def _saw(story: Story, begun: ClaimView) -> str:
    """Return what the first witness saw, in the words of the line that came with it."""
    lines = (entry for record in story.records for entry in record.entries)
    said = (e.text for e in lines if e.claim and e.claim.key == begun.key and e.text and e.who is Who.PROBE)
    return next(said, begun.evidence)


def _evidence(story: Story, begun: TimelineEntry) -> Evidence | None:
    """Return what the witnesses amounted to at that moment."""
    lines = (entry for record in story.records for entry in record.entries)
    weighed = (e for e in lines if e.kind is ChangeKind.WEIGHED and e.recorded_at == begun.recorded_at)
    return next((one.evidence for one in weighed if one.evidence is not None), None)


def _page(found: Evidence | None, incident: Incident) -> str:
    """Return what the vendor's page said when we saw it first; nothing where there is no page to look at."""
    if found is None:
        return ""
    read = f", read at {utc(found.page_at)}" if found.page_at else ""
    said = {
        PageSays.NOTHING: f"{incident.name}'s status page showed nothing of it{read}",
        PageSays.TROUBLE: f"{incident.name}'s status page showed trouble{read}",
        PageSays.UNREADABLE: f"{incident.name}'s status page could not be read",
    }
    return said.get(found.page, "")


def _sure(story: Story) -> Iterator[TimelineEntry]:
    """Give the lines by which what our witnesses saw was more than a suspicion of one of them."""
    for entry, _ in story.then:
        if entry.evidence is not None and entry.evidence.confidence in _SURE and entry.kind is ChangeKind.WEIGHED:
            yield entry


def acknowledgement(story: Story) -> Acknowledgement:
    """Return when the vendor told of it first, and how much later than us that was."""
    one = story.incident
    if is_planned(one):
        return _announced(story)
    told = first(record.incident.acknowledged_at for record in story.records)
    if story.elsewhere is not None and story.elsewhere.is_admitted:
        at = story.elsewhere.at
        return Acknowledgement(at=at, lag=_lag(story, at), title=story.elsewhere.title)
    if told is None or not story.posted:
        never = Unknown(_why_not(story))
        return Acknowledgement(at=never, lag=never)
    return Acknowledgement(
        at=told,
        lag=_lag(story, told),
        read_at=_read(story, told),
        dated_from=first(view.started_at for view in story.posted),
        title=_first_title(story) if len(story.records) == 1 else "",
    )


def _first_title(story: Story) -> str:
    """Return what the vendor called it at first; it may have another name by now."""
    posted = {view.key for view in story.posted}
    return next((entry.claim.title for entry, _ in story.then if entry.claim and entry.claim.key in posted), "")


def _announced(story: Story) -> Acknowledgement:
    told = first(view.published_at for view in story.posted)
    planned = Unknown("a maintenance is announced, not detected")
    why = Unknown(f"{story.incident.name} gives no time of its announcement")
    return Acknowledgement(at=told or why, lag=planned, read_at=_read(story, told) if told else None)


def _lag(story: Story, told: datetime) -> timedelta | Unknown:
    """Return what the thread was told as well."""
    if any(record.incident.was_open_at_first_look for record in story.records):
        return Unknown("it had begun before Sitrep watched, so nobody can tell who was first")
    seen = first(record.incident.detected_at for record in story.records)
    return told - seen if seen is not None else Unknown(no_witness(story))


def _read(story: Story, told: datetime) -> datetime | None:
    """Return when we read the first word, if that was well after it was written."""
    views = {view.key for view in story.posted}
    lines = (e for r in story.records for e in r.entries if e.claim is not None and e.claim.key in views)
    read = first(entry.recorded_at for entry in lines)
    return read if read is not None and read - told > LATE else None


def _why_not(story: Story) -> str:
    """Return why the vendor has not told of it, with what its page showed if that was something."""
    shown = [(e, then) for e, then in story.then if e.claim and e.claim.kind is Kind.COMPONENT]
    if story.is_accused and shown and not story.posted:
        entry, then = shown[0]
        parts = [f"{part.name} {STATUS_WORDS[part.status]}" for part in then.components[:3]]
        return (
            f"{story.incident.name} posted no incident; its page showed {', '.join(parts)} at {utc(entry.recorded_at)}"
        )
    return unposted(story)
