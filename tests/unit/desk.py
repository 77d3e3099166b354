"""Our own side of the story: what `bot.loops.take_in` and the store do, kept in memory."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import Enum

from bot.core.actions import Acted, act
from bot.core.claims import read_together
from bot.core.correlate import Attachment, Surroundings, correlate
from bot.core.diff import diff
from bot.core.evidence import Panel, weighed
from bot.core.fold import advance
from bot.core.health import Health, missed, seen
from bot.core.hosting import LATE_WORD, RELAPSE
from bot.core.memory import Known, Memory, apply, awaited
from bot.core.timeline import Told, tell
from bot.core.witnesses import is_witness
from bot.model import Asked, Change, ChangeKind, Claim, Incident, Kind, Snapshot, Source, TimelineEntry
from tests.unit.build import ACME, at

# As in bot.loops.take_in.
PATIENCE = timedelta(minutes=10)

ENDINGS = frozenset({ChangeKind.RESOLVED, ChangeKind.WITHDRAWN, ChangeKind.MERGED})


class Ending(Enum):
    GONE = "gone"
    UNREADABLE = "unreadable"


LookUp = Callable[[str], Claim | Ending]


def gone(external_id: str) -> Ending:
    return Ending.GONE


def unreadable(external_id: str) -> Ending:
    return Ending.UNREADABLE


def found(*claims: Claim) -> LookUp:
    """Each of `claims` can still be read on a page of its own; nothing else can."""
    by_id = {claim.external_id: claim for claim in claims}
    return lambda external_id: by_id.get(external_id, Ending.GONE)


@dataclass(frozen=True, slots=True)
class Look:
    """One snapshot (with what was looked up), all that it was judged by, and what came of it."""

    source: Source
    snapshot: Snapshot
    known: Known
    around: Surroundings
    changes: tuple[Change, ...]
    attachments: Mapping[str, Attachment]
    entries: tuple[TimelineEntry, ...]
    before: Mapping[str, Incident]
    after: Mapping[str, Incident]
    remembered: Mapping[str, Memory]
    attached: Mapping[str, str]

    @property
    def kinds(self) -> list[ChangeKind]:
        return [entry.kind for entry in self.entries]

    @property
    def loud(self) -> list[ChangeKind]:
        return [entry.kind for entry in self.entries if not entry.quiet]

    @property
    def texts(self) -> list[str]:
        return [entry.text for entry in self.entries if entry.text]

    def of(self, incident: str) -> list[TimelineEntry]:
        return [entry for entry in self.entries if entry.incident == incident]


@dataclass(slots=True)
class Desk:
    """All that we remember of one vendor.  `incidents` are in the order in which they began."""

    incidents: dict[str, Incident] = field(default_factory=dict)
    timelines: dict[str, list[TimelineEntry]] = field(default_factory=dict)
    health: dict[str, Health] = field(default_factory=dict)
    claims: dict[tuple[str, str], Memory] = field(default_factory=dict)
    attached: dict[tuple[str, str], str] = field(default_factory=dict)
    panel: Panel = field(default_factory=Panel)

    @property
    def incident(self) -> Incident:
        """The only incident there is."""
        (only,) = self.incidents.values()
        return only

    @property
    def open(self) -> list[Incident]:
        return [incident for incident in self.incidents.values() if incident.is_open]

    @property
    def kinds(self) -> list[ChangeKind]:
        """The kinds of all entries of the only incident."""
        return [entry.kind for entry in self.timelines[self.incident.id]]

    def misses(self, minute: float, source: Source = ACME) -> None:
        """Live through a look that failed: there is no snapshot to judge."""
        self.health[source.key] = missed(self.health.get(source.key, Health()), "HTML with status 200", at(minute))

    def sees(self, snapshot: Snapshot, look_up: LookUp = unreadable, source: Source = ACME) -> Look:
        """Take in one snapshot."""
        now = snapshot.taken_at
        assert now is not None
        known, around = self._gather(source, snapshot)
        snapshot = _with_endings(snapshot, known, look_up)
        changes = diff(known, snapshot)
        attachments = correlate(changes, source, around, now)
        baseline = known.first_look is None and not is_witness(source)
        told = tell(changes, attachments, around.incidents, source=source, now=now, baseline=baseline)
        told = self._weighed(told, now)
        before = dict(self.incidents)
        for external_id, memory in apply(known, snapshot).claims.items():
            self.claims[source.key, external_id] = memory
            if external_id in attachments:
                self.attached[source.key, external_id] = attachments[external_id].incident
        self.incidents |= told.incidents
        for entry in told.entries:
            self.timelines.setdefault(entry.incident, []).append(entry)
        self.health[source.key] = seen(self.health.get(source.key, Health()), now)
        return Look(
            source=source,
            snapshot=snapshot,
            known=known,
            around=around,
            changes=changes,
            attachments=attachments,
            entries=told.entries,
            before=before,
            after=dict(self.incidents),
            remembered={name: memory for (key, name), memory in self.claims.items() if key == source.key},
            attached={name: incident for (key, name), incident in self.attached.items() if key == source.key},
        )

    def weighs(self, minute: float) -> list[TimelineEntry]:
        """Let the witnesses of every open incident be weighed, as the loop does."""
        told = self._weighed(Told((), {i.id: i for i in self.open}), at(minute))
        self.incidents |= told.incidents
        for entry in told.entries:
            self.timelines[entry.incident].append(entry)
        return list(told.entries)

    def _weighed(self, told: Told, now: datetime) -> Told:
        found = (weighed(incident, self.panel, now) for incident in told.incidents.values())
        entries = {entry.incident: entry for entry in found if entry is not None}
        after = {name: advance(i, entries[name]) if name in entries else i for name, i in told.incidents.items()}
        return Told((*told.entries, *entries.values()), after)

    def acts(self, asked: Asked, minute: float, name: str | None = None) -> Acted:
        """Let somebody act on an incident: on the only one, unless it is named."""
        incident = self.incidents[name] if name else self.incident
        acted = act(incident, asked, at(minute), self.timelines[incident.id][-20:])
        self.incidents[incident.id] = acted.incident
        self.timelines[incident.id] += acted.entries
        return acted

    def _gather(self, source: Source, snapshot: Snapshot) -> tuple[Known, Surroundings]:
        """Only what the store would read: what is open or listed, and the incidents around it."""
        listed = read_together(snapshot)
        claims = {
            name: memory
            for (key, name), memory in self.claims.items()
            if key == source.key and (memory.claim.is_open or name in listed)
        }
        attached = {name: self.attached[source.key, name] for name in claims if (source.key, name) in self.attached}
        siblings = {
            name: incident for (key, name), incident in self.attached.items() if key != source.key and name in listed
        }
        wanted = {*attached.values(), *siblings.values()}
        now = snapshot.taken_at or at(0)
        incidents = {name: i for name, i in self.incidents.items() if is_around(i, now) or name in wanted}
        health = self.health.get(source.key, Health())
        return (
            Known(health.first_look, health.last_look, claims, frozenset(claims.keys() - attached.keys())),
            Surroundings(attached=attached, siblings=siblings, incidents=incidents),
        )


def is_around(incident: Incident, now: datetime) -> bool:
    """Whether the store would find an incident of the same vendor, as `bot.store.incidents` does."""
    ended = incident.resolved_at
    span = LATE_WORD if incident.kind is Kind.SUSPECTED else RELAPSE
    return incident.is_open or (ended is not None and ended >= now - span)


def _with_endings(snapshot: Snapshot, known: Known, look_up: LookUp) -> Snapshot:
    endings = {external_id: look_up(external_id) for external_id in awaited(known, snapshot)}
    claims = tuple(ending for ending in endings.values() if isinstance(ending, Claim))
    gone = {
        external_id
        for external_id, ending in endings.items()
        if ending is Ending.GONE or (ending is Ending.UNREADABLE and _is_given_up(known.claims[external_id], snapshot))
    }
    return replace(snapshot, incidents=snapshot.incidents + claims, gone=snapshot.gone | gone)


def _is_given_up(memory: Memory, snapshot: Snapshot) -> bool:
    assert snapshot.taken_at is not None
    return memory.missing_since is not None and snapshot.taken_at - memory.missing_since >= PATIENCE
