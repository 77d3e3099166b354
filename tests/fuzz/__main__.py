"""`python -m tests.fuzz [--seconds 60] [--format NAME] [--seed N]`: break answers and see what becomes of them.

A format may return a snapshot or raise ParseError, within a second.  Anything else is printed with what brings it about
again, and the body is kept in build/fuzz.  Answers are our own examples, and those of SITREP_CORPUS where it names a
folder.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
import time
import traceback
from collections.abc import Iterator, Sequence
from hashlib import blake2b
from pathlib import Path

from bot.core.snapshot_json import snapshot_json
from bot.errors import ParseError
from bot.plugins import discover, format_named
from tests.feeds.samples import CASES, source
from tests.fuzz.breaking import broken

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
    sound = list(_sound(name))
    until, tried, found = time.monotonic() + seconds, 0, 0
    while sound and time.monotonic() < until:
        body = broken(dice.choice(sound), dice)
        tried += 1
        complaint = _complaint(name, body)
        if complaint:
            found += 1
            _keep(name, body, complaint)
    print(f"{name}: {tried:,} broken answers of {len(sound)} sound ones", flush=True)
    return found


def _sound(name: str) -> Iterator[bytes]:
    yield from (path.read_bytes() for path in CASES if path.parent.name == name)
    corpus = Path(os.environ.get("SITREP_CORPUS", "/nowhere")) / name  # noqa: TID251  (where captures are, if anywhere)
    for path in sorted(corpus.rglob("*"))[:20]:
        if path.is_file() and 0 < path.stat().st_size < _LARGEST:
            yield path.read_bytes()


def _complaint(name: str, body: bytes) -> str:
    """Return what is wrong with how a format takes a body; nothing if it is as it should be."""
    began = time.process_time()
    try:
        snapshot = format_named(name).parse(body, source(name))
        json.dumps(snapshot_json(snapshot), ensure_ascii=False).encode()
    except ParseError as error:
        if not str(error).strip() or "\n" in str(error):
            return f"a ParseError that is not one line: {str(error)!r}"
    except Exception:  # noqa: BLE001  (whatever it is, it is what is looked for)
        return traceback.format_exc()
    spent = time.process_time() - began
    return f"it took {spent:.1f} s" if spent > _LONGEST else ""


def _keep(name: str, body: bytes, complaint: str) -> None:
    _KEPT.mkdir(parents=True, exist_ok=True)
    path = _KEPT / f"{name}-{blake2b(body, digest_size=6).hexdigest()}"
    path.write_bytes(body)
    print(f"{path}:\n{complaint}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
