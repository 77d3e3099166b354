"""Real outages, and some of our own, played through the whole path and compared with the raw recordings.

The recordings of real vendors are not ours to publish: the environment variable SITREP_CORPUS names their
folder.  Recordings made by us, after the same shapes, are always played.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from tests.cli.desk import Desk
from tests.e2e import ours, record
from tests.feeds.samples import CASES

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

KINDS = {"statuspage", "incidentio", "aws-datajson"}
OURS = [p for p in CASES if p.parent.name in KINDS and p.stem in {"summary-outage", "native-outage", "outage"}]


def recordings() -> list[object]:
    return ["our-own", *(pytest.param(path, id=path.name) for path in REAL)]


@pytest.fixture(params=recordings())
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    if isinstance(request.param, Path):
        return request.param
    made = tmp_path / "our-own"
    made.mkdir()
    return ours.statuspage(made)


def test_a_recording_is_told_as_it_was(folder: Path, desk: Desk) -> None:
    database = f"sqlite+aiosqlite:///{desk.folder / 'replay.db'}"
    played = ours.with_broken_answers(folder, desk.folder / "played")
    vendor = "acme" if folder.name == "our-own" else "github"
    # Each by itself: many that begin at once are another test's.
    apart = desk.folder / "apart.toml"
    apart.write_text("[bursts]\nat_least = 0\n", encoding="utf-8")
    words = ("replay", str(played), "--vendor", vendor, "--json", "--config", str(apart))

    steps = desk.ask(*words, DATABASE_URL=database).steps
    again = desk.ask(*words, DATABASE_URL=database)
    seen = record.sights(folder)

    assert again.lines == []
    assert {step["at"] for step in steps} <= {sight.at for sight in seen}
    for key in record.open_ids(seen):
        mine = [step for step in steps if step["incident"] == f"{vendor}-{key}"]
        assert_told_as_it_was(key, mine, seen, record.ending(folder, key))
    if folder.name == "our-own":
        assert {step["incident"] for step in steps} == {"acme-i1", "acme-i2"}


def test_every_destination_is_told_the_same(tmp_path: Path, desk: Desk) -> None:
    (tmp_path / "two").mkdir()
    folder = ours.statuspage(tmp_path / "two")
    routes = '[[route]]\nto = ["slack:#ops"]\ncontinue = true\n[[route]]\nto = ["console", "slack:#leads"]\n'
    config = desk.write("two.toml", routes)

    steps = desk.ask("replay", str(folder), "--vendor", "acme", "--config", str(config), "--json").steps
    told = {
        name: [{**step, "destination": ""} for step in steps if step["destination"] == name]
        for name in ("slack:#ops", "slack:#leads", "console")
    }

    assert len(steps) == 3 * len(told["console"]) > 0
    assert told["slack:#ops"] == told["slack:#leads"] == told["console"]


def assert_told_as_it_was(
    key: str, steps: Sequence[record.Step], seen: Sequence[record.Sight], end: Mapping[str, object]
) -> None:
    gone = record.vanished(seen, key)
    closings = record.closings(steps)
    turned = [(step["at"], step["text"].split()[1].rstrip(":")) for step in steps if step["kind"] == "impact_changed"]

    assert [step["step"] for step in steps].count("post") == 1, key
    assert steps[0]["step"] == "post", key
    assert [step["seq"] for step in steps if step["step"] == "reply"] == sorted(
        {step["seq"] for step in steps if step["step"] == "reply"}
    ), key
    assert record.quoted(steps) == record.statements(seen, key, end), key
    assert record.edited(steps) == record.edits(seen, key), key
    assert set(record.turns(seen, key)) <= set(turned), key
    assert len(closings) == (gone is not None), key
    if gone is not None:
        assert closings[0]["at"] >= gone, key
        assert closings[0]["kind"] == "resolved" or not end, key
        assert steps[-1]["state"] in {"resolved", "completed"}, key


@pytest.fixture(params=["our-own-atom", "our-own-aws", *(pytest.param(path, id=path.name) for path in FEEDS)])
def window(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    if isinstance(request.param, Path):
        return request.param
    made = tmp_path / request.param
    made.mkdir()
    return ours.atom(made) if request.param == "our-own-atom" else ours.aws(made)


def test_a_recorded_window_is_told_as_it_was_and_never_again(window: Path, desk: Desk) -> None:
    database = f"sqlite+aiosqlite:///{desk.folder / 'replay.db'}"
    played = ours.with_broken_answers(window, desk.folder / "played")
    vendor = window.name.partition("-")[0] if window in FEEDS else "acme"
    # Each by itself: many that begin at once are another test's.
    apart = desk.folder / "apart.toml"
    apart.write_text("[bursts]\nat_least = 0\n", encoding="utf-8")
    words = ("replay", str(played), "--vendor", vendor, "--json", "--config", str(apart))

    steps = desk.ask(*words, DATABASE_URL=database).steps
    again = desk.ask(*words, DATABASE_URL=database)
    seen = record.views(window)
    news = record.news(seen)

    assert again.lines == []
    assert {str(step["incident"]).removeprefix(f"{vendor}-") for step in steps} == set(news)
    for key, at in news.items():
        mine = [step for step in steps if step["incident"] == f"{vendor}-{key}"]
        over = record.over(seen, key)
        assert [step["at"] for step in mine if step["step"] == "post"] == [at], key
        assert record.quoted(mine) == record.said(seen, key), key
        assert [(step["at"], step["kind"]) for step in record.closings(mine)] == (
            [(over, "resolved")] if over else []
        ), key
        assert (mine[-1]["state"] == "resolved") == (over is not None), key


@pytest.mark.parametrize("file", [pytest.param(path, id=path.name) for path in (*OURS, *SINGLE)])
def test_a_captured_answer_is_recognised_and_read(file: Path, desk: Desk) -> None:
    answer = desk.ask("parse", "auto", str(file), "--json")

    assert answer.status == 0, answer.complaints


def test_the_corpus_is_where_it_was_said_to_be() -> None:
    assert CORPUS is None or (REAL and FEEDS and SINGLE)
