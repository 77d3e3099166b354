"""docs/commands.md: every verb and button, on every platform, with no empty place."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.core.controls import MUTES, controls
from bot.core.grammar import VERBS
from tests.unit.build import incident

PAGE = (Path(__file__).parents[2] / "docs" / "commands.md").read_text(encoding="utf-8")
ROWS = [[cell.strip() for cell in row.strip("|").split("|")] for row in PAGE.splitlines() if row.startswith("| ")]


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb.action)
def test_each_verb_has_a_row_with_a_place_on_every_platform(verb: object) -> None:
    name = verb.names[0]  # type: ignore[attr-defined]  # a Verb
    alone = name in {"status", "incidents", "report"} or name.startswith(("watch ", "oncall "))
    slack = f"`/{'incident ' if verb.of else '' if alone else 'sitrep '}{name}"  # type: ignore[attr-defined]

    (row,) = [row for row in ROWS if row[1].startswith((f"{slack}`", f"{slack} "))]

    assert row[2].startswith(f"{slack}`")
    typed = "incident report" if verb.of and name == "report" else name  # type: ignore[attr-defined]  # a Verb
    assert f"`sitrep ask {typed}" in row[3]


def test_each_button_has_a_row() -> None:
    said = "\n".join(row[0] for row in ROWS)

    assert all(control.label in said for control in controls(incident()))
    assert all(words in said for words in ("Unacknowledge", "Unmute"))
    assert all(label.lower() in said for label, _ in MUTES)


def test_no_place_is_empty() -> None:
    assert [row for row in ROWS if len(row) != 4 or not all(row[1:])] == []
