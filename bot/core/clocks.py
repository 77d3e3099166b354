"""What the thread says where our own witnesses and a vendor's words meet: who was first, and who sees it still."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from bot.core import roster, team, testimony
from bot.core.answers import listed
from bot.core.courses import ONE_WORD
from bot.core.hosting import is_posted
from bot.core.linking import PARTED, SAID
from bot.core.message import Line, Moment, Quote, heading, line
from bot.core.spans import duration
from bot.core.testimony import BACKDATED, dated_back
from bot.core.witnesses import statements
from bot.core.wording import NOT_BEGUN, STATUS_WORDS, has_not_begun
from bot.model import ChangeKind, ClaimView, Incident, Kind, SourceKind, State, TimelineEntry, Transition, Who

Parts = tuple[str, list[Line | Quote]]

_SLOW = " is slow"
NOT_POSTED = "It has posted no incident."


def opened(entry: TimelineEntry, incident: Incident) -> Parts:
    """Say who began to tell of it."""
    title = entry.claim.title if entry.claim else incident.title
    if incident.vendor == team.SITREP:
        return title, []
    if entry.claim is not None and entry.claim.kind is Kind.COMPONENT:
        return f"{entry.author}'s status page shows {_shown(entry.claim)}", [line(NOT_POSTED)]
    if entry.claim is None or entry.claim.teller is SourceKind.FEED:
        return f"{entry.author} posted: {title}", []
    return f"{entry.author} suspects that {title}" if entry.claim.kind is Kind.SUSPECTED else title, []


def _shown(claim: ClaimView) -> str:
    parts = [f"{part.name} {STATUS_WORDS[part.status]}" for part in claim.components]
    return listed(parts) if parts else f"{claim.title} in trouble"


def testifies(entry: TimelineEntry) -> str:
    """Name a witness of ours as the one who speaks."""
    view = entry.claim
    if view is not None and view.teller is not SourceKind.PROBE:
        return f"{entry.author} reports"
    return f"{entry.author} {'is slow' if view is not None and view.title.endswith(_SLOW) else 'fails'}"


def acknowledged(entry: TimelineEntry, incident: Incident) -> Parts:
    """Say that the vendor has posted what we knew of, by how much it was later or earlier, and how it dates it."""
    title = entry.claim.title if entry.claim else incident.title
    if _is_anew(entry, incident):
        return f"{entry.author} posted it anew", [line(f"Posted as “{title}”")]
    return f"{entry.author} {_how_late(entry, incident)}", [line(f"Posted as “{title}”"), *_dated(entry, incident)]


def _is_anew(entry: TimelineEntry, incident: Incident) -> bool:
    """Whether the vendor had posted it before, and called it over."""
    posted = entry.claim.published_at if entry.claim else None
    others = (view for view in statements(incident.claims) if entry.claim and view.key != entry.claim.key)
    return posted is not None and any(view.published_at and view.published_at < posted for view in others)


def _how_late(entry: TimelineEntry, incident: Incident) -> str:
    # What only a component had shown, we have known since we first saw it.
    behind = testimony.lag(incident) if incident.detected_at else entry.recorded_at - incident.first_seen_at
    behind = behind or timedelta()
    if abs(behind) < timedelta(minutes=1) and incident.detected_at:
        return "acknowledged it when we saw it"
    if behind < timedelta():
        return f"had posted it {duration(-behind)} before we saw it"
    return f"acknowledged it {duration(behind)} after us"


def _dated(entry: TimelineEntry, incident: Incident) -> list[Line]:
    return [*dated_back(incident)] if incident.detected_at and entry.claim else []


def backfilled(entry: TimelineEntry, incident: Incident) -> Parts:
    """Say that the vendor has written of it when it was over."""
    title = entry.claim.title if entry.claim else incident.title
    parts: list[Line | Quote] = [line(f"Posted as “{title}”")]
    view = entry.claim
    if view is not None and view.started_at and view.resolved_at:
        parts.append(line(f"{entry.author} dates it from ", Moment(view.started_at), " to ", Moment(view.resolved_at)))
    return f"{entry.author} wrote of it afterwards, {testimony.order(incident)}", parts


def seen(entry: TimelineEntry, incident: Incident) -> Parts:
    """Say that one more witness of ours sees it; the first beside a vendor's post says who was first."""
    what = f": {entry.claim.evidence}" if entry.claim and entry.claim.evidence else ""
    if entry.transitions:
        over = f"{incident.name} called it over" if is_posted(incident) else "It had passed"
        return f"Open again: {testifies(entry)}", [line(f"{over}; now again{what}")]
    told = f"{entry.author} sees it too{what}" if entry.claim and entry.claim.teller is SourceKind.PROBE else ""
    title = told or f"{entry.author} tells of it too{what}"
    if incident.acknowledged_at is None or incident.detected_at != entry.recorded_at:
        return title, []
    ahead = entry.recorded_at - incident.acknowledged_at
    return title, [line(f"{incident.name} had posted it {duration(ahead)} before.")]


def weighed(entry: TimelineEntry, incident: Incident) -> Parts:
    """Say what our witnesses amount to now."""
    found = entry.evidence
    del incident
    if found is None or not testimony.sight(found):
        return "Our own checks pass again", []
    return f"We see now: {testimony.sight(found, found.why)}", [line(f"{testimony.sure_word(found).capitalize()}.")]


def silent(entry: TimelineEntry, incident: Incident) -> Parts:
    """Say that the vendor is silent for longer than it promised, or than it usually is."""
    since = entry.recorded_at - entry.happened_at
    title = f"No word from {incident.name} for {duration(since)}"
    if entry.until is not None:
        return title, [line("The next was promised for ", Moment(entry.until))]
    return title, [line("The last was at ", Moment(entry.happened_at))]


def retracted(entry: TimelineEntry, incident: Incident) -> Parts:
    """Say what a vendor has taken back; its words are kept."""
    del incident
    parts: list[Line | Quote] = []
    for change in entry.transitions:
        parts += [heading("It said:", level=2), Quote(change.before, entry.author)] if change.before else []
    return f"{entry.author} took an earlier update back", parts


def ended_in_part(entry: TimelineEntry, incident: Incident, change: Transition) -> Parts:
    """Say what keeps an incident open of which one part is over."""
    if entry.who is Who.PROBE:
        return _passes_again(entry, incident)
    name = entry.author
    usual = State.COMPLETED if incident.kind is Kind.MAINTENANCE else State.RESOLVED
    over = f"{name} calls it {(entry.said or usual).replace('_', ' ')}"
    title = f"No longer listed on {name}'s status page" if change.before == ChangeKind.WITHDRAWN else over
    failing = testimony.sight(entry.evidence, entry.evidence.why) if entry.evidence else ""
    if failing:
        return f"{title}, but we still see it", [line(f"It stays open here: {failing}.")]
    return title, [line(f"It stays open here: {change.after} is still in trouble.")]


def _passes_again(entry: TimelineEntry, incident: Incident) -> Parts:
    # One of several is no news, and says nothing of the others.
    if entry.quiet:
        return f"{entry.author} {'passes again' if _is_probe(entry) else 'sees it no more'}", []
    if is_posted(incident):
        return "Our own checks pass again", [line(f"{incident.name}'s incident is still open.")]
    return f"{entry.author} passes again", []


def _is_probe(entry: TimelineEntry) -> bool:
    return entry.claim is not None and entry.claim.teller is SourceKind.PROBE


def resolved(entry: TimelineEntry, incident: Incident) -> Parts:
    """Say that it is over, by whose account, and whether the vendor ever owned up."""
    if incident.cause:
        return roster.over(entry, incident)
    span = ended(entry, incident) - incident.started_at
    lasted = duration(span)
    if incident.kind is Kind.SUSPECTED:
        return f"Over after {lasted}, unconfirmed", [line(testimony.unconfirmed(incident))]
    if incident.kind is Kind.MAINTENANCE:
        return _completed(incident, span)
    if entry.who is not Who.PROBE or not is_posted(incident):
        return (f"Resolved after {lasted}" if is_length(span) else "Resolved"), [*_how_it_ended(entry, incident)]
    ends = [v.resolved_at for v in incident.claims if v.teller is SourceKind.FEED and v.resolved_at]
    later = entry.happened_at - max(ends) if ends else timedelta()
    if entry.claim and entry.claim.teller is SourceKind.PEOPLE:
        faded = ": nobody here reports it any more" if later > timedelta() else ""
        return f"Resolved after {lasted}{faded}", []
    remark = [line(f"{incident.name} called it over {duration(later)} before.")] if later >= BACKDATED else []
    return f"Resolved after {lasted}: our own checks pass again", [*remark]


def ended(entry: TimelineEntry, incident: Incident) -> datetime:
    """Return when it was over by the line that ends it: a vendor may say so later than it dates the end."""
    mine, key = (entry.claim.resolved_at, entry.claim.key) if entry.claim else (None, "")
    others = [v.resolved_at for v in incident.claims if v.resolved_at and v.key != key]
    return max([mine or entry.happened_at, *(at for at in others if at <= entry.recorded_at)])


def is_length(span: timedelta) -> bool:
    """Whether it is a time that something lasted: what is first told of when it is over has no beginning."""
    return span > ONE_WORD


def _how_it_ended(entry: TimelineEntry, incident: Incident) -> Iterator[Line]:
    """Say what a vendor's end is beside its words: what its page shows, or from when it dates it."""
    claim, over = entry.claim, ended(entry, incident)
    if entry.who is not Who.VENDOR or claim is None:
        return
    if claim.kind is Kind.COMPONENT:
        yield line(f"{entry.author}'s status page shows {claim.title} well again.")
    elif not is_length(over - incident.started_at):
        # An end before the beginning is the doing of a clock, and none of the vendor's.
        if over >= incident.started_at:
            yield line(f"{entry.author} told of it when it was over, and gave no beginning.")
    elif entry.happened_at - over >= BACKDATED:
        yield line(f"{entry.author} dates the end to ", Moment(over), ".")


def _completed(incident: Incident, lasted: timedelta) -> Parts:
    if has_not_begun(incident):
        return NOT_BEGUN, [line("It was called off, or done ahead of its time.")]
    return f"Completed after {duration(lasted)}" if lasted > timedelta() else "Completed", []


def joined(entry: TimelineEntry, incident: Incident) -> Parts:
    """Say what a person, or the vendor, has counted in, or that it is an incident of its own again."""
    del incident
    other = entry.transitions[0]
    if entry.who is Who.BOT:
        told = f"“{other.after}” is part of this: we saw it {_before(entry)} before"
        return told, [line(f"What is said of {other.before} goes on here.")]
    if other.subject == PARTED:
        return f"{entry.author} unlinked this from “{other.after}”", [line("It goes on here by itself.")]
    parts: list[Line | Quote] = [line(f"What is said of {other.before} goes on here.")]
    parts += [Quote(one.after, one.before) for one in entry.transitions[1:] if one.subject == SAID]
    return f"{entry.author} linked “{other.after}” with this", parts


def left(entry: TimelineEntry, incident: Incident) -> Parts:
    """Say what a person, or the vendor, has taken out, and where it goes on."""
    other = entry.transitions[0]
    if entry.who is Who.BOT:
        told = f"{incident.name} acknowledged it {_before(entry)} after us, as part of “{other.after}”"
        return told, [line(f"It goes on there: {other.before}")]
    if other.subject == PARTED:
        return f"{entry.author} unlinked “{other.after}”", [line(f"It goes on by itself: {other.before}")]
    return f"{entry.author} linked this with “{other.after}”", [line(f"It goes on there: {other.before}")]


def _before(entry: TimelineEntry) -> str:
    """Return how long witnesses of ours had seen what a vendor then counted in."""
    seen = min((at for view in entry.views if (at := view.seen_at or view.started_at)), default=entry.happened_at)
    return duration(max(entry.happened_at - seen, timedelta()))
