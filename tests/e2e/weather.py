"""What happens at many vendors at once, told step by step, and what a channel has to show of it in the end."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from random import Random

from tests.e2e.program import Told
from tests.e2e.statuspage import Incident, StatusPage

_QUOTE = re.compile(r"“(.*?)”\n— ", re.DOTALL)
_EDIT = re.compile(
    r"edited an earlier update(?: · [^\n]*)?\nBefore:\n“(.*?)”\n— [^\n]*\nNow:\n“(.*?)”\n— [^\n]*", re.DOTALL
)
_RISE = re.compile(r"^Impact raised: (\w+) → (\w+)$", re.MULTILINE)
_CLOSINGS = re.compile(r"(?:Resolved after |No longer listed on )")


@dataclass(frozen=True, slots=True)
class Wait:
    """A story goes on only when the thread of an incident has said this: later it could not be seen any more."""

    incident: Incident
    said: str


Story = Iterator[Wait | None]


def stories(page: StatusPage, dice: Random) -> list[Story]:
    """Return one vendor's bad day: an incident or two at once, and all that can happen to one.

    Each has dice of its own, so that it is the same story whatever goes on beside it.
    """
    parts = list(page.components)
    return [
        _story(page, mine, other, Random(dice.random()))
        for mine, other in [(parts[0], parts[1]), (parts[2], parts[3])][: dice.choice((1, 2))]
    ]


def _story(page: StatusPage, mine: str, other: str, dice: Random) -> Story:
    incident = page.opens(f"{mine} is slow", "minor", _words(page, mine, 0), **{mine: "degraded_performance"})
    yield Wait(incident, f"“{incident.updates[0].body}”")
    seen = []
    for event in dice.sample(_EVENTS, k=dice.randint(1, len(_EVENTS))):
        seen.append(event(incident, other))
        yield None
        for _ in range(dice.randint(0, 3)):
            incident.says("identified", _words(page, mine, len(incident.updates)))
            yield None
    for words in seen:
        yield Wait(incident, words)
    # One in four is taken down without a word about how it ended: then nothing said before can be read again.
    is_struck = dice.random() < 1 / 4
    if is_struck:
        yield Wait(incident, f"“{incident.updates[-1].body}”")
    incident.vanishes(None if is_struck else _words(page, mine, len(incident.updates)))
    yield None


def _words(page: StatusPage, component: str, number: int) -> str:
    return f"{page.slug} says of {component}, word {number}."


def _worsens(incident: Incident, other: str) -> str:
    del other
    incident.becomes("critical")
    return "critical"


def _spreads(incident: Incident, other: str) -> str:
    incident.spreads_to(other, "partial_outage")
    return other


def _is_edited(incident: Incident, other: str) -> str:
    del other
    first = incident.updates[0]
    incident.edits(first, first.body.replace("word", "corrected word"))
    return f"“{first.body}”"


# Each returns a word that its reply holds, and no other reply.
_EVENTS: Sequence[Callable[[Incident, str], str]] = (_worsens, _spreads, _is_edited)


def is_over(wait: Wait | None, told: Iterable[Told]) -> bool:
    """Whether the channel has said what a story waits for."""
    if wait is None:
        return True
    name = identity(wait.incident)
    return any(row.incident == name and row.step == "reply" and wait.said in row.text for row in told)


def identity(incident: Incident) -> str:
    return f"{incident.page.slug}-{incident.id}"


def complaints(pages: Iterable[StatusPage], told: Sequence[Told]) -> Iterator[str]:
    """Return everything in which a channel differs from what its pages have said; nothing if all is well."""
    incidents = {identity(one): one for page in pages for one in page.incidents}
    twice = [key for key, times in Counter(row.key for row in told if row.step != "edit").items() if times > 1]
    yield from (f"posted more than once: {key}" for key in twice)
    yield from (f"nobody's: {row}" for row in told if row.incident not in incidents)
    for name, incident in incidents.items():
        yield from (f"{name}: {what}" for what in _of_one(incident, [row for row in told if row.incident == name]))


def _of_one(incident: Incident, rows: Sequence[Told]) -> Iterator[str]:
    roots = [row for row in rows if row.step == "post"]
    if len(roots) != 1:
        yield f"{len(roots)} roots"
        return
    replies = [row for row in rows if row.step == "reply"]
    if any(rows.index(row) < rows.index(roots[0]) for row in replies):
        yield "a reply before its root"
    # One reply may tell several things at once.
    words = [said for row in replies for said in _QUOTE.findall(_EDIT.sub("", row.text))]
    expected = [(update.before or [update.body])[0] for update in incident.updates]
    if words != expected:
        yield f"said {words}, not {expected}"
    edits = [edit for row in replies for edit in _EDIT.findall(row.text)]
    changed = [(update.before[-1], update.body) for update in incident.updates if update.before]
    if edits != changed:
        yield f"edits {edits}, not {changed}"
    raised = [rise for row in replies for rise in _RISE.findall(row.text)]
    if raised != [("minor", incident.impact)] * len(incident.impacts):
        yield f"raised {raised}"
    spread = sum(name in row.text for row in replies for name in incident.components[1:])
    if spread != len(incident.components) - 1:
        yield f"spread {spread} times"
    if incident.ended is None:
        return
    closings = [row for row in replies if _CLOSINGS.match(row.text)]
    if len(closings) != 1 or closings[0] is not replies[-1]:
        yield f"closed {len(closings)} times, or not at the end"
    if not re.search(r"^(?:Resolved|No longer listed) · was ", rows[-1].text, re.MULTILINE):
        yield f"in the end its root does not say that it is over: {rows[-1].text}"
