"""A vendor or components that are muted: what that does to incidents, look by look, the minutes counted from noon."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core import converge, muting, replies
from bot.core.actions import act
from bot.core.fold import advance
from bot.core.message import plain
from bot.core.muting import Muting, settled
from bot.core.people import is_hushed, is_muted
from bot.core.timeline import Told
from bot.core.wording import root
from bot.model import Action, ChangeKind, Impact, Incident, State, TimelineEntry
from tests.unit.build import LEAD, ONCALL, announcement, asked, at, component, entry, incident
from tests.unit.burst import burst
from tests.unit.burst import one as a_member

ACME = Muting(vendor="acme", name="Acme", key=ONCALL.key, by="on-call", at=at(0), until=at(60), why="known", id=1)
GOOD = replace(ACME, until=None, for_good=True, id=2)
TO_THE_END = replace(ACME, until=None, id=3)
SORA = replace(ACME, parts=("Sora",), id=4)
CODEX = replace(ACME, parts=("Codex",), until=at(30), id=5)


def about(*names: str, **changed: object) -> Incident:
    one = replace(incident(), vendor="acme", components=tuple(map(component, names)), last_seq=1)
    return replace(one, **changed)  # type: ignore[arg-type]  # whatever a test is about


def after(one: Incident, *mutings: Muting, minute: float = 5) -> Incident:
    found = settled(one, mutings, at(minute))
    return advance(one, found) if found else one


def said(one: Incident, *mutings: Muting, minute: float = 5) -> str:
    found = settled(one, mutings, at(minute))
    return replies.reply(found, advance(one, found)).headline if found else ""


def test_what_is_open_is_muted_with_its_vendor_once_by_whoever_muted_that() -> None:
    one = after(about(), ACME)

    assert said(about(), ACME) == "Muted with Acme by on-call"
    assert one.muted is not None
    assert (one.muted.person, one.muted.until, one.muted.why) == (ONCALL.key, at(60), "known")
    assert settled(one, [ACME], at(6)) is None
    assert "Muted with Acme until 2026-03-01 13:00 UTC by on-call: known" in plain(root(one))


@pytest.mark.parametrize(
    "mute", [replace(ACME, vendor="other"), replace(ACME, removed_at=at(1)), replace(ACME, until=at(5))]
)
def test_what_is_another_s_or_over_mutes_nothing(mute: Muting) -> None:
    assert settled(about(), [mute], at(5)) is None


def test_it_is_over_to_the_second_and_that_is_said() -> None:
    one = after(about(), ACME)

    assert said(one, ACME, minute=59.99) == ""
    assert said(one, ACME, minute=60) == "The mute of Acme is over"
    assert after(one, ACME, minute=60).muted is None


def test_who_takes_it_back_is_named() -> None:
    one = after(about(), ACME)
    gone = replace(ACME, removed_at=at(7), removed_by="lead")

    assert said(one, gone, minute=7) == "Unmuted with Acme by lead"


def test_who_mutes_it_for_longer_mutes_it_anew() -> None:
    one = after(about(), ACME)
    longer = replace(ACME, id=9, by="lead", until=at(600))

    changed = after(one, replace(ACME, removed_at=at(7)), longer, minute=7)

    assert changed.muted is not None
    assert (changed.muted.name, changed.muted.until) == ("lead", at(600))


def test_what_was_unmuted_by_itself_stays_so() -> None:
    one = after(about(), ACME)

    alone = act(one, asked(Action.UNMUTE, LEAD), at(6)).incident

    assert alone.muted is None
    assert settled(alone, [ACME], at(6)) is None
    assert said(alone, ACME, GOOD, minute=6) == "Muted with Acme by on-call"


def test_a_mute_of_its_own_goes_before_and_its_vendors_comes_after_it() -> None:
    own = replace(about(), muted=replace(after(about(), ACME).muted, muting=0, of="", until=at(20)))  # type: ignore[type-var]

    assert settled(own, [ACME], at(10)) is None
    assert said(own, ACME, minute=20) == "Muted with Acme by on-call"
    found = settled(own, [], at(20))
    assert found is not None
    assert found.quiet


@pytest.mark.parametrize(
    ("parts", "mutings", "by"),
    [
        (("Sora",), [SORA], 4),
        (("Sora", "Codex"), [SORA], 0),
        (("Sora", "Codex"), [SORA, CODEX], 5),
        (("Sora",), [SORA, CODEX], 4),
        ((), [SORA, CODEX], 0),
        ((), [SORA, ACME], 1),
        (("Sora", "API"), [SORA, ACME, GOOD], 2),
    ],
)
def test_components_hush_what_touches_nothing_else(parts: Sequence[str], mutings: list[Muting], by: int) -> None:
    found = muting.that_hushes(about(*parts), mutings, at(5))

    assert (found.id if found else 0) == by


def test_what_comes_to_touch_more_is_told_again() -> None:
    one = replace(after(about("Sora"), SORA), components=(component("Sora"), component("API")))

    assert said(one, SORA, minute=6) == "No longer muted: it is not only about Acme (Sora)"


def told(one: Incident, *mutings: Muting, before: Incident | None = None) -> Told:
    opened = Told((entry(1, "We look into it.", kind=ChangeKind.OPENED),), {one.id: one})
    return muting.hushed(opened, {one.id: before} if before else {}, mutings, at(5))


def test_what_begins_while_its_vendor_is_muted_is_kept_and_told_nowhere() -> None:
    found = told(about(), ACME)
    (one,) = found.incidents.values()

    assert [(e.kind, e.hushed) for e in found.entries] == [(ChangeKind.OPENED, True), (ChangeKind.MUTED, True)]
    assert one.untold
    assert is_muted(one, at(6))
    assert step(one) is None


def step(one: Incident) -> object:
    return converge.next_step(announcement(), one, (), longest=3000)


def test_when_that_ends_and_it_goes_on_its_root_is_posted() -> None:
    (one,) = told(about(), ACME).incidents.values()

    heard = after(one, ACME, minute=60)

    assert not heard.untold
    assert step(heard) is not None


def test_what_was_over_before_that_is_never_told() -> None:
    (one,) = told(about(), ACME).incidents.values()
    over = replace(one, state=State.RESOLVED, resolved_at=at(20))
    later = advance(over, replace(entry(9, "Root cause.", kind=ChangeKind.POSTMORTEM), recorded_at=at(90), claim=None))

    assert settled(over, [ACME], at(60)) is None
    assert step(over) is None
    assert step(later) is None


@pytest.mark.parametrize(("mute", "is_told"), [(ACME, True), (GOOD, False)])
def test_what_begins_critical_is_told_unless_that_is_muted_for_good(*, mute: Muting, is_told: bool) -> None:
    found = told(about(impact=Impact.CRITICAL), mute)
    (one,) = found.incidents.values()

    assert (not one.untold, not found.entries[0].hushed, step(one) is not None) == (is_told,) * 3


@pytest.mark.parametrize(("mute", "is_told"), [(ACME, True), (TO_THE_END, True), (GOOD, False)])
def test_what_becomes_critical_says_so_unless_it_is_muted_for_good(*, mute: Muting, is_told: bool) -> None:
    (one,) = told(about(), mute).incidents.values()
    rise = replace(entry(3, "", kind=ChangeKind.UPDATED), recorded_at=at(10))
    worse = replace(one, impact=Impact.CRITICAL)

    assert is_hushed(one, worse, rise) is not is_told


@pytest.mark.parametrize(("mute", "is_heard"), [(ACME, False), (TO_THE_END, True), (GOOD, False)])
def test_an_end_is_heard_only_where_it_was_muted_until_then(*, mute: Muting, is_heard: bool) -> None:
    one = after(about(), mute)
    end = replace(entry(3, "", kind=ChangeKind.RESOLVED), recorded_at=at(10))
    over = replace(one, state=State.RESOLVED, muted=None if mute is TO_THE_END else one.muted)

    assert is_hushed(one, over, end) is not is_heard


def test_what_opens_again_while_its_vendor_is_muted_is_hushed_where_it_was_told() -> None:
    before = about(state=State.RESOLVED)

    found = told(about(), ACME, before=before)

    assert [one.hushed for one in found.entries] == [True, True]
    assert not found.incidents[before.id].untold


def test_what_is_open_already_is_left_to_whoever_looks_next() -> None:
    assert told(about(), ACME, before=about()).entries == (entry(1, "We look into it.", kind=ChangeKind.OPENED),)


MINUTES = st.integers(0, 100)
MUTINGS = st.lists(
    st.builds(
        lambda number, until, gone, good, parts: replace(
            ACME,
            id=number,
            until=None if good else at(until),
            for_good=good,
            removed_at=at(gone) if gone < 100 else None,
            removed_by="lead",
            parts=parts,
        ),
        st.integers(1, 9),
        MINUTES,
        st.integers(0, 200),
        st.booleans(),
        st.sampled_from([(), ("Sora",), ("Codex",)]),
    ),
    max_size=4,
    unique_by=lambda one: one.id,
)
PARTS = st.sampled_from([(), ("Sora",), ("Codex",), ("Sora", "Codex"), ("API", "Sora")])


@given(
    mutings=MUTINGS, parts=PARTS, minutes=st.lists(MINUTES, min_size=1, max_size=6).map(sorted), is_new=st.booleans()
)
def test_one_look_settles_it_and_it_is_muted_just_while_something_mutes_it(
    *, mutings: list[Muting], parts: tuple[str, ...], minutes: list[int], is_new: bool
) -> None:
    one = about(*parts)
    if is_new:
        (one,) = told(one, *mutings).incidents.values()
    for minute in minutes:
        known = [m if m.removed_at and m.removed_at <= at(minute) else replace(m, removed_at=None) for m in mutings]
        one = after(one, *known, minute=minute)

        assert settled(one, known, at(minute)) is None
        assert is_muted(one, at(minute)) == (muting.that_hushes(one, known, at(minute)) is not None)
        assert not one.untold or is_muted(one, at(minute))


def deed(one: Incident, minute: float, **said_: object) -> TimelineEntry:
    (found,) = act(one, asked(Action.MUTE, ONCALL, **said_), at(minute)).entries
    return found


def test_an_incident_may_be_muted_for_good_which_its_end_does_not_end() -> None:
    one = advance(about(), deed(about(), 1, when="for good"))
    ended = advance(one, replace(entry(3, "Done.", kind=ChangeKind.RESOLVED), recorded_at=at(9), claim=None))

    assert "Muted for good by on-call" in plain(root(one))
    assert ended.muted is not None
    assert is_hushed(one, ended, replace(entry(3, "", kind=ChangeKind.RESOLVED), recorded_at=at(9)))
    assert settled(one, [], at(10_000)) is None


def test_many_at_once_are_muted_with_their_vendor_once_for_all() -> None:
    of_all, _ = burst(a_member("x"), a_member("y"))

    assert said(of_all, ACME) == "Muted with Acme by on-call"
    assert after(of_all, ACME).muted is not None


def test_many_of_which_some_are_another_vendors_go_on_being_heard() -> None:
    of_all, _ = burst(a_member("x", runs_on="acme"), a_member("y", vendor="beta", runs_on="acme"))

    assert of_all.cause == "acme"
    assert settled(of_all, [ACME], at(5)) is None


def test_many_that_were_muted_with_their_vendor_are_heard_once_another_vendors_has_come() -> None:
    of_all, _ = burst(a_member("x"), a_member("y"))
    muted = after(of_all, ACME)
    others, _ = burst(a_member("z", vendor="beta"), a_member("w", vendor="beta"))
    grown = replace(muted, members=(*muted.members, others.members[0]))

    assert after(grown, ACME).muted is None


def test_many_are_muted_with_a_component_where_all_of_them_are_about_it() -> None:
    all_of_it, _ = burst(a_member("x", part="Sora"), a_member("y", part="Sora"))
    some_of_it, _ = burst(a_member("x", part="Sora"), a_member("y", part="Codex"))

    assert after(all_of_it, SORA).muted is not None
    assert after(some_of_it, SORA).muted is None
