"""`parse`, `replay` and `demo`: what was recorded, read again."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from importlib.resources import as_file, files
from pathlib import Path
from urllib.parse import urlsplit

from bot import catalog, plugins
from bot.cli.frames import series
from bot.cli.replay import Wish, replay
from bot.cli.verb import Run, Verb, load
from bot.core.message import utc
from bot.core.rules import Route
from bot.core.snapshot_json import snapshot_json
from bot.core.wording import words
from bot.errors import ConfigError, ParseError
from bot.loops.take_in import Rules
from bot.model import Destination, Snapshot, Source

_TO_CONSOLE = Rules(routes=(Route(name="default", to=(Destination("console"),)),))


async def _parse(options: Namespace, run: Run) -> int:
    del run
    body = _bytes(options.file)
    draft = Source(key="file", vendor="unknown", name="", format=options.format, url="https://unknown.invalid")
    try:
        name, snapshot = _snapshot(options.format, body, draft)
        vendor = _vendor_of(snapshot)
        if vendor is not None:
            snapshot = plugins.format_named(name).parse(body, _source(draft, vendor, name))
    except ParseError as e:
        raise ParseError(f"{options.file}: {e}") from e
    print(json.dumps(snapshot_json(snapshot), ensure_ascii=False, indent=2) if options.json else _readable(snapshot))
    return 0


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes() if str(path) != "-" else sys.stdin.buffer.read()
    except OSError as e:
        raise ConfigError(f"{path}: can not be read: {e.strerror}") from e


def _snapshot(name: str, body: bytes, draft: Source) -> tuple[str, Snapshot]:
    if name == "auto":
        return plugins.detect(body, draft)
    return name, plugins.format_named(name).parse(body, draft)


def _vendor_of(snapshot: Snapshot) -> catalog.Vendor | None:
    return catalog.by_host(urlsplit(snapshot.page_url or "").hostname or "")


def _source(draft: Source, vendor: catalog.Vendor, name: str) -> Source:
    return Source(key=draft.key, vendor=vendor.slug, name=vendor.name, format=name, url=vendor.address)


def _readable(snapshot: Snapshot) -> str:
    still = "lists every open incident" if snapshot.complete_open_set else "a window, absence means nothing"
    rows = [f"{snapshot.vendor} · {snapshot.format} · indicator {words(snapshot.indicator)} · {still}"]
    rows += [f"  {component.name}: {words(component.status)}" for component in snapshot.components]
    for claim in snapshot.incidents:
        rows.append(f"{claim.title} [{claim.external_id}] · {words(claim.impact)} · {words(claim.state)}")
        rows += [f"  {utc(update.at)} {words(update.state)}: {update.body or '(no text)'}" for update in claim.updates]
    return "\n".join(rows)


async def _replay(options: Namespace, run: Run) -> int:
    del run
    chosen = load(options)
    rules = Rules(chosen.routes, chosen.services) if options.config else _TO_CONSOLE
    database = chosen.database.reveal() if chosen.database_from_environment else None
    wish = Wish(
        series=series(options.path),
        format=options.format,
        vendor=options.vendor,
        speed=options.speed,
        as_json=options.json,
    )
    steps = await replay(wish, rules, database, _print)
    if not options.json:
        where = "" if steps or not database else ", as this database has seen all of it"
        print(f"\n{sum(len(one.frames) for one in wish.series)} snapshots, {steps} steps{where}")
    return 0


def _print(row: str) -> None:
    print(row, flush=True)


async def _demo(options: Namespace, run: Run) -> int:
    del run
    print("A bundled outage, much faster than life. Nothing here is real; stop it with Ctrl-C.")
    with as_file(files("bot") / "demo") as folder:
        wish = Wish(series=series([folder]), vendor="acme", speed=options.speed)
        await replay(wish, _TO_CONSOLE, None, _print)
    print("\nThat was the demo. `sitrep run` watches real vendors; `sitrep init` writes a configuration.")
    return 0


def _speed(text: str) -> float | None:
    if text == "max":
        return None
    try:
        speed = float(text.removesuffix("x"))
    except ValueError:
        speed = 0
    if not 0 < speed < float("inf"):
        raise ArgumentTypeError(f"{text!r} is not a speed; write a number such as 60, or max")
    return speed


def _parse_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("format", metavar="FORMAT", help=f"auto, {', '.join(plugins.discover('bot.feeds'))}")
    parser.add_argument("file", metavar="FILE", type=Path, help="a captured answer; - for standard input")
    parser.add_argument("--json", action="store_true", help="for programs")


def _replay_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("path", metavar="PATH", nargs="+", type=Path, help="a folder of snapshots, or files")
    parser.add_argument("--format", metavar="F", help="the format (default: recognised)")
    parser.add_argument("--vendor", metavar="V", help="whose page it is (default: recognised)")
    parser.add_argument("--config", metavar="FILE", type=Path, help="take the routes from this configuration")
    parser.add_argument("--speed", metavar="N|max", type=_speed, default=None, help="times life's own speed; max")
    parser.add_argument("--json", action="store_true", help="one line for each step of each announcement")


def _demo_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--speed", metavar="N|max", type=_speed, default=120.0, help="times life's own speed (120)")


VERBS = {
    "parse": Verb("read one captured answer", _parse_arguments, _parse),
    "replay": Verb("play recorded snapshots through the whole path", _replay_arguments, _replay),
    "demo": Verb("play a bundled outage", _demo_arguments, _demo),
}
