"""PagerDuty by its Events API v2: an alert is triggered, acknowledged and resolved, always under the same key.

    post     trigger, unless it is a maintenance or over already
    reply    nothing: a trigger after somebody has resolved the alert by hand would ring them again for a routine update
    edit     trigger again when it gets worse, acknowledge, resolve; else nothing
    find     None: nothing can be read back, and nothing need be.  The same event under the same `dedup_key` is applied
             to the alert that is open, so it is simply sent again.

All of it is after https://developer.pagerduty.com/docs/events-api-v2/trigger-events and …/overview.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from adapters._alerting import Pager, affected, iso, link, named, packed, text, title
from adapters._calling import Call
from bot.core.message import Message
from bot.core.paging import Move, Urgency, Wanted, after, moves, wanted
from bot.errors import SitrepError
from bot.model import Ref

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


class PagerDuty(Pager):
    """One routing key for each address."""

    name = "pagerduty"
    api = API
    path = "/v2/enqueue"
    key_is = "routing key"
    longest = 100_000

    async def reply(self, root: Ref, message: Message, key: str) -> Ref:
        """Count it as told: what matters of it the next edit tells."""
        del message, key
        return root

    async def find(self, address: str, root: Ref | None, key: str, since: datetime) -> Ref | None:
        """Return None, so that it is sent again, which does no harm."""
        del address, root, key, since
        return None

    async def _bring_up_to_date(self, address: str, alert: str, message: Message) -> None:
        told, want = await self._memory.of(alert), wanted(message, self._now())
        todo = moves(told, want)
        for move in todo:
            if move in _ACTIONS:
                event = {"event_action": _ACTIONS[move], "dedup_key": alert}
                await self._send(address, event | (_shown(message, want) if move is Move.TRIGGER else {}))
        await self._memory.keep(alert, told, after(told, want, todo))

    async def _send(self, address: str, event: Mapping[str, object]) -> None:
        key = self._key(address)
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
