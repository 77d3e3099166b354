"""What an incident touched, in words: components, services of our own, people here, and our probes' checks."""

from __future__ import annotations

from collections.abc import Iterator

from bot.core.message import Link, Moment, Span
from bot.core.report.blocks import Block, Bullets, Spans, Table, Text
from bot.core.report.effect import OUR_WITNESSES
from bot.core.report.known import Checks, Facts, Part
from bot.core.wording import STATUS_WORDS
from bot.model import Card, ComponentStatus, Kind

# More components than this that show no trouble are told in one line.
_ROWS = 3


def impact(facts: Facts) -> Iterator[Block]:
    """Give what is said of that, each blank of it filled."""
    found = facts.effect
    if found.parts:
        yield from _parts(found.parts)
    else:
        yield Text((f"Components: not known; {found.why_no_parts}.",))
    yield from _services(facts)
    people = _people(found.affected, found.works)
    yield Text((people,))
    if found.checks:
        head = ("Probe", "Checks", "Failed", "Slow", "Slowest pass")
        hours = " (by the hour: minutes are no longer kept)" if any(one.by_the_hour for one in found.checks) else ""
        yield Table(f"Our own checks while it lasted{hours}", head, tuple(map(_checks, found.checks)))
    elif facts.kind is not Kind.MAINTENANCE:
        yield Text((f"Our own checks: not known; {found.why_no_checks}.",))


def _parts(parts: tuple[Part, ...]) -> Iterator[Block]:
    """Give the components; of many those that are only listed with it have no row each."""
    calm = [part for part in parts if part.is_well]
    apart = len(calm) > _ROWS and len(calm) < len(parts)
    shown = [part for part in parts if not (apart and part.is_well)]
    rows = tuple(((p.name,), (_worst(p),), (Moment(p.since),), (p.by,)) for p in shown)
    yield Table("Components that were listed", ("Component", "At worst", "First seen listed", "Named by"), rows)
    if apart:
        names = ", ".join(part.name for part in calm)
        yield Text((f"Listed with it as well, and never shown in trouble ({len(calm)}): {names}.",))


def _worst(part: Part) -> str:
    if part.worst is ComponentStatus.UNKNOWN:
        return "failing, by what they saw" if part.by == OUR_WITNESSES else "not stated"
    return "no trouble shown" if part.is_well else STATUS_WORDS[part.worst]


def _services(facts: Facts) -> Iterator[Block]:
    found = facts.effect
    if not found.services:
        yield Text(("Services of our own: none depends on it by the configuration.",))
        return
    cards = {one.name: one for one in found.cards}
    items = tuple(_service(name, cards.get(name)) for name in found.services)
    yield Text(("Services of our own that depend on it by the configuration; how they fared was not measured:",))
    yield Bullets(items)


def _service(name: str, card: Card | None) -> Spans:
    spans: list[Span] = [name]
    if card is not None:
        spans += [f" · owner {card.owner}"] if card.owner else []
        spans += [f" · fallback {card.fallback}"] if card.fallback else []
        spans += [" · ", Link("runbook", card.runbook)] if card.runbook else []
    return tuple(spans)


def _people(affected: int, works: int) -> str:
    if not affected and not works:
        return "People here: nobody reported that it failed for them."
    fails = f"{affected} said that it failed for them" if affected else "nobody said that it failed for them"
    return f"People here: {fails}" + (f", {works} that it worked." if works else ".")


def _checks(one: Checks) -> tuple[Spans, ...]:
    slowest = f"{one.slowest.total_seconds():.1f} s" if one.slowest is not None else "none passed"
    return (one.name,), (f"{one.checks:,}",), (f"{one.failures:,}",), (f"{one.slow:,}",), (slowest,)
