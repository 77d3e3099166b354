"""docs/probes.md against what is read."""

from __future__ import annotations

import re
import textwrap
import tomllib
from pathlib import Path
from typing import Any

import pytest

from bot import catalog
from bot.model import Fault
from bot.plugins import discover, probe_named
from bot.settings.document import LISTS
from bot.settings.mistakes import example, keys

PAGE = (Path(__file__).parents[2] / "docs/probes.md").read_text(encoding="utf-8")
COMMON = keys(LISTS["probe"])
TYPES = sorted(set(discover("bot.probes")) - {"heartbeat"})


def examples() -> list[dict[str, Any]]:
    """Return the probes that the page shows."""
    blocks = re.findall(r"(?:^    .*\n|^\n(?=    ))+", PAGE, flags=re.MULTILINE)
    tables = [tomllib.loads(textwrap.dedent(block)) for block in blocks if "[[probe]]" in block]
    return [probe for table in tables for probe in table["probe"]]


@pytest.mark.parametrize("kind", TYPES)
def test_the_page_has_every_key_of_every_type(kind: str) -> None:
    model = probe_named(kind).Options
    rows = [f"| `{key}` | {field.description} | `{example(model, key)}` |" for key, field in keys(model).items()]

    chapter = PAGE.partition(f"\n## {kind}\n")[2].partition("\n## ")[0] + "\n"

    assert "| --- | --- | --- |\n" + "\n".join(rows) + "\n\n" in chapter


@pytest.mark.parametrize("kind", TYPES)
def test_the_examples_of_keys_can_be_written_so(kind: str) -> None:
    model = probe_named(kind).Options
    all_needed: dict[str, dict[str, Any]] = {
        "http": {"method": "POST"},
        "llm": {"model": "m", "price_in": 1, "price_out": 1},
    }
    needed = all_needed.get(kind, {})
    generic = {"api": "generic", "body": "{}", "text": "$.a"}
    for key in keys(model):
        written = tomllib.loads(example(model, key))
        assert written.keys() == {key}
        others = generic if key in {"body", "text", "finish", "tokens_in", "tokens_out"} and kind == "llm" else {}
        if (kind, key) not in {("llm", "price_in"), ("llm", "price_out")}:
            model.model_validate({**needed, **others, **written})


@pytest.mark.parametrize("probe", examples(), ids=lambda probe: str(probe["name"]))
def test_what_the_page_shows_can_be_copied(probe: dict[str, Any]) -> None:
    kind = probe_named(probe["type"])

    kind.read_target(probe["target"])
    kind.Options.model_validate({key: value for key, value in probe.items() if key not in COMMON})


@pytest.mark.parametrize("probe", examples(), ids=lambda probe: str(probe["name"]))
def test_what_the_page_shows_is_no_vendor_by_mistake(probe: dict[str, Any]) -> None:
    vendor = catalog.find(probe["name"])

    assert "vendor" in probe or vendor is None or vendor.slug != probe["name"]


def test_every_type_is_shown() -> None:
    assert {probe["type"] for probe in examples()} == set(TYPES)


@pytest.mark.parametrize("fault", Fault)
def test_the_page_says_of_each_class_whether_it_accuses(fault: Fault) -> None:
    assert re.search(rf"^\| `{fault}` \| .+ \| {'no' if fault.is_ours else 'yes'} \|$", PAGE, flags=re.MULTILINE)
