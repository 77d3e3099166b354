"""How bad a thing is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.severity import is_rise, of_components, worst
from bot.model import ComponentStatus, Impact, State
from tests.unit.build import component, degraded, down, fine, maintained

impacts = st.sampled_from(Impact)


@given(st.lists(impacts, min_size=1), st.randoms(use_true_random=False))
def test_the_worst_is_at_least_as_bad_as_each_in_any_order(said: list[Impact], dice: object) -> None:
    assert worst(said).rank == max(impact.rank for impact in said)
    assert worst(said) is worst(reversed(said))


def test_a_word_that_is_known_beats_one_that_is_not() -> None:
    assert worst([Impact.UNKNOWN, Impact.MINOR]) is Impact.MINOR
    assert worst([Impact.UNKNOWN, Impact.NONE]) is Impact.UNKNOWN


def test_nothing_said_is_nothing_bad_unless_told_otherwise() -> None:
    assert worst([]) is Impact.NONE
    assert worst([], default=Impact.MAJOR) is Impact.MAJOR


@pytest.mark.parametrize(
    ("components", "impact"),
    [
        ((), Impact.NONE),
        ((fine("API"),), Impact.NONE),
        ((fine("API"), degraded("Login")), Impact.MINOR),
        ((component("API", ComponentStatus.PARTIAL_OUTAGE),), Impact.MINOR),
        ((degraded("API"), down("Login")), Impact.MAJOR),
        ((component("API"),), Impact.NONE),
        ((maintained("API"),), Impact.NONE),
    ],
    ids=["none", "well", "degraded", "partly out", "out", "not known", "under maintenance"],
)
def test_components_are_as_bad_as_the_worst_of_them(components: tuple[object, ...], impact: Impact) -> None:
    assert of_components(components) is impact  # type: ignore[arg-type]  # one case each


@given(impacts, impacts)
def test_a_rise_is_no_fall(before: Impact, after: Impact) -> None:
    assert not (is_rise(before, after) and is_rise(after, before))
    assert not is_rise(before, before)


def test_unknown_is_never_over_and_never_green() -> None:
    assert not State.UNKNOWN.is_over
    assert Impact.UNKNOWN.rank > Impact.NONE.rank
