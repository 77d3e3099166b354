"""Real outages, and some of our own, played through the whole path and compared with the raw recordings.

The recordings of real vendors are not ours to publish: the environment variable SITREP_CORPUS names their
folder.  Recordings made by us, after the same shapes, are always played.
"""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest

from tests.cli.desk import Desk
from tests.e2e import record
from tests.loops.acme import component, incident, summary

CORPUS = Path(os.environ["SITREP_CORPUS"]) if os.environ.get("SITREP_CORPUS") else None
REAL = sorted(CORPUS.glob("statuspage/*series*")) if CORPUS else []
FEEDS = sorted(CORPUS.glob("statuspage-atom/*series*")) + sorted(CORPUS.glob("aws-datajson/*series*")) if CORPUS else []
SINGLE = (
    [
        path
        for form in ("statuspage", "incidentio", "aws-datajson", "azure-rss")
        for path in sorted((CORPUS / form).glob("*.*"))
    ]
    if CORPUS
    else []
)

BROKEN = {"empty": b"", "html": b"<!doctype html><title>502 Bad Gateway</title>", "cut": b'{"page": {"id": "acm'}


def our_own(folder: Path) -> Path:
    """Record an outage of Acme's with everything that real ones have shown."""
    begun = ("investigating", "Some requests fail.", 1.0)
    found = ("identified", "We found the cause.<br /><br />A roll-back is under way.", 5.0)
    edited = ("identified", "We found the cause & know more.<br />A roll-back is under way.", 5.0)
    again = ("investigating", "Some requests fail.", 7.0)
    api, site = component("API", "partial_outage"), component("Website")
    fine = (component("API"), site)
    other = incident("i2", ("investigating", "Logins are slow.", 6.0), impact="minor", title="Slow logins")
    pages = [
        summary(components=fine),
        summary(incident("i1", begun, impact="minor"), components=(api, site)),
        summary(incident("i1", begun, found, impact="major"), components=(api, site)),
        summary(incident("i1", begun, edited, again, impact="critical", title="Most requests fail"), other),
        summary(incident("i1", begun, edited, again, impact="minor"), other, components=(api, site)),
        summary(other, components=fine),
        summary(components=fine),
    ]
    for number, page in enumerate(pages):
        body = json.dumps({**page, "status": {"indicator": "none"}})
        (folder / f"{number:02d}-20260301T12{number:02d}00Z.json").write_text(body, encoding="utf-8")
    return folder


def with_broken_answers(folder: Path, target: Path) -> Path:
    """Copy a recording and put an answer that is none behind each of its snapshots, with and without a time."""
    target.mkdir()
    for number, path in enumerate(sorted(folder.iterdir())):
        shutil.copy(path, target / path.name)
        kind, body = list(BROKEN.items())[number % 3]
        name = f"{path.stem}-{kind}{path.suffix}" if number % 2 else f"{path.stem[:2]}~{kind}{path.suffix}"
        (target / name).write_bytes(body)
    return target


def recordings() -> list[object]:
    return ["our-own", *(pytest.param(path, id=path.name) for path in REAL)]


@pytest.fixture(params=recordings())
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    if isinstance(request.param, Path):
        return request.param
    made = tmp_path / "our-own"
    made.mkdir()
    return our_own(made)


def test_a_recording_is_told_as_it_was(folder: Path, desk: Desk) -> None:
    database = f"sqlite+aiosqlite:///{desk.folder / 'replay.db'}"
    played = with_broken_answers(folder, desk.folder / "played")
    vendor = "acme" if folder.name == "our-own" else "github"
    words = ("replay", str(played), "--vendor", vendor, "--json")

    steps = desk.ask(*words, DATABASE_URL=database).steps
    again = desk.ask(*words, DATABASE_URL=database)
    seen = record.sights(folder)

    assert again.lines == []
    assert {step["at"] for step in steps} <= {sight.at for sight in seen}
    for key in record.ids(seen):
        mine = [step for step in steps if step["incident"] == f"{vendor}-{key}"]
        assert_told_as_it_was(key, mine, seen)


def assert_told_as_it_was(key: str, steps: list[record.Step], seen: list[record.Sight]) -> None:
    gone = record.vanished(seen, key)
    closings = record.closings(steps)
    turned = [(step["at"], step["text"].split()[1].rstrip(":")) for step in steps if step["kind"] == "impact_changed"]

    assert [step["step"] for step in steps].count("post") == 1, key
    assert steps[0]["step"] == "post", key
    assert [step["seq"] for step in steps if step["step"] == "reply"] == sorted(
        {step["seq"] for step in steps if step["step"] == "reply"}
    ), key
    assert record.quoted(steps) == record.statements(seen, key), key
    assert set(record.turns(seen, key)) <= set(turned), key
    assert len(closings) == (gone is not None), key
    if gone is not None:
        assert closings[0]["at"] >= gone, key
        assert steps[-1]["state"] in {"resolved", "completed"}, key


@pytest.mark.parametrize("feed", [pytest.param(path, id=path.name) for path in FEEDS])
def test_a_recorded_window_is_told_once_and_never_again(feed: Path, desk: Desk) -> None:
    database = f"sqlite+aiosqlite:///{desk.folder / 'replay.db'}"
    played = with_broken_answers(feed, desk.folder / "played")

    steps = desk.ask("replay", str(played), "--json", DATABASE_URL=database).steps
    again = desk.ask("replay", str(played), "--json", DATABASE_URL=database)
    posts = [step["incident"] for step in steps if step["step"] == "post"]
    replies = [(step["incident"], step["seq"]) for step in steps if step["step"] == "reply"]
    closed = [step["incident"] for step in record.closings(steps)]

    assert again.lines == []
    assert len(posts) == len(set(posts)) > 0
    assert len(replies) == len(set(replies))
    assert len(closed) == len(set(closed))
    assert {incident for incident, _ in replies} <= set(posts)


@pytest.mark.parametrize("file", [pytest.param(path, id=path.name) for path in SINGLE])
def test_a_captured_answer_is_recognised_and_read(file: Path, desk: Desk) -> None:
    answer = desk.ask("parse", "auto", str(file), "--json")

    assert answer.status == 0, answer.complaints


def test_the_corpus_is_where_it_was_said_to_be() -> None:
    assert CORPUS is None or (REAL and FEEDS and SINGLE)
