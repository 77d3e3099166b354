"""Any program of one's own, by HTTP: every step of an incident is an event, signed, and known by its id.

    post     an event that tells how the incident stands, and that it is new there
    reply    an event with the entries of its timeline that are told by it, each once and in order
    edit     an event that tells how it stands now
    find     None: nobody can be asked.  What was sent already has the same `id` when it is sent again, and whoever
             hears it passes over an id that they have.

The signature is Stripe's scheme: https://docs.stripe.com/webhooks#verify-manually (`t=…,v1=…` over `t.body`).
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from http import HTTPStatus

from adapters._alerting import iso, link, packed, parts, ref
from adapters._calling import TIMEOUT, Call, Line
from bot.core.message import Message, fingerprint, plain
from bot.core.paging import alert_of
from bot.core.strangers import safe
from bot.errors import PermanentFailure, SitrepError
from bot.model import Incident, Member, Ref, TimelineEntry

# Raised when a field goes or changes its meaning; new fields may come at any time.
VERSION = 1
SIGNATURE = "X-Sitrep-Signature"


@dataclass(frozen=True, slots=True, repr=False)
class Target:
    """Where to, and what it is signed with; neither is ever shown."""

    url: str
    secret: str


class Webhook:
    """One target for each address."""

    name = "webhook"
    longest = 100_000

    def __init__(
        self, targets: Mapping[str, Target], *, now: Callable[[], datetime], timeout: timedelta = TIMEOUT
    ) -> None:
        """Connect to nothing yet."""
        self.line = Line(self.name, targets, timeout)
        self._targets = targets
        self._now = now

    async def post(self, address: str, message: Message, key: str, earlier: Ref | None = None) -> Ref:
        """Tell that there is an incident, and how it stands."""
        del earlier
        await self._send(address, event("post", f"{key}:{_as_it_stands(message)}", alert_of(key), message))
        return ref(address, alert_of(key))

    async def reply(self, root: Ref, message: Message, key: str) -> Ref:
        """Tell entries of its timeline."""
        address, alert = parts(root)
        await self._send(address, event("reply", key, alert, message))
        return Ref(f"{root.value}|{key}")

    async def edit(self, root: Ref, message: Message, earlier: Ref | None = None) -> None:
        """Tell how it stands now; the same again has the same id."""
        del earlier
        address, alert = parts(root)
        await self._send(address, event("edit", f"{alert}/edit/{_as_it_stands(message)}", alert, message))

    async def find(self, address: str, root: Ref | None, key: str, since: datetime) -> Ref | None:
        """Return None, so that it is sent again, which does no harm."""
        del address, root, key, since
        return None

    async def aclose(self) -> None:
        """Close the connections."""
        await self.line.close()

    async def _send(self, address: str, what: Mapping[str, object]) -> None:
        target = self._targets.get(address)
        if target is None:
            raise PermanentFailure(f"webhook:{address} has no address; see docs/paging.md, set WEBHOOK_URL and restart")
        self.line.check(address)
        body = packed(what)
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "Sitrep",
            SIGNATURE: signature(target.secret, int(self._now().timestamp()), body),
        }
        answered = await self.line.send(Call(target.url, body, headers))
        # What it says is not repeated: it may hold any part of the address, and whoever runs it can look there.
        self.line.judge(address, replace(answered, body=b""), gone={HTTPStatus.GONE})

    async def reachable(self, address: str) -> tuple[bool, str]:
        """Return whether anybody answers there.  Nothing is sent that could be taken for an event."""
        try:
            answered = await self.line.send(Call(self._targets[address].url, method="HEAD"))
        except SitrepError as error:
            return False, str(error)
        return True, f"answers (HTTP {answered.status} to HEAD); events are sent by POST"


def _as_it_stands(message: Message) -> str:
    """Return what differs as soon as an incident does: whoever has heard of it is not to pass over what is new."""
    return f"{message.incident.last_seq if message.incident else 0}-{fingerprint(message)}"


def signature(secret: str, at: int, body: bytes) -> str:
    """Return what proves that a body is ours, and that it is not an old one sent again by somebody else."""
    digest = hmac.new(secret.encode(), b"%d." % at + body, sha256).hexdigest()
    return f"t={at},v1={digest}"


def event(step: str, key: str, alert: str, message: Message) -> dict[str, object]:
    """Return one event, as docs/paging.md describes it."""
    return {
        "version": VERSION,
        "id": safe(key),
        "step": step,
        "alert": alert,
        "headline": safe(message.headline),
        "text": safe(plain(message)),
        "url": link(message.url),
        "incident": None if message.incident is None else _incident(message.incident),
        "entries": [_entry(entry) for entry in message.entries],
    }


def _incident(incident: Incident) -> dict[str, object]:
    acked = incident.acked
    return {
        "id": incident.id,
        "vendor": incident.vendor,
        "name": safe(incident.name),
        "title": safe(incident.title),
        "kind": incident.kind,
        "state": incident.state,
        "impact": incident.impact,
        "worst_impact": incident.peak,
        "open": incident.is_open,
        "confidence": None if incident.evidence is None else incident.evidence.confidence,
        "acknowledged_by": None if acked is None else safe(acked.name),
        "acknowledged_at": None if acked is None else iso(acked.at),
        "components": [{"name": safe(part.name), "status": part.status} for part in incident.components],
        "services": [safe(name) for name in incident.services],
        "started_at": iso(incident.started_at),
        "first_seen_at": iso(incident.first_seen_at),
        "resolved_at": iso(incident.resolved_at),
        "starts_at": iso(incident.starts_at),
        "ends_at": iso(incident.ends_at),
        "url": link(incident.url),
        "seq": incident.last_seq,
        **({"members": [_member(one) for one in incident.members]} if incident.members else {}),
    }


def _member(one: Member) -> dict[str, object]:
    return {
        "id": one.id,
        "vendor": one.vendor,
        "name": safe(one.name),
        "title": safe(one.title),
        "state": one.state,
        "impact": one.impact,
        "open": one.is_open,
    }


def _entry(entry: TimelineEntry) -> dict[str, object]:
    return {
        "seq": entry.seq,
        "kind": entry.kind,
        "who": entry.who,
        "author": safe(entry.author),
        "text": safe(entry.text),
        "state": entry.state,
        "impact": entry.impact,
        "happened_at": iso(entry.happened_at),
        "recorded_at": iso(entry.recorded_at),
        "url": link(entry.url),
        **({"of": entry.of} if entry.of else {}),
        "changes": [
            {"subject": safe(one.subject), "before": safe(one.before), "after": safe(one.after)}
            for one in entry.transitions
        ],
    }


async def check(webhook: Webhook, addresses: tuple[str, ...]) -> list[tuple[bool, str]]:
    """Try whether each target can be reached."""
    found = [(address, await webhook.reachable(address)) for address in addresses]
    return [(good, f"{address}: {words}" if address else words) for address, (good, words) in found]
