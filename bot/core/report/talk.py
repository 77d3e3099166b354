"""How the vendor communicated, and what it says of the cause: counted and quoted, never interpreted."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from statistics import median

from bot.core.courses import Pause
from bot.core.message import utc
from bot.core.report.clocks import is_told_afterwards, unposted, withdrawn
from bot.core.report.glance import numbers
from bot.core.report.looked import page_read_until
from bot.core.report.material import Section
from bot.core.report.spoken import Cause, Said, Talk
from bot.core.report.statements import Spoken
from bot.core.report.story import Story, first, is_planned, is_vendors, last
from bot.core.report.unknown import Unknown
from bot.core.revisit import VISITS
from bot.model import ChangeKind, Kind, State

_AFTER_THE_FIX = frozenset({State.RESOLVED, State.COMPLETED, State.POSTMORTEM})


def talk(story: Story, spoken: Spoken) -> Talk:
    """Return how often the vendor spoke while it was open, and whether that could be relied upon."""
    pauses = [pause for course in story.courses for pause in course.pauses]
    running = max((c.running for c in story.courses if c.running), key=lambda pause: pause.span, default=None)
    why = Unknown(_why_no_pauses(story, spoken))
    everything = [*pauses, *([running] if running else [])]
    return Talk(
        statements=sum(not said.is_late for said in spoken.said),
        wordless=_wordless(story),
        cadence=timedelta(seconds=median(pause.span.total_seconds() for pause in pauses)) if pauses else why,
        longest=max(everything, key=lambda pause: pause.span) if everything else why,
        running=running,
        vanished=_vanished(story, spoken),
        late_promises=tuple(_late_promises(story)),
        all_clears=tuple(sorted((one for c in story.courses for one in c.all_clears), key=lambda one: one.at)),
        edited=sum(bool(said.edits) for said in spoken.said),
        retracted=sum(said.retracted_at is not None for said in spoken.said),
        backdated=max((c.backdated for c in story.courses if c.backdated), default=None),
    )


def _wordless(story: Story) -> int:
    """Count the vendor's updates that say where it stands, and nothing more."""
    lines = (entry for record in story.records for entry in record.entries if is_vendors(entry) and not entry.quiet)
    return sum(one.said is not None and not one.text and one.kind is not ChangeKind.EDITED for one in lines)


def _vanished(story: Story, spoken: Spoken) -> Pause | None:
    words = [said.at for said in spoken.said if not said.is_late]
    over = last(view.resolved_at for view in story.posted)
    if not words or over is None or over not in withdrawn(story) or any(not v.state.is_over for v in story.posted):
        return None
    return Pause(max(words), max(over, *words))


def _why_no_pauses(story: Story, spoken: Spoken) -> str:
    if not story.posted:
        return unposted(story)
    if not spoken.said and not _wordless(story):
        return "it posted no text"
    if is_told_afterwards(story):
        return "it spoke only when it was over"
    return "it has spoken once so far" if story.incident.is_open else "it spoke once while it was open"


def _late_promises(story: Story) -> Iterator[tuple[datetime, datetime]]:
    """Give for when the vendor had promised its next words, and when we found that they had not come."""
    for record in story.records:
        for entry in record.entries:
            if entry.kind is ChangeKind.SILENT and entry.until is not None:
                yield entry.until, entry.recorded_at


def cause(story: Story, spoken: Spoken) -> Cause:
    """Return the root cause as published; why there is none, and until when it is looked for."""
    causes = [said for said in spoken.said if said.is_cause and said.retracted_at is None]
    late = tuple(said.number for said in spoken.said if not said.is_cause and _is_of_afterwards(said, story))
    if not causes:
        return Cause(at=Unknown(_no_cause(story, late)), late=late)
    at = causes[0].at
    over = _called_over(story)
    after = at - over if over is not None and at >= over else None
    return Cause(at=at, statements=tuple(said.number for said in causes), after=after, late=late)


def _is_of_afterwards(said: Said, story: Story) -> bool:
    """Whether it was said after the end, or rewritten then: some vendors write the cause over their last words."""
    over = _called_over(story) if not story.incident.is_open else None
    return said.is_late or (over is not None and any(edit.seen_at > over for edit in said.edits))


def _called_over(story: Story) -> datetime | None:
    """Return from when the time until a root cause counts: from the end, as everywhere."""
    return last(record.incident.resolved_at for record in story.records)


def _no_cause(story: Story, late: tuple[int, ...]) -> str:
    one = story.incident
    if is_planned(one):
        return "a maintenance has none"
    if not story.is_accused:
        written = any(added.section is Section.CAUSE for added in story.material.additions)
        return "what people here wrote of it is below" if written else "nobody here has written it down"
    if not story.posted:
        return unposted(story)
    if story.elsewhere is not None:
        return story.elsewhere.reason
    if one.is_open:
        return f"not published as of {utc(story.now)}; it was not over then"
    as_of = utc(page_read_until(story.material, story.now))
    if late:
        return (
            f"none is marked as such as of {as_of}{_last_read(story)}; "
            f"what {one.name} said or rewrote after the end may tell of it ({numbers(late)})"
        )
    return f"not published as of {as_of}{_last_read(story)}; {_until_when(story)}"


def _last_read(story: Story) -> str:
    is_read = page_read_until(story.material, story.now) >= story.now
    return "" if is_read else ", when the page was last read"


def _until_when(story: Story) -> str:
    """Return how long Sitrep looks for it."""
    ended = first(view.resolved_at for view in story.posted) or story.incident.resolved_at
    until, again = ended + VISITS[-1] if ended else None, story.material.revisit_at
    if until is not None and until <= story.now:
        return (
            f"Sitrep looked for it until {utc(until)}"
            if again is None
            else f"it was to be looked for until {utc(until)}"
        )
    if until is None or again is None:
        return "Sitrep reads of it again only if the page still shows it"
    soon = f", next at {utc(again)}" if again > story.now else ""
    return f"Sitrep looks until {utc(until)}{soon}"


def measures(spoken: Spoken) -> tuple[Said, ...]:
    """Return the statements in which a vendor could announce measures: what it said at the end and afterwards."""
    return tuple(said for said in spoken.said if said.is_late or said.state in _AFTER_THE_FIX)


def is_only_shown(story: Story) -> bool:
    """Whether the vendor posted nothing, and only its page showed a component in trouble."""
    return story.incident.kind is Kind.COMPONENT
