"""Where an incident goes, and why."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.core.holding import Ruling
from bot.core.routing import as_far_as_it_fits, choose, misfits, passes_watch
from bot.core.rules import Match, Route, Service
from bot.model import Destination, Impact, Incident, Kind, Member, State
from tests.unit.build import ACME, degraded, fine, incident
from tests.unit.burst import burst, one

OPS, LEADS, ALL = (Destination("slack", name) for name in ("#ops", "#leads", "#all"))


def route(*to: Destination, go_on: bool = False, **wanted: object) -> Route:
    return Route(name=f"to {to[0].address}", match=Match(**wanted), to=to, go_on=go_on)  # type: ignore[arg-type]  # by case


def goes_to(shown: Incident, *routes: Route, services: tuple[Service, ...] = ()) -> tuple[Destination, ...]:
    return choose(shown, routes, services).destinations


def test_the_first_route_that_matches_is_the_last_that_is_asked() -> None:
    assert goes_to(incident(), route(OPS), route(ALL)) == (OPS,)


def test_a_route_may_let_the_next_ones_be_asked_too() -> None:
    assert goes_to(incident(), route(OPS, go_on=True), route(OPS, ALL)) == (OPS, ALL)


def test_without_a_match_it_goes_nowhere_and_every_reason_is_given() -> None:
    choice = choose(incident(), [route(OPS, vendors=("other",)), route(LEADS, min_impact=Impact.CRITICAL)])

    assert choice.destinations == ()
    assert [verdict.reason for verdict in choice.verdicts] == [
        "vendor is acme, not other",
        "impact is minor, below critical",
    ]


@pytest.mark.parametrize(
    ("impact", "passes"),
    [(Impact.NONE, False), (Impact.UNKNOWN, True), (Impact.MINOR, True), (Impact.CRITICAL, True)],
)
def test_an_impact_that_nobody_stated_counts_as_minor(impact: Impact, *, passes: bool) -> None:
    assert bool(goes_to(incident(impact=impact), route(OPS, min_impact=Impact.MINOR))) is passes


def test_a_maintenance_goes_to_those_who_ask_for_maintenances_or_for_everything() -> None:
    planned = incident(kind=Kind.MAINTENANCE, impact=Impact.MAINTENANCE)

    assert goes_to(planned, route(OPS, min_impact=Impact.MINOR)) == ()
    assert goes_to(planned, route(OPS, min_impact=Impact.MINOR, kinds=(Kind.MAINTENANCE,))) == (OPS,)
    assert goes_to(planned, route(OPS)) == (OPS,)


def test_a_component_in_trouble_is_an_incident_to_routes() -> None:
    assert goes_to(incident(kind=Kind.COMPONENT), route(OPS, kinds=(Kind.INCIDENT,))) == (OPS,)


def test_components_are_matched_by_name_in_any_case_and_by_pattern() -> None:
    shown = incident(degraded("Chat Completions"))

    assert goes_to(shown, route(OPS, components=("chat completions",))) == (OPS,)
    assert goes_to(shown, route(OPS, components=("Chat*",))) == (OPS,)
    assert goes_to(shown, route(OPS, components=("Login",))) == ()


def test_an_incident_that_lists_no_component_may_affect_any() -> None:
    assert goes_to(incident(), route(OPS, components=("Login",))) == (OPS,)
    assert passes_watch(incident(), replace(ACME, components=("Login",)))


def test_a_watch_of_some_components_does_not_want_others() -> None:
    watch = replace(ACME, components=("Login",))

    assert passes_watch(incident(degraded("Login")), watch)
    assert not passes_watch(incident(degraded("API")), watch)


def test_a_name_may_be_that_of_a_group_which_a_component_is_in() -> None:
    shown = incident(replace(degraded("Conversations"), group="ChatGPT"))

    assert passes_watch(shown, replace(ACME, components=("chatgpt",)))
    assert goes_to(shown, route(OPS, components=("Chat*",))) == (OPS,)
    assert not passes_watch(shown, replace(ACME, components=("APIs",)))


PARTS = (replace(fine("Conversations"), group="ChatGPT"), fine("Batch"))
MEANINGS = {"chat": ("Conversations", "Voice mode"), "voice": ("Voice mode",)}


@pytest.mark.parametrize(
    ("names", "wrong"),
    [
        (("Batch",), ()),
        (("BATCH", "Bat*", "chatgpt"), ()),
        (("Batch", "Login"), ("Login",)),
        # What a word of the catalog stands for is not asked for by itself.
        (("Chat", "Conversations", "Voice mode"), ()),
        (("voice", "Voice mode"), ("voice",)),
    ],
)
def test_the_names_in_a_filter_that_nothing_on_the_page_has_are_known(
    names: tuple[str, ...], wrong: tuple[str, ...]
) -> None:
    assert misfits(names, MEANINGS, PARTS) == wrong
    assert misfits(names, MEANINGS, ()) == ()


def test_a_filter_of_which_nothing_is_on_the_page_keeps_nothing_out() -> None:
    renamed, half = replace(ACME, components=("Talks",)), replace(ACME, components=("Talks", "Batch"))

    assert as_far_as_it_fits(renamed, PARTS).components == ()
    assert as_far_as_it_fits(half, PARTS) == half
    assert as_far_as_it_fits(renamed, ()) == renamed


def test_a_service_is_affected_by_what_it_depends_on() -> None:
    support = Service(name="Support bot", depends_on=(("acme", "API"),))
    to_support = route(OPS, services=("Support bot",))

    assert goes_to(incident(degraded("API")), to_support, services=(support,)) == (OPS,)
    assert goes_to(incident(degraded("Login")), to_support, services=(support,)) == ()
    assert goes_to(incident(vendor="other"), to_support, services=(support,)) == ()


def test_a_name_written_as_the_vendor_writes_it_is_no_pattern() -> None:
    shown = incident(degraded("Compute [EU]"))

    assert goes_to(shown, route(OPS, components=("Compute [EU]",))) == (OPS,)
    assert passes_watch(shown, replace(ACME, components=("Compute [EU]",)))


def test_a_region_is_looked_for_in_the_names_of_components() -> None:
    shown = incident(degraded("EC2 (us-east-1)"))

    assert goes_to(shown, route(OPS, regions=("us-east-1",))) == (OPS,)
    assert goes_to(shown, route(OPS, regions=("eu-west-1",))) == ()
    assert goes_to(incident(), route(OPS, regions=("eu-west-1",))) == (OPS,)


def test_the_region_of_a_part_is_its_group() -> None:
    shown = incident(replace(degraded("EC2"), group="us-east-1"), replace(degraded("S3"), group="US-West-2"))

    assert goes_to(shown, route(OPS, regions=("us-west-2",))) == (OPS,)
    assert goes_to(shown, route(OPS, regions=("us-*",))) == (OPS,)
    assert goes_to(shown, route(OPS, regions=("eu-west-1",))) == ()


def test_a_watch_that_names_regions_wants_those_and_what_may_be_anywhere() -> None:
    here = replace(ACME, regions=("eu-west-1",))

    assert passes_watch(incident(replace(degraded("EC2"), group="eu-west-1")), here)
    assert not passes_watch(incident(replace(degraded("EC2"), group="me-south-1")), here)
    assert not passes_watch(incident(degraded("EC2 (me-south-1)")), here)
    assert passes_watch(incident(replace(degraded("EC2"), group="me-south-1"), degraded("IAM")), here)
    assert passes_watch(incident(), here)


def test_a_service_that_depends_on_all_of_a_vendor_is_affected_by_each_of_its_components() -> None:
    support = Service(name="Support bot", depends_on=(("acme", None),))

    assert goes_to(incident(degraded("Login")), route(OPS, services=("support BOT",)), services=(support,)) == (OPS,)


def test_no_route_is_asked_after_the_one_that_decides() -> None:
    choice = choose(incident(), [route(OPS, vendors=("other",)), route(LEADS), route(ALL)])

    assert [(verdict.route, verdict.matched) for verdict in choice.verdicts] == [
        ("to #ops", False),
        ("to #leads", True),
    ]


def test_a_suspicion_goes_only_to_those_who_did_not_ask_for_something_else() -> None:
    suspected = incident(kind=Kind.SUSPECTED)

    assert goes_to(suspected, route(OPS, kinds=(Kind.INCIDENT,)), route(ALL, kinds=(Kind.SUSPECTED,))) == (ALL,)


def test_a_burst_is_told_by_the_route_that_its_members_take() -> None:
    """It is called by its platform, which no route need know."""
    weekly, mine = route(OPS, vendors=("other",)), route(OPS, vendors=("acme", "beta"))
    many, _ = burst(one("1", runs_on="aws"), one("2", vendor="beta", runs_on="aws"), to=(OPS,))

    assert many.vendor == "aws"
    assert Ruling((weekly, mine)).route(many, OPS) == mine
    assert Ruling((weekly, mine)).route(replace(many, members=over(many.members)), OPS) == mine


def test_a_channel_that_is_told_a_part_of_a_burst_has_it_by_the_route_of_that_part() -> None:
    major, mine = route(OPS, LEADS, min_impact=Impact.MAJOR), route(OPS, vendors=("acme",))
    many, _ = burst(one("1", impact=Impact.MAJOR), one("2"), to=(LEADS,))
    here = replace(many, members=(many.members[0], replace(many.members[1], to=(str(OPS),))))

    assert [Ruling((major, mine)).route(here, to) for to in (LEADS, OPS)] == [major, mine]


def over(some: tuple[Member, ...]) -> tuple[Member, ...]:
    return tuple(replace(one, state=State.RESOLVED) for one in some)
