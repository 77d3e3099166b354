"""One snapshot, from what is known to what is committed: the only way by which anything becomes an incident."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum
from functools import partial

from bot.core import cards, memory, moving, muting, replies, routing, timeline
from bot.core import diff as differ
from bot.core.admitting import admit
from bot.core.bursts import OFF, Terms
from bot.core.chat_routes import ChatRoute, routes_of
from bot.core.claims import is_own, read_together
from bot.core.correlate import Surroundings, correlate
from bot.core.evidence import DEFAULT, Panel, Thresholds, weighed
from bot.core.fold import advance
from bot.core.holding import Ruling
from bot.core.mentions import ROTA, Callers, with_calls
from bot.core.platforms import with_platform
from bot.core.revisit import next_visit
from bot.core.rota import Rotas
from bot.core.rules import Oncall, Route, Service
from bot.core.witnesses import is_witness
from bot.model import Change, Claim, Destination, Incident, Snapshot, Source, TimelineEntry
from bot.store import bursts, incidents
from bot.store.database import Database
from bot.store.polls import Look
from bot.store.sources import Watched
from bot.tracing import span

# How long we go on asking how an incident ended that the page no longer lists.
PATIENCE = timedelta(minutes=10)
_TRIES = 10


class Ending(Enum):
    """What a look-up of one incident found, if not the incident itself."""

    GONE = "gone"
    UNREADABLE = "unreadable"


Heard = Callable[[memory.Known, Snapshot], Snapshot]
FollowUp = Callable[[Source, str], Awaitable[Claim | Ending]]


@dataclass(frozen=True, slots=True)
class Rules:
    """What the configuration says about who is told; `board` is where people find the board, if that is known."""

    routes: tuple[Route, ...]
    services: tuple[Service, ...] = ()
    thresholds: Thresholds = DEFAULT
    oncalls: tuple[Oncall, ...] = ()
    bursts: Terms = OFF
    board: str = ""

    def with_made(self, routes: Iterable[ChatRoute]) -> Rules:
        """Return them with the routes that were made in chats."""
        return replace(self, routes=routes_of(self.routes, routes))

    @property
    def ruling(self) -> Ruling:
        """By which route each incident is told where, and so when, and in which words."""
        return Ruling(self.routes, self.services, Rotas(self.oncalls), self.board)

    @property
    def call_rotas(self) -> bool:
        """Whether a route calls whoever is on call."""
        return any(who.startswith(ROTA) for route in self.routes for _, who in route.mention)


@dataclass(frozen=True, slots=True)
class TakenIn:
    """What one snapshot came to.  `settled` is False while the end of some incident is still to be learnt."""

    changes: tuple[Change, ...]
    told: timeline.Told
    settled: bool


async def take_in(  # noqa: PLR0913  (all that one snapshot brings)
    database: Database,
    watched: Watched,
    snapshot: Snapshot,
    *,
    rules: Rules,
    follow_up: FollowUp,
    has_moved: bool = False,
    look: Callable[[bool], Look | None] = lambda _settled: None,
    heard: Heard = lambda _known, snapshot: snapshot,
) -> TakenIn:
    """Commit what is new in `snapshot`, with how the look at its source went (`look`, told whether all is settled).

    `has_moved`: it is the first one since the page is at another address, or of another platform.  `heard` makes of the
    snapshot of a witness what it amounts to after all that is known of it already.

    Somebody else may change the same incident at the same time: then it is gathered and decided anew.
    """
    with span("take-in", source=watched.source.key):
        return await _taken_in(database, _Case(watched, rules, look, has_moved), snapshot, follow_up, heard)


async def _taken_in(database: Database, case: _Case, snapshot: Snapshot, follow_up: FollowUp, heard: Heard) -> TakenIn:
    watched, rules = case.watched, case.rules
    asked: frozenset[str] = frozenset()
    for _ in range(_TRIES):
        claims = read_together(snapshot)
        decide = partial(_decide, case, _Said(snapshot, claims, heard), asked)
        try:
            outcome = await incidents.settle(
                database,
                watched.source,
                watched.health,
                claims,
                decide,
                _taken_at(snapshot),
                rules.call_rotas,
                bursts.grouping(rules.bursts),
            )
        except incidents.Conflict:
            await asyncio.sleep(0)
            continue
        if isinstance(outcome, TakenIn):
            return outcome
        asked |= outcome.keys()
        snapshot = await _with_endings(snapshot, outcome, watched.source, follow_up)
    raise incidents.Conflict


Missing = Mapping[str, memory.Memory]


@dataclass(frozen=True, slots=True)
class _Said:
    """A snapshot and its claims, and how a witness' own is heard."""

    snapshot: Snapshot
    claims: Mapping[str, Claim]
    heard: Heard

    def after(self, known: memory.Known) -> tuple[Snapshot, Mapping[str, Claim]]:
        snapshot = self.heard(known, self.snapshot)
        return snapshot, self.claims if snapshot is self.snapshot else read_together(snapshot)


@dataclass(frozen=True, slots=True)
class _Case:
    watched: Watched
    rules: Rules
    look: Callable[[bool], Look | None]
    has_moved: bool


def _decide(
    case: _Case,
    said: _Said,
    asked: frozenset[str],
    gathered: incidents.Gathered,
) -> tuple[incidents.Decision | None, TakenIn | Missing]:
    """Return what follows from what was said; nothing yet while there are incidents whose end is to be asked for."""
    snapshot, claims = said.after(gathered.known)
    source, rules, now = case.watched.source, case.rules.with_made(gathered.routes), _taken_at(snapshot)
    listed = snapshot.components or (case.watched.page.components if case.watched.page else ())
    filtering = routing.as_far_as_it_fits(source, listed)
    stored, baseline = gathered.known.claims, gathered.known.first_look is None
    move = moving.moved(gathered.known, snapshot, claims, source.key) if case.has_moved else moving.Move(gathered.known)
    known, around = move.known, _renamed(gathered.around, move)
    snapshot = replace(snapshot, gone=snapshot.gone | move.gone)
    awaited = memory.awaited(known, snapshot)
    missing = {external_id: known.claims[external_id] for external_id in awaited if external_id not in asked}
    if missing:
        return None, missing
    changes = (*move.changes, *differ.diff(known, snapshot, claims))
    attachments = correlate(changes, source, around, now)
    told = timeline.tell(changes, attachments, around.incidents, source=source, now=now, baseline=baseline)
    admitted = admit(told, changes, known.claims, attachments, around.incidents, source, now)
    told = concluded(admitted.told, gathered, filtering, rules, now)
    after = {**memory.apply(known, snapshot, claims).claims, **move.left}
    joined = attachments.keys() - around.attached.keys()
    changed = {name: m for name, m in after.items() if name in joined or stored.get(name) != m}
    # What our own witnesses saw has no page to be read again.
    told_of = set[str]() if is_witness(source) else {*around.attached, *attachments} - move.gone
    decision = incidents.Decision(
        source=source,
        now=now,
        claims=changed,
        attachments=attachments,
        told=told,
        before=around.incidents,
        destinations={
            i.id: destinations(i, filtering, rules) for i in told.incidents.values() if i.id not in admitted.joins
        },
        urgent=frozenset(entry.incident for entry in told.entries if replies.is_broadcast(entry)),
        look=case.look(not awaited),
        visits=_visits(changed, known, told_of, now),
        joins=admitted.joins,
    )
    return decision, TakenIn(changes, told, settled=not awaited)


def concluded(
    told: timeline.Told, gathered: incidents.Gathered, source: Source, rules: Rules, now: datetime
) -> timeline.Told:
    """Return what is told with all that follows from it: whom it touches here, how sure we are, who is called."""
    told = replace(told, incidents={name: cards.with_services(i, rules.services) for name, i in told.incidents.items()})
    lines = _by_incident(told)
    told = replace(told, incidents={n: with_platform(i, source, lines[n]) for n, i in told.incidents.items()})
    told = muting.hushed(told, gathered.around.incidents, gathered.mutings, now)
    told = _weighed(told, gathered.panel, rules, now)
    callers = Callers(
        lambda incident: destinations(incident, source, rules),
        rules.routes,
        rules.services,
        Rotas(rules.oncalls, gathered.overrides),
    )
    return _calling(told, gathered.around.incidents, callers, now)


def _weighed(told: timeline.Told, panel: Panel | None, rules: Rules, now: datetime) -> timeline.Told:
    """Return what is told, with what our witnesses amount to after it."""
    if panel is None:
        return told
    found = (weighed(incident, panel, now, rules.thresholds) for incident in told.incidents.values())
    entries = {entry.incident: entry for entry in found if entry is not None}
    after = {name: advance(i, entries[name]) if name in entries else i for name, i in told.incidents.items()}
    return timeline.Told((*told.entries, *entries.values()), after)


def _calling(told: timeline.Told, before: Mapping[str, Incident], callers: Callers, now: datetime) -> timeline.Told:
    """Return what is told, with those who are called by it."""
    if not callers.are_there:
        return told
    lines, after = _by_incident(told), dict(told.incidents)
    calling = dict[tuple[str, int], TimelineEntry]()
    for name, incident in told.incidents.items():
        after[name], mine = with_calls(before.get(name), incident, lines[name], callers, now)
        calling |= {(name, entry.seq): entry for entry in mine}
    return timeline.Told(tuple(calling.get((one.incident, one.seq), one) for one in told.entries), after)


def _by_incident(told: timeline.Told) -> Mapping[str, Sequence[TimelineEntry]]:
    """Return the entries of each incident, none for those of which nothing is told: many may open at once."""
    found: defaultdict[str, list[TimelineEntry]] = defaultdict(list)
    for entry in told.entries:
        found[entry.incident].append(entry)
    return found


def _renamed(around: Surroundings, move: moving.Move) -> Surroundings:
    attached = {move.names.get(name, name): incident for name, incident in around.attached.items()}
    return replace(around, attached=attached)


def _visits(
    changed: Mapping[str, memory.Memory], before: memory.Known, told: Collection[str], now: datetime
) -> Mapping[str, datetime | None]:
    """Return when to read again of each incident that has been told and is over; None for one that goes on again."""
    mine = {name: known.claim for name, known in changed.items() if name in told and not is_own(name)}
    over = {name: next_visit(claim.resolved_at or now, now) for name, claim in mine.items() if not claim.is_open}
    again = (name for name, claim in mine.items() if claim.is_open and _was_over(before.claims.get(name)))
    return over | dict.fromkeys(again)


def _was_over(known: memory.Memory | None) -> bool:
    return known is not None and not known.claim.is_open


def _taken_at(snapshot: Snapshot) -> datetime:
    if snapshot.taken_at is None:
        raise ValueError("a snapshot that is taken in must say when it was taken")
    return snapshot.taken_at


def destinations(incident: Incident, source: Source, rules: Rules) -> Sequence[Destination]:
    """Return where `incident`, of which `source` speaks, is to be announced."""
    if not is_witness(source) and not routing.passes_watch(incident, source):
        return ()
    return routing.choose(incident, rules.routes, rules.services).destinations


async def _with_endings(snapshot: Snapshot, missing: Missing, source: Source, follow_up: FollowUp) -> Snapshot:
    """Return `snapshot` with what could be learnt of the incidents that it no longer lists."""
    found = await asyncio.gather(*(follow_up(source, external_id) for external_id in missing))
    claims = tuple(ending for ending in found if isinstance(ending, Claim))
    gone = {
        external_id
        for (external_id, known), ending in zip(missing.items(), found, strict=True)
        if ending is Ending.GONE or (ending is Ending.UNREADABLE and _is_given_up(known, snapshot))
    }
    return replace(snapshot, incidents=snapshot.incidents + claims, gone=snapshot.gone | gone)


def _is_given_up(known: memory.Memory, snapshot: Snapshot) -> bool:
    return known.missing_since is not None and _taken_at(snapshot) - known.missing_since >= PATIENCE
