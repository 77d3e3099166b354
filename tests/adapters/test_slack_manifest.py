"""The manifest promises what the listeners hear, and asks for no scope without a reason."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]  # it has no types
import pytest
import yaml  # type: ignore[import-untyped]  # neither has this

from adapters.slack.listen import COMMANDS, EVENTS_HEARD
from adapters.slack.platform import ASKED, NEEDED

MANIFEST = Path(__file__).parents[2] / "adapters" / "slack" / "manifest.yaml"

_CORPUS = Path(os.environ.get("SITREP_CORPUS", "/nowhere"))  # noqa: TID251  # where the captures are, if anywhere
SCHEMA = _CORPUS.parent / "specs" / "slack-manifest.schema.2.0.0.json"


@pytest.fixture(scope="module")
def manifest() -> Any:
    return yaml.safe_load(MANIFEST.read_text(encoding="utf-8"))


@pytest.mark.skipif(not SCHEMA.is_file(), reason="no folder of schemas stands beside the one that SITREP_CORPUS names")
def test_it_is_what_slack_takes(manifest: Any) -> None:
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))

    assert [error.message for error in jsonschema.Draft7Validator(schema).iter_errors(manifest)] == []


def test_every_command_is_heard_and_promised(manifest: Any) -> None:
    promised = {one["command"] for one in manifest["features"]["slash_commands"]}

    assert promised == set(COMMANDS)


def test_every_event_is_heard_and_promised(manifest: Any) -> None:
    assert set(manifest["settings"]["event_subscriptions"]["bot_events"]) == set(EVENTS_HEARD)


def test_every_scope_has_its_reason_and_is_needed(manifest: Any) -> None:
    scopes = manifest["oauth_config"]["scopes"]["bot"]
    written = MANIFEST.read_text(encoding="utf-8")

    assert scopes == sorted(scopes)
    assert set(scopes) == set(ASKED) > set(NEEDED)
    for scope in scopes:
        assert re.search(rf"# .+\n +- {scope}\n", written), f"{scope} has no reason above it"


def test_it_says_no_more_than_slack_shows(manifest: Any) -> None:
    """The lengths of https://docs.slack.dev/reference/app-manifest."""
    shown = manifest["display_information"]
    assert len(shown["name"]) <= 35
    assert len(shown["description"]) <= 140
    assert 174 <= len(shown["long_description"]) <= 4_000
    for command in manifest["features"]["slash_commands"]:
        assert len(command["command"]) <= 32
        assert len(command["description"]) <= 2_000
        assert len(command.get("usage_hint", "")) <= 1_000
    assert all(len(one["name"]) <= 24 for one in manifest["features"]["shortcuts"])
