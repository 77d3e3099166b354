"""What checks cost is counted by the day, whatever becomes of them, and a day that has cost enough is over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from bot.core import spending as prices
from bot.core.probe_views import today
from bot.loops.checking import again, astray
from bot.loops.probing import checked, taken
from bot.model import Ceiling, Fault, ProbeResult, Spent
from bot.ports import Setup, Web
from bot.store import incidents, polls, record, sources, spending, standings
from bot.store.database import Database
from tests.fakes import NOON
from tests.loops.lab import Lab, lab_of

KEY = "probe:llm"
ONE = Spent(checks=1, tokens_in=15, tokens_out=3, money=0.1)
CEILING = Ceiling(checks=5000, money=0.5)
DAY = date(2026, 3, 1)


async def paying(database: Database, signs: str = ".") -> Lab:
    """Return a lab with a probe whose every check costs 0.10, and of which 0.50 a day may be spent."""
    lab = await lab_of(database, "llm")
    lab.finds("llm", signs)
    await begin(lab)
    return lab


async def begin(lab: Lab) -> None:
    await lab.start()
    probe = lab.probing.probes[KEY]

    async def check(setup: Setup, web: Web, at: datetime) -> ProbeResult:
        if reason := prices.reached(CEILING, setup.spent, ONE):
            return ProbeResult(ok=False, at=at, reason=reason, fault=Fault.BUDGET, ceiling=CEILING)
        return replace(await probe.check(setup, web, at), cost=ONE, ceiling=CEILING)

    lab.probing.probes = {KEY: replace(probe, check=check)}


async def spent(lab: Lab, day: date = DAY) -> Mapping[str, int]:
    return {key: one.checks for key, one in (await spending.on(lab.database, day)).items()}


async def test_every_check_is_counted_also_one_that_fails_or_can_not_tell(database: Database) -> None:
    lab = await paying(database, ".xk.")
    await lab.checks(4)

    (found,) = (await spending.on(database, DAY)).values()
    assert (found.checks, found.tokens_in, found.tokens_out) == (4, 60, 12)
    assert found.money == pytest.approx(0.4)


async def test_a_check_that_opens_a_trouble_is_counted_with_it(database: Database) -> None:
    lab = await paying(database, "x")
    await lab.checks(3)

    assert len(await incidents.open_incidents(database)) == 1
    assert await spent(lab) == {KEY: 3}


async def test_nothing_more_is_asked_when_the_day_has_cost_enough(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    lab = await paying(database)
    await lab.checks(9)

    (one,) = await standings.every(database)
    (view,) = one.probes
    assert len(lab.checked) == 5
    assert (view.matter, view.why) == (
        "does not check",
        "its daily ceiling of 0.50 is reached; it checks again at 00:00 UTC",
    )
    assert today(view, lab.clock.now()) == "5 checks, 0.50 of 0.50"
    assert today(view, lab.clock.now() + timedelta(days=1)) == "0 checks, 0.00 of 0.50"
    assert caplog.text.count("its daily ceiling of 0.50 is reached") == 1
    assert await incidents.recent_incidents(database, 9) == ()


async def test_another_process_knows_what_was_spent(database: Database) -> None:
    lab = await paying(database)
    for _ in range(8):
        await lab.until_due()
        await lab.check()
        await sources.release_all(database)
        await begin(lab)

    assert len(lab.checked) == 5


async def test_another_day_begins_at_nothing(database: Database, caplog: pytest.LogCaptureFixture) -> None:
    lab = await paying(database)
    caplog.set_level("INFO")
    await lab.checks(7)
    before = len(lab.checked)
    lab.clock.move(hours=12)
    await lab.checks(7)

    assert (before, len(lab.checked)) == (5, 10)
    assert await spent(lab) == await spent(lab, DAY + timedelta(days=1)) == {KEY: 5}
    assert caplog.text.count("llm checks again") == 1
    assert await lab.gaps() == [
        (
            timedelta(seconds=120),
            timedelta(hours=12, seconds=180),
            "its daily ceiling of 0.50 is reached; it checks again at 00:00 UTC",
        )
    ]


async def test_a_check_that_was_claimed_before_midnight_and_begins_after_it_is_of_the_new_day(
    database: Database,
) -> None:
    lab = await paying(database)
    await lab.checks(6)
    lab.clock.move(hours=11, minutes=56)
    (due,) = await lab.claim()
    lab.clock.move(minutes=3)
    result = await checked(lab.probing, due)

    assert lab.clock.now() > datetime(2026, 3, 2, tzinfo=UTC)
    assert result is not None
    assert result.cost == ONE


async def test_money_is_spent_though_somebody_else_has_checked_since(database: Database) -> None:
    lab = await paying(database)
    (late,) = await lab.claim()
    result = await checked(lab.probing, late)
    lab.clock.move(seconds=lab.probing.lease.total_seconds())
    await lab.check()
    assert result is not None
    await polls.record(database, [again(lab.probing, late, result)])

    assert await spent(lab) == {KEY: 2}


async def test_so_it_is_when_a_trouble_can_not_be_told_because_of_that(database: Database) -> None:
    lab = await paying(database, "x")
    await lab.checks(2)
    await lab.until_due()
    (late,) = await lab.claim()
    result = await checked(lab.probing, late)
    lab.clock.move(seconds=lab.probing.lease.total_seconds())
    await lab.claim("other")

    assert await taken(lab.probing, late, result) is None
    assert await spent(lab) == {KEY: 3}


async def test_what_went_astray_after_it_was_paid_is_counted(database: Database) -> None:
    lab = await paying(database)
    (due,) = await lab.claim()
    await polls.record(database, [astray(lab.probing, due, await checked(lab.probing, due))])

    assert await spent(lab) == {KEY: 1}


async def forgotten(database: Database, before: datetime) -> None:
    while (await record.forget(database, before))[1]:
        pass


async def test_old_days_are_forgotten_with_the_samples(database: Database) -> None:
    lab = await paying(database)
    await lab.checks(1)
    await forgotten(database, NOON)
    before = await spent(lab)
    await forgotten(database, NOON + timedelta(days=1))

    assert (before, await spent(lab)) == ({KEY: 1}, {})
