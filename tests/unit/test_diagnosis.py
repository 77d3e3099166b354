"""What `doctor` makes of what was found: what no test can bring about, in a table; and how all of it is shown."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.core.diagnosis import configured, finding, machine, serving, stored, working
from bot.core.diagnosis.finding import Area, Finding, look, wrong
from bot.core.diagnosis.machine import Machine
from bot.core.diagnosis.stored import Instance, Schema, Server, Stored
from bot.core.standing import Standing

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
PG = "postgresql://sitrep:***@db.example/sitrep"


def server(version: int = 180000, most: int = 97, used: int = 3, **more: object) -> Server:
    return Server(version, most, used, **more)  # type: ignore[arg-type]  # the rest of it


def instance(seen: timedelta = timedelta(), version: str = "1", *, hangs: bool = False) -> Instance:
    return Instance("one-1", version, NOW - timedelta(hours=1), NOW - seen, hangs)


def said(findings: list[Finding]) -> list[str]:
    return [f"{one.gravity}: {one.what}" for one in findings]


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (Machine(missing=("httpx",)), "wrong: not installed: httpx"),
        (Machine(others=(("httpx", "0.27", "0.28"),)), "look: not the versions that it was tested with: httpx 0.27"),
        (Machine(sqlite=(3, 31)), "wrong: SQLite 3.31 is too old: it takes 3.35"),
        (Machine(files=256, connections=1000), "wrong: only 256 files may be open, and about 1,200 are wanted"),
        (Machine(free=5_000_000, folder="/srv"), "wrong: /srv has 5.0 MB left: nothing can be kept soon"),
        (Machine(free=500_000_000, folder="/srv"), "look: /srv has 500.0 MB left: the disk is nearly full"),
        (Machine(no_traces="install it"), "look: traces are wanted, and OpenTelemetry is not installed"),
        (Machine(proxies=("HTTPS_PROXY",)), "look: HTTPS_PROXY is set, and Sitrep goes through no proxy"),
        (Machine(witnesses={"a:443": False, "b:443": True}), "look: a witness does not answer: a:443"),
        (Machine(clock_off=timedelta(minutes=-9)), "wrong: this machine's clock is 9 min behind, by the servers"),
        (Machine(clock_off=timedelta(seconds=40)), "look: this machine's clock is 40 s ahead, by the servers"),
    ],
)
def test_what_is_wrong_with_a_machine_is_said(found: Machine, expected: str) -> None:
    (only,) = said(list(machine.findings(found)))

    assert only.startswith(expected)


def test_a_machine_with_which_nothing_is_wrong_is_not_spoken_of() -> None:
    well = Machine(free=10**10, clock_off=timedelta(seconds=1), witnesses={"a:443": True})

    assert not list(machine.findings(well))


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (Stored(where=PG, schema=Schema.NEWER), f"wrong: {PG} belongs to a newer Sitrep"),
        (
            Stored(where=PG, schema=Schema.OLDER, is_held=True),
            f"look: {PG} is of an older Sitrep, and not",
        ),
        (Stored(where=PG, schema=Schema.SERVES, is_held=True), f"look: {PG} was brought up to date by a newer Sitrep"),
        (Stored(where=PG, schema=Schema.OTHER), f"wrong: {PG} has tables, and not those of Sitrep"),
        (Stored(where=PG, schema=Schema.NONE, refusal="it is a standby"), f"wrong: nothing can be written to {PG}: it"),
        (Stored(where=PG, server=server(130004), is_held=True), "look: PostgreSQL 13 is no longer maintained"),
        (Stored(where=PG, server=server(keeps_sessions=False), is_held=True), "wrong: a pooler gives one session"),
        (Stored(where=PG, server=server(most=20, used=12), is_held=False, last_try=NOW), "look: PostgreSQL allows 20"),
        (
            Stored(where=PG, server=server(ahead=timedelta(minutes=5)), is_held=True),
            "wrong: this machine's clock is 5 m",
        ),
        (
            Stored(where=PG, instances=(instance(timedelta(seconds=40), hangs=True), instance())),
            "wrong: one-1 has given",
        ),
        (Stored(where=PG, instances=(instance(version="0.9"),)), "look: 0.9 runs, and this is 1"),
        (
            Stored(where=PG, is_held=True, due=(("Acme", NOW - timedelta(hours=1)),), due_total=1),
            "wrong: Sitrep runs, and has not looked at Acme, due 1 h ago",
        ),
        (Stored(where=PG, is_held=True, last_try=NOW + timedelta(hours=1)), "wrong: the last look was 1 h from now"),
        (Stored(where=PG, last_try=NOW - timedelta(hours=3)), "wrong: no Sitrep runs on this database: nothing was"),
    ],
)
def test_what_is_wrong_with_a_database_is_said(found: Stored, expected: str) -> None:
    all_of_it = said(list(stored.findings(found, "1", NOW)))

    assert any(one.startswith(expected) for one in all_of_it), all_of_it


def test_a_database_on_which_one_sitrep_runs_well_is_not_spoken_of() -> None:
    due = (("Acme", NOW - timedelta(minutes=1)),)
    well = Stored(where=PG, server=server(), instances=(instance(),), last_try=NOW, due=due, due_total=1)

    assert not list(stored.findings(well, "1", NOW))


def test_all_that_can_not_be_read_at_once_is_one_thing_that_is_wrong() -> None:
    lost = [
        Standing(vendor=name, name=name, impact=None, checked_at=None, stale_since=NOW, reason="no route to host")
        for name in ("a", "b", "c")
    ]

    (alone,) = working.findings(working.Working(watched=3, stale=lost, stale_total=3), NOW)
    apart = list(working.findings(working.Working(watched=9, stale=lost[:2], stale_total=2), NOW))

    assert alone == wrong(Area.NETWORK, "nothing that is watched can be read (3): no route to host", alone.do)
    assert [one.what for one in apart] == [f"{name} can not be read for 0 s: no route to host" for name in ("a", "b")]


def test_a_running_sitrep_says_itself_what_it_lacks() -> None:
    port = serving.Port(where="http://127.0.0.1:8080/", runs=True, lacks=("slack is not connected",))

    assert said(list(serving.findings(port, ()))) == [
        "wrong: the Sitrep that runs says of itself: slack is not connected"
    ]


def test_a_mistake_is_parted_into_what_it_is_and_what_to_write_instead() -> None:
    found = configured.mistaken('sitrep.toml: watch[1].vendor: "githbu" is not known; did you mean "github"?')

    assert found.what == 'sitrep.toml: watch[1].vendor: "githbu" is not known'
    assert found.do == 'Did you mean "github"?'


def test_what_is_wrong_comes_before_what_is_worth_a_look_and_causes_before_the_rest() -> None:
    some = [
        look(Area.CONFIGURATION, "a", "do a"),
        wrong(Area.SOURCES, "b", "do b"),
        wrong(Area.DATABASE, "c\x1b[31m", "do\nc"),
        wrong(Area.SOURCES, "b", "do b"),
    ]

    text = finding.text(finding.in_order(some), [("program", "Sitrep 1")])

    assert text.splitlines() == [
        "2 things are wrong, 1 is worth a look.",
        "",
        "WRONG  database: c",
        "       Do c",
        "",
        "WRONG  what is watched: b",
        "       Do b",
        "",
        "look   configuration: a",
        "       Do a",
        "",
        "Looked at:",
        "  program  Sitrep 1",
    ]
