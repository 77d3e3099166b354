"""Opsgenie by its Alert API: one alert for each incident, under an alias that stays the same.

    post     create, unless it is a maintenance or over already
    reply    a note at the alert, which rings nobody, as long as the alert is open
    edit     message and description, and the priority; create again when it gets worse; acknowledge, close
    find     the alert by its alias, a note by the mark at its end

Requests are answered with 202 before they are carried out.  That a note found its alert closed is not learned, and
nobody is the worse for it.  https://docs.opsgenie.com/docs/alert-api, …/alert-api-continued, …/response
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from http import HTTPStatus
from urllib.parse import quote

from adapters._alerting import Pager, affected, iso, named, packed, parts, ref, text, title
from adapters._calling import Answered, Call, log
from bot.core.message import Message, fingerprint
from bot.core.paging import Move, Told, Urgency, Wanted, after, alert_of, moves, wanted
from bot.core.strangers import cut
from bot.errors import PermanentFailure, SitrepError
from bot.model import Ref

# Accounts in the EU have another host, https://api.eu.opsgenie.com: https://docs.opsgenie.com/docs/alert-api
API = "https://api.opsgenie.com"
# The limits of https://docs.opsgenie.com/docs/alert-api; those of notes and users are on …/alert-api-continued.
MOST_MESSAGE = 130
MOST_DESCRIPTION = 15_000
MOST_NOTE = 25_000
MOST_ENTITY = 512
MOST_DETAIL = 500
MOST_TAG = 50
MOST_USER = 100
# "limit": at most 100 notes in one answer, the newest first.
_PAGE = 100
_SOURCE = "Sitrep"
_PRIORITIES = {Urgency.CRITICAL: "P1", Urgency.ERROR: "P2", Urgency.WARNING: "P3", Urgency.INFO: "P5"}
# "HTML formatting for the message values is also supported": https://docs.opsgenie.com/docs/alerts-and-alert-fields
_NO_TAGS = str.maketrans({"<": "\u2039", ">": "\u203a"})  # they look alike


class Opsgenie(Pager):
    """One API key for each address."""

    name = "opsgenie"
    api = API
    path = "/v2/alerts"
    key_is = "API key"
    longest = MOST_NOTE - 1_000

    async def reply(self, root: Ref, message: Message, key: str) -> Ref:
        """Add a note to the alert, if it is open."""
        address, alert = parts(root)
        if await self._memory.of(alert) is not None:
            end = f"\n\n{_mark(key)}"
            note = text(message, MOST_NOTE - len(end)).translate(_NO_TAGS) + end
            await self._change(address, alert, "notes", {"note": note})
        return Ref(f"{root.value}|{key}")

    async def find(self, address: str, root: Ref | None, key: str, since: datetime) -> Ref | None:
        """Return the alert, or the note; None also where the key may not read: then it is sent again."""
        del since
        if root is not None:
            address = parts(root)[0]
        alert = alert_of(key) if root is None else parts(root)[1]
        rest = "" if root is None else f"/notes?limit={_PAGE}&order=desc&"
        answered = await self._call(address, "GET", f"/{quote(alert, safe='')}{rest or '?'}identifierType=alias")
        if not answered.is_good:
            self._pass_over(address, answered)
            return None
        if root is None:
            await self._memory.keep(alert, None, _as_it_is(answered))
            return ref(address, alert)
        return Ref(f"{root.value}|{key}") if any(note.endswith(_mark(key)) for note in _notes(answered)) else None

    def _pass_over(self, address: str, answered: Answered) -> None:
        """Raise what an answer means, unless it is that there is nothing, or that we may not look."""
        if answered.status == HTTPStatus.FORBIDDEN:
            log.warning("opsgenie: the API key may not read, so a note may be there twice; give it read access")
        elif answered.status != HTTPStatus.NOT_FOUND:
            self.line.judge(address, answered, self._keys.get(address, ""))

    async def _bring_up_to_date(self, address: str, alert: str, message: Message) -> None:
        told, want = await self._memory.of(alert), wanted(message, self._now())
        words = fingerprint(message)
        todo = moves(told, want)
        for name, body in _changes(told, want, todo, message, words):
            if name == "create":
                await self._create(address, {"alias": alert, **body})
            else:
                await self._change(address, alert, name, body)
        await self._memory.keep(alert, told, after(told, want, todo, words))

    async def _create(self, address: str, body: Mapping[str, object]) -> None:
        answered = await self._call(address, "POST", "", body)
        self.line.judge(address, answered, self._keys[address])

    async def _change(self, address: str, alert: str, what: str, body: Mapping[str, object]) -> None:
        """Do something to an alert; that there is none any more is what somebody wanted who closed it by hand."""
        method = "PUT" if what in {"priority", "message", "description"} else "POST"
        path = f"/{quote(alert, safe='')}/{what}?identifierType=alias"
        answered = await self._call(address, method, path, {"source": _SOURCE, "user": _SOURCE, **body})
        if answered.status == HTTPStatus.FORBIDDEN:
            # New alerts may well be taken: only this one has to wait.
            raise PermanentFailure(f"opsgenie lets us create alerts but not change them ({what}); give the key access")
        if answered.status != HTTPStatus.NOT_FOUND:
            self.line.judge(address, answered, self._keys[address])

    async def _call(self, address: str, method: str, path: str, body: Mapping[str, object] | None = None) -> Answered:
        headers = {"Authorization": f"GenieKey {self._key(address)}", "Content-Type": "application/json"}
        return await self.line.send(Call(self.url + path, None if body is None else packed(body), headers, method))

    async def permitted(self, address: str) -> tuple[bool, str]:
        """Return whether the key is taken, as far as that can be known without an alert."""
        try:
            answered = await self._call(address, "GET", "?limit=1")
            if answered.status == HTTPStatus.FORBIDDEN:
                return True, "the API key is known, but may not read: after a crash a note may be there twice"
            self.line.judge(address, answered, self._keys[address])
        except SitrepError as error:
            return False, str(error)
        return True, "the API key is taken; whether it may create alerts shows only when one is sent"


def _changes(
    told: Told | None, want: Wanted, todo: tuple[Move, ...], message: Message, words: str
) -> Iterator[tuple[str, dict[str, object]]]:
    """Yield what is to be done to an alert, in this order.

    An alias that is open already is only counted once more by a create, so that a rise sets the priority too.
    """
    if Move.RESOLVE in todo:
        yield "close", {}
        return
    if Move.TRIGGER in todo:
        yield "create", _alert(message, want)
    if told is not None and want.urgency is not None:
        if Move.LOWER in todo or Move.TRIGGER in todo:
            yield "priority", {"priority": _PRIORITIES[want.urgency]}
        if told.words != words:
            yield "message", {"message": _title(message)}
            yield "description", {"description": _text(message)}
    if Move.ACKNOWLEDGE in todo:
        yield "acknowledge", {"user": _who(message)}
    if Move.UNACKNOWLEDGE in todo:
        yield "unacknowledge", {}


def _alert(message: Message, want: Wanted) -> dict[str, object]:
    """Return a new alert."""
    incident = message.incident
    found: dict[str, object] = {
        "message": _title(message),
        "description": _text(message),
        "priority": _PRIORITIES[want.urgency or Urgency.INFO],
        "source": _SOURCE,
    }
    if incident is None:
        return found
    details = {
        "incident": incident.id,
        "state": incident.state,
        "impact": incident.impact,
        "since": iso(incident.started_at),
        "affects": affected(incident, MOST_DETAIL),
        "services": named(incident.services, MOST_DETAIL),
    }
    return {
        **found,
        "entity": named([incident.name], MOST_ENTITY).translate(_NO_TAGS),
        "tags": [cut(tag, MOST_TAG) for tag in (incident.vendor, incident.kind)],
        "details": {name: str(value).translate(_NO_TAGS) for name, value in details.items() if value},
    }


def _title(message: Message) -> str:
    return title(message, MOST_MESSAGE).translate(_NO_TAGS)


def _text(message: Message) -> str:
    return text(message, MOST_DESCRIPTION).translate(_NO_TAGS)


def _who(message: Message) -> str:
    acked = message.incident.acked if message.incident else None
    return named([acked.name], MOST_USER) if acked else _SOURCE


def _mark(key: str) -> str:
    """Return what a note ends with, so that it is known again: its key without what the alert is called."""
    return f"(Sitrep {'/'.join(key.split('/')[-2:])})"


def _as_it_is(answered: Answered) -> Told | None:
    """Return what an alert shows that was sent and never recorded; None if it is not open."""
    try:
        row = json.loads(answered.body)["data"]
    except (ValueError, KeyError, TypeError):
        return None
    urgency = next((one for one, name in _PRIORITIES.items() if name == row.get("priority")), Urgency.INFO)
    return None if row.get("status") == "closed" else Told(urgency, bool(row.get("acknowledged")))


def _notes(answered: Answered) -> list[str]:
    try:
        return [str(row["note"]) for row in json.loads(answered.body)["data"]]
    except (ValueError, KeyError, TypeError):
        return []


async def check(pager: Opsgenie, addresses: tuple[str, ...]) -> list[tuple[bool, str]]:
    """Try each key by reading, which rings nobody."""
    found = [(address, await pager.permitted(address)) for address in addresses]
    return [(good, f"{address}: {words}" if address else words) for address, (good, words) in found]
