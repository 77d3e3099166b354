"""Opsgenie: the contract of every platform, on a local Opsgenie, and what is its own."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from adapters.opsgenie import Opsgenie, check
from bot.core import replies, wording
from bot.core.message import Message
from bot.errors import Busy, PermanentFailure, PlatformStopped, TemporaryFailure, UnknownOutcome
from bot.model import Confidence, Evidence, Impact, Kind, Ref, State
from tests.adapters.cases import CASES, ON_IT, OVER, outage, planned
from tests.adapters.contract import SINCE, Fault, PlatformContract
from tests.adapters.fakedesk import Kept
from tests.adapters.leaving import LeaveContract
from tests.adapters.localpagers import API_KEY, LocalOpsgenie, serving
from tests.adapters.onpagers import NOWHERE, OpsgenieStage, at_noon
from tests.unit.build import entry

GOLDEN = Path(__file__).parents[1] / "data" / "opsgenie"
KEY = "acme-1/opsgenie/0/root"
ACKED = {"acked": ON_IT["acked"]}


@pytest.fixture
async def stage() -> AsyncIterator[OpsgenieStage]:
    local = LocalOpsgenie()
    async with serving(local):
        here = OpsgenieStage(local)
        yield here
        await here.close()


class TestOpsgenie(PlatformContract, LeaveContract):
    faults = (
        Fault("too-many", Busy, timedelta(seconds=7)),
        Fault("their-own-trouble", TemporaryFailure),
        Fault("they-are-restarting", TemporaryFailure, timedelta(seconds=7)),
        Fault("not-to-their-mind", PermanentFailure),
        Fault("leads-elsewhere", PermanentFailure),
        Fault("an-unknown-key", PlatformStopped, verbs=("post",)),
        Fault("a-key-without-rights", PlatformStopped, verbs=("post",)),
        Fault("a-key-that-may-only-create", PermanentFailure, verbs=("reply", "edit")),
        Fault("out-of-reach", TemporaryFailure),
    )


def root(**changed: object) -> Message:
    return wording.root(outage(**changed))


def said(words: str, **changed: object) -> Message:
    return replies.reply(entry(2, words, said=State.IDENTIFIED), outage(**changed))


async def told(stage: OpsgenieStage, *roots: Message) -> Ref:
    """Post the first and edit the others."""
    first, *others = roots
    ref = await stage.platform.post("", first, KEY)
    for other in others:
        await stage.platform.edit(ref, other)
    return ref


async def test_an_acknowledgement_in_chat_is_one_at_opsgenie_by_the_same_name(stage: OpsgenieStage) -> None:
    await told(stage, root(), root(**ACKED))

    (page,) = stage.local.pages
    assert page.acked_by == "on-call"


async def test_an_acknowledgement_that_was_taken_back_is_taken_back_there(stage: OpsgenieStage) -> None:
    await told(stage, root(), root(**ACKED), root())

    (page,) = stage.local.pages
    assert page.acked_by == ""
    assert [what for what in stage.local.done if "acknowledge" in what] == ["acknowledge", "unacknowledge"]


async def test_the_end_closes_it_and_a_relapse_rings_again_under_the_same_alias(stage: OpsgenieStage) -> None:
    await told(stage, root(), root(**OVER), root())

    assert [(page.alias, page.status) for page in stage.local.pages] == [
        ("acme-1:opsgenie", "closed"),
        ("acme-1:opsgenie", "open"),
    ]


async def test_the_priority_follows_the_impact_up_and_down(stage: OpsgenieStage) -> None:
    ref = await told(stage, root(impact=Impact.MINOR))
    found = [stage.local.pages[0].row["priority"]]
    for impact in (Impact.CRITICAL, Impact.MAJOR, Impact.NONE):
        await stage.platform.edit(ref, root(impact=impact))
        found.append(stage.local.pages[0].row["priority"])

    assert found == ["P3", "P1", "P2", "P5"]
    assert len(stage.local.rings) == 1


async def test_when_it_gets_worse_whoever_has_closed_it_by_hand_is_rung_again(stage: OpsgenieStage) -> None:
    ref = await told(stage, root(impact=Impact.MINOR))
    stage.local.pages[0].status = "closed"
    await stage.platform.reply(ref, said("We found the cause."), "acme-1/opsgenie/0/2")
    await stage.platform.edit(ref, root(impact=Impact.MINOR, state=State.IDENTIFIED))
    quiet = [page.status for page in stage.local.pages]
    await stage.restarted().edit(ref, root(impact=Impact.CRITICAL))

    assert quiet == ["closed"]
    assert [page.row["priority"] for page in stage.local.pages] == ["P3", "P1"]


async def test_a_lone_witness_is_priority_five_and_not_sure_yet(stage: OpsgenieStage) -> None:
    found = Evidence(confidence=Confidence.LOW, failing=1, asked=3)
    await told(stage, root(kind=Kind.SUSPECTED, state=State.SUSPECTED, evidence=found, latest=None))

    (page,) = stage.local.pages
    assert page.row["priority"] == "P5"
    assert page.row["message"].startswith("Not sure yet: ")


async def test_a_maintenance_rings_nobody_and_leaves_no_note(stage: OpsgenieStage) -> None:
    ref = await told(stage, wording.root(planned()))
    await stage.platform.reply(ref, said("It begins soon."), "acme-1/opsgenie/0/2")

    assert stage.local.requests == []


async def test_what_is_added_when_it_is_over_rings_nobody(stage: OpsgenieStage) -> None:
    ref = await told(stage, root(), root(**OVER))
    await stage.platform.reply(ref, said("The root cause was a lock.", **OVER), "acme-1/opsgenie/0/9")

    assert len(stage.local.rings) == 1
    assert stage.thread(ref) == []


async def test_a_note_whose_answer_was_lost_is_there_once(stage: OpsgenieStage) -> None:
    """As the deliver loop does it: it asks first, and sends again only what is not there."""
    ref = await told(stage, root())
    with stage.local.mute(), pytest.raises(UnknownOutcome):
        await stage.platform.reply(ref, said("We found the cause."), "acme-1/opsgenie/0/2")
    with stage.local.failing(503), pytest.raises(TemporaryFailure):
        await stage.platform.reply(ref, said("It is fixed."), "acme-1/opsgenie/0/12")

    assert await stage.restarted().find("", ref, "acme-1/opsgenie/0/2", SINCE) is not None
    assert await stage.restarted().find("", ref, "acme-1/opsgenie/0/12", SINCE) is None


async def test_what_is_said_after_a_ring_whose_answer_was_lost_is_noted_and_rings_nobody(stage: OpsgenieStage) -> None:
    with stage.local.mute(), pytest.raises(UnknownOutcome):
        await stage.platform.post("", root(), KEY)
    ref = await stage.restarted().find("", None, KEY, SINCE)
    assert ref is not None
    await stage.platform.reply(ref, said("We found the cause."), "acme-1/opsgenie/0/2")
    await stage.platform.edit(ref, root(**ACKED))

    (page,) = stage.local.pages
    assert (page.count, page.acked_by, len(page.notes)) == (1, "on-call", 1)
    assert "Acknowledged by on-call" in page.text


async def test_a_key_that_may_not_read_finds_nothing_and_stops_nothing(stage: OpsgenieStage) -> None:
    ref = await told(stage, root())
    with stage.local.failing(403):
        found = await stage.platform.find("", ref, "acme-1/opsgenie/0/2", SINCE)
    await stage.platform.reply(ref, said("We found the cause."), "acme-1/opsgenie/0/2")

    assert found is None
    assert len(stage.thread(ref)) == 1


async def test_an_address_without_a_key_says_so(stage: OpsgenieStage) -> None:
    with pytest.raises(PermanentFailure, match="opsgenie:nobody has no API key"):
        await stage.platform.post("nobody", root(), "acme-1/opsgenie:nobody/0/root")


async def test_a_live_check_tells_a_good_key_from_a_bad_one_and_rings_nobody(stage: OpsgenieStage) -> None:
    found = []
    for key, url in ((API_KEY, stage.local.url), ("wrong", stage.local.url), (API_KEY, NOWHERE)):
        pager = Opsgenie({"": key}, Kept(), now=at_noon, api_url=url)
        found += await check(pager, ("",))
        await pager.aclose()

    assert [good for good, _ in found] == [True, False, False]
    assert "will not have us (HTTP 401)" in found[1][1]
    assert stage.local.rings == []


@pytest.mark.parametrize("name", CASES)
async def test_it_sends_what_was_reviewed(stage: OpsgenieStage, name: str) -> None:
    """To accept a change, delete the file, run this once more, and look at the difference."""
    reviewed = GOLDEN / f"{name}.json"
    first, *others = CASES[name]
    ref = await stage.platform.post("", first, KEY)
    for number, other in enumerate(others, 2):
        await stage.platform.reply(ref, other, f"acme-1/opsgenie/0/{number}")
    calls = zip(stage.local.requests, stage.local.bodies, strict=True)
    rows = [{"call": f"{request.method} {request.path_qs}", "body": json.loads(body)} for request, body in calls]
    sent = json.dumps(rows, indent=2, ensure_ascii=False) + "\n"
    if not reviewed.exists():
        reviewed.parent.mkdir(exist_ok=True)
        reviewed.write_text(sent, encoding="utf-8")
        pytest.fail(f"{reviewed.name} was not there and is written now: review it")

    assert sent == reviewed.read_text(encoding="utf-8")


def test_every_reviewed_file_has_its_case() -> None:
    assert {path.stem for path in GOLDEN.iterdir()} == set(CASES)
