"""Writes every reviewed message as a page in its platform's look, and as pictures where a Chromium is.

    python -m scripts.previews [CASE…]          default: all of them; into build/previews

The pages are made from tests/data/slack and tests/data/discord, which is exactly what those are sent.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scripts.previews import discord, slack
from scripts.previews.pictures import DARK, LIGHT, PHONE, Look, browser, draw

ROOT = Path(__file__).parents[2]
REVIEWED = ROOT / "tests" / "data"
BUILT = ROOT / "build" / "previews"


@dataclass(frozen=True, slots=True)
class Platform:
    name: str
    page: Callable[[str, list[dict[str, Any]]], str]
    looks: tuple[Look, ...]


PLATFORMS = (
    Platform("slack", slack.page, (LIGHT, DARK)),
    Platform("discord", discord.page, (LIGHT, DARK, PHONE)),
)


def write(platform: Platform, source: Path, target: Path, names: list[str]) -> list[Path]:
    """Write the pages of those cases, or of all, and return where they are."""
    target.mkdir(parents=True, exist_ok=True)
    written = []
    for reviewed in sorted(source.glob("*.json")):
        if names and reviewed.stem not in names:
            continue
        page = target / f"{reviewed.stem}.html"
        drawn = platform.page(reviewed.stem, json.loads(reviewed.read_text(encoding="utf-8")))
        # Half a pair of surrogates, which JSON can hold and a file can not.
        page.write_text(drawn, encoding="utf-8", errors="replace")
        written.append(page)
    return written


def main(reviewed: Path = REVIEWED, built: Path = BUILT) -> None:
    """Write all pages, and pictures if there is a browser."""
    names = sys.argv[1:]
    written = {one: write(one, reviewed / one.name, built / one.name, names) for one in PLATFORMS}
    program = browser()
    if program:
        draw(program, ((page, look) for one, pages in written.items() for page in pages for look in one.looks))
    made = "pages and pictures" if program else "pages; no Chromium is installed, so no pictures"
    for one, pages in written.items():
        sys.stdout.write(f"{built / one.name}: {len(pages)} {made}\n")


if __name__ == "__main__":
    main()
