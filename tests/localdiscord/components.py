"""Rows, buttons, menus and the layout of Components V2: https://docs.discord.com/developers/components/reference.

What they may hold and how long it may be.  Without the flag only rows may stand at the top.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.localdiscord.errors import Json, Problems

Path = tuple[str | int, ...]

ROW, BUTTON, STRING_SELECT, TEXT_INPUT, SECTION, TEXT, THUMBNAIL = 1, 2, 3, 4, 9, 10, 11
GALLERY, FILE, SEPARATOR, CONTAINER, LABEL = 12, 13, 14, 17, 18
SELECTS = frozenset((3, 5, 6, 7, 8))
TOP_V2 = frozenset((ROW, SECTION, TEXT, GALLERY, FILE, SEPARATOR, CONTAINER))
LINK, PREMIUM = 5, 6

MAX_ROWS, MAX_IN_ROW, MAX_V2, MAX_V2_TEXT = 5, 5, 40, 4_000
MAX_BUTTON, MAX_CUSTOM_ID, MAX_OPTIONS, MAX_OPTION, MAX_PLACEHOLDER, MAX_URL = 80, 100, 25, 100, 150, 512


def check_components(problems: Problems, given: Any, at: Path, *, v2: bool) -> None:
    """Note all that is wrong with the components of a message."""
    if not isinstance(given, list):
        problems.add(at, "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType")
        return
    every = list(walk(given, at))
    if not v2:
        problems.longer(at, given, MAX_ROWS)
    elif len(every) > MAX_V2:
        problems.add(at, "COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED", f"The total number of components exceeds {MAX_V2}")
    if v2 and sum(len(str(one.get("content", ""))) for _, one in every if one.get("type") == TEXT) > MAX_V2_TEXT:
        words = f"The total size of all displayable text cannot exceed {MAX_V2_TEXT}"
        problems.add(at, "COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED", words)
    allowed = TOP_V2 if v2 else frozenset((ROW,))
    for number, one in enumerate(given):
        if one.get("type") not in allowed:
            words = f'Value of field "type" must be one of {tuple(sorted(allowed))}.'
            problems.add((*at, number), "UNION_TYPE_CHOICES", words)
    _unique(problems, every)
    for path, one in every:
        _one(problems, path, one)


def walk(given: Any, at: Path = ()) -> Iterator[tuple[Path, Json]]:
    """Yield every component with its place, whatever it stands in."""
    for number, one in enumerate(given or []):
        yield (*at, number), one
        yield from walk(one.get("components"), (*at, number, "components"))
        for name in ("accessory", "component"):
            if one.get(name):
                yield (*at, number, name), one[name]


def _unique(problems: Problems, every: list[tuple[Path, Json]]) -> None:
    seen = set[str]()
    for path, one in every:
        name = one.get("custom_id")
        if name is not None and name in seen:
            problems.add(
                (*path, "custom_id"), "COMPONENT_CUSTOM_ID_DUPLICATED", "Component custom id cannot be duplicated"
            )
        seen.add(str(name))


def _one(problems: Problems, path: Path, one: Json) -> None:
    kind = one.get("type")
    if kind == ROW:
        _row(problems, path, one.get("components") or [])
    elif kind == BUTTON:
        _button(problems, path, one)
    elif kind in SELECTS:
        _select(problems, path, one)
    elif kind == SECTION:
        problems.between((*path, "components"), one.get("components"), 1, 3)
        if not one.get("accessory"):
            problems.required((*path, "accessory"))
    elif kind == TEXT:
        problems.between((*path, "content"), one.get("content"), 1, MAX_V2_TEXT)
    elif kind == TEXT_INPUT:
        _custom_id(problems, path, one)


def _row(problems: Problems, path: Path, inside: list[Json]) -> None:
    problems.between((*path, "components"), inside, 1, MAX_IN_ROW)
    # A menu is as wide as five buttons.
    wide = [one for one in inside if one.get("type") in SELECTS]
    for number in range(1, len(inside)):
        if wide:
            words = "The specified component exceeds the maximum width"
            problems.add((*path, "components", number), "COMPONENT_LAYOUT_WIDTH_EXCEEDED", words)


def _button(problems: Problems, path: Path, one: Json) -> None:
    """https://docs.discord.com/developers/components/reference#button-button-structure."""
    problems.longer((*path, "label"), one.get("label"), MAX_BUTTON)
    style = one.get("style")
    if style == LINK:
        if not one.get("url"):
            problems.add(path, "BUTTON_COMPONENT_URL_REQUIRED", "A url is required")
        problems.longer((*path, "url"), one.get("url"), MAX_URL)
    elif style != PREMIUM:
        _custom_id(problems, path, one)
    if style != PREMIUM and not (one.get("label") or one.get("emoji")):
        problems.add(path, "BUTTON_COMPONENT_LABEL_REQUIRED", "A label or emoji is required")


def _custom_id(problems: Problems, path: Path, one: Json) -> None:
    if not one.get("custom_id"):
        problems.add((*path, "custom_id"), "COMPONENT_CUSTOM_ID_REQUIRED", "A custom id is required")
    problems.longer((*path, "custom_id"), one.get("custom_id"), MAX_CUSTOM_ID)


def _select(problems: Problems, path: Path, one: Json) -> None:
    """https://docs.discord.com/developers/components/reference#string-select-string-select-structure."""
    _custom_id(problems, path, one)
    problems.longer((*path, "placeholder"), one.get("placeholder"), MAX_PLACEHOLDER)
    if one.get("type") != STRING_SELECT:
        return
    options = one.get("options") or []
    problems.between((*path, "options"), options, 1, MAX_OPTIONS)
    seen = set[str]()
    for number, option in enumerate(options):
        for name in ("label", "value", "description"):
            problems.longer((*path, "options", number, name), option.get(name), MAX_OPTION)
        for name in ("label", "value"):
            if not option.get(name):
                problems.required((*path, "options", number, name))
        if option.get("value") in seen:
            words = "The specified option value is already used"
            problems.add((*path, "options", number, "value"), "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED", words)
        seen.add(str(option.get("value")))


def completed(given: list[Json]) -> list[Json]:
    """Return components as Discord keeps them: each with a number of its own."""
    numbers = iter(range(1, 10_000))

    def kept(one: Json) -> Json:
        made = {**one, "id": one.get("id") or next(numbers)}
        if "components" in one:
            made["components"] = [kept(inner) for inner in one["components"]]
        for name in ("accessory", "component"):
            if one.get(name):
                made[name] = kept(one[name])
        return made

    return [kept(one) for one in given]
