"""What docs/security.md promises names the test that sees to it, and that test is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
NAMED = sorted(set(re.findall(r"`(tests/[\w/.]+(?:::\w+)?)`", PAGE)))
DONE = PAGE.partition("## What is done about it")[2].partition("## What is left to you")[0]


@pytest.mark.parametrize("test", NAMED)
def test_a_test_that_is_named_is_there(test: str) -> None:
    path, _, name = test.partition("::")

    assert (ROOT / path).is_file()
    assert not name or re.search(rf"def {name}\(", (ROOT / path).read_text(encoding="utf-8"))


def test_every_part_of_what_is_done_names_a_test() -> None:
    parts = DONE.split("\n### ")[1:]

    assert [part.splitlines()[0] for part in parts if "`tests/" not in part] == []
    assert len(parts) >= 7
