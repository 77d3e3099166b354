"""What the captured payloads say.  They are not ours to publish: SITREP_CORPUS names the folder that holds them."""

from __future__ import annotations

import json
import os
from collections import Counter
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest

from bot.errors import ParseError
from bot.feeds import apple, aws_datajson, feed, gcp, heroku, salesforce_trust, slack, statuspage
from bot.model import Claim, ComponentStatus, Impact, Kind, Snapshot, State
from bot.plugins import detect, format_named, formats
from tests.feeds.samples import source

CORPUS = Path(os.environ.get("SITREP_CORPUS", "/nowhere"))  # noqa: TID251  # where the captures are, if anywhere
FORMATS = {
    "statuspage": "statuspage",
    "statuspage-atom": "statuspage-atom",
    "incidentio": "incidentio",
    "aws-datajson": "aws-datajson",
    "azure-rss": "azure-rss",
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


def test_herokus_incident_of_2019_is_read_whole() -> None:
    (path,) = captures("heroku")
    snapshot = heroku.parse(path.read_bytes(), source("heroku"))
    claim = by_id(snapshot)["1918"]

    assert [c.status for c in snapshot.components] == [ComponentStatus.DEGRADED_PERFORMANCE] * 3
    assert (claim.state, claim.impact, claim.resolved_at) == (State.INVESTIGATING, Impact.MINOR, None)
    assert claim.title == "Connection timeouts to applications and Heroku Postgres"
    assert [update.id for update in claim.updates] == ["6090", "6091"]
    assert claim.updates[0].at == claim.started_at
    assert "\n\nCustomer applications" in claim.updates[1].body


def test_slacks_two_incidents_of_2020_are_read_whole() -> None:
    (path,) = captures("slack")
    snapshot = slack.parse(path.read_bytes(), source("slack"))
    claims = by_id(snapshot)

    assert claims.keys() == {"878", "879"}
    assert snapshot.complete_open_set
    assert snapshot.indicator is Impact.MINOR
    assert [c.name for c in claims["879"].components] == ["Apps/Integrations/APIs"]
    assert claims["878"].started_at == datetime(2020, 7, 30, 22, 12, 34, tzinfo=UTC)
    assert claims["878"].url == "https://status.slack.com/2020-07/ea58a170d343b2ad"
    assert claims["878"].updates[0].body.startswith("Some users might notice that their notifications settings")


def test_salesforces_one_incident_among_1528_instances_is_found() -> None:
    (path,) = captures("salesforce-trust")
    snapshot = salesforce_trust.parse(path.read_bytes(), source("salesforce-trust"))
    (claim,) = snapshot.incidents

    assert snapshot.complete_open_set
    assert snapshot.indicator is Impact.MINOR
    assert len(snapshot.components) == 1528
    assert [c.id for c in snapshot.components if c.status is not ComponentStatus.OPERATIONAL] == ["NA137"]
    assert Counter(c.group for c in snapshot.components) == {"NA": 1176, "EMEA": 287, "APAC": 57, "EU": 8}
    assert (claim.external_id, claim.state, claim.impact) == ("5968", State.INVESTIGATING, Impact.MINOR)
    assert claim.title == "Performance degradation asynchronous processing subset"
    assert [c.id for c in claim.components] == ["NA137", "coreService"]
    assert claim.started_at == datetime(2020, 7, 29, 16, 8, tzinfo=UTC)
    assert claim.published_at == datetime(2020, 7, 29, 19, 4, 35, 523000, tzinfo=UTC)


def apples(name: str) -> Snapshot:
    return apple.parse((CORPUS / "apple" / f"apple-{name}.json").read_bytes(), source("apple"))


def test_apples_mail_of_2021_is_the_one_that_is_out() -> None:
    snapshot = apples("customer-one-ongoing-issue")
    claims = by_id(snapshot)

    assert len(snapshot.components) == 63
    assert [c.name for c in snapshot.components if c.status is not ComponentStatus.OPERATIONAL] == ["iCloud Mail"]
    assert snapshot.indicator is Impact.MAJOR
    assert {key: claim.state for key, claim in claims.items()} == {
        "1000000310": State.INVESTIGATING,
        "2000000560": State.RESOLVED,
    }
    assert claims["1000000310"].started_at == datetime(2021, 4, 26, 11, 13, tzinfo=UTC)
    assert claims["2000000560"].resolved_at == datetime(2021, 4, 24, 22, 55, tzinfo=UTC)


def test_apples_services_are_well_where_no_event_is_open() -> None:
    for name, count in (("customer-no-issues", 0), ("customer-three-resolved-issues", 4)):
        snapshot = apples(name)

        assert {c.status for c in snapshot.components} == {ComponentStatus.OPERATIONAL}
        assert [c.state for c in snapshot.incidents] == [State.COMPLETED] * count
        assert snapshot.indicator is Impact.NONE


def test_apples_maintenance_of_2020_is_one_event_of_four_services_and_lasts_for_one_of_them() -> None:
    snapshot = apples("developer-one-ongoing-issue")
    claims = by_id(snapshot)

    assert (len(snapshot.components), len(claims)) == (33, 10)
    assert [key for key, claim in claims.items() if claim.is_open] == ["2000000024"]
    assert claims["2000000024"].state is State.IN_PROGRESS
    assert [(c.name, c.status) for c in claims["2000000024"].components] == [
        ("Contact Us", ComponentStatus.OPERATIONAL),
        ("Program Enrollment and Renewals", ComponentStatus.OPERATIONAL),
        ("Software Downloads", ComponentStatus.OPERATIONAL),
        ("Videos", ComponentStatus.UNDER_MAINTENANCE),
    ]
    assert Counter(claim.kind for claim in claims.values()) == {Kind.INCIDENT: 8, Kind.MAINTENANCE: 2}


def test_of_googles_157_incidents_of_a_year_thirteen_are_news_and_none_is_open() -> None:
    (path,) = captures("gcp")
    snapshot = gcp.parse(path.read_bytes(), source("gcp", "https://status.cloud.google.com"))
    claims = by_id(snapshot)
    claim = claims["TaA75H7XA1DQyM2ReK2f"]

    assert (len(claims), snapshot.indicator, snapshot.complete_open_set) == (13, Impact.NONE, True)
    assert {c.state for c in claims.values()} == {State.RESOLVED}
    assert Counter(c.impact for c in claims.values()) == {Impact.MINOR: 8, Impact.MAJOR: 4, Impact.CRITICAL: 1}
    assert claim.title == "[Google BigQuery] Lower throughput from the Read API"
    assert claim.url == "https://status.cloud.google.com/incidents/TaA75H7XA1DQyM2ReK2f"
    assert (claim.started_at, claim.published_at, claim.resolved_at) == (
        datetime(2022, 7, 1, 13, 37, 44, tzinfo=UTC),
        datetime(2022, 7, 1, 14, 5, 2, tzinfo=UTC),
        datetime(2022, 7, 1, 19, 25, 45, tzinfo=UTC),
    )
    assert [c.name for c in claim.components if c.group is None] == ["Google BigQuery"]
    assert len({c.group for c in claim.components if c.group}) == 29
    assert claim.updates[-1].state is State.RESOLVED
    assert claim.updates[-1].body.startswith("The issue with Google BigQuery has been resolved")


def test_googles_whole_year_is_read_where_every_incident_is_taken_for_news() -> None:
    (path,) = captures("gcp")
    opened = [incident | {"end": None} for incident in json.loads(path.read_bytes())]
    snapshot = gcp.parse(json.dumps(opened).encode(), source("gcp"))

    assert (len(snapshot.incidents), snapshot.unknown_words) == (157, ())
    assert sum(len(c.updates) for c in snapshot.incidents) == 770
