"""`sitrep parse`: every format, by its name and recognised, prints exactly what the contract promises."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.desk import Desk
from tests.feeds.samples import CASES

SNAPSHOT = {"vendor", "format", "indicator", "complete_open_set", "components", "incidents"}
COMPONENT = {"id", "name", "status", "group"}
INCIDENT = {"id", "title", "state", "impact", "kind", "components", "url", "started_at", "published_at", "resolved_at"}
UPDATE = {"id", "state", "body", "at"}
UTC_TIME = r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"


def times(snapshot: dict[str, list[dict[str, object]]]) -> Iterator[object]:
    for incident in snapshot["incidents"]:
        yield from (incident[key] for key in ("started_at", "published_at", "resolved_at"))
        updates = incident["updates"]
        yield from (update["at"] for update in updates) if isinstance(updates, list) else ()


@pytest.mark.parametrize("path", [pytest.param(path, id=f"{path.parent.name}-{path.stem}") for path in CASES])
def test_a_payload_is_printed_with_exactly_the_promised_keys(desk: Desk, path: Path) -> None:
    named = desk.ask("parse", path.parent.name, str(path), "--json")
    snapshot = json.loads(named.out)
    incidents = snapshot["incidents"]

    assert (named.status, named.complaints) == (0, ())
    assert set(snapshot) == SNAPSHOT
    assert snapshot["format"] == path.parent.name
    assert all(set(component) == COMPONENT for component in snapshot["components"])
    assert all(set(incident) == INCIDENT | {"updates"} for incident in incidents)
    assert all(set(update) == UPDATE for incident in incidents for update in incident["updates"])
    assert all(isinstance(name, str) for incident in incidents for name in incident["components"])
    assert all(at is None or (isinstance(at, str) and re.fullmatch(UTC_TIME, at)) for at in times(snapshot))


@pytest.mark.parametrize("form", sorted({path.parent.name for path in CASES}))
def test_a_format_is_recognised(desk: Desk, form: str) -> None:
    for path in (path for path in CASES if path.parent.name == form):
        named = desk.ask("parse", form, str(path), "--json")
        recognised = desk.ask("parse", "auto", str(path), "--json")

        assert recognised.out == named.out, path


def test_an_unknown_format_is_refused_with_the_names_of_those_there_are(desk: Desk) -> None:
    answer = desk.ask("parse", "teletext", str(CASES[0]))

    assert answer.status == 2
    assert len(answer.complaints) == 1
    assert {path.parent.name for path in CASES} <= set(answer.complaints[0].replace(",", "").split())
