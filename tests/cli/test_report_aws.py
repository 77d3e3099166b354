"""Reports of the outage of 7 December 2021, each number computed once more from the raw payloads, by other means.

The recordings are not ours to publish: the environment variable SITREP_CORPUS names their folder.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta, timezone
from html import unescape
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any

import pytest

from tests.cli.desk import Desk
from tests.cli.test_report_corpus import CORPUS, iso

PST = timezone(-timedelta(hours=8))
STATEMENT = re.compile(
    r'<div><span class="yellowfg">\s*(?:\w+ \d+, )?\s*(\d+:\d\d [AP]M) PST</span>(.*?)</div>', re.DOTALL
)
# Resolved, with and without a burst around it; one that never ended while it was recorded.
EVENTS = ("management-console-1638894176", "ec2-us-east-1-1638895771", "connect-us-east-1-1638896019")
OPEN = "events-us-east-1-1638917670"


def taken(path: Path) -> datetime:
    return datetime.strptime(path.stem.split("-")[1] + "+0000", "%Y%m%dT%H%M%SZ%z")


def frames(folder: Path, name: str) -> list[tuple[datetime, dict[str, Any]]]:
    """Give what each recording says of one event."""
    read = ((taken(path), json.loads(path.read_bytes())) for path in sorted(folder.glob("*.json")))
    return [(at, one) for at, page in read for one in page["current"] if f"{one['service']}-{one['date']}" == name]


def statements(event: dict[str, Any]) -> list[tuple[datetime, str]]:
    """Read the clock times beside the texts, each on the day after the one before it if it would go back."""
    day = at = datetime.fromtimestamp(int(event["date"]), PST)
    found: list[tuple[datetime, str]] = []
    for clock, text in STATEMENT.findall(event["description"]):
        hour = datetime.strptime(clock, "%I:%M %p")  # noqa: DTZ007  (a time of day)
        at = day.replace(hour=hour.hour, minute=hour.minute, second=0)
        if found and at < found[-1][0]:
            at += timedelta(days=1)
        found.append((at.astimezone(UTC), " ".join(unescape(text).split())))
    return found


@pytest.mark.skipif(CORPUS is None, reason="SITREP_CORPUS names no folder")
def test_every_number_of_the_outage_of_december_2021_is_that_of_the_payloads(desk: Desk) -> None:
    assert CORPUS is not None
    folder = CORPUS / "aws-datajson" / "aws-series-20211207"
    database = f"sqlite+aiosqlite:///{desk.folder / 'replay.db'}"
    desk.ask("replay", str(folder), "--vendor", "aws", "--json", DATABASE_URL=database)

    for name in (*EVENTS, OPEN):
        answer = desk.ask("report", f"aws-{name}", "--format", "json", DATABASE_URL=database)
        report: dict[str, Any] = json.loads(answer.out)
        read = frames(folder, name)
        raw = statements(read[-1][1])
        times = [at for at, _ in raw]
        over = times[-1] if read[-1][1]["status"] == "0" else None
        last_look = read[-1][0]
        began = datetime.fromtimestamp(int(read[0][1]["date"]), UTC)

        # The first has its time to the second, in a field of its own.
        said = [(one["at"][:16], " ".join(one["text"].split())) for one in report["statements"]]
        assert said == [(iso(at)[:16], text) for at, text in raw], name
        whole = report["clocks"]["whole"]
        assert abs(datetime.fromisoformat(whole["began_at"]) - min(began, times[0])) < timedelta(minutes=1), name
        assert whole["ended_at"] == (iso(over) if over else None), name
        seconds = ((over or last_look) - datetime.fromisoformat(whole["began_at"])).total_seconds()
        assert whole["seconds"] == pytest.approx(seconds, abs=1), name
        assert report["detection"]["at"] == (iso(read[0][0])), name
        assert report["last_looked_at"] == (None if over else iso(last_look)), name
        pauses = [later - before for before, later in pairwise(times) if later > before]
        silent = [*pauses, *([] if over else [last_look - times[-1]])]
        talk = report["communication"]
        assert talk["statements"] == len(raw), name
        assert talk["cadence_seconds"] == pytest.approx(median(p.total_seconds() for p in pauses), abs=60), name
        assert talk["longest_silence"]["seconds"] == pytest.approx(max(silent).total_seconds(), abs=60), name
        assert [one["at"] for one in talk["all_clears"]] == ([iso(over)] if over else []), name
        assert sum(report["seconds_by_impact"].values()) == pytest.approx(whole["seconds"], abs=1), name
        assert report["root_cause"]["published_at"] is None, name
