"""A rolling upgrade over two releases while vendors have a bad day: old and new work side by side on one PostgreSQL.

What `make chaos ARGS="--upgrade"` does with each day.
"""

from __future__ import annotations

from pathlib import Path

from tests.chaos.day import Day, Instance
from tests.e2e.program import ROOT, until
from tests.e2e.releases import made, told


async def becomes(one: Instance, release: Path) -> None:
    """Stop an instance, and start it as another release."""
    assert await one.stop() == 0
    one.more = {**one.more, "PYTHONPATH": str(release)}
    await _joined(one)


async def killed(one: Instance) -> None:
    """End an instance as a power cut does, and start it as what it was."""
    await one.kill()
    await _joined(one)


async def _joined(one: Instance) -> None:
    """Start an instance, and return when it works with the others, as who exchanges them would wait for `/readyz`."""
    before = one.err.count("joined")
    await one.started_cold()
    await until(lambda: one.err.count("joined") > before, "it has joined the others")


async def upgrade(folder: Path, day: Day) -> None:
    """Exchange all instances one by one, with a crash in between, and go back a step."""
    releases = made(folder)
    first, second, third = day.crew
    day.note("an upgrade over two releases")
    await becomes(third, releases.next)
    assert await first.ask("SELECT version_num FROM alembic_version") == ["0003"]
    await killed(first)
    assert "serves this one as well" in first.err
    await becomes(second, releases.next)
    await becomes(second, ROOT)
    await becomes(second, releases.next)
    refused = await told(third, releases.last, "migrate")
    assert (refused.status, refused.out) == (2, "")
    assert "works on this database and would not survive this upgrade" in refused.err
    assert refused.err.count("\n") == 1
    await becomes(first, releases.last)
    assert await first.ask("SELECT version_num FROM alembic_version") == ["0004"]
    await killed(third)
    too_old = await told(third, ROOT, "run", "--config", str(third.config))
    assert too_old.status == 2
    assert too_old.err.splitlines()[-1].startswith("sitrep: DATABASE_URL: this database belongs to a newer Sitrep (")
