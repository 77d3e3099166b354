"""Single values, syntax, what is wrong between the tables of `sitrep.toml`, and what is not acted on yet."""

from datetime import timedelta
from pathlib import Path
from textwrap import dedent

import pytest

from bot import settings
from bot.errors import ConfigError
from bot.settings import Settings


def load(cwd: Path, text: str) -> Settings:
    (cwd / "sitrep.toml").write_text(dedent(text), encoding="utf-8")
    return settings.load(None, {}, cwd)


def mistakes(cwd: Path, text: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        load(cwd, text)
    assert all(line.startswith("sitrep.toml: ") for line in caught.value.mistakes)
    return [line.removeprefix("sitrep.toml: ") for line in caught.value.mistakes]


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("250ms", 0.25), ("30s", 30), ("5m", 300), ("1h", 3600), ("1d", 86400), ("1.5 h", 5400), (" 2m ", 120)],
)
def test_a_duration_has_a_number_and_a_unit(tmp_path: Path, text: str, seconds: float) -> None:
    found = load(tmp_path, f'[[probe]]\nname = "a"\ntype = "tcp"\ntarget = "a:1"\ninterval = "2d"\ntimeout = "{text}"')

    assert found.probes[0].timeout == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    "value",
    [
        '"30 parsecs"',
        '"30"',
        "30",
        '"s"',
        '"-5s"',
        '"0s"',
        '"0.0001ms"',
        '"1h30m"',
        '"366d"',
        f'"{"9" * 400}d"',
        "true",
    ],
)
def test_what_is_no_duration_is_a_mistake(tmp_path: Path, value: str) -> None:
    (line,) = mistakes(tmp_path, f'[[watch]]\nvendor = "openai"\ninterval = {value}')

    assert line.startswith("watch[1].interval: ")
    assert line.endswith('; write for example "30s", "5m" or "1h"')
    assert len(line) < 160


def test_a_page_is_not_looked_at_more_often_than_every_five_seconds(tmp_path: Path) -> None:
    assert load(tmp_path, '[[watch]]\nvendor = "openai"\ninterval = "5s"').watches[0].interval == timedelta(seconds=5)
    assert mistakes(tmp_path, '[[watch]]\nvendor = "openai"\ninterval = "4900ms"') == [
        'watch[1].interval: "4900ms" is too often; the shortest interval is "5s"',
    ]


def test_five_mistakes_are_five_lines(tmp_path: Path) -> None:
    found = mistakes(
        tmp_path,
        """
        [[watch]]
        vendor = "opnai"
        interval = "30 parsecs"
        [[watch]]
        vendr = "github"
        [[route]]
        match = { min_impact = "severe" }
        to = ["slak:#vendor-status"]
        """,
    )

    assert found == [
        'watch[1].vendor: "opnai" is not in the catalog; the nearest are openai, opensea, opencage',
        'watch[1].interval: "30 parsecs" is not a duration; write for example "30s", "5m" or "1h"',
        'watch[2]: names nothing to watch; write vendor = "openai" or url = "https://status.example.com"',
        'watch[2].vendr: there is no such key; did you mean "vendor"?',
        'route[1].match.min_impact: "severe" is not known; it is one of none, minor, major, critical',
        (
            'route[1].to[1]: "slak:#vendor-status" is on no known platform; the platforms are slack, discord, '
            "console, pagerduty, opsgenie, webhook"
        ),
    ]


def test_a_word_that_several_vendors_share_is_answered_with_all_of_them(tmp_path: Path) -> None:
    found = mistakes(tmp_path, '[[watch]]\nvendor = "google"')

    assert found == [
        (
            'watch[1].vendor: "google" is not in the catalog; '
            "it may be gcp, google-workspace, firebase, google-play, google-ads"
        )
    ]


def test_a_name_is_given_once(tmp_path: Path) -> None:
    rota = 'people = [{ name = "b", slack = "U1" }]'

    found = mistakes(tmp_path, f'[[oncall]]\nname = "a"\n{rota}\n[[oncall]]\nname = "a"\n{rota}')

    assert found == ['oncall[2].name: "a" is also the name of oncall[1]; write another']


def test_a_name_that_is_referred_to_counts_even_if_its_table_is_wrong(tmp_path: Path) -> None:
    found = mistakes(
        tmp_path,
        """
        [[service]]
        name = "Bot"
        depends_on = "openai"
        runbook = "wiki"
        [[route]]
        match = { service = ["Bot"], vendor = "opnai" }
        to = "console"
        [[watch]]
        vendor = "opnai"
        """,
    )

    assert [line.partition(":")[0] for line in found] == ["watch[1].vendor", "service[1].runbook"]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (
            "[[watch]]\nvendor = openai\n",
            'line 2: "vendor" is set to what is not TOML (invalid value); write texts in quotes ',
        ),
        ("[[watch]\n", 'line 1: "[[watch]" is not TOML ('),
        ('a = "b', 'line 1: "a" is set to what is not TOML ('),
        ("token = xoxb-hush\n", 'line 1: "token" is set to what is not TOML (invalid value)'),
        ("a = 1\na = 2\n", 'line 2: "a" is set to what is not TOML (cannot overwrite a value)'),
    ],
)
def test_what_is_not_toml_is_one_mistake_with_its_line(tmp_path: Path, text: str, line: str) -> None:
    (found,) = mistakes(tmp_path, text)

    assert found.startswith(line)


def test_a_file_that_can_not_be_read_is_a_mistake(tmp_path: Path) -> None:
    (tmp_path / "latin.toml").write_bytes(b'name = "\xe9"')
    (tmp_path / "folder.toml").mkdir()

    for name, line in (
        ("latin.toml", "latin.toml: is not UTF-8 text; save it as UTF-8"),
        ("folder.toml", "folder.toml: can not be read (Is a directory); see to its permissions"),
    ):
        with pytest.raises(ConfigError) as caught:
            settings.load(Path(name), {}, tmp_path)
        assert caught.value.mistakes == (line,)


def test_a_byte_order_mark_does_no_harm(tmp_path: Path) -> None:
    (tmp_path / "sitrep.toml").write_bytes(b'\xef\xbb\xbf[[watch]]\r\nvendor = "openai"\r\n')

    assert settings.load(None, {}, tmp_path).watches[0].vendor == "openai"
