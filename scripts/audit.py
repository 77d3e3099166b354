"""`make audit` asks a database of known holes about every pin.

Ends with 0 if it knows of none, 1 if it knows some, and 3 if it could not be asked: that is no good news, and said.
The database is https://osv.dev, which is asked for names and versions and learns nothing else.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import urllib.error
import urllib.request
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
FILES = ("requirements.txt", "requirements-dev.txt")
DATABASE = "https://api.osv.dev"
CLEAN, HOLES, NOT_ASKED = 0, 1, 3
SECONDS = 30
# So many at once: https://google.github.io/osv.dev/post-v1-querybatch/
MOST = 1000
# Holes that do not concern us, by their names: each with the reason, and until when that is believed.
ACCEPTED: Mapping[str, str] = {}

_PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^ ;\\]+)")


def pins(*files: Path) -> list[tuple[str, str]]:
    """Return name and version of every package that some files of requirements pin, each once."""
    lines = (line for file in files for line in file.read_text(encoding="utf-8").splitlines())
    return sorted({(found[1], found[2]) for line in lines if (found := _PIN.match(line))})


def holes(pinned: Iterable[tuple[str, str]], database: str = DATABASE) -> Iterator[tuple[str, str, str]]:
    """Give package, version and name of every known hole; OSError or ValueError if the database can not tell."""
    asked = list(pinned)
    for start in range(0, len(asked), MOST):
        some = asked[start : start + MOST]
        queries = [{"package": {"name": name, "ecosystem": "PyPI"}, "version": version} for name, version in some]
        results = _ask(database, {"queries": queries}).get("results")
        if not isinstance(results, list) or len(results) != len(some):
            raise ValueError("it answers something else than was asked")
        for (name, version), result in zip(some, results, strict=True):
            yield from ((name, version, str(one["id"])) for one in (result or {}).get("vulns", ()))


def _ask(database: str, what: object) -> Any:
    url = f"{database.rstrip('/')}/v1/querybatch"
    if not url.startswith(("https://", "http://127.0.0.1:")):
        raise ValueError(f"{database} is no https address")
    request = urllib.request.Request(  # noqa: S310  (of which kind it is was just looked at)
        url, json.dumps(what).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=SECONDS) as answer:  # noqa: S310  (likewise)
        return json.load(answer)


def main(arguments: list[str] | None = None) -> int:
    """Ask, say what was found, and return the status to end with."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", default=DATABASE, help="another database with the same interface")
    parser.add_argument("files", nargs="*", type=Path, default=[ROOT / file for file in FILES])
    options = parser.parse_args(arguments)
    pinned = pins(*options.files)
    if not pinned:
        _say("nothing is pinned there", well=False)
        return HOLES
    try:
        found = list(holes(pinned, options.database))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        reason = error.reason if isinstance(error, urllib.error.URLError) else error
        _say(f"NOT DONE: {options.database} could not be asked ({reason})", well=False)
        _say(f"whether there are known holes in {len(pinned)} packages is not known", well=False)
        return NOT_ASKED
    grave = [one for one in found if one[2] not in ACCEPTED]
    for name, version, hole in found:
        why = f" (accepted: {ACCEPTED[hole]})" if hole in ACCEPTED else ""
        _say(f"{name} {version}: https://osv.dev/vulnerability/{hole}{why}")
    _say(f"{len(pinned)} packages, {len(grave)} known holes")
    return HOLES if grave else CLEAN


def _say(line: str, *, well: bool = True) -> None:
    (sys.stdout if well else sys.stderr).write(f"audit: {line}\n")


if __name__ == "__main__":
    sys.exit(main())
