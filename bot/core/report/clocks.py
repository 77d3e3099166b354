"""How long it was: by what the channel was told, by our own witnesses, and by the vendor's account."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from bot.core.all_clears import ENDS, failing, is_withdrawn
from bot.core.clocks import is_length
from bot.core.message import utc
from bot.core.report.known import Clock
from bot.core.report.story import Story, first, is_planned, last
from bot.core.report.unknown import Unknown
from bot.core.team import SITREP, is_ours
from bot.core.wording import has_not_begun
from bot.model import ChangeKind, ClaimView, Incident, Kind, PageSays, SourceKind, State, Who

_SEES_BY_ITSELF = frozenset({SourceKind.PROBE, SourceKind.HOOK})
# Shorter than this it was not gone: two looks at a page lie as far apart.
_A_BREAK = timedelta(minutes=1)
NO_VENDOR = "it is a trouble of our own: there is no vendor to ask"


def whole(story: Story) -> Clock:
    """Return how long it was as it is told everywhere: from the first sign of it to the end of the last."""
    one = story.incident
    if has_not_begun(one):
        return Clock(
            began_at=Unknown("it did not begin: it was over before the time that it was planned for"),
            ended_at=one.resolved_at or Unknown("it is not over"),
        )
    if one.state is State.SCHEDULED:
        return _scheduled(story)
    if is_told_afterwards(story):
        begun = Unknown(f"{one.name} first told of it when it was over, and gave no beginning")
        return Clock(began_at=begun, ended_at=one.resolved_at or begun, ended_by=_ended_by(story))
    return Clock(
        began_at=one.started_at,
        ended_at=one.resolved_at or _going_on(story),
        began_by=_began_by(one),
        ended_by=_ended_by(story),
        lasted=max(story.over_at - one.started_at, timedelta()),
        spent=None if is_planned(one) else _broken(story.over_at - one.started_at, _stretches(story)),
        goes_on=one.is_open,
    )


def is_told_afterwards(story: Story) -> bool:
    """Whether its vendor told of it first when it was over, and gives no beginning: then it has no length."""
    one = story.incident
    if is_planned(one) or one.resolved_at is None or not story.posted or story.elsewhere is not None:
        return False
    return not is_length(one.resolved_at - one.started_at)


def _stretches(story: Story) -> timedelta:
    if len(story.courses) != 1:
        return timedelta.max
    return sum((s.ended_at - s.began_at for s in story.courses[0].stretches), timedelta())


def _broken(lasted: timedelta, spent: timedelta) -> timedelta | None:
    """Return how much of a time it was there, if that is well less than all of it."""
    return spent if spent <= lasted - _A_BREAK else None


def _scheduled(story: Story) -> Clock:
    """What is planned for a time that has come may have begun, and its vendor has not said so."""
    one = story.incident
    if one.starts_at is None:
        return Clock(began_at=Unknown("no time was planned"), ended_at=Unknown("it has not begun"))
    if one.starts_at > story.now:
        return Clock(began_at=Unknown(f"it is planned for {utc(one.starts_at)}"), ended_at=Unknown("it has not begun"))
    silent = Unknown(f"it was planned for {utc(one.starts_at)}, and {one.name} has not said that it began")
    return Clock(began_at=silent, ended_at=silent)


def _going_on(story: Story) -> Unknown:
    return Unknown(f"it goes on as of {utc(story.now)}")


def _began_by(incident: Incident) -> str:
    if is_planned(incident):
        return "as it was planned" if incident.starts_at else "the first that was told of it; no time was planned"
    told = incident.acknowledged_at
    if told is not None and timedelta() <= told - incident.started_at < _A_BREAK and not incident.detected_at:
        return f"{incident.name}'s first word"
    if incident.dated_from == incident.started_at:
        return f"from when {incident.name} dates it"
    if incident.detected_at and incident.started_at <= incident.detected_at:
        return "the first sign that a witness of ours saw"
    return "the first that was told of it"


def _ended_by(story: Story) -> str:
    one = story.incident
    if one.ending is ChangeKind.WITHDRAWN:
        return f"when {_who_listed(story)} no longer; how it ended is not known"
    if one.ending is ChangeKind.MERGED:
        return f"when it went on as part of {story.elsewhere or 'another incident'}"
    ended = next((entry for entry, then in reversed(story.then) if not then.is_open and entry.kind in _ENDS), None)
    if ended is None or ended.of:
        return ""
    if ended.who is Who.VENDOR and ended.claim is not None and ended.claim.kind is Kind.COMPONENT:
        return f"when {ended.author}'s status page showed {ended.claim.title} well again"
    if ended.claim is not None and ended.claim.teller is SourceKind.PEOPLE:
        return "when the last report of people here had faded"
    said = {Who.VENDOR: f"by {ended.author}'s word", Who.PERSON: f"by {ended.author}'s word"}
    return said.get(ended.who, f"when {ended.author} saw it no more")


def _who_listed(story: Story) -> str:
    gone = (entry for entry, _ in reversed(story.then) if entry.kind is ChangeKind.WITHDRAWN)
    last_word = next(gone, None)
    if last_word is None or last_word.who is Who.VENDOR:
        return f"{story.incident.name} listed it"
    return f"{last_word.author} told of it"


_ENDS = frozenset({ChangeKind.RESOLVED, ChangeKind.WITHDRAWN, ChangeKind.MERGED, ChangeKind.UPDATED})


def ours(story: Story) -> Clock:
    """Return how long our own witnesses saw it."""
    sees = [view for view in story.seen if view.teller in _SEES_BY_ITSELF]
    if not sees:
        return _without_witness(story)
    spans = [span for record in story.records for span in failing(record.entries, story.now)]
    if not spans:
        return _without_witness(story)
    begun, still = min(begin for begin, _ in spans), any(not view.state.is_over for view in sees)
    ended = max(end for _, end in spans)
    if still and story.elsewhere is not None:
        over = Unknown(story.elsewhere.reason)
        return Clock(began_at=begun, ended_at=over, began_by="the first bad check or count")
    return Clock(
        began_at=begun,
        ended_at=Unknown(f"they see it as of {utc(story.now)}") if still else ended,
        began_by="the first bad check or count",
        ended_by="the last witness to see it no more",
        lasted=ended - begun,
        spent=_broken(ended - begun, union(spans)),
        goes_on=still,
    )


def union(spans: Iterable[tuple[datetime, datetime]]) -> timedelta:
    """Return how long any of some times was."""
    total, until = timedelta(), None
    for begun, ended in sorted(spans):
        since = begun if until is None or begun > until else until
        total += max(ended - since, timedelta())
        until = ended if until is None else max(until, ended)
    return total


def _without_witness(story: Story) -> Clock:
    people = [view for view in story.seen if view.teller is SourceKind.PEOPLE]
    if people:
        begun = first(view.started_at or view.published_at for view in people)
        faded = Unknown("only people here saw it, and nobody said when it worked again")
        return Clock(
            began_at=begun or Unknown("nobody said since when"), ended_at=faded, began_by="a colleague's report"
        )
    none = Unknown(no_witness(story))
    return Clock(began_at=none, ended_at=none)


def no_witness(story: Story) -> str:
    """Return why no witness of ours saw it."""
    if is_planned(story.incident):
        return "no witness of ours saw a failure during it"
    if is_ours(story.incident):
        return "the team declared it; no witness of ours tells of it"
    if story.incident.vendor == SITREP:
        return "Sitrep tells it of itself"
    if not story.material.probes and not any(one.source.kind is SourceKind.HOOK for one in story.material.sources):
        return f"no witness of ours watches {story.incident.name}"
    return "no witness of ours saw it: none of those that watch failed"


def vendors(story: Story) -> Clock:
    """Return how long it was by the vendor's account."""
    views = [view for view in story.posted if view.kind is not Kind.SUSPECTED]
    if not views:
        none = Unknown(unposted(story))
        return Clock(began_at=none, ended_at=none)
    if any(is_planned(record.incident) for record in story.records):
        return _planned(views)
    dated = first(view.started_at for view in views)
    told = first((story.incident.acknowledged_at, *(view.published_at for view in views)))
    begun = dated or told
    over = _vendors_end(story, views)
    if is_told_afterwards(story):
        return Clock(began_at=Unknown("it first told of it when it was over, and gave no beginning"), ended_at=over)
    is_open = story.elsewhere is None and any(not view.state.is_over for view in views)
    end = story.now if is_open else over
    lasted = end - begun if begun and isinstance(end, datetime) else None
    is_first_word = dated is None or (told is not None and told - dated < _A_BREAK)
    said_at = None if isinstance(over, Unknown) else _said_over(story, over)
    return Clock(
        began_at=begun or Unknown("it gives no time"),
        ended_at=over,
        began_by="its first word; its feed gives no other beginning" if is_first_word else "from when it dates it",
        ended_by=_called_over(over, said_at),
        ended_said_at=said_at,
        lasted=max(lasted, timedelta()) if lasted is not None else None,
        spent=_broken(lasted, union(_posted(story))) if lasted is not None else None,
        goes_on=is_open,
    )


def _called_over(over: datetime | Unknown, said_at: datetime | None) -> str:
    if isinstance(over, Unknown):
        return ""
    return "when it called it over" if said_at is None else f"when it says that it ended; it said so at {utc(said_at)}"


def _said_over(story: Story, over: datetime) -> datetime | None:
    """Return when the vendor said that it was over, if that was well after the end that it gives."""
    keys = {view.key for view in story.posted}
    said = (
        entry.happened_at
        for record in story.records
        for entry in record.entries
        if entry.claim and entry.claim.key in keys and entry.said in ENDS
        if entry.claim.resolved_at == over
    )
    at = first(said)
    return at if at is not None and at - over >= _A_BREAK else None


def _posted(story: Story) -> Iterator[tuple[datetime, datetime]]:
    """Give the times during which the vendor had something of it open."""
    keys = {view.key for view in story.posted}
    for record in story.records:
        since: dict[str, datetime] = {}
        known: set[str] = set()
        for entry in record.entries:
            claim = entry.claim
            if claim is None or claim.key not in keys:
                continue
            if claim.state.is_over and claim.key in since:
                yield since.pop(claim.key), claim.resolved_at or entry.happened_at
            elif not claim.state.is_over and claim.key not in since:
                first_of_it = claim.started_at or claim.published_at or entry.happened_at
                since[claim.key] = entry.happened_at if claim.key in known else first_of_it
                known.add(claim.key)
        yield from ((begun, story.now) for begun in since.values())


def _planned(views: list[ClaimView]) -> Clock:
    starts, ends = first(view.starts_at for view in views), last(view.ends_at for view in views)
    lasted = ends - starts if starts and ends and ends > starts else None
    return Clock(
        began_at=starts or Unknown("it announces no beginning"),
        ended_at=ends or Unknown("it announces no end"),
        began_by="as announced",
        ended_by="as announced",
        lasted=lasted,
    )


def _vendors_end(story: Story, views: list[ClaimView]) -> datetime | Unknown:
    """Return when the vendor called all of it over; not when we saw that it was no longer listed."""
    if any(not view.state.is_over for view in views):
        still = f"it does not call it over as of {utc(story.now)}"
        return Unknown(still if story.elsewhere is None else story.elsewhere.reason)
    lost = withdrawn(story)
    over = last(view.resolved_at for view in views)
    if over is not None and over in lost:
        return Unknown(f"it was no longer listed at {utc(over)}; how and when it ended could not be read")
    return over or Unknown("it calls it over, and gives no time")


def withdrawn(story: Story) -> set[datetime | None]:
    """Return the times at which something was no longer listed: nobody said that it ended then."""
    lines = [entry for record in story.records for entry in record.entries]
    return {one.claim.resolved_at for one in lines if one.claim is not None and is_withdrawn(one)}


def unposted(story: Story) -> str:
    """Return why there is no word of the vendor's."""
    one = story.incident
    if not story.is_accused:
        return NO_VENDOR
    if story.elsewhere is not None:
        return f"what {one.name} says of it is told as part of {story.elsewhere}"
    if any(view.teller is SourceKind.FEED for view in story.views):
        return f"{one.name} posted no incident; its page showed the components"
    if not any(watched.source.kind is SourceKind.FEED for watched in story.material.sources):
        return f"{one.name}'s status page is not watched"
    if one.evidence is not None and one.evidence.page is PageSays.UNREADABLE and not one.is_open:
        return f"{one.name}'s status page could not be read when it ended"
    return (
        f"{one.name} has said nothing of it so far"
        if one.is_open
        else f"{one.name} said nothing of it while we watched"
    )
