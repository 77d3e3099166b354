from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from html import escape

import pytest

from bot.errors import ParseError
from bot.feeds import _feed, feed
from bot.model import Claim, Component, ComponentStatus, Kind, Snapshot, State
from tests.feeds.samples import body, source

SOURCE = source("feed")


def parse(text: str | bytes) -> Snapshot:
    return feed.parse(text if isinstance(text, bytes) else text.encode(), SOURCE)


def paragraph(when: str, label: str, words: str = "Words.") -> str:
    date, time = when.rsplit(", ", 1)
    month, day = date.split(" ", 1)
    clock, _, zone = time.partition(" ")
    stamp = f"{month} <var data-var='date'>{day}</var>, <var data-var='time'>{clock}</var> {zone}"
    return f"<p><small>{stamp}</small><br><strong>{label}</strong> - {words}</p>"


def history(*paragraphs: str, published: str = "2026-05-01T04:15:09Z", updated: str = "2026-05-01T04:15:09Z") -> Claim:
    text = (
        '<feed xmlns="http://www.w3.org/2005/Atom"><title>Acme</title><entry><id>tag:acme,2005:Incident/1</id>'
        f"<published>{published}</published><updated>{updated}</updated><title>Errors</title>"
        '<link rel="alternate" href="https://status.acme.example/incidents/inc000000001"/>'
        f'<content type="html">{escape("".join(paragraphs))}</content></entry></feed>'
    )
    return parse(text).incidents[0]


def item(title: str = "Errors", description: str = "Words.", date: str = "Mon, 02 Mar 2026 10:00:00 GMT") -> Claim:
    text = (
        f"<rss version='2.0'><channel><title>Acme</title><item><title>{escape(title)}</title><guid>g1</guid>"
        f"<pubDate>{date}</pubDate><description>{escape(description)}</description></item></channel></rss>"
    )
    return parse(text).incidents[0]


def test_a_feed_is_a_window() -> None:
    assert not feed.parse(body("feed", "incidentio-atom"), SOURCE).complete_open_set
    assert feed.follow_up(SOURCE, "inc000000001") == ()


def test_an_edited_text_keeps_the_id_of_its_update_and_a_new_word_gets_another() -> None:
    first = history(paragraph("May 1, 04:15 UTC", "Resolved", "Over."))
    edited = history(paragraph("May  1, 04:15 UTC", "Resolved", "It was the disk."), updated="2026-05-09T00:00:00Z")
    later = history(paragraph("May 1, 04:20 UTC", "Update"), paragraph("May 1, 04:15 UTC", "Resolved", "Over."))

    assert [update.id for update in edited.updates] == [update.id for update in first.updates]
    assert edited.updates[0].body == "It was the disk."
    assert [update.id for update in later.updates] == [first.updates[0].id, "May 1, 04:20 UTC Update"]


def test_update_keeps_the_state_that_came_before_it() -> None:
    claim = history(
        paragraph("May 1, 04:15 UTC", "Update"),
        paragraph("May 1, 04:00 UTC", "Monitoring"),
        paragraph("May 1, 03:00 UTC", "Update"),
    )

    assert [update.state for update in claim.updates] == [State.UNKNOWN, State.MONITORING, State.MONITORING]


@pytest.mark.parametrize(
    ("label", "state"),
    [
        ("Investigating", State.INVESTIGATING),
        ("Identified", State.IDENTIFIED),
        ("Monitoring", State.MONITORING),
        ("Resolved", State.RESOLVED),
        ("Postmortem", State.POSTMORTEM),
        ("Scheduled", State.SCHEDULED),
        ("In progress", State.IN_PROGRESS),
        ("Verifying", State.VERIFYING),
        ("Completed", State.COMPLETED),
        ("Behoben", State.UNKNOWN),
    ],
)
def test_every_label_of_statuspage_is_known(label: str, state: State) -> None:
    assert history(paragraph("May 1, 04:15 UTC", label)).state is state


def test_later_words_do_not_reopen_and_do_not_move_the_end() -> None:
    ended = datetime(2026, 5, 1, 3, tzinfo=UTC)
    claim = history(
        paragraph("May 1, 04:15 UTC", "Postmortem"),
        paragraph("May 1, 04:00 UTC", "Update"),
        paragraph("May 1, 03:00 UTC", "Resolved"),
        paragraph("May 1, 02:00 UTC", "Investigating"),
    )

    assert (claim.is_open, claim.resolved_at) == (False, ended)


def test_an_explicit_state_after_the_end_is_open_again() -> None:
    claim = history(paragraph("May 1, 04:00 UTC", "Monitoring"), paragraph("May 1, 03:00 UTC", "Resolved"))

    assert (claim.is_open, claim.resolved_at) == (True, None)


def test_the_year_is_found_by_walking_back_from_the_entrys_own_time() -> None:
    claim = history(
        paragraph("Jan 2, 01:00 UTC", "Resolved"),
        paragraph("Dec 31, 23:59 UTC", "Identified"),
        paragraph("Feb 29, 12:00 UTC", "Investigating"),
        published="2025-01-02T01:00:30Z",
        updated="2026-06-01T00:00:00Z",
    )

    assert [update.at.date().isoformat() for update in claim.updates] == ["2024-02-29", "2024-12-31", "2025-01-02"]


@pytest.mark.parametrize(
    ("zone", "published", "hour"),
    [
        ("UTC", "2026-05-01T04:15:09Z", 4),
        ("PDT", "2026-05-01T11:15:09Z", 11),
        ("PST", "2026-05-01T12:15:09Z", 12),
        ("EST", "2026-05-01T09:15:09Z", 9),
        ("CET", "2026-05-01T03:15:09Z", 3),
        ("CEST", "2026-05-01T02:15:09Z", 2),
        ("+02:00", "2026-05-01T02:15:09Z", 2),
        ("-0330", "2026-05-01T07:45:09Z", 7),
        ("+03", "2026-05-01T01:15:09Z", 1),
        ("IST", "2026-04-30T22:45:09Z", 22),  # India, measured
        ("IST", "2026-05-01T02:15:09Z", 2),  # Israel, measured
        ("CST", "2026-04-30T20:15:09Z", 20),  # China, measured
        ("NPT", "2026-04-30T22:30:09Z", 22),  # a name that no table has, measured
        ("XYZ", "2026-05-09T00:00:00Z", 4),  # nothing to measure it by: taken for UTC
    ],
)
def test_a_time_is_read_in_the_zone_of_its_page(zone: str, published: str, hour: int) -> None:
    claim = history(paragraph(f"May 1, 04:15 {zone}", "Resolved"), published=published)

    assert claim.updates[0].at.hour == hour


def test_a_scheduled_event_has_its_window_and_the_first_word_as_its_start() -> None:
    announced = (
        "<p><strong>THIS IS A SCHEDULED EVENT Jan <var>10</var>, <var>22:00</var> - <var>01:30</var> PST</strong></p>"
    )

    claim = history(announced, paragraph("Dec 28, 19:00 PST", "Scheduled"), published="2026-01-11T06:00:00Z")

    assert claim.kind is Kind.MAINTENANCE
    assert claim.starts_at == datetime(2026, 1, 11, 6, tzinfo=UTC)
    assert claim.ends_at == datetime(2026, 1, 11, 9, 30, tzinfo=UTC)
    assert claim.started_at == datetime(2025, 12, 29, 3, tzinfo=UTC)


def test_a_window_over_several_days_ends_on_its_own_date() -> None:
    announced = "<p><strong>THIS IS A SCHEDULED EVENT Dec 31, 22:00 - Jan 2, 01:30 UTC</strong></p>"

    claim = history(announced, paragraph("Dec 1, 19:00 UTC", "Scheduled"), published="2025-12-31T22:00:00Z")

    assert claim.starts_at == datetime(2025, 12, 31, 22, tzinfo=UTC)
    assert claim.ends_at == datetime(2026, 1, 2, 1, 30, tzinfo=UTC)


def test_a_paragraph_whose_time_can_not_be_read_keeps_its_words_and_stands_by_its_neighbour() -> None:
    claim = history(
        paragraph("May 1, 04:15 UTC", "Resolved"),
        "<p><small>am Freitag</small><br><strong>Update</strong> - Worte.</p>",
    )

    assert [update.body for update in claim.updates] == ["Worte.", "Words."]
    assert claim.updates[0].at == claim.updates[1].at


def test_the_components_of_an_incidentio_entry_are_read_and_leave_its_text() -> None:
    claim = next(
        claim
        for claim in feed.parse(body("feed", "incidentio-atom"), SOURCE).incidents
        if claim.external_id == "01J0000000000000000000JN02"
    )

    assert claim.components == (
        Component("Chat", "Chat", ComponentStatus.DEGRADED_PERFORMANCE),
        Component("Login (EU)", "Login (EU)", ComponentStatus.MAJOR_OUTAGE),
    )
    assert claim.updates[0].body == "A fix is out & we watch."


@pytest.mark.parametrize(
    ("title", "text", "state", "kept"),
    [
        ("[RESOLVED] Mail is late", "Words.", State.RESOLVED, "Mail is late"),
        ("Service is well: [Resolved] Mail is late", "Words.", State.RESOLVED, "Service is well: Mail is late"),
        ("Resolved: Mail is late", "Words.", State.RESOLVED, "Mail is late"),
        ("Resolved - Mail is late", "Words.", State.RESOLVED, "Mail is late"),
        ("Mail is late", "Status: Identified\nWords.", State.IDENTIFIED, "Mail is late"),
        ("Mail is late", "Status: ACTIVE\nWords.", State.INVESTIGATING, "Mail is late"),
        ("Mail is late", "Monitoring - we watch.", State.MONITORING, "Mail is late"),
        ("Resolved mail problems came back", "Words.", State.UNKNOWN, "Resolved mail problems came back"),
        ("Mail is late", "This was resolved: no.", State.UNKNOWN, "Mail is late"),
        ("Mail is late", "Words.", State.UNKNOWN, "Mail is late"),
    ],
)
def test_only_an_unmistakable_mark_gives_a_state(title: str, text: str, state: State, kept: str) -> None:
    claim = item(title, text.replace("\n", "<br>"))

    assert (claim.state, claim.title) == (state, kept)


def test_an_entry_that_only_tells_its_end_has_no_start() -> None:
    over = item("[Resolved] Mail is late")

    assert (over.started_at, over.resolved_at) == (None, datetime(2026, 3, 2, 10, tzinfo=UTC))
    assert item("Mail is late").started_at == datetime(2026, 3, 2, 10, tzinfo=UTC)


@pytest.mark.parametrize("date", ["0000-99-99", "Mon, 99 Mar 2026 10:00:00 GMT", "9999-12-31T23:59:60Z", "soon"])
def test_a_date_that_does_not_exist_is_no_date(date: str) -> None:
    with pytest.raises(ParseError, match="no time that can be read"):
        item(date=date)


def test_an_entry_without_any_time_is_dated_by_its_feed_or_refused() -> None:
    text = "<rss version='2.0'><channel>{}<item><title>Errors</title><guid>g1</guid></item></channel></rss>"
    dated = parse(text.format("<lastBuildDate>Mon, 02 Mar 2026 10:00:00 GMT</lastBuildDate>"))

    assert dated.incidents[0].updates[0].at == datetime(2026, 3, 2, 10, tzinfo=UTC)
    with pytest.raises(ParseError, match="no time that can be read in the entry g1"):
        parse(text.format(""))


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \n ",
        "{}",
        "http://localhost/feed.xml",
        "/etc/passwd",
        "<html><body>All Systems Operational</body></html>",
        "<!DOCTYPE html><html><head><title>Acme</title></head><body><p>Hello</body></html>",
        "<error>unavailable</error>",
        "<",
    ],
)
def test_what_is_no_feed_is_refused_and_never_opened(text: str) -> None:
    with pytest.raises(ParseError):
        parse(text)


def test_a_feed_in_another_encoding_is_read() -> None:
    bare = "<rss version='2.0'><channel><title>Caf\u00e9</title></channel></rss>"
    latin = f'<?xml version="1.0" encoding="ISO-8859-1"?>{bare}'
    wide = f'<?xml version="1.0" encoding="UTF-16"?>{bare}'

    for encoded in (latin.encode("latin-1"), wide.encode("utf-16"), bare.encode(), bare.encode("utf-8-sig")):
        assert feed.parse(encoded, SOURCE).page_name == "Caf\u00e9"


GROWING = "".join(f'<!ENTITY l{n + 1} "&#104;{f"&l{n};" * 10}">' for n in range(9))
BOMB = f'<!DOCTYPE x [<!ENTITY l0 "&#104;a">{GROWING}]><rss version="2.0"><channel><title>&l9;</title></channel></rss>'


@pytest.mark.parametrize(
    "bomb",
    [
        f'<?xml version="1.0"?>{BOMB}'.encode(),
        f"<!-- <rss> -->{BOMB}".encode(),
        BOMB.encode("utf-16"),
        BOMB.encode("utf-16-le"),
        BOMB.replace('"', "'").encode(),
        b'<?xml version="1.0" encoding="utf-7"?>' + BOMB.encode("utf-7"),
    ],
)
def test_entities_that_grow_without_end_are_refused(bomb: bytes) -> None:
    with pytest.raises(ParseError, match="entities that are made of others"):
        parse(bomb)


def test_entities_that_stand_for_a_letter_are_read() -> None:
    declared = '<!DOCTYPE rss [<!ENTITY nbsp "&#160;"><!ENTITY % more "x">]>'
    body = f'{declared}<rss version="2.0"><channel><title>Acme&nbsp;Cloud</title></channel></rss>'

    assert parse(body).page_name == "Acme Cloud"


def test_a_feed_of_more_than_a_megabyte_is_refused_unread() -> None:
    with pytest.raises(ParseError, match="the feed is larger than 1 MiB"):
        parse('<rss version="2.0"><channel>' + " " * 2**20)


def test_a_text_may_speak_of_entities() -> None:
    body = '<rss version="2.0"><channel><title><![CDATA[<!ENTITY a "&b;">]]></title></channel></rss>'

    assert parse(body).page_name is not None


def test_the_times_of_the_feed_are_volatile_and_those_of_its_entries_are_not() -> None:
    stamps = b"<pubDate>1</pubDate><lastBuildDate>2</lastBuildDate>"
    rss = b"<rss><channel>" + stamps + b"<item><pubDate>3</pubDate></item></channel></rss>"
    atom = b"<feed><updated>1</updated><!-- built 2 --><entry><updated>3</updated></entry></feed>"
    empty = b"<rss><channel><lastBuildDate>2</lastBuildDate></channel></rss>"

    assert feed.VOLATILE.sub(b"", rss) == b"<rss><channel><item><pubDate>3</pubDate></item></channel></rss>"
    assert feed.VOLATILE.sub(b"", atom) == b"<feed><entry><updated>3</updated></entry></feed>"
    assert feed.VOLATILE.sub(b"", empty) == b"<rss><channel></channel></rss>"


def test_a_page_is_asked_where_feeds_mostly_are_and_a_feed_where_it_is() -> None:
    assert feed.endpoints(replace(SOURCE, url="https://status.acme.example/"))[:2] == (
        "https://status.acme.example/history.atom",
        "https://status.acme.example/history.rss",
    )
    direct = "https://azure.acme.example/en-us/status/feed/"
    assert feed.endpoints(replace(SOURCE, url=direct)) == (direct,)


def _around(inside: str, before: str = "", tag: str = "") -> bytes:
    items = f"<title>x</title><item><title>API is slow</title>{inside}</item>"
    return f'<?xml version="1.0"?>{before}<rss version="2.0"{tag}><channel>{items}</channel></rss>'.encode()


def test_what_an_author_is_called_is_not_taken_apart() -> None:
    """This would not come to an end: feedparser looks for an address in it, from every letter on."""
    found = _feed.read(_around(f"<author>{'a.' * 250_000}</author>"))

    assert [entry.title for entry in found.entries] == ["API is slow"]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (_around("", before="\n" * 40_000), "begins after more than 10,000 bytes"),
        (
            _around("", tag=" ".join(f' a{n}="1"' for n in range(20_000))),
            "a tag of the feed is longer than 100,000 bytes",
        ),
    ],
    ids=["a-long-way-to-the-first-element", "a-tag-of-thousands"],
)
def test_what_would_be_looked_through_again_and_again_is_refused(body: bytes, reason: str) -> None:
    with pytest.raises(ParseError, match=reason):
        _feed.read(body)
