"""Programs of ours call in, over real sockets: who is heard, who is not, and what the team reads of it."""

from __future__ import annotations

import asyncio
import gzip
import json
import logging
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.core.health import Health
from bot.model import Impact, Kind, State
from bot.store import polls, sources
from bot.store.database import Database
from bot.store.tables import HEARD
from bot.web import keys
from tests.databases import opened
from tests.fakes import NOON
from tests.web.world import HOOKS, OPENAI, TOKEN, World, alert, configured, group, listening, rates


@pytest.fixture
async def here(database: Database, tmp_path: Path) -> AsyncIterator[World]:
    async with listening(World(database, configured(tmp_path, HOOKS))) as world:
        yield world


def signed(body: bytes, *, at: float, token: str = TOKEN) -> dict[str, str]:
    stamp = str(int(at))
    return {keys.TIMESTAMP: stamp, keys.SIGNATURE: keys.signature(token, stamp, body)}


async def test_an_alert_becomes_a_suspicion_in_the_console_and_ends_there(here: World) -> None:
    answer = await here.tells("alerts", group(alert()))

    assert (answer.status_code, answer.text) == (200, "ok: 1 heard, 2 new\n")
    incident = await here.one()
    assert (incident.vendor, incident.name, incident.kind) == ("openai", "OpenAI", Kind.SUSPECTED)
    shown = await here.shows()
    assert "OpenAI: Chat Completions is failing" in shown
    assert "HighErrorRate: Too many answers are 5xx" in shown

    await here.tells("alerts", group(alert("resolved")))
    assert "It no longer fires." in await here.shows()
    assert (await here.one()).state is State.RESOLVED
    assert await here.said() == [
        "opened",
        "updated: HighErrorRate: Too many answers are 5xx",
        "resolved: It no longer fires.",
    ]


async def test_an_alert_without_a_vendor_is_an_incident_of_our_own(here: World) -> None:
    labels = {"alertname": "QueueIsLong", "severity": "critical"}

    await here.tells("alerts", group(alert(labels=labels)))

    incident = await here.one()
    assert (incident.kind, incident.impact, incident.vendor) == (Kind.INCIDENT, Impact.CRITICAL, "hook-alerts")
    assert "alerts: QueueIsLong" in await here.shows()


async def test_alerts_of_several_vendors_in_one_group_are_several_incidents(here: World) -> None:
    another = alert(labels={"alertname": "A", "vendor": "Anthropic"}, fingerprint="0000")
    nobody = alert(labels={"alertname": "B", "vendor": "Our Landlord"}, fingerprint="1111")

    await here.tells("alerts", group(alert(), another, nobody))

    assert {(i.vendor, i.name) for i in await here.incidents()} == {
        ("openai", "OpenAI"),
        ("anthropic", "Anthropic"),
        ("our-landlord", "Our Landlord"),
    }


async def test_grafana_tells_of_the_vendor_that_is_configured(here: World) -> None:
    body = group(alert(labels={"alertname": "Slow"}, annotations={"description": "p99 is 40 s"}))
    body |= {"title": "[FIRING:1]", "state": "alerting", "orgId": 1}

    answer = await here.tells("grafana", body)

    assert answer.status_code == 200
    assert "OpenAI: Chat Completions is failing" in await here.shows()
    assert "p99 is 40 s" in here.out.getvalue()


async def test_what_grafana_does_not_measure_any_more_is_not_called_well(here: World) -> None:
    await here.tells("grafana", group(alert()))
    await here.tells("grafana", group(alert("resolved", annotations={"grafana_state_reason": "MissingSeries"})))

    shown = await here.shows()
    assert "grafana tells it no more" in shown
    assert "How it ended is not known; we count it as over." in shown
    assert "Resolved" not in shown


async def test_the_same_twice_changes_nothing(here: World) -> None:
    await here.tells("alerts", group(alert()))
    before = await here.said()

    answer = await here.tells("alerts", group(alert()))

    assert (answer.status_code, answer.text) == (200, "ok: 1 heard, 0 new\n")
    assert await here.said() == before


async def test_a_late_firing_after_the_end_does_not_reopen(here: World) -> None:
    await here.tells("alerts", group(alert()))
    await here.tells("alerts", group(alert("resolved")))

    await here.tells("alerts", group(alert()))

    assert not (await here.one()).is_open


async def test_what_was_left_out_is_said(here: World) -> None:
    await here.tells("alerts", group(alert(), truncated=3))

    assert "3 more alerts of this group are left out here." in await here.shows()


async def test_more_alerts_than_are_taken_in_together_are_all_heard(here: World) -> None:
    some = [(f"{number:04}", {"alertname": f"A{number}"}) for number in range(45)]
    await here.tells("alerts", group(*(alert(fingerprint=series, labels=labels) for series, labels in some)))
    assert sum(incident.is_open for incident in await here.incidents()) == 45

    more = [*some, *((f"{number:04}", {"alertname": "B"}) for number in range(100, 175))]
    over = [alert("resolved", fingerprint=series, labels=labels) for series, labels in reversed(more)]
    answer = await here.tells("alerts", group(*over))

    assert answer.text == "ok: 120 heard, 45 new\n"
    assert not any(incident.is_open for incident in await here.incidents())


async def test_an_alert_that_is_not_repeated_grows_old_is_said_and_is_given_up(here: World) -> None:
    await here.tells("alerts", group(alert()))
    assert await here.passes(29) == 0

    assert await here.passes(1) == 1
    assert (await here.one()).is_open
    assert "It was not told again for 30 min: nobody knows whether it still holds." in await here.shows()

    assert await here.passes(29) == 0
    assert await here.passes(1) == 1
    assert "alerts tells it no more" in await here.shows()
    assert not (await here.one()).is_open
    assert await here.passes(40) == 0


async def test_a_repetition_keeps_it_young(here: World) -> None:
    await here.tells("alerts", group(alert()))
    await here.passes(25)
    await here.tells("alerts", group(alert()))

    assert await here.passes(25) == 0


async def test_what_ended_does_not_grow_old(here: World) -> None:
    await here.tells("alerts", group(alert()))
    await here.tells("alerts", group(alert("resolved")))
    before = await here.said()

    await here.passes(31)

    assert await here.said() == before
    assert await here.passes(31) == 0


async def test_what_could_not_be_heard_is_not_missed(here: World) -> None:
    await here.tells("alerts", group(alert()))
    await here.passes(5)
    before = await here.said()

    here.clock.move(hours=9)
    assert await here.passes(30) == 0
    assert await here.said() == before
    assert await here.passes(1) == 1


async def test_only_one_of_several_instances_sees_to_what_has_expired(here: World, database_url: str) -> None:
    await here.tells("alerts", group(alert()))
    await here.passes(29)
    here.clock.move(minutes=1)
    async with opened(database_url) as other:
        another = World(other, here.configured, here.clock)
        async with listening(another):
            counts = await asyncio.gather(here.expires(), another.expires())

    assert sorted(counts) == [0, 1]
    assert (await here.one()).is_open


async def test_error_rates_open_and_close_with_their_numbers(here: World) -> None:
    assert (await here.tells("gateway", rates())).text == "ok: 1 heard, 2 new\n"
    assert "38 % of 1,200 calls to api.openai.com fail." in await here.shows()
    incident = await here.one()
    assert (incident.name, incident.title) == ("OpenAI", "Chat Completions is failing")
    assert incident.claims[0].evidence == "38 % of 1,200 calls to api.openai.com fail"

    here.clock.move(minutes=5)
    await here.tells("gateway", rates(3, at="2026-03-01T12:05:00Z"))
    assert "Calls succeed again: under 1 % of 1,200 calls to api.openai.com fail." in await here.shows()


async def test_a_count_that_comes_late_or_again_opens_nothing(here: World) -> None:
    here.clock.move(minutes=3)
    await here.tells("gateway", rates(0, at="2026-03-01T12:02:00Z"))

    for _ in range(2):
        assert (await here.tells("gateway", rates(at="2026-03-01T12:01:00Z"))).text == "ok: 1 heard, 0 new\n"
    assert await here.incidents() == ()


async def test_when_reports_stop_coming_that_is_said(here: World) -> None:
    await here.tells("gateway", rates())
    assert await here.passes(10) == 0
    # Too few calls tell nothing: they keep nothing young.
    await here.tells("gateway", rates(0, 3, at="2026-03-01T12:10:00Z"))

    assert await here.passes(5) == 1
    assert "It was not told again for 15 min: nobody knows whether it still holds." in await here.shows()


async def test_of_what_is_told_no_more_nothing_is_kept(here: World) -> None:
    await here.tells("gateway", rates(0))
    await here.tells("alerts", group(alert()))
    for _ in range(4):
        await here.passes(31)

    assert await here.database.read(lambda connection: connection.execute(select(HEARD.c.series)).all()) == []


async def test_a_count_from_the_future_is_refused_and_one_of_long_ago_is_no_news(here: World) -> None:
    ahead = await here.tells("gateway", rates(at="2026-03-01T12:06:00Z"))
    old = await here.tells("gateway", rates(at="2026-03-01T11:40:00Z"))

    assert (ahead.status_code, ahead.text) == (400, "$.at is in the future; see to the sender's clock\n")
    assert (old.status_code, old.text) == (200, "ok: 1 heard, 0 new\n")
    assert await here.incidents() == ()


async def test_a_signed_report_is_heard(here: World) -> None:
    body = json.dumps(rates()).encode()

    answer = await here.tells("gateway", body, token=None, headers=signed(body, at=here.clock.now().timestamp()))

    assert (answer.status_code, answer.text) == (200, "ok: 1 heard, 2 new\n")


async def test_a_signed_request_that_is_repeated_later_is_not_let_in(here: World) -> None:
    body = json.dumps(rates()).encode()
    headers = signed(body, at=here.clock.now().timestamp())
    here.clock.move(minutes=6)

    answer = await here.tells("gateway", body, token=None, headers=headers)

    assert answer.status_code == 401
    assert "older than 5 minutes" in answer.text


@pytest.mark.parametrize(
    "change",
    [
        {keys.SIGNATURE: "v1=" + "0" * 64},
        {keys.SIGNATURE: ""},
        {keys.TIMESTAMP: "1772366401"},
        {keys.TIMESTAMP: "soon"},
        {keys.TIMESTAMP: "9" * 12},
    ],
)
async def test_a_signature_that_is_not_right_is_none(here: World, change: dict[str, str]) -> None:
    body = json.dumps(rates()).encode()
    headers = signed(body, at=here.clock.now().timestamp()) | change

    assert (await here.tells("gateway", body, token=None, headers=headers)).status_code == 401


async def test_a_signature_of_another_body_is_none(here: World) -> None:
    headers = signed(b"{}", at=here.clock.now().timestamp())

    assert (await here.tells("gateway", rates(), token=None, headers=headers)).status_code == 401


async def test_a_signature_does_not_open_a_hook_that_wants_the_token(here: World) -> None:
    body = json.dumps(group(alert())).encode()
    headers = signed(body, at=here.clock.now().timestamp())

    assert (await here.tells("alerts", body, token=None, headers=headers)).status_code == 401


async def test_who_is_not_known_hears_the_same_whatever_is_wrong(here: World) -> None:
    body = json.dumps(rates()).encode()
    wrong = signed(body, at=here.clock.now().timestamp(), token="x" * 20)
    answers = [
        await here.tells("alerts", group(alert()), token=None),
        await here.tells("alerts", group(alert()), token="wrong"),
        await here.tells("nothing", group(alert()), token=TOKEN),
        await here.tells("nothing", group(alert()), token=None),
        await here.tells("gateway", body, token=None, headers=wrong),
        await here.tells("nothing", body, token=None, headers=wrong),
        await here.asks("POST", f"/hooks/alerts?token={TOKEN}", json=group(alert())),
        await here.tells("alerts", group(alert()), token=None, headers={"authorization": f"Basic {TOKEN}"}),
        await here.asks("POST", "/hooks/alerts", json=group(alert()), headers=[(b"authorization", b"Bearer \xfc\xff")]),
    ]

    assert {(answer.status_code, answer.text) for answer in answers} == {
        (401, "not known: the name or the token is wrong, or missing\n")
    }
    assert {answer.headers["www-authenticate"] for answer in answers} == {"Bearer"}
    assert await here.incidents() == ()


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH", "HEAD"])
async def test_another_method_is_refused_for_whatever_name(here: World, method: str) -> None:
    statuses = [(await here.asks(method, f"/hooks/{name}")).status_code for name in ("alerts", "nothing")]

    assert statuses == [405, 405]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "the body is empty"),
        (b"<html>", "the body is not JSON: Expecting value at line 1, column 1"),
        (b"[]", "$ must be an object"),
        (b"{}", "$.alerts must be a list"),
        (b'{"alerts": [7]}', "$.alerts[0] must be an object"),
        (b'{"alerts": [{"status": "on"}]}', '$.alerts[0].status must be "firing" or "resolved"'),
        (b'{"version": "3", "alerts": []}', '$.version is "3"; only "4" can be read'),
        (b"\xff", "the body is not UTF-8 (byte 0)"),
    ],
)
async def test_what_can_not_be_understood_is_refused_with_the_reason(here: World, body: bytes, reason: str) -> None:
    answer = await here.tells("alerts", body)

    assert (answer.status_code, answer.text) == (400, f"{reason}\n")


async def test_a_compressed_body_is_refused(here: World) -> None:
    body = gzip.compress(json.dumps(group(alert())).encode())

    answer = await here.tells("alerts", body, headers={"content-encoding": "gzip"})

    assert (answer.status_code, answer.text) == (415, "the body is compressed; send it as it is\n")


async def test_the_content_type_does_not_matter(here: World) -> None:
    headers = {"content-type": "application/x-www-form-urlencoded"}

    assert (await here.tells("alerts", group(alert()), headers=headers)).status_code == 200


async def test_a_body_that_is_too_long_is_refused_whether_it_says_so_or_not(here: World) -> None:
    async def parts() -> AsyncIterator[bytes]:
        for _ in range(20):
            yield b" " * 100_000

    known = {"authorization": f"Bearer {TOKEN}"}
    plain = await here.tells("alerts", b" " * (1024 * 1024 + 1))
    chunked = await here.asks("POST", "/hooks/alerts", content=parts(), headers=known)

    assert (plain.status_code, plain.text) == (413, "the body is longer than 1,048,576 bytes; send less at once\n")
    assert chunked.status_code == 413
    assert (await here.tells("alerts", b" " * (1024 * 1024))).status_code == 400


async def test_who_calls_too_often_is_told_when_to_come_again_and_nobody_else_suffers(here: World) -> None:
    statuses = [(await here.tells("alerts", group())).status_code for _ in range(61)]

    assert statuses == [200] * 60 + [429]
    refused = await here.tells("alerts", group())
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "1")
    assert (await here.tells("gateway", rates())).status_code == 200
    assert (await here.tells("alerts", group(), token="wrong")).status_code == 401
    here.clock.move(seconds=1)
    assert (await here.tells("alerts", group())).status_code == 200


async def test_a_page_that_has_news_is_read_at_once(here: World) -> None:
    await sources.register(here.database, [OPENAI], here.clock.now())
    (watched,) = await polls.claim_due(here.database, "one", here.clock.now(), limit=9, lease=OPENAI.interval)
    later = here.clock.now() + OPENAI.interval * 10
    look = polls.Look(key=watched.source.key, fence=watched.fence, health=watched.health, due_at=later, page_id="acme1")
    await polls.record(here.database, [look])

    elsewhere = await here.asks("POST", f"/hooks/page?token={TOKEN}", json={"page": {"id": "another"}})
    assert elsewhere.status_code == 200
    assert elsewhere.text.startswith("ok: no page that is watched")
    assert await polls.next_due(here.database, here.clock.now()) == later

    body = {"meta": {"unsubscribe": "…"}, "page": {"id": "acme1", "status_indicator": "major"}, "incident": {}}
    answer = await here.asks("POST", f"/hooks/page?token={TOKEN}", json=body)
    assert (answer.status_code, answer.text) == (200, "ok: pages read at once: 1\n")
    assert await polls.next_due(here.database, here.clock.now()) == here.clock.now()
    assert await here.incidents() == ()


async def test_a_page_that_was_just_read_is_left_alone_for_a_moment(here: World) -> None:
    await sources.register(here.database, [OPENAI], here.clock.now())
    (watched,) = await polls.claim_due(here.database, "one", here.clock.now(), limit=9, lease=OPENAI.interval)
    later = here.clock.now() + OPENAI.interval * 10
    seen = Health(last_try=here.clock.now(), last_look=here.clock.now())
    look = polls.Look(key=watched.source.key, fence=watched.fence, health=seen, due_at=later, page_id="acme1")
    await polls.record(here.database, [look])

    for _ in range(2):
        here.clock.move(seconds=1)
        await here.asks("POST", f"/hooks/page?token={TOKEN}", json={"page": {"id": "acme1"}})

    assert await polls.next_due(here.database, here.clock.now()) == NOON + timedelta(seconds=6)


async def test_a_page_that_has_news_keeps_the_wait_after_a_failure(here: World) -> None:
    await sources.register(here.database, [OPENAI], here.clock.now())
    (watched,) = await polls.claim_due(here.database, "one", here.clock.now(), limit=9, lease=OPENAI.interval)
    later = here.clock.now() + OPENAI.interval * 10
    failing = polls.Look(
        key=watched.source.key,
        fence=watched.fence,
        health=Health(failures=1, failing_since=later),
        due_at=later,
        page_id="acme1",
    )
    await polls.record(here.database, [failing])

    await here.asks("POST", f"/hooks/page?token={TOKEN}", json={"page": {"id": "acme1"}})

    assert await polls.next_due(here.database, here.clock.now()) == later


async def test_no_token_is_ever_logged(here: World, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    await here.tells("alerts", group(alert()))
    await here.tells("alerts", b"{")
    await here.tells("alerts", group(alert()), token="wrong-but-secret-too")
    await here.asks("POST", f"/hooks/page?token={TOKEN}", json={"page": {"id": "acme1"}})
    await here.asks("POST", f"/hooks/page?token={TOKEN}", content=b"{")

    ours = [one.getMessage() for one in caplog.records if not one.name.startswith(("httpx", "httpcore"))]
    assert any("not understood hook=alerts" in line for line in ours)
    assert not any(TOKEN in line or "wrong-but-secret-too" in line for line in ours)
