"""Real outages in Slack's clothes: nothing in them is too long, and nothing in them acts."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from adapters.slack import render
from bot.core import replies, wording
from bot.errors import ParseError
from bot.model import Snapshot
from bot.plugins import detect
from tests.adapters.test_slack import ours
from tests.adapters.test_slack_looks import limits_broken
from tests.feeds.samples import source
from tests.localslack import alive, too_long
from tests.localslack.nouns import Message
from tests.unit.desk import Desk

CORPUS = Path(os.environ.get("SITREP_CORPUS", "/nowhere"))  # noqa: TID251  # where the captures are, if anywhere
FOLDERS = ("statuspage", "statuspage-atom", "incidentio", "aws-datajson")
LONG_AGO = datetime(2010, 1, 1, tzinfo=UTC)

pytestmark = pytest.mark.skipif(not CORPUS.is_dir(), reason="SITREP_CORPUS names no folder")


def snapshots(folder: Path) -> Iterator[Snapshot]:
    for path in sorted(path for path in folder.iterdir() if path.is_file()):
        try:
            yield detect(path.read_bytes(), source("auto"))[1]
        except ParseError:
            continue


def outages(folder: Path) -> Desk:
    """Live through all that a folder shows, as if each capture had been looked at when its last word was said."""
    desk, before = Desk(), LONG_AGO
    for snapshot in snapshots(folder):
        if before is LONG_AGO:
            desk.sees(replace(snapshot, incidents=(), components=(), taken_at=LONG_AGO))
        spoken = [update.at for claim in snapshot.incidents for update in claim.updates]
        before = max([*spoken, before + timedelta(minutes=1)])
        desk.sees(replace(snapshot, taken_at=before))
    return desk


def as_posted(sent: dict[str, Any]) -> Message:
    sent = {"parse": "none", "unfurl_links": False, "unfurl_media": False, **sent}
    return Message(
        channel="C1",
        ts="1.0",
        user="U1",
        text=sent["text"],
        blocks=sent["blocks"],
        attachments=sent["attachments"],
        sent=sent,
        posted=sent,
    )


def folders() -> list[Path]:
    every = [CORPUS / name for name in FOLDERS if CORPUS.is_dir()]
    return [one for folder in every for one in (folder, *sorted(path for path in folder.iterdir() if path.is_dir()))]


def test_no_real_incident_is_more_than_slack_takes_or_acts_on_its_reader() -> None:
    shown = []
    for folder in folders():
        desk = outages(folder)
        shown += [render.root(wording.root(incident)) for incident in desk.incidents.values()]
        for name, entries in desk.timelines.items():
            shown += [render.reply(replies.reply(entry, desk.incidents[name])) for entry in entries]

    assert len(shown) > 400
    for sent in shown:
        assert limits_broken(sent) == []
        assert alive(as_posted(sent), links=lambda url: url.startswith("https://"), ours=ours) == []
        assert too_long(as_posted(sent)) == []
