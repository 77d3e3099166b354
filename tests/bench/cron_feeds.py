"""What a team writes first: run by cron, it reads feeds with feedparser, and posts what is new to a webhook.

python -m tests.bench.cron_feeds FEEDS STATE WEBHOOK      FEEDS has an address a line

It does it well: it asks only for what has changed, writes its state in one piece, and posts before it writes.  It reads
one feed after the other, waits for nobody's limits, and a post that fails is tried again at the next run.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import feedparser


def main(feeds: Path, state: Path, webhook: str) -> None:
    known: dict[str, Any] = json.loads(state.read_text(encoding="utf-8")) if state.exists() else {}
    for url in feeds.read_text(encoding="utf-8").split():
        before = known.get(url)
        found = feedparser.parse(url, etag=before["etag"] if before else None)
        if found.get("status") == 304 or not found.entries:
            continue
        seen = set(before["seen"]) if before else None
        new = [one for one in found.entries if seen is not None and one.id not in seen]
        for one in reversed(new):
            _post(webhook, one.title)
        known[url] = {"etag": found.get("etag"), "seen": [one.id for one in found.entries]}
    written = state.with_suffix(".new")
    written.write_text(json.dumps(known), encoding="utf-8")
    written.replace(state)


def _post(webhook: str, text: str) -> None:
    head = {"Content-Type": "application/json"}
    with urlopen(Request(webhook, json.dumps({"text": text}).encode(), head)):  # noqa: S310  (the address is given)
        pass


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3])
