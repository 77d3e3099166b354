"""Foreign JSON, tamed: a value comes out as one of our types, or a ParseError says what and where.

What carries the meaning (objects, lists, ids) must be as promised.  A single missing or odd scalar costs
only itself: one strange incident must not hide the others.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from bot.errors import ParseError
from bot.feeds._text import LONGEST_ID, cleaned
from bot.feeds._times import instant

Referred = TypeVar("Referred")
Read = TypeVar("Read")


@dataclass(frozen=True, slots=True)
class Thing:
    """One JSON object, and where in the payload it stands."""

    fields: Mapping[str, object]
    path: str = "$"

    def has(self, key: str) -> bool:
        """Whether the key is there and not null."""
        return self.fields.get(key) is not None

    def text(self, key: str) -> str | None:
        """Return a string or number as text; None where there is none, or nothing but space."""
        value = self.fields.get(key)
        if isinstance(value, str):
            return cleaned(value).strip() or None
        is_number = isinstance(value, int | float) and not isinstance(value, bool) and abs(value) != math.inf
        return str(value) if is_number else None

    def identity(self, key: str) -> str:
        """Return the id that everything else hangs on."""
        value = self.optional_id(key)
        if value is None:
            raise ParseError(f"no usable {key} at {self.path}")
        return value

    def optional_id(self, key: str) -> str | None:
        """Return an id as one line, None where there is none; one that is too long to be found again is refused."""
        value = self.text(key)
        if value is not None and len(value) > LONGEST_ID:
            raise ParseError(f"`{key}` of {len(value):,} characters at {self.path}")
        return value if value is None or value.isprintable() else " ".join(value.split())

    def instant(self, key: str) -> datetime | None:
        """Return a time as a UTC instant; None where there is none that can be read."""
        return instant(self.text(key))

    def flag(self, key: str) -> bool:
        """Whether the value is `true` and nothing else."""
        return self.fields.get(key) is True

    def thing(self, key: str) -> Thing:
        """Return the object under `key`, an empty one where it is absent or null."""
        value = self.fields.get(key)
        if value is None:
            return Thing({}, f"{self.path}.{key}")
        return _as_thing(value, f"{self.path}.{key}")

    def things(self, key: str) -> tuple[Thing, ...]:
        """Return the objects of a list, none where it is absent or null."""
        value = self.fields.get(key)
        if value is None:
            return ()
        return _as_things(value, f"{self.path}.{key}")

    def texts(self, key: str) -> tuple[str, ...]:
        """Return the strings and numbers of a list as text, none where it is absent or null."""
        value = self.fields.get(key)
        if value is None:
            return ()
        if not isinstance(value, list):
            raise ParseError(f"{_kind(value)} instead of a list at {self.path}.{key}")
        return tuple(text for item in value if (text := Thing({key: item}).text(key)) is not None)


class Once(Generic[Referred, Read]):
    """Reads a thing once, however many others refer to it: one long text times many references would take minutes."""

    def __init__(self, read: Callable[[Referred], Read]) -> None:
        """Read by `read`; the things live at least as long as this."""
        self._read = read
        self._known: dict[int, Read] = {}

    def __call__(self, referred: Referred) -> Read:
        """Return what is read of a thing; it is known by being the same, not by being alike."""
        key = id(referred)
        if key not in self._known:
            self._known[key] = self._read(referred)
        return self._known[key]


def decode(body: bytes) -> Thing:
    """Return the object that a JSON body holds; UTF-8, UTF-16 and UTF-32, with a BOM or without."""
    return _as_thing(_value(body), "$")


def decode_list(body: bytes) -> tuple[Thing, ...]:
    """Return the objects of the list that a JSON body holds, decoded as `decode` does."""
    return _as_things(_value(body), "$")


def decode_any(body: bytes) -> Thing | tuple[Thing, ...]:
    """Return the object or the objects of the list that a JSON body holds, for formats that speak both."""
    value = _value(body)
    return _as_things(value, "$") if isinstance(value, list) else _as_thing(value, "$")


def _value(body: bytes) -> object:
    # A single broken byte inside a text must not cost the payload; JSON's own marks can not arise from it.
    text = body.decode(json.detect_encoding(body), errors="replace").strip("\ufeff \t\r\n")
    if not text:
        raise ParseError("the body is empty")
    if text.startswith("<"):
        raise ParseError("the body is HTML or XML instead of JSON")
    try:
        value: object = json.loads(text, parse_constant=_nothing)
    except json.JSONDecodeError as error:
        raise ParseError(f"the body is not JSON: {error.msg} at line {error.lineno}, column {error.colno}") from error
    except (RecursionError, ValueError) as error:  # nested too deep; a number with thousands of digits
        raise ParseError("the body is JSON that can not be read: too deep, or a number too long") from error
    return value


def _nothing(_constant: str) -> None:
    """Read `NaN` and `Infinity`, which are no JSON but what some libraries write for a number they do not have."""


def _as_things(value: object, path: str) -> tuple[Thing, ...]:
    if not isinstance(value, list):
        raise ParseError(f"{_kind(value)} instead of a list at {path}")
    return tuple(_as_thing(item, f"{path}[{n}]") for n, item in enumerate(value))


def _as_thing(value: object, path: str) -> Thing:
    if not isinstance(value, dict):
        raise ParseError(f"{_kind(value)} instead of an object at {path}")
    return Thing(value, path)


def _kind(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true or false"
    names = {str: "a string", int: "a number", float: "a number", list: "a list", dict: "an object"}
    return names.get(type(value), "something else")
