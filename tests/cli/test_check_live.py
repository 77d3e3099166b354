"""`sitrep check --live` against pages of our own."""

from __future__ import annotations

from pathlib import Path

from tests.e2e.program import sitrep_in
from tests.loops.acme import SUMMARY, component, incident, summary
from tests.servers import Answer, serve

PAGE = summary(incident("i1", ("investigating", "Some requests fail.", 1)), components=[component("API")])


async def test_every_page_is_read_once_and_told_with_what_it_speaks(tmp_path: Path) -> None:
    async with serve({SUMMARY: Answer.json(PAGE)}) as server, sitrep_in(tmp_path) as sitrep:
        sitrep.watches({"Acme": server.url})
        checked = await sitrep.run("check", "--live", "--config", str(sitrep.config))

        assert (checked.status, checked.err) == (0, "")
        assert "ok    Acme: statuspage, 1 components, 1 open incidents" in checked.out.splitlines()
        assert server.paths == [SUMMARY]
        assert not (tmp_path / "sitrep.db").exists()


async def test_a_page_that_can_not_be_read_fails_the_check_and_hides_no_other(tmp_path: Path) -> None:
    async with (
        serve({SUMMARY: Answer.json(PAGE)}) as well,
        serve({SUMMARY: Answer.html()}) as ill,
        sitrep_in(tmp_path) as sitrep,
    ):
        sitrep.watches({"Well": f"{well.url}/well", "Ill": f"{ill.url}/ill"})
        checked = await sitrep.run("check", "--live", "--config", str(sitrep.config))

        assert checked.status == 2
        assert [line.split(":")[0] for line in checked.out.splitlines()[1:]] == ["ok    Well"]
        assert checked.err.startswith("FAIL  Ill: ")
        assert "Traceback" not in checked.err
