"""Webhooks: what holds wherever there are threads, on a local receiver, and what is their own."""

from __future__ import annotations

import asyncio
import hmac
import json
import re
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from adapters.webhook import SIGNATURE, Target, Webhook, check
from bot.clock import SystemClock
from bot.core import replies, wording
from bot.errors import Busy, PermanentFailure, PlatformStopped, TemporaryFailure, UnknownOutcome
from bot.model import Impact, State
from tests.adapters.cases import CASES, ON_IT, OVER, outage
from tests.adapters.contract import Fault, SentAgainContract, ThreadContract, message
from tests.adapters.leaving import LeaveContract
from tests.adapters.localpagers import SECRET, Receiver, serving
from tests.adapters.onpagers import NOWHERE, WebhookStage, at_noon
from tests.unit.build import entry

GOLDEN = Path(__file__).parents[1] / "data" / "webhook"
PAGE = Path(__file__).parents[2] / "docs" / "paging.md"
KEY = "acme-1/webhook/0/root"


@pytest.fixture
async def stage() -> AsyncIterator[WebhookStage]:
    local = Receiver()
    async with serving(local):
        here = WebhookStage(local)
        yield here
        await here.close()


class TestWebhook(ThreadContract, SentAgainContract, LeaveContract):
    faults = (
        Fault("too-many", Busy, timedelta(seconds=7)),
        Fault("their-own-trouble", TemporaryFailure),
        Fault("they-are-restarting", TemporaryFailure, timedelta(seconds=7)),
        Fault("not-as-they-want-it", PermanentFailure),
        Fault("leads-elsewhere", PermanentFailure),
        Fault("an-unknown-key", PlatformStopped, verbs=("post",)),
        Fault("a-key-without-rights", PlatformStopped, verbs=("reply",)),
        Fault("gone-for-good", PlatformStopped, verbs=("edit",)),
        Fault("out-of-reach", TemporaryFailure),
    )

    async def test_a_reply_that_is_sent_again_is_there_once(self, stage: WebhookStage) -> None:
        root = await stage.platform.post("", message(), KEY)
        for _ in range(2):
            await stage.restarted().reply(root, message("We found the cause."), "acme-1/webhook/0/2")

        assert len(stage.thread(root)) == 1


async def test_every_event_is_signed_as_it_is_sent(stage: WebhookStage) -> None:
    root = await stage.platform.post("", message(), KEY)
    await stage.platform.edit(root, message("All is well again."))

    for request, body in zip(stage.local.requests, stage.local.bodies, strict=True):
        at, proof = re.fullmatch(r"t=(\d+),v1=([0-9a-f]{64})", request.headers[SIGNATURE]).groups()  # type: ignore[union-attr]  # or it fails here
        assert int(at) == int(at_noon().timestamp())
        assert proof == hmac.new(SECRET.encode(), f"{at}.".encode() + body, sha256).hexdigest()


async def test_each_entry_of_the_timeline_is_told_once_and_in_order(stage: WebhookStage) -> None:
    root = await stage.platform.post("", wording.root(outage()), KEY)
    for seq in (2, 3):
        said = replies.reply(entry(seq, f"Update {seq}.", said=State.IDENTIFIED), outage())
        await stage.platform.reply(root, said, f"acme-1/webhook/0/{seq}")
    late = tuple(entry(seq, f"Update {seq}.") for seq in (4, 5))
    await stage.platform.reply(root, replies.catch_up(late, outage()), "acme-1/webhook/0/4-5")

    told = [(one["seq"], one["text"]) for event in stage.local.events.values() for one in event["entries"]]
    assert told == [(seq, f"Update {seq}.") for seq in (2, 3, 4, 5)]


async def test_how_it_stands_is_told_again_when_it_is_as_it_was_before(stage: WebhookStage) -> None:
    """Acknowledged and taken back: the words are those of the beginning, the event is another one."""
    root = await stage.platform.post("", wording.root(outage(last_seq=1)), KEY)
    for seq, acked in ((2, ON_IT["acked"]), (3, None), (4, ON_IT["acked"]), (5, None)):
        await stage.platform.edit(root, wording.root(outage(acked=acked, last_seq=seq)))

    told = [event["incident"]["acknowledged_by"] for event in stage.local.events.values()]
    assert told == [None, "on-call", None, "on-call", None]


async def test_it_is_told_when_it_is_over(stage: WebhookStage) -> None:
    root = await stage.platform.post("", wording.root(outage()), KEY)
    await stage.platform.edit(root, wording.root(outage(**OVER)))

    last = list(stage.local.events.values())[-1]["incident"]
    assert (last["open"], last["state"], last["worst_impact"]) == (False, State.RESOLVED, Impact.CRITICAL)


async def test_whoever_wants_no_more_is_left_alone_and_others_go_on() -> None:
    local = Receiver()
    async with serving(local):
        targets = {"": Target(f"{local.url}/one", SECRET), "other": Target(f"{local.url}/other", SECRET)}
        webhook = Webhook(targets, now=at_noon)
        with local.failing(410), pytest.raises(PermanentFailure):
            await webhook.post("", message(), KEY)
        with pytest.raises(PermanentFailure):
            await webhook.post("", message(), KEY)
        await webhook.post("other", message(), "acme-1/webhook:other/0/root")
        await webhook.aclose()

        assert [request.path for request in local.requests] == ["/one", "/other"]


async def test_an_address_that_is_not_configured_says_so(stage: WebhookStage) -> None:
    with pytest.raises(PermanentFailure, match="webhook:nobody has no address"):
        await stage.platform.post("nobody", message(), "acme-1/webhook:nobody/0/root")


async def test_a_live_check_sends_no_event(stage: WebhookStage) -> None:
    away = Webhook({"": Target(f"{NOWHERE}/token-in-the-address", SECRET)}, now=at_noon)
    found = [*await check(stage.platform, ("",)), *await check(away, ("",))]
    await away.aclose()

    assert [good for good, _ in found] == [True, False]
    assert stage.local.events == {}
    assert "token-in-the-address" not in str(found)


@pytest.mark.parametrize("name", CASES)
async def test_it_sends_what_was_reviewed(stage: WebhookStage, name: str) -> None:
    """To accept a change, delete the file, run this once more, and look at the difference."""
    reviewed = GOLDEN / f"{name}.json"
    first, *others = CASES[name]
    ref = await stage.platform.post("", first, KEY)
    for number, other in enumerate(others, 2):
        await stage.platform.reply(ref, other, f"acme-1/webhook/0/{number}")
    sent = json.dumps(list(stage.local.events.values()), indent=2, ensure_ascii=False) + "\n"
    # A fingerprint is another one whenever a message has one field more.
    sent = re.sub(r"(root:\d+-)[0-9a-f]{16}", r"\1…", sent)
    if not reviewed.exists():
        reviewed.parent.mkdir(exist_ok=True)
        reviewed.write_text(sent, encoding="utf-8")
        pytest.fail(f"{reviewed.name} was not there and is written now: review it")

    assert sent == reviewed.read_text(encoding="utf-8")


def test_every_reviewed_file_has_its_case() -> None:
    assert {path.stem for path in GOLDEN.iterdir()} == set(CASES)


async def test_the_documentation_shows_every_field(stage: WebhookStage) -> None:
    (shown,) = re.findall(r"```json\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    example = json.loads(shown)
    root = await stage.platform.post("", wording.root(outage()), KEY)
    await stage.platform.reply(root, replies.reply(entry(2, "We found the cause."), outage()), "acme-1/webhook/0/2")
    sent = list(stage.local.events.values())[-1]

    assert _fields(example) == _fields(sent)


def _fields(event: dict[str, object]) -> list[list[str]]:
    incident, entries = event["incident"], event["entries"]
    assert isinstance(incident, dict)
    assert isinstance(entries, list)
    return [list(event), list(incident), list(incident["components"][0]), list(entries[0])]


def free_port() -> int:
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        port: int = door.getsockname()[1]
        return port


@asynccontextmanager
async def documented() -> AsyncIterator[tuple[str, asyncio.StreamReader]]:
    """Run the receiver that the documentation shows, as it stands there."""
    (program,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    port = free_port()
    environment = {"WEBHOOK_SECRET": SECRET, "PORT": str(port)}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        program,
        env=environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    assert process.stdout is not None
    try:
        await _listening(port)
        yield f"http://127.0.0.1:{port}", process.stdout
    finally:
        process.terminate()
        await process.wait()


async def _listening(port: int) -> None:
    for _ in range(500):
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.02)
        else:
            writer.close()
            return
    raise AssertionError("the receiver of the documentation does not listen")


async def test_the_receiver_of_the_documentation_takes_what_is_ours_once() -> None:
    async with documented() as (url, printed):
        webhook = Webhook({"": Target(url, SECRET)}, now=SystemClock().now)
        root = await webhook.post("", message(), KEY)
        for _ in range(2):
            await webhook.reply(root, message(headline="Identified"), "acme-1/webhook/0/2")
        await webhook.edit(root, message("All is well."))
        await webhook.aclose()
        shown = [(await printed.readline()).decode().strip() for _ in range(3)]

    assert shown == ["post Acme: Errors", "reply Identified", "edit Acme: Errors"]


@pytest.mark.parametrize("case", ["another-secret", "an-old-event"])
async def test_the_receiver_of_the_documentation_refuses_what_is_not_ours(case: str) -> None:
    secret = "another" if case == "another-secret" else SECRET
    late = timedelta(seconds=301 if case == "an-old-event" else 0)
    async with documented() as (url, _):
        webhook = Webhook({"": Target(url, secret)}, now=lambda: SystemClock().now() - late)
        with pytest.raises(PermanentFailure, match="HTTP 400"):
            await webhook.post("", message(), KEY)
        await webhook.aclose()


async def test_what_has_changed_before_a_lost_post_is_sent_again_is_no_old_news(stage: WebhookStage) -> None:
    with stage.local.mute(), pytest.raises(UnknownOutcome):
        await stage.platform.post("", wording.root(outage()), KEY)
    await stage.platform.post("", wording.root(outage(impact=Impact.MINOR, last_seq=2)), KEY)

    assert [event["incident"]["impact"] for event in stage.local.events.values()] == ["critical", "minor"]
    assert len(stage.roots()) == 1
