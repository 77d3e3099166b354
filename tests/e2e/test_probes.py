"""The real program with probes of its own: what it tells of them, killed in between, stopped and started."""

from __future__ import annotations

import json
from pathlib import Path

from tests.e2e.program import Sitrep, sitrep_in, until
from tests.servers import Answer, Server, serve

HEALTH = "/health"
WELL, ILL = Answer(body="ok"), Answer(status=503)


def checks(sitrep: Sitrep, server: Server, more: str = "") -> None:
    """Write a configuration with one probe, which is quick to be sure."""
    sitrep.config.write_text(
        f"""
        watch = []
        egress = {{ allow = ["127.0.0.1"] }}
        network = {{ witnesses = [] }}
        [[probe]]
        name = "acme-api"
        type = "http"
        vendor = "Acme"
        component = "API"
        target = "{server.url}{HEALTH}"
        interval = "2s"
        recheck = "1s"
        fail_after = 2
        {more}
        """,
        encoding="utf-8",
    )


def words(sitrep: Sitrep) -> list[str]:
    return [told.text for told in sitrep.told()]


def says(sitrep: Sitrep, *some: str) -> bool:
    return any(all(word in text for word in some) for text in words(sitrep))


async def test_a_probe_tells_of_a_trouble_and_of_its_end_once_however_often_it_is_killed(tmp_path: Path) -> None:
    async with serve({HEALTH: WELL}) as server, sitrep_in(tmp_path) as sitrep:
        checks(sitrep, server)
        await sitrep.started()
        await until(lambda: len(server.hits) >= 2, "it is checked again")
        await sitrep.kill()
        server.answers[HEALTH] = ILL
        before = len(server.hits)
        await sitrep.started()
        await until(lambda: len(server.hits) > before, "it is checked after a kill")
        await sitrep.kill()
        await sitrep.started()
        await until(lambda: says(sitrep, "Acme: API is failing"), "the trouble is told")
        await sitrep.kill()
        await sitrep.started()
        server.answers[HEALTH] = WELL
        await until(lambda: says(sitrep, "Over after", "unconfirmed"), "its end is told")
        await sitrep.until_content()
        assert await sitrep.stop() == 0

        assert [told.step for told in sitrep.told()].count("post") == 1
        assert sum("HTTP 503" in told.text for told in sitrep.told() if told.step == "reply") == 1
        assert await sitrep.held() == []


async def test_who_is_told_to_stop_finishes_a_check_that_has_begun(tmp_path: Path) -> None:
    async with serve({HEALTH: Answer.never()}) as server, sitrep_in(tmp_path) as sitrep:
        checks(sitrep, server, 'timeout = "1s"')
        await sitrep.started()
        await server.wait_for_hits(1)
        assert await sitrep.stop() == 0

        assert await sitrep.held() == []
        assert await sitrep.ask("SELECT checks FROM probe_minute") == [1]
        assert "Traceback" not in sitrep.err


async def test_status_shows_a_probe_and_what_it_can_not_tell(tmp_path: Path) -> None:
    async with serve({HEALTH: Answer(status=401)}) as server, sitrep_in(tmp_path) as sitrep:
        checks(sitrep, server, 'headers = { Authorization = "${API_KEY}" }')
        (tmp_path / ".env").write_text("API_KEY=hunter2\n", encoding="utf-8")
        await sitrep.started()
        await until(lambda: "acme-api: can not tell: " in sitrep.err, "the operator hears of it")
        assert await sitrep.stop() == 0
        told = await sitrep.run("status", "--json", "--config", str(sitrep.config))

        (one,) = json.loads(told.out)
        assert (one["name"], one["status"]) == ("Acme", "not known")
        assert one["probes"][0]["matter"] == "can not tell since"
        assert sitrep.told() == []
        assert "hunter2" not in sitrep.err + sitrep.out + told.out
