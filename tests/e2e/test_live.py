"""The real program and what its users and its operator see of it, while pages behave and misbehave."""

from __future__ import annotations

import json
import signal
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.e2e.program import Sitrep, sitrep_in, until
from tests.e2e.statuspage import SUMMARY, Incident, StatusPage
from tests.servers import Answer, Server, serve

BAD = {"Html": Answer.html(), "Empty": Answer(), "Broken": Answer(status=500)}


def page(slug: str, *, ago: timedelta = timedelta()) -> StatusPage:
    return StatusPage(slug, lambda: datetime.now(UTC) - ago)


def publish(server: Server, shown: StatusPage) -> None:
    server.answers = {path: Answer.json(document) for path, document in shown.documents()}


def lines(text: str, *words: str) -> int:
    return sum(all(word in line for word in words) for line in text.splitlines())


async def status(sitrep: Sitrep) -> dict[str, dict[str, object]]:
    told = await sitrep.run("status", "--json", "--config", str(sitrep.config))
    assert (told.status, told.err) == (0, "")
    return {row["name"]: row for row in json.loads(told.out)}


async def test_what_goes_on_already_is_told_once_with_its_true_start_and_what_is_over_is_not(tmp_path: Path) -> None:
    acme = page("acme", ago=timedelta(hours=3))
    over = acme.opens("Login was slow", "major", "We look into it.")
    over.vanishes("It is over.")
    still = acme.opens("API is slow", "minor", "We look into it.", API="partial_outage")
    still.says("identified", "We found it.")
    async with serve({SUMMARY: Answer.json(summary_with(acme, over))}) as server, sitrep_in(tmp_path) as sitrep:
        sitrep.watches({"Acme": server.url})
        await sitrep.started()
        await until(lambda: len(server.hits) >= 2, "the page is read again")
        assert await sitrep.stop() == 0

        first, *replies = sitrep.told()
        assert (first.step, first.incident) == ("post", f"acme-{still.id}")
        assert f"Since {still.began:%Y-%m-%d %H:%M} UTC, already going on when we began to watch" in first.text
        assert [row.text.splitlines()[1] for row in replies] == ["“We look into it.”", "“We found it.”"]
        assert "API is slow" in sitrep.out
        assert "Login was slow" not in sitrep.out


def summary_with(shown: StatusPage, over: Incident) -> dict[str, object]:
    """Return a summary that, unlike Atlassian's own, lists what is over as well."""
    return {**shown.summary(), "incidents": [*(one.json() for one in shown.open), over.json()]}


async def test_a_page_that_can_not_be_read_is_stale_and_that_is_no_recovery(tmp_path: Path) -> None:
    pages = {name: page(name.lower()) for name in (*BAD, "Gone", "Well")}
    async with AsyncExitStack() as stack, sitrep_in(tmp_path) as sitrep:
        gone = await stack.enter_async_context(AsyncExitStack())
        servers = {name: await (gone if name == "Gone" else stack).enter_async_context(serve()) for name in pages}
        urls = {name: f"{server.url}/{name}" for name, server in servers.items()}
        for name, one in pages.items():
            one.opens("API is slow", "major", "We look into it.", API="major_outage")
            publish(servers[name], one)
        sitrep.watches(urls)
        await sitrep.started()
        await until(lambda: len(sitrep.told()) == 10, "every incident is told")

        for name, answer in BAD.items():
            servers[name].answers = {SUMMARY: answer}
        await gone.aclose()
        await until(lambda: lines(sitrep.err, "can not read") == 4, "the operator is told")
        stale = await sitrep.run("status", "--config", str(sitrep.config))
        for name in BAD:
            publish(servers[name], pages[name])
        assert await sitrep.stop() == 0

        assert lines(stale.out, "MAJOR", "API is slow") == 1
        assert lines(stale.out, "MAJOR", "can not be read for", "its last state still stands") == 4
        assert lines(stale.out, "operational") == 0
        assert lines(stale.out, "(investigating, for") == 5

        sitrep.watches(urls, "6s")
        await sitrep.started()
        await until(lambda: lines(sitrep.err, "can read", "again") == 3, "they are back")
        back = await status(sitrep)
        assert await sitrep.stop() == 0

        assert {name: lines(sitrep.err, f"can not read {name}: ") for name in pages} == {
            **dict.fromkeys((*BAD, "Gone"), 1),
            "Well": 0,
        }
        assert {name for name, row in back.items() if row["stale_since"]} == {"Gone"}
        assert "blind" not in sitrep.err
        # Nothing but the five roots and their first words, all this time.
        assert len(sitrep.told()) == 10
        assert lines(sitrep.out, "Resolved") == 0


async def test_without_a_network_it_says_so_once_and_invents_nothing(tmp_path: Path) -> None:
    names = ("Acme", "Umbrella", "Initech")
    async with sitrep_in(tmp_path) as sitrep:
        sitrep.watches({name: f"https://{name.lower()}.invalid" for name in names})
        await sitrep.started()
        await sitrep.until_failed(3)
        told = await sitrep.run("status", "--config", str(sitrep.config))

        assert await sitrep.stop(signal.SIGINT) == 0
        assert [lines(sitrep.err, f"can not read {name}: ") for name in names] == [1, 1, 1]
        assert lines(sitrep.err, "none of the 3 pages can be read") == 1
        assert lines(told.out, "not known", "nothing is known of it yet") == 3
        assert lines(told.out, "operational") == 0
        assert not sitrep.log.exists()
        assert sitrep.out == ""


async def test_a_second_program_on_the_same_file_is_refused_in_one_line(tmp_path: Path) -> None:
    async with serve() as server, sitrep_in(tmp_path) as sitrep:
        publish(server, page("acme"))
        sitrep.watches({"Acme": server.url})
        await sitrep.started()

        second = await sitrep.run("run", "--config", str(sitrep.config))

        assert (second.status, second.out) == (2, "")
        assert second.err.startswith("sitrep: ")
        assert second.err.count("\n") == lines(second.err, "another sitrep is already running on this file") == 1
        assert not sitrep.has_ended
        assert await sitrep.stop() == 0
