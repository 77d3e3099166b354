"""Hooks and heartbeats as they are configured, and the secrets that they refer to."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from pathlib import Path

import pytest

from bot import catalog, settings
from bot.core.hooks import Accused
from bot.errors import ConfigError
from bot.model import Source
from bot.plugins import probe_named
from bot.ports import Setup, Web, WebAnswer, WebRequest, WebStream
from bot.probes import heartbeat
from bot.settings import Secret, Settings
from bot.settings.callers import accused
from tests.fakes import NOON

SECRET = "0123456789abcdef"
WATCHED = (Source(key="feed:acme", vendor="acme", name="Acme Corp", format="statuspage", url="https://a.example"),)


def load(cwd: Path, text: str, **environ: str) -> Settings:
    (cwd / "sitrep.toml").write_text(text, encoding="utf-8")
    return settings.load(None, environ, cwd)


HOOK = '[[hook]]\nname = "gateway"\ntype = "rates"\ntoken = "${HOOK}"\n'
JOB = '[[probe]]\nname = "Nightly Backup"\ntype = "heartbeat"\nevery = "1h"\ntoken = "${JOB}"\n'


def test_a_hook_has_its_thresholds_and_its_secret(tmp_path: Path) -> None:
    text = (
        HOOK
        + 'vendor = "ChatGPT"\ncomponent = "API"\nopen_above = 50\nclose_below = 1\nmin_calls = 100\nexpires = "1h"\n'
    )
    (door,) = load(tmp_path, text, HOOK=SECRET).doors

    assert door.token == Secret(SECRET)
    hook = door.hook
    assert (hook.name, hook.type, hook.vendor, hook.component) == ("gateway", "rates", "openai", "API")
    assert (hook.open_above, hook.close_below, hook.min_calls, hook.expires) == (50, 1, 100, timedelta(hours=1))


def test_what_is_missing_is_told_together_with_what_is_wrong(tmp_path: Path) -> None:
    wrong = "[[watch]]\nvendor = 7\n"
    (tmp_path / "sitrep.toml").write_text(wrong + HOOK + JOB, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        settings.load(None, {"JOB": "short"}, tmp_path, types=probe_named)

    places = [mistake.removeprefix("sitrep.toml: ").partition(": ")[0] for mistake in caught.value.mistakes]
    assert sorted(places) == ["environment", "hook[1].token", "watch[1].vendor"]


def test_what_is_left_out_has_good_defaults(tmp_path: Path) -> None:
    (rates,) = load(tmp_path, HOOK, HOOK=SECRET).doors
    (alerts,) = load(tmp_path, HOOK.replace("rates", "grafana"), HOOK=SECRET).doors

    assert (rates.hook.open_above, rates.hook.close_below, rates.hook.min_calls) == (20, 5, 20)
    assert (rates.hook.expires, alerts.hook.expires) == (timedelta(minutes=15), timedelta(hours=12))


def test_a_job_has_its_name_in_the_address_and_how_often_it_runs(tmp_path: Path) -> None:
    (job,) = load(tmp_path, JOB + 'grace = "10m"\nat_most = "30m"\n', JOB=SECRET).jobs

    assert (job.name, job.slug, job.token) == ("Nightly Backup", "nightly-backup", Secret(SECRET))
    assert (job.spec.every, job.spec.grace, job.spec.at_most) == (
        timedelta(hours=1),
        timedelta(minutes=10),
        timedelta(minutes=30),
    )


def test_two_jobs_whose_names_come_to_the_same_address_are_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r'probe\[2\]\.name: "nightly-backup" makes the same address as probe\[1\]'):
        load(tmp_path, JOB + JOB.replace("Nightly Backup", "nightly-backup"), JOB=SECRET)


@pytest.mark.parametrize("turned", [False, True])
def test_a_job_and_a_probe_are_not_to_be_taken_for_each_other(tmp_path: Path, *, turned: bool) -> None:
    checked = '[[probe]]\nname = "nightly-backup"\ntype = "tcp"\ntarget = "db.example.com:5432"\n'
    both = (JOB, checked) if turned else (checked, JOB)

    with pytest.raises(ConfigError, match=r"probe\[2\]\.name: differs from the name of probe\[1\] only in signs"):
        load(tmp_path, "\n".join(both), JOB=SECRET)


def test_a_secret_may_stand_in_a_file_or_in_dot_env(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text(f"{SECRET}\n")
    (tmp_path / ".env").write_text(f"HOOK={SECRET}x\n")

    from_file = load(tmp_path, JOB, JOB_FILE="secret").jobs[0].token
    from_dot_env = load(tmp_path, HOOK).doors[0].token

    assert (from_file, from_dot_env) == (Secret(SECRET), Secret(f"{SECRET}x"))


def test_a_secret_that_is_not_set_is_missed_when_it_is_needed(tmp_path: Path) -> None:
    found = load(tmp_path, HOOK + JOB)

    instead = "set it to a secret of at least 16 characters, for example what `openssl rand -hex 24` writes"
    assert settings.missing_tokens(found) == (
        f"hook[1].token: HOOK is not set; {instead}",
        f"probe[1].token: JOB is not set; {instead}",
    )


@pytest.mark.parametrize(
    ("text", "secret", "reason"),
    [
        (HOOK, "hunter2", "environment: HOOK: is short enough to be guessed; write at least 16 characters"),
        (HOOK, "two words that are long", "environment: HOOK: holds a space"),
        (HOOK.replace("rates", "statuspage"), "a/b+c=" * 4, "environment: HOOK: can not stand in an address"),
        (JOB.replace("JOB", "HOOK"), "a/b+c=" * 4, "environment: HOOK: can not stand in an address"),
    ],
)
def test_a_secret_that_is_none_is_a_mistake_that_does_not_show_it(
    tmp_path: Path, text: str, secret: str, reason: str
) -> None:
    with pytest.raises(ConfigError, match=reason) as caught:
        load(tmp_path, text, HOOK=secret)

    assert secret not in str(caught.value)


def test_a_secret_is_not_shown_with_the_settings(tmp_path: Path) -> None:
    found = load(tmp_path, HOOK + JOB, HOOK=SECRET, JOB=SECRET)

    assert SECRET not in repr(found)


def test_a_vendor_of_a_hook_may_be_named_in_a_route(tmp_path: Path) -> None:
    text = HOOK + 'vendor = "Our Landlord"\n[[route]]\nmatch = { vendor = "our landlord" }\nto = "console"\n'

    (route,) = load(tmp_path, text, HOOK=SECRET).routes
    assert route.match.vendors == ("our-landlord",)


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("acme", Accused("acme", "Acme Corp")),
        ("ACME corp", Accused("acme", "Acme Corp")),
        ("chatgpt", Accused("openai", "OpenAI")),
        ("Our Landlord", Accused("our-landlord", "Our Landlord")),
        ("…", Accused("unknown", "…")),
    ],
)
def test_a_vendor_is_one_that_is_watched_one_of_the_catalog_or_whoever_is_named(word: str, expected: Accused) -> None:
    assert accused(word, WATCHED, catalog.load()) == expected


async def test_a_heartbeat_is_nothing_that_can_be_checked() -> None:
    module = probe_named("heartbeat")
    with pytest.raises(ValueError, match="a heartbeat has no target"):
        module.read_target("a")
    with pytest.raises(NotImplementedError, match="it calls in"):
        await heartbeat.check(Setup(target="", options=None, timeout=timedelta(1)), NoWeb(), NOON)


class NoWeb(Web):
    async def send(self, request: WebRequest) -> WebAnswer:
        raise AssertionError(request)

    def stream(self, request: WebRequest) -> AbstractAsyncContextManager[WebStream]:
        raise AssertionError(request.url)
