"""`parse`: one captured answer, as Sitrep understands it."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path
from urllib.parse import urlsplit

from bot import catalog, plugins
from bot.cli.verb import Verb
from bot.core.message import utc
from bot.core.snapshot_json import snapshot_json
from bot.core.wording import words
from bot.errors import ConfigError, ParseError
from bot.model import Snapshot, Source


async def _parse(options: Namespace) -> int:
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


def _parse_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("format", metavar="FORMAT", help=f"auto, {', '.join(plugins.discover('bot.feeds'))}")
    parser.add_argument("file", metavar="FILE", type=Path, help="a captured answer; - for standard input")
    parser.add_argument("--json", action="store_true", help="for programs")


VERBS = {"parse": Verb(_parse_arguments, _parse)}
