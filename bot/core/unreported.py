"""Since when there is something about an incident that is over and that no report has told."""

from __future__ import annotations

from dataclasses import replace

from bot.model import ChangeKind, Incident, TimelineEntry

# What a vendor adds when it is over: the root cause, as a rule.
_NEWS = frozenset({ChangeKind.POSTMORTEM})
_ELSEWHERE = frozenset({ChangeKind.MERGED, ChangeKind.UNGROUPED})


def reckoned(before: Incident, after: Incident, entry: TimelineEntry) -> Incident:
    """Return an incident after one more entry, with what is to be reported of it.

    What goes on has no report, and what went on as part of another one, or as several, has none of its own.
    """
    if entry.kind is ChangeKind.REPORTED:
        return replace(after, unreported_since=None, reported=entry.seq)
    if after.is_open or after.ending in _ELSEWHERE:
        is_clean = after.unreported_since is None and not after.reported
        return after if is_clean else replace(after, unreported_since=None, reported=0)
    ends = before.is_open or before.ending in _ELSEWHERE
    if ends or (entry.kind in _NEWS and not entry.quiet):
        return replace(after, unreported_since=entry.recorded_at)
    return after
