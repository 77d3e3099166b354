"""What happens at many vendors at once, told step by step, and what a channel has to show of it in the end."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from random import Random

from tests.e2e.program import Told
from tests.e2e.statuspage import Incident, StatusPage

QUOTE = re.compile(r"“(.*?)”\n— ", re.DOTALL)
EDITED = "edited an earlier update"
_CLOSINGS = re.compile(r"(?:Resolved after |No longer listed on )")


@dataclass(frozen=True, slots=True)
class Wait:
    """A story goes on only when the thread of an incident has said this: later it could not be seen any more."""

    incident: Incident
    said: str = ""


Story = Iterator[Wait | None]


def story(page: StatusPage, dice: Random) -> Story:
    """Play one vendor's bad day: several incidents, everything that can happen to one, in a random order."""
    lives = [_life(page, number, dice) for number in range(dice.choice((1, 2)))]
    while lives:
        life = dice.choice(lives)
        step = next(life, _OVER)
        if isinstance(step, _Over):
            lives.remove(life)
        else:
            yield step


class _Over:
    """The end of a life, in which nothing is left to wait for."""


_OVER = _Over()


def _life(page: StatusPage, number: int, dice: Random) -> Story:
    parts = list(page.components)
    mine, other = parts[2 * number], parts[2 * number + 1]
    incident = page.opens(f"{mine} is slow", "minor", _words(page, mine, 0), **{mine: "degraded_performance"})
    yield None
    for event in dice.sample(_EVENTS, k=dice.randint(2, len(_EVENTS))):
        yield from event(incident, other)
        for _ in range(dice.randint(0, 2)):
            incident.says("identified", _words(page, mine, len(incident.updates)))
            yield None
    yield Wait(incident)
    # One in four is taken down without a word about how it ended.
    incident.vanishes(None if dice.random() < 1 / 4 else _words(page, mine, len(incident.updates)))
    yield None


def _words(page: StatusPage, component: str, number: int) -> str:
    return f"{page.slug} says of {component}, word {number}."


def _worsens(incident: Incident, other: str) -> Story:
    del other
    yield Wait(incident)
    incident.becomes("critical")
    yield Wait(incident, "Impact raised: minor → critical")


def _spreads(incident: Incident, other: str) -> Story:
    yield Wait(incident)
    incident.spreads_to(other, "partial_outage")
    yield Wait(incident, f"{other} now affected")


def _is_edited(incident: Incident, other: str) -> Story:
    del other
    first = incident.updates[0]
    yield Wait(incident, f"“{first.body}”")
    incident.edits(first, first.body.replace("word", "corrected word"))
    yield Wait(incident, f"“{first.body}”")


_EVENTS: Sequence[Callable[[Incident, str], Story]] = (_worsens, _spreads, _is_edited)


def is_over(wait: Wait | None, told: Iterable[Told]) -> bool:
    """Whether the channel has said what a story waits for."""
    if wait is None:
        return True
    name = identity(wait.incident)
    return any(row.incident == name and (not wait.said or row.step == "reply" and wait.said in row.text) for row in told)


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
    words = [said for row in replies if EDITED not in row.text for said in QUOTE.findall(row.text)]
    expected = [(update.before or [update.body])[0] for update in incident.updates]
    if words != expected:
        yield f"said {words}, not {expected}"
    edits = [QUOTE.findall(row.text) for row in replies if EDITED in row.text]
    changed = [[update.before[-1], update.body] for update in incident.updates if update.before]
    if edits != changed:
        yield f"edits {edits}, not {changed}"
    closings = [row for row in replies if _CLOSINGS.match(row.text)]
    if len(closings) != 1 or closings[0] is not replies[-1]:
        yield f"closed {len(closings)} times, or not at the end"
    raised = sum(row.text.startswith("Impact raised: minor → critical") for row in replies)
    if raised != len(incident.impacts):
        yield f"raised {raised} times"
    if not re.search(r"^(?:Resolved|No longer listed) · was ", rows[-1].text, re.MULTILINE):
        yield f"in the end its root does not say that it is over: {rows[-1].text}"
