"""A report for programs: the same facts, times as ISO 8601 in UTC, lengths of time in seconds.

What is not known is null, and beside it stands `<name>_unknown` with the reason.  docs/reports.md has every field.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from bot.core.courses import Pause
from bot.core.message import Line, plain_part
from bot.core.report.known import Checks, Clock, Effect, Facts, FollowUp, Lack, Part, Row
from bot.core.report.markdown import iso
from bot.core.report.spoken import Said, Talk
from bot.core.report.unknown import Unknown
from bot.model import Card, Member

SCHEMA = "sitrep-report/1"

Json = Mapping[str, object]


def as_json(facts: Facts) -> Json:
    """Return a report as values that JSON has."""
    return {
        "schema": SCHEMA,
        "id": facts.id,
        "as_of": iso(facts.as_of),
        "last_looked_at": iso(facts.seen_at) if facts.is_unseen else None,
        "vendor": facts.vendor,
        "name": facts.name,
        "title": facts.title,
        "kind": facts.kind.value,
        "state": facts.state.value,
        "standing": facts.standing,
        "is_open": facts.is_open,
        "impact": facts.impact.value,
        "peak_impact": facts.peak.value,
        "url": facts.url,
        "summary": facts.summary,
        "planned": None if facts.planned is None else {"from": iso(facts.planned[0]), "to": iso(facts.planned[1])},
        "clocks": {"whole": _clock(facts.whole), "ours": _clock(facts.ours), "vendor": _clock(facts.vendors)},
        "seconds_by_impact": {impact.value: _seconds(span) for impact, span in facts.severity},
        "detection": _detection(facts),
        "acknowledgement": _acknowledgement(facts),
        "channels": [
            {"name": c.name, **_of("format", c.format), **_of("url", c.url), "statements": c.statements}
            for c in facts.channels
        ],
        "statements": [_said(said) for said in facts.statements],
        "communication": _talk(facts.talk),
        "root_cause": _cause(facts),
        "statements_after_the_fix": list(facts.measures),
        "effect": _effect(facts.effect),
        "timeline": [_row(row) for row in facts.timeline],
        "deeds": [_row(row) for row in facts.deeds],
        "fallbacks": [{"of": name, "from": iso(at), "to": iso(back)} for name, at, back in facts.switched],
        "told_in": [
            {"destination": t.destination, "how": t.how, "is_told": t.is_told, "url": t.url} for t in facts.told
        ],
        "gaps": [_lack(lack) for lack in facts.lacks],
        "follow_ups": [_follow_up(one) for one in facts.follow_ups],
        "additions": [
            {"section": r.section.value, "author": r.author, "at": iso(r.at), "text": r.text} for r in facts.remarks
        ],
        "members": [_member(one) for one in facts.members],
        "burst": facts.burst or None,
    }


def _seconds(span: timedelta | None) -> float | None:
    return None if span is None else round(span.total_seconds(), 3)


def _of(name: str, value: datetime | timedelta | str | Unknown | None) -> Json:
    """Return a value under its name; if it is not known, nothing, and the reason beside it."""
    if isinstance(value, Unknown):
        return {name: None, f"{name}_unknown": value.reason}
    if isinstance(value, datetime):
        return {name: iso(value)}
    return {name: _seconds(value) if isinstance(value, timedelta) else value}


def _clock(clock: Clock) -> Json:
    return {
        **_of("began_at", clock.began_at),
        "began_by": clock.began_by,
        **_of("ended_at", clock.ended_at),
        "ended_by": clock.ended_by,
        "ended_said_at": iso(clock.ended_said_at),
        "seconds": _seconds(clock.lasted),
        "seconds_without_breaks": _seconds(clock.spent if clock.spent is not None else clock.lasted),
        "goes_on": clock.goes_on,
    }


def _detection(facts: Facts) -> Json:
    one = facts.detection
    return {
        **_of("at", one.at),
        "by": one.by,
        "saw": one.saw,
        "is_own": one.is_own,
        "first_sign_at": iso(one.first_sign),
        "page_then": one.page,
        "sure_at": iso(one.sure_at),
        "sure": one.sure,
    }


def _acknowledgement(facts: Facts) -> Json:
    one = facts.acknowledgement
    return {
        **_of("at", one.at),
        **_of("lag_seconds", one.lag),
        "read_at": iso(one.read_at),
        "dated_from": iso(one.dated_from),
        "title": one.title,
    }


def _said(said: Said) -> Json:
    return {
        "number": said.number,
        "at": iso(said.at),
        "read_at": iso(said.read_at),
        "author": said.author,
        "channel": said.channel,
        "state": said.state.value if said.state else None,
        "text": said.text,
        "edits": [{"seen_at": iso(edit.seen_at), "before": edit.before} for edit in said.edits],
        "retracted_at": iso(said.retracted_at),
        "is_late": said.is_late,
        "about": said.of or None,
    }


def _pause(pause: Pause | None) -> Json | None:
    if pause is None:
        return None
    return {"from": iso(pause.began_at), "to": iso(pause.ended_at), "seconds": _seconds(pause.span)}


def _talk(one: Talk) -> Json:
    longest = one.longest
    why = {"longest_silence_unknown": longest.reason} if isinstance(longest, Unknown) else {}
    return {
        "statements": one.statements,
        "updates_without_text": one.wordless,
        **_of("cadence_seconds", one.cadence),
        "longest_silence": None if isinstance(longest, Unknown) else _pause(longest),
        **why,
        "silent_since": _pause(one.running),
        "silent_until_it_vanished": _pause(one.vanished),
        "late_promises": [{"promised_for": iso(at), "found_at": iso(found)} for at, found in one.late_promises],
        "all_clears": [{"at": iso(clear.at), "is_false": clear.is_false} for clear in one.all_clears],
        "edited": one.edited,
        "retracted": one.retracted,
        "dated_back_seconds": _seconds(one.backdated),
    }


def _cause(facts: Facts) -> Json:
    one = facts.cause
    return {
        **_of("published_at", one.at),
        "statements": list(one.statements),
        "seconds_after_the_end": _seconds(one.after),
        "other_statements_after_the_end": list(one.late),
    }


def _effect(one: Effect) -> Json:
    return {
        "components": [_part(part) for part in one.parts],
        "components_unknown": one.why_no_parts or None,
        "services": list(one.services),
        "cards": [_card(card) for card in one.cards],
        "people_affected": one.affected,
        "people_for_whom_it_works": one.works,
        "checks": [_checks(checks) for checks in one.checks],
        "checks_unknown": one.why_no_checks or None,
    }


def _part(part: Part) -> Json:
    return {
        "name": part.name,
        "worst": part.worst.value,
        "last": part.last.value,
        "first_seen_at": iso(part.since),
        "named_by": part.by,
    }


def _card(card: Card) -> Json:
    return {"name": card.name, "owner": card.owner, "runbook": card.runbook, "fallback": card.fallback}


def _checks(one: Checks) -> Json:
    return {
        "probe": one.name,
        "checks": one.checks,
        "failures": one.failures,
        "slow": one.slow,
        "slowest_pass_seconds": _seconds(one.slowest),
        "by_the_hour": one.by_the_hour,
    }


def _row(row: Row) -> Json:
    return {
        "at": iso(row.at),
        "known_at": iso(row.known_at),
        "seq": row.seq,
        "who": row.speaker.value,
        "source": row.source,
        "what": row.what,
        "details": [plain_part(Line(spans)) for spans in row.details],
        "text": row.text,
        "statement": row.statement,
    }


def _lack(one: Lack) -> Json:
    return {"what": one.what, "from": iso(one.began_at), "to": iso(one.ended_at), "reason": one.reason or None}


def _follow_up(one: FollowUp) -> Json:
    return {
        "text": one.text,
        "number": one.number,
        "author": one.author or None,
        "at": iso(one.at),
        "is_open": one.is_open,
        "done_by": one.done_by or None,
        "done_at": iso(one.done_at),
    }


def _member(one: Member) -> Json:
    return {
        "id": one.id,
        "vendor": one.vendor,
        "name": one.name,
        "title": one.title,
        "state": one.state.value,
        "peak_impact": one.peak.value,
        "started_at": iso(one.started_at),
        "resolved_at": iso(one.resolved_at),
    }
