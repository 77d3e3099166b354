"""Recorded answers through the whole path, by the contract's lines."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.desk import STEP_KEYS, Desk
from tests.loops.acme import Json, alone, component, incident, summary

BEGUN = ("investigating", "Some requests fail.", 1)
FOUND = ("identified", "We found the cause.", 5)
OVER = ("resolved", "All is well again.", 9)

QUIET = summary()
OPEN = {**summary(incident("i1", BEGUN, impact="minor")), "status": {"indicator": "minor"}}
WORSE = summary(incident("i1", BEGUN, FOUND, impact="major"))


def recorded(desk: Desk, *pages: Json | bytes | str, names: list[str] | None = None, folder: str = "series") -> Path:
    """Write one file for each page, a minute apart."""
    for number, page in enumerate(pages):
        name = names[number] if names else f"{number:02d}-20260301T12{number:02d}00Z.json"
        body = page if isinstance(page, bytes | str) else json.dumps(page)
        desk.write(f"{folder}/{name}", body)
    return desk.folder / folder


def test_each_step_is_one_line_with_exactly_the_promised_keys(desk: Desk) -> None:
    folder = recorded(desk, QUIET, OPEN, WORSE, QUIET)

    answer = desk.ask("replay", str(folder), "--vendor", "acme", "--json")

    assert answer.status == 0
    assert all(set(step) == STEP_KEYS for step in answer.steps)
    assert [(step["step"], step["kind"]) for step in answer.steps] == [
        ("post", "opened"),
        ("reply", "updated"),
        ("reply", "impact_changed"),
        ("reply", "updated"),
        ("edit", "updated"),
        ("reply", "withdrawn"),
        ("edit", "updated"),
    ]
    assert answer.steps[0]["at"] == "2026-03-01T12:01:00Z"
    assert answer.steps[-1]["state"] == "resolved"


def test_what_is_no_snapshot_ends_nothing(desk: Desk) -> None:
    html = "<!doctype html><title>502 Bad Gateway</title>"
    folder = recorded(desk, QUIET, OPEN, b"", html, json.dumps(OPEN)[:-40], OPEN)

    answer = desk.ask("replay", str(folder), "--vendor", "acme", "--json")

    assert [step["step"] for step in answer.steps] == ["post", "reply"]
    assert len(answer.complaints) == 3


def test_files_without_a_time_fit_between_those_that_have_one(desk: Desk) -> None:
    names = ["01-20260301T120000Z.json", "02-20260301T120100Z.json", "02b-broken.json", "03-20260301T120500Z.json"]
    folder = recorded(desk, QUIET, OPEN, "<html></html>", QUIET, names=names)

    answer = desk.ask("replay", str(folder), "--vendor", "acme", "--json")

    assert answer.steps[-1]["at"] == "2026-03-01T12:05:00Z"


def test_an_index_tells_the_times_of_names_that_do_not(desk: Desk) -> None:
    folder = recorded(desk, QUIET, OPEN, names=["a.json", "b.json"])
    desk.write("series/index.tsv", "file\tat\na.json\t2026-03-01T12:00:00Z\nb.json\t2026-03-01T13:30:00+01:00\n")

    answer = desk.ask("replay", str(folder), "--vendor", "acme", "--json")

    assert answer.steps[0]["at"] == "2026-03-01T12:30:00Z"


@pytest.mark.parametrize("index", [b"file\tat\n\xff\xfe\t2026-03-01\n", b"file\tat\na.json\tyesterday\n"])
def test_an_index_that_can_not_be_read_is_one_line(desk: Desk, index: bytes) -> None:
    folder = recorded(desk, QUIET, OPEN, names=["a.json", "b.json"])
    desk.write("series/index.tsv", index)

    answer = desk.ask("replay", str(folder), "--vendor", "acme", "--json")

    assert (answer.status, answer.out) == (2, "")
    assert len(answer.complaints) == 1
    assert "index.tsv" in answer.complaints[0]


@pytest.mark.parametrize("form", ["feed", "teletext"])
def test_a_format_that_is_named_is_believed_and_must_fit(desk: Desk, form: str) -> None:
    folder = recorded(desk, QUIET, OPEN)

    named = desk.ask("replay", str(folder), "--vendor", "acme", "--format", "statuspage", "--json")
    wrong = desk.ask("replay", str(folder), "--vendor", "acme", "--format", form, "--json")

    assert [step["step"] for step in named.steps] == ["post", "reply"]
    assert (wrong.status, wrong.out) == (2, "")
    assert len(wrong.complaints) == 1


def test_without_any_times_answers_are_a_minute_apart(desk: Desk) -> None:
    folder = recorded(desk, QUIET, OPEN, names=["a.json", "b.json"])

    assert desk.ask("replay", str(folder), "--vendor", "acme", "--json").steps[0]["step"] == "post"


def test_a_recorded_follow_up_tells_how_an_incident_ended(desk: Desk) -> None:
    folder = recorded(desk, QUIET, OPEN, QUIET)
    desk.write("series/follow-up/i1.json", json.dumps(alone(incident("i1", BEGUN, OVER, impact="minor"))))

    last = [
        step for step in desk.ask("replay", str(folder), "--vendor", "acme", "--json").steps if step["step"] == "reply"
    ][-1]

    assert last["kind"] == "resolved"
    assert "All is well again." in str(last["text"])


def test_what_was_replayed_once_is_not_told_again_from_the_same_database(desk: Desk) -> None:
    folder = recorded(desk, QUIET, OPEN, WORSE, QUIET)
    database = f"sqlite+aiosqlite:///{desk.folder / 'replay.db'}"

    first = desk.ask("replay", str(folder), "--vendor", "acme", "--json", DATABASE_URL=database)
    again = desk.ask("replay", str(folder), "--vendor", "acme", "--json", DATABASE_URL=database)

    assert len(first.steps) == 7
    assert again.lines == []


def test_more_answers_of_the_same_recording_go_on_where_it_was(desk: Desk) -> None:
    database = f"sqlite+aiosqlite:///{desk.folder / 'replay.db'}"
    folder = recorded(desk, QUIET, OPEN)
    desk.ask("replay", str(folder), "--vendor", "acme", "--json", DATABASE_URL=database)

    recorded(desk, QUIET, OPEN, WORSE)
    answer = desk.ask("replay", str(folder), "--vendor", "acme", "--json", DATABASE_URL=database)

    assert [step["kind"] for step in answer.steps] == ["impact_changed", "updated", "updated"]


def test_the_configured_routes_decide_where_it_goes_and_nothing_is_really_sent(desk: Desk) -> None:
    folder = recorded(desk, QUIET, OPEN, WORSE)
    config = desk.write(
        "routes.toml",
        '[[route]]\nto = ["console"]\ncontinue = true\n'
        '[[route]]\nmatch = { min_impact = "major" }\nto = ["slack:#ops"]\n',
    )

    answer = desk.ask("replay", str(folder), "--vendor", "acme", "--config", str(config), "--json")
    posts = [(step["destination"], step["impact"]) for step in answer.steps if step["step"] == "post"]

    assert posts == [("console", "minor"), ("slack:#ops", "major")]


def test_a_database_of_run_is_refused(desk: Desk) -> None:
    database = f"sqlite+aiosqlite:///{desk.folder / 'sitrep.db'}"
    folder = recorded(desk, QUIET, OPEN)
    desk.ask("replay", str(folder), "--vendor", "acme", "--json", DATABASE_URL=database)

    answer = desk.ask("run", DATABASE_URL=database)

    assert answer.status == 2
    assert "belongs to `sitrep replay`" in answer.complaints[-1]


def test_two_recordings_are_played_together_in_the_order_of_their_times(desk: Desk) -> None:
    one = recorded(desk, QUIET, OPEN, folder="one")
    other = summary(incident("x9", BEGUN, title="Other"), page="other")
    two = recorded(
        desk, summary(page="other"), other, names=["a-20260301T120000Z.json", "b-20260301T120030Z.json"], folder="two"
    )

    answer = desk.ask("replay", str(one), str(two), "--json")

    assert [step["title"] for step in answer.steps if step["step"] == "post"] == ["Other", "Errors"]


def test_without_json_people_read_it(desk: Desk) -> None:
    folder = recorded(desk, QUIET, summary(components=[component("API", "partial_outage"), component("Website")]))

    answer = desk.ask("replay", str(folder), "--vendor", "acme")

    assert "Acme: API in partial outage" in answer.out
    assert "2 snapshots, 1 steps" in answer.out


def test_a_recording_that_nobody_can_read_is_one_line(desk: Desk) -> None:
    folder = recorded(desk, "<html></html>")

    answer = desk.ask("replay", str(folder), "--json")

    assert answer.status == 2
    assert len(answer.complaints) == 1


def test_a_folder_that_is_not_there_or_empty_is_one_line_each(desk: Desk) -> None:
    (desk.folder / "empty").mkdir()

    assert desk.ask("replay", "nowhere").complaints == ("sitrep: nowhere: there is no such file or folder",)
    assert desk.ask("replay", "empty").complaints == ("sitrep: empty: this folder has no recordings in it",)


def test_a_speed_that_is_none_is_wrong_use(desk: Desk) -> None:
    folder = recorded(desk, QUIET)

    assert desk.ask("replay", str(folder), "--speed", "0").status == 2
    assert desk.ask("replay", str(folder), "--vendor", "acme", "--speed", "max", "--json").status == 0


def test_the_demo_tells_a_whole_outage(desk: Desk) -> None:
    answer = desk.ask("demo", "--speed", "max")

    assert answer.status == 0
    told = [
        "We see: 1 of 2 probes fail (HTTP 503) · one witness, not sure yet",
        "Acme Cloud's status page showed nothing of it at 03 Mar 14:02 UTC",
        "We see now: 2 of 2 probes fail (HTTP 503; no answer within 10 s)",
        "Acme Cloud acknowledged it 17 min after us",
        "acme-login sees it too: HTTP 500",
        "Impact raised: major → critical",
        "Our own checks pass again",
        "Resolved after 1 h 26 min",
        "We saw it at 03 Mar 14:02 UTC; Acme Cloud posted it at 03 Mar 14:19 UTC, 17\n  min after us",
        "Acknowledgement · 17 min late on average, in 1 trouble that we saw ourselves",
    ]
    assert sorted(told, key=answer.out.index) == told
    assert list(desk.folder.iterdir()) == []


def test_a_recording_that_tells_no_more_than_the_day_is_played_at_its_own_newest_word(desk: Desk) -> None:
    folder = recorded(desk, OPEN, names=["20260301.json"])

    (posted, *_) = desk.ask("replay", str(folder), "--vendor", "acme", "--json").steps

    assert posted["at"] == "2026-03-01T12:01:00Z"
