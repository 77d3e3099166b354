"""The dashboard and the rules that are given along: what they ask for is there, and can be asked."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]  # its stubs are no dependency of ours

from bot.gauges import COUNTS, MEASURES
from bot.web.metrics import OF_DATABASE, OWN

ROOT = Path(__file__).parents[2]
DASHBOARD = json.loads((ROOT / "docs/grafana.json").read_text(encoding="utf-8"))
RULES = yaml.safe_load((ROOT / "docs/examples/alerts.yml").read_text(encoding="utf-8"))["groups"]
PAGE = (ROOT / "docs/metrics.md").read_text(encoding="utf-8")
# https://prometheus.io/docs/prometheus/latest/querying/functions/, as far as they are used here.
FUNCTIONS = {"rate", "increase", "histogram_quantile", "time", "vector", "sum", "max", "count", "topk"}
WORDS = {"by", "or", "and", "on", "le"}
SHAPES: dict[str, tuple[str, ...]] = {
    **{f"{one.name}_total": one.labels for one in COUNTS},
    **{f"{one.name}_{end}": one.labels for one in MEASURES for end in ("bucket", "count", "sum")},
    **{name: labels for name, _, _, labels in OF_DATABASE},
    **OWN,
}
# What Prometheus and its client bring along.
OTHERS = {"up", "process_cpu_seconds_total", "process_resident_memory_bytes"}


def asked() -> Iterator[str]:
    for panel in DASHBOARD["panels"]:
        yield from (target["expr"] for target in panel.get("targets", ()))
    for group in RULES:
        yield from (rule["expr"] for rule in group["rules"])


@pytest.mark.parametrize("expression", sorted(set(asked())))
def test_what_is_asked_for_is_there_with_the_labels_it_is_asked_by(expression: str) -> None:
    named = re.findall(r"\b(?:sitrep|process|up)\w*", re.sub(r'"[^"]*"', '""', expression))
    assert named
    for metric in named:
        assert metric in SHAPES or metric in OTHERS
    for metric, matchers in re.findall(r"\b(sitrep\w+)\{([^}]*)\}", expression):
        labels = set(re.findall(r"(\w+)\s*(?:=~|!~|!=|=)", matchers))
        assert labels <= {*SHAPES[metric], "instance", "job"}
    known = {label for metric in named for label in SHAPES.get(metric, ())} | {"le", "instance", "job"}
    for labels in re.findall(r"\bby \(([^)]*)\)", expression):
        assert {label.strip() for label in labels.split(",")} <= known


@pytest.mark.parametrize("expression", sorted(set(asked())))
def test_what_is_asked_can_be_asked(expression: str) -> None:
    bare = re.sub(r'"[^"]*"', "", expression)
    depth = 0
    for letter in bare:
        depth += (letter in "([{") - (letter in ")]}")
        assert depth >= 0
    assert depth == 0
    assert set(re.findall(r"\b([a-z_]+)\s*\(", bare)) <= FUNCTIONS | WORDS
    for name in re.findall(r"(?:rate|increase)\(([\w:]+)", bare):
        assert name.endswith(("_total", "_bucket", "_sum", "_count"))


def test_the_dashboard_can_be_imported_as_it_is() -> None:
    panels: list[dict[str, Any]] = DASHBOARD["panels"]

    assert {"title", "uid", "panels", "templating", "time", "schemaVersion"} <= set(DASHBOARD)
    assert "__inputs" not in DASHBOARD
    assert len({panel["id"] for panel in panels}) == len(panels)
    cells = [
        (x, y)
        for panel in panels
        for x in range(panel["gridPos"]["x"], panel["gridPos"]["x"] + panel["gridPos"]["w"])
        for y in range(panel["gridPos"]["y"], panel["gridPos"]["y"] + panel["gridPos"]["h"])
    ]
    assert len(set(cells)) == len(cells)
    assert max(x for x, _ in cells) == 23
    variables = {one["name"] for one in DASHBOARD["templating"]["list"]}
    used = set(re.findall(r"\$\{?(\w+)", json.dumps(DASHBOARD))) - {"__rate_interval"}
    assert used == variables


def test_every_rule_says_what_is_wrong_and_how_bad_it_is() -> None:
    rules = [rule for group in RULES for rule in group["rules"]]

    assert len({rule["alert"] for rule in rules}) == len(rules)
    for rule in rules:
        assert rule["labels"]["severity"] in {"critical", "warning"}
        assert rule["annotations"]["summary"]
        for value in re.findall(r"\{\{ (\S+)", " ".join(rule["annotations"].values())):
            assert value in {"$value", "$labels.instance"} or value.removeprefix("$labels.") in " ".join(
                (*(label for some in SHAPES.values() for label in some), "instance")
            )


def test_the_page_explains_every_metric_and_no_other() -> None:
    explained = set(re.findall(r"`(sitrep_[a-z_]+)", PAGE))
    bases = {f"{one.name}_total" for one in COUNTS} | {one.name for one in MEASURES} | {one[0] for one in OF_DATABASE}

    assert explained == bases | set(OWN)
    for name, labels in SHAPES.items():
        shown = re.search(rf"`{name}\{{([^}}]*)\}}`", PAGE)
        if shown is not None:
            assert tuple(shown[1].split(",")) == labels


RUNBOOK = (ROOT / "docs/operations.md").read_text(encoding="utf-8").partition("\n## Run-book\n")[2]
ENTRIES = dict(re.findall(r"^### (\w+)\n\n(.*?)(?=^##|\Z)", RUNBOOK, re.MULTILINE | re.DOTALL))
ALERTS = {rule["alert"]: rule for group in RULES for rule in group["rules"]}


def test_every_alarm_has_its_entry_in_the_run_book_and_leads_there() -> None:
    assert list(ENTRIES) == list(ALERTS)
    for name, rule in ALERTS.items():
        assert rule["annotations"]["runbook_url"] == f"docs/operations.md#{name.lower()}"
        assert rule["labels"]["severity"] in {"warning", "critical"}


@pytest.mark.parametrize("name", ENTRIES)
def test_every_entry_says_what_it_means_where_to_look_what_to_do_and_when_it_is_over(name: str) -> None:
    assert re.findall(r"^- \*\*(\w+)\*\*: \S", ENTRIES[name], re.MULTILINE) == [
        *("Means", "Noticed", "Look", "Do", "Over")
    ]
    for metric in re.findall(r"\bsitrep_\w+", ENTRIES[name]):
        assert metric in SHAPES
