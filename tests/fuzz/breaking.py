"""How answers are broken: their values, their bytes, their size."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from typing import Any

_ODD: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 1e308, float("nan"), 10**400, "", " ", "x", [], {}, [None], [[]], {"id": None}),
    *("\ud800", "9" * 40, "0000-00-00", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00", "2026-02-30", "\u202e!"),
    *("<!channel>", "<script>", "&#x110000;", "a" * 100_000, "\x00", "-", "resolved", "Investigating", "operational"),
    *("\x1b[2J\x9b31m\x07", "\u2066\u2028\x85", "<p><li>&amp;<b " * 3000, "word " * 20_000, 10**18, -(10**18), "1e18"),
)
_STAINS = (
    *(b"<", b"&", b"]]>", b"</entry>", b"<!DOCTYPE x [<!ENTITY a 'b'>]>", b"<item>"),
    *(b"\x00", b"\xff\xfe", b'"', b"{"),
)


def broken(body: bytes, dice: random.Random) -> bytes:
    """Return a sound answer, broken in one of the ways in which answers break."""
    ways = (_values, _values, _values, _hole, _stain, _cut, _swollen, _recoded)
    try:
        return dice.choice(ways)(body, dice)
    except RecursionError:  # it is as deep as a well already
        return _hole(body, dice)


def _values(body: bytes, dice: random.Random) -> bytes:
    try:
        value = json.loads(body.decode(json.detect_encoding(body)))
    except ValueError:
        return _hole(body, dice)
    rate = dice.choice((0.005, 0.03, 0.15))
    # What stands elsewhere in the same answer: another's id, its time, its state.
    odd = (*_ODD, *_within(value)) if dice.random() < 1 / 2 else tuple(_within(value)) or _ODD
    broken_value = _exchanged(value, odd, dice, rate)
    return json.dumps(broken_value, ensure_ascii=dice.random() < 1 / 2).encode(errors="surrogatepass")


def _within(value: Any) -> Iterator[Any]:
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield inner
        yield from _within(inner)


def _exchanged(value: Any, odd: tuple[Any, ...], dice: random.Random, rate: float) -> Any:
    if dice.random() < rate:
        return dice.choice(odd)
    if isinstance(value, dict):
        found = {key: _exchanged(inner, odd, dice, rate) for key, inner in value.items() if dice.random() > rate}
        if found and dice.random() < rate:
            found[dice.choice(list(found))] = dice.choice(list(found.values()))
        return found
    if isinstance(value, list):
        found_too = [_exchanged(one, odd, dice, rate) for one in value for _ in range(1 + (dice.random() < rate))]
        if dice.random() < rate:
            dice.shuffle(found_too)
        return found_too
    return value


def _hole(body: bytes, dice: random.Random) -> bytes:
    begin = dice.randrange(len(body) + 1)
    return body[:begin] + body[begin + dice.randrange(200) :]


def _stain(body: bytes, dice: random.Random) -> bytes:
    at = dice.randrange(len(body) + 1)
    return body[:at] + dice.choice(_STAINS) * dice.choice((1, 1, 1, 1000)) + body[at:]


def _cut(body: bytes, dice: random.Random) -> bytes:
    return body[: dice.randrange(len(body) + 1)]


def _swollen(body: bytes, dice: random.Random) -> bytes:
    """Repeat a part of it very often, or put it deep into something."""
    begin = dice.randrange(len(body) + 1)
    part = body[begin : begin + dice.randrange(1, 400)]
    if dice.random() < 1 / 3:
        return b"[" * 5000 + body + b"]" * 5000
    return body[:begin] + part * dice.choice((2, 50, 500)) + body[begin:]


def _recoded(body: bytes, dice: random.Random) -> bytes:
    text = body.decode(errors="replace")
    return text.encode(dice.choice(("utf-16", "utf-16-be", "utf-32", "latin-1", "cp037")), errors="replace")
