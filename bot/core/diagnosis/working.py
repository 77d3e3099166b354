"""What a Sitrep that runs, or has run, does not get done: what it can not read, tell, or hear."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.core.answers import cut, listed
from bot.core.calling import CallerView
from bot.core.diagnosis.finding import Area, Finding, look, wrong
from bot.core.message import line, plain_part
from bot.core.spans import duration
from bot.core.standing import Standing
from bot.model import Announcement, AnnouncementState

# Shorter than this it waits for a rate limit, and nobody has to do anything.
_WAITS = timedelta(minutes=5)
_ROOM, _REASON = 200, 240


@dataclass(frozen=True, slots=True)
class Waiting:
    """What is due in one place: how many, since when, and what is in the way, if that is known."""

    where: str
    count: int
    since: datetime
    error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Working:
    """What was found; `misfits` are watches that want components which their pages do not have."""

    runs: bool = False
    watched: int = 0
    stale: Sequence[Standing] = ()
    stale_total: int = 0
    stuck: Sequence[Announcement] = ()
    stuck_total: int = 0
    waiting: Sequence[Waiting] = ()
    callers: Sequence[CallerView] = ()
    misfits: Sequence[tuple[str, Sequence[str]]] = ()


def findings(found: Working, now: datetime) -> Iterator[Finding]:
    """Return all that is wrong with it, or worth a look."""
    yield from _deliveries(found, now)
    yield from _sources(found, now)
    for name, names in found.misfits:
        yield look(
            Area.SOURCES,
            f"{name}: nothing on its page is called {listed(names, room=_ROOM)}, as `components` wants",
            f"`sitrep status {name.lower()}` lists what its page has; write it so.",
        )
    for caller in found.callers:
        said = plain_part(line(*caller.words))
        if not caller.is_well:
            yield look(
                Area.CALLERS,
                f"{caller.name}: {said}",
                "See whether it runs, and calls where `sitrep check` says, with its secret.",
            )
        elif caller.condition == "hook" and "not heard" in said:
            yield look(
                Area.CALLERS,
                f"hook {caller.name}: {said}: nobody knows whether its calls arrive",
                "Send it a test from the other side; `sitrep check` says where, docs/hooks.md how.",
            )


def _deliveries(found: Working, now: datetime) -> Iterator[Finding]:
    groups: dict[tuple[str, AnnouncementState, str], int] = {}
    for one in found.stuck:
        key = (str(one.destination), one.state, one.error)
        groups[key] = groups.get(key, 0) + 1
    for (where, state, error), count in groups.items():
        yield wrong(
            Area.DELIVERIES,
            f"{where}: {_counted(count)} {state.value}: {cut(error, _REASON)}",
            "Invite the bot or mend what is said there, or change the route; a restart tries it again.",
        )
    if rest := found.stuck_total - len(found.stuck):
        yield wrong(Area.DELIVERIES, f"{rest:,} more are stuck", "/operations on the board lists them.")
    for queue in found.waiting:
        if now - queue.since > _WAITS:
            why = f": {cut(queue.error, _REASON)}" if queue.error else ""
            said = f"{queue.where}: {_counted(queue.count)} waiting for {duration(now - queue.since)}{why}"
            if found.runs:
                yield wrong(Area.DELIVERIES, said, "See what is in the way; it is tried again by itself.")
            else:
                yield look(Area.DELIVERIES, said, "It is told when Sitrep is started.")


def _counted(count: int) -> str:
    return "1 announcement is" if count == 1 else f"{count:,} announcements are"


def _sources(found: Working, now: datetime) -> Iterator[Finding]:
    if found.watched > 1 and found.stale_total >= found.watched:
        reasons = [cut(reason, _REASON) for reason in dict.fromkeys(one.reason for one in found.stale)]
        yield wrong(
            Area.NETWORK,
            f"nothing that is watched can be read ({found.watched:,}): {listed(reasons, room=_REASON)}",
            "It is your own connection: DNS, firewall, proxy. `sitrep doctor --live` tells what is reached.",
        )
        return
    for one in found.stale:
        since = f" for {duration(now - one.stale_since)}" if one.stale_since else ""
        reason = one.reason.removeprefix(f"{one.lost}: ")
        do = _PROBE if one.is_probe else _PAGE
        yield wrong(Area.SOURCES, f"{one.name} {one.lost}{since}: {cut(reason, _REASON)}", do)
    if rest := found.stale_total - len(found.stale):
        yield wrong(Area.SOURCES, f"{rest:,} more can not be read", "/operations on the board lists them.")


_PAGE = "Open it yourself; it has moved or refuses you if you can read it. `sitrep detect URL` tells what is there now."
_PROBE = "Mend its key, its budget or its target in [[probe]]; `sitrep check --live` tries it at once."
