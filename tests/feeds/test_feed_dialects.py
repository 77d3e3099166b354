"""The formats that are feeds: Statuspage's history, Azure's, Hund's and AWS's."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from html import escape

import pytest

from bot.errors import ParseError
from bot.feeds import aws_rss, azure_rss, feed, hund, statuspage_atom
from bot.model import Claim, ComponentStatus, Impact, Kind, Snapshot, State
from tests.feeds.samples import body, source

AZURE = source("azure-rss", "https://azure.status.microsoft/en-us/status")
AWS = source("aws-rss", "https://health.aws.amazon.com/health/status")
GUID = "http://status.aws.amazon.com/#widgets-us-east-1_"
NOON = 1_772_452_800


def azure(title: str, *categories: str, guid: str = "A1") -> Claim:
    tags = "".join(f"<category>{escape(one)}</category>" for one in categories)
    text = (
        "<rss version='2.0'><channel><title>Azure Status</title><link>https://azure.status.microsoft/</link>"
        f"<item><guid>{guid}</guid><title>{escape(title)}</title>{tags}<description>Words.</description>"
        "<pubDate>Mon, 02 Mar 2026 11:12:09 Z</pubDate></item></channel></rss>"
    )
    return azure_rss.parse(text.encode(), AZURE).incidents[0]


def aws(*items: tuple[str, int]) -> Snapshot:
    told = "".join(
        f"<item><title>{escape(title)}</title><guid>{GUID}{NOON + 60 * minute}</guid><description>Words {minute}."
        "</description><pubDate>Mon, 02 Mar 2026 04:00:00 PST</pubDate></item>"
        for title, minute in items
    )
    head = "<title>Widgets (N. Virginia) Service Status</title><link>http://status.aws.amazon.com/</link>"
    return aws_rss.parse(f"<rss version='2.0'><channel>{head}{told}</channel></rss>".encode(), AWS)


def issue(title: str) -> Claim:
    text = (
        "<feed xmlns='http://www.w3.org/2005/Atom'><id>tag:status.acme.example,2005:/state_feed/feed</id><title>A</title>"
        f"<entry><id>tag:x,2005:State::FeedNotifier::Entry/a1</id><title>{escape(title)}</title>"
        "<published>2026-03-02T10:00:00Z</published><updated>2026-03-02T10:40:00Z</updated><content>Words.</content>"
        "</entry></feed>"
    )
    return hund.parse(text.encode(), source("hund")).incidents[0]


class TestStatuspageAtom:
    def test_the_ids_are_those_of_the_json(self) -> None:
        found = statuspage_atom.parse(body("statuspage-atom", "atom"), source("statuspage-atom"))

        assert "inc000000001" in {claim.external_id for claim in found.incidents}
        assert not found.complete_open_set

    @pytest.mark.parametrize("case", ["incidentio-atom", "plain-atom", "aws-rss", "healthy-without-items"])
    def test_any_other_feed_is_refused(self, case: str) -> None:
        with pytest.raises(ParseError, match="not a history of Statuspage's"):
            statuspage_atom.parse(body("feed", case), source("statuspage-atom"))

    def test_a_link_without_scheme_has_the_id_of_its_incident_too(self) -> None:
        text = body("statuspage-atom", "rss").decode().replace("<link>https://", "<link>")
        ids = [
            {one.external_id for one in statuspage_atom.parse(each.encode(), source("statuspage-atom")).incidents}
            for each in (text, body("statuspage-atom", "rss").decode())
        ]

        assert ids[0] == ids[1]

    def test_a_page_keeps_it_in_two_places(self) -> None:
        at = source("statuspage-atom", "https://status.acme.example/some/page")

        assert statuspage_atom.endpoints(at) == (
            "https://status.acme.example/history.atom",
            "https://status.acme.example/history.rss",
        )
        assert statuspage_atom.endpoints(replace(at, url="https://a.example/history.rss")) == (
            "https://a.example/history.rss",
        )
        assert statuspage_atom.follow_up(at, "x") == ()


class TestAzure:
    @pytest.mark.parametrize(
        ("title", "state"),
        [
            ("Network - West US - Investigating", State.INVESTIGATING),
            ("Network - West US – Mitigated", State.MONITORING),
            ("RESOLVED - Network", State.RESOLVED),
            ("  Resolved: Network", State.RESOLVED),
            ("Mitigated – Network", State.MONITORING),
            ("Unresolved - Network", State.INVESTIGATING),
            ("Network resolved in West US only", State.INVESTIGATING),
            ("Post Incident Review (PIR) – Network – West US", State.POSTMORTEM),
            ("Preliminary Post-incident review - Network", State.POSTMORTEM),
            ("RCA - Network", State.POSTMORTEM),
            ("Pirate Cove - Network", State.INVESTIGATING),
            ("Network - West US - Resolved", State.RESOLVED),
            ("[RESOLVED] Network - West US", State.RESOLVED),
            ("Network - West US", State.INVESTIGATING),
            ("Network - West US - Not yet resolved", State.INVESTIGATING),
            ("Network - Resolved in North Europe. Impact continues in West Europe", State.INVESTIGATING),
            ("Resolved", State.INVESTIGATING),
        ],
    )
    def test_only_the_first_mark_or_the_last_clause_tells_how_it_stands(self, title: str, state: State) -> None:
        assert azure(title).state is state

    def test_the_title_stays_the_same_to_the_end(self) -> None:
        titles = {azure(f"Network - West US{end}").title for end in ("", " - Investigating", " - Resolved")}

        assert titles == {"Network - West US"}

    def test_services_and_regions_are_told_apart(self) -> None:
        found = azure("Down", "Virtual Machines", "West US 2", "UK South", "Azure DevOps")

        assert [(one.name, one.group) for one in found.components] == [
            ("Azure DevOps", "UK South"),
            ("Azure DevOps", "West US 2"),
            ("Virtual Machines", "UK South"),
            ("Virtual Machines", "West US 2"),
        ]

    @pytest.mark.parametrize(
        "region",
        ["East US 2", "North Central US", "Germany West Central", "Southeast Asia", "US Gov Virginia", "Japan East"],
    )
    def test_a_region_without_a_service_is_one_itself(self, region: str) -> None:
        assert [(one.name, one.group) for one in azure("Down", region).components] == [(region, region)]

    def test_its_one_time_is_no_start(self) -> None:
        found = azure("Down")

        assert (found.started_at, found.updates[0].at) == (None, datetime(2026, 3, 2, 11, 12, 9, tzinfo=UTC))

    def test_a_guid_that_is_the_pages_address_is_no_id(self) -> None:
        assert azure("Down - Resolved", guid="https://azure.status.microsoft").external_id == "down"

    def test_a_review_is_no_trouble_and_does_not_tell_when_it_ended(self) -> None:
        found = azure("Final Post Incident Review (PIR) – Network – West US")

        assert (found.title, found.is_open, found.resolved_at) == ("Network – West US", False, None)

    def test_no_item_proves_nothing_and_one_proves_that_the_others_are_gone(self) -> None:
        quiet, outage = (azure_rss.parse(body("azure-rss", case), AZURE) for case in ("quiet", "outage"))

        assert (quiet.complete_open_set, outage.complete_open_set) == (False, True)

    @pytest.mark.parametrize(
        ("word", "indicator", "is_proof"),
        [
            ("Available", Impact.NONE, True),
            ("Operational", Impact.NONE, True),
            ("Service degradation", Impact.UNKNOWN, False),
            ("Bewildered", Impact.UNKNOWN, False),
        ],
    )
    def test_the_word_beside_the_feed_proves_that_all_is_well(
        self, word: str, indicator: Impact, *, is_proof: bool
    ) -> None:
        told = f'{{"Id": "1", "Title": "Azure", "Status": "{word}", "LastUpdatedTime": "2026-03-02T00:00:00Z"}}'

        found = azure_rss.parse(told.encode(), AZURE)

        assert (found.indicator, found.complete_open_set) == (indicator, is_proof)
        assert (found.unknown_words == ("Bewildered",)) == (word == "Bewildered")

    def test_without_a_word_it_is_refused(self) -> None:
        with pytest.raises(ParseError, match="no Status and Title"):
            azure_rss.parse(b'{"Title": "Azure"}', AZURE)

    def test_the_clocks_of_feed_and_word_are_no_news(self) -> None:
        feeds = [body("azure-rss", "outage").replace(b"11:20:00 Z", at) for at in (b"11:20:00 Z", b"11:30:00 Z")]
        words = [b'{"Status": "Available", "LastUpdatedTime": "%d"}' % at for at in (1, 2)]

        for one, other in (feeds, words):
            assert one != other
            assert azure_rss.VOLATILE.sub(b"", one) == azure_rss.VOLATILE.sub(b"", other)

    def test_the_host_that_is_the_same_everywhere_is_asked(self) -> None:
        (address,) = azure_rss.endpoints(AZURE)

        assert address == "https://rssfeed.azure.status.microsoft/en-us/status/feed/"
        assert azure_rss.endpoints(replace(AZURE, url="https://a.example/feed")) == ("https://a.example/feed",)
        assert azure_rss.beside(address) == ("https://status.cloud.microsoft/api/posts/azure",)
        assert azure_rss.beside("https://a.example/feed") == ()

    def test_any_other_feed_is_refused(self) -> None:
        with pytest.raises(ParseError, match="not Azure's"):
            azure_rss.parse(body("feed", "healthy-without-items"), AZURE)


class TestHund:
    @pytest.mark.parametrize(
        ("title", "state", "kind"),
        [
            ("[Investigating] Slow", State.INVESTIGATING, Kind.INCIDENT),
            ("[Problem Identified] Slow", State.IDENTIFIED, Kind.INCIDENT),
            ("[Monitoring] Slow", State.MONITORING, Kind.INCIDENT),
            ("[Gelöst] Slow", State.RESOLVED, Kind.INCIDENT),
            ("[Ended] Slow", State.RESOLVED, Kind.INCIDENT),
            ("Slow", State.INVESTIGATING, Kind.INCIDENT),
            ("[Pending] New disks", State.SCHEDULED, Kind.MAINTENANCE),
            ("[Pending] Maintenance Window: disks", State.SCHEDULED, Kind.MAINTENANCE),
            ("[In Progress] Maintenance Window: disks", State.IN_PROGRESS, Kind.MAINTENANCE),
            ("[Ended] Maintenance Window: disks", State.COMPLETED, Kind.MAINTENANCE),
        ],
    )
    def test_the_bracket_of_a_title_tells_the_state(self, title: str, state: State, kind: Kind) -> None:
        found = issue(title)

        assert (found.state, found.kind) == (state, kind)
        assert "[" not in found.title

    def test_a_bracket_that_nobody_knows_is_unknown_and_counted(self) -> None:
        found = hund.parse(body("hund", "issues"), source("hund"))

        assert found.unknown_words == ("Bewildered",)
        assert {one.state for one in found.incidents if one.title == "Search is odd"} == {State.UNKNOWN}

    def test_any_other_feed_is_refused(self) -> None:
        with pytest.raises(ParseError, match="not one of Hund's"):
            hund.parse(body("feed", "plain-atom"), source("hund"))

    def test_a_page_that_names_its_feed_or_its_maker_leads_there(self) -> None:
        at = source("hund")
        feeds = ("https://status.acme.example/state_feed/feed.atom", "https://status.acme.example/state_feed/feed")

        assert hund.linked('<a href="/state_feed/feed.atom">', at) == hund.linked("by hund.io", at) == feeds
        assert hund.linked("<p>thunder</p>", at) == ()
        assert hund.endpoints(replace(at, url=feeds[1])) == (feeds[1],)


class TestAws:
    def test_statements_of_one_subject_are_one_incident_up_to_its_end(self) -> None:
        found = aws(
            ("Informational message: Errors", 0),
            ("Performance issues: Errors", 5),
            ("Service is operating normally: [RESOLVED] Errors", 9),
            ("Informational message: Errors", 30),
            ("Informational message: Delays", 31),
        )

        assert [(one.title, one.state, one.impact, len(one.updates)) for one in found.incidents] == [
            ("Errors", State.RESOLVED, Impact.MAJOR, 3),
            ("Errors", State.INVESTIGATING, Impact.MINOR, 1),
            ("Delays", State.INVESTIGATING, Impact.MINOR, 1),
        ]

    def test_a_later_statement_of_the_end_is_of_the_same_incident(self) -> None:
        (found,) = aws(
            ("Informational message: Errors", 0), ("[RESOLVED] Errors", 5), ("[RESOLVED] Errors", 6)
        ).incidents

        assert found.resolved_at == datetime.fromtimestamp(NOON + 300, UTC)

    def test_the_id_is_that_of_the_first_statement_so_it_stays(self) -> None:
        first = aws(("Informational message: Errors", 0)).incidents[0]
        later = aws(("Informational message: Errors", 0), ("Service disruption: Errors", 5)).incidents[0]

        assert first.external_id == later.external_id == f"widgets-us-east-1_{NOON}"

    def test_the_time_is_that_of_the_guid_and_not_of_seattles_clock(self) -> None:
        assert aws(("Errors", 0)).incidents[0].updates[0].at == datetime.fromtimestamp(NOON, UTC)

    def test_a_subject_may_have_a_colon(self) -> None:
        found = aws(("Increased latency: writes", 0))

        assert (found.incidents[0].title, found.unknown_words) == ("Increased latency: writes", ())

    def test_the_region_is_known_by_the_service(self) -> None:
        (part,) = aws(("Service disruption: Errors", 0)).incidents[0].components

        assert (part.name, part.group, part.status) == ("widgets", "us-east-1", ComponentStatus.MAJOR_OUTAGE)

    def test_any_other_feed_is_refused(self) -> None:
        with pytest.raises(ParseError, match="not one of AWS's"):
            aws_rss.parse(body("feed", "aws-rss"), AWS)

    def test_there_is_one_feed_of_everything(self) -> None:
        assert aws_rss.endpoints(AWS) == ("https://status.aws.amazon.com/rss/all.rss",)
        one = "https://status.aws.amazon.com/rss/ec2-us-east-1.rss"
        assert aws_rss.endpoints(replace(AWS, url=one)) == (one,)


class TestAnyFeed:
    def test_a_page_leads_to_the_feeds_that_it_names(self) -> None:
        page = """<LINK rel="alternate" type="application/rss+xml" href="/feed.rss?a=1&amp;b=2">
            <link href='https://feeds.acme.example/atom' type='application/atom+xml' rel='alternate'>
            <link rel=stylesheet href=style.css><link rel="alternate" hreflang="de" href="/de">
            <link rel="alternate" type="application/rss+xml" href="javascript:alert(1)">"""

        assert feed.linked(page, source("feed")) == (
            "https://status.acme.example/feed.rss?a=1&b=2",
            "https://feeds.acme.example/atom",
        )

    def test_a_page_without_end_is_looked_through_in_time(self) -> None:
        assert feed.linked("<link rel=" * 200_000, source("feed")) == ()
