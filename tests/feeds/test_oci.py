from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.core.joining import joined
from bot.errors import ParseError
from bot.feeds import oci
from bot.feeds._oci_regions import identifier
from bot.model import Claim, ComponentStatus, Impact, State
from tests.feeds.samples import body, source

PAGE = "https://ocistatus.oraclecloud.com"
SOURCE = source("oci", PAGE)
OCID = "ocid1.oraclecloudincident.oc1.phx.aaaa1111"
FEED, REPORT = f"{PAGE}/api/v2/incident-summary.rss", f"{PAGE}/api/v2/components.json"


def service(**changes: Any) -> dict[str, Any]:
    return {
        "serviceId": "21",
        "serviceName": "Compute",
        "serviceStatus": "NormalPerformance",
        "incidents": [],
    } | changes


def report(*services: dict[str, Any], **region: Any) -> bytes:
    one = {"regionName": "US East (Ashburn)", "regionCanonicalName": "us-ashburn-1", "serviceHealthReports": services}
    return json.dumps({"realm": "OC1", "regionHealthReports": [one | region]}).encode()


def told(title: str = "Compute | US East (Ashburn) | 210f910e", text: str = "Words", guid: str = OCID) -> Claim:
    item = (
        f"<item><title>{title}</title><description><![CDATA[{text}]]></description><guid>{guid}</guid>"
        f"<link>{PAGE}/#/incidents/{OCID}</link><pubDate>Mon, 02 Mar 2026 10:40:00 UTC</pubDate></item>"
    )
    feed = f"<rss version='2.0'><channel><title>OCI</title><link>{PAGE}</link>{item}</channel></rss>"
    return oci.parse(feed.encode(), SOURCE).incidents[0]


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("NormalPerformance", ComponentStatus.OPERATIONAL),
        ("Normal Performance", ComponentStatus.OPERATIONAL),
        ("Informational", ComponentStatus.DEGRADED_PERFORMANCE),
        ("ServiceDisruption", ComponentStatus.PARTIAL_OUTAGE),
        ("Service Disruption", ComponentStatus.PARTIAL_OUTAGE),
        ("ServiceDown", ComponentStatus.MAJOR_OUTAGE),
        ("Service Down", ComponentStatus.MAJOR_OUTAGE),
        (None, ComponentStatus.UNKNOWN),
    ],
)
def test_a_status_is_understood_as_the_report_and_as_the_documentation_spell_it(
    word: str | None, status: ComponentStatus
) -> None:
    snapshot = oci.parse(report(service(serviceStatus=word)), SOURCE)

    assert snapshot.components[0].status is status
    assert snapshot.unknown_words == ()


def test_a_strange_status_is_unknown_and_remembered_and_never_green() -> None:
    snapshot = oci.parse(report(service(serviceStatus="Bewildered")), SOURCE)

    assert snapshot.components[0].status is ComponentStatus.UNKNOWN
    assert snapshot.unknown_words == ("Bewildered",)
    assert snapshot.indicator is Impact.UNKNOWN


def test_one_event_under_many_services_and_regions_is_one_incident_as_bad_as_at_its_worst() -> None:
    claims = {claim.external_id: claim for claim in oci.parse(body("oci", "outage"), SOURCE).incidents}

    assert len(claims) == 2
    assert [part.id for part in claims[OCID].components] == ["compute.eu-frankfurt-1", "compute.us-ashburn-1"]
    assert claims[OCID].impact is Impact.CRITICAL
    assert claims[OCID].state is State.INVESTIGATING


def test_regions_are_called_what_configurations_call_them() -> None:
    named = oci.parse(report(service()), SOURCE).components[0]
    unnamed = oci.parse(report(service(), regionCanonicalName=None), SOURCE).components[0]

    assert named == unnamed
    assert named.group == "us-ashburn-1"
    assert told().components[0].group == "us-ashburn-1"
    assert identifier("uk south (london)") == "uk-london-1"
    assert identifier("Moon North (Tycho)") == "Moon North (Tycho)"


def test_an_event_of_several_regions_names_no_component_that_could_hide_it_from_a_region() -> None:
    assert told("Networking | Multiple Regions | 77aa00bb").components == ()
    assert told("A title of another kind").components == ()


def test_the_id_is_the_ocid_wherever_it_stands() -> None:
    assert told().external_id == OCID
    assert told(guid=f"{PAGE}/#/incidents/{OCID}").external_id == OCID
    assert told(guid="").external_id == OCID


def test_the_time_of_the_newest_statement_is_not_when_it_began() -> None:
    claim = told(text="<p><strong>Investigating</strong> - Errors.</p>")

    assert (claim.state, claim.started_at, claim.published_at) == (State.INVESTIGATING, None, None)
    assert claim.updates[0].at == datetime(2026, 3, 2, 10, 40, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "started"),
    [
        ("Start Time: March 2, 2026, 9:35 UTC", datetime(2026, 3, 2, 9, 35, tzinfo=UTC)),
        ("<b>Start Time:</b> March 2, 2026 09:35 UTC", datetime(2026, 3, 2, 9, 35, tzinfo=UTC)),
        ("Start Time: Smarch 2, 2026, 9:35 UTC", None),
        ("Start Time: February 31, 2026, 9:35 UTC", None),
        ("Start Time: soon", None),
    ],
)
def test_a_start_that_is_told_is_the_start(text: str, started: datetime | None) -> None:
    assert told(text=f"<p><strong>Investigating</strong> - Errors.</p><p>{text}</p>").started_at == started


def test_dates_whose_marks_alone_part_them_are_read() -> None:
    claims = {claim.external_id: claim for claim in oci.parse(body("oci", "events"), SOURCE).incidents}

    assert [update.at for update in claims[OCID].updates] == [
        datetime(2026, 3, 2, 10, 5, tzinfo=UTC),
        datetime(2026, 3, 2, 10, 40, tzinfo=UTC),
    ]


def test_read_together_the_feed_tells_the_events_and_the_report_how_the_services_are() -> None:
    snapshot = joined([oci.parse(body("oci", "events"), SOURCE), oci.parse(body("oci", "outage"), SOURCE)])

    titles = {claim.external_id: claim.title for claim in snapshot.incidents}
    assert titles[OCID] == "Compute | US East (Ashburn) | 210f910e"
    assert len(titles) == 4
    assert snapshot.complete_open_set
    assert snapshot.indicator is Impact.CRITICAL
    assert len(snapshot.components) == 4


def test_the_order_of_regions_and_services_means_nothing() -> None:
    payload = json.loads(body("oci", "outage"))
    for region in payload["regionHealthReports"]:
        region["serviceHealthReports"].reverse()
    payload["regionHealthReports"].reverse()

    assert oci.parse(json.dumps(payload).encode(), SOURCE) == oci.parse(body("oci", "outage"), SOURCE)


@pytest.mark.parametrize(
    ("payload", "complaint"),
    [
        ({}, "no list `regionHealthReports`"),
        ({"page": {"name": "OCI"}, "status": {"indicator": "none"}}, "no list `regionHealthReports`"),
        ({"regionHealthReports": []}, "no service at all"),
        ({"regionHealthReports": {}}, "an object instead of a list"),
        (
            {"regionHealthReports": [{"serviceHealthReports": []}]},
            r"no usable regionName at \$\.regionHealthReports\[0\]",
        ),
    ],
)
def test_a_report_that_says_nothing_is_refused_and_not_taken_for_all_clear(payload: object, complaint: str) -> None:
    with pytest.raises(ParseError, match=complaint):
        oci.parse(json.dumps(payload).encode(), SOURCE)


def test_an_event_without_an_id_and_a_service_without_one_are_refused() -> None:
    with pytest.raises(ParseError, match="no usable incidentId"):
        oci.parse(report(service(incidents=[{"severity": "ServiceDown"}])), SOURCE)
    with pytest.raises(ParseError, match="no usable serviceId"):
        oci.parse(report(service(serviceId=None)), SOURCE)


def test_anothers_feed_is_refused() -> None:
    with pytest.raises(ParseError, match="the feed is not Oracle Cloud's"):
        oci.parse(b"<rss version='2.0'><channel><title>Acme</title></channel></rss>", SOURCE)


def test_the_feed_is_read_first_and_the_report_beside_it() -> None:
    assert oci.endpoints(SOURCE) == (FEED, REPORT)
    assert oci.beside(FEED) == (REPORT,)
    assert oci.beside(REPORT) == ()
    assert oci.endpoints(replace(SOURCE, url=REPORT)) == (REPORT,)
    assert oci.follow_up(SOURCE, OCID) == (FEED,)
    assert oci.linked("<html>Oracle</html>", SOURCE) == ()
    assert "ocistatus.oraclecloud.com" in oci.HOSTS
