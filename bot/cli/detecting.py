"""`detect`: which format a page speaks, and what to write to watch it."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser, Namespace

from bot import plugins
from bot.cli.verb import Verb, config, load
from bot.clock import SystemClock
from bot.core.misses import bare
from bot.core.wording import words
from bot.errors import ConfigError
from bot.fetch import EgressPolicy, Fetcher
from bot.loops.detection import Detection, Found, detect


async def _detect(options: Namespace) -> int:
    chosen = load(options)
    clock = SystemClock()
    async with Fetcher(egress=EgressPolicy.allowing(*chosen.egress_allow), now=clock.now) as fetcher:
        detection = await detect(fetcher, options.url)
    if options.json:
        print(json.dumps(as_json(detection), ensure_ascii=False))
    elif detection.found:
        print("\n".join(told(detection.found)))
    if options.tried and detection.tried:
        print(*(f"  {bare(one.address)}: {one.reason}" for one in detection.tried), sep="\n", file=sys.stderr)
    if detection.found is None:
        asked = bare(options.url.strip())
        raise ConfigError(f"{asked}: {detection.miss}" if asked else detection.miss)
    return 0


def told(found: Found) -> list[str]:
    """Return what was found as a person reads it, and the lines to watch it by."""
    snapshot = found.snapshot
    still = "lists all that is open" if snapshot.complete_open_set else "a window: absence means nothing"
    open_ones = [claim for claim in snapshot.incidents if claim.is_open]
    name = snapshot.page_name or "a page without a name"
    counted = f"{len(snapshot.components)} components, {len(open_ones)} open"
    rows = [
        f"{found.format}, read at {found.endpoint}",
        f"  {name}: {counted}, indicator {words(snapshot.indicator)}; {still}",
    ]
    rows += [f"  open: {claim.title} ({words(claim.state)})" for claim in open_ones[:5]]
    if snapshot.unknown_words:
        rows.append(f"  words that no table knows: {', '.join(snapshot.unknown_words)}")
    return [*rows, "", "[[watch]]", f'url = "{found.url}"', f'format = "{found.format}"']


def as_json(detection: Detection) -> dict[str, object]:
    """Return what was found for programs; null where nothing was."""
    found = detection.found
    return {
        "url": bare(detection.url),
        "format": found and found.format,
        "watch": found and found.url,
        "endpoint": found and found.endpoint,
        "lists_all_open": found and found.snapshot.complete_open_set,
        "reason": detection.miss or None,
        "tried": [{"address": bare(one.address), "reason": one.reason} for one in detection.tried],
    }


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument("url", metavar="URL", help="a status page, or a document of one")
    parser.add_argument("--json", action="store_true", help="for programs")
    parser.add_argument("--tried", action="store_true", help="also tell what was tried in vain")
    known = ", ".join(plugins.discover("bot.feeds"))
    parser.epilog = f"Sitrep reads {known}."
    config(parser)


VERBS = {"detect": Verb(_arguments, _detect)}
