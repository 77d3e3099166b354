"""Reports of real outages, each number computed once more from the raw payloads, by other means.

The recordings of real vendors are not ours to publish: the environment variable SITREP_CORPUS names their folder.
"""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any

import pytest

from tests.cli.desk import Desk

CORPUS = Path(os.environ["SITREP_CORPUS"]) if os.environ.get("SITREP_CORPUS") else None
# A long critical outage with 35 updates; one that was renamed three times; one of which an update was rewritten.
OUTAGES = {
    "zkxwbgr0cnmx": "github-series-zkxwbgr0cnmx",
    "7txcg0j03kkg": "github-series-7txcg0j03kkg",
    "y5hdmv0p49x3": "github-series-maint-flf8c4lvch31",
}


@dataclass
class Raw:
    """What the payloads say of one incident, read by nothing of ours."""

    started: datetime
    created: datetime
    first_read: datetime
    titles: list[str] = field(default_factory=list)
    impacts: list[str] = field(default_factory=list)
    gone: datetime | None = None
    times: dict[str, datetime] = field(default_factory=dict)
    states: dict[str, str] = field(default_factory=dict)
    bodies: dict[str, list[str]] = field(default_factory=dict)
    parts: set[str] = field(default_factory=set)
    unwell: set[str] = field(default_factory=set)


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def read(folder: Path, name: str) -> Raw:
    """Read all payloads in the order of their times."""
    raw: Raw | None = None
    for path in sorted(folder.glob("*.json")):
        taken = datetime.strptime(path.stem.split("-")[1] + "+0000", "%Y%m%dT%H%M%SZ%z")
        payload = json.loads(path.read_bytes())
        found = [one for one in payload["incidents"] if one["id"] == name]
        if not found:
            if raw is not None and raw.gone is None:
                raw.gone = taken
            continue
        (one,) = found
        raw = raw or Raw(moment(one["started_at"]), moment(one["created_at"]), taken)
        raw.titles.append(one["name"])
        raw.impacts.append(one["impact"])
        raw.parts |= {part["name"].strip() for part in one["components"]}
        raw.unwell |= {part["name"].strip() for part in payload["components"] if part["status"] != "operational"}
        for update in one["incident_updates"]:
            versions = raw.bodies.setdefault(update["id"], [])
            if not versions or versions[-1] != update["body"]:
                versions.append(update["body"])
            raw.times[update["id"]] = moment(update["display_at"])
            raw.states[update["id"]] = update["status"]
    assert raw is not None
    return raw


def iso(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


@pytest.mark.skipif(CORPUS is None, reason="SITREP_CORPUS names no folder")
@pytest.mark.parametrize("name", OUTAGES)
def test_every_number_of_a_real_outage_is_that_of_the_payloads(desk: Desk, name: str) -> None:
    assert CORPUS is not None
    folder = CORPUS / "statuspage" / OUTAGES[name]
    database = f"sqlite+aiosqlite:///{desk.folder / 'replay.db'}"
    desk.ask("replay", str(folder), "--vendor", "github", "--json", DATABASE_URL=database)

    answer = desk.ask("report", f"github-{name}", "--format", "json", DATABASE_URL=database)
    report: dict[str, Any] = json.loads(answer.out)
    raw = read(folder, name)
    order = sorted(raw.times, key=lambda key: (raw.times[key], key))

    # Both clocks, and who told when.
    assert report["clocks"]["vendor"]["began_at"] == iso(raw.started)
    assert report["clocks"]["whole"]["began_at"] == iso(raw.started)
    assert raw.gone is not None
    assert report["clocks"]["whole"]["ended_at"] == iso(raw.gone)
    assert report["clocks"]["whole"]["seconds"] == pytest.approx((raw.gone - raw.started).total_seconds(), abs=1)
    assert report["clocks"]["vendor"]["ended_at"] is None
    assert "no longer listed" in report["clocks"]["vendor"]["ended_at_unknown"]
    assert report["acknowledgement"]["at"] == iso(raw.created)
    assert report["detection"]["at"] == iso(raw.first_read)
    assert report["acknowledgement"]["lag_seconds"] is None

    # Every word, as it is now and as it was.
    said = report["statements"]
    assert [(one["at"], one["state"]) for one in said] == [(iso(raw.times[key]), raw.states[key]) for key in order]
    assert [one["text"].split() for one in said] == [raw.bodies[key][-1].split() for key in order]
    assert [[e["before"].split() for e in one["edits"]] for one in said] == [
        [body.split() for body in raw.bodies[key][:-1]] for key in order
    ]
    assert report["channels"][0]["statements"] == len(order)

    # How it spoke.
    times = sorted(raw.times.values())
    pauses = [later - before for before, later in pairwise(times) if later - before >= timedelta(seconds=1)]
    talk = report["communication"]
    assert talk["statements"] == len(order)
    assert talk["longest_silence"]["seconds"] == pytest.approx(max(pauses).total_seconds(), abs=1)
    assert talk["cadence_seconds"] == pytest.approx(median(p.total_seconds() for p in pauses), abs=1)
    assert talk["silent_until_it_vanished"]["seconds"] == pytest.approx((raw.gone - times[-1]).total_seconds(), abs=1)
    assert talk["edited"] == sum(len(bodies) > 1 for bodies in raw.bodies.values())
    assert talk["all_clears"] == []

    # What it was, and what it touched.
    assert report["title"] == raw.titles[-1]
    assert report["acknowledgement"]["title"] == raw.titles[0]
    rank = ["none", "minor", "major", "critical"]
    assert report["peak_impact"] == max(raw.impacts, key=rank.index)
    listed = {part["name"] for part in report["effect"]["components"]}
    # What only the page shows in trouble meanwhile is counted with it.
    assert raw.parts <= listed <= raw.parts | raw.unwell
    assert report["root_cause"]["published_at"] is None


@pytest.mark.skipif(CORPUS is None, reason="SITREP_CORPUS names no folder")
def test_what_a_person_reads_of_a_real_outage_has_no_blank_and_no_other_time_than_the_payloads(desk: Desk) -> None:
    assert CORPUS is not None
    folder = CORPUS / "statuspage" / OUTAGES["zkxwbgr0cnmx"]
    database = f"sqlite+aiosqlite:///{desk.folder / 'replay.db'}"
    desk.ask("replay", str(folder), "--vendor", "github", "--json", DATABASE_URL=database)

    text = desk.ask("report", "github-zkx", DATABASE_URL=database).out
    raw = read(folder, "zkxwbgr0cnmx")

    assert "It was listed for 8 h 1 min, from 2026-08-17 13:40 UTC" in text
    assert "| Longest silence | 55 min, from 2026-08-17 19:13 UTC to 2026-08-17 20:08 UTC |" in text
    assert "| Silent at the end | 56 min, from 2026-08-17 20:45 UTC to 2026-08-17 21:42 UTC" in text
    frames = {path.stem.split("-")[1] for path in folder.glob("*.json")}
    known = {f"{stamp[:4]}-{stamp[4:6]}-{stamp[6:8]} {stamp[9:11]}:{stamp[11:13]}" for stamp in frames}
    known |= {f"{at:%Y-%m-%d %H:%M}" for at in (raw.started, raw.created, *raw.times.values())}
    told = set(re.findall(r"2026-08-17 \d\d:\d\d", text))
    assert told <= known
