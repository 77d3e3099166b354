"""What a page can be poisoned with: each a sound example of a format with something in it that no page should send."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from bot.feeds._text import one_line
from bot.model import Snapshot
from tests.feeds.leaves import exchanged, rewrapped, unwrapped

# Given a sound body and what it says, the same body poisoned.
Poison = Callable[[bytes, Snapshot], bytes | None]

_EPOCH = re.compile(r"\d{10}(?:\d{3})?(?:\.\d+)?")
_CLOCK = re.compile(r"\d{4}-\d\d-\d\d|\b\d{1,2}:\d\d\b")
_BLOCK = re.compile(r"<(?P<name>item|entry)>.*?</(?P=name)>", re.DOTALL)
NESTED = "[" * 100_000 + "]" * 100_000

TIMES: dict[str, Any] = {
    "the year 0": "0000-00-00T00:00:00Z",
    "before the first year": "0001-01-01T00:00:00+14:00",
    "after the last year": "9999-12-31T23:59:59-14:00",
    "no zone": "2026-03-01T10:00:00",
    "no such day": "2026-02-30T25:61:61Z",
    "an epoch of a billion years": 10**18,
    "an epoch before all": -(10**18),
    "an epoch with a fraction": 1772359200.5,
    "not a number": float("nan"),
    "infinity": float("inf"),
    "a number of 5,000 digits": 10**4000,
    "a list": ["2026-03-01T10:00:00Z"],
    "an object": {"time": "2026-03-01T10:00:00Z"},
    "a truth": True,
    "nothing": None,
    "no text": "",
    "100 kB": "2026-03-01T10:00:00Z" * 5000,
}
TEXTS: dict[str, str] = {
    "100 kB in one word": "A" * 100_000,
    "100 kB of words": " word" * 20_000,
    "line ends": " \n\r\n\u2028" * 20,
    "marks": "<p><li>&amp;&#x202e;<b " * 20,
    "an unclosed comment": "<!-- " * 20,
    "an override of direction": "\u202egnihton\u202c \u2066isolate\u2069\u200f\u061c",
    "what terminals obey": "\x1b[2J\x1b]0;title\x07\x9b31m\x07\b",
    "what is null": "\x00\ud800",
    "mentions": "<!channel> @everyone <@U1> @here",
}
# What takes long to make and to read: for one example of a format.
LONG_TEXTS: dict[str, str] = {
    "40 kB of line ends": " \n\r\n\u2028" * 8_000,
    "40 kB of marks": "<p><li>&amp;&#x202e;<b " * 1_600,
    "40 kB of an unclosed comment": "<!-- " * 8_000,
}
IDS: dict[str, Any] = {
    "null": None,
    "a list": ["x"],
    "an object": {"id": "x"},
    "a truth": True,
    "no text": "",
    "only space": " \t\u202e",
    "not a number": float("nan"),
    "100 kB": "x" * 100_000,
}


def times(instead: Any) -> Poison:
    """Every time, under whatever name, is `instead`."""

    def poisoned(body: bytes, said: Snapshot) -> bytes:
        known = ids_of(said)
        return exchanged(body, lambda _, value: instead if is_time(value) and not _is_id(value, known) else value)

    return poisoned


def texts(addition: str) -> Poison:
    """Every title, name and statement has something added to it."""
    return lambda body, said: _with_text(body, said, addition)


def _with_text(body: bytes, said: Snapshot, addition: str) -> bytes:
    known, add = _told(said), addition if unwrapped(body) is not None else _escaped(addition)
    return exchanged(body, lambda name, value: value + add if name and _is_text(value, known) else value)


def emptied(body: bytes, said: Snapshot) -> bytes:
    """Every title, name and statement is empty."""
    known = _told(said)
    return exchanged(body, lambda name, value: "" if name and _is_text(value, known) else value)


def all_empty(body: bytes, _: Snapshot) -> bytes:
    return exchanged(body, lambda name, value: "" if name and isinstance(value, str) else value)


def nested(body: bytes, said: Snapshot) -> bytes | None:
    """One text is as deep as a well instead."""
    if unwrapped(body) is None:
        return None
    known = _told(said)
    mark = "where the well is"
    marked = exchanged(body, lambda name, value: mark if name and _is_text(value, known) else value)
    return marked.replace(json.dumps(mark).encode(), NESTED.encode(), 1)


def numbers(instead: Any) -> Poison:
    """Every number that is no id is `instead`."""

    def poisoned(body: bytes, said: Snapshot) -> bytes:
        known = ids_of(said)
        return exchanged(
            body,
            lambda name, value: instead if name and type(value) in {int, float} and str(value) not in known else value,
        )

    return poisoned


def ids(instead: Any) -> Poison:
    """Every id of an incident or a component is `instead`."""

    def poisoned(body: bytes, said: Snapshot) -> bytes | None:
        known = ids_of(said)
        if unwrapped(body) is None and not isinstance(instead, str):
            return None
        return exchanged(body, lambda name, value: instead if name and _is_id(value, known) else value)

    return poisoned


def numbered(body: bytes, said: Snapshot) -> bytes:
    """Every id is a number instead, the same one wherever the same id stands."""
    known = {key: number for number, key in enumerate(sorted(ids_of(said)), 1)}
    return exchanged(body, lambda _, value: known.get(str(value), value))


def one_id(body: bytes, said: Snapshot) -> bytes:
    """All incidents have the same id, the first one's that is there."""
    return _one_of(body, sorted(claim.external_id for claim in said.incidents))


def one_component(body: bytes, said: Snapshot) -> bytes:
    """All components have the same id."""
    return _one_of(body, sorted(component.id for component in said.components))


def _one_of(body: bytes, known: list[str]) -> bytes:
    first = next((one for one in known if f'"{one}"' in body.decode(errors="replace")), None)
    number = next((int(one) for one in known if one.isdigit()), 1)
    return exchanged(
        body,
        lambda name, value: (
            (number if isinstance(value, int) else first or number) if name and _is_id(value, set(known)) else value
        ),
    )


def doubled(body: bytes, _: Snapshot) -> bytes:
    """Everything that is listed is listed twice."""
    value = unwrapped(body)
    if value is None:
        return _BLOCK.sub(lambda match: match[0] * 2, body.decode()).encode()
    return rewrapped(body, _doubled(value))


def many(body: bytes, said: Snapshot, number: int = 10_000) -> bytes | None:
    """Ten thousand of what is listed with a component's id."""
    value, known = unwrapped(body), {component.id for component in said.components}
    return rewrapped(body, _many(value, known, number)) if value is not None and known else None


def ids_of(said: Snapshot) -> set[str]:
    """Return the ids of incidents and components, as we have them and without what we put before them."""
    parts = {component.id for claim in said.incidents for component in claim.components}
    ours = {claim.external_id for claim in said.incidents} | {component.id for component in said.components}
    before = ("maintenance-", "schedule-", *(f"{part}-" for part in parts))
    return ours | {one.removeprefix(word) for word in before for one in ours if one.startswith(word)}


def _is_id(value: Any, known: set[str]) -> bool:
    return isinstance(value, str | int) and not isinstance(value, bool) and str(value) in known


def is_time(value: Any) -> bool:
    if isinstance(value, bool) or value is None:
        return False
    text = str(value)
    return bool(_EPOCH.fullmatch(text)) or (len(text) < 60 and bool(_CLOCK.search(text)))


def _told(said: Snapshot) -> set[str]:
    titles = {claim.title for claim in said.incidents}
    names = {component.name for component in said.components}
    names |= {component.name for claim in said.incidents for component in claim.components}
    bodies = {one_line(update.body) for claim in said.incidents for update in claim.updates}
    return {text for text in titles | names | bodies if len(text) > 2} - ids_of(said)


def _is_text(value: Any, known: set[str]) -> bool:
    if not isinstance(value, str) or len(value) < 3 or is_time(value):
        return False
    line = one_line(value)
    return line in known or (" " in line and any(line in one or one in line for one in known))


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")


def _doubled(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _doubled(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_doubled(inner) for inner in value] * 2
    return value


def _many(value: Any, known: set[str], number: int) -> Any:
    if isinstance(value, dict):
        return {key: _many(inner, known, number) for key, inner in value.items()}
    if isinstance(value, list) and (like := [one for one in value if _mentions(one, known)]):
        return [*value, *(_renamed(like[n % len(like)], known, n) for n in range(number))]
    return value


def _mentions(item: Any, known: set[str]) -> bool:
    return isinstance(item, dict) and any(str(inner) in known for inner in item.values())


def _renamed(item: dict[str, Any], known: set[str], number: int) -> dict[str, Any]:
    return {
        key: (number + 10**6 if isinstance(inner, int) else f"{inner}{number}") if str(inner) in known else inner
        for key, inner in item.items()
    }


def recoded() -> Iterator[tuple[str, Poison]]:
    """Charsets that are not what they are said to be."""
    for name, encoding in (
        ("Latin-1 that is said to be UTF-8", "latin-1"),
        ("UTF-16 with its mark", "utf-16"),
        ("UTF-16 without its mark", "utf-16-le"),
        ("UTF-16 the other way round", "utf-16-be"),
        ("UTF-32", "utf-32"),
        ("UTF-8 with a mark", "utf-8-sig"),
        ("EBCDIC", "cp037"),
    ):
        yield name, _in(encoding)
    for charset in ("utf-16", "latin-1", "ascii", "nonsense-9", "rot13", "idna", "utf-7", "hex"):
        yield f"XML that is said to be {charset}", _declared(charset)


def _in(encoding: str) -> Poison:
    def poisoned(body: bytes, said: Snapshot) -> bytes:
        return _with_text(body, said, " é ü ÿ").decode(errors="replace").encode(encoding, errors="replace")

    return poisoned


def _declared(charset: str) -> Poison:
    def poisoned(body: bytes, said: Snapshot) -> bytes | None:
        if unwrapped(body) is not None or not body.startswith(b"<"):
            return None
        head = f'<?xml version="1.0" encoding="{charset}"?>'.encode()
        return head + re.sub(rb"^<\?xml[^>]*\?>", b"", body)

    return poisoned


def everything() -> dict[str, dict[str, Poison]]:
    """Return every poison that any example can have, by its group and by what it is."""
    odd = (float("nan"), -1, 1e308, "", None, [0])
    return {
        "times": {f"times are {name}": times(instead) for name, instead in TIMES.items()},
        "texts": {
            **{f"texts with {name}": texts(addition) for name, addition in TEXTS.items()},
            "a text nested 100,000 deep": nested,
            "all texts are empty": emptied,
            "all strings are empty": all_empty,
        },
        "ids": {
            **{f"ids are {name}": ids(instead) for name, instead in IDS.items()},
            "all ids are numbers": numbered,
            "all incidents have one id": one_id,
            "all components have one id": one_component,
            "all is there twice": doubled,
        },
        "numbers": {f"numbers are {instead}": numbers(instead) for instead in odd},
        "charsets": dict(recoded()),
    }


def heavy() -> dict[str, Poison]:
    """Return the poisons that are for one example of a format alone, and that a rich one."""
    return {
        **{f"texts with {name}": texts(addition) for name, addition in LONG_TEXTS.items()},
        "10,000 components": many,
    }
