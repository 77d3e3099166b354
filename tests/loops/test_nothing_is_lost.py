"""Whatever holds an incident back, its channel is told of it: by its own root, or by a digest, and once."""

from __future__ import annotations

import asyncio
import shutil
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.core.message import plain
from bot.core.rules import Route
from bot.errors import TemporaryFailure
from bot.model import Hold, Impact
from bot.store import announcements
from tests.databases import opened, sqlite_in
from tests.loops.night import CAPPED, DAILY, NIGHT, QUIET, Night

NAMES = ("acme-1", "acme-2", "acme-3", "acme-4")
IMPACTS = (Impact.MINOR, Impact.MAJOR, Impact.CRITICAL)
ROUTES = (QUIET, CAPPED, DAILY, replace(CAPPED, hourly=1), replace(QUIET, hourly=1), replace(CAPPED, quiet=NIGHT))
STEPS = st.one_of(
    st.tuples(st.just("comes"), st.sampled_from(NAMES), st.sampled_from(IMPACTS)),
    st.tuples(st.just("goes"), st.sampled_from(NAMES), st.booleans()),
    st.tuples(st.just("changes"), st.sampled_from(NAMES), st.sampled_from(IMPACTS)),
    st.tuples(st.just("waits"), st.sampled_from((0.2, 0.9, 3, 9)), st.booleans()),
    st.tuples(st.just("dies"), st.booleans(), st.booleans()),
    st.tuples(st.just("fails"), st.sampled_from(("loses_the_answer", "crashes_after_posting", "slow")), st.booleans()),
)


async def happens(night: Night, step: tuple[str, object, object]) -> None:
    what, first, second = step
    match what:
        case "comes" if first not in night.known:
            await night.opens(str(first), Impact(str(second)))
        case "goes" if first in night.known:
            is_open = night.known[str(first)].is_open
            await (night.ends if is_open else night.reopens)(str(first), deliver=bool(second))
        case "changes" if first in night.known and night.known[str(first)].is_open:
            await night.becomes(Impact(str(second)), str(first))
        case "waits":
            await night.passes(hours=float(str(first)))
        case "dies":
            # In the middle of what is due, or between two things.
            if first:
                await night.desk.begins()
            await night.starts()
        case "fails" if first == "slow":
            night.desk.fake.fails_with(TemporaryFailure("slow down"))
        case "fails":
            getattr(night.desk.fake, str(first))()
        case _:
            pass


async def held(night: Night, name: str) -> Hold | None:
    (one,) = await announcements.of_incident(night.database, name)
    return one.held


def told(night: Night, name: str) -> tuple[int, int]:
    """Return how many roots an incident has, and how many digests tell of its end."""
    roots = sum(one.headline == f"Acme: Errors {name}" for one in night.channel)
    said = [plain(one.message) for one in night.channel if not one.headline.startswith("Acme")]
    ends = sum(f"Errors {name} · was" in text for text in said)
    return roots, ends


async def lives(folder: Path, file: Path, route: Route, steps: Sequence[tuple[str, object, object]]) -> None:
    shutil.copyfile(file, folder / "sitrep.db")
    async with opened(sqlite_in(folder)) as database:
        night = Night(database, (route,))
        await night.starts()
        for step in steps:
            await happens(night, step)
            for name, one in night.known.items():
                if one.is_open and one.impact is Impact.CRITICAL and route.digest is None and step[0] != "goes":
                    assert await held(night, name) is None, "what is critical is held back"
        night.desk.fake.behaves()
        await night.passes(hours=50)

        keys = Counter(one.key for one in night.channel)
        assert [key for key, count in keys.items() if count > 1] == []
        for name, one in night.known.items():
            roots, ends = told(night, name)
            assert roots <= 1
            if one.is_open:
                assert roots == (route.digest is None), "what goes on has its root"
            else:
                assert roots or ends, "what is over was told"
            if route.digest is not None and not one.is_open:
                assert ends >= 1


@pytest.mark.parametrize("route", ROUTES, ids=["quiet", "two", "daily", "one", "quiet-and-one", "two-and-quiet"])
def test_nothing_is_lost_and_nothing_told_twice(migrated_file: Path, route: Route) -> None:
    @settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
    @given(st.lists(STEPS, min_size=4, max_size=14))
    def all_of_them(steps: Sequence[tuple[str, object, object]]) -> None:
        with TemporaryDirectory() as folder:
            asyncio.run(lives(Path(folder), migrated_file, route, steps))

    all_of_them()
