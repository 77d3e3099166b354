"""Later releases of Sitrep: copies of this one with further revisions of the schema, and with code that lives by them.

The next one keeps in another column since when a claim is missing, and has a table and an index more.  The one after it
takes the old column away, which the present one can not do without.
"""

from __future__ import annotations

import asyncio
import re
import shutil
import sys
from asyncio.subprocess import DEVNULL, PIPE
from dataclasses import dataclass
from pathlib import Path

from tests.e2e.program import PATIENCE, ROOT, Ended, Sitrep
from tests.store.revisions import INDEXED, LESS, MORE, add, numbers

_OLD, _NEW = re.compile(r"(?<!memory\.)\bmissing_since\b"), "absent_since"
_SPEAKS_OF_IT = ("tables", "gathering", "incidents")


@dataclass(frozen=True, slots=True)
class Releases:
    """Where the releases after this one are."""

    next: Path
    last: Path


def made(folder: Path) -> Releases:
    """Write the later releases into a folder."""
    found = Releases(folder / "next", folder / "last")
    for release, revisions in ((found.next, (MORE, INDEXED)), (found.last, (MORE, INDEXED, LESS))):
        for part in ("bot", "adapters"):
            # With what is compiled already, which is good for all files that stay as they are.
            shutil.copytree(ROOT / part, release / part)
        store = release / "bot" / "store"
        add(store / "migrations" / "versions", *revisions)
        (*_, newest) = (number for number, _ in zip(numbers(), revisions, strict=False))
        _replace(store / "schema.py", re.compile(r'^HEAD = ".*"$', re.MULTILINE), f'HEAD = "{newest}"')
        for module in _SPEAKS_OF_IT:
            _replace(store / f"{module}.py", _OLD, _NEW)
    return found


def _replace(file: Path, old: re.Pattern[str], new: str) -> None:
    text, count = old.subn(new, file.read_text(encoding="utf-8"))
    assert count, f"{file} has no {old.pattern}: the later release is not one"
    file.write_text(text, encoding="utf-8")


async def told(one: Sitrep, release: Path, *words: str) -> Ended:
    """Run a command of a release to its end, in the folder of an instance and with its environment."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", *words),
        cwd=one.folder,
        env={**one.environment, "PYTHONPATH": str(release)},
        stdin=DEVNULL,
        stdout=PIPE,
        stderr=PIPE,
    )
    out, err = await asyncio.wait_for(process.communicate(), PATIENCE)
    assert process.returncode is not None
    return Ended(process.returncode, out.decode(), err.decode())
