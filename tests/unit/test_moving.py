"""What goes on when a page has moved, and what does not."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.core.claims import read_together
from bot.core.diff import diff
from bot.core.memory import Known, Memory, apply
from bot.core.moving import Move, moved
from bot.model import ChangeKind, Claim, Component, ComponentStatus, Kind, Snapshot, State, Update

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
API = Component("old-api", "API", ComponentStatus.MAJOR_OUTAGE)
OLD = Claim(
    external_id="old",
    title="Errors",
    state=State.INVESTIGATING,
    started_at=NOON,
    components=(API,),
    updates=(Update("u1", State.INVESTIGATING, "Some fail.", NOON),),
)


def known(*claims: Claim) -> Known:
    return apply(Known(NOON, NOON), Snapshot(vendor="acme", format="x", incidents=claims, taken_at=NOON))


def page(*claims: Claim, components: tuple[Component, ...] = ()) -> Snapshot:
    return Snapshot(
        vendor="acme",
        format="y",
        incidents=claims,
        components=components,
        complete_open_set=True,
        taken_at=NOON + timedelta(hours=1),
    )


def after(snapshot: Snapshot, *claims: Claim) -> Move:
    return moved(known(*claims), snapshot, read_together(snapshot), "acme")


def test_the_same_title_within_a_day_is_the_same_incident() -> None:
    heir = replace(OLD, external_id="new", title=" ERRORS", started_at=NOON + timedelta(hours=3), updates=())

    assert after(page(heir), OLD).names == {"old": "new"}


@pytest.mark.parametrize(
    "other",
    [
        {"title": "Mail is late", "started_at": NOON + timedelta(hours=3)},
        {"started_at": NOON + timedelta(days=2)},
        {"kind": Kind.MAINTENANCE},
        {"title": "Mail is late", "components": (Component("m", "Mail"),)},
    ],
)
def test_what_is_unlike_is_another_one(other: dict[str, object]) -> None:
    move = after(page(replace(OLD, external_id="new", **other)), OLD)  # type: ignore[arg-type]  # fields by name

    assert not move.names
    assert not move.gone


def test_what_began_in_the_same_minute_at_the_same_part_is_the_same_under_another_title() -> None:
    heir = replace(OLD, external_id="new", title="API errors", components=(Component("new-api", "api"),))

    assert after(page(heir), OLD).names == {"old": "new"}


def test_each_has_one_heir() -> None:
    twin = replace(OLD, external_id="older")
    move = after(page(replace(OLD, external_id="new")), OLD, twin)

    assert len(move.names) == 1


def test_where_an_id_is_found_again_nothing_has_moved() -> None:
    before = known(OLD, replace(OLD, external_id="ended meanwhile"))
    snapshot = page(OLD)

    assert moved(before, snapshot, read_together(snapshot), "acme") == Move(before)


def test_what_a_window_does_not_list_is_gone() -> None:
    window = replace(page(), complete_open_set=False)

    assert after(window, OLD).gone == {"old"}


def test_what_had_been_said_is_not_news_and_what_comes_later_is() -> None:
    said = Update("n1", State.INVESTIGATING, "Some fail.", NOON + timedelta(seconds=30))
    news = Update("n2", State.IDENTIFIED, "A bad deploy.", NOON + timedelta(minutes=5))
    heir = replace(OLD, external_id="new", state=State.IDENTIFIED, updates=(said, news), components=())
    snapshot = page(heir, components=(Component("new-api", "API", ComponentStatus.MAJOR_OUTAGE),))
    changes = diff(after(snapshot, OLD).known, snapshot)

    assert [change.update for change in changes if change.update] == [news]


def test_what_was_open_on_a_page_that_moved_is_closed_under_its_old_name() -> None:
    snapshot = page(replace(OLD, external_id="new"))
    move = after(snapshot, OLD)

    assert isinstance(move.left["old"], Memory)
    assert not move.left["old"].claim.is_open
    assert diff(apply(move.known, snapshot), snapshot) == ()


def test_what_a_page_that_has_moved_says_under_new_names_is_not_taken_back() -> None:
    minutes = [NOON + timedelta(minutes=10 * number) for number in range(3)]
    told = [Update(f"u{number}", State.INVESTIGATING, f"Words {number}.", at) for number, at in enumerate(minutes)]
    before, claim = replace(OLD, updates=tuple(told)), replace(OLD, external_id="new")
    heir = replace(claim, updates=tuple(replace(one, id=f"v{number}") for number, one in enumerate(told)))
    snapshot = page(heir)
    move = after(snapshot, before)
    changes = diff(move.known, snapshot, read_together(snapshot))

    assert [change for change in changes if change.kind is ChangeKind.RETRACTED] == []
    # What it takes back there is told.
    later = replace(
        page(replace(heir, updates=heir.updates[:1] + heir.updates[2:])), taken_at=NOON + timedelta(hours=2)
    )
    changes = diff(apply(move.known, snapshot), later, read_together(later))
    assert [change.transitions[0].before for change in changes if change.kind is ChangeKind.RETRACTED] == ["Words 1."]
