"""What a probe's results make of it: its state from one check to the next, when to check again, what it says."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from math import floor

from bot.core import baseline, flapping
from bot.core.baseline import Baseline
from bot.core.confirm import Streak, Threshold, confirm
from bot.core.flapping import Flaps
from bot.core.windows import Window
from bot.model import (
    Claim,
    Component,
    ComponentStatus,
    Fault,
    Impact,
    Kind,
    ProbeResult,
    Snapshot,
    Source,
    State,
    Update,
)

_EVIDENCE = 60
_FLAPPING, _OVER = "flapping", "over"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """How results are judged.  `slow` is how many times the usual is too slow; None: it does not matter."""

    interval: timedelta
    recheck: timedelta = timedelta(seconds=5)
    fail_after: int = 3
    pass_after: int = 2
    impact: Impact = Impact.MINOR
    slow: float | None = None

    @property
    def threshold(self) -> Threshold:
        """Return what confirms; a few checks that are missing do not end a row."""
        return Threshold(self.fail_after, self.pass_after, max(timedelta(minutes=5), self.interval * 3))


@dataclass(frozen=True, slots=True)
class Said:
    """One thing that was said of a trouble; `id` is the class of failure."""

    id: str
    body: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """What is told of a trouble: since when, why, and how it ended.

    Of each class of failure it is said once what it is, in the words of the first time.
    """

    since: datetime
    said: tuple[Said, ...]
    evidence: str
    until: datetime | None = None

    @property
    def is_open(self) -> bool:
        """Whether it goes on."""
        return self.until is None

    @property
    def is_only_slow(self) -> bool:
        """Whether answers come, though late."""
        return all(one.id in {Fault.SLOW, _FLAPPING, _OVER} for one in self.said)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeState:
    """All that is remembered of a probe; `of` is what it checks: how long another target took says nothing.

    `resting` names the maintenance of our own that it is in, until `rests_until`.
    """

    of: str = ""
    streak: Streak = field(default_factory=Streak)
    trouble: Trouble | None = None
    flaps: Flaps = field(default_factory=Flaps)
    usual: Baseline = field(default_factory=Baseline)
    latencies: tuple[float, ...] = ()
    last: ProbeResult | None = None
    resting: str = ""
    rests_until: datetime | None = None


def advance(state: ProbeState, result: ProbeResult, rule: Rule, resting: tuple[Window, datetime] | None) -> ProbeState:
    """Return the state after one more result.

    In a maintenance of our own (`resting`, and its end) nothing opens, and nothing that is open ends.
    """
    if resting is not None:
        window, end = resting
        calm = replace(state.streak, failures=0, passes=0, first_failure=None, first_pass=None, alike=0, at=result.at)
        return replace(state, last=result, streak=calm, resting=window.name, rests_until=end)
    state = replace(state, resting="", rests_until=None)
    state, result = _timed(state, result, rule)
    streak = confirm(state.streak, result, rule.threshold)
    return _told(replace(state, last=result, streak=streak), state.streak, rule)


def _timed(state: ProbeState, result: ProbeResult, rule: Rule) -> tuple[ProbeState, ProbeResult]:
    """Return what the time that an answer took adds to a pass, or makes of it."""
    if not result.ok or result.latency is None:
        return state, result
    latencies = baseline.kept(state.latencies, result.latency)
    most = None if rule.slow is None else baseline.limit(state.usual, rule.slow, result.at)
    # What is slow is not what is usual.
    fine = most is None or result.latency.total_seconds() <= most
    usual = baseline.learnt(state.usual, result.latency, result.at) if fine else state.usual
    after = replace(state, latencies=latencies, usual=usual)
    slow = None if rule.slow is None else baseline.slow(state.usual, latencies, rule.slow, result.at)
    if slow is None:
        return after, result
    now, usually = baseline.seconds(slow.now), baseline.seconds(slow.usual)
    return after, replace(result, ok=False, fault=Fault.SLOW, reason=f"answers in {now}, usually {usually}")


def _told(state: ProbeState, before: Streak, rule: Rule) -> ProbeState:
    """Return the state with what there is to tell of it."""
    streak, trouble = state.streak, state.trouble
    if streak.since is not None and streak.is_failing and streak.since != before.since:
        return _opened(state, streak.since)
    if trouble is None or not trouble.is_open:
        return state
    if streak.is_failing:
        return replace(state, trouble=_otherwise(trouble, streak, rule))
    if not state.flaps.is_flapping:
        return replace(state, trouble=replace(trouble, until=streak.until))
    if streak.at is None or streak.until is None or not flapping.is_over(state.flaps, streak, streak.at):
        return state
    last = Said(_OVER, flapping.last_words(state.flaps, streak.until), streak.until)
    return replace(state, trouble=replace(trouble, until=streak.until, said=(*trouble.said, last)), flaps=Flaps())


def _opened(state: ProbeState, since: datetime) -> ProbeState:
    streak, flaps = state.streak, flapping.begun(state.flaps, since)
    if state.trouble is not None and state.trouble.is_open:
        return replace(state, flaps=flaps)
    said = [Said(_class(streak), _sentence(streak.reason), since)]
    if flaps.is_flapping:
        said.append(Said(_FLAPPING, flapping.words(flaps, streak.at or since), streak.at or since))
    trouble = Trouble(since=since, said=tuple(said), evidence=_evidence(streak))
    return replace(state, trouble=trouble, flaps=flaps)


def _otherwise(trouble: Trouble, streak: Streak, rule: Rule) -> Trouble:
    """Return the trouble with another class of failure, once that is confirmed too.

    What opened it stays its first reason: other words at each failure would be told as edits of it.
    """
    if streak.alike < rule.fail_after or _class(streak) in {one.id for one in trouble.said}:
        return trouble
    more = Said(_class(streak), _sentence(streak.reason), streak.at or trouble.since)
    return replace(trouble, said=(*trouble.said, more), evidence=_evidence(streak))


def _class(streak: Streak) -> str:
    return streak.fault.value if streak.fault else "failed"


def _sentence(reason: str) -> str:
    return f"{reason[:1].upper()}{reason[1:]}" if reason else "It fails."


def _evidence(streak: Streak) -> str:
    reason = streak.reason or "fails"
    if streak.fault is Fault.SLOW:
        reason = f"slow: {reason.removeprefix('answers in ')}"
    head = reason[: _EVIDENCE - 1].rpartition(" ")[0] or reason[: _EVIDENCE - 1]
    return reason if len(reason) <= _EVIDENCE else f"{head}…"


def let_go(state: ProbeState, now: datetime) -> ProbeState:
    """Return the state of a probe that will not be checked any more: what is open is over, as far as we know."""
    trouble = state.trouble
    if trouble is None or not trouble.is_open:
        return state
    last = Said(_OVER, "It is not checked any more: how it went on is not known.", now)
    return replace(state, trouble=replace(trouble, until=now, said=(*trouble.said, last)))


def next_check(state: ProbeState, rule: Rule, due: datetime, now: datetime) -> datetime:
    """Return when to check again: at a fixed rate, what was missed is not made up for.

    While it is not sure whether a trouble begins or ends, it is soon.
    """
    can_tell = state.last is None or not state.last.is_ours
    if state.streak.is_open_question and can_tell and not state.resting:
        return now + rule.recheck
    slots = max(floor((now - due) / rule.interval), 0) + 1
    return due + slots * rule.interval


def snapshot_of(source: Source, state: ProbeState, rule: Rule, at: datetime) -> Snapshot:
    """Return what a probe says, in the same shape as a vendor's feed: so there is one diff and one path."""
    return Snapshot(
        vendor=source.vendor,
        format=source.format,
        incidents=(_claim(source, state.trouble, rule),) if state.trouble else (),
        complete_open_set=True,
        taken_at=at,
    )


def _claim(source: Source, trouble: Trouble, rule: Rule) -> Claim:
    accuses = bool(source.vendor_name)
    going_on = State.SUSPECTED if accuses else State.INVESTIGATING
    what = source.components[0] if source.components else source.whose
    part = (Component(source.key, source.components[0], ComponentStatus.UNKNOWN),) if source.components else ()
    # The claims of one vendor's probes must not be taken for each other: the key is in the id.
    name = source.key.partition(":")[2] or source.key
    return Claim(
        external_id=f"{name}-{trouble.since:%Y%m%dT%H%M%S}",
        title=f"{what} is {'slow' if trouble.is_only_slow else 'failing'}",
        state=going_on if trouble.is_open else State.RESOLVED,
        impact=Impact.MINOR if trouble.is_only_slow else rule.impact,
        kind=Kind.SUSPECTED if accuses else Kind.INCIDENT,
        components=part,
        updates=tuple(
            Update(one.id, State.RESOLVED if one.id == _OVER else going_on, one.body, one.at) for one in trouble.said
        ),
        started_at=trouble.since,
        published_at=trouble.since,
        resolved_at=trouble.until,
        evidence=trouble.evidence,
    )
