"""Drawings as PNG, for chats that show no SVG: on light ground of their own, with a frame, whatever the reader's theme.

It takes some ten milliseconds to a few hundred: callers run it in a thread.
"""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from math import hypot

from PIL import Image, ImageDraw, ImageFont

from bot.core.picture.colours import LIGHT
from bot.core.picture.shapes import Anchor, Box, Drawing, Ink, Shape, Sign, Spot, Stroke, Words
from bot.core.picture.svg import corners

# Sharp on a screen with two pixels to a point; shapes are drawn larger still, and made smaller, so that edges are soft.
SCALE = 2
_FINE = 2
_HATCH = 6.0
# What Pillow's own font has beside ASCII, found by asking it for each letter.
# https://pillow.readthedocs.io/en/stable/reference/ImageFont.html#PIL.ImageFont.load_default
_LETTERS = frozenset("\u00a9\u00ab\u00b0\u00b1\u00b4\u00b7\u00bb\u2018\u2019\u201c\u201d\u2026\u2039\u203a\u2122")
_SPELT = {"\u2212": "-", "–": "-", "—": "-", "×": "x", "→": "->", "ß": "ss", "ø": "o", "Ø": "O", "æ": "ae", "ł": "l"}
_ANCHORS = {Anchor.START: "ls", Anchor.MIDDLE: "ms", Anchor.END: "rs"}
_LAST_ASCII = 0x7F


def png(drawing: Drawing) -> bytes:
    """Return a drawing as a PNG."""
    factor = SCALE * _FINE
    size = round(drawing.width * factor), round(drawing.height * factor)
    large = Image.new("RGB", size, LIGHT[Ink.GROUND])
    pen = ImageDraw.Draw(large)
    hatching = _hatching(size, factor) if any(isinstance(s, Box) and s.hatched for s in drawing.shapes) else None
    for shape in drawing.shapes:
        if isinstance(shape, Box) and shape.hatched and hatching is not None:
            edges = _edges(shape, factor)
            large.paste(LIGHT[shape.ink], edges, hatching.crop(edges))
        else:
            _draw(pen, shape, factor)
    pen.rectangle((0, 0, size[0] - 1, size[1] - 1), outline=LIGHT[Ink.FRAME], width=factor)
    image = large.reduce(_FINE)
    letters = ImageDraw.Draw(image)
    for shape in drawing.shapes:
        if isinstance(shape, Words):
            _write(letters, shape)
    out = io.BytesIO()
    image.quantize(128, dither=Image.Dither.NONE).save(out, "PNG", optimize=True)
    return out.getvalue()


def _draw(pen: ImageDraw.ImageDraw, shape: Shape, factor: int) -> None:
    if isinstance(shape, Box):
        left, top, right, bottom = _edges(shape, factor)
        if right > left and bottom > top:
            pen.rectangle((left, top, right - 1, bottom - 1), fill=LIGHT[shape.ink])
    elif isinstance(shape, Spot):
        _sign(pen, shape, factor)
    elif isinstance(shape, Stroke):
        width = max(round(shape.width * factor), 1)
        for run in _dashed(shape):
            pen.line([(x * factor, y * factor) for x, y in run], fill=LIGHT[shape.ink], width=width, joint="curve")


def _sign(pen: ImageDraw.ImageDraw, shape: Spot, factor: int) -> None:
    if shape.sign is Sign.CIRCLE:
        x, y, half = shape.x * factor, shape.y * factor, shape.size * factor / 2
        pen.ellipse((x - half, y - half, x + half, y + half), fill=LIGHT[shape.ink])
    else:
        pen.polygon([(x * factor, y * factor) for x, y in corners(shape)], fill=LIGHT[shape.ink])


def _edges(box: Box, factor: int) -> tuple[int, int, int, int]:
    sides = box.x, box.y, box.x + box.width, box.y + box.height
    left, top, right, bottom = (round(side * factor) for side in sides)
    return left, top, right, bottom


def _dashed(stroke: Stroke) -> Iterator[tuple[tuple[float, float], ...]]:
    """Give the parts of a line that are drawn; only straight ones are dashed."""
    if not stroke.dash:
        yield stroke.points
        return
    on, off = stroke.dash[0], stroke.dash[-1]
    for (x, y), (end_x, end_y) in pairwise(stroke.points):
        length = hypot(end_x - x, end_y - y)
        steps = int(length / (on + off)) + 1
        for begin, end in ((n * (on + off), min(n * (on + off) + on, length)) for n in range(steps)):
            if length and end > begin:
                across, down = (end_x - x) / length, (end_y - y) / length
                yield (x + across * begin, y + down * begin), (x + across * end, y + down * end)


def _hatching(size: tuple[int, int], factor: int) -> Image.Image:
    mask = Image.new("L", size, 0)
    pen = ImageDraw.Draw(mask)
    step = round(_HATCH * 1.5 * factor)
    for x in range(-size[1], size[0] + size[1], step):
        pen.line(((x, 0), (x - size[1], size[1])), fill=255, width=round(1.6 * factor))
    return mask


def _write(pen: ImageDraw.ImageDraw, words: Words) -> None:
    place, anchor = (words.x * SCALE, words.y * SCALE), _ANCHORS[words.anchor]
    # The font has one weight: an outline of the same colour makes it a bolder one.
    stroke = 0.35 * SCALE if words.bold else 0.0
    pen.text(place, spelt(words.text), LIGHT[words.ink], _font(words.size), anchor, stroke_width=stroke)


@cache
def _font(size: float) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size * SCALE)


def spelt(text: str) -> str:
    """Return a text in letters that the font has; of a word that it can not write, a question mark is left."""
    return "".join(_letter(letter) for letter in text)


def _letter(letter: str) -> str:
    if letter in _LETTERS or " " <= letter < chr(_LAST_ASCII):
        return letter
    if letter in _SPELT:
        return _SPELT[letter]
    bare = "".join(one for one in unicodedata.normalize("NFKD", letter) if " " <= one < chr(_LAST_ASCII))
    return bare or ("" if unicodedata.combining(letter) else "?")
