"""The database and the tokens: as they are given, as they are used, and never shown."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from bot import settings
from bot.errors import ConfigError
from bot.settings import Secret, Settings


def load(cwd: Path, **environ: str) -> Settings:
    return settings.load(None, environ, cwd)


def mistakes(cwd: Path, **environ: str) -> tuple[str, ...]:
    with pytest.raises(ConfigError) as caught:
        settings.load(None, environ, cwd)
    return caught.value.mistakes


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ("postgres://u:p@h:5432/db", "postgresql+asyncpg://u:p@h:5432/db"),
        ("postgresql://u:p%40@h/db?sslmode=require", "postgresql+asyncpg://u:p%40@h/db?ssl=require"),
        ("postgresql+asyncpg://h/db", "postgresql+asyncpg://h/db"),
        ("postgres://u@/db?host=%2Ftmp%2Fpg", "postgresql+asyncpg://u@/db?host=%2Ftmp%2Fpg"),
        ("postgres://h/db?a=1&sslmode=verify-full", "postgresql+asyncpg://h/db?a=1&ssl=verify-full"),
        ("sqlite:///a.db", "sqlite+aiosqlite:///a.db"),
        ("sqlite:////var/lib/a.db", "sqlite+aiosqlite:////var/lib/a.db"),
        ("sqlite+aiosqlite:///a.db", "sqlite+aiosqlite:///a.db"),
        ("sqlite://", "sqlite+aiosqlite://"),
    ],
)
def test_a_database_is_given_to_the_asynchronous_driver(tmp_path: Path, given: str, used: str) -> None:
    found = load(tmp_path, DATABASE_URL=given)

    assert found.database.reveal() == used
    assert found.database_from_environment


def test_a_database_in_dot_env_was_given_too(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("DATABASE_URL=sqlite:///a.db\n")

    assert load(tmp_path).database_from_environment


@pytest.mark.parametrize(
    ("given", "what"),
    [
        ("hunter2", "is not a database URL"),
        ("mysql://u:hunter2@h/db", '"mysql" is not a database that Sitrep can use'),
        ("postgresql+psycopg2://u:hunter2@h/db", '"postgresql+psycopg2" is not a database'),
        ("postgres://u:hunter2@h", "names no database"),
        ("postgres://u:hun/ter2@h/db", "can not be taken apart; in the password write %23 for #"),
        ("postgres://u:hun#ter2@h/db", "can not be taken apart; in the password write %23 for #"),
        ("postgres://u:hunter2@h:port/db", "can not be taken apart"),
        ("postgres://u:hunter2@h/db?channel_binding=require", 'the option "channel_binding" is not known'),
    ],
)
def test_a_wrong_database_is_a_mistake_that_does_not_repeat_the_password(tmp_path: Path, given: str, what: str) -> None:
    (line,) = mistakes(tmp_path, DATABASE_URL=given)

    assert line.startswith(f"environment: DATABASE_URL: {what}")
    assert "hunter2" not in line
    assert "ter2" not in line


@pytest.mark.parametrize(
    ("url", "log"),
    [
        ("sqlite:///sitrep.db", "sitrep.console.jsonl"),
        ("sqlite:///data/sitrep.db", "data/sitrep.console.jsonl"),
        ("sqlite:////var/lib/sitrep/a.db?timeout=5", "/var/lib/sitrep/sitrep.console.jsonl"),
        ("sqlite:///:memory:", "sitrep.console.jsonl"),
        ("sqlite://", "sitrep.console.jsonl"),
        ("postgres://h/db", "sitrep.console.jsonl"),
    ],
)
def test_the_console_log_is_beside_the_sqlite_file(tmp_path: Path, url: str, log: str) -> None:
    assert load(tmp_path, DATABASE_URL=url).console_log == tmp_path / log


def test_the_console_log_can_be_elsewhere(tmp_path: Path) -> None:
    assert load(tmp_path, SITREP_CONSOLE_LOG="logs/told.jsonl").console_log == tmp_path / "logs/told.jsonl"


def test_no_secret_is_ever_shown(tmp_path: Path) -> None:
    found = load(
        tmp_path,
        DATABASE_URL="postgres://u:hunter2@h/db",
        SLACK_BOT_TOKEN="xoxb-hunter2",
        SLACK_APP_TOKEN="xapp-hunter2",
        SLACK_SIGNING_SECRET="hunter2",
        DISCORD_TOKEN="hunter2",
    )

    assert "hunter2" not in repr(found)
    assert "***" in repr(found)
    assert f"{found.database}" == str(found.discord.token) == "***"
    assert found.slack.signing_secret is not None
    assert found.slack.signing_secret.reveal() == "hunter2"


def test_a_secret_can_come_from_a_file_without_its_last_line_break(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("made-up\r\n")
    (tmp_path / "url").write_text("postgres://u:p@h/db\n")

    found = load(tmp_path, DISCORD_TOKEN_FILE="token", DATABASE_URL_FILE=str(tmp_path / "url"))

    assert found.discord.token == Secret("made-up")
    assert found.database == Secret("postgresql+asyncpg://u:p@h/db")
    assert found.database_from_environment


def test_every_secret_can_come_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "url").write_text("sqlite:///a.db")
    (tmp_path / "token").write_text("made-up")
    (tmp_path / "long").write_text("made-up" * 5)
    (tmp_path / "address").write_text("https://hc.example/ping/made-up\n")
    files = {
        "DATABASE_URL": "url",
        "SITREP_BOARD_SECRET": "long",
        "SITREP_BOARD_TOKEN": "long",
        "SITREP_HEARTBEAT_URL": "address",
    }
    names = [variable.name for variable in settings.VARIABLES if variable.secret]

    environ = {f"{name}_FILE": files.get(name, "token") for name in names}
    environ["SLACK_CLIENT_ID"] = "100.200"
    found = settings.load(None, environ, tmp_path)

    slack = (found.slack.bot_token, found.slack.app_token, found.slack.signing_secret, found.slack.client_secret)
    assert (*slack, found.discord.token) == (Secret("made-up"),) * 5
    assert found.database == Secret("sqlite+aiosqlite:///a.db")
    assert (found.board_secret, found.board_token) == (Secret("made-up" * 5),) * 2
    assert found.heartbeat_url == Secret("https://hc.example/ping/made-up")


def test_what_opens_the_board_is_too_long_to_be_guessed_and_is_never_repeated(tmp_path: Path) -> None:
    found = mistakes(
        tmp_path, SITREP_BOARD_SECRET="s" * 31, SITREP_BOARD_TOKEN="t" * 15, SITREP_HEARTBEAT_URL="ping/made-up"
    )

    assert found == (
        "environment: SITREP_BOARD_SECRET: is short enough to be guessed; write at least 32 random characters",
        "environment: SITREP_BOARD_TOKEN: is short enough to be guessed; write at least 16 random characters",
        "environment: SITREP_HEARTBEAT_URL: is not an http or https address; write it as the service shows it",
    )


def test_a_board_for_those_with_links_needs_what_signs_them(tmp_path: Path) -> None:
    (tmp_path / "sitrep.toml").write_text('[board]\naccess = "signed"\n')

    without, with_secret = load(tmp_path), load(tmp_path, SITREP_BOARD_SECRET="s" * 32)

    assert [line.partition(";")[0] for line in settings.missing_tokens(without)] == [
        'board.access: "signed" needs SITREP_BOARD_SECRET, which is not set'
    ]
    assert settings.missing_tokens(with_secret) == ()
    assert with_secret.board_is_signed


def test_half_an_app_for_several_workspaces_is_a_mistake(tmp_path: Path) -> None:
    assert mistakes(tmp_path, SLACK_CLIENT_ID="100.200", SLACK_SIGNING_SECRET="made-up") == (
        "environment: SLACK_CLIENT_ID: is for several workspaces, which need SLACK_CLIENT_SECRET too",
        "environment: SLACK_SIGNING_SECRET: is of no use alone; set SLACK_BOT_TOKEN too",
    )


def test_an_app_for_several_workspaces_needs_no_bot_token(tmp_path: Path) -> None:
    found = load(tmp_path, SLACK_CLIENT_ID="1.2", SLACK_CLIENT_SECRET="made-up", SLACK_SIGNING_SECRET="made-up").slack

    assert (found.is_for_many, found.is_configured) == (True, True)


def test_the_same_secret_twice_is_a_mistake(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("made-up")

    assert mistakes(tmp_path, DISCORD_TOKEN="made-up", DISCORD_TOKEN_FILE="token") == (
        "environment: DISCORD_TOKEN: is given twice, as DISCORD_TOKEN and as DISCORD_TOKEN_FILE; keep one of them",
    )


def test_a_secret_in_the_real_environment_wins_over_a_file_named_in_dot_env(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("DISCORD_TOKEN_FILE=nowhere\n")

    assert load(tmp_path, DISCORD_TOKEN="made-up").discord.token == Secret("made-up")


def test_a_secret_whose_file_can_not_be_used_is_a_mistake(tmp_path: Path) -> None:
    (tmp_path / "empty").write_text("\n")
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    hint = "name a file that holds only the secret"

    assert mistakes(tmp_path, DISCORD_TOKEN_FILE="nowhere") == (
        f"environment: DISCORD_TOKEN_FILE: {tmp_path}/nowhere can not be read (No such file or directory); {hint}",
    )
    assert mistakes(tmp_path, DISCORD_TOKEN_FILE=".") == (
        f"environment: DISCORD_TOKEN_FILE: {tmp_path} can not be read (Is a directory); {hint}",
    )
    assert mistakes(tmp_path, DISCORD_TOKEN_FILE="empty") == (
        f"environment: DISCORD_TOKEN_FILE: {tmp_path}/empty is empty; write the secret into it",
    )
    assert mistakes(tmp_path, DISCORD_TOKEN_FILE="binary") == (
        f"environment: DISCORD_TOKEN_FILE: {tmp_path}/binary is not text; {hint}",
    )


@pytest.mark.parametrize(
    ("environ", "what"),
    [
        ({"SLACK_BOT_TOKEN": "xapp-1"}, "holds an app-level token (xapp-…); SLACK_BOT_TOKEN takes a bot token, xoxb-…"),
        ({"SLACK_BOT_TOKEN": "xoxp-1"}, "holds a person's token (xoxp-…); SLACK_BOT_TOKEN takes a bot token, xoxb-…"),
        ({"DISCORD_TOKEN": "Bot made-up"}, 'begins with "Bot "; write the token alone'),
        ({"DISCORD_TOKEN": "made up"}, "holds a space, a line break or a strange character; paste it again, whole"),
        ({"SLACK_APP_TOKEN": "xapp-1"}, "is of no use alone; set SLACK_BOT_TOKEN too"),
        ({"SLACK_SIGNING_SECRET": "made-up"}, "is of no use alone; set SLACK_BOT_TOKEN too"),
    ],
)
def test_a_token_in_the_wrong_place_is_a_mistake(tmp_path: Path, environ: Mapping[str, str], what: str) -> None:
    (name,) = environ

    assert mistakes(tmp_path, **environ) == (f"environment: {name}: {what}",)
