"""What comes to `/slack/events` is Slack's and of just now, or nothing."""

from __future__ import annotations

import logging
from urllib.parse import urlencode

import pytest

from tests.adapters.test_slack_listen import Scene, by_http
from tests.localslack.signed import FORM, Signed

COMMAND = {
    "command": "/status",
    "text": "acme",
    "user_id": "U0READER",
    "user_name": "reader",
    "team_id": "T0LOCAL",
    "trigger_id": "123.456.abc",
    "response_url": "https://slack.invalid/respond",
}


def signed(at: Scene) -> Signed:
    http = at.slack.carrier
    assert isinstance(http, Signed)
    return http


def body(at: Scene) -> bytes:
    return urlencode({**COMMAND, "channel_id": at.ops.id}).encode()


async def test_what_is_sent_again_is_the_same_request_to_the_desk() -> None:
    """Within the five minutes in which a signature is good, a copy is let in; the desk does the same request once."""
    async with by_http() as at:
        statuses = [(await signed(at).sends(body(at), FORM)).status for _ in range(2)]
        await at.until(lambda: len(at.desk.requests) == 2)

        assert statuses == [200, 200]
        assert at.desk.requests[0] == at.desk.requests[1] != ""


@pytest.mark.parametrize("age", [302, -302])
async def test_what_was_signed_long_ago_or_will_be_is_not_let_in(age: float) -> None:
    async with by_http() as at:
        assert (await signed(at).sends(body(at), FORM, age=age)).status == 401
        assert (await signed(at).sends(body(at), FORM, secret="another")).status == 401
        assert at.desk.requests == []


@pytest.mark.parametrize("headers", [{"X-Slack-Request-Timestamp": "now"}, {"X-Slack-Request-Timestamp": "²"}, {}])
async def test_what_can_not_be_read_is_refused_and_fills_no_log(
    headers: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with by_http() as at:
        answer = await signed(at).sends(b"\xff\xfe", FORM, headers=headers)

        assert answer.status in {400, 401}
        assert at.desk.requests == []
        assert "Traceback" not in caplog.text


UNSIGNED = [b"{", b"[]", b"null", b"payload=1", b"payload=%7B", b"[" * 5_000, b"command=%2Fstatus"]


@pytest.mark.parametrize("body", UNSIGNED)
@pytest.mark.parametrize("kind", [FORM, "application/json"])
async def test_what_nobody_has_signed_is_not_even_taken_apart(
    body: bytes, kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with by_http() as at:
        answers = [
            await signed(at).sends(body, kind, secret="another"),
            await signed(at).sends(body, kind, headers={"X-Slack-Request-Timestamp": "9" * 400}),
            await signed(at).sends(body, kind, headers={"X-Slack-Signature": "v0=\xff"}),
        ]

        assert [answer.status for answer in answers] == [401, 401, 401]
        assert at.desk.requests == []
        assert "Traceback" not in caplog.text
