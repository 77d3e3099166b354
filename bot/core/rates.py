"""When the error rate that a program of ours counts amounts to trouble, and when to its end."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import blake2b
from math import floor

from bot.core import told
from bot.core.hooks import Hook, Report
from bot.core.memory import Known
from bot.core.slugs import slug
from bot.errors import ParseError
from bot.model import Claim, Snapshot, Source

# From so many percent on it is told that it has become worse, once each: more would be noise.
_BANDS = (50, 90)
# A sender's clock may be this much ahead of ours.
AHEAD = timedelta(minutes=5)
_LONGEST = 20
_WELL = "Calls succeed again: {evidence}."


def verdict(report: Report, hook: Hook, *, failing: bool) -> bool | None:
    """Return whether it is failing after a report; None if that tells nothing, because there were too few calls.

    Between the two thresholds it stays as it was.
    """
    if report.calls < hook.min_calls or not report.calls:
        return None
    percent = 100 * report.failures / report.calls
    return percent > hook.close_below if failing else percent >= hook.open_above


def tells(report: Report, hook: Hook, now: datetime) -> bool:
    """Whether a report says anything: calls enough, and not those of long ago.  ParseError if it is of the future."""
    if report.at > now + AHEAD:
        raise ParseError("$.at is in the future; see to the sender's clock")
    return report.at >= now - hook.expires and verdict(report, hook, failing=True) is not None


def evidence(report: Report) -> str:
    """Write what a report counts: `38 % of 1,200 calls to api.openai.com fail`.  All and none mean just that."""
    percent = 100 * report.failures / report.calls if report.calls else 0
    share = "under 1" if 0 < percent < 1 else str(floor(percent))
    return f"{share} % of {report.calls:,} calls{f' to {report.host}' if report.host else ''} fail"


def series(report: Report) -> str:
    """Return what reports of the same thing have in common; long names that begin alike are not the same."""
    name = slug(report.component or "")
    if len(name) > _LONGEST:
        name = f"{name[: _LONGEST - 9]}-{blake2b(name.encode(errors='replace'), digest_size=4).hexdigest()}"
    return f"rates-{name or 'all'}"


def snapshot_of(source: Source, report: Report, now: datetime) -> Snapshot:
    """Return what a report would claim, if it amounts to trouble."""
    begun = min(report.at - report.window, now)
    title = f"Calls to {report.host} fail" if report.host else "Calls fail"
    claim = told.opened(source, told.identity(series(report), begun), begun, title=title, component=report.component)
    words = evidence(report)
    claim = replace(told.said(claim, _band(report), f"{words}.", min(report.at, now)), evidence=words)
    return Snapshot(vendor=source.vendor, format=source.format, incidents=(claim,), taken_at=now)


def heard(hook: Hook, report: Report, known: Known, snapshot: Snapshot) -> Snapshot:
    """Return what of a report is news, after all that was heard before."""
    (candidate,) = snapshot.incidents
    open_ones = told.standing(known, series(report))
    failing = verdict(report, hook, failing=bool(open_ones))
    return replace(
        snapshot, incidents=tuple(_follows(candidate, open_ones, failing, min(report.at, told.taken_at(snapshot))))
    )


def _follows(candidate: Claim, open_ones: list[Claim], failing: bool | None, at: datetime) -> list[Claim]:  # noqa: FBT001  (what is known of it, not a flag)
    if failing is None:
        return []
    if not failing:
        return [told.over(one, _WELL.format(evidence=candidate.evidence), at) for one in open_ones]
    return [_goes_on(one, candidate, at) for one in open_ones] or [candidate]


def _goes_on(claim: Claim, candidate: Claim, at: datetime) -> Claim:
    claim = told.repeated(claim, candidate.evidence, at)
    (now,) = candidate.updates
    if any(_rank(update.id) >= _rank(now.id) for update in claim.updates):
        return claim
    return replace(told.said(claim, now.id, now.body, at), evidence=candidate.evidence)


def _band(report: Report) -> str:
    percent = 100 * report.failures / report.calls if report.calls else 0
    return next((f"above-{band}" for band in reversed(_BANDS) if percent >= band), "above-0")


def _rank(name: str) -> int:
    """Return from how many percent on a statement was made; -1 if it was about something else."""
    word, _, number = name.partition("-")
    return int(number) if word == "above" else -1
