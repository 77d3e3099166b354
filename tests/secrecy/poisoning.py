"""Values with hostile words in every text that they hold: which texts there are is found out from the types."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import MISSING, fields, is_dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Any, get_args, get_origin, get_type_hints

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)

# Whatever acts somewhere: on a page, in Markdown, a chat, a feed, a calendar, a drawing, a terminal, a file's name.
POISON = (
    "<script>alert(1)</script><img src=x onerror=alert(2)></textarea></title></style>]]>--><svg onload=alert(3)> "
    "@everyone <!channel> <@U1> <@&1> [safe](javascript:alert(4)) ![x](https://evil.invalid/x.png) **b** `c` || s || "
    "\r\nATTACH:https://evil.invalid/\r\nEND:VEVENT\r\n\r\n../../etc/passwd\" onmouseover='alert(5)' {{ 7 * 7 }} "
    "\u202egnp.exe\u2066 \x1b]0;t\x07\x1b[2J \x00 &lt;b&gt; &#x202e; javascript:alert(6) https://evil.invalid/<script>"
)
# Texts that nobody outside writes, by class and field, each with who does; `*` is every class.
OURS: Mapping[str, str] = {
    "*.id": "made by us, of letters, digits and hyphens",
    "*.key": "made by us from an id or a name",
    "*.incident": "the id of an incident",
    "*.vendor": "a slug: of the catalog, the configuration, or made from a name by `slug`",
    "*.platform": "one of the platforms",
    "*.address": "where an announcement goes, as it is configured",
    "*.destination": "the same",
    "*.format": "the name of a file of ours",
    "*.of": "the id of an incident",
    "*.person": "a platform's own number for somebody",
    "*.burst": "the id of an incident",
    "*.members": "ids of incidents",
    "*.request": "a platform's own number for what was asked",
    "*.claims": "keys of claims",
    "*.team": "a workspace's own number",
}


def is_ours(owner: type, name: str) -> bool:
    return f"*.{name}" in OURS or f"{owner.__name__}.{name}" in OURS


def poisoned(value: Any, depth: int = 6) -> Any:
    """Return the same value with hostile words in each text that others may write, were there one or not."""
    if isinstance(value, tuple):
        return tuple(poisoned(one, depth) for one in value)
    if isinstance(value, str) and not isinstance(value, Enum):
        return POISON
    if not is_dataclass(value) or isinstance(value, type):
        return value
    hints = get_type_hints(type(value))
    found = {}
    for one in fields(value):
        now = getattr(value, one.name)
        if one.init and not (is_ours(type(value), one.name) and str in _flat(hints[one.name])):
            found[one.name] = poisoned(now, depth) if now else _made(hints[one.name], now, depth)
    if "url" in found and isinstance(found["url"], str):
        found["url"] = f"https://evil.invalid/{POISON}"
    return replace(value, **found)


def _made(hint: Any, empty: Any, depth: int) -> Any:
    """Return what a field may hold that holds nothing, if that is a text or has texts in it; else what it holds."""
    kinds = [one for one in _flat(hint) if one is str or is_dataclass(one)]
    if not kinds or depth == 0:
        return empty
    one = POISON if kinds[0] is str else _instance(kinds[0], depth - 1)
    return (one,) if isinstance(empty, tuple) else one


def _instance(kind: Any, depth: int) -> Any:
    hints = get_type_hints(kind)
    needed = [one for one in fields(kind) if one.init and one.default is MISSING and one.default_factory is MISSING]
    return poisoned(kind(**{one.name: _plain(hints[one.name], depth) for one in needed}), depth)


def _plain(hint: Any, depth: int) -> Any:
    """Return some value of a type."""
    kind = next(iter(_flat(hint)))
    if get_origin(hint) is tuple:
        return (_plain(kind, depth),)
    if is_dataclass(kind):
        return _instance(kind, depth)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return next(iter(kind))
    return {str: "x", int: 1, float: 1.0, bool: True, datetime: NOON, timedelta: HOUR}.get(kind)


def texts(kind: type, seen: set[type] | None = None) -> Iterator[tuple[str, str]]:
    """Give class and field of every text that a type may hold, however deep."""
    known = seen if seen is not None else set()
    if kind in known:
        return
    known.add(kind)
    hints = get_type_hints(kind)
    for one in fields(kind):
        inner = list(_flat(hints[one.name]))
        if str in inner and not is_ours(kind, one.name):
            yield kind.__name__, one.name
        for other in inner:
            if is_dataclass(other) and isinstance(other, type):
                yield from texts(other, known)


def held(value: Any) -> Iterator[tuple[str, str]]:
    """Give class and field of every text that is hostile in a value."""
    if isinstance(value, tuple):
        for one in value:
            yield from held(one)
    elif is_dataclass(value) and not isinstance(value, type):
        for one in fields(value):
            inner = getattr(value, one.name)
            some = inner if isinstance(inner, tuple) else (inner,)
            if any(isinstance(each, str) and POISON in each for each in some):
                yield type(value).__name__, one.name
            yield from held(inner)


def _flat(hint: Any) -> Iterator[Any]:
    inner = get_args(hint)
    if not inner:
        yield hint
    for one in inner:
        yield from _flat(one)
