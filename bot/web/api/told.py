"""From what is known to the shapes of `/api/v1`.  Pure; the words are those that chats are told."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from bot.core import days as calendar
from bot.core import impact as services
from bot.core import replies, testimony
from bot.core.courses import Record, course, is_told
from bot.core.days import Mark
from bot.core.impact import ServiceView
from bot.core.message import Message, Quote, plain_part
from bot.core.scorecard import Extreme, Scorecard, Watch
from bot.core.standing import Standing, label
from bot.core.wording import headline
from bot.model import Announcement, Claim, Component, Impact, Incident, Kind, TimelineEntry
from bot.web.api import shapes, vendor_shapes
from bot.web.api.addresses import incident_page, vendor_page

_NEVER = datetime.max.replace(tzinfo=UTC)


def incident(one: Incident, base: str) -> shapes.Incident:
    """Return an incident as it stands."""
    acked = one.acked
    return shapes.Incident(
        id=one.id,
        url=incident_page(base, one.id),
        vendor=one.vendor,
        vendor_name=one.name,
        kind=one.kind,
        title=one.title,
        headline=headline(one),
        state=one.state,
        is_open=one.is_open,
        impact=one.impact,
        peak=one.peak,
        started_at=one.started_at,
        first_seen_at=one.first_seen_at,
        detected_at=one.detected_at,
        acknowledged_at=one.acknowledged_at,
        lag=testimony.lag(one),
        resolved_at=one.resolved_at,
        duration=max(one.resolved_at - one.started_at, timedelta()) if one.resolved_at is not None else None,
        starts_at=one.starts_at,
        ends_at=one.ends_at,
        ending=one.ending,
        was_open_at_first_look=one.was_open_at_first_look,
        components=components(one.components),
        services=one.services,
        vendor_url=one.url,
        latest=shapes.Quoted(text=one.latest.text, author=one.latest.author, at=one.latest.at) if one.latest else None,
        we_see=testimony.brief(one) or None,
        acknowledged_by=shapes.Holder(name=acked.name, at=acked.at) if acked else None,
        burst=one.burst or None,
        members=tuple(member.id for member in one.members),
    )


def components(parts: Iterable[Component]) -> tuple[shapes.Component, ...]:
    """Return components."""
    return tuple(shapes.Component(id=p.id, name=p.name, status=p.status, group=p.group) for p in parts)


def line(entry: TimelineEntry, one: Incident) -> shapes.Line:
    """Return a line of a history, with what chats are told of it."""
    return shapes.Line(
        seq=entry.seq,
        happened_at=entry.happened_at,
        recorded_at=entry.recorded_at,
        who=entry.who,
        author=entry.author,
        kind=entry.kind,
        state=entry.state,
        impact=entry.impact,
        said=entry.said,
        text=entry.text or None,
        words=_words(replies.reply(entry, one)),
        changes=tuple(shapes.Change(subject=t.subject, before=t.before, after=t.after) for t in entry.transitions),
        quiet=entry.quiet,
        url=entry.url,
    )


def _words(said: Message) -> str:
    rows = [said.headline, *(plain_part(part) for part in said.parts if not isinstance(part, Quote))]
    return "\n".join(row for row in rows if row)


def vendor(one: Standing, base: str) -> shapes.Vendor:
    """Return how a source stands."""
    return shapes.Vendor(
        vendor=one.vendor,
        name=one.name,
        source=one.key,
        label=label(one),
        impact=one.impact,
        checked_at=one.checked_at,
        stale_since=one.stale_since,
        reason=one.reason or None,
        is_probe=one.is_probe,
        incidents=tuple(i.id for i in one.incidents),
        page=one.url,
        url=vendor_page(base, one.vendor),
    )


def scorecard(card: Scorecard) -> vendor_shapes.Scorecard:
    """Return a vendor's record."""
    return vendor_shapes.Scorecard(
        since=card.since,
        until=card.until,
        watched_since=card.watched_since,
        watched=card.watched,
        unwatched=card.unwatched,
        grade=card.grade,
        incidents=card.incidents,
        open=card.going_on,
        open_when_watching_began=card.early,
        incomplete=card.cut,
        trouble=card.in_trouble,
        trouble_summed=card.summed,
        spent=_spent(card.spent),
        maintenances=card.maintenances,
        maintenance=card.maintained,
        acknowledgement=vendor_shapes.Lags(
            counted=card.lags.count,
            vendor_first=card.lags.first,
            never_told=card.lags.never,
            median=card.lags.median,
            average=card.lags.average,
            worst=_extreme(card.lags.worst),
        ),
        backdated=card.backdated,
        backdated_most=_extreme(card.backdated_most),
        cadence=vendor_shapes.Cadence(
            counted=card.words.count, median=card.words.median, longest_silence=_extreme(card.words.longest)
        ),
        all_clears=card.all_clears,
        false_all_clears=card.false_clears,
        unconfirmed=vendor_shapes.Unconfirmed(
            counted=card.unconfirmed, open=card.pending, single_witness=card.lone, seconds=card.suspected
        ),
        root_causes=vendor_shapes.Causes(published=card.causes, of=card.ended, median=card.cause_after),
    )


def _spent(spent: Iterable[tuple[Impact, timedelta]]) -> tuple[vendor_shapes.Spent, ...]:
    return tuple(vendor_shapes.Spent(impact=impact, seconds=span) for impact, span in spent)


def _extreme(one: Extreme | None) -> vendor_shapes.Extreme | None:
    return vendor_shapes.Extreme(seconds=one.span, incident=one.incident) if one else None


def days(records: Iterable[Record], watch: Watch, now: datetime) -> tuple[vendor_shapes.Day, ...]:
    """Return a vendor's last 90 days, the oldest first."""
    marks = [
        Mark(
            stretch.began_at,
            stretch.ended_at,
            _flat(record.incident, stretch.impact),
            record.incident.id,
            is_ours=not is_told(record.incident),
        )
        for record in records
        for stretch in course(record, now).stretches
    ]
    return tuple(
        vendor_shapes.Day(
            date=day.date,
            sort=day.sort,
            words=calendar.said(day),
            spent=_spent(day.spent),
            suspected=day.suspected,
            unwatched=day.unwatched,
            incidents=day.incidents,
        )
        for day in calendar.days(marks, watch, now)
    )


def _flat(one: Incident, impact: Impact) -> Impact:
    return Impact.MAINTENANCE if one.kind is Kind.MAINTENANCE and impact.rank < Impact.MINOR.rank else impact


def service(view: ServiceView) -> shapes.Service:
    """Return how a service of our own stands."""
    return shapes.Service(
        name=view.name,
        label=services.label(view),
        impact=view.impact,
        owner=view.service.owner,
        runbook=view.service.runbook,
        needs=tuple(_need(need) for need in view.needs),
        incidents=tuple(i.id for i in view.incidents),
        fallback=_need(view.fallback) if view.fallback else None,
    )


def _need(need: services.Need) -> shapes.Need:
    return shapes.Need(vendor=need.vendor, name=need.name, impact=need.impact, words=need.word)


def maintenance(one: Incident) -> shapes.Maintenance:
    """Return a maintenance that is an incident."""
    return shapes.Maintenance(
        incident=one.id,
        vendor=one.vendor,
        vendor_name=one.name,
        title=one.title,
        state=one.state,
        starts_at=one.starts_at,
        ends_at=one.ends_at,
        components=components(one.components),
        services=one.services,
        vendor_url=one.url,
    )


def far_off(vendor_slug: str, name: str, claim: Claim) -> shapes.Maintenance:
    """Return a maintenance that is no incident yet."""
    return shapes.Maintenance(
        incident=None,
        vendor=vendor_slug,
        vendor_name=name,
        title=claim.title,
        state=claim.state,
        starts_at=claim.starts_at,
        ends_at=claim.ends_at,
        components=components(claim.components),
        services=(),
        vendor_url=claim.url,
    )


def in_order(found: Iterable[shapes.Maintenance]) -> tuple[shapes.Maintenance, ...]:
    """Return maintenances by when they begin; those of which that is not told come last."""
    return tuple(sorted(found, key=lambda one: (one.starts_at is None, one.starts_at or _NEVER, one.title)))


def stuck(found: Sequence[Announcement]) -> tuple[shapes.Stuck, ...]:
    """Return what could not be told."""
    return tuple(
        shapes.Stuck(
            incident=one.incident,
            destination=str(one.destination),
            state=one.state,
            error=one.error,
            attempts=one.attempts,
        )
        for one in found
    )
