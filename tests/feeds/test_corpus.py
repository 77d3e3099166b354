"""What the captured payloads say.  They are not ours to publish: SITREP_CORPUS names the folder that holds them."""

from __future__ import annotations

import os
from itertools import pairwise
from pathlib import Path

import pytest

from bot.errors import ParseError
from bot.feeds import aws_datajson, feed, statuspage
from bot.model import Claim, Snapshot, State
from bot.plugins import detect, format_named, formats
from tests.feeds.samples import source

CORPUS = Path(os.environ.get("SITREP_CORPUS", "/nowhere"))  # noqa: TID251  # where the captures are, if anywhere
FORMATS = {
    "statuspage": "statuspage",
    "statuspage-atom": "statuspage-atom",
    "incidentio": "incidentio",
    "aws-datajson": "aws-datajson",
    "azure-rss": "azure-rss",
    "statusio": "statusio",
    "upptime": "upptime",
    "gcp": "gcp",
    "apple": "apple",
    "salesforce-trust": "salesforce-trust",
    "slack": "slack",
    "heroku": "heroku",
}

pytestmark = pytest.mark.skipif(not CORPUS.is_dir(), reason="SITREP_CORPUS names no folder")


def captures(folder: str) -> list[Path]:
    return sorted(path for path in (CORPUS / folder).rglob("*") if path.is_file())


def by_id(snapshot: Snapshot) -> dict[str, Claim]:
    return {claim.external_id: claim for claim in snapshot.incidents}


@pytest.mark.parametrize("folder", FORMATS)
def test_every_capture_is_recognised_and_has_no_unknown_word(folder: str) -> None:
    for path in captures(folder):
        if path.stat().st_size == 0:
            continue

        name, snapshot = detect(path.read_bytes(), source("auto"))

        assert (name, snapshot.unknown_words) == (FORMATS[folder], ()), path


def test_a_body_of_no_bytes_is_refused_and_not_taken_for_all_clear() -> None:
    empty = [path for folder in FORMATS for path in captures(folder) if path.stat().st_size == 0]
    assert empty

    for path in empty:
        for name in formats():
            with pytest.raises(ParseError, match="empty"):
                format_named(name).parse(path.read_bytes(), source(name))


def test_other_vendors_payloads_are_recognised_as_nothing_that_we_know() -> None:
    others = [path for folder in CORPUS.iterdir() if folder.name not in FORMATS for path in captures(folder.name)]

    for path in others:
        if path.name == "INDEX.tsv":
            continue
        try:
            name, _ = detect(path.read_bytes(), source("auto"))
        except ParseError:
            continue
        assert name not in FORMATS.values(), path


@pytest.mark.parametrize("folder", ["statuspage", "statuspage-atom"])
def test_bodies_that_differ_only_in_what_is_volatile_say_the_same(folder: str) -> None:
    module = format_named(FORMATS[folder])
    assert module.VOLATILE
    series = [path for path in captures(folder) if "series" in path.parent.name and path.stat().st_size]
    same = 0

    for before, after in pairwise(series):
        one, other = (module.VOLATILE.sub(b"", path.read_bytes()) for path in (before, after))
        if one == other:
            same += 1
            assert module.parse(before.read_bytes(), source("x")) == module.parse(after.read_bytes(), source("x"))

    assert same > 40 or folder == "statuspage-atom"


@pytest.mark.parametrize("series", ["github-series-19656564", "github-series-29855242"])
def test_an_edited_text_in_an_atom_feed_keeps_its_update_id_and_its_time(series: str) -> None:
    snapshots = [by_id(feed.parse(path.read_bytes(), source("feed"))) for path in captures(f"statuspage-atom/{series}")]
    edits = 0

    for before, after in pairwise(snapshots):
        for external_id in before.keys() & after.keys():
            old = {update.id: update for update in before[external_id].updates}
            new = {update.id: update for update in after[external_id].updates}
            assert old.keys() <= new.keys()
            assert all(old[key].at == new[key].at and old[key].state == new[key].state for key in old)
            edits += sum(old[key].body != new[key].body for key in old)

    assert edits >= 3


def test_an_incident_of_the_atom_feed_has_the_id_that_the_json_gives_it() -> None:
    newest = captures("statuspage-atom/github-series-29855242")[-1]
    seen = by_id(feed.parse(newest.read_bytes(), source("feed")))
    listed = {
        external_id
        for path in captures("statuspage")
        if path.stat().st_size
        for external_id in by_id(statuspage.parse(path.read_bytes(), source("statuspage")))
    }

    assert "b4235qyfzx2z" in seen.keys() & listed


def test_in_the_summaries_an_incident_never_ends_it_vanishes() -> None:
    states = {
        claim.state
        for path in captures("statuspage")
        if "series" in path.parent.name and path.stat().st_size
        for claim in statuspage.parse(path.read_bytes(), source("statuspage")).incidents
    }

    assert not any(state.is_over for state in states)


def test_an_aws_item_keeps_its_id_and_its_updates_from_beginning_to_end() -> None:
    paths = captures("aws-datajson/aws-series-20211207")
    snapshots = [by_id(aws_datajson.parse(path.read_bytes(), source("aws-datajson"))) for path in paths]

    for before, after in pairwise(snapshots):
        assert before.keys() <= after.keys()
        for external_id, claim in before.items():
            ids = [update.id for update in claim.updates]
            assert [update.id for update in after[external_id].updates][: len(ids)] == ids
    assert snapshots[-1]["ec2-us-east-1-1638895771"].state is State.RESOLVED
    assert snapshots[-1]["ecs-us-east-1-1638919976"].state is State.INVESTIGATING
