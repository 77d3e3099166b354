"""The last line of defence: what is logged is searched for secrets, whoever logs it."""

from __future__ import annotations

import io
import json
import logging
from pathlib import Path

import pytest

from bot import plugins, settings
from bot.hiding import HIDDEN, hide
from tests.secrecy.canaries import CANARIES, found_in

LOG = logging.getLogger(__name__)
KEY = 'hunter2-with"quotes'


@pytest.fixture
def written() -> io.StringIO:
    """What a log of a test's own has written."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logging.Formatter("%(message)s"))
    LOG.handlers, LOG.propagate, LOG.level = [handler], False, logging.DEBUG
    return stream


def _crash() -> None:
    raise RuntimeError(f"GET https://me:{KEY}@host/ failed")


def test_a_crash_that_shows_a_secret_is_logged_without_it(written: io.StringIO) -> None:
    hide([KEY], LOG)
    try:
        _crash()
    except RuntimeError:
        LOG.exception("key=%s", KEY)
    LOG.debug("%s", json.dumps({"key": KEY}))

    assert written.getvalue().count(HIDDEN) == 3
    assert "hunter2" not in written.getvalue()
    assert "RuntimeError" in written.getvalue()


def test_what_is_too_short_to_be_a_secret_is_left_alone(written: io.StringIO) -> None:
    hide(["503"], LOG)
    LOG.info("HTTP 503")

    assert written.getvalue() == "HTTP 503\n"


def test_every_secret_that_is_configured_is_looked_for(tmp_path: Path, written: io.StringIO) -> None:
    (tmp_path / "sitrep.toml").write_text(
        """
        hook = [{ name = "alerts", type = "alertmanager", token = "${HOOK_TOKEN}" }]
        route = [{ to = ["pagerduty", "opsgenie", "webhook"] }]
        [[probe]]
        name = "a"
        type = "http"
        target = "https://me:${TARGET_PASSWORD}@example.com/"
        headers = { a = "${PROBE_KEY}", b = "${LLM_KEY}", c = "${TCP_KEY}" }
        [[probe]]
        name = "job"
        type = "heartbeat"
        every = "1h"
        token = "${JOB_TOKEN}"
        """,
        encoding="utf-8",
    )
    addresses = {name: f"https://hooks.example{CANARIES[name]}" for name in ("WEBHOOK_URL", "SITREP_HEARTBEAT_URL")}
    found = settings.load(
        None, {**CANARIES, **addresses, "SLACK_CLIENT_ID": "1.2"}, tmp_path, None, plugins.probe_named
    )
    hide(settings.secrets_of(found), LOG)
    for value in {**CANARIES, **addresses}.values():
        LOG.info("%s", value)

    assert found_in(written.getvalue()) == []
    assert written.getvalue().count(HIDDEN) >= len(CANARIES)


def test_where_a_file_is_is_no_secret(tmp_path: Path) -> None:
    found = settings.load(None, {"DATABASE_URL": "sqlite:///somewhere/sitrep.db"}, tmp_path)

    assert [*settings.secrets_of(found)] == []
