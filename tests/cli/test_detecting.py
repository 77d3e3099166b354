"""`sitrep detect` against pages of our own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.cli import main
from tests.e2e.program import Sitrep, sitrep_in
from tests.loops.acme import SUMMARY, component, incident, summary
from tests.servers import Answer, serve

PAGE = summary(incident("i1", ("investigating", "Some requests fail.", 1)), components=[component("API")])
OPEN = 'watch = []\n[egress]\nallow = ["127.0.0.1"]\n'


def open_to_ourselves(sitrep: Sitrep) -> str:
    sitrep.config.write_text(OPEN, encoding="utf-8")
    return str(sitrep.config)


async def test_it_tells_the_format_and_what_to_write(tmp_path: Path) -> None:
    async with serve({SUMMARY: Answer.json(PAGE)}) as server, sitrep_in(tmp_path) as sitrep:
        found = await sitrep.run("detect", server.url, "--config", open_to_ourselves(sitrep))

    assert (found.status, found.err) == (0, "")
    assert found.out.splitlines()[0] == f"statuspage, read at {server.url}{SUMMARY}"
    assert "  open: Errors (investigating)" in found.out.splitlines()
    assert found.out.endswith(f'[[watch]]\nurl = "{server.url}"\nformat = "statuspage"\n')


async def test_where_nothing_is_found_it_fails_in_one_line_and_tells_what_was_tried_if_asked(tmp_path: Path) -> None:
    async with serve({"/": Answer.html()}) as server, sitrep_in(tmp_path) as sitrep:
        found = await sitrep.run("detect", server.url, "--config", open_to_ourselves(sitrep))
        in_full = await sitrep.run("detect", server.url, "--tried", "--config", open_to_ourselves(sitrep))

    *tried, last = in_full.err.splitlines()
    assert (found.status, found.out, found.err) == (2, "", f"{last}\n")
    assert last.startswith(f"sitrep: {server.url}: no format reads anything there; ")
    assert any(line.startswith(f"  {server.url}{SUMMARY}: ") for line in tried)


async def test_a_host_without_a_scheme_may_be_without_tls(tmp_path: Path) -> None:
    async with serve({SUMMARY: Answer.json(PAGE)}) as server, sitrep_in(tmp_path) as sitrep:
        found = await sitrep.run("detect", server.url[len("http://") :], "--config", open_to_ourselves(sitrep))

    assert (found.status, found.err) == (0, "")
    assert f'url = "{server.url}"' in found.out


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("https://[", "https://[: this is no web address; one looks like https://status.example.com"),
        ("", "this is no web address; one looks like https://status.example.com"),
        ("foo bar", "foo bar: the url names no valid host"),
        ("ftp://status.acme.example", "ftp://status.acme.example: only http and https urls can be fetched"),
        ("http://127.0.0.1:1", "http://127.0.0.1:1: 127.0.0.1 does not answer (no connection to 127.0.0.1: "),
        ("http://me:secret@127.0.0.1:1", "http://127.0.0.1:1: 127.0.0.1 does not answer (no connection to 127.0.0.1: "),
    ],
)
def test_what_can_not_be_asked_is_told_in_one_plain_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], address: str, said: str
) -> None:
    config = tmp_path / "sitrep.toml"
    config.write_text(OPEN, encoding="utf-8")
    status = main(["detect", address, "--config", str(config)])
    found = capsys.readouterr()

    assert (status, found.out) == (2, "")
    assert found.err.startswith(f"sitrep: {said}")
    assert found.err.count("\n") == 1
    assert "secret" not in found.err


async def test_programs_get_one_line_of_json(tmp_path: Path) -> None:
    async with serve({SUMMARY: Answer.json(PAGE)}) as server, sitrep_in(tmp_path) as sitrep:
        found = await sitrep.run("detect", server.url, "--json", "--config", open_to_ourselves(sitrep))

    told = json.loads(found.out)
    assert (told["format"], told["watch"], told["endpoint"]) == ("statuspage", server.url, f"{server.url}{SUMMARY}")
    assert (told["lists_all_open"], told["reason"]) == (True, None)


async def test_an_address_inside_is_refused_unless_it_is_allowed(tmp_path: Path) -> None:
    async with serve({SUMMARY: Answer.json(PAGE)}) as server, sitrep_in(tmp_path) as sitrep:
        sitrep.config.write_text("watch = []\n", encoding="utf-8")
        found = await sitrep.run("detect", server.url, "--config", str(sitrep.config))

    assert (found.status, server.hits) == (2, [])
    assert found.err == (
        f"sitrep: {server.url}: 127.0.0.1 is not a public address: to watch it all the same, "
        'add "127.0.0.1" to [egress] allow\n'
    )
