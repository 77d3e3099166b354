"""How a picture is shown: in a page, in both lights, and as a PNG in a chat."""

from __future__ import annotations

import io
from xml.etree import ElementTree as ET

import pytest
from PIL import Image

from bot.core.picture.colours import DARK, LIGHT
from bot.core.picture.incident import WIDTH
from bot.core.picture.shapes import Ink
from bot.core.picture.svg import standalone, stylesheet, svg
from bot.png import SCALE, png, spelt
from tests.unit.pictured import drawn, material, of
from tests.unit.story import Story


def test_a_picture_in_a_page_has_no_style_of_its_own_and_strangers_write_no_markup() -> None:
    hostile = material(Story().vendor(0), name="<script>&\x00\u202e", title='"]]>')
    text = svg(of(hostile, 60))

    tree = ET.fromstring(text)  # noqa: S314  (it is ours)
    assert tree.get("role") == "img"
    assert "<style" not in text
    assert " style=" not in text
    assert "<script" not in text
    title, desc = tree[0], tree[1]
    assert tree.get("aria-labelledby") == f"{title.get('id')} {desc.get('id')}"
    assert (desc.text or "").startswith("<script>&")
    assert "<style>" in standalone(of(hostile, 60))


def test_a_picture_has_each_colour_twice_and_turns_with_the_theme() -> None:
    rules = stylesheet()

    assert rules.count("--picture-ground:") == 2
    assert "@media screen and (prefers-color-scheme: dark)" in rules
    assert all(f"fill: var(--picture-{ink})" in rules for ink in Ink)


def test_two_pictures_in_one_page_share_no_name() -> None:
    one, other = (ET.fromstring(svg(drawn(name))) for name in ("seed", "long"))  # noqa: S314  (they are ours)

    names = [{node.get("id") for node in tree.iter() if node.get("id")} for tree in (one, other)]
    assert not names[0] & names[1]


def _brightness(colour: str) -> float:
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    red, green, blue = (one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
def test_words_and_signs_stand_out(colours: dict[Ink, str]) -> None:
    def contrast(one: Ink, other: Ink) -> float:
        bright, dark = sorted((_brightness(colours[one]), _brightness(colours[other])), reverse=True)
        return (bright + 0.05) / (dark + 0.05)

    tints = [ink for ink in Ink if ink.endswith("-tint")]
    assert all(contrast(ink, Ink.GROUND) >= 4.5 for ink in (Ink.INK, Ink.SOFT, Ink.OURS, Ink.THEIRS))
    assert all(contrast(Ink.INK, tint) >= 4.5 for tint in tints)
    signs = {Ink.LATENCY, Ink.FAILED, Ink.SLOW, Ink.PASSED, Ink.MINOR, Ink.MAJOR, Ink.CRITICAL, Ink.MAINTENANCE}
    assert all(contrast(ink, Ink.GROUND) >= 3 for ink in signs | {Ink.UNKNOWN, Ink.UNSURE, Ink.NONE})


def test_a_chat_gets_a_png_that_is_sharp_and_small() -> None:
    content = png(drawn("many"))

    with Image.open(io.BytesIO(content)) as image:
        assert image.format == "PNG"
        assert image.width == WIDTH * SCALE
    assert len(content) < 200_000


def test_letters_that_the_font_does_not_have_are_spelt() -> None:
    assert spelt("Café – 3× “Über”…") == "Cafe - 3x “Uber”…"
    assert spelt("東京") == "??"
