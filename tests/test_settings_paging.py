"""Pagers and webhooks: named in a route, with keys in variables named after them."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot import settings
from bot.errors import ConfigError
from bot.settings import Settings, missing_tokens

HOOK = "https://example.com/hook/s3cr3t"


def load(cwd: Path, *to: str, more: str = "", **environ: str) -> Settings:
    listed = ", ".join(f'"{one}"' for one in to)
    (cwd / "sitrep.toml").write_text(f"[[route]]\nto = [{listed}]\n{more}", encoding="utf-8")
    return settings.load(None, environ, cwd)


def mistakes(cwd: Path, *to: str, **environ: str) -> tuple[str, ...]:
    with pytest.raises(ConfigError) as caught:
        load(cwd, *to, **environ)
    return caught.value.mistakes


def test_each_address_has_its_own_key(tmp_path: Path) -> None:
    found = load(
        tmp_path, "pagerduty", "pagerduty:night-shift", PAGERDUTY_ROUTING_KEY="a", PAGERDUTY_ROUTING_KEY_NIGHT_SHIFT="b"
    )

    assert {address: key.reveal() for address, key in found.pagers.pagerduty.items()} == {"": "a", "night-shift": "b"}
    assert missing_tokens(found) == ()


def test_a_key_may_be_a_file(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("b\n")
    found = load(tmp_path, "opsgenie:night", OPSGENIE_API_KEY_NIGHT_FILE="key")

    assert found.pagers.opsgenie["night"].reveal() == "b"


def test_a_name_never_falls_back_on_the_key_without_one(tmp_path: Path) -> None:
    found = load(tmp_path, "pagerduty:platform", PAGERDUTY_ROUTING_KEY="a")

    (line,) = missing_tokens(found)
    assert line.startswith("route[1].to: pagerduty:platform needs PAGERDUTY_ROUTING_KEY_PLATFORM, which is not set;")


def test_a_webhook_needs_an_address_and_a_secret(tmp_path: Path) -> None:
    neither = missing_tokens(load(tmp_path, "webhook"))
    half = missing_tokens(load(tmp_path, "webhook", WEBHOOK_URL=HOOK))
    both = load(tmp_path, "webhook", WEBHOOK_URL=HOOK, WEBHOOK_SECRET="a")

    assert "needs WEBHOOK_URL and WEBHOOK_SECRET, which are not set; set them" in neither[0]
    assert "needs WEBHOOK_SECRET, which is not set" in half[0]
    assert missing_tokens(both) == ()
    assert both.pagers.webhooks[""].url.reveal() == HOOK


def test_whom_only_an_escalation_tells_has_a_key_too(tmp_path: Path) -> None:
    more = '[[escalation]]\nsteps = [{ after = "5m", notify = "pagerduty:platform" }]\n'
    without = missing_tokens(load(tmp_path, "console", more=more))
    found = load(tmp_path, "console", more=more, PAGERDUTY_ROUTING_KEY_PLATFORM="a")

    assert "pagerduty:platform needs PAGERDUTY_ROUTING_KEY_PLATFORM" in without[0]
    assert list(found.pagers.pagerduty) == ["platform"]


@pytest.mark.parametrize(
    "url", ["s3cr3t", "ftp://example.com/s3cr3t", "https://user:s3cr3t@example.com/", "https://x/s3 cr3t"]
)
def test_a_wrong_webhook_is_a_mistake_that_does_not_repeat_it(tmp_path: Path, url: str) -> None:
    (line,) = mistakes(tmp_path, "webhook", WEBHOOK_URL=url, WEBHOOK_SECRET="a")

    assert line.startswith("environment: WEBHOOK_URL: is no http address without a name and password")
    assert "cr3t" not in line


@pytest.mark.parametrize("address", ["Platform", "a b", "-a", "file", "my-file", "a/b"])
def test_an_address_must_be_the_end_of_a_variable(tmp_path: Path, address: str) -> None:
    (line,) = mistakes(tmp_path, f"pagerduty:{address}")

    assert "has an address that can not be part of a variable" in line


def test_no_key_is_ever_shown(tmp_path: Path) -> None:
    found = load(
        tmp_path, "pagerduty", "webhook", PAGERDUTY_ROUTING_KEY="k3y", WEBHOOK_URL=HOOK, WEBHOOK_SECRET="s3cr3t"
    )

    assert "k3y" not in repr(found)
    assert "s3cr3t" not in repr(found)


def test_the_api_of_the_eu_can_be_named(tmp_path: Path) -> None:
    found = load(tmp_path, "opsgenie", OPSGENIE_API_KEY="a", OPSGENIE_API_URL="https://api.eu.opsgenie.com")

    assert found.pagers.opsgenie_url == "https://api.eu.opsgenie.com"
