"""What holds whatever a vendor does: every test here is a sentence about all histories."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core import replies, wording
from bot.core.claims import read_together
from bot.core.correlate import correlate
from bot.core.diff import diff
from bot.core.fold import fold
from bot.core.memory import apply, version_key
from bot.core.message import fingerprint
from bot.core.timeline import tell
from bot.model import Change, ChangeKind, Claim, ComponentStatus, Incident, Snapshot, State, TimelineEntry
from tests.unit.build import ACME, MIRROR
from tests.unit.desk import ENDINGS, Look
from tests.unit.vendor import HISTORIES, Show, Step, lived_through

# What people do, which no vendor brings about; tests/unit/test_actions.py lives through that.
OURS = {
    ChangeKind.ACKED,
    ChangeKind.UNACKED,
    ChangeKind.NOTED,
    ChangeKind.MUTED,
    ChangeKind.UNMUTED,
    ChangeKind.AFFECTED,
    ChangeKind.WORKS,
    ChangeKind.LINKED,
    ChangeKind.TAKEN,
    ChangeKind.ASSIGNED,
    ChangeKind.HANDED_OVER,
    ChangeKind.DECLARED,
    ChangeKind.JOINED,
    ChangeKind.LEFT,
    ChangeKind.REMINDED,
    ChangeKind.ESCALATED,
    ChangeKind.LAPSED,
    ChangeKind.NUDGED,
    ChangeKind.RELEASED,
    ChangeKind.SEEN,
    ChangeKind.WEIGHED,
    ChangeKind.SILENT,
    ChangeKind.BACKFILLED,
    ChangeKind.CARD,
    ChangeKind.FALLBACK_ON,
    ChangeKind.FALLBACK_OFF,
    ChangeKind.GROUPED,
    ChangeKind.UNGROUPED,
    ChangeKind.REPORTED,
}
# Brought about as well, but not in every hundred histories.
RARE = {ChangeKind.RETRACTED}
QUIET = {ComponentStatus.OPERATIONAL, ComponentStatus.UNKNOWN}


@given(HISTORIES)
def test_every_version_of_an_update_is_told_exactly_once(history: Sequence[Step]) -> None:
    _, looks = lived_through(history)

    for look in looks:
        assert Counter(look.texts) == Counter(news(look))
    assert all(times == 1 for times in Counter(versions(looks)).values())


def news(look: Look) -> list[str]:
    """The words that a look brought and that no earlier one had, of claims that belong to an incident."""
    return [
        update.body
        for claim in look.snapshot.incidents
        if claim.external_id in look.attached
        for update in claim.updates
        if update.body and version_key(update) not in seen_before(look, claim)
    ]


def seen_before(look: Look, claim: Claim) -> frozenset[str]:
    memory = look.known.claims.get(claim.external_id)
    return memory.seen if memory else frozenset()


def versions(looks: Iterable[Look]) -> list[str]:
    return [
        version_key(change.update)
        for look in looks
        for change in look.changes
        if change.update and change.claim.external_id in look.attachments
    ]


@given(HISTORIES)
def test_two_sources_of_one_page_say_everything_once(history: Sequence[Step]) -> None:
    desk, looks = lived_through(history, ACME, MIRROR)

    told = [(e.text, e.said) for entries in desk.timelines.values() for e in entries if e.text and not e.quiet]
    assert all(times == 1 for times in Counter(told).values())
    assert_each_end_is_said_once(looks)


@given(HISTORIES)
def test_timelines_are_numbered_from_one_without_gaps(history: Sequence[Step]) -> None:
    desk, _ = lived_through(history)

    for name, entries in desk.timelines.items():
        assert [entry.seq for entry in entries] == list(range(1, len(entries) + 1))
        assert desk.incidents[name].last_seq == len(entries)


@given(HISTORIES)
def test_what_is_open_on_the_page_is_open_here(history: Sequence[Step]) -> None:
    _, looks = lived_through(history)

    for look in looks:
        for claim in look.snapshot.incidents:
            if claim.is_open and claim.external_id in look.attached:
                assert look.after[look.attached[claim.external_id]].is_open
            assert not claim.is_open or claim.external_id in look.attached or claim.state is State.UNKNOWN


@given(HISTORIES)
def test_a_component_in_trouble_is_in_some_open_incident(history: Sequence[Step]) -> None:
    _, looks = lived_through(history)

    for look in looks:
        told = {c.id for incident in look.after.values() if incident.is_open for c in incident.components}
        silent = {c.id for claim in untold(look) for c in claim.components}
        troubled = {c.id for c in look.snapshot.components if c.status not in QUIET}
        assert troubled <= told | silent


@given(HISTORIES)
def test_an_open_incident_shows_its_components_as_the_page_does(history: Sequence[Step]) -> None:
    _, looks = lived_through(history)

    for look in looks:
        page = {c.id: c.status for c in look.snapshot.components if c.status is not ComponentStatus.UNKNOWN}
        listed = set(read_together(look.snapshot))
        for name, incident in look.after.items():
            claims = {n for n, i in look.attached.items() if i == name and look.remembered[n].claim.is_open}
            if claims and claims <= listed:
                affected = {c.id for view in incident.claims if not view.state.is_over for c in view.components}
                known = [c for c in incident.components if c.status is not ComponentStatus.UNKNOWN]
                shown = {c.id: c.status for c in known if c.id in affected}
                assert shown.items() <= (shown | page).items()


@given(HISTORIES)
def test_an_incident_knows_of_each_open_claim_what_the_page_says(history: Sequence[Step]) -> None:
    _, looks = lived_through(history)

    for look in looks:
        for name, claim in read_together(look.snapshot).items():
            if claim.is_open and name in look.attached:
                (view,) = (v for v in look.after[look.attached[name]].claims if v.key == f"acme|{name}")
                assert (view.title, view.state, view.impact) == (claim.title, claim.state, claim.impact)
                assert view.starts_at == claim.starts_at


def untold(look: Look) -> list[Claim]:
    """Open claims without a state that were old when we first looked: known, and not mentioned."""
    return [
        memory.claim
        for name, memory in look.remembered.items()
        if memory.claim.is_open and memory.claim.state is State.UNKNOWN and name not in look.attached
    ]


@given(HISTORIES)
def test_no_open_claim_ends_in_silence(history: Sequence[Step]) -> None:
    _, looks = lived_through(history)

    for look in looks:
        ended = {change.claim.external_id for change in look.changes if change.kind in ENDINGS}
        for name, memory in look.known.claims.items():
            if memory.claim.is_open and not look.remembered[name].claim.is_open:
                assert name in ended


@given(HISTORIES)
def test_an_incident_is_open_while_any_of_its_claims_is(history: Sequence[Step]) -> None:
    _, looks = lived_through(history)

    for look in looks:
        standing = {i for name, i in look.attached.items() if look.remembered[name].claim.is_open}
        assert {name for name, incident in look.after.items() if incident.is_open} == standing
        for incident in look.after.values():
            assert incident.is_open == any(not view.state.is_over for view in incident.claims)


@given(HISTORIES)
def test_each_end_is_said_once_and_aloud(history: Sequence[Step]) -> None:
    _, looks = lived_through(history)

    assert_each_end_is_said_once(looks)


def assert_each_end_is_said_once(looks: Iterable[Look]) -> None:
    for look in looks:
        for name, incident in look.after.items():
            before = look.before.get(name)
            ends = [entry for entry in look.of(name) if is_end(entry)]
            was_open = before is None or before.is_open
            begins_again = any(e.kind is ChangeKind.REOPENED and not e.quiet for e in look.of(name))
            assert len(ends) == int((was_open or begins_again) and not incident.is_open)


def is_end(entry: TimelineEntry) -> bool:
    still = any(t.subject == "still" for t in entry.transitions)
    return entry.kind in ENDINGS and entry.state.is_over and not still and not entry.quiet


@given(HISTORIES)
def test_an_incident_is_over_from_the_entry_that_says_so_until_one_opens_it_again(history: Sequence[Step]) -> None:
    desk, _ = lived_through(history)

    for entries in desk.timelines.values():
        for before, entry in pairwise(entries):
            if entry.state.is_over and not before.state.is_over:
                assert is_end(entry)
            if before.state.is_over and not entry.state.is_over:
                together = [e for e in entries if e.seq >= entry.seq and e.recorded_at == entry.recorded_at]
                assert ChangeKind.REOPENED in {e.kind for e in together}


@given(HISTORIES, st.randoms(use_true_random=False))
def test_the_order_within_a_snapshot_does_not_matter(history: Sequence[Step], dice: random.Random) -> None:
    _, looks = lived_through(history)

    for look in looks:
        shuffled = replace(
            look.snapshot,
            incidents=tuple(dice.sample(look.snapshot.incidents, len(look.snapshot.incidents))),
            components=tuple(dice.sample(look.snapshot.components, len(look.snapshot.components))),
        )
        assert judged(look, shuffled) == judged(look, look.snapshot)


def judged(look: Look, snapshot: Snapshot) -> tuple[list[str], Mapping[str, Incident]]:
    """Everything that follows from a snapshot, with lists of components put in order."""
    assert snapshot.taken_at is not None
    changes = diff(look.known, snapshot)
    attachments = correlate(changes, look.source, look.around, snapshot.taken_at)
    told = tell(changes, attachments, look.around.incidents, source=look.source, now=snapshot.taken_at)
    return sorted(repr(in_order(change)) for change in changes), {
        name: replace(
            incident,
            components=tuple(sorted(incident.components, key=repr)),
            claims=tuple(replace(v, components=tuple(sorted(v.components, key=repr))) for v in incident.claims),
        )
        for name, incident in told.incidents.items()
    }


def in_order(change: Change) -> Change:
    components = tuple(sorted(change.claim.components, key=repr))
    return replace(change, claim=replace(change.claim, components=components))


@given(HISTORIES)
def test_a_snapshot_taken_in_twice_tells_nothing_and_changes_nothing(history: Sequence[Step]) -> None:
    _, looks = lived_through(history)

    for look in looks:
        once = apply(look.known, look.snapshot)
        assert diff(once, look.snapshot) == ()
        assert apply(once, look.snapshot) == once


@given(HISTORIES)
def test_an_incident_is_the_fold_of_its_timeline(history: Sequence[Step]) -> None:
    desk, _ = lived_through(history)

    for name, incident in desk.incidents.items():
        entries = desk.timelines[name]
        assert fold(beginning(incident, entries[0]), entries) == incident
        for count, entry in enumerate(entries, start=1):
            so_far = fold(beginning(incident, entries[0]), entries[:count])
            assert (entry.state, entry.impact) == (so_far.state, so_far.impact)


def beginning(incident: Incident, opened: TimelineEntry) -> Incident:
    view = opened.claim
    assert view is not None
    assert opened.kind is ChangeKind.OPENED
    return Incident(
        id=incident.id,
        vendor=incident.vendor,
        name=incident.name,
        kind=view.kind,
        title=view.title,
        state=view.state,
        impact=view.impact,
        peak=view.impact,
        started_at=incident.started_at,
        first_seen_at=incident.first_seen_at,
        was_open_at_first_look=incident.was_open_at_first_look,
    )


@given(HISTORIES)
def test_the_first_look_tells_what_is_open_with_its_true_start_and_nothing_else(history: Sequence[Step]) -> None:
    _, looks = lived_through(history)

    for first in looks[:1]:
        now = first.snapshot.taken_at
        assert now is not None
        by_id = {claim.external_id: claim for claim in first.snapshot.incidents}
        assert not [name for name in first.attached if name in by_id and not by_id[name].is_open]
        assert Counter(e.incident for e in first.entries if e.kind is ChangeKind.OPENED) == Counter(list(first.after))
        for name, incident_id in first.attached.items():
            incident = first.after[incident_id]
            assert incident.was_open_at_first_look
            claim = by_id.get(name)
            start = now if claim is None else claim.starts_at or claim.started_at
            assert incident.started_at == start


@given(HISTORIES)
def test_a_look_that_fails_changes_nothing(history: Sequence[Step]) -> None:
    blind = [replace(step, show=Show.NO_LOOK) if step.show is Show.STALE else step for step in history]

    desk, _ = lived_through(history)
    other, _ = lived_through(blind)

    assert desk.timelines == other.timelines
    assert desk.incidents == other.incidents
    assert desk.claims == other.claims


@given(HISTORIES)
def test_everything_that_can_happen_can_be_said(history: Sequence[Step]) -> None:
    desk, _ = lived_through(history)

    for name, incident in desk.incidents.items():
        assert fingerprint(wording.root(incident)) == fingerprint(wording.root(replace(incident)))
        for entry in desk.timelines[name]:
            assert entry.quiet or replies.reply(entry, incident).headline


def test_the_simulated_vendor_brings_about_every_kind_of_entry() -> None:
    brought_about: set[ChangeKind] = set()

    @settings(max_examples=60)
    @given(HISTORIES)
    def live(history: Sequence[Step]) -> None:
        for look in lived_through(history)[1]:
            brought_about.update(look.kinds)

    live()

    assert brought_about | RARE == set(ChangeKind) - OURS
