"""From what was gathered to what is known: every blank of the story filled, or not known with its reason."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.core import wording
from bot.core.report import clocks, effect, firsts, left, places, rows, talk
from bot.core.report.known import Facts, Remark
from bot.core.report.looked import looked_until
from bot.core.report.material import Material, Section
from bot.core.report.statements import channels, known_address, spoken
from bot.core.report.story import Story, is_planned, story
from bot.core.report.summary import summary
from bot.core.wording import has_not_begun
from bot.model import ChangeKind, State

_TAKING = frozenset({ChangeKind.ACKED, ChangeKind.TAKEN, ChangeKind.ASSIGNED})


def facts(material: Material, now: datetime) -> Facts:
    """Return all that is known of an incident as of `now`; the same material always makes the same facts."""
    seen_at = looked_until(material, now)
    told = story(material, seen_at)
    said, places_told, one = spoken(told), places.told(told), told.incident
    cause = talk.cause(told, said)
    found = Facts(
        id=one.id,
        vendor=one.vendor,
        name=one.name,
        title=one.title,
        headline=wording.headline(one),
        kind=one.kind,
        state=one.state,
        standing=_standing(told),
        impact=one.impact,
        peak=one.peak,
        is_open=one.is_open,
        as_of=now,
        seen_at=seen_at,
        summary="",
        whole=clocks.whole(told),
        ours=clocks.ours(told),
        vendors=clocks.vendors(told),
        detection=firsts.detection(told),
        acknowledgement=firsts.acknowledgement(told),
        cause=cause,
        talk=talk.talk(told, said),
        effect=effect.effect(told),
        url=known_address(one.url),
        planned=(one.starts_at, one.ends_at) if is_planned(one) else None,
        severity=effect.severity(told),
        channels=channels(told),
        statements=said.said,
        timeline=rows.timeline(told, said),
        deeds=rows.deeds(told, said),
        measures=tuple(one.number for one in talk.measures(said)),
        told=places_told,
        lacks=left.lacks(told, said, places_told),
        follow_ups=left.left(told, cause, now),
        remarks=tuple(_remarks(material)),
        members=one.members,
        burst=one.burst,
        has_vendor=told.is_accused,
        first_taken=_first_taken(told),
        elsewhere=str(told.elsewhere or ""),
        is_told_afterwards=clocks.is_told_afterwards(told),
        switched=tuple((switch.card or "What people here run", switch.at, switch.back_at) for switch in one.fallbacks),
    )
    return replace(found, summary=summary(found, one))


def _standing(story: Story) -> str:
    """Return in a word or two where it stands; what is over says how it ended."""
    one = story.incident
    if not one.is_open:
        return wording.ending(one).lower() if not has_not_begun(one) else wording.NOT_BEGUN.lower()
    return "planned" if one.state is State.SCHEDULED else wording.state_word(one)


def _remarks(material: Material) -> list[Remark]:
    theirs = (one for one in material.additions if one.section is not Section.FOLLOW_UP)
    return [Remark(section=one.section, text=one.text, author=one.author, at=one.at) for one in theirs]


def _first_taken(story: Story) -> tuple[datetime, str] | None:
    for entry, then in story.then:
        if entry.kind in _TAKING and not entry.of:
            holder = then.acked.name if then.acked else entry.author
            return entry.happened_at, holder
    return None
