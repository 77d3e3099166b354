"""How fast something grows, as the benchmarks tell it, and how they draw that."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest

from tests.bench.growth.curves import STEEP, Curve, Sheet
from tests.bench.plots import drawings

SIZES = (10, 100, 1_000, 10_000)


@pytest.mark.parametrize("power", [0, 1, 2])
def test_the_growth_of_a_power_is_that_power(power: int) -> None:
    curve = Curve("it", "ms", {size: 3.0 * size**power for size in SIZES})

    assert curve.growth == pytest.approx(power)


def test_what_each_costs_the_same_grows_as_fast_as_how_many_there_are() -> None:
    assert Curve("each", "ms", dict.fromkeys(SIZES, 0.5), each=True).growth == pytest.approx(1)


def test_what_is_dear_only_to_begin_with_is_judged_where_there_is_much() -> None:
    curve = Curve("it", "ms", {10: 40.0, 100: 40.0, 1_000: 400.0, 10_000: 40_000.0})

    assert curve.growth > STEEP


def test_a_table_has_every_point_and_marks_what_grows_too_fast() -> None:
    square = Curve("all pairs", "ms", {size: float(size**2) for size in SIZES})

    last = Sheet("pairs", "Pairs", "things", (square,)).markdown().splitlines()[-1]

    assert last == "| all pairs, ms | 100 | 10,000 | 1,000,000 | 100,000,000 | **n^2.00** |"


def test_a_drawing_can_be_read_by_who_can_not_see_it() -> None:
    curves = (Curve("<it>", "ms", {1: 0.5, 100: 50.0}), Curve("memory", "MiB", {1: 80.0, 100: 81.0}))

    found = dict(drawings(Sheet("it", "It", "things", curves)))

    assert [*found] == ["it-ms.svg", "it-mib.svg"]
    texts = [one.text for one in ET.fromstring(found["it-ms.svg"]) if one.tag.endswith(("title", "desc"))]  # noqa: S314  (our own)
    assert texts == ["It, by things (ms)", "<it>: 0.5 ms at 1 and 50 ms at 100."]


def test_more_curves_than_there_are_colours_are_drawn_apart() -> None:
    curves = tuple(Curve(f"c{number}", "ms", {1: 1.0, 10: 2.0}) for number in range(9))

    assert [name for name, _ in drawings(Sheet("many", "Many", "things", curves))] == ["many-ms-1.svg", "many-ms-2.svg"]
