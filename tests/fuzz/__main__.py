"""`python -m tests.fuzz [--seconds 60] [--format NAME] [--seed N]`: break answers and see what becomes of them.

A format may return a clean and bounded snapshot or raise a ParseError of one clean line, within a second.  Anything
else is printed with what brings it about again, and the body is kept in build/fuzz.  Answers are our own examples, and
those of SITREP_CORPUS where it names a folder.  Half the time is blind and fast; in the other half an answer that takes
a new way through the code of the formats is kept and broken further.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import time
import traceback
from collections.abc import Iterator, Sequence
from functools import partial
from hashlib import blake2b
from pathlib import Path

from bot.errors import ParseError
from bot.fetch.body import digest
from bot.plugins import discover, format_named
from tests.feeds.bounds import flaws, flaws_of
from tests.feeds.samples import CASES, source
from tests.fuzz.breaking import broken
from tests.fuzz.guiding import Guide

_KEPT = Path("build/fuzz")
_LONGEST = 1.0
_LARGEST = 2_000_000


def main() -> int:
    """Return 1 if something was found."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz")
    parser.add_argument("--seconds", type=float, default=60, help="how long, for all formats together")
    parser.add_argument("--format", action="append", help="only this one; may come again")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**9))
    options = parser.parse_args()
    names: Sequence[str] = options.format or sorted(discover("bot.feeds"))
    dice = random.Random(options.seed)
    print(f"seed {options.seed}, {len(names)} formats, {options.seconds:g} s", flush=True)
    found = sum(_fuzzed(name, options.seconds / len(names), dice) for name in names)
    print(f"{found} found", flush=True)
    return 1 if found else 0


def _fuzzed(name: str, seconds: float, dice: random.Random) -> int:
    """Return how many were found wrong."""
    sound, guide = list(_sound(name)), Guide()
    reading = partial(_complaint, name)
    for body in sound:
        guide.take(body, reading)
    begun, known = time.monotonic(), len(guide.ways)
    tried, found = 0, 0
    while sound and (spent := time.monotonic() - begun) < seconds:
        body = broken(dice.choice(sound if dice.random() < 1 / 2 else guide.kept), dice)
        tried += 1
        complaint = reading(body)
        if complaint:
            found += 1
            _keep(name, body, complaint)
        if spent > seconds / 2:
            guide.take(body, reading)
    new = len(guide.ways) - known
    print(f"{name}: {tried:,} broken answers of {len(sound)} sound ones; {known:,} ways, {new:,} new", flush=True)
    return found


def _sound(name: str) -> Iterator[bytes]:
    yield from (path.read_bytes() for path in CASES if path.parent.name == name)
    corpus = Path(os.environ.get("SITREP_CORPUS", "/nowhere")) / name  # noqa: TID251  (where captures are, if anywhere)
    for path in sorted(corpus.rglob("*"))[:20]:
        if path.is_file() and 0 < path.stat().st_size < _LARGEST:
            yield path.read_bytes()


def _complaint(name: str, body: bytes) -> str:
    """Return what is wrong with how a format takes a body; nothing if it is as it should be."""
    form, began = format_named(name), time.process_time()
    try:
        digest(body, form.VOLATILE)
        found = flaws(form.parse(body, source(name)))
    except ParseError as error:
        found = flaws_of(error)
    except Exception:  # noqa: BLE001  (whatever it is, it is what is looked for)
        return traceback.format_exc()
    spent = time.process_time() - began
    if spent > _LONGEST and sys.gettrace() is None:
        found.append(f"it took {spent:.1f} s")
    return "; ".join(found)


def _keep(name: str, body: bytes, complaint: str) -> None:
    _KEPT.mkdir(parents=True, exist_ok=True)
    path = _KEPT / f"{name}-{blake2b(body, digest_size=6).hexdigest()}"
    path.write_bytes(body)
    print(f"{path}:\n{complaint}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
