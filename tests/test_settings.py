"""The environment, `.env` and what becomes of them."""

from dataclasses import replace
from pathlib import Path

import pytest

from bot import settings
from bot.core.rules import Match, Route
from bot.errors import ConfigError
from bot.model import Destination
from bot.settings import Secret, Settings


def load(cwd: Path, **environ: str) -> Settings:
    return settings.load(None, environ, cwd)


def mistakes(cwd: Path, **environ: str) -> tuple[str, ...]:
    with pytest.raises(ConfigError) as caught:
        settings.load(None, environ, cwd)
    return caught.value.mistakes


def test_without_anything_the_defaults_hold(tmp_path: Path) -> None:
    found = load(tmp_path)

    assert found == Settings(
        database=Secret("sqlite+aiosqlite:///sitrep.db"),
        database_from_environment=False,
        host="127.0.0.1",
        port=8080,
        console_log=tmp_path / "sitrep.console.jsonl",
        log_level="INFO",
        routes=(Route(name="default", match=Match(), to=(Destination("console"),)),),
    )
    assert found.defaulted_watches


def test_the_environment_of_the_process_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PORT", "1111")
    monkeypatch.delenv("SITREP_CONFIG", raising=False)

    assert settings.from_environment().port == 1111


def test_the_real_environment_wins_over_dot_env(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("PORT=1111\nHOST='0.0.0.0'\n# LOG_LEVEL=DEBUG\n")

    found = load(tmp_path, PORT="2222")

    assert (found.port, found.host, found.log_level) == (2222, "0.0.0.0", "INFO")  # noqa: S104  (nobody binds to it)


def test_an_empty_variable_hides_the_one_in_dot_env(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("DISCORD_TOKEN=made-up\n")

    assert load(tmp_path).discord.token == Secret("made-up")
    assert load(tmp_path, DISCORD_TOKEN="").discord.token is None


def test_a_value_in_dot_env_is_taken_literally(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("DISCORD_TOKEN='a${PORT}b'\n")

    assert load(tmp_path, PORT="1").discord.token == Secret("a${PORT}b")


def test_a_directory_called_dot_env_is_not_the_file(tmp_path: Path) -> None:
    (tmp_path / ".env").mkdir()

    assert load(tmp_path).port == 8080


def test_dot_env_may_begin_with_a_byte_order_mark(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"\xef\xbb\xbfPORT=1111\n")

    assert load(tmp_path).port == 1111


def test_a_line_of_dot_env_that_can_not_be_read_is_a_mistake_with_its_number(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("PORT=1\nDISCORD_TOKEN='never closed\n")

    assert mistakes(tmp_path) == (".env: line 2: is not NAME=value; put the value in quotes or a # before the line",)


def test_dot_env_in_another_encoding_is_a_mistake(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"HOST=\xff\n")

    assert mistakes(tmp_path) == (".env: is not UTF-8 text; save it as UTF-8",)


def test_a_mistake_says_which_file_it_comes_from(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("PORT=http\n")

    assert mistakes(tmp_path) == ('.env: PORT: "http" is not a port; write a number from 1 to 65535',)


def test_all_mistakes_of_all_places_come_together(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("LOG_LEVEL=loud\n")
    (tmp_path / "sitrep.toml").write_text('[[watch]]\nvendor = "openai"\ninterval = "30 parsecs"\n[[wach]]\n')

    assert mistakes(tmp_path, PORT="0", HOST="http://0.0.0.0") == (
        'environment: HOST: "http://0.0.0.0" is not an address to listen on; write 127.0.0.1 or 0.0.0.0',
        'environment: PORT: "0" is not a port; write a number from 1 to 65535',
        '.env: LOG_LEVEL: "loud" is not known; it is one of DEBUG, INFO, WARNING, ERROR, CRITICAL',
        'sitrep.toml: wach: there is no such table; did you mean "watch"?',
        'sitrep.toml: watch[1].interval: "30 parsecs" is not a duration; write for example "30s", "5m" or "1h"',
    )


@pytest.mark.parametrize("port", ["0", "65536", "-1", "80.5", "http", "\uff18\uff10", "9" * 5000])
def test_what_is_no_port_is_a_mistake(tmp_path: Path, port: str) -> None:
    (line,) = mistakes(tmp_path, PORT=port)

    assert line.startswith("environment: PORT: ")
    assert line.endswith(" is not a port; write a number from 1 to 65535")
    assert len(line) < 150


@pytest.mark.parametrize("host", ["192.0.2.1", "::", "localhost", "board.internal.example"])
def test_an_address_or_a_name_can_be_listened_on(tmp_path: Path, host: str) -> None:
    assert load(tmp_path, HOST=host).host == host


@pytest.mark.parametrize("host", ["http://x", "0.0.0.0:80", "300.1.1.1", "a b"])
def test_what_is_no_host_is_a_mistake(tmp_path: Path, host: str) -> None:
    (line,) = mistakes(tmp_path, HOST=host)

    assert line.startswith("environment: HOST: ")


def test_the_log_level_may_be_written_small(tmp_path: Path) -> None:
    assert load(tmp_path, LOG_LEVEL="debug").log_level == "DEBUG"


def test_a_log_level_that_is_nearly_right_is_guessed(tmp_path: Path) -> None:
    assert mistakes(tmp_path, LOG_LEVEL="warn") == (
        'environment: LOG_LEVEL: "warn" is not known; did you mean "WARNING"?',
    )


def test_other_addresses_of_the_platforms_can_be_given(tmp_path: Path) -> None:
    found = load(
        tmp_path,
        SLACK_API_URL="http://127.0.0.1:1/api/",
        DISCORD_API_URL="http://127.0.0.1:2/api",
        DISCORD_GATEWAY_URL="ws://127.0.0.1:3",
    )

    assert found.slack.api_url == "http://127.0.0.1:1/api/"
    assert (found.discord.api_url, found.discord.gateway_url) == ("http://127.0.0.1:2/api", "ws://127.0.0.1:3")


def test_an_address_of_the_wrong_kind_is_a_mistake(tmp_path: Path) -> None:
    assert mistakes(tmp_path, DISCORD_API_URL="discord.com", DISCORD_GATEWAY_URL="https://gateway.discord.gg") == (
        (
            'environment: DISCORD_API_URL: "discord.com" is not a https or http address; '
            "write for example https://status.example.com"
        ),
        (
            'environment: DISCORD_GATEWAY_URL: "https://gateway.discord.gg" is not a wss or ws address; '
            "write for example wss://gateway.example.com"
        ),
    )


def test_private_hosts_are_allowed_by_the_environment_and_by_the_file(tmp_path: Path) -> None:
    (tmp_path / "sitrep.toml").write_text('[egress]\nallow = ["status.internal.example", "10.0.0.0/8"]\n')

    found = load(tmp_path, SITREP_ALLOW_HOSTS="10.0.0.0/8, 127.0.0.1, [::1], ")

    assert found.egress_allow == ("status.internal.example", "10.0.0.0/8", "127.0.0.1", "::1")


def test_an_allowed_host_that_is_none_is_a_mistake(tmp_path: Path) -> None:
    assert mistakes(tmp_path, SITREP_ALLOW_HOSTS="https://x") == (
        (
            'environment: SITREP_ALLOW_HOSTS: "https://x" is neither a host nor a network; '
            'write for example "status.internal.example" or "10.0.0.0/8", without scheme and port'
        ),
    )


def test_the_file_is_named_by_the_command_line_or_else_by_the_environment(tmp_path: Path) -> None:
    for name in ("one", "two", "three"):
        (tmp_path / f"{name}.toml").write_text(f'[[service]]\nname = "{name}"\ndepends_on = "github"\n')
    (tmp_path / ".env").write_text("SITREP_CONFIG=three.toml\n")

    by_command = settings.load(Path("one.toml"), {"SITREP_CONFIG": "two.toml"}, tmp_path)
    by_environment = settings.load(None, {"SITREP_CONFIG": str(tmp_path / "two.toml")}, tmp_path)
    by_dot_env = settings.load(None, {}, tmp_path)

    assert [found.services[0].name for found in (by_command, by_environment, by_dot_env)] == ["one", "two", "three"]
    assert by_command.config_path == tmp_path / "one.toml"


def test_a_file_that_was_named_and_is_not_there_is_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as by_command:
        settings.load(Path("one.toml"), {"PORT": "x"}, tmp_path)

    assert by_command.value.mistakes == (
        'environment: PORT: "x" is not a port; write a number from 1 to 65535',
        "one.toml: there is no such file; `sitrep init` writes one",
    )
    assert mistakes(tmp_path, SITREP_CONFIG="two.toml") == (
        "two.toml: there is no such file; `sitrep init` writes one",
    )


def test_a_destination_without_its_token_can_be_told_of(tmp_path: Path) -> None:
    (tmp_path / "sitrep.toml").write_text('[[route]]\nto = ["slack:#vendor-status", "discord:1", "console"]\n')
    found = load(tmp_path, DISCORD_TOKEN="made-up")

    assert settings.missing_tokens(found) == (
        "route[1].to: slack:#vendor-status needs SLACK_BOT_TOKEN, which is not set; set it, or write console instead",
    )
    assert settings.missing_tokens(replace(found, routes=())) == ()
