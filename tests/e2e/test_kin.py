"""Two real programs: one watches a Statuspage, the other watches the first, whose format it has to find out itself."""

from __future__ import annotations

import re
import socket
from pathlib import Path

from bot.model import Incident
from bot.store import incidents
from tests.databases import opened
from tests.e2e.program import Sitrep, sitrep_in, until
from tests.e2e.test_killed import dice, vendors

_BOARD = re.compile(r"board: (http://127\.0\.0\.1:\d+)/")


async def board(sitrep: Sitrep) -> str:
    """Return where a program's board is, on a port that nobody else has."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    (sitrep.folder / ".env").write_text(f"PORT={port}\n", encoding="utf-8")
    await sitrep.started()
    await until(lambda: _BOARD.search(sitrep.err), "it says where its board is")
    address: str = _BOARD.findall(sitrep.err)[-1]
    return address


async def known(sitrep: Sitrep) -> Incident:
    async with opened(sitrep.database_url) as database:
        (one,) = await incidents.recent_incidents(database, 10)
    return one


def says(sitrep: Sitrep, *some: str) -> bool:
    return any(all(word in told.text for word in some) for told in sitrep.told())


async def test_one_sitrep_watches_another_and_tells_the_same(tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "other").mkdir()
    async with vendors(1, dice()) as them, sitrep_in(tmp_path / "one") as one, sitrep_in(tmp_path / "other") as other:
        page = them.pages["vendor-00"]
        one.watches(them.urls)
        address = await board(one)
        other.config.write_text(
            f'[egress]\nallow = ["127.0.0.1"]\n[[watch]]\nurl = "{address}"\nname = "Kin"\ninterval = "5s"\n',
            encoding="utf-8",
        )
        found = await other.run("detect", address, "--config", str(other.config))
        other_board = await board(other)
        outage = page.opens("Errors", "major", "We look <b>into</b> it.", API="partial_outage")
        them.publish("vendor-00")
        await until(lambda: says(other, "We look into it."), "the first words have come through both")
        outage.says("identified", "We found it.")
        outage.becomes("critical")
        outage.edits(outage.updates[0], "We look into this.")
        them.publish("vendor-00")
        await until(lambda: says(other, "We found it."), "what was found is told")
        await until(lambda: says(other, "edited an earlier update", "We look into this."), "an edit is told")
        outage.vanishes("All is well.")
        them.publish("vendor-00")
        await until(lambda: says(other, "All is well."), "the end is told")
        mine, theirs = await known(one), await known(other)
        assert await one.stop() == await other.stop() == 0

    assert (found.status, "statuspage" in found.out) == (0, True)
    assert theirs.title == f"{mine.name}: Errors"
    assert (theirs.state, theirs.impact, theirs.peak) == (mine.state, mine.impact, mine.peak)
    assert (
        theirs.started_at
        == mine.started_at
        == outage.began.replace(microsecond=outage.began.microsecond // 1000 * 1000)
    )
    assert theirs.acknowledged_at == mine.acknowledged_at
    assert theirs.resolved_at == mine.resolved_at
    assert theirs.url == f"{address}/incidents/{mine.id}"
    assert other_board != address
    assert "Traceback" not in one.err + other.err
