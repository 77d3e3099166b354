"""Components, the page's indicator and incidents: who explains whom."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pytest

from bot.core.claims import PAGE_ID, component_claim_id, read_together
from bot.core.diff import component_transitions
from bot.core.replies import reply
from bot.model import ChangeKind, Component, ComponentStatus, Impact, Kind, Snapshot, State, Transition
from tests.unit.build import (
    at,
    claim,
    component,
    degraded,
    down,
    fine,
    maintained,
    maintenance,
    quiet_page,
    snapshot,
    update,
)
from tests.unit.desk import Desk, found, gone
from tests.work import calls_of

BEGUN = update("u1", "Some requests fail.", 1)
OVER = update("u2", "All is well again.", 9, State.RESOLVED)


def watching(*names: str) -> Desk:
    """A desk that has seen the page once, when all was well."""
    desk = Desk()
    desk.sees(quiet_page(0, *names))
    return desk


# Who explains a component that no incident lists.


@pytest.mark.parametrize(
    "words",
    [
        claim("1", title="Elevated errors on the API", components=[degraded("Login")]),
        claim("1", update("u1", "We look into errors of the API.", 0), components=[degraded("Login")]),
    ],
    ids=["title", "words"],
)
def test_an_incident_explains_a_component_that_it_names(words: object) -> None:
    claims = read_together(snapshot(1, words, components=[degraded("Login"), down("API")]))  # type: ignore[arg-type]

    assert list(claims) == ["1"]
    assert claims["1"].impact is Impact.MAJOR


def test_a_name_within_another_word_is_not_named() -> None:
    rapid = claim("1", title="rAPId errors", components=[degraded("Login")])

    assert component_claim_id(down("API")) in read_together(
        snapshot(1, rapid, components=[degraded("Login"), down("API")])
    )


@pytest.mark.parametrize("number", [50, 1000])
def test_whose_components_are_costs_no_more_than_there_are_of_both(number: int) -> None:
    words = update("u1", "Parts of it do not answer. " * 50, 0)

    def page(times: int) -> Snapshot:
        open_ones = [claim(f"i{n}", words, components=[degraded("Login")]) for n in range(times)]
        return snapshot(1, *open_ones, components=[down(f"Part {n}") for n in range(number)])

    few, many = (calls_of(partial(read_together, page(times))) for times in (100, 200))

    assert many < 2.2 * few
    assert few < 100 * (100 + number)


def test_the_newest_of_several_incidents_that_list_nothing_explains_a_component() -> None:
    old, new = claim("old", started=0), claim("new", started=5)

    claims = read_together(snapshot(6, new, old, components=[down("API")]))

    assert claims["old"].components == ()
    assert claims["new"].components == (down("API"),)


@pytest.mark.parametrize("state", [State.SCHEDULED, State.COMPLETED])
def test_a_maintenance_that_does_not_go_on_explains_nothing(state: State) -> None:
    planned = maintenance("m1", state=state, components=[maintained("API")])

    claims = read_together(snapshot(1, planned, components=[maintained("API")]))

    assert claims["m1"].state is state
    assert claims[component_claim_id(maintained("API"))].state is State.IN_PROGRESS


def test_a_component_in_trouble_does_not_join_a_maintenance_that_has_yet_to_begin() -> None:
    desk = watching("API")
    planned = maintenance("m1", components=[degraded("API")])
    desk.sees(snapshot(1, planned, components=[fine("API")]))

    look = desk.sees(snapshot(2, planned, components=[degraded("API")]))

    assert look.kinds == [ChangeKind.OPENED]
    assert [incident.kind for incident in desk.open] == [Kind.MAINTENANCE, Kind.COMPONENT]


def test_two_incidents_that_list_one_component_are_both_told_of_it() -> None:
    desk = watching("API")
    desk.sees(snapshot(1, *(claim(key, components=[degraded("API")]) for key in "ab"), components=[degraded("API")]))

    worse = desk.sees(snapshot(2, *(claim(key, components=[down("API")]) for key in "ab"), components=[down("API")]))

    assert len(desk.open) == 2
    assert [entry.incident for entry in worse.entries if entry.kind is ChangeKind.COMPONENTS_CHANGED] == [
        "acme-a",
        "acme-b",
    ]


# What an incident says of its components.


def test_a_component_that_only_we_had_counted_in_is_said_to_be_well_again() -> None:
    desk = watching("API")
    desk.sees(snapshot(1, claim("1"), components=[degraded("API")]))

    look = desk.sees(snapshot(2, claim("1"), components=[fine("API")]))

    assert [entry.transitions for entry in look.entries] == [
        (Transition("API", "degraded_performance", "operational"),)
    ]
    assert desk.incident.components == (fine("API"),)


def test_a_component_that_the_vendor_lists_again_is_shown_in_its_trouble() -> None:
    desk = watching("API", "Login")
    both = [degraded("API"), degraded("Login")]
    desk.sees(snapshot(1, claim("1", components=both), components=both))
    desk.sees(snapshot(2, claim("1", components=[degraded("Login")]), components=both))

    desk.sees(snapshot(3, claim("1", components=both), components=both))

    assert set(desk.incident.components) == set(both)


def test_components_of_one_name_are_told_in_the_same_order_whatever_the_page_s() -> None:
    before = (Component("eu", "Login"), Component("us", "Login"))
    after = (
        Component("eu", "Login", ComponentStatus.MAJOR_OUTAGE),
        Component("us", "Login", ComponentStatus.OPERATIONAL),
    )

    assert component_transitions(before, after) == component_transitions(before[::-1], after[::-1])


# A component alone.


def test_a_component_that_gets_worse_alone_is_told_and_so_is_its_end() -> None:
    desk = watching("API")
    looks = [
        desk.sees(snapshot(1, components=[degraded("API")])),
        desk.sees(snapshot(2, components=[down("API")])),
        desk.sees(quiet_page(3)),
    ]

    assert [look.kinds for look in looks] == [
        [ChangeKind.OPENED],
        [ChangeKind.COMPONENT_CHANGED],
        [ChangeKind.RESOLVED],
    ]
    assert (desk.incident.peak, desk.incident.resolved_at) == (Impact.MAJOR, at(3))


def test_a_component_of_which_nothing_is_known_has_not_recovered() -> None:
    desk = watching("API")
    desk.sees(snapshot(1, components=[degraded("API")]))

    look = desk.sees(snapshot(2, components=[component("API")]))

    assert look.kinds == []
    assert desk.incident.is_open


def test_a_component_that_is_no_longer_listed_has_not_recovered_but_is_gone() -> None:
    desk = watching("API", "Login")
    desk.sees(snapshot(1, components=[degraded("API"), fine("Login")]))

    assert desk.sees(quiet_page(2, "Login")).kinds == [ChangeKind.WITHDRAWN]


def test_a_component_that_flickers_is_open_again_in_the_same_thread() -> None:
    desk = watching("API")
    desk.sees(snapshot(1, components=[degraded("API")]))
    desk.sees(quiet_page(2))

    assert desk.sees(snapshot(31, components=[degraded("API")])).kinds == [ChangeKind.REOPENED]


def test_a_component_that_fails_while_others_do_and_comes_back_is_told_in_their_thread() -> None:
    desk = watching("API", "Login")
    desk.sees(snapshot(1, components=[degraded("API"), degraded("Login")]))

    back = desk.sees(snapshot(2, components=[fine("API"), degraded("Login")]))
    again = desk.sees(snapshot(3, components=[down("API"), degraded("Login")]))

    assert [back.kinds, again.kinds] == [[ChangeKind.COMPONENTS_CHANGED]] * 2
    assert again.entries[0].transitions == (Transition("API", "operational", "major_outage"),)


def test_a_component_that_fails_much_later_than_another_is_another_trouble() -> None:
    desk = watching("API", "Login")
    desk.sees(snapshot(1, components=[degraded("API"), fine("Login")]))

    desk.sees(snapshot(17, components=[degraded("API"), degraded("Login")]))

    assert len(desk.open) == 2


# The vendor's own incident and what was known before it.


def test_the_vendor_s_incident_keeps_the_id_of_the_trouble_that_it_acknowledges() -> None:
    desk = watching("API")
    first = desk.sees(snapshot(1, components=[degraded("API")])).entries[0].incident

    desk.sees(snapshot(9, claim("1", BEGUN, components=[degraded("API")]), components=[degraded("API")]))

    assert (desk.incident.id, desk.incident.title) == (first, "Errors")


def test_of_two_incidents_at_once_only_one_acknowledges_a_trouble() -> None:
    desk = watching("API")
    desk.sees(snapshot(1, components=[degraded("API")]))
    vague = claim("vague", title="Slow dashboards", started=2)
    exact = claim("exact", components=[degraded("API")], started=3)

    look = desk.sees(snapshot(9, vague, exact, components=[degraded("API")]))

    assert [e.claim.key for e in look.entries if e.claim and e.kind is ChangeKind.ACKNOWLEDGED] == ["acme|exact"]
    assert len(desk.open) == 2


def test_a_trouble_of_ours_that_an_older_incident_comes_to_list_ends_as_part_of_it() -> None:
    desk = watching("API", "Login")
    desk.sees(snapshot(1, claim("1", components=[degraded("Login")]), components=[degraded("Login"), fine("API")]))
    alone = desk.sees(
        snapshot(2, claim("1", components=[degraded("Login")]), components=[degraded("Login"), down("API")])
    ).entries[0]

    both = [degraded("Login"), down("API")]
    look = desk.sees(snapshot(3, claim("1", components=both), components=both))

    assert [(entry.incident, entry.kind) for entry in look.entries] == [
        ("acme-1", ChangeKind.IMPACT_CHANGED),
        ("acme-1", ChangeKind.COMPONENTS_CHANGED),
        (alone.incident, ChangeKind.MERGED),
    ]
    assert [incident.id for incident in desk.open] == ["acme-1"]


@pytest.mark.parametrize("minutes", [10, 40])
def test_a_trouble_that_has_become_part_of_an_incident_keeps_that_one_open(minutes: float) -> None:
    desk = watching("API", "Login")
    listed = claim("1", components=[degraded("Login")])
    both = [degraded("Login"), down("API")]
    desk.sees(snapshot(1, listed, components=[degraded("Login"), fine("API")]))
    desk.sees(snapshot(2, listed, components=both))
    desk.sees(snapshot(3, replace(listed, components=tuple(both)), components=both))

    over = found(replace(listed, state=State.RESOLVED, resolved_at=at(3 + minutes)))
    desk.sees(snapshot(3 + minutes, components=[fine("Login"), down("API")]), over)

    assert [incident.id for incident in desk.open] == ["acme-1"]


def test_what_a_window_opened_is_merged_without_a_word_by_the_incident_that_had_it_all_along() -> None:
    desk = watching("API")
    api = [degraded("API")]
    desk.sees(snapshot(1, claim("1", components=api), components=api))
    desk.sees(snapshot(2, components=api, complete=False))

    look = desk.sees(snapshot(3, claim("1", components=api), components=api))

    assert look.loud == []
    assert len(desk.open) == 1


@pytest.mark.parametrize(
    ("ending", "how"),
    [
        (found(claim("1", BEGUN, OVER, state=State.RESOLVED, resolved=9, components=[down("API")])), "resolved"),
        (gone, "withdrawn"),
    ],
)
def test_an_incident_that_is_over_but_for_its_component_says_so_and_ends_with_it(ending: object, how: str) -> None:
    desk = watching("API")
    desk.sees(snapshot(1, claim("1", BEGUN, components=[down("API")]), components=[down("API")]))

    over = desk.sees(snapshot(10, components=[down("API")]), ending)  # type: ignore[arg-type]  # one of two look-ups
    was_open = desk.incident.is_open
    well = desk.sees(quiet_page(50))

    assert was_open
    assert over.kinds == [ChangeKind.COMPONENTS_CHANGED, ChangeKind.UPDATED]
    assert over.entries[1].transitions[-1] == Transition("still", how, "API")
    assert well.kinds == [ChangeKind.RESOLVED]
    assert desk.incident.resolved_at == at(50)


# The indicator of the whole page.


def test_an_indicator_that_an_incident_explains_is_no_incident() -> None:
    assert list(read_together(snapshot(1, claim("1"), indicator=Impact.MAJOR))) == ["1"]


@pytest.mark.parametrize("indicator", [Impact.NONE, Impact.MAINTENANCE, Impact.UNKNOWN])
def test_an_indicator_that_says_nothing_bad_is_no_incident(indicator: Impact) -> None:
    assert read_together(snapshot(1, indicator=indicator)) == {}


def test_the_indicator_of_a_window_is_no_incident() -> None:
    assert read_together(snapshot(1, indicator=Impact.MAJOR, complete=False)) == {}


def test_a_planned_maintenance_does_not_explain_an_indicator() -> None:
    assert PAGE_ID in read_together(snapshot(1, maintenance("m1"), indicator=Impact.MAJOR))


def test_an_indicator_in_a_word_that_nobody_knows_ends_nothing() -> None:
    desk = watching("API")
    desk.sees(snapshot(1, components=[fine("API")], indicator=Impact.MAJOR))

    look = desk.sees(snapshot(2, components=[fine("API")], indicator=Impact.UNKNOWN))

    assert look.kinds == []
    assert desk.incident.is_open


def test_what_the_indicator_alone_had_shown_is_acknowledged_by_the_incident_that_explains_it() -> None:
    desk = watching("API")
    desk.sees(snapshot(1, components=[fine("API")], indicator=Impact.MAJOR))

    look = desk.sees(snapshot(2, claim("1", BEGUN), components=[fine("API")], indicator=Impact.MAJOR))

    assert look.loud == [ChangeKind.ACKNOWLEDGED, ChangeKind.UPDATED]
    assert (desk.incident.title, desk.incident.impact) == ("Errors", Impact.MAJOR)


def test_an_indicator_that_goes_on_after_its_incident_is_a_trouble_of_its_own() -> None:
    desk = watching("API")
    desk.sees(snapshot(1, claim("1", BEGUN), components=[fine("API")], indicator=Impact.MAJOR))
    ended = found(claim("1", BEGUN, OVER, state=State.RESOLVED, resolved=9))

    desk.sees(snapshot(10, components=[fine("API")], indicator=Impact.MAJOR), ended)

    assert [incident.title for incident in desk.open] == ["Whole status page"]


def test_an_indicator_that_rises_is_a_rise_of_the_impact() -> None:
    desk = watching("API")
    desk.sees(snapshot(1, components=[fine("API")], indicator=Impact.MINOR))

    look = desk.sees(snapshot(2, components=[fine("API")], indicator=Impact.MAJOR))

    assert look.kinds == [ChangeKind.IMPACT_CHANGED]
    assert reply(look.entries[0], desk.incident).headline == "Impact raised: minor → major"


# Maintenances.


def test_a_maintenance_is_told_when_it_is_planned_when_it_begins_and_when_it_is_over() -> None:
    desk = watching("API")
    planned = maintenance("m1", update("u1", "We will upgrade.", 0, State.SCHEDULED), components=[fine("API")])
    begun = replace(
        planned,
        state=State.IN_PROGRESS,
        components=(maintained("API"),),
        updates=(*planned.updates, update("u2", "It has begun.", 60, State.IN_PROGRESS)),
    )
    done = replace(
        begun,
        state=State.COMPLETED,
        resolved_at=at(110),
        updates=(*begun.updates, update("u3", "Done.", 110, State.COMPLETED)),
    )
    looks = [
        desk.sees(snapshot(1, planned, components=[fine("API")])),
        desk.sees(snapshot(61, begun, components=[maintained("API")])),
        desk.sees(quiet_page(111), found(done)),
    ]

    assert [look.texts for look in looks] == [["We will upgrade."], ["It has begun."], ["Done."]]
    assert looks[2].kinds == [ChangeKind.RESOLVED]
    assert (desk.incident.state, desk.incident.started_at, desk.incident.resolved_at) == (
        State.COMPLETED,
        at(60),
        at(110),
    )


def test_a_maintenance_that_is_called_off_is_withdrawn() -> None:
    desk = watching("API")
    desk.sees(snapshot(1, maintenance("m1", components=[fine("API")]), components=[fine("API")]))

    assert desk.sees(quiet_page(2), gone).kinds == [ChangeKind.WITHDRAWN]
    assert desk.incident.state is State.COMPLETED


def test_a_planned_maintenance_says_nothing_of_how_its_components_are_now() -> None:
    claims = read_together(snapshot(1, maintenance("m1", components=[down("API")]), components=[down("API")]))

    assert claims["m1"].components == (component("API"),)
    assert claims["m1"].impact is Impact.MAINTENANCE
