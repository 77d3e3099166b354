"""Writes every reviewed Slack message as a page in Slack's look, and as a picture where a Chromium is.

    python scripts/previews.py [FOLDER]          default: build/previews/slack

The pages are made from tests/data/slack, which is exactly what Slack is sent.  They are a likeness: only Slack shows
Slack.
"""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
REVIEWED = ROOT / "tests" / "data" / "slack"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
WIDTH, HEIGHT = 900, 1400
Json = dict[str, Any]

STYLE = """
:root { --ink: #1d1c1d; --dim: #616061; --line: #dddddd; --paper: #ffffff; --link: #1264a3;
  --button: #ffffff; --green: #007a5a }
@media (prefers-color-scheme: dark) { :root { --ink: #d1d2d3; --dim: #ababad; --line: #565856; --paper: #1a1d21;
  --link: #1d9bd1; --button: #1a1d21 } }
body { margin: 0; padding: 24px 20px; background: var(--paper); color: var(--ink);
  font: 15px/1.47 Lato, "Noto Sans", Arial, sans-serif }
h2 { font-size: 13px; color: var(--dim); font-weight: 400; margin: 0 0 18px }
.message { display: grid; grid-template-columns: 36px minmax(0, 640px); gap: 0 10px; margin-bottom: 18px }
.face { width: 36px; height: 36px; border-radius: 6px; background: #4a154b; color: #fff; display: grid;
  place-items: center; font-weight: 900 }
.who { font-weight: 900 }
.app { font-size: 10px; background: var(--line); border-radius: 3px; padding: 1px 3px; color: var(--dim) }
.at, .context { color: var(--dim); font-size: 12px }
.header { font-size: 18px; font-weight: 900; line-height: 1.35; margin: 6px 0; overflow-wrap: anywhere }
.section { margin: 4px 0; white-space: pre-wrap; overflow-wrap: anywhere }
.context { margin: 4px 0; overflow-wrap: anywhere }
.bar { border-left: 4px solid; border-radius: 4px; padding: 2px 0 2px 12px; margin: 4px 0 }
.actions { display: flex; flex-wrap: wrap; gap: 8px; margin: 8px 0 }
.button { border: 1px solid var(--line); border-radius: 4px; padding: 3px 12px; font-weight: 700;
  font-size: 13px; background: var(--button) }
.button.primary { background: var(--green); color: #fff; border-color: var(--green) }
.button.menu::after { content: " ▾" }
.thread { margin-left: 46px; border-left: 2px solid var(--line); padding-left: 14px }
.also { color: var(--dim); font-size: 12px }
a { color: var(--link); text-decoration: none } .date { border-bottom: 1px dotted var(--dim) }
.plain { border-top: 1px solid var(--line); color: var(--dim); font: 12px/1.4 monospace;
  white-space: pre-wrap; padding-top: 10px; overflow-wrap: anywhere }
"""


def page(name: str, messages: list[Json]) -> str:
    """Return one page: the root, its thread, and what a notification says."""
    first, *replies = messages
    thread = "".join(shown(one, broadcast=False) for one in replies)
    told = html.escape("\n\n".join(readable(one["text"]) for one in messages))
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{name}</title><style>{STYLE}</style>'
        f"<h2>{name}</h2>{shown(first, broadcast=False)}"
        f'{f"<div class=thread>{thread}</div>" if replies else ""}<div class="plain">{told}</div></html>'
    )


def shown(message: Json, *, broadcast: bool) -> str:
    """Return one message."""
    del broadcast
    body = "".join(map(block, message["blocks"]))
    for one in message["attachments"]:
        inside = "".join(map(block, one["blocks"]))
        body += f'<div class="bar" style="border-color:{html.escape(one["color"])}">{inside}</div>'
    return (
        '<div class="message"><div class="face">S</div><div><span class="who">Sitrep</span> '
        f'<span class="app">APP</span> <span class="at">12:04</span>{body}</div></div>'
    )


def block(one: Json) -> str:
    """Return one block."""
    if one["type"] == "actions":
        return f'<div class="actions">{"".join(map(element, one["elements"]))}</div>'
    if one["type"] == "context":
        return f'<div class="context">{" ".join(map(text, one["elements"]))}</div>'
    return f'<div class="{one["type"]}">{text(one["text"])}</div>'


def element(one: Json) -> str:
    """Return a button or a menu."""
    label = one.get("text") or one["placeholder"]
    looks = "menu" if one["type"] == "static_select" else one.get("style", "")
    return f'<span class="button {looks}">{text(label)}</span>'


def text(one: Json) -> str:
    """Return a text object; in mrkdwn bold, dates and links, which is all that is ever sent."""
    if one["type"] == "plain_text":
        return html.escape(one["text"])
    said = re.sub(r"<!date\^\d+\^[^|>]*\|([^>]*)>", r'<span class="date">\1</span>', _kept(one["text"]))
    said = re.sub(r"<(https?://[^|>]*)\|([^>]*)>", r'<a href="\1">\2</a>', said)
    return re.sub(r"(?<![\w*\u2060])\*([^*\n]+)\*(?![\w*])", r"<b>\1</b>", said)


def _kept(said: str) -> str:
    return said.replace('"', "&quot;")


def readable(said: str) -> str:
    """Return top-level text as a notification says it."""
    said = re.sub(r"<!date\^\d+\^[^|>]*\|([^>]*)>", r"\1", said)
    return said.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def picture(browser: str, source: Path, *, dark: bool) -> None:
    """Draw a page."""
    target = source.with_suffix(".dark.png" if dark else ".png")
    mode = ["--force-dark-mode", "--enable-features=WebContentsForceDark:inversion_method/none"] if dark else []
    command = [
        browser, "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", *mode,
        f"--window-size={WIDTH},{HEIGHT}", f"--screenshot={target}", source.resolve().as_uri(),
    ]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True, timeout=120)


def main() -> None:
    """Write all pages, and pictures if there is a browser."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "build" / "previews" / "slack"
    folder.mkdir(parents=True, exist_ok=True)
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    for reviewed in sorted(REVIEWED.glob("*.json")):
        written = folder / f"{reviewed.stem}.html"
        written.write_text(page(reviewed.stem, json.loads(reviewed.read_text(encoding="utf-8"))), encoding="utf-8")
        if browser:
            picture(browser, written, dark=False)
    made = "pages and pictures" if browser else "pages; no Chromium is installed, so no pictures"
    sys.stdout.write(f"{folder}: {made}\n")


if __name__ == "__main__":
    main()
