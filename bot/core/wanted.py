"""Which deeds somebody asks to see: whose, those to which incident, since when."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot.core.lengths import SPAN, span_of
from bot.core.verbs import Verb, is_id, plainly
from bot.model import Command

_LONGEST = 200
# Of what is so long ago nothing is kept.
_LONG_AGO = timedelta(days=3_650)
_MENTION = re.compile(r"<@!?(\w+)(?:\|[^<>]*)?>")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_SINCE = re.compile(r"(?:^|\s)since\s", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is empty asks for nothing.  `who` is a name or an id as a platform has it."""

    who: str = ""
    incident: str = ""
    since: datetime | None = None


def auditing(verb: Verb, rest: str) -> Command:
    """Read which deeds, as it was typed: somebody may be mentioned, and `wanted` makes it out."""
    return Command(action=verb.action, query=" ".join(rest.split())[:_LONGEST])


def wanted(words: str, now: datetime) -> Wanted:
    """Return which are meant: `lead`, `openai-01JM3`, `2d`, `lead openai-01JM3`, `lead since 2026-03-01`."""
    before, _, after = _SINCE.sub("\n", words, count=1).partition("\n")
    since = moment(after, now)
    rest = (words if since is None else before).strip()
    if since is None and (since := moment(rest, now)) is not None:
        return Wanted(since=since)
    who, _, last = rest.rpartition(" ")
    who, incident = (who, last.removeprefix("#")) if is_id(last) else (rest, "")
    mention = _MENTION.fullmatch(who)
    return Wanted(who=mention[1] if mention else who.removeprefix("@"), incident=incident, since=since)


def moment(words: str, now: datetime) -> datetime | None:
    """Return the instant that is meant: so long ago, or the beginning of a day (UTC); None for any other words."""
    text = words.strip().removesuffix("ago").strip()
    span = span_of(text) if SPAN.fullmatch(text) else None
    if span is not None:
        return now - min(span, _LONG_AGO)
    try:
        return datetime.fromisoformat(text).replace(tzinfo=UTC) if _DAY.fullmatch(text) else None
    except ValueError:
        return None


def helping(verb: Verb, rest: str) -> Command:
    """Read which word is to be explained; without one all are shown."""
    return Command(action=verb.action, query=plainly(rest))
