"""What it touched: the vendor's components, services of our own, people here, and our probes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from bot.core.report.clocks import no_witness
from bot.core.report.known import Checks, Effect, Part
from bot.core.report.material import Minute
from bot.core.report.story import Story, retold
from bot.core.witnesses import testimonies
from bot.core.wording import STATUS_WORDS
from bot.model import Component, Impact, Incident, TimelineEntry

_ORDER = list(STATUS_WORDS)
OUR_WITNESSES = "our witnesses"


def effect(story: Story) -> Effect:
    """Return what it touched, as far as anybody told."""
    one = story.incident
    parts, checks = tuple(_parts(story)), tuple(_checks(story))
    return Effect(
        parts=parts,
        services=one.services,
        cards=one.cards,
        affected=one.affected,
        works=one.works,
        checks=checks,
        why_no_parts="" if parts else _why_no_parts(story),
        why_no_checks="" if checks else _why_no_checks(story),
    )


def _why_no_parts(story: Story) -> str:
    if not story.posted:
        return "nobody has named a component"
    return f"{story.incident.name} lists no component with it"


def _why_no_checks(story: Story) -> str:
    if story.material.probes:
        return "no check of our probes is on record for that time"
    return no_witness(story)


def _parts(story: Story) -> Iterator[Part]:
    """Give every component that was ever listed, the worst first, by its name as it is now."""
    found: dict[str, Part] = {}
    for entry, then in _then(story):
        for part in then.components:
            before = found.get(part.id)
            if before is None:
                by = _by(part, then)
                found[part.id] = Part(
                    name=part.name, worst=part.status, last=part.status, since=entry.recorded_at, by=by
                )
            else:
                worst = max(before.worst, part.status, key=_ORDER.index)
                found[part.id] = Part(name=part.name, worst=worst, last=part.status, since=before.since, by=before.by)
    still = {part.id for record in story.records for part in record.incident.components}
    # What a witness of ours called by a name of ours is listed by the vendor's own as soon as there is one.
    kept = [part for id_, part in found.items() if id_ in still or part.by != OUR_WITNESSES]
    yield from sorted(kept, key=lambda part: -_ORDER.index(part.worst))


def _then(story: Story) -> Iterator[tuple[TimelineEntry, Incident]]:
    """Give the lines of all that it is made of, each with the incident as it was then."""
    if len(story.records) == 1:
        yield from story.then
        return
    for record in story.records:
        yield from retold(record.incident, record.entries)


def _by(part: Component, then: Incident) -> str:
    ours = {component.id for view in testimonies(then.claims) for component in view.components}
    return OUR_WITNESSES if part.id in ours else then.name


def _checks(story: Story) -> Iterator[Checks]:
    """Give what the probes found from the beginning to the end."""
    begun, over = min(story.incident.started_at, story.now), story.over_at
    first = story.incident.detected_at
    begun = min(begun, first) if first else begun
    by_the_hour = begun < story.material.by_the_hour(story.now)
    start = begun.replace(minute=0, second=0, microsecond=0) if by_the_hour else begun.replace(second=0, microsecond=0)
    for probed in story.material.probes:
        rows = [row for row in probed.minutes if start <= row.start <= over]
        if rows:
            yield _summed(probed.source.name, rows, by_the_hour=by_the_hour)


def _summed(name: str, rows: list[Minute], *, by_the_hour: bool) -> Checks:
    checks, failures = sum(row.checks for row in rows), sum(row.failures for row in rows)
    slowest = max(row.slowest for row in rows)
    return Checks(
        name=name,
        checks=checks,
        failures=failures,
        slow=sum(row.slow for row in rows),
        slowest=timedelta(seconds=slowest) if slowest else None,
        by_the_hour=by_the_hour,
    )


def severity(story: Story) -> tuple[tuple[Impact, timedelta], ...]:
    """Return how long it was of each impact, the worst first; what goes on counts until now."""
    spent: dict[Impact, timedelta] = {}
    for course in story.courses[:1] if len(story.courses) == 1 else ():
        for stretch in course.stretches:
            spent[stretch.impact] = spent.get(stretch.impact, timedelta()) + (stretch.ended_at - stretch.began_at)
    return tuple(sorted(spent.items(), key=lambda pair: -pair[0].rank))
