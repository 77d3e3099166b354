"""What becomes of results: suspicions that open and close, what can not be told, and restarts in every phase."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.core import health
from bot.core.windows import Window
from bot.loops.checking import bury, take
from bot.loops.sight import open_eyes
from bot.model import ChangeKind, Impact, ProbeResult, State, Who
from bot.store import incidents, samples, sources
from bot.store.database import Database
from bot.store.incidents import LeaseLost
from tests.fakes import NOON
from tests.loops.lab import RULE, lab_of

OPENED = [ChangeKind.OPENED, ChangeKind.UPDATED]


async def test_failures_in_a_row_open_a_suspicion_of_the_vendor(database: Database) -> None:
    lab = await lab_of(database, "acme-api")
    lab.finds("acme-api", ".xxx")
    waits = await lab.checks(4)

    found = await lab.incident()
    assert (found.vendor, found.name, found.title) == ("acme", "Acme", "Acme is failing")
    assert (found.state, found.impact) == (State.SUSPECTED, Impact.MINOR)
    assert found.started_at == NOON + timedelta(seconds=30)
    assert [(e.kind, e.who, e.author, e.text) for e in await lab.timeline() if not e.quiet] == [
        (ChangeKind.OPENED, Who.PROBE, "acme-api", ""),
        (ChangeKind.UPDATED, Who.PROBE, "acme-api", "HTTP 503"),
    ]
    assert lab.probing.announced.is_set()
    # After the first failure it is checked again soon, until it is sure.
    assert waits == [0, 30, 5, 5]


async def test_it_is_over_since_the_first_pass(database: Database) -> None:
    lab = await lab_of(database, "acme-api")
    lab.finds("acme-api", "xxx..")
    waits = await lab.checks(6)

    assert await lab.told() == [*OPENED, ChangeKind.RESOLVED]
    assert (await lab.incident()).resolved_at == NOON + timedelta(seconds=40)
    # Once it is sure, at the interval again; while it ends, soon.
    assert waits == [0, 5, 5, 30, 5, 30]


async def test_a_single_failure_is_not_worth_a_word(database: Database) -> None:
    lab = await lab_of(database, "acme-api")
    lab.finds("acme-api", ".xx.xx.")
    await lab.checks(8)

    assert await incidents.recent_incidents(database, 9) == ()


async def test_the_pace_does_not_drift_and_what_was_missed_is_not_made_up_for(database: Database) -> None:
    lab = await lab_of(database, "acme-api")
    await lab.check(seconds=0.4)
    first = await lab.until_due()
    await lab.check(seconds=65)
    second = await lab.until_due()

    assert (first, second) == (timedelta(seconds=29.6), timedelta(seconds=25))
    assert len(lab.checked) == 2


async def test_a_key_that_is_refused_accuses_nobody_and_is_said_once(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    lab = await lab_of(database, "acme-api")
    lab.finds("acme-api", ".kkkkkk..")
    await lab.checks(7)
    meanwhile = await lab.failure()
    await lab.checks(1)

    assert await incidents.recent_incidents(database, 9) == ()
    assert meanwhile == "can not tell: the key was refused (HTTP 401)"
    assert await lab.failure() == ""
    assert [record.message.partition(";")[0] for record in caplog.records if record.name.startswith("bot")] == [
        "acme-api: can not tell: the key was refused (HTTP 401)",
        "acme-api can tell again, after 6 checks that told nothing",
    ]
    assert await lab.gaps() == [(timedelta(), timedelta(seconds=210), meanwhile)]


async def test_what_can_not_be_told_ends_no_trouble(database: Database) -> None:
    lab = await lab_of(database, "acme-api")
    lab.finds("acme-api", "xxxkkk")
    await lab.checks(7)

    assert await lab.open() == ["Acme is failing"]


async def test_an_error_of_our_own_accuses_nobody(database: Database) -> None:
    lab = await lab_of(database, "acme-api")
    lab.finds("acme-api", "!")
    async with lab.running():
        await lab.clock.until_someone_sleeps()
        while await lab.failure() == "":
            lab.clock.move(seconds=1)
            await lab.clock.until_someone_sleeps()

    assert await lab.failure() == "can not tell: an error of our own; see the log"
    assert await incidents.recent_incidents(database, 9) == ()


async def test_two_probes_of_one_vendor_are_two_witnesses(database: Database) -> None:
    lab = await lab_of(database, "acme-api", "acme-web")
    lab.finds("acme-api", "xxx")
    lab.finds("acme-web", "xxx")
    for _ in range(3):
        await lab.check()
        lab.clock.move(seconds=5)

    found = await incidents.open_incidents(database)
    assert sum(len(one.claims) for one in found) == 2


async def test_a_probe_that_accuses_nobody_tells_of_an_incident_of_our_own(database: Database) -> None:
    lab = await lab_of(database, "shop@")
    lab.finds("shop", "xxx")
    await lab.checks(3)

    found = await lab.incident()
    assert (found.vendor, found.name, found.state) == ("shop", "shop", State.INVESTIGATING)


async def test_flapping_is_told_once_and_counted_as_one(database: Database) -> None:
    lab = await lab_of(database, "acme-api")
    lab.finds("acme-api", "xxx.." * 5 + ".")
    await lab.checks(25)
    open_ones = await incidents.open_incidents(database)
    words = [entry.text for entry in await lab.timeline() if entry.text]
    await lab.checks(22)

    assert len(open_ones) == 1
    # What fails again soon after its end is the same incident again; from the third time on it does not end so soon.
    assert words[:3] == ["HTTP 503"] * 3
    assert words[3].startswith("Flapping: failed 3 times within ")
    assert len(words) == 4
    last = [entry for entry in await lab.timeline() if not entry.quiet][-1]
    assert last.kind is ChangeKind.RESOLVED
    assert last.text.startswith("Well for 10 min. It failed 5 times within ")


async def test_in_a_maintenance_of_our_own_nothing_opens_until_its_end(database: Database) -> None:
    upgrade = Window(name="Upgrade", starts=NOON, ends=NOON + timedelta(minutes=5))
    lab = await lab_of(database, "acme-api", windows=(upgrade,))
    lab.finds("acme-api", "x")
    await lab.checks(9)
    quiet = await incidents.recent_incidents(database, 9)
    await lab.checks(5)

    assert quiet == ()
    assert (await lab.incident()).started_at == NOON + timedelta(minutes=5)


@pytest.mark.parametrize("signs", [".xxx....", "xxxxx..", ".x.xxx..xxx..xxx.....", "xxkxk..k.", "xxxttttt.."])
async def test_a_restart_after_every_check_changes_nothing(database: Database, signs: str) -> None:
    whole = await lab_of(database, "whole@one", "parts@two")
    whole.finds("whole", signs)
    whole.finds("parts", signs)
    for _ in range(len(signs) + 2):
        await whole.until_due()
        await whole.check()
        await sources.release_all(database)
        await whole.start()

    found = await incidents.recent_incidents(database, 99)
    stories = {
        vendor: [
            [(e.kind, e.text, e.happened_at) for e in await incidents.timeline(database, one.id)]
            for one in found
            if one.vendor == vendor
        ]
        for vendor in ("one", "two")
    }
    assert stories["one"] == stories["two"]
    alone = await lab_of(database, "alone@three")
    alone.finds("alone", signs)
    await alone.checks(len(signs) + 2)
    third = [one for one in await incidents.recent_incidents(database, 99) if one.vendor == "three"]
    assert [
        [(e.kind, e.text, e.happened_at) for e in await incidents.timeline(database, one.id)] for one in third
    ] == stories["one"]


async def test_a_check_that_is_lost_with_its_process_is_done_by_another(database: Database) -> None:
    lab = await lab_of(database, "acme-api")
    lab.finds("acme-api", "x")
    await lab.checks(2)
    await lab.until_due()
    (lost,) = await lab.claim("dead")
    assert await lab.claim("other") == ()
    lab.clock.move(seconds=lab.probing.lease.total_seconds())
    await lab.check()

    # Two failures before and one since: it goes on exactly.
    assert await lab.told() == OPENED
    with pytest.raises(LeaseLost):
        await lab.finish(replace(lost))
    assert await lab.told() == OPENED


async def test_a_late_result_does_not_undo_a_newer_state(database: Database) -> None:
    lab = await lab_of(database, "acme-api")
    (late,) = await lab.claim()
    lab.clock.move(seconds=lab.probing.lease.total_seconds())
    lab.finds("acme-api", "x")
    await lab.check()
    lab.finds("acme-api", ".")
    await lab.finish(late)
    lab.finds("acme-api", "x")
    await lab.checks(2)

    assert await lab.told() == OPENED


async def test_a_probe_that_is_not_configured_any_more_ends_its_trouble(database: Database) -> None:
    lab = await lab_of(database, "acme-api")
    lab.finds("acme-api", "x")
    await lab.checks(3)
    await sources.register(database, [], lab.clock.now())
    await bury(lab.probing)
    await bury(lab.probing)

    assert await lab.told() == [*OPENED, ChangeKind.RESOLVED]
    assert "It is not checked any more: how it went on is not known." in [one.text for one in await lab.timeline()]

    await sources.register(database, lab.sources.values(), lab.clock.now())
    lab.clock.move(minutes=1)
    await lab.checks(3)
    assert await lab.open() == ["Acme is failing"]


async def test_a_new_target_forgets_how_long_the_old_one_took(database: Database) -> None:
    lab = await lab_of(database, "acme-api")
    await lab.checks(40)
    source = replace(lab.sources["acme-api"], url="elsewhere")
    await sources.register(database, [source], lab.clock.now())
    lab.sources = {"acme-api": source}
    await lab.start()
    await lab.until_due()
    await lab.check()
    await lab.until_due()
    (due,) = await lab.claim()

    assert due.state.usual.weight(lab.clock.now()) < 2


async def test_what_checks_came_to_is_kept_by_the_minute(database: Database) -> None:
    lab = await lab_of(database, "acme-api", rule=replace(RULE, fail_after=9))
    lab.finds("acme-api", "..xk.")
    await lab.checks(5)

    found = await samples.spans(database, "probe:acme-api", NOON)
    assert [(span.start - NOON, span.checks, span.failures) for span in found] == [
        (timedelta(), 2, 0),
        (timedelta(minutes=1), 2, 1),
    ]
    assert found[0].latency == pytest.approx(0.16)
    assert found[0].slowest == pytest.approx(0.08)


async def test_blind_eyes_accuse_nobody_and_keep_for_how_long(database: Database) -> None:
    lab = await lab_of(database, "acme-api")
    await open_eyes(lab.probing.eyes)
    await lab.checks(1)
    lab.answering.clear()
    lab.finds("acme-api", "t" * 5 + ".")
    await lab.checks(5)
    blind_since = lab.probing.eyes.blind_since
    lab.answering = {"near"}
    await lab.checks(1)

    assert await incidents.recent_incidents(database, 9) == ()
    assert blind_since == NOON + timedelta(seconds=30)
    assert lab.probing.eyes.blind_since is None
    assert await lab.gaps() == [(timedelta(), timedelta(seconds=180), "not watching: our own connection is gone")]


async def test_a_time_in_which_sitrep_was_not_running_is_a_gap_of_its_probes_too(database: Database) -> None:
    lab = await lab_of(database, "acme-api")
    await lab.checks(2)
    await lab.start(owner="two")
    await lab.check(minutes=25)

    (gap,) = await lab.gaps()
    assert gap == (timedelta(seconds=30), timedelta(seconds=30, minutes=25), health.NOT_LOOKED)


async def test_many_probes_of_one_vendor_that_fail_at_once_are_all_taken_in(database: Database) -> None:
    names = [f"acme-{number}" for number in range(40)]
    lab = await lab_of(database, *names, rule=replace(RULE, fail_after=1))
    for name in names:
        lab.finds(name, "x")
    await asyncio.gather(*(lab.finish(due) for due in await lab.claim()))

    found = await incidents.open_incidents(database)
    assert sum(len(one.claims) for one in found) == 40


async def test_whatever_words_a_server_finds_can_be_kept(database: Database) -> None:
    lab = await lab_of(database, "acme-api", rule=replace(RULE, fail_after=1))
    (due,) = await lab.claim()
    hostile = "\ud800\x1b[2J" + "x" * 9_000
    facts = tuple((f"fact {number}", hostile) for number in range(99))
    await take(lab.probing, due, ProbeResult(ok=False, at=NOON, reason=hostile, facts=facts))

    (entry,) = [entry for entry in await lab.timeline() if entry.text]
    assert entry.text == f"X{'x' * 498}…"
