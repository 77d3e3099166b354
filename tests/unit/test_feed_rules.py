"""The rules about feeds that were learnt the hard way, an example each."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest

from bot.core import health, replies
from bot.core.claims import read_together
from bot.core.health import Health, Notice, doubt
from bot.model import ChangeKind, Component, ComponentStatus, Impact, Kind, Source, State
from tests.unit.build import (
    at,
    claim,
    degraded,
    down,
    fine,
    maintained,
    maintenance,
    quiet_page,
    snapshot,
    update,
)
from tests.unit.desk import Desk, found, gone, unreadable

BEGUN = update("u1", "Some requests fail.", 1)
FOUND = update("u2", "We found the cause.", 5, State.IDENTIFIED)
OVER = update("u3", "All is well again.", 9, State.RESOLVED)
RESOLVED = claim("i1", BEGUN, OVER, state=State.RESOLVED, started=1, resolved=9)


def watching(*names: str) -> Desk:
    """A desk that has seen the page once, when all was well."""
    desk = Desk()
    desk.sees(quiet_page(0, *names))
    return desk


# 1. Unknown is never green.


def test_a_page_without_components_where_there_were_some_is_not_believed() -> None:
    assert doubt(None, had_components=True, snapshot=snapshot(1)) is not None


def test_another_page_at_the_same_address_is_not_believed() -> None:
    other = replace(quiet_page(1), page_id="other")

    assert doubt("acme", had_components=True, snapshot=other) is not None
    assert doubt("other", had_components=True, snapshot=other) is None


def test_a_window_may_well_be_empty() -> None:
    assert doubt(None, had_components=True, snapshot=snapshot(1, complete=False)) is None


def test_more_open_incidents_than_anybody_could_read_are_not_believed() -> None:
    open_ones = [claim(f"i{number}", BEGUN) for number in range(health.MOST_OPEN + 1)]

    assert doubt(None, had_components=False, snapshot=snapshot(1, *open_ones[1:], RESOLVED)) is None
    assert "1,001 troubles" in (doubt(None, had_components=False, snapshot=snapshot(1, *open_ones)) or "")


def test_more_components_in_trouble_than_anybody_could_read_of_are_not_believed() -> None:
    ill = [Component(f"c{n}", f"Part {n}", ComponentStatus.MAJOR_OUTAGE) for n in range(health.MOST_OPEN + 1)]
    alone, listed = snapshot(1, components=ill), snapshot(1, claim("i1", BEGUN, components=ill), components=ill)

    assert "1,001 troubles" in (doubt(None, had_components=True, snapshot=alone) or "")
    assert doubt(None, had_components=True, snapshot=snapshot(1, components=ill[1:])) is None
    assert doubt(None, had_components=True, snapshot=listed) is None


def test_a_lost_source_is_told_once_and_so_is_its_return() -> None:
    states = [health.seen(Health(), at(0))]
    for minute in (1, 2, 3, 4):
        states.append(health.missed(states[-1], "HTTP 503", at(minute)))
    states.append(health.seen(states[-1], at(5)))
    told = [health.notice(before, after) for before, after in pairwise(states)]

    assert told == [None, Notice.LOST, None, None, Notice.BACK]


def test_the_time_that_nobody_watched_is_known_once_it_has_ended() -> None:
    lost = health.missed(health.missed(health.seen(Health(), at(0)), "HTTP 503", at(1)), "HTTP 503", at(2))

    gap = health.gap(lost, health.seen(lost, at(7)))

    assert gap == health.Gap(at(0), at(7), "HTTP 503")


def test_a_source_in_trouble_is_looked_at_more_often_and_a_failing_one_less_and_less() -> None:
    half_a_minute = timedelta(seconds=30)
    well = health.seen(Health(), at(0))
    calm = health.next_look(well, at(0), half_a_minute, in_trouble=False, chance=0.5)
    alert = health.next_look(well, at(0), half_a_minute, in_trouble=True, chance=0.5)
    failing = Health(failures=9, failing_since=at(0))
    late = health.next_look(failing, at(0), half_a_minute, in_trouble=True, chance=0.5)

    assert calm == at(0.5)
    assert timedelta(seconds=10) <= alert - at(0) <= timedelta(seconds=15)
    assert late - at(0) > timedelta(minutes=3)


# 2. The first snapshot is a baseline.


def test_at_the_first_look_only_what_is_open_is_told_with_its_true_start() -> None:
    desk = Desk()

    look = desk.sees(snapshot(30, claim("i2", BEGUN, started=-90), RESOLVED))

    assert look.kinds == [ChangeKind.OPENED, ChangeKind.UPDATED]
    assert desk.incident.started_at == at(-90)
    assert desk.incident.was_open_at_first_look


def test_an_old_item_that_tells_no_state_is_history_at_the_first_look() -> None:
    old = claim("i1", update("u1", "Something was up.", -60 * 30, State.UNKNOWN), state=State.UNKNOWN, started=-60 * 30)

    assert Desk().sees(snapshot(0, old, complete=False)).kinds == []


@pytest.mark.parametrize(("begins", "told"), [(47, True), (49, False)])
def test_a_maintenance_of_some_later_week_is_no_news_at_the_first_look(begins: int, *, told: bool) -> None:
    planned = maintenance("m1", window=(begins * 60, begins * 60 + 60))

    assert (ChangeKind.OPENED in Desk().sees(snapshot(0, planned)).kinds) is told


def test_a_maintenance_that_was_no_news_is_told_when_it_begins() -> None:
    desk = Desk()
    desk.sees(snapshot(0, maintenance("m1", window=(6000, 6060))))

    look = desk.sees(snapshot(6001, maintenance("m1", state=State.IN_PROGRESS, window=(6000, 6060))))

    assert look.kinds[0] is ChangeKind.OPENED
    assert desk.incident.state is State.IN_PROGRESS


def test_a_maintenance_that_was_no_news_is_told_two_days_before_it_begins_and_once() -> None:
    desk = Desk()
    planned = maintenance("m1", BEGUN, window=(6000, 6060))
    desk.sees(snapshot(0, planned))

    looks = [desk.sees(snapshot(minute, planned)) for minute in (60, 6000 - 48 * 60, 5900)]

    assert [look.kinds for look in looks] == [[], [ChangeKind.OPENED, ChangeKind.UPDATED], []]
    assert desk.incident.state is State.SCHEDULED


# 3. Vanished incidents are looked up.


def test_a_vanished_incident_is_told_with_the_words_that_ended_it() -> None:
    desk = watching()
    desk.sees(snapshot(2, claim("i1", BEGUN, started=1)))

    look = desk.sees(quiet_page(10), found(RESOLVED))

    assert look.kinds == [ChangeKind.RESOLVED]
    assert look.texts == ["All is well again."]
    assert desk.incident.resolved_at == at(9)


def test_a_vanished_incident_that_nobody_has_any_more_is_withdrawn() -> None:
    desk = watching()
    desk.sees(snapshot(2, claim("i1", BEGUN, started=1)))

    look = desk.sees(quiet_page(10), gone)

    assert look.kinds == [ChangeKind.WITHDRAWN]
    assert not desk.incident.is_open


def test_a_vanished_incident_that_can_not_be_looked_up_stays_open_for_a_while() -> None:
    desk = watching()
    desk.sees(snapshot(2, claim("i1", BEGUN, started=1)))

    soon = [desk.sees(quiet_page(minute), unreadable).kinds for minute in (3, 5, 12)]
    late = desk.sees(quiet_page(14), unreadable).kinds

    assert soon == [[], [], []]
    assert late == [ChangeKind.WITHDRAWN]


# 4. A window that forgets changes nothing.


def test_a_window_that_forgets_an_incident_says_nothing_of_its_end() -> None:
    desk = Desk()
    desk.sees(snapshot(2, claim("i1", BEGUN, started=1), complete=False))

    assert desk.sees(snapshot(3, complete=False), gone).kinds == []
    assert desk.incident.is_open


def test_an_update_that_is_withdrawn_and_shown_again_is_told_once() -> None:
    desk = watching()
    looks = [
        desk.sees(snapshot(minute, claim("i1", *updates, started=1)))
        for minute, updates in ((2, (BEGUN, FOUND)), (3, (BEGUN,)), (4, (BEGUN, FOUND)))
    ]

    assert [look.texts for look in looks] == [["Some requests fail.", "We found the cause."], [], []]


# 5. An edit keeps the id.


def test_an_edited_update_is_told_with_what_it_said_before() -> None:
    desk = watching()
    desk.sees(snapshot(2, claim("i1", BEGUN, started=1)))

    look = desk.sees(snapshot(3, claim("i1", replace(BEGUN, body="Most requests fail."), started=1)))
    (edited,) = look.entries

    assert edited.kind is ChangeKind.EDITED
    assert (edited.text, edited.transitions[0].before) == ("Most requests fail.", "Some requests fail.")


def test_an_edit_that_is_taken_back_and_made_again_is_told_once() -> None:
    desk = watching()
    other = replace(BEGUN, body="Most requests fail.")
    desk.sees(snapshot(2, claim("i1", BEGUN, started=1)))

    looks = [desk.sees(snapshot(3 + n, claim("i1", words, started=1))) for n, words in enumerate((other, BEGUN, other))]

    assert [look.kinds for look in looks] == [[ChangeKind.EDITED], [], []]


def test_an_update_that_loses_its_words_is_not_edited() -> None:
    desk = watching()
    desk.sees(snapshot(2, claim("i1", BEGUN, started=1)))

    assert desk.sees(snapshot(3, claim("i1", replace(BEGUN, body=""), started=1))).kinds == []


# 6. Severity.


def test_an_incident_is_as_bad_as_its_worst_component() -> None:
    desk = watching("API")

    desk.sees(snapshot(2, claim("i1", impact=Impact.MINOR, components=[down("API")]), components=[down("API")]))

    assert desk.incident.impact is Impact.MAJOR


def test_an_indicator_that_is_lower_than_the_incident_lowers_nothing() -> None:
    desk = watching()

    desk.sees(snapshot(2, claim("i1", impact=Impact.CRITICAL), indicator=Impact.NONE))

    assert desk.incident.impact is Impact.CRITICAL


def test_an_indicator_counts_for_the_only_open_incident_and_for_none_of_several() -> None:
    alone = read_together(snapshot(1, claim("i1"), indicator=Impact.MAJOR))
    several = read_together(snapshot(1, claim("i1"), claim("i2"), indicator=Impact.MAJOR))

    assert alone["i1"].impact is Impact.MAJOR
    assert {one.impact for one in several.values()} == {Impact.MINOR}


def test_an_incident_without_impact_is_an_incident() -> None:
    desk = watching()

    assert ChangeKind.OPENED in desk.sees(snapshot(2, claim("i1", impact=Impact.NONE))).kinds


def test_a_rise_and_a_fall_of_the_impact_are_told() -> None:
    desk = watching()
    impacts = (Impact.MINOR, Impact.CRITICAL, Impact.MAJOR)
    looks = [desk.sees(snapshot(n + 1, claim("i1", impact=impact))) for n, impact in enumerate(impacts)]

    assert [look.kinds for look in looks[1:]] == [[ChangeKind.IMPACT_CHANGED]] * 2
    assert (desk.incident.impact, desk.incident.peak) == (Impact.MAJOR, Impact.CRITICAL)


# 7. The key is (incident, subject, transition).


def test_a_component_that_joins_later_is_told_in_the_same_thread() -> None:
    desk = watching("API", "Login")
    desk.sees(snapshot(2, claim("i1", components=[degraded("API")]), components=[degraded("API"), fine("Login")]))

    both = [degraded("API"), degraded("Login")]
    look = desk.sees(snapshot(3, claim("i1", components=both), components=both))

    assert look.kinds == [ChangeKind.COMPONENTS_CHANGED]
    assert look.entries[0].incident == desk.incident.id


def test_a_new_title_is_the_same_incident() -> None:
    desk = watching()
    desk.sees(snapshot(2, claim("i1", title="Errors")))

    look = desk.sees(snapshot(3, claim("i1", title="Outage")))

    assert look.kinds == [ChangeKind.RENAMED]
    assert desk.incident.title == "Outage"


# 8. A component can be in trouble alone.


def test_a_component_alone_is_an_incident_and_the_vendor_s_own_joins_it() -> None:
    desk = watching("API")
    alone = desk.sees(snapshot(2, components=[degraded("API")]))

    joined = desk.sees(
        snapshot(9, claim("i1", BEGUN, started=8, components=[degraded("API")]), components=[degraded("API")])
    )

    assert alone.kinds == [ChangeKind.OPENED]
    assert joined.loud == [ChangeKind.ACKNOWLEDGED, ChangeKind.UPDATED]
    assert desk.incident.kind is Kind.INCIDENT
    assert desk.incident.first_seen_at == at(2)


def test_components_that_fail_together_are_one_incident() -> None:
    desk = watching("API", "Login")
    desk.sees(snapshot(2, components=[degraded("API"), fine("Login")]))

    look = desk.sees(snapshot(9, components=[degraded("API"), down("Login")]))

    assert look.kinds == [ChangeKind.COMPONENTS_CHANGED]
    assert desk.incident.title == "API, Login"


@pytest.mark.parametrize(("again", "incidents"), [(30, 1), (45, 2)])
def test_a_component_that_flickers_goes_on_with_the_trouble_it_had(again: float, incidents: int) -> None:
    desk = watching("API")
    desk.sees(snapshot(2, components=[degraded("API")]))
    desk.sees(quiet_page(5))

    desk.sees(snapshot(again, components=[degraded("API")]))

    assert len(desk.incidents) == incidents


def test_a_component_that_an_incident_names_but_does_not_list_belongs_to_it() -> None:
    desk = watching("API", "Webhooks")
    named = claim("i1", title="Incident with API and Webhooks", components=[degraded("API")])

    desk.sees(snapshot(2, named, components=[degraded("API"), degraded("Webhooks")]))

    assert {component.name for component in desk.incident.components} == {"API", "Webhooks"}


def test_an_incident_that_lists_nothing_may_explain_any_component() -> None:
    desk = watching("API")

    desk.sees(snapshot(2, claim("i1"), components=[degraded("API")]))

    assert [component.name for component in desk.incident.components] == ["API"]


def test_a_maintenance_explains_only_what_is_under_maintenance() -> None:
    desk = watching("API", "Login")
    going_on = maintenance("m1", state=State.IN_PROGRESS, window=(1, 60))

    desk.sees(snapshot(2, going_on, components=[maintained("API"), down("Login")]))

    assert {tuple(c.name for c in incident.components) for incident in desk.open} == {("API",), ("Login",)}


def test_a_maintenance_that_takes_its_component_down_says_how_bad_it_is() -> None:
    desk = watching("API")
    desk.sees(snapshot(2, maintenance("m1", state=State.IN_PROGRESS, components=[maintained("API")], window=(1, 60))))

    look = desk.sees(
        snapshot(
            3,
            maintenance("m1", state=State.IN_PROGRESS, components=[down("API")], window=(1, 60)),
            components=[down("API")],
        )
    )

    assert ChangeKind.IMPACT_CHANGED in look.kinds
    assert desk.incident.impact is Impact.MAJOR


def test_a_component_alone_that_gets_worse_is_told_to_the_whole_channel() -> None:
    desk = watching("API")
    desk.sees(snapshot(2, components=[degraded("API")]))

    (entry,) = desk.sees(snapshot(3, components=[down("API")])).entries

    assert entry.kind is ChangeKind.COMPONENT_CHANGED
    assert replies.is_broadcast(entry)


def test_an_indicator_that_nothing_explains_is_an_incident_until_something_does() -> None:
    desk = watching("API")
    alone = desk.sees(snapshot(2, components=[fine("API")], indicator=Impact.MAJOR))

    calm = desk.sees(quiet_page(4))

    assert alone.kinds == [ChangeKind.OPENED]
    assert calm.kinds == [ChangeKind.RESOLVED]


def test_what_the_vendor_calls_over_stays_open_while_its_component_is_in_trouble() -> None:
    desk = watching("API")
    api = [degraded("API")]
    desk.sees(snapshot(2, claim("i1", BEGUN, started=1, components=api), components=api))

    vanished = desk.sees(snapshot(10, components=api), found(replace(RESOLVED, components=tuple(api))))
    well = desk.sees(quiet_page(12))

    assert ChangeKind.RESOLVED not in vanished.kinds
    assert "All is well again." in vanished.texts
    assert well.kinds == [ChangeKind.RESOLVED]
    assert len(desk.incidents) == 1


# 9. Back-filled incidents.


@pytest.mark.parametrize(
    "late",
    [
        claim("i1", OVER, state=State.RESOLVED, started=-90, resolved=-60),
        claim("i1", OVER, state=State.RESOLVED, started=20, resolved=21),
        claim("i1", OVER, state=State.RESOLVED, started=58, resolved=58.5, published=59),
        claim("i1", state=State.RESOLVED, started=None),
    ],
    ids=["before we looked", "long before our last look", "before it was written", "nobody knows when"],
)
def test_what_was_written_down_afterwards_is_not_news(late: object) -> None:
    desk = watching()
    desk.sees(quiet_page(57))

    assert desk.sees(snapshot(60, late, complete=False)).kinds == []  # type: ignore[arg-type]  # one claim each


def test_what_began_and_ended_between_two_looks_is_told_as_over() -> None:
    desk = watching()

    look = desk.sees(snapshot(20, RESOLVED, complete=False))

    assert look.kinds == [ChangeKind.OPENED, ChangeKind.UPDATED, ChangeKind.RESOLVED]
    assert not desk.incident.is_open


# 10. Late words.


def test_a_root_cause_is_told_in_the_old_thread_and_reopens_nothing() -> None:
    desk = watching()
    desk.sees(snapshot(2, claim("i1", BEGUN, started=1)))
    desk.sees(quiet_page(10), found(RESOLVED))
    cause = update("u4", "A cache was cleared.", 300, State.POSTMORTEM)

    look = desk.sees(snapshot(301, replace(RESOLVED, updates=(BEGUN, OVER, cause)), complete=False))

    assert look.kinds == [ChangeKind.POSTMORTEM]
    assert not desk.incident.is_open


def test_an_incident_that_is_open_again_goes_on_in_its_thread() -> None:
    desk = watching()
    desk.sees(snapshot(2, claim("i1", BEGUN, started=1)))
    desk.sees(quiet_page(10), found(RESOLVED))
    back = update("u4", "It is back.", 20)

    look = desk.sees(snapshot(21, claim("i1", BEGUN, OVER, back, started=1)))

    assert look.kinds == [ChangeKind.REOPENED]
    assert look.texts == ["It is back."]
    assert desk.incident.is_open


# 11 and 12. One incident is one incident.


def test_an_incident_of_forty_components_is_one() -> None:
    desk = watching()
    many = [degraded(f"Region {number}") for number in range(40)]

    desk.sees(snapshot(2, claim("i1", components=many), components=many))

    assert len(desk.incidents) == 1


def test_the_same_incident_from_a_second_source_is_not_told_twice() -> None:
    desk = watching()
    atom = Source(key="acme-atom", vendor="acme", name="Acme", format="feed", url="https://status.acme.example/history")
    desk.sees(snapshot(0, complete=False), source=atom)
    desk.sees(snapshot(2, claim("i1", BEGUN, started=1)))

    echo = desk.sees(snapshot(3, claim("i1", BEGUN, started=1), complete=False), source=atom)

    assert echo.loud == []
    assert len(desk.incidents) == 1


# What a poorer listing leaves out.


def test_a_listing_that_tells_no_components_takes_none_away() -> None:
    desk = watching("API")
    api = [degraded("API")]
    desk.sees(snapshot(2, claim("i1", components=api), components=api))

    look = desk.sees(snapshot(3, claim("i1"), complete=False))

    assert look.kinds == []
    assert [part.name for part in desk.incident.components] == ["API"]


def test_a_maintenance_that_is_moved_is_told() -> None:
    desk = watching()
    desk.sees(snapshot(2, maintenance("m1", window=(60, 120))))

    look = desk.sees(snapshot(3, maintenance("m1", window=(90, 150))))

    assert look.kinds == [ChangeKind.UPDATED]
    assert (desk.incident.starts_at, desk.incident.ends_at) == (at(90), at(150))


def test_entries_carry_the_state_that_their_words_had() -> None:
    desk = watching()

    look = desk.sees(snapshot(20, replace(RESOLVED, updates=(BEGUN, FOUND, OVER)), complete=False))

    assert [entry.state for entry in look.entries] == [
        State.INVESTIGATING,
        State.INVESTIGATING,
        State.IDENTIFIED,
        State.RESOLVED,
    ]
