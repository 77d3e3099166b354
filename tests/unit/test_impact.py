"""How our own services stand: the worst of what they need, and never well where something can not be seen."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.core import impact, serving
from bot.core.impact import Ground, Names, Page, ServiceView, label
from bot.core.message import plain
from bot.core.probe_views import ProbeView
from bot.core.rules import Service
from bot.core.standing import Standing
from bot.model import Component, Confidence, Evidence, Impact, Incident, Kind, State
from tests.unit.build import at, component, degraded, down, fine, incident, maintained

NOW = at(10)
BOT = Service(
    name="Support bot",
    depends_on=(("acme", "API"),),
    owner="@support",
    runbook="https://wiki.example.com/bot",
    fallback_vendor="bolt",
    fallback_name="Bolt",
    fallback_steps=("Set PROVIDER=bolt", "Tell support"),
)
ALL = Service(name="Checkout", depends_on=(("acme", None),))


NO_PROBE = "no probe of ours tells of it"


def stands(vendor: str = "acme", **changed: object) -> Standing:
    base = Standing(vendor=vendor, name=vendor.capitalize(), impact=Impact.NONE, checked_at=at(9))
    return replace(base, **changed)  # type: ignore[arg-type]  # whatever a test is about


def ground(*parts: Component, incidents: tuple[Incident, ...] = (), **changed: object) -> Ground:
    return Ground((Page(stands(**changed), parts),), incidents)  # type: ignore[arg-type]  # as below


def seen(service: Service, *, bolt: Ground | None = None, names: Names | None = None, **vendors: Ground) -> ServiceView:
    grounds = {**vendors, **({"bolt": bolt} if bolt else {})}
    return impact.view(service, grounds, names or Names())


def trouble(*parts: Component, **changed: object) -> Incident:
    return replace(incident(*parts), **changed)  # type: ignore[arg-type]  # as above


@pytest.mark.parametrize(
    ("part", "word"),
    [
        (fine("API"), "operational"),
        (down("API"), "major"),
        (degraded("API"), "minor"),
        (maintained("API"), "maintenance"),
    ],
)
def test_a_service_stands_as_the_component_does_that_it_needs(part: Component, word: str) -> None:
    assert label(seen(BOT, acme=ground(part, down("Website")))) == word


def test_an_incident_of_something_else_leaves_a_service_well() -> None:
    other = trouble(down("Website"), impact=Impact.CRITICAL)

    assert seen(BOT, acme=ground(fine("API"), down("Website"), incidents=(other,))).impact is Impact.NONE
    assert seen(ALL, acme=ground(incidents=(other,))).impact is Impact.CRITICAL


def test_an_incident_counts_although_the_page_is_green_and_one_that_names_no_part_counts_for_all() -> None:
    page_wide = trouble(impact=Impact.MAJOR)

    found = seen(BOT, acme=ground(fine("API"), incidents=(page_wide,)))

    assert (label(found), found.incidents) == ("major", (page_wide,))


def test_what_only_our_own_witnesses_see_is_suspected() -> None:
    doubt = trouble(component("API"), kind=Kind.SUSPECTED, state=State.SUSPECTED, impact=Impact.MINOR)

    found = seen(BOT, acme=ground(fine("API"), incidents=(doubt,)))

    assert (label(found), found.impact) == ("suspected", Impact.MINOR)


def test_what_is_only_planned_is_no_trouble_and_a_maintenance_is_one_while_it_lasts() -> None:
    plan = trouble(component("API"), kind=Kind.MAINTENANCE, state=State.SCHEDULED, impact=Impact.MAINTENANCE)

    assert seen(BOT, acme=ground(fine("API"), incidents=(plan,))).impact is Impact.NONE
    begun = replace(plan, state=State.IN_PROGRESS)
    assert label(seen(BOT, acme=ground(fine("API"), incidents=(begun,)))) == "maintenance"


@pytest.mark.parametrize(
    ("acme", "why"),
    [
        (Ground(), "not watched"),
        (ground(fine("API"), stale_since=at(0)), "its page can not be read"),
        (ground(impact=None, checked_at=None), "not read yet"),
        (ground(fine("Website")), "nothing on its page is called so"),
        (ground(component("API")), "its page does not say"),
        (
            ground(is_probe=True, probes=(ProbeView(name="p", matter="can not tell since"),)),
            NO_PROBE,
        ),
        (ground(is_probe=True, probes=(ProbeView(name="p", component="Website"),)), NO_PROBE),
    ],
)
def test_what_can_not_be_read_is_never_well(acme: Ground, why: str) -> None:
    found = seen(BOT, acme=acme)

    assert (label(found), found.impact) == ("can not be told", None)
    assert [(need.word, need.is_told) for need in found.needs] == [(why, False)]
    assert plain(serving.one(found, NOW).message).count("can not be told") == 1


def test_a_vendor_that_is_configured_was_not_read_yet_and_another_is_not_watched() -> None:
    found = seen(ALL, names=Names(expected=frozenset({"acme"})))

    assert [need.word for need in found.needs] == ["not read yet"]
    assert found.impact is None


def test_a_trouble_that_is_known_of_still_shows_while_the_page_can_not_be_read() -> None:
    found = seen(BOT, acme=ground(down("API"), stale_since=at(0)))

    assert label(found) == "major"
    assert found.needs[0].word == "major outage; its page can not be read"


def test_one_need_that_can_not_be_told_hides_no_other_and_makes_none_well() -> None:
    two = Service(name="Search", depends_on=(("acme", "API"), ("cord", None)))

    assert label(seen(two, acme=ground(fine("API")))) == "can not be told"
    assert label(seen(two, acme=ground(down("API")))) == "major"


def test_a_page_without_components_is_judged_by_its_incidents() -> None:
    assert seen(BOT, acme=ground()).impact is Impact.NONE
    assert seen(BOT, acme=ground(incidents=(trouble(impact=Impact.MAJOR),))).impact is Impact.MAJOR


def test_a_word_of_the_catalog_and_what_it_stands_for_are_one_need_but_a_name_that_is_nobodys_is_told() -> None:
    names = Names(meanings=lambda _: {"chat": ("Chat API", "Conversations")})
    service = Service(name="Bot", depends_on=(("acme", "chat"), ("acme", "Chat API"), ("acme", "Conversations")))
    wrong = replace(service, depends_on=(*service.depends_on, ("acme", "Nope")))
    page = ground(fine("Chat API"), fine("Website"))

    assert [need.name for need in seen(service, acme=page, names=names).needs] == ["Acme · chat"]
    assert seen(service, acme=page, names=names).impact is Impact.NONE
    assert seen(wrong, acme=page, names=names).impact is None


def test_the_page_of_a_service_says_whose_it_is_why_it_suffers_and_what_to_do_instead() -> None:
    broken = trouble(down("API"), title="Errors on the API", impact=Impact.MAJOR, name="Acme")
    found = seen(BOT, acme=ground(down("API"), incidents=(broken,)), bolt=ground(vendor="bolt"))

    text = plain(serving.one(found, NOW).message)

    assert text.splitlines()[:3] == [
        "Support bot: major",
        "Owner: @support · Runbook (https://wiki.example.com/bot)",
        "Needs Acme · API: major outage, checked 1 min ago",
    ]
    assert "Errors on the API" in text
    assert "Fallback: Bolt · operational, as of 2026-03-01 12:10 UTC\n1. Set PROVIDER=bolt\n2. Tell support" in text


def test_whoever_can_stand_in_but_can_not_be_read_is_not_called_well() -> None:
    found = seen(BOT, acme=ground(down("API")), bolt=ground(vendor="bolt", stale_since=at(0)))

    assert "Fallback: Bolt · its page can not be read, as of" in plain(serving.one(found, NOW).message)
    assert impact.condition("bolt", Ground()) == "not watched"


def test_of_all_services_those_that_are_not_well_come_with_their_reasons_and_the_others_by_name() -> None:
    views = impact.in_order([seen(ALL, acme=ground()), seen(BOT, acme=ground(down("API")))])
    parts = serving.section(views)

    text = plain(replace(serving.one(views[0], NOW).message, parts=tuple(parts)))

    assert "- Support bot · major\n  Acme · API: major outage\nOperational: Checkout" in text
    assert serving.section(()) == []


def test_a_suspicion_that_nobody_is_sure_of_is_not_worse_than_it_says() -> None:
    lone = Evidence(confidence=Confidence.LOW, failing=1, asked=3)
    doubt = trouble(component("API"), kind=Kind.SUSPECTED, state=State.SUSPECTED, impact=Impact.MINOR, evidence=lone)
    critical = trouble(down("API"), impact=Impact.CRITICAL)

    assert label(seen(BOT, acme=ground(fine("API"), incidents=(doubt, critical)))) == "critical"


@pytest.mark.parametrize("component", ["", "API"])
def test_where_no_page_is_watched_a_probe_that_passes_is_enough(component: str) -> None:
    watched = ground(is_probe=True, probes=(ProbeView(name="p", component=component),))

    assert seen(BOT, acme=watched).impact is Impact.NONE


def test_a_probe_that_fails_tells_what_it_sees() -> None:
    doubt = trouble(component("API"), kind=Kind.SUSPECTED, state=State.SUSPECTED, impact=Impact.MINOR)
    probe = ProbeView(name="p", component="API", matter="fails since", moment=at(5))

    found = seen(BOT, acme=ground(is_probe=True, probes=(probe,), incidents=(doubt,)))

    assert [need.word for need in found.needs] == ["suspected"]
