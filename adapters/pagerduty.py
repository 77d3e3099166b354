"""PagerDuty by its Events API v2: an alert is triggered, acknowledged and resolved, always under the same key.

    post     trigger, unless it is a maintenance or over already
    reply    nothing: a trigger after somebody has resolved the alert by hand would ring them again for a routine update
    edit     trigger again when it gets worse, acknowledge, resolve; else nothing
    find     None: nothing can be read back, and nothing need be.  The same event under the same `dedup_key` is applied
             to the alert that is open, so it is simply sent again.

All of it is after https://developer.pagerduty.com/docs/events-api-v2/trigger-events and …/overview.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from adapters._alerting import Memory, affected, iso, link, named, packed, parts, ref, text, title
from adapters._calling import TIMEOUT, Call, Line
from bot.core.message import Message
from bot.core.paging import Move, Urgency, Wanted, after, alert_of, moves, wanted
from bot.errors import PermanentFailure, SitrepError
from bot.model import Ref
from bot.ports import Installations

# Accounts in the EU have another host, events.eu.pagerduty.com: https://support.pagerduty.com/docs/service-regions
API = "https://events.pagerduty.com"
# "The maximum permitted length of this property is 1024 characters."
MOST_SUMMARY = 1_024
# "Events API payloads are limited to 512 KB"; a character may take six bytes.
MOST_DETAILS = 20_000
MOST_NAME = 255
_SEVERITIES = {
    Urgency.CRITICAL: "critical",
    Urgency.ERROR: "error",
    Urgency.WARNING: "warning",
    Urgency.INFO: "info",
}
# There is no event that takes an acknowledgement back, and none that makes an alert less severe.
_ACTIONS = {Move.TRIGGER: "trigger", Move.ACKNOWLEDGE: "acknowledge", Move.RESOLVE: "resolve"}


class PagerDuty:
    """One routing key for each address; what was told of an alert is `kept`."""

    name = "pagerduty"
    longest = 100_000

    def __init__(
        self,
        keys: Mapping[str, str],
        kept: Installations,
        *,
        now: Callable[[], datetime],
        api_url: str | None = None,
        timeout: timedelta = TIMEOUT,
    ) -> None:
        """Connect to nothing yet."""
        self.line = Line(self.name, keys, timeout)
        self._keys = keys
        self._memory = Memory(kept)
        self._now = now
        self.url = f"{(api_url or API).rstrip('/')}/v2/enqueue"

    async def post(self, address: str, message: Message, key: str, earlier: Ref | None = None) -> Ref:
        """Ring whoever is on call, if it is worth that."""
        del earlier
        alert = alert_of(key)
        await self._bring_up_to_date(address, alert, message)
        return ref(address, alert)

    async def reply(self, root: Ref, message: Message, key: str) -> Ref:
        """Count it as told: what matters of it the next edit tells."""
        del message, key
        return root

    async def edit(self, root: Ref, message: Message, earlier: Ref | None = None) -> None:
        """Tell what of the alert is not so yet."""
        del earlier
        await self._bring_up_to_date(*parts(root), message)

    async def find(self, address: str, root: Ref | None, key: str, since: datetime) -> Ref | None:
        """Return None, so that it is sent again, which does no harm."""
        del address, root, key, since
        return None

    async def aclose(self) -> None:
        """Close the connections."""
        await self.line.close()

    async def _bring_up_to_date(self, address: str, alert: str, message: Message) -> None:
        told, want = await self._memory.of(alert), wanted(message, self._now())
        todo = moves(told, want)
        for move in todo:
            if move in _ACTIONS:
                event = {"event_action": _ACTIONS[move], "dedup_key": alert}
                await self._send(address, event | (_shown(message, want) if move is Move.TRIGGER else {}))
        await self._memory.keep(alert, told, after(told, want, todo))

    async def _send(self, address: str, event: Mapping[str, object]) -> None:
        if address not in self._keys:
            raise PermanentFailure(f"pagerduty:{address} has no routing key; see docs/paging.md, set it and restart")
        self.line.check(address)
        key = self._keys[address]
        body = packed({"routing_key": key, **event})
        answered = await self.line.send(Call(self.url, body, {"Content-Type": "application/json"}))
        self.line.judge(address, answered, key)


def _shown(message: Message, want: Wanted) -> dict[str, object]:
    """Return what a trigger shows; acknowledging and resolving need nothing but the key."""
    url = link(message.url)
    links = [{"href": url, "text": "What the vendor says"}] if url else []
    return {"client": "Sitrep", "payload": _payload(message, want.urgency or Urgency.INFO), "links": links}


def _payload(message: Message, urgency: Urgency) -> dict[str, object]:
    """Return a message in PagerDuty's common event format: https://support.pagerduty.com/docs/pd-cef."""
    incident = message.incident
    found: dict[str, object] = {
        "summary": title(message, MOST_SUMMARY),
        "source": "Sitrep" if incident is None else named([incident.name], MOST_NAME) or "Sitrep",
        "severity": _SEVERITIES[urgency],
    }
    if incident is None:
        return {**found, "custom_details": {"message": text(message, MOST_DETAILS)}}
    details = {
        "message": text(message, MOST_DETAILS),
        "state": incident.state,
        "impact": incident.impact,
        "incident": incident.id,
        "services": named(incident.services, MOST_SUMMARY),
    }
    about = {
        "timestamp": iso(incident.started_at),
        "component": affected(incident, MOST_NAME),
        "group": incident.vendor,
        "class": incident.kind,
        "custom_details": {name: value for name, value in details.items() if value},
    }
    return found | {name: value for name, value in about.items() if value}


async def check(pager: PagerDuty) -> list[tuple[bool, str]]:
    """Try what can be tried without ringing anybody: there is no harmless event, so only the way there is."""
    try:
        await pager.line.send(Call(pager.url, method="GET"))
    except SitrepError as error:
        return [(False, str(error))]
    return [(True, "can be reached; whether the routing keys are right shows only when an alert is sent")]
