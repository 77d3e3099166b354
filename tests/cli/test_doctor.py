"""`sitrep doctor`: each ill is brought about, and found; nothing is changed, and no secret is shown."""

from __future__ import annotations

import fcntl
import json
import shutil
import socket
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.cli.desk import Answer, Desk
from tests.databases import migrated_file

__all__ = ["migrated_file"]

LONG_AGO = "2026-03-01T12:00:00Z"
WELL = '[[watch]]\nvendor = "github"\n'
SECRET = "made-up-and-kept-to-ourselves-0123456789"


def findings(answer: Answer) -> list[str]:
    """Return what was found, as `wrong database: …`."""
    return [f"{one['gravity']} {one['about']}: {one['what']}" for one in json.loads(answer.out)["findings"]]


def look(desk: Desk, config: str = WELL, /, **environment: str) -> tuple[int, list[str]]:
    desk.write("sitrep.toml", config)
    answer = desk.ask("doctor", "--json", PORT=str(free()), **environment)
    assert SECRET not in answer.out
    assert not answer.complaints
    return answer.status, findings(answer)


def free() -> int:
    with socket.create_server(("127.0.0.1", 0)) as one:
        port: int = one.getsockname()[1]
        return port


def test_where_nothing_is_wrong_that_is_said_with_what_was_looked_at_and_nothing_is_made(desk: Desk) -> None:
    desk.write("sitrep.toml", WELL)

    answer = desk.ask("doctor", PORT=str(free()))

    assert answer.status == 0
    assert answer.lines[0] == "Nothing is wrong."
    assert f"  configuration  {desk.folder / 'sitrep.toml'}: 1 page, 0 probes, 1 route" in answer.lines
    assert sorted(one.name for one in desk.folder.iterdir()) == ["sitrep.toml"]


ROTA = f"""{WELL}
[[oncall]]
name = "ops"
people = [{{name = "Ann", slack = "U0123ABCD"}}]
handover = "Mon 09:00"
timezone = "UTC"
[[escalation]]
steps = [{{after = "5m", notify = "oncall:ops"}}]
"""
CONFIGURED = [
    ('[[watch]]\nvendor = "githbu"\n', 'wrong configuration: sitrep.toml: watch[1].vendor: "githbu" is'),
    (
        f'{WELL}[[route]]\nto = ["slack:C0123ABCD"]\n',
        "wrong configuration: route[1].to: slack:C0123ABCD needs SLACK_BOT",
    ),
    (f'{WELL}[[route]]\nmatch = {{vendor = "stripe"}}\nto = ["console"]\n', "wrong routes: no route is for GitHub"),
    (
        f'{WELL}[[route]]\nmatch = {{vendor = "stripe"}}\nto = ["console"]\n',
        "look routes: route[1] is for stripe, which",
    ),
    (
        f'{WELL}[[service]]\nname = "checkout"\ndepends_on = ["stripe"]\n',
        "wrong what is watched: service checkout depend",
    ),
    (f'{WELL}[egress]\nallow = ["10.0.0.0/8"]\n', "look network: 10.0.0.0/8 may be fetched from: 16,777,216 addresses"),
    (
        f'{WELL}[egress]\nallow = ["169.254.0.0/16"]\n',
        "look network: 169.254.0.0/16 may be fetched from, and holds 169.2",
    ),
    (ROTA, "wrong people: Ann takes turns in ops and is known on Slack only, where nothing is told"),
]


@pytest.mark.parametrize(("config", "expected"), CONFIGURED, ids=[one[1][:40] for one in CONFIGURED])
def test_what_is_wrong_with_a_configuration_is_found(desk: Desk, config: str, expected: str) -> None:
    status, found = look(desk, config)

    assert any(one.startswith(expected) for one in found), found
    assert status == (2 if any(one.startswith("wrong") for one in found) else 0)


def test_with_a_mistake_in_the_file_everything_else_is_looked_at_all_the_same(desk: Desk) -> None:
    desk.write("sitrep.db", "this is no database, and was never meant to be one")

    status, found = look(desk, "[[watch]]\n")

    assert status == 2
    assert [one.split(":")[0] for one in found] == ["wrong configuration", "wrong database"]


def test_secrets_that_others_can_read_or_that_are_given_twice_are_found(desk: Desk) -> None:
    ours = (
        f"PAGERDUTY_ROUTING_KEY_PLATFORM={SECRET}\nWEBHOOK_URL_OPS=https://ops.example\nWEBHOOK_SECRET_OPS={SECRET}\n"
    )
    desk.write(".env", f"DISCORD_TOKEN={SECRET}\nSLACK_BOT_TOKN={SECRET}\n{ours}").chmod(0o644)
    desk.write("slack", f"xoxb-{SECRET}").chmod(0o646)

    status, found = look(desk, DISCORD_TOKEN="another", SLACK_BOT_TOKEN_FILE="slack", SLACK_APP_TOKEN="xapp-1")

    assert status == 0
    assert found == [
        f"look secrets: .env: {desk.folder / '.env'} can be read by every user of this machine",
        f"look secrets: SLACK_BOT_TOKEN_FILE: {desk.folder / 'slack'} can be changed by every user of this machine",
        "look secrets: DISCORD_TOKEN stands in the environment and otherwise in .env: the one in the environment holds",
        "look secrets: .env: nobody reads SLACK_BOT_TOKN",
    ]


def test_a_port_that_another_program_has_is_found_with_that_program(desk: Desk) -> None:
    desk.write("sitrep.toml", WELL)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        answer = desk.ask("doctor", "--json", PORT=str(taken.getsockname()[1]))

    (only,) = findings(answer)
    assert "is not to be had (another program listens there: " in only
    assert "(pid " in only
    assert only.endswith(": Sitrep will not start")


def test_a_board_that_is_open_to_everybody_is_found(desk: Desk) -> None:
    _, found = look(desk, HOST="::", SITREP_BOARD_SECRET=SECRET)

    assert [one.partition(" and ")[0] for one in found] == [
        "look board: HOST=:: is open to the network,",
        "look board: links from the chat need the board's address: without it nobody can act there",
    ]


@pytest.fixture
def file(migrated_file: Path, tmp_path: Path) -> Path:
    return Path(shutil.copyfile(migrated_file, tmp_path / "sitrep.db"))


def put(file: Path, statement: str, **values: object) -> None:
    """Run a statement; with values, as an INSERT INTO of them."""
    with closing(sqlite3.connect(file)) as one, one:
        if values:
            statement += f" ({', '.join(values)}) VALUES ({', '.join('?' * len(values))})"
        one.execute(statement, tuple(values.values()))


@contextmanager
def held(file: Path) -> Iterator[None]:
    """Be a Sitrep that works on a file."""
    with Path(f"{file}.lock").open("w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


STORED = [
    (
        "UPDATE alembic_version SET version_num = '9999'; DELETE FROM note WHERE name = 'schema oldest'",
        "wrong database: sqlite:///sitrep.db belongs to a newer Sitrep",
    ),
    ("DROP TABLE alembic_version", "wrong database: sqlite:///sitrep.db has tables, and not those of Sitrep"),
    ("INSERT INTO note VALUES ('purpose', 'replay')", "wrong database: sqlite:///sitrep.db belongs to `sitrep replay`"),
]


@pytest.mark.parametrize(("statement", "expected"), STORED, ids=[one[1][-30:] for one in STORED])
def test_a_database_that_is_not_ours_is_found(desk: Desk, file: Path, statement: str, expected: str) -> None:
    for one in statement.split("; "):
        put(file, one)

    status, found = look(desk)

    assert status == 2
    assert found[0].startswith(expected)


def test_a_database_that_another_program_keeps_locked_is_found(desk: Desk, file: Path) -> None:
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        _, found = look(desk)

    assert found[0] == "wrong database: nothing can be written to sqlite:///sitrep.db: database is locked"


def test_a_damaged_file_is_found(desk: Desk, file: Path) -> None:
    put(file, "PRAGMA journal_mode = DELETE")
    with file.open("r+b") as one:
        one.seek(4096 * 3)
        one.write(b"\xff" * 4096 * 4)

    status, found = look(desk)

    assert status == 2
    assert found[0].startswith(
        ("wrong database: sqlite:///sitrep.db is damaged", "wrong database: sqlite:///sitrep.db can")
    )


def ago(**span: float) -> str:
    return (datetime.now(UTC) - timedelta(**span)).strftime("%Y-%m-%d %H:%M:%S.%f")


def looked_at(file: Path, tried: str, failing: str | None = None) -> None:
    spec = {"key": "acme", "vendor": "acme", "name": "Acme", "format": "statuspage", "url": "https://acme.example"}
    who = {"kind": "feed", "active": 1}
    names = {"key": "acme", "vendor": "acme", "name": "Acme", "called": "acme", "format": "statuspage"}
    put(file, "INSERT INTO source", **who, **names, spec=json.dumps(spec), origin="file")
    times = {"due_at": tried, "last_look": tried, "last_try": tried, "failing_since": failing}
    put(file, "INSERT INTO poll", source="acme", **who, **times, fence=1, failures=3, failure="HTTP 503")


def test_a_sitrep_that_has_stopped_is_found_with_since_when(desk: Desk, file: Path) -> None:
    looked_at(file, ago(hours=3))

    status, found = look(desk)

    assert status == 2
    assert found == ["wrong running: no Sitrep runs on this database: nothing was looked at for 3 h"]


def test_while_one_runs_what_it_does_not_get_done_is_found(desk: Desk, file: Path) -> None:
    looked_at(file, ago(hours=1), failing=ago(hours=2))
    with held(file):
        status, found = look(desk)

    assert status == 2
    assert found[0] == "wrong running: Sitrep runs, and has not looked at Acme, due 1 h ago"
    assert "wrong what is watched: Acme can not be read for 2 h: HTTP 503" in found
    assert found[-1].startswith("wrong board: a Sitrep runs on this machine, and nobody listens on http://127.0.0.1:")


def test_deliveries_that_are_stuck_or_wait_and_mutes_for_good_are_found(desk: Desk, file: Path) -> None:
    looked_at(file, ago(seconds=5))
    told = {"incident": "a-1", "platform": "slack", "about": "incident", "due_at": ago(hours=1)}
    zero = dict.fromkeys(("last_seq", "heard", "attempts", "shard", "fence", "generation", "revision", "urgency"), 0)
    empty = dict.fromkeys(("root_hash", "held", "digest", "told_in", "route"), "")
    why = {"parked": "the channel is archived", "live": "HTTP 503"}
    for state, error in why.items():
        rest = {"destination": f"slack:{state}", "state": state, "error": error, **zero, **empty}
        put(file, "INSERT INTO announcement", **told, **rest)
    muting = {"vendor": "acme", "name": "Acme", "key": "slack:U1", "by": "Ann", "at": LONG_AGO, "for_good": True}
    put(
        file,
        "INSERT INTO muting",
        vendor="acme",
        ends_with_incidents=0,
        made_at=ago(days=9),
        removed_by="",
        body=json.dumps(muting),
    )
    with held(file):
        _, found = look(desk)

    assert "wrong deliveries: slack:parked: 1 announcement is parked: the channel is archived" in found
    assert "wrong deliveries: slack:live: 1 announcement is waiting for 1 h: HTTP 503" in found
    assert "look routes: Acme is muted for good, since 2026-03-01 by Ann: nobody hears of it, ever" in found


def test_a_job_that_never_called_is_found(desk: Desk, file: Path) -> None:
    looked_at(file, ago(seconds=5))
    job = '[[probe]]\ntype = "heartbeat"\nname = "nightly"\nevery = "1d"\ntoken = "${NIGHTLY_TOKEN}"\n'

    _, found = look(desk, WELL + job, NIGHTLY_TOKEN=SECRET)

    assert "look who calls in: nightly: It is waiting for its first call." in found


def test_rows_that_nobody_can_read_are_said_to_be_so(desk: Desk, file: Path) -> None:
    looked_at(file, "the day before yesterday")

    status, found = look(desk)

    assert status == 2
    assert found[0].startswith("wrong database: what sqlite:///sitrep.db holds can not be read: ")
