"""What people write into a report: how it is read, and what becomes of it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.core.actions import Outcome
from bot.core.report.material import Addition, Section
from bot.model import Incident, Person

# As long as a note that still fits into one message; a longer story belongs into a page of its own, and a link here.
LONGEST = 4_000
HINT = (
    "Into which part? `write follow-up: ask for the root cause`; "
    "the parts are summary, cause, impact, measures, follow-up and lesson"
)
_NAMES = {
    "summary": Section.SUMMARY,
    "cause": Section.CAUSE,
    "root cause": Section.CAUSE,
    "impact": Section.IMPACT,
    "measure": Section.MEASURES,
    "measures": Section.MEASURES,
    "follow-up": Section.FOLLOW_UP,
    "follow up": Section.FOLLOW_UP,
    "followup": Section.FOLLOW_UP,
    "lesson": Section.LESSON,
    "lessons": Section.LESSON,
}
# The words for each part, the longest first.
PARTS = "|".join(sorted(map(re.escape, _NAMES), key=len, reverse=True))
_SECTION = re.compile(rf"(?P<name>{PARTS})(?P<end>\s*:\s*|\s+|$)", re.IGNORECASE)
_DONE = re.compile(r"done\s+#?(?P<number>\d{1,4})\W*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Wording:
    """What somebody wants written: into which section, in which words, or which follow-up (from 1) is done."""

    section: Section
    text: str = ""
    done: int | None = None


def read(text: str) -> Wording | None:
    """Return what `follow-up: ask for the root cause` or `follow-up done 2` amounts to; None if it names no section.

    Without a colon only the end of a follow-up is meant: `cause unknown` may be the beginning of any sentence.
    """
    found = _SECTION.match(text.strip())
    if found is None:
        return None
    section, words = _NAMES[found["name"].casefold()], text.strip()[found.end() :].strip()
    done = _DONE.fullmatch(words) if section is Section.FOLLOW_UP else None
    if done:
        return Wording(section, done=int(done["number"]))
    return Wording(section, words[:LONGEST]) if ":" in found["end"] else None


def spelt(wording: Wording) -> str:
    """Return what `read` reads as this."""
    return f"{wording.section} done {wording.done}" if wording.done else f"{wording.section}: {wording.text}"


@dataclass(frozen=True, slots=True)
class Added:
    """What came of it: the additions that are new, and which follow-up is meant, by its number among follow-ups.

    ALREADY: the same person has written the same before, or it is done.  NOTHING: there is no such follow-up.
    EMPTY: no words were given.
    """

    outcome: Outcome
    incident: Incident
    additions: tuple[Addition, ...] = ()
    follow_up: int | None = None


def follow_ups(additions: Sequence[Addition]) -> tuple[Addition, ...]:
    """Return what people want followed up, in the order by which it is numbered: from 1."""
    return tuple(one for one in additions if one.section is Section.FOLLOW_UP and one.done is None)


def ended_by(one: Addition, additions: Sequence[Addition]) -> Addition | None:
    """Return who said that a follow-up is done, if anybody has."""
    return next((other for other in additions if other.done == one.number), None)


def add(incident: Incident, before: Sequence[Addition], wording: Wording, by: Person, now: datetime) -> Added:
    """Return what is added to a report by what somebody wants written.  The same words twice are written once."""
    number = max((one.number for one in before), default=0) + 1
    if wording.done is not None:
        return _done(incident, before, wording.done, _addition(number, wording, by, now))
    if not wording.text:
        return Added(Outcome.EMPTY, incident)
    new = _addition(number, wording, by, now)
    same = next((one for one in before if (one.section, one.text, one.person) == (new.section, new.text, by.key)), None)
    if same is not None:
        return Added(Outcome.ALREADY, incident, follow_up=_place(same, before))
    return Added(Outcome.DONE, incident, (new,), _place(new, (*before, new)))


def _addition(number: int, wording: Wording, by: Person, now: datetime) -> Addition:
    return Addition(number=number, section=wording.section, at=now, person=by.key, author=by.name, text=wording.text)


def _done(incident: Incident, before: Sequence[Addition], which: int, new: Addition) -> Added:
    known = follow_ups(before)
    if not 1 <= which <= len(known):
        return Added(Outcome.NOTHING, incident, follow_up=which)
    one = known[which - 1]
    if ended_by(one, before) is not None:
        return Added(Outcome.ALREADY, incident, follow_up=which)
    done = Addition(
        number=new.number, section=new.section, at=new.at, person=new.person, author=new.author, done=one.number
    )
    return Added(Outcome.DONE, incident, (done,), which)


def _place(one: Addition, among: Sequence[Addition]) -> int | None:
    known = follow_ups(among)
    return known.index(one) + 1 if one in known else None


def told(added: Added, wording: Wording) -> str:
    """Say what came of it to whoever wanted it written."""
    done = wording.done is not None
    where = f"Follow-up {added.follow_up}" if added.follow_up is not None else f"The {wording.section}"
    if added.outcome is Outcome.ALREADY:
        return f"{where} is done already" if done else f"{where} says so already"
    if added.outcome is Outcome.NOTHING:
        return f"There is no follow-up {added.follow_up}"
    if added.outcome is Outcome.EMPTY:
        return "What shall it say? `write follow-up: ask for the root cause`"
    return (
        f"{where} is done"
        if done
        else f"Follow-up {added.follow_up} is open"
        if added.follow_up
        else f"Added to the {wording.section}"
    )
