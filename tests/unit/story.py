"""An incident told by hand, line by line: what the vendor says, what a probe of ours sees, who presses a button."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from bot.core.courses import Record
from bot.core.fold import advance
from bot.model import (
    ChangeKind,
    ClaimView,
    Impact,
    Incident,
    Kind,
    SourceKind,
    State,
    TimelineEntry,
    Who,
)
from tests.unit.build import at, incident


@dataclass(slots=True)
class Story:
    """One incident of Acme's.  Every line is told in the minute that it names, counted from noon."""

    id: str = "acme-1"
    entries: list[TimelineEntry] = field(default_factory=list)
    incident: Incident | None = None
    at_first_look: bool = False

    @property
    def record(self) -> Record:
        assert self.incident is not None
        return Record(self.incident, tuple(self.entries))

    def vendor(
        self,
        minute: float,
        state: State = State.INVESTIGATING,
        *,
        kind: ChangeKind = ChangeKind.UPDATED,
        impact: Impact = Impact.MAJOR,
        text: str = "words",
        said: State | None = None,
        started: float | None = None,
        published: float | None = None,
        heard: float | None = None,
        of: Kind = Kind.INCIDENT,
    ) -> Story:
        """Let the vendor say something; we hear it a while later if `heard` says so."""
        before = self._view("feed|1")
        begun = started if started is not None else minute
        wrote = published if published is not None else minute
        view = ClaimView(
            key="feed|1",
            kind=of,
            title="Errors",
            state=state,
            impact=impact,
            started_at=before.started_at if before else at(begun),
            published_at=before.published_at if before else at(wrote),
            resolved_at=(before and before.resolved_at) or at(minute) if state.is_over else None,
        )
        return self._tell(minute, kind, view, text=text, said=said or (state if text else None), heard=heard)

    def probe(self, minute: float, *, fails: bool = True, name: str = "probe", since: float | None = None) -> Story:
        """Let a probe fail or pass."""
        return self._witness(minute, SourceKind.PROBE, name, fails, since)

    def people(self, minute: float, *, report: bool = True) -> Story:
        """Let people report it, or let the last report fade."""
        return self._witness(minute, SourceKind.PEOPLE, "people:acme", report, None)

    def presses(self, minute: float, who: str) -> Story:
        """Let somebody say that they are affected."""
        return self._tell(minute, ChangeKind.AFFECTED, None, who=Who.PERSON, author=who, person=who)

    def _witness(self, minute: float, teller: SourceKind, name: str, fails: bool, since: float | None) -> Story:  # noqa: FBT001  (what is seen, not a flag)
        before = self._view(f"{name}|{name}-trouble")
        start = before.started_at if before else at(minute if since is None else since)
        view = ClaimView(
            key=f"{name}|{name}-trouble",
            kind=Kind.SUSPECTED,
            title="API is failing",
            state=State.SUSPECTED if fails else State.RESOLVED,
            impact=Impact.MINOR,
            started_at=start,
            published_at=start,
            resolved_at=None if fails else at(minute),
            teller=teller,
            author=name,
        )
        kind = ChangeKind.SEEN if fails else ChangeKind.RESOLVED
        return self._tell(minute, kind, view, who=Who.PROBE, author=name)

    def _view(self, key: str) -> ClaimView | None:
        views = self.incident.claims if self.incident else ()
        return next((view for view in views if view.key == key), None)

    def _tell(
        self,
        minute: float,
        kind: ChangeKind,
        claim: ClaimView | None,
        *,
        who: Who = Who.VENDOR,
        author: str = "Acme",
        heard: float | None = None,
        **more: object,
    ) -> Story:
        before = self.incident
        if before is None:
            assert claim is not None
            begun = claim.started_at or at(minute)
            before = replace(
                incident(kind=claim.kind, state=claim.state, impact=claim.impact),
                id=self.id,
                started_at=begun,
                first_seen_at=at(minute if heard is None else heard),
                was_open_at_first_look=self.at_first_look,
            )
            kind = ChangeKind.OPENED
        entry = TimelineEntry(
            incident=self.id,
            seq=before.last_seq + 1,
            happened_at=at(minute),
            recorded_at=at(minute if heard is None else heard),
            who=who,
            author=author,
            kind=kind,
            state=before.state,
            impact=before.impact,
            claim=claim,
            **more,  # type: ignore[arg-type]  # whatever a line is about
        )
        self.incident = advance(before, entry)
        self.entries.append(replace(entry, state=self.incident.state, impact=self.incident.impact))
        return self
