"""A drawing as SVG: colours by class, so that the page, or the picture's own style sheet, turns them with the theme.

A drawing in a page has no style of its own: a strict policy forbids that.  The colours for light ground are written as
attributes too, which any style sheet overrules, and which do where there is none.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from hashlib import blake2b
from html import escape

from bot.core.picture.colours import DARK, LIGHT
from bot.core.picture.shapes import Box, Drawing, Ink, Shape, Sign, Spot, Stroke, Words

_FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"

_TILE = 'width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"'


def svg(drawing: Drawing) -> str:
    """Return a drawing to be put into a page whose style sheet has `stylesheet`."""
    return _whole(drawing, "")


def standalone(drawing: Drawing) -> str:
    """Return a drawing that brings its colours along, as a file of its own."""
    return _whole(drawing, f"<style>{stylesheet()}</style>")


def stylesheet() -> str:
    """Return the rules by which drawings are coloured: light, dark where the reader prefers that, light on paper."""
    rules = [".picture { max-width: 100%; height: auto; }", f".picture {{ {_values(LIGHT)} }}"]
    rules.append(f"@media screen and (prefers-color-scheme: dark) {{ .picture {{ {_values(DARK)} }} }}")
    rules += [f".pf-{ink} {{ fill: var(--picture-{ink}); }}" for ink in Ink]
    rules += [f".ps-{ink} {{ stroke: var(--picture-{ink}); }}" for ink in Ink]
    return "\n".join(rules)


def _values(colours: Mapping[Ink, str]) -> str:
    return " ".join(f"--picture-{ink}: {colours[ink]};" for ink in Ink)


def _whole(drawing: Drawing, style: str) -> str:
    # Several of them may stand in one page, and names are the page's.
    name = blake2b(f"{drawing.title}\n{drawing.about}".encode(errors="replace"), digest_size=6).hexdigest()
    size = f"0 0 {_number(drawing.width)} {_number(drawing.height)}"
    look = f'width="{_number(drawing.width)}" height="{_number(drawing.height)}" font-family="{_FONT}"'
    told = f'role="img" aria-labelledby="t{name} d{name}"'
    rows = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="picture" viewBox="{size}" {look} {told}>',
        f'<title id="t{name}">{_text(drawing.title)}</title>',
        f'<desc id="d{name}">{_text(drawing.about)}</desc>',
        style,
        f'<defs><pattern id="h{name}" {_TILE}>',
        f'<line x1="0" y1="0" x2="0" y2="6" {_stroke(Ink.UNKNOWN)} stroke-width="2"/></pattern></defs>',
        *(element for shape in drawing.shapes for element in _shape(shape, name)),
        "</svg>",
    ]
    return "\n".join(row for row in rows if row)


def _shape(shape: Shape, name: str) -> Iterator[str]:
    if isinstance(shape, Box):
        fill = f'fill="url(#h{name})"' if shape.hatched else _fill(shape.ink)
        place = f'x="{_number(shape.x)}" y="{_number(shape.y)}"'
        yield f'<rect {place} width="{_number(shape.width)}" height="{_number(shape.height)}" {fill}/>'
    elif isinstance(shape, Stroke):
        points = " ".join(f"{_number(x)},{_number(y)}" for x, y in shape.points)
        dash = f' stroke-dasharray="{" ".join(map(_number, shape.dash))}"' if shape.dash else ""
        look = f'stroke-width="{_number(shape.width)}"{dash} stroke-linejoin="round"'
        yield f'<polyline points="{points}" fill="none" {_stroke(shape.ink)} {look}/>'
    elif isinstance(shape, Spot):
        yield _spot(shape)
    else:
        yield _words(shape)


def _spot(shape: Spot) -> str:
    if shape.sign is Sign.CIRCLE:
        place = f'cx="{_number(shape.x)}" cy="{_number(shape.y)}" r="{_number(shape.size / 2)}"'
        return f"<circle {place} {_fill(shape.ink)}/>"
    points = " ".join(f"{_number(x)},{_number(y)}" for x, y in corners(shape))
    return f'<polygon points="{points}" {_fill(shape.ink)}/>'


def corners(shape: Spot) -> tuple[tuple[float, float], ...]:
    """Return the corners of a sign that has some."""
    x, y, half = shape.x, shape.y, shape.size / 2
    if shape.sign is Sign.SQUARE:
        half *= 0.9
        return (x - half, y - half), (x + half, y - half), (x + half, y + half), (x - half, y + half)
    if shape.sign is Sign.DIAMOND:
        return (x, y - half), (x + half, y), (x, y + half), (x - half, y)
    return (x, y - half), (x + half, y + half), (x - half, y + half)


def _words(shape: Words) -> str:
    weight = ' font-weight="600"' if shape.bold else ""
    anchor = f' text-anchor="{shape.anchor}"' if shape.anchor != "start" else ""
    place = f'x="{_number(shape.x)}" y="{_number(shape.y)}" font-size="{_number(shape.size)}"'
    return f"<text {place}{anchor}{weight} {_fill(shape.ink)}>{_text(shape.text)}</text>"


def _fill(ink: Ink) -> str:
    return f'class="pf-{ink}" fill="{LIGHT[ink]}"'


def _stroke(ink: Ink) -> str:
    return f'class="ps-{ink}" stroke="{LIGHT[ink]}"'


def _number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


def _text(text: str) -> str:
    """Write a stranger's words as XML allows them: some control characters can not be written at all."""
    return escape("".join(letter if letter.isprintable() else " " for letter in text))
