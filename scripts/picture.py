"""Draws docs/demo.svg: the demo as it looks in a real terminal of 80 columns.  Run it by `make picture`."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console
from rich.text import Text

ROOT = Path(__file__).parent.parent
COLUMNS = 80
# Of one character, in rich's picture.
WIDTH = 12.2
# What is between them is more of the same.
FIRST_OF_THE_REST, LAST_PART = "sees it too", "Resolved after"


def in_a_terminal(command: list[str]) -> str:
    """Return what a program writes when it believes that somebody is looking."""
    mine, its = pty.openpty()
    # Nobody sits there: else the board would stay for them after the demo.
    there = os.environ | {"TZ": "UTC"}
    with subprocess.Popen(
        command, cwd=ROOT, env=there, stdin=subprocess.DEVNULL, stdout=its, stderr=subprocess.DEVNULL
    ):
        os.close(its)
        seen = b"".join(_read(mine))
    os.close(mine)
    # Where 8080 is taken the board is elsewhere, which is of no interest to a reader.
    return re.sub(r"127\.0\.0\.1:\d+", "127.0.0.1:8080", seen.decode().replace("\r\n", "\n"))


def _read(descriptor: int) -> Iterator[bytes]:
    while True:
        try:
            data = os.read(descriptor, 4096)
        except OSError:  # Linux says so when the other end is closed
            return
        if not data:
            return
        yield data


def _shown(rows: list[str]) -> Iterator[str]:
    """Give how it begins and how it ends, without the last words of the demo itself."""
    left = next(number for number, row in enumerate(rows) if FIRST_OF_THE_REST in row)
    again = next(number for number, row in enumerate(rows) if LAST_PART in row)
    yield from rows[: left + 1]
    yield "  …"
    yield from rows[again:-2]


def main() -> None:
    """Draw it, with the reader's own fonts: a picture that fetches something is not one."""
    text = in_a_terminal([sys.executable, "-m", "bot", "demo", "--speed", "max"])
    rows = list(_shown(text.split("\n")[1:]))
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere:
        console = Console(width=COLUMNS, record=True, file=nowhere, force_terminal=True)
        console.print(Text.from_ansi("\n".join(rows).strip("\n")))
    svg = re.sub(r"@font-face \{.*?\}\s*", "", console.export_svg(title="sitrep demo"), flags=re.DOTALL)
    svg = _INDENTED.sub(_moved, re.sub(r"<!--.*?-->\s*", "", svg))
    (ROOT / "docs" / "demo.svg").write_text(svg, encoding="utf-8")


# Some viewers drop the spaces at the beginning of a line.
_INDENTED = re.compile(r'x="([\d.]+)" (y="[\d.]+") textLength="([\d.]+)"([^>]*)>((?:&#160;)+)(?=[^<&])')


def _moved(found: re.Match[str]) -> str:
    x, y, length, rest, spaces = found.groups()
    step = WIDTH * spaces.count("&")
    return f'x="{float(x) + step:g}" {y} textLength="{float(length) - step:g}"{rest}>'


if __name__ == "__main__":
    main()
