"""The words in which unit tests speak: short makers of the nouns, with the minutes counted from noon."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot.model import (
    Action,
    Announcement,
    Asked,
    ChangeKind,
    Claim,
    ClaimView,
    Command,
    Component,
    ComponentStatus,
    Destination,
    Impact,
    Incident,
    Kind,
    Person,
    Snapshot,
    Source,
    State,
    TimelineEntry,
    Transition,
    Update,
    Who,
)

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
ACME = Source(key="acme", vendor="acme", name="Acme", format="statuspage", url="https://status.acme.example")
# The same page at another address.
MIRROR = replace(ACME, key="mirror", url="https://acme.statuspage.example")
CONSOLE = Destination("console")


def at(minutes: float) -> datetime:
    return NOON + timedelta(minutes=minutes)


def component(name: str, status: ComponentStatus = ComponentStatus.UNKNOWN) -> Component:
    return Component(name.lower(), name, status)


def fine(name: str) -> Component:
    return component(name, ComponentStatus.OPERATIONAL)


def degraded(name: str) -> Component:
    return component(name, ComponentStatus.DEGRADED_PERFORMANCE)


def down(name: str) -> Component:
    return component(name, ComponentStatus.MAJOR_OUTAGE)


def maintained(name: str) -> Component:
    return component(name, ComponentStatus.UNDER_MAINTENANCE)


def update(id: str, body: str, minute: float = 0, state: State = State.INVESTIGATING) -> Update:  # noqa: A002  (the word for it in a feed)
    return Update(id, state, body, at(minute))


def claim(
    id: str,  # noqa: A002  (the word for it in a feed)
    *updates: Update,
    title: str = "Errors",
    state: State = State.INVESTIGATING,
    impact: Impact = Impact.MINOR,
    kind: Kind = Kind.INCIDENT,
    components: Iterable[Component] = (),
    started: float | None = 0,
    published: float | None = None,
    resolved: float | None = None,
    window: tuple[float, float] | None = None,
) -> Claim:
    """Return what a page says of one incident; it was published when it began unless that is told too."""
    written = started if published is None else published
    return Claim(
        external_id=id,
        title=title,
        state=state,
        impact=impact,
        kind=kind,
        components=tuple(components),
        updates=updates,
        url=f"https://status.acme.example/incidents/{id}",
        started_at=None if started is None else at(started),
        published_at=None if written is None else at(written),
        resolved_at=None if resolved is None else at(resolved),
        starts_at=at(window[0]) if window else None,
        ends_at=at(window[1]) if window else None,
    )


def maintenance(
    id: str,  # noqa: A002  (the word for it in a feed)
    *updates: Update,
    state: State = State.SCHEDULED,
    components: Iterable[Component] = (),
    window: tuple[float, float] = (60, 120),
) -> Claim:
    return claim(
        id,
        *updates,
        title="Database upgrade",
        state=state,
        impact=Impact.MAINTENANCE,
        kind=Kind.MAINTENANCE,
        components=components,
        window=window,
    )


def snapshot(
    minute: float,
    *claims: Claim,
    components: Iterable[Component] = (),
    indicator: Impact = Impact.NONE,
    complete: bool = True,
    gone: Iterable[str] = (),
) -> Snapshot:
    return Snapshot(
        vendor="acme",
        format="statuspage",
        incidents=claims,
        components=tuple(components),
        indicator=indicator,
        complete_open_set=complete,
        gone=frozenset(gone),
        taken_at=at(minute),
    )


def quiet_page(minute: float, *names: str) -> Snapshot:
    """A page on which all is well; without names it has the one component API."""
    return snapshot(minute, components=[fine(name) for name in names or ("API",)])


def view(id: str, state: State = State.INVESTIGATING, impact: Impact = Impact.MINOR) -> ClaimView:  # noqa: A002  (the word for it in a feed)
    return ClaimView(key=f"acme|{id}", kind=Kind.INCIDENT, title="Errors", state=state, impact=impact)


def incident(
    *components: Component,
    vendor: str = "acme",
    kind: Kind = Kind.INCIDENT,
    impact: Impact = Impact.MINOR,
    state: State = State.INVESTIGATING,
    opened: float = 0,
) -> Incident:
    return Incident(
        id=f"{vendor}-1",
        vendor=vendor,
        name=vendor.capitalize(),
        kind=kind,
        title="Errors",
        state=state,
        impact=impact,
        peak=impact,
        started_at=at(opened),
        first_seen_at=at(opened),
        components=components,
    )


def entry(
    seq: int,
    text: str = "",
    *,
    kind: ChangeKind = ChangeKind.UPDATED,
    said: State | None = State.INVESTIGATING,
    state: State = State.INVESTIGATING,
    impact: Impact = Impact.MINOR,
    transitions: tuple[Transition, ...] = (),
    quiet: bool = False,
) -> TimelineEntry:
    """Return entry number `seq` of the incident `acme-1`, told in that minute."""
    return TimelineEntry(
        incident="acme-1",
        seq=seq,
        happened_at=at(seq),
        recorded_at=at(seq),
        who=Who.VENDOR,
        author="Acme",
        kind=kind,
        state=state,
        impact=impact,
        text=text,
        said=said,
        transitions=transitions,
        claim=view("1", state, impact),
        quiet=quiet,
    )


ONCALL = Person("fake", "1", "on-call")
LEAD = Person("fake", "2", "lead")


def asked(action: Action, by: Person = ONCALL, **rest: object) -> Asked:
    """Return what `by` asks for; `rest` is as in Command."""
    return Asked(command=Command(action=action, **rest), person=by)  # type: ignore[arg-type]  # whatever it is about


def announcement(destination: Destination = CONSOLE) -> Announcement:
    """Return the announcement of `acme-1` of which nothing has been posted yet."""
    return Announcement(id=1, incident="acme-1", destination=destination, due_at=NOON)
