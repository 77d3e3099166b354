"""Probes in the database: where they are shown, how they are claimed, what is kept of their checks."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from bot.core.probing import ProbeState, Rule, advance
from bot.model import Impact, Page, ProbeResult
from bot.store import lookups, panels, polls, probes, record, samples, sources, standings
from bot.store.database import Database
from bot.store.polls import Look
from bot.store.samples import Checked, Sample
from bot.store.tables import PROBE_MINUTE
from tests.loops.lab import probe_of
from tests.store.test_standings import names, page_of, seen
from tests.store.world import LEASE, NOW, WELL, later

FINE = Page(indicator=Impact.NONE)
RULE = Rule(interval=timedelta(seconds=30), fail_after=1)


def looked(name: str, *, fails: bool = False, fence: int = 0) -> Look:
    result = ProbeResult(ok=not fails, at=NOW, reason="HTTP 503" if fails else "")
    state = advance(ProbeState(), result, RULE, None)
    checked = Checked(state, Sample(at=NOW, failed=fails, latency=0.0 if fails else 0.2))
    return Look(key=f"probe:{name}", fence=fence, health=WELL, due_at=later(hours=1), page=FINE, checked=checked)


async def test_a_probe_is_shown_with_the_page_of_its_vendor(database: Database) -> None:
    await sources.register(database, [page_of("acme"), probe_of("acme-api"), probe_of("acme-web")], NOW)
    await polls.record(database, [seen("acme"), looked("acme-api", fails=True), looked("acme-web")])

    found = (await standings.overview(database)).survey
    (one,) = await standings.every(database)

    assert (names(found.well), found.total) == (["Acme"], 1)
    assert [(view.name, view.passes) for view in one.probes] == [("acme-api", False), ("acme-web", True)]
    assert [one.key for one in await standings.called(database, ["acme"])] == ["acme"]
    assert (await lookups.troubles(database, NOW)).watched == 3


async def test_where_no_page_is_watched_a_vendors_probes_stand_together_and_others_alone(database: Database) -> None:
    shop = probe_of("shop", "shop", accuses=False)
    await sources.register(database, [probe_of("api", "our-gateway"), probe_of("web", "our-gateway"), shop], NOW)
    await polls.record(database, [looked("api", fails=True), looked("web"), looked("shop")])

    found = (await standings.overview(database)).survey
    stand = {one.name: [view.passes for view in one.probes] for one in await standings.every(database)}

    assert (names(found.well), found.total) == (["Our-Gateway", "shop"], 2)
    assert stand == {"Our-Gateway": [False, True], "shop": [True]}
    assert [one.key for one in await standings.called(database, ["our gateway"])] == ["probe:api"]
    (web,) = await standings.some(database, ["probe:web"])
    assert (web.name, [view.name for view in web.probes]) == ("web", ["web"])


async def test_a_probe_is_found_by_its_own_name_wherever_it_is_shown(database: Database) -> None:
    await sources.register(database, [page_of("acme"), probe_of("gateway")], NOW)

    assert [one.key for one in await standings.called(database, ["gateway"])] == ["probe:gateway"]
    (one,) = await standings.some(database, ["probe:gateway"])
    assert one.is_probe


async def test_the_list_of_what_is_watched_has_pages_alone(database: Database) -> None:
    await sources.register(database, [page_of("acme"), probe_of("api")], NOW)

    total, entries = await sources.entries(database, 9)
    assert (total, [one.source.name for one in entries]) == (1, ["Acme"])
    assert await sources.entry(database, "probe:api") is None


async def test_a_claim_brings_what_is_remembered(database: Database) -> None:
    await sources.register(database, [probe_of("api")], NOW)
    await polls.record(database, [looked("api", fails=True)])
    (due,) = await probes.claim_due(database, "one", later(hours=1), until=later(hours=1), limit=9, lease=LEASE)

    assert (due.key, due.fence, due.is_new) == ("probe:api", 1, False)
    assert due.state.streak.is_failing
    assert due.health == WELL


async def test_what_is_given_back_is_due_as_it_was(database: Database) -> None:
    await sources.register(database, [probe_of("api")], NOW)
    first = await probes.next_due(database, NOW)
    claimed = await probes.claim_due(database, "one", NOW, until=later(minutes=1), limit=9, lease=LEASE)
    held = await probes.next_due(database, NOW)
    await probes.release(database, claimed)

    assert held is None
    assert await probes.next_due(database, NOW) == first


async def test_an_older_lease_does_not_undo_a_newer_state(database: Database) -> None:
    await sources.register(database, [probe_of("api")], NOW)
    await polls.record(database, [looked("api")])
    for fence in (1, 2):
        now = later(hours=fence)
        await probes.claim_due(database, "one", now, until=now, limit=9, lease=timedelta(minutes=1))
    await polls.record(database, [looked("api", fence=2, fails=True)])
    await polls.record(database, [looked("api", fence=1)])
    now = later(hours=3)
    (due,) = await probes.claim_due(database, "one", now, until=now, limit=9, lease=LEASE)

    assert due.state.streak.is_failing


async def sampled(database: Database, minutes: float, *, failed: bool = False, latency: float = 0.2) -> None:
    checked = Checked(ProbeState(), Sample(at=later(minutes=minutes), failed=failed, latency=latency))
    look = Look(key="probe:api", fence=0, health=WELL, due_at=NOW, checked=checked)
    await polls.record(database, [look])


async def test_checks_are_summed_by_the_minute_and_later_by_the_hour(database: Database) -> None:
    await sources.register(database, [probe_of("api")], NOW)
    for minutes in (0, 0.5, 1, 59, 60):
        await sampled(database, minutes, latency=0.1 + minutes / 100)
    await sampled(database, 1.5, failed=True, latency=0)
    before = await samples.spans(database, "probe:api", NOW)
    while await samples.thin(database, later(hours=5)):
        pass
    after = await samples.spans(database, "probe:api", NOW)

    assert [(span.checks, span.failures) for span in before] == [(2, 0), (2, 1), (1, 0), (1, 0)]
    assert [(span.start, span.checks, span.failures) for span in after] == [(NOW, 5, 1), (later(hours=1), 1, 0)]
    assert sum(span.latency for span in after) == sum(span.latency for span in before)
    assert after[0].slowest == before[2].slowest


async def test_what_is_summed_up_once_is_not_touched_again(database: Database) -> None:
    await sources.register(database, [probe_of("api")], NOW)
    await sampled(database, 0)
    for days in (1, 1, 2):
        while await samples.thin(database, later(days=days)):
            pass

    assert [span.checks for span in await samples.spans(database, "probe:api", NOW)] == [1]


async def test_several_instances_that_sum_up_at_once_do_it_once(database: Database) -> None:
    nothing = {"failures": 0, "slow": 0, "latency": 0.1, "slowest": 0.1}
    rows = [{"source": f"probe:p{number}", "minute": NOW, "checks": 1, **nothing} for number in range(100)]
    await database.write(lambda connection: connection.execute(PROBE_MINUTE.insert(), rows))

    await asyncio.gather(*(samples.thin(database, later(days=1)) for _ in range(4)))

    (one,) = await samples.spans(database, "probe:p0", NOW - timedelta(hours=1))
    assert one.checks == 1


async def test_nobody_looks_back_further_than_a_scorecard(database: Database) -> None:
    await sources.register(database, [probe_of("api")], NOW)
    await sampled(database, 0)
    await record.forget(database, NOW + timedelta(hours=1))

    assert await samples.spans(database, "probe:api", NOW) == ()


async def test_a_probe_that_is_in_maintenance_can_not_testify(database: Database) -> None:
    await sources.register(database, [probe_of("api"), probe_of("mail")], NOW)
    for name, resting in (("api", "Upgrade"), ("mail", "")):
        checked = Checked(ProbeState(resting=resting), None)
        look = Look(key=f"probe:{name}", fence=0, health=WELL, due_at=later(hours=1), page=FINE, checked=checked)
        await polls.record(database, [look])

    found = await panels.panel(database, probe_of("api").vendor)
    assert {one.key: one.is_blind for one in found.probes} == {"probe:api": True, "probe:mail": False}
