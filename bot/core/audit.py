"""Who did what, when, from where, and what came of it: what is kept of each deed, and how it is shown."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from bot.core.answers import cut
from bot.core.grammar import spell
from bot.core.linking import Moved
from bot.core.message import Item, Message, Moment, Reply, Span, Tone, line
from bot.core.wanted import Wanted
from bot.model import Asked, Incident

# What requests are called that were made on the board, and not in a chat.
BOARD = "board:"
_LONGEST = 500
_SHOWN_COMMAND = 160
# A name and password in an address, and what follows its question mark.
_IN_ADDRESS = re.compile(r"(?i)\b([a-z][a-z0-9+.-]*://)[^\s/@]*@")
_QUERY = re.compile(r"(?i)\b(https?://[^\s?#<>]+)\?[^\s#<>]+")
# What tokens look like that people paste by mistake: https://docs.slack.dev/authentication/tokens,
# https://docs.github.com/en/authentication/keeping-your-account-and-data-secure/about-authentication-to-github#githubs-token-formats
_TOKEN = re.compile(
    r"\b(?:xox[a-z]-|xapp-|sk-|[sr]k_live_|gh[opsur]_|github_pat_|glpat-|AKIA|ASIA|AIza|eyJ)[\w.-]{8,}"
    r"|(?i:(?:password|passwd|secret|token|api[_-]?key)\s*[=:]\s*)\S+"
)
# What follows the word in a header, and the addresses that are a key themselves.
_BEARER = re.compile(r"(?i)\b(bearer\s+)[\w.~+/=-]{16,}")
_HOOK = re.compile(r"(?i)\b(https://(?:hooks\.slack\.com/[a-z]+|discord(?:app)?\.com/api/(?:v\d+/)?webhooks)/)[^\s<>]+")


class CameOf(StrEnum):
    """What came of it.  FAILED: nothing was changed, for whatever reason."""

    DONE = "done"
    ALREADY = "already"
    DENIED = "denied"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """What somebody did or wanted to do.

    `request` is the platform's name for the request, `channel` and `thread` where it was made, `command` what one would
    type for it, `answer` what they were told if nothing was done.
    """

    at: datetime
    person: str
    name: str
    platform: str
    action: str
    command: str
    request: str = ""
    channel: str = ""
    thread: str = ""
    incident: str = ""
    came_of: CameOf = CameOf.DONE
    answer: str = ""


def deed(asked: Asked, now: datetime, incident: str = "") -> Deed:
    """Return what is kept of a request; `incident` is the one whose thread it was made in."""
    person = asked.person
    return Deed(
        at=now,
        person=person.key,
        name=person.name,
        platform=person.platform,
        action=asked.command.action.value,
        command=cut(without_secrets(spell(asked.command)), _LONGEST),
        request=asked.request,
        channel=asked.address,
        thread=asked.thread.value if asked.thread else "",
        incident=without_secrets(asked.command.incident or incident),
    )


def without_secrets(text: str) -> str:
    """Return words without what may be secret in them: passwords and queries of addresses, tokens."""
    addresses = _QUERY.sub(r"\1?***", _HOOK.sub(r"\1***", _IN_ADDRESS.sub(r"\1***@", text)))
    return _TOKEN.sub("***", _BEARER.sub(r"\1***", addresses))


# Every kind of deed has words of its own for what came of it; these are the same everywhere.
_WORDS = {"done": CameOf.DONE, "already": CameOf.ALREADY, "nothing": CameOf.ALREADY}


def came_of(result: object) -> CameOf | None:
    """Return what came of a deed by what its transaction returned; None if that does not tell.

    A transaction that decides returns its decision, and one that only writes whether, or how much, it wrote.
    """
    word = getattr(_decided(result), "outcome", None) or getattr(_decided(result), "verdict", None)
    if isinstance(word, StrEnum):
        return _WORDS.get(word.value, CameOf.FAILED)
    return CameOf.ALREADY if isinstance(result, int) and result == 0 else None


def concerned(result: object) -> str:
    """Return the incident that a deed was done to, by what its transaction returned; empty if that does not tell."""
    decided = _decided(result)
    found = decided.gets if isinstance(decided, Moved) else getattr(decided, "incident", None)
    return found.id if isinstance(found, Incident) else ""


def _decided(result: object) -> object:
    """Return the decision itself, where more was returned with it."""
    return getattr(result, "acted", result)


def shown(deeds: Sequence[Deed], asked: Wanted, *, more: bool) -> Reply:
    """Return deeds, the newest first; `more` tells whether there are others."""
    if not deeds:
        hint = () if asked == Wanted() else (line("`audit` alone shows the last, whosever they are."),)
        return Reply(message=Message(tone=Tone.NOTICE, headline="No such deed is recorded", parts=hint), aside=True)
    count = "1 deed" if len(deeds) == 1 else f"{len(deeds)} deeds"
    tail = [line("There are more: `audit lead`, `audit openai-01JM3`, `audit since 2d`; in a terminal `sitrep audit`.")]
    parts = (*map(_item, deeds), *(tail if more else ()))
    headline = f"The last {count}" if more else count
    return Reply(message=Message(tone=Tone.NOTICE, headline=headline, parts=parts), aside=True)


def _item(one: Deed) -> Item:
    tone = {CameOf.DENIED: Tone.MAJOR, CameOf.FAILED: Tone.MINOR}.get(one.came_of, Tone.NOTICE)
    spans: tuple[Span, ...] = (f"{cut(one.command, _SHOWN_COMMAND)} · {one.came_of} · ", Moment(one.at))
    where = " · ".join(filter(None, (one.incident, place(one), one.answer and f"“{cut(one.answer, 100)}”")))
    return Item(tone, one.name, spans, (line(where),))


def place(one: Deed) -> str:
    """Say where it was done."""
    if one.request.startswith(BOARD):
        return "board"
    return f"{one.platform}:{one.channel}" if one.channel else one.platform


def as_json(one: Deed) -> dict[str, object]:
    """Return a deed for programs."""
    return {
        "at": one.at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "person": one.person,
        "name": one.name,
        "platform": one.platform,
        "channel": one.channel or None,
        "thread": one.thread or None,
        "incident": one.incident or None,
        "action": one.action,
        "command": one.command,
        "outcome": one.came_of.value,
        "answer": one.answer or None,
        "request": one.request or None,
    }
