"""`sitrep detect` against pages of our own."""

from __future__ import annotations

import json
from pathlib import Path

from tests.e2e.program import Sitrep, sitrep_in
from tests.loops.acme import SUMMARY, component, incident, summary
from tests.servers import Answer, serve

PAGE = summary(incident("i1", ("investigating", "Some requests fail.", 1)), components=[component("API")])


def open_to_ourselves(sitrep: Sitrep) -> str:
    sitrep.config.write_text('watch = []\n[egress]\nallow = ["127.0.0.1"]\n', encoding="utf-8")
    return str(sitrep.config)


async def test_it_tells_the_format_and_what_to_write(tmp_path: Path) -> None:
    async with serve({SUMMARY: Answer.json(PAGE)}) as server, sitrep_in(tmp_path) as sitrep:
        found = await sitrep.run("detect", server.url, "--config", open_to_ourselves(sitrep))

    assert (found.status, found.err) == (0, "")
    assert found.out.splitlines()[0] == f"statuspage, read at {server.url}{SUMMARY}"
    assert "  open: Errors (investigating)" in found.out.splitlines()
    assert found.out.endswith(f'[[watch]]\nurl = "{server.url}"\nformat = "statuspage"\n')


async def test_where_nothing_is_found_it_tells_what_was_tried_and_fails_in_one_line(tmp_path: Path) -> None:
    async with serve({"/": Answer.html()}) as server, sitrep_in(tmp_path) as sitrep:
        found = await sitrep.run("detect", server.url, "--config", open_to_ourselves(sitrep))

    *tried, last = found.err.splitlines()
    assert (found.status, found.out) == (2, "")
    assert last.startswith(f"sitrep: {server.url}: no format reads anything there, of ")
    assert any(line.startswith(f"  {server.url}{SUMMARY}: ") for line in tried)


async def test_programs_get_one_line_of_json(tmp_path: Path) -> None:
    async with serve({SUMMARY: Answer.json(PAGE)}) as server, sitrep_in(tmp_path) as sitrep:
        found = await sitrep.run("detect", server.url, "--json", "--config", open_to_ourselves(sitrep))

    told = json.loads(found.out)
    assert (told["format"], told["watch"], told["endpoint"]) == ("statuspage", server.url, f"{server.url}{SUMMARY}")


async def test_an_address_inside_is_refused_unless_it_is_allowed(tmp_path: Path) -> None:
    async with serve({SUMMARY: Answer.json(PAGE)}) as server, sitrep_in(tmp_path) as sitrep:
        sitrep.config.write_text("watch = []\n", encoding="utf-8")
        found = await sitrep.run("detect", server.url, "--config", str(sitrep.config))

    assert (found.status, server.hits) == (2, [])
