"""PagerDuty: what holds wherever something can be told, on a local PagerDuty, and what is its own."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from adapters.pagerduty import PagerDuty, check
from bot.core import replies, wording
from bot.core.message import Message
from bot.errors import Busy, PermanentFailure, PlatformStopped, TemporaryFailure
from bot.model import ChangeKind, Confidence, Evidence, Impact, Kind, Mute, Ref, State
from tests.adapters.cases import CASES, ON_IT, OVER, by_on_call, outage, planned
from tests.adapters.contract import Fault, PostContract, SentAgainContract
from tests.adapters.fakedesk import Kept
from tests.adapters.leaving import LeaveContract
from tests.adapters.localpagers import ROUTING_KEY, LocalPagerDuty, serving
from tests.adapters.onpagers import NOWHERE, PagerDutyStage, at_noon
from tests.unit.build import at, entry

GOLDEN = Path(__file__).parents[1] / "data" / "pagerduty"
KEY = "acme-1/pagerduty/0/root"
ACKED = {"acked": ON_IT["acked"]}


@pytest.fixture
async def stage() -> AsyncIterator[PagerDutyStage]:
    local = LocalPagerDuty()
    async with serving(local):
        here = PagerDutyStage(local)
        yield here
        await here.close()


class TestPagerDuty(PostContract, SentAgainContract, LeaveContract):
    told_by = ("post",)
    faults = (
        Fault("too-many", Busy, timedelta(seconds=7), ("post",)),
        Fault("their-own-trouble", TemporaryFailure, verbs=("post",)),
        Fault("they-are-restarting", TemporaryFailure, timedelta(seconds=7), ("post",)),
        Fault("not-as-they-want-it", PermanentFailure, verbs=("post",)),
        Fault("leads-elsewhere", PermanentFailure, verbs=("post",)),
        Fault("an-unknown-key", PlatformStopped, verbs=("post",)),
        Fault("a-key-without-rights", PlatformStopped, verbs=("post",)),
        Fault("out-of-reach", TemporaryFailure, verbs=("post",)),
    )


def actions(stage: PagerDutyStage) -> list[str]:
    return [event["event_action"] for event in stage.local.events]


async def told(stage: PagerDutyStage, *roots: Message) -> Ref:
    """Post the first and edit the others."""
    first, *others = roots
    ref = await stage.platform.post("", first, KEY)
    for other in others:
        await stage.platform.edit(ref, other)
    return ref


def root(**changed: object) -> Message:
    return wording.root(outage(**changed))


async def test_an_acknowledgement_in_chat_is_one_at_pagerduty(stage: PagerDutyStage) -> None:
    await told(stage, root(), root(**ACKED), root(**ACKED, title="Renamed"))

    assert actions(stage) == ["trigger", "acknowledge"]
    assert [alert.status for alert in stage.local.alerts] == ["acknowledged"]


async def test_who_is_rung_last_is_told_that_somebody_has_it_already(stage: PagerDutyStage) -> None:
    await told(stage, root(**ACKED))

    assert actions(stage) == ["trigger", "acknowledge"]


async def test_an_acknowledgement_that_was_taken_back_and_given_again_is_told_again(stage: PagerDutyStage) -> None:
    await told(stage, root(), root(**ACKED), root(), root(**ACKED))

    assert actions(stage) == ["trigger", "acknowledge", "acknowledge"]


async def test_the_end_resolves_it(stage: PagerDutyStage) -> None:
    await told(stage, root(), root(**OVER))

    assert [alert.status for alert in stage.local.alerts] == ["resolved"]
    assert stage.kept.bodies == {}


async def test_a_relapse_rings_again_under_the_same_key(stage: PagerDutyStage) -> None:
    await told(stage, root(), root(**OVER), root())

    assert [alert.status for alert in stage.local.alerts] == ["resolved", "triggered"]
    assert {alert.dedup_key for alert in stage.local.alerts} == {"acme-1:pagerduty"}


async def test_an_acknowledgement_that_crosses_the_end_never_reopens(stage: PagerDutyStage) -> None:
    await told(stage, root(), root(**OVER, **ACKED))

    assert [alert.status for alert in stage.local.alerts] == ["resolved"]


async def test_a_root_that_replaces_another_is_the_same_alert(stage: PagerDutyStage) -> None:
    first = await stage.platform.post("", root(), "acme-1/pagerduty/0/root")
    second = await stage.platform.post("", root(), "acme-1/pagerduty/1/root", first)

    assert first == second
    assert actions(stage) == ["trigger"]


async def test_a_routine_update_rings_nobody_even_if_somebody_has_resolved_it_by_hand(stage: PagerDutyStage) -> None:
    ref = await told(stage, root())
    stage.local.by_hand("resolved")
    said = replies.reply(entry(2, "We found the cause.", said=State.IDENTIFIED), outage())
    await stage.platform.reply(ref, said, "acme-1/pagerduty/0/2")
    await stage.platform.edit(ref, root(state=State.IDENTIFIED))
    await stage.restarted().edit(ref, root(state=State.MONITORING))

    assert len(stage.local.rings) == 1


async def test_when_it_gets_worse_whoever_has_resolved_it_by_hand_is_rung_again(stage: PagerDutyStage) -> None:
    ref = await told(stage, root(impact=Impact.MINOR))
    stage.local.by_hand("resolved")
    await stage.restarted().edit(ref, root(impact=Impact.CRITICAL))

    severities = [alert.events[0]["payload"]["severity"] for alert in stage.local.alerts]
    assert severities == ["warning", "critical"]


async def test_a_rise_of_an_alert_that_is_open_is_one_more_event_of_it(stage: PagerDutyStage) -> None:
    await told(stage, root(impact=Impact.MINOR), root(impact=Impact.MAJOR))

    (alert,) = stage.local.alerts
    assert [event["payload"]["severity"] for event in alert.events] == ["warning", "error"]
    assert len(stage.local.rings) == 1


async def test_when_it_gets_better_nothing_is_sent(stage: PagerDutyStage) -> None:
    await told(stage, root(), root(impact=Impact.MINOR))

    assert actions(stage) == ["trigger"]


@pytest.mark.parametrize(
    ("impact", "severity"),
    [
        (Impact.CRITICAL, "critical"),
        (Impact.MAJOR, "error"),
        (Impact.MINOR, "warning"),
        (Impact.NONE, "info"),
        (Impact.UNKNOWN, "info"),
    ],
)
async def test_each_impact_has_its_severity(stage: PagerDutyStage, impact: Impact, severity: str) -> None:
    await told(stage, root(impact=impact))

    assert stage.local.events[0]["payload"]["severity"] == severity


def suspicion(confidence: Confidence) -> Message:
    found = Evidence(confidence=confidence, failing=1, asked=3)
    return root(kind=Kind.SUSPECTED, state=State.SUSPECTED, evidence=found, latest=None)


async def test_what_a_lone_witness_sees_says_that_it_is_not_sure_and_is_only_for_information(
    stage: PagerDutyStage,
) -> None:
    await told(stage, suspicion(Confidence.LOW), suspicion(Confidence.HIGH))

    shown = [(event["payload"]["severity"], event["payload"]["summary"]) for event in stage.local.events]
    assert shown == [("info", "Not sure yet: Acme: Errors on the API"), ("critical", "Acme: Errors on the API")]


async def test_a_maintenance_rings_nobody_until_something_goes_wrong_with_it(stage: PagerDutyStage) -> None:
    await told(stage, wording.root(planned()))
    before = list(stage.local.rings)
    ref = Ref("|acme-1:pagerduty")
    await stage.platform.edit(ref, wording.root(replace(planned(), state=State.IN_PROGRESS, impact=Impact.MAJOR)))

    assert before == []
    assert len(stage.local.rings) == 1


async def test_what_was_over_before_it_could_be_told_rings_nobody(stage: PagerDutyStage) -> None:
    await told(stage, root(**OVER))

    assert stage.local.rings == []


async def test_what_is_muted_rings_only_when_it_becomes_critical(stage: PagerDutyStage) -> None:
    muted = {"muted": Mute(person="slack:U1", name="on-call", at=at(1))}
    await told(stage, root(impact=Impact.MINOR), root(impact=Impact.MAJOR, **muted))
    quiet = actions(stage)
    await stage.platform.edit(Ref("|acme-1:pagerduty"), root(impact=Impact.CRITICAL, **muted))

    assert quiet == ["trigger"]
    assert actions(stage) == ["trigger", "trigger"]


async def test_a_rise_that_a_mute_held_back_is_told_when_the_mute_is_over(stage: PagerDutyStage) -> None:
    muted = {"muted": Mute(person="slack:U1", name="on-call", at=at(1))}
    await told(stage, root(impact=Impact.MINOR), root(impact=Impact.MAJOR, **muted), root(impact=Impact.MAJOR))

    assert [event["payload"]["severity"] for event in stage.local.events] == ["warning", "error"]


async def test_a_crash_after_a_ring_and_before_its_record_leaves_no_alert_open(stage: PagerDutyStage) -> None:
    await told(stage, root())
    stage.kept.bodies.clear()
    await stage.restarted().post("", root(**OVER), KEY)

    assert [alert.status for alert in stage.local.alerts] == ["resolved"]


async def test_a_key_that_is_refused_stops_only_itself() -> None:
    local = LocalPagerDuty()
    async with serving(local):
        pager = PagerDuty({"": "x" * 32, "platform": ROUTING_KEY}, Kept(), now=at_noon, api_url=local.url)
        with local.failing(403), pytest.raises(PermanentFailure) as caught:
            await pager.post("", root(), "acme-1/pagerduty/0/root")
        await pager.post("platform", root(), "acme-1/pagerduty:platform/0/root")

        assert type(caught.value) is PermanentFailure
        assert "pagerduty will not have us" in pager.line.condition()
        assert len(local.rings) == 1
        await pager.aclose()


async def test_a_key_that_was_refused_is_not_tried_again(stage: PagerDutyStage) -> None:
    with stage.local.failing(401), pytest.raises(PlatformStopped):
        await stage.platform.post("", root(), KEY)
    with pytest.raises(PlatformStopped, match="will not have us"):
        await stage.platform.post("", root(), KEY)

    assert len(stage.local.requests) == 1


async def test_what_pagerduty_says_is_wrong_is_told_without_the_key(stage: PagerDutyStage) -> None:
    pager = PagerDuty({"": "k" * 32}, Kept(), now=at_noon, api_url=stage.local.url)
    with pytest.raises(PermanentFailure, match=r"Event object is invalid.*Invalid routing key \*\*\*"):
        await pager.post("", root(), KEY)
    await pager.aclose()


async def test_an_address_without_a_key_says_so(stage: PagerDutyStage) -> None:
    with pytest.raises(PermanentFailure, match="pagerduty:nobody has no routing key"):
        await stage.platform.post("nobody", root(), "acme-1/pagerduty:nobody/0/root")


async def test_a_live_check_rings_nobody(stage: PagerDutyStage) -> None:
    here = await check(stage.platform)
    there = PagerDuty({"": ROUTING_KEY}, Kept(), now=at_noon, api_url=NOWHERE)
    gone = await check(there)
    await there.aclose()

    assert [good for good, _ in (*here, *gone)] == [True, False]
    assert stage.local.rings == []
    assert ROUTING_KEY not in f"{here} {stage.local.bodies}"


@pytest.mark.parametrize("name", CASES)
async def test_it_sends_what_was_reviewed(stage: PagerDutyStage, name: str) -> None:
    """To accept a change, delete the file, run this once more, and look at the difference."""
    reviewed = GOLDEN / f"{name}.json"
    first, *others = CASES[name]
    ref = await stage.platform.post("", first, KEY)
    for number, other in enumerate(others, 2):
        await stage.platform.reply(ref, other, f"acme-1/pagerduty/0/{number}")
    sent = json.dumps(stage.local.events, indent=2, ensure_ascii=False).replace(ROUTING_KEY, "***") + "\n"
    if not reviewed.exists():
        reviewed.parent.mkdir(exist_ok=True)
        reviewed.write_text(sent, encoding="utf-8")
        pytest.fail(f"{reviewed.name} was not there and is written now: review it")

    assert sent == reviewed.read_text(encoding="utf-8")


def test_every_reviewed_file_has_its_case() -> None:
    assert {path.stem for path in GOLDEN.iterdir()} == set(CASES)


async def test_a_note_of_ours_is_no_ring_either(stage: PagerDutyStage) -> None:
    ref = await told(stage, root())
    await stage.platform.reply(ref, replies.reply(by_on_call(3, ChangeKind.NOTED, "Fell back."), outage()), "k/0/3")

    assert len(stage.local.events) == 1
