"""A finding: what is wrong, what that means, what to do; and all of them in order, for people and for programs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, StrEnum

from bot.core.strangers import safe
from bot.core.wording import capital


class Gravity(StrEnum):
    """How bad it is: something is not done that should be; or it is done, and had better be looked at."""

    WRONG = "wrong"
    LOOK = "look"


class Area(Enum):
    """What it is about.  Where two are as bad, the one that is more likely to be the cause of others comes first."""

    CONFIGURATION = "configuration"
    PROGRAM = "program"
    MACHINE = "machine"
    DATABASE = "database"
    RUNNING = "running"
    NETWORK = "network"
    PLATFORM = "chats and pagers"
    DELIVERIES = "deliveries"
    SOURCES = "what is watched"
    CALLERS = "who calls in"
    PEOPLE = "people"
    ROUTES = "routes"
    BOARD = "board"
    SECRETS = "secrets"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing: `what` is wrong and what that means, in one line, and what to `do`, in another."""

    gravity: Gravity
    area: Area
    what: str
    do: str


def wrong(area: Area, what: str, do: str) -> Finding:
    """Return something that is not done, and should be."""
    return Finding(Gravity.WRONG, area, what, do)


def look(area: Area, what: str, do: str) -> Finding:
    """Return something that works, and had better be looked at."""
    return Finding(Gravity.LOOK, area, what, do)


_AREAS = {area: number for number, area in enumerate(Area)}


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return each once: what is wrong before the rest, causes before what may come of them."""
    return tuple(sorted(dict.fromkeys(findings), key=lambda one: (one.gravity is Gravity.LOOK, _AREAS[one.area])))


def is_well(findings: Iterable[Finding]) -> bool:
    """Whether nothing is wrong, though something may be worth a look."""
    return all(one.gravity is Gravity.LOOK for one in findings)


def text(findings: Sequence[Finding], seen: Sequence[tuple[str, str]]) -> str:
    """Return it for people; `seen` is what was looked at, and what that is."""
    lines = [_head(findings)]
    for one in findings:
        sign = "WRONG" if one.gravity is Gravity.WRONG else "look "
        lines += ["", f"{sign}  {one.area.value}: {_line(one.what)}", f"       {capital(_line(one.do))}"]
    wide = max((len(name) for name, _ in seen), default=0)
    lines += ["", "Looked at:", *(f"  {name:<{wide}}  {_line(what)}" for name, what in seen)]
    return "\n".join(lines)


def as_json(findings: Sequence[Finding], seen: Sequence[tuple[str, str]]) -> Mapping[str, object]:
    """Return it for programs."""
    bad = sum(one.gravity is Gravity.WRONG for one in findings)
    rows = [
        {"gravity": one.gravity.value, "about": one.area.value, "what": _line(one.what), "do": _line(one.do)}
        for one in findings
    ]
    return {"wrong": bad, "look": len(findings) - bad, "findings": rows, "looked_at": dict(seen)}


def _head(findings: Sequence[Finding]) -> str:
    bad = sum(one.gravity is Gravity.WRONG for one in findings)
    rest = len(findings) - bad
    if not findings:
        return "Nothing is wrong."
    return f"{', '.join(_counts(bad, rest))}."


def _counts(bad: int, rest: int) -> Iterator[str]:
    yield {0: "Nothing is wrong", 1: "1 thing is wrong"}.get(bad, f"{bad} things are wrong")
    if rest:
        yield "1 is worth a look" if rest == 1 else f"{rest} are worth a look"


def _line(words: str) -> str:
    return " ".join(safe(words).split())
