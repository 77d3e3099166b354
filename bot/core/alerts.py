"""Alerts of a monitoring system, as claims: firing opens, resolved closes, and each comes as often as it likes.

An alert is its series (the fingerprint of its labels) and the time at which it began to fire: never its words.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from bot.core import told
from bot.core.hooks import Alert
from bot.core.memory import Known
from bot.model import Claim, Snapshot, Source

_ENDED = "It no longer fires."
_FORGOTTEN = "It fires anew since then; nobody told its end."


def snapshot_of(source: Source, alerts: Iterable[Alert], left_out: int, now: datetime) -> Snapshot:
    """Return what one call claims.  What it does not mention goes on as it was; how the `gone` ended is not known."""
    claims = {alert: _claim(source, alert, left_out, now) for alert in alerts}
    gone = frozenset(claim.external_id for alert, claim in claims.items() if alert.lost and not alert.fires)
    told_now = tuple(claims.values())
    return Snapshot(vendor=source.vendor, format=source.format, incidents=told_now, gone=gone, taken_at=now)


def _claim(source: Source, alert: Alert, left_out: int, now: datetime) -> Claim:
    begun = min(alert.starts_at, now)
    name = told.identity(alert.series, alert.starts_at)
    claim = told.opened(source, name, begun, title=alert.name, component=alert.component, impact=alert.impact)
    claim = replace(claim, url=alert.url, evidence=f"{alert.name} fires")
    if not alert.fires:
        return told.over(claim, _ENDED, max(begun, min(alert.ends_at or now, now)))
    more = f"\n\n{left_out} more alerts of this group are left out here." if left_out else ""
    return told.said(claim, "fires", f"{alert.name}{': ' if alert.words else ''}{alert.words}{more}", begun)


def heard(known: Known, snapshot: Snapshot) -> Snapshot:
    """Return what of a call is news, after all that was heard before."""
    there = {name: memory.claim for name, memory in known.claims.items()}
    news: dict[str, Claim] = {}
    gone: set[str] = set()
    # In the order of their beginnings; of two that are one, the end comes last.
    for claim in sorted(snapshot.incidents, key=lambda claim: (told.began(claim), not claim.is_open)):
        open_ones = [one for one in there.values() if one.is_open and told.series_of(one) == told.series_of(claim)]
        follows = _fires if claim.is_open else _ends
        for one in follows(claim, there.get(claim.external_id), open_ones, told.taken_at(snapshot)):
            news[one.external_id] = there[one.external_id] = one
            if claim.external_id in snapshot.gone and one.external_id in known.claims:
                gone.add(one.external_id)
    said = tuple(one for name, one in news.items() if name not in gone)
    return replace(snapshot, incidents=said, gone=frozenset(gone))


def _fires(claim: Claim, known: Claim | None, open_ones: list[Claim], at: datetime) -> Iterable[Claim]:
    """A new time of firing ends an earlier one whose end was never told; an older one, come late, begins nothing."""
    if known is not None:
        return [told.repeated(known, claim.evidence, at)] if known.is_open else []
    later = [one for one in open_ones if told.began(one) > told.began(claim)]
    if later:
        return [told.repeated(one, claim.evidence, at) for one in later]
    return [*(told.over(one, _FORGOTTEN, claim.started_at or at) for one in open_ones), claim]


def _ends(claim: Claim, known: Claim | None, open_ones: list[Claim], at: datetime) -> Iterable[Claim]:
    """An end that is told before its beginning is remembered, so that the beginning is no news when it comes."""
    if known is not None:
        return [told.over(known, _ENDED, claim.resolved_at or at)] if known.is_open else []
    end = claim.resolved_at or at
    # The sender may have come to know an earlier beginning: it is the same time of firing.
    meant = [one for one in open_ones if told.began(one) <= end.timestamp()]
    return [*(told.over(one, _ENDED, end) for one in meant), claim]
