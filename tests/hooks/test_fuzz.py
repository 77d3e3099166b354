"""Whatever comes, a hook hears something or raises ParseError; and what it heard can be taken in."""

from __future__ import annotations

import json
import random
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core import alerts, rates
from bot.core.hooks import Accused, Heard, source_of
from bot.core.memory import Known
from bot.errors import ParseError
from bot.plugins import discover, hook_named
from bot.store import codec
from tests.feeds.test_fuzz import damaged, keys_of
from tests.hooks.samples import SAMPLES, body, hook

NAMES = tuple(discover("bot.hooks"))
KEYS = sorted({key for sample in SAMPLES.values() for key in keys_of(sample)})
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
WORDS = st.sampled_from(["firing", "resolved", "4", "60s", "2026-03-01T10:00:00Z", "0001-01-01T00:00:00Z", "openai"])
VALUES = st.recursive(
    SCALARS | WORDS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=8),
    max_leaves=30,
)
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def survives(name: str, raw: bytes) -> None:
    one, reason, heard = hook(name), "", Heard()
    try:
        heard = hook_named(name).parse(raw, one)
    except ParseError as error:
        reason = str(error)
    assert "\n" not in reason
    assert len(reason) < 400
    for source in (source_of(one, None), source_of(one, Accused("openai", "OpenAI"))):
        snapshots = [alerts.heard(Known(), alerts.snapshot_of(source, heard.alerts, heard.left_out, NOW))]
        snapshots += [
            rates.heard(one, report, Known(), rates.snapshot_of(source, report, NOW)) for report in heard.reports
        ]
        for claim in (claim for snapshot in snapshots for claim in snapshot.incidents):
            assert codec.CLAIM.load(codec.CLAIM.dump(claim)) == claim


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=50, deadline=None)
@given(value=VALUES)
def test_any_json_is_heard_or_a_parse_error(name: str, value: object) -> None:
    survives(name, json.dumps(value).encode())


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=50, deadline=None)
@given(raw=st.binary(max_size=200))
def test_any_bytes_are_heard_or_a_parse_error(name: str, raw: bytes) -> None:
    survives(name, raw)


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=200, deadline=None)
@given(seed=st.integers())
def test_a_damaged_body_is_heard_or_a_parse_error(name: str, seed: int) -> None:
    value: Any = damaged(SAMPLES[name], random.Random(seed))

    survives(name, json.dumps(value).encode(errors="surrogatepass"))


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=50, deadline=None)
@given(data=st.data())
def test_a_body_with_a_hole_or_a_stain_is_heard_or_a_parse_error(name: str, data: st.DataObject) -> None:
    sound = body(name)
    begin = data.draw(st.integers(0, len(sound)))
    end = data.draw(st.integers(begin, min(len(sound), begin + 100)))

    survives(name, sound[:begin] + data.draw(st.binary(max_size=10)) + sound[end:])
