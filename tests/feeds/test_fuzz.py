"""Whatever comes, a format returns a snapshot or raises ParseError; and order means nothing."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import ParseError
from bot.model import Snapshot
from bot.plugins import discover, format_named
from tests.feeds.bounds import flaws, flaws_of
from tests.feeds.samples import CASES, source

# Every format that there is: one more is fuzzed as soon as there are examples of it.
NAMES = tuple(discover("bot.feeds"))
JSONS = tuple(name for name in NAMES if format_named(name).EXPECTS == "json")


def keys_of(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        yield from value
    if isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from keys_of(inner)


def decoded(body: bytes) -> Any:
    """Return what JSON says; None for what is something else, as it comes too."""
    try:
        return json.loads(body.decode(json.detect_encoding(body)))
    except ValueError:
        return None


KEYS = sorted({key for path in CASES for key in keys_of(decoded(path.read_bytes()))})
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from(["acme12345678", "01HZZZZZZZZZZZZZZZZZZZZPAG", "resolved", "2026-03-01T10:00:00Z", "1772381100"])
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=8),
    max_leaves=30,
)
SOUND = {name: [path.read_bytes() for path in CASES if path.parent.name == name] for name in NAMES}
OBJECTS = {name: [one for one in SOUND[name] if decoded(one) is not None] for name in JSONS}


def survives(name: str, body: bytes) -> Snapshot | None:
    complaints: list[str]
    snapshot = None
    try:
        snapshot = format_named(name).parse(body, source(name))
        complaints = flaws(snapshot)
    except ParseError as error:
        complaints = flaws_of(error)
    assert complaints == []
    return snapshot


def damaged(value: Any, dice: random.Random) -> Any:
    """Return a payload with some of its values exchanged, dropped or doubled."""
    if dice.random() < 0.04:
        return dice.choice([None, 0, -1, "", "x", [], {}, [None], {"id": None}, True, 1e308, "\ud800", "9" * 40])
    if isinstance(value, dict):
        return {key: damaged(inner, dice) for key, inner in value.items() if dice.random() > 0.03}
    if isinstance(value, list):
        return [damaged(inner, dice) for inner in value for _ in range(1 + (dice.random() < 0.05))]
    return value


def shuffled(value: Any, dice: random.Random) -> Any:
    if isinstance(value, dict):
        # In a text, order is all.
        items = [(key, inner if key == "content" else shuffled(inner, dice)) for key, inner in value.items()]
        dice.shuffle(items)
        return dict(items)
    if isinstance(value, list):
        mixed = [shuffled(inner, dice) for inner in value]
        dice.shuffle(mixed)
        return mixed
    return value


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=20, deadline=None)
@given(value=VALUES)
def test_any_json_is_a_snapshot_or_a_parse_error(name: str, value: object) -> None:
    survives(name, json.dumps(value).encode())


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=20, deadline=None)
@given(body=st.binary(max_size=200) | st.text(max_size=100).map(lambda text: f"<rss>{text}".encode(errors="replace")))
def test_any_bytes_are_a_snapshot_or_a_parse_error(name: str, body: bytes) -> None:
    survives(name, body)


@pytest.mark.parametrize("name", JSONS)
@settings(max_examples=20, deadline=None)
@given(which=st.integers(0, 100), seed=st.integers())
def test_a_damaged_payload_is_a_snapshot_or_a_parse_error(name: str, which: int, seed: int) -> None:
    sound = decoded(OBJECTS[name][which % len(OBJECTS[name])])

    survives(name, json.dumps(damaged(sound, random.Random(seed))).encode(errors="surrogatepass"))


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=20, deadline=None)
@given(which=st.integers(0, 100), data=st.data())
def test_a_body_with_a_hole_or_a_stain_is_a_snapshot_or_a_parse_error(
    name: str, which: int, data: st.DataObject
) -> None:
    sound = SOUND[name][which % len(SOUND[name])]
    begin = data.draw(st.integers(0, len(sound)))
    end = data.draw(st.integers(begin, min(len(sound), begin + 200)))
    stain = data.draw(
        st.binary(max_size=10) | st.sampled_from([b"<", b"&", b"]]>", b"</entry>", b"<!DOCTYPE x>", b"\x00", b"<item>"])
    )

    survives(name, sound[:begin] + stain + sound[end:])


@pytest.mark.parametrize("name", JSONS)
@settings(max_examples=20, deadline=None)
@given(seed=st.integers())
def test_the_order_of_lists_means_nothing(name: str, seed: int) -> None:
    for sound in OBJECTS[name]:
        payload = decoded(sound)

        mixed = json.dumps(shuffled(payload, random.Random(seed)))

        assert survives(name, mixed.encode()) == survives(name, sound)


@pytest.mark.parametrize("case", ["plain-atom", "incidentio-rss", "incidentio-atom", "several-entries-of-one-incident"])
def test_the_order_of_entries_means_nothing(case: str) -> None:
    text = next(path for path in CASES if path.stem == case).read_text()
    opening, closing = ("<entry>", "</entry>") if "<entry>" in text else ("<item>", "</item>")
    head, *entries = text.split(opening)
    *inner, last = entries
    last, tail = last.split(closing)
    parts = [part.split(closing)[0] for part in inner] + [last]

    turned = head + "".join(opening + part + closing for part in reversed(parts)) + tail

    assert survives("feed", turned.encode()) == survives("feed", text.encode())
