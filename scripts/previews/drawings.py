"""Writes pictures of incidents and of a week: as SVG in a page, dark and light, and as the PNG that chats get.

python -m scripts.previews.drawings [CASE…]          default: all of them; into build/previews/drawings
"""

from __future__ import annotations

import sys
from pathlib import Path

from bot.core.picture.incident import of_incident
from bot.core.picture.shapes import about
from bot.core.picture.svg import stylesheet, svg
from bot.png import png
from scripts.previews.pictures import DARK, LIGHT, browser, draw
from tests.unit.build import NOON
from tests.unit.pictured import CASES

BUILT = Path(__file__).parents[2] / "build" / "previews" / "drawings"
PAGE = (
    "<!doctype html><meta charset=utf-8><style>{}\nbody{{margin:0;background:Canvas;color-scheme:light dark}}</style>{}"
)


def main(built: Path = BUILT) -> None:
    """Write all pictures, and those of a browser if there is one."""
    built.mkdir(parents=True, exist_ok=True)
    program, pages = browser(), []
    for name, (material, later) in CASES.items():
        drawing = of_incident(material(), NOON + later) if not sys.argv[1:] or name in sys.argv else None
        if drawing is None:
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
