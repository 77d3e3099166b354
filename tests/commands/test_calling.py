"""Those who call in, in the answers to `status`."""

from __future__ import annotations

from collections.abc import Sequence

from bot.core.calling import CallerView, lines, of_hook, of_job, overall
from bot.core.heartbeat import Condition, Standing
from bot.core.message import Tone, plain_part
from bot.model import Confidence, Evidence, Kind, State
from bot.store.database import Database
from tests.commands.office import Office, text
from tests.unit.build import at, fine

LATE = of_job("Nightly backup", None, Standing(Condition.LATE, at(0), at(0), "It has not called in for 2 h."))
WELL = of_job("Sync", "acme", Standing(Condition.WELL, at(0), at(60), "It called in on time."))
GATEWAY = of_hook("gateway", "acme", at(0))
PAGER = of_hook("pager", None, None)


async def office_of(database: Database, *views: CallerView) -> Office:
    office = Office(database)

    async def callers() -> Sequence[CallerView]:
        return views

    office.desk.callers = callers
    await office.watches("Acme", fine("API"))
    return office


async def test_beside_everything_hooks_are_shown_and_the_jobs_that_are_not_well(database: Database) -> None:
    office = await office_of(database, GATEWAY, WELL, LATE, PAGER)

    assert text(await office.says("status")).splitlines()[-3:] == [
        "Nightly backup: It has not called in for 2 h.",
        "gateway: last heard of 2026-03-01 12:00 UTC",
        "pager: not heard of yet",
    ]


async def test_what_a_silent_job_has_opened_is_not_said_twice(database: Database) -> None:
    office = await office_of(database, LATE)
    seen = Evidence(confidence=Confidence.LOW, reports=("Nightly backup: it has not called in for 2 h",))
    told = {"kind": Kind.SUSPECTED, "state": State.SUSPECTED, "evidence": seen, "title": "Nightly backup is late"}
    await office.opens("backup-1", vendor="nightly backup", **told)

    said = text(await office.says("status")).splitlines()

    assert said[1] == "- Nightly backup · suspected"
    assert said[2].endswith(" · Nightly backup: it has not called in for 2 h")
    assert [row for row in said if row.startswith("Nightly backup:")] == []


async def test_a_vendors_page_shows_those_that_tell_of_it(database: Database) -> None:
    office = await office_of(database, GATEWAY, WELL, LATE, PAGER)
    said = text(await office.says("status acme"))

    assert "gateway: last heard of 2026-03-01 12:00 UTC" in said
    assert "Sync: It called in on time." in said
    assert "Nightly backup" not in said
    assert "pager" not in said


async def test_by_its_own_name_each_is_found(database: Database) -> None:
    office = await office_of(database, LATE, PAGER)
    job, hook = await office.says("status nightly backup"), await office.says("status pager")

    assert text(job) == "Nightly backup: late\nIt has not called in for 2 h."
    assert job.message.tone is Tone.MINOR
    assert text(hook) == "pager: hook\nnot heard of yet"


async def test_a_hook_that_is_called_like_a_vendor_does_not_hide_it(database: Database) -> None:
    office = await office_of(database, of_hook("grafana", None, None))

    assert text(await office.says("status grafana")).startswith("Grafana")


def test_what_a_job_sent_along_is_not_repeated() -> None:
    failed = Standing(Condition.FAILED, at(0), None, "It reported a failure.\n\nTraceback", "exit status 1")

    assert plain_part(lines([of_job("Sync", None, failed)])[0]) == "Sync: It reported a failure."


def test_of_very_many_only_some_are_listed() -> None:
    many = [of_hook(f"h{number}", None, None) for number in range(20)]

    assert [plain_part(line) for line in overall(many)][-2:] == ["h11: not heard of yet", "and 8 more that call in"]
