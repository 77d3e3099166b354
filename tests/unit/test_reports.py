"""What people report: where it belongs, when it is told, and when it has faded."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.core.people import as_of, counted
from bot.core.reports import Target, Terms, claim_of, is_lone, judge, place
from bot.model import ClaimView, Impact, Incident, Kind, SourceKind, State, Witness
from tests.unit.build import at, component, incident, view

API = Target("acme", "Acme", "API")
ACME = Target("acme", "Acme")
TERMS = Terms()


def witness(person: str, minute: float, *, affected: bool = True) -> Witness:
    return Witness(person=person, is_affected=affected, at=at(minute))


def reported(state: State = State.SUSPECTED) -> ClaimView:
    return replace(view("reported", state), kind=Kind.SUSPECTED, teller=SourceKind.PEOPLE)


def suspicion(*witnesses: Witness, claims: tuple[ClaimView, ...] = ()) -> Incident:
    return replace(incident(component("API")), witnesses=witnesses, claims=(reported(), *claims))


def test_what_nobody_has_told_is_news() -> None:
    assert place(API, []) == ()
    assert place(API, [incident(component("Login"))]) == ()
    assert place(API, [incident(component("API"), vendor="other")]) == ()
    assert place(API, [incident(component("API"), state=State.RESOLVED)]) == ()


def test_a_report_belongs_to_the_incident_that_lists_the_component_before_one_that_lists_none() -> None:
    of_all = replace(incident(impact=Impact.CRITICAL), id="acme-all")
    of_api = replace(incident(component("api"), impact=Impact.MINOR), id="acme-api")

    assert place(API, [of_all, of_api]) == (of_api,)
    assert place(API, [of_all]) == (of_all,)


def test_of_a_vendor_as_a_whole_every_open_incident_may_be_meant() -> None:
    two = (incident(component("API")), replace(incident(component("Login")), id="acme-2"))

    assert place(ACME, two) == two


def test_neither_a_notice_nor_a_plan_is_a_trouble() -> None:
    others = [incident(kind=Kind.NOTICE), incident(kind=Kind.MAINTENANCE, state=State.SCHEDULED)]

    assert place(ACME, others) == ()


def test_one_person_alone_is_not_announced_and_two_are() -> None:
    one, two = witness("a", 0), witness("b", 10)

    assert judge(suspicion(one), at(0), TERMS, at(1)).announce is False
    assert judge(suspicion(one, two), at(0), TERMS, at(11)).announce is True
    assert judge(suspicion(one, two), at(0), Terms(announce_after=3), at(11)).announce is False


def test_a_second_person_who_comes_when_the_first_has_faded_is_alone_again() -> None:
    one, two = witness("a", 0), witness("b", 30)

    assert judge(suspicion(one, two), at(0), TERMS, at(30)).witnesses == 1


def test_one_person_and_a_probe_or_the_vendor_are_two_witnesses() -> None:
    probe = replace(view("trouble"), teller=SourceKind.PROBE)

    assert judge(suspicion(witness("a", 0), claims=(probe,)), at(0), TERMS, at(1)).announce
    assert judge(suspicion(witness("a", 0), claims=(view("1"),)), at(0), TERMS, at(1)).announce
    assert not judge(suspicion(witness("a", 0), claims=(view("1", State.RESOLVED),)), at(0), TERMS, at(1)).announce


def test_only_people_tell_of_it_until_somebody_else_ever_did() -> None:
    probe = replace(view("trouble"), teller=SourceKind.PROBE)

    assert is_lone(suspicion())
    assert not is_lone(suspicion(claims=(probe,)))
    assert not is_lone(suspicion(claims=(view("1", State.RESOLVED),)))
    assert not is_lone(incident())


def test_it_is_over_when_the_last_report_has_faded() -> None:
    one = suspicion(witness("a", 0), witness("b", 20))

    assert judge(one, at(0), TERMS, at(49)).over_at is None
    assert judge(one, at(0), TERMS, at(50)).over_at == at(50)
    assert judge(one, at(0), TERMS, at(90)).over_at == at(50)


def test_who_says_that_it_works_takes_their_report_back() -> None:
    assert judge(suspicion(witness("a", 12, affected=False)), at(0), TERMS, at(12)).over_at == at(12)


def test_a_suspicion_whose_first_witness_was_lost_in_a_crash_fades_too() -> None:
    assert judge(suspicion(), at(0), TERMS, at(29)).over_at is None
    assert judge(suspicion(), at(0), TERMS, at(31)).over_at == at(30)


def test_the_vendors_all_clear_covers_what_was_reported_before_and_not_what_is_reported_after() -> None:
    over = replace(view("1", State.RESOLVED), resolved_at=at(20))
    before, after = witness("a", 10), witness("b", 25)

    assert judge(suspicion(before, claims=(over,)), at(0), TERMS, at(21)).over_at == at(20)
    assert judge(suspicion(before, after, claims=(over,)), at(0), TERMS, at(26)).witnesses == 1


def test_two_who_report_the_same_within_a_minute_claim_the_same() -> None:
    assert claim_of(API, at(0.1)).external_id == claim_of(API, at(0.9)).external_id == "reported-api-20260301T1200"
    assert claim_of(ACME, at(0)).external_id == "reported-20260301T1200"
    assert claim_of(replace(API, component="Ünï — codé " * 9), at(0)).external_id.startswith("reported-n-cod-n-cod")


def test_only_what_people_said_in_the_last_two_hours_counts() -> None:
    said = (witness("a", 0), witness("b", 60), witness("c", 110, affected=False), replace(witness("d", 0), at=None))

    assert counted(said, at(119)) == (3, 1)
    assert counted(said, at(120)) == (2, 1)
    assert counted(said, at(120), timedelta(minutes=30)) == (1, 1)
    assert counted((), at(0)) == (0, 0)


@pytest.mark.parametrize(("state", "counts"), [(State.INVESTIGATING, 1), (State.RESOLVED, 2)])
def test_an_answer_counts_who_counts_now_and_once_it_is_over_all(state: State, counts: int) -> None:
    one = replace(incident(state=state), witnesses=(witness("a", 0), witness("b", 119)))

    assert as_of(one, at(130)).affected == counts


def test_of_many_that_are_told_as_one_whoever_reports_is_counted_in_the_worst() -> None:
    some = [
        replace(incident(impact=impact), id=f"acme-{impact}", burst="acme-burst-1")
        for impact in (Impact.MINOR, Impact.MAJOR)
    ]
    alone = replace(some[0], burst="")

    assert [one.id for one in place(ACME, some)] == ["acme-major"]
    assert len(place(ACME, [*some, alone])) == 3
