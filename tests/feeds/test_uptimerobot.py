from __future__ import annotations

import json
from dataclasses import replace

import pytest

from bot.errors import ParseError
from bot.feeds import uptimerobot
from bot.model import ComponentStatus, Impact, Snapshot
from tests.feeds.samples import body, source

HOST = "https://stats.uptimerobot.com"
SOURCE = source("uptimerobot", f"{HOST}/AbCd1234")
LIST = f"{HOST}/api/getMonitorList/AbCd1234"
OWN = source("uptimerobot", "https://status.acme.example")


def read(*words: str | None) -> Snapshot:
    monitors = [{"monitorId": number, "name": "Front", "statusClass": word} for number, word in enumerate(words)]
    return uptimerobot.parse(json.dumps({"psp": {"monitors": monitors}}).encode(), SOURCE)


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("success", ComponentStatus.OPERATIONAL),
        ("warning", ComponentStatus.DEGRADED_PERFORMANCE),
        ("danger", ComponentStatus.MAJOR_OUTAGE),
        ("black", ComponentStatus.UNKNOWN),
        ("paused", ComponentStatus.UNKNOWN),
        (None, ComponentStatus.UNKNOWN),
    ],
)
def test_a_monitor_is_as_its_class_says(word: str | None, status: ComponentStatus) -> None:
    snapshot = read(word)

    assert snapshot.components[0].status is status
    assert snapshot.unknown_words == ()


def test_a_strange_class_is_unknown_and_remembered_and_never_green() -> None:
    snapshot = read("success", "bewildered")

    assert snapshot.unknown_words == ("bewildered",)
    assert snapshot.indicator is Impact.UNKNOWN


def test_a_paused_monitor_says_nothing_of_the_page() -> None:
    assert read("success", "paused").indicator is Impact.NONE
    assert read("paused").indicator is Impact.UNKNOWN


def test_both_shapes_of_the_list_are_read_and_names_are_html() -> None:
    assert [one.name for one in uptimerobot.parse(body("uptimerobot", "quiet"), SOURCE).components] == [
        "Front (443)",
        "Mail",
    ]
    assert len(uptimerobot.parse(body("uptimerobot", "outage"), SOURCE).components) == 3


def test_it_has_no_incidents_so_their_absence_means_nothing() -> None:
    snapshot = uptimerobot.parse(body("uptimerobot", "outage"), SOURCE)

    assert (snapshot.incidents, snapshot.complete_open_set) == ((), False)


def test_shares_of_uptime_are_no_news() -> None:
    before = body("uptimerobot", "outage")
    after = before.replace(b"34.300", b"34.100").replace(b"2026-03-01", b"2026-03-02")
    down = before.replace(b'"warning", "type"', b'"danger", "type"')

    assert uptimerobot.VOLATILE.sub(b"", before) == uptimerobot.VOLATILE.sub(b"", after)
    assert uptimerobot.VOLATILE.sub(b"", before) != uptimerobot.VOLATILE.sub(b"", down)


@pytest.mark.parametrize(
    ("payload", "complaint"),
    [
        ({}, "no monitors"),
        ({"status": "ok", "psp": {"monitors": []}, "data": []}, "no monitors"),
        ({"status": "ok", "psp": {"monitors": {}}}, "an object instead of a list"),
        ({"data": [{"id": "1", "type": "incident"}]}, r"no usable monitorId at \$\.data\[0\]"),
    ],
)
def test_a_payload_without_monitors_is_refused(payload: object, complaint: str) -> None:
    with pytest.raises(ParseError, match=complaint):
        uptimerobot.parse(json.dumps(payload).encode(), SOURCE)


def test_the_key_is_in_the_address_and_on_a_domain_of_its_own_any_will_do() -> None:
    assert uptimerobot.endpoints(SOURCE) == (LIST,)
    assert uptimerobot.endpoints(replace(SOURCE, url=LIST)) == (LIST,)
    assert uptimerobot.endpoints(OWN) == ("https://status.acme.example/api/getMonitorList/x",)
    assert uptimerobot.beside(LIST) == (f"{LIST}?page=2",)
    assert uptimerobot.beside(f"{LIST}?page=1") == ()
    assert uptimerobot.follow_up(SOURCE, "1") == ()


def test_the_page_for_people_is_linked() -> None:
    for url in (SOURCE.url, LIST):
        assert uptimerobot.parse(body("uptimerobot", "quiet"), replace(SOURCE, url=url)).page_url == SOURCE.url


def test_a_page_that_says_who_made_it_leads_to_its_list() -> None:
    made = '<footer>Status page by <a href="https://uptimerobot.com">UptimeRobot</a></footer>'

    assert uptimerobot.linked(made, OWN) == ("https://status.acme.example/api/getMonitorList/x",)
    assert uptimerobot.linked(f'{made}<script>"/api/getMonitorList/AbCd1234"</script>', OWN) == (
        "https://status.acme.example/api/getMonitorList/AbCd1234",
    )
    assert uptimerobot.linked("<footer>Acme</footer>", OWN) == ()
    assert uptimerobot.HOSTS == ("stats.uptimerobot.com",)
