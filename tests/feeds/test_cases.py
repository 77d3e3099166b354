"""Every payload under tests/data/feeds is read as its reviewed expectation beside it says."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.core.snapshot_json import snapshot_json
from bot.plugins import detect, format_named
from tests.feeds.samples import CASES, expectation, source


@pytest.mark.parametrize("case", CASES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_payload_is_read_as_expected(case: Path) -> None:
    name = case.parent.name

    snapshot = format_named(name).parse(case.read_bytes(), source(name))

    assert snapshot_json(snapshot) == json.loads(expectation(case).read_text())


@pytest.mark.parametrize("case", CASES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_every_payload_is_recognised_as_the_format_that_it_is_and_no_other(case: Path) -> None:
    name = case.parent.name

    assert detect(case.read_bytes(), source("auto")) == (
        name,
        format_named(name).parse(case.read_bytes(), source("auto")),
    )
