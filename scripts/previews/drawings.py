"""Writes pictures of incidents and of a week: as SVG in a page, dark and light, and as the PNG that chats get.

python -m scripts.previews.drawings [CASE…]          default: all of them; into build/previews/drawings
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from bot.core import week_words, weeks
from bot.core.picture.incident import of_incident
from bot.core.picture.shapes import Drawing, about
from bot.core.picture.svg import stylesheet, svg
from bot.core.picture.week import of_week
from bot.png import png
from scripts.previews.pictures import DARK, LIGHT, browser, draw
from tests.unit import weekly
from tests.unit.build import NOON
from tests.unit.pictured import CASES

BUILT = Path(__file__).parents[2] / "build" / "previews" / "drawings"
PAGE = (
    "<!doctype html><meta charset=utf-8><style>{}\nbody{{margin:0;background:Canvas;color-scheme:light dark}}</style>{}"
)


def _drawings() -> Iterator[tuple[str, Drawing]]:
    for name, (material, later) in CASES.items():
        drawing = of_incident(material(), NOON + later)
        if drawing is not None:
            yield name, drawing
    week = [weeks.week_of(one, weekly.DIGEST) for one in weekly.EVERYBODY]
    drawing = of_week(weekly.DIGEST, weeks.shown(week), weekly.checks(), week_words.in_short(week))
    if drawing is not None:
        yield "week", drawing


def main(built: Path = BUILT) -> None:
    """Write all pictures, and those of a browser if there is one."""
    built.mkdir(parents=True, exist_ok=True)
    program, pages = browser(), []
    for name, drawing in _drawings():
        if sys.argv[1:] and name not in sys.argv:
            continue
        page = built / f"{name}.html"
        page.write_text(PAGE.format(stylesheet(), svg(drawing)), encoding="utf-8")
        (built / f"{name}.chat.png").write_bytes(png(drawing))
        (built / f"{name}.txt").write_text(f"{about(drawing)}\n", encoding="utf-8")
        pages.append(page)
    if program:
        draw(program, ((page, look) for page in pages for look in (LIGHT, DARK)))
    sys.stdout.write(f"{len(pages)} drawings in {built}\n")


if __name__ == "__main__":
    main()
