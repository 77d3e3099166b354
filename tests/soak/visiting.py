"""What people do on such a day: they ask, look at the board, acknowledge, mute, report; and how long they wait."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

from aiohttp import ClientSession, ClientTimeout

from tests.localslack import LocalSlack
from tests.soak.dial import BEGINS, Dial, hour_of
from tests.soak.sitrep import Sitrep

_PATIENCE = ClientTimeout(total=60)


@dataclass(slots=True)
class Visitors:
    """They come every few minutes; `waits` are by what was asked and by hour, in seconds of the machine.

    `refused` are answers that were none, `late` those that came after Slack had told its user that none would come.
    """

    dial: Dial
    slack: LocalSlack
    sitrep: Sitrep
    dice: Random
    lively: int
    waits: dict[str, dict[int, list[float]]] = field(default_factory=dict[str, dict[int, list[float]]])
    refused: list[str] = field(default_factory=list[str])
    late: list[str] = field(default_factory=list[str])
    asked: int = 0
    _number: int = 0

    async def come(self, web: ClientSession) -> None:
        """Do what people do this time; the soak's time does not leap meanwhile."""
        self._number += 1
        vendor = f"lively-{self.dice.randrange(self.lively)}"
        with self.dial.held():
            await self._took("status of one", self._says("/status", vendor))
            await self._took("status of all", self._says("/status", ""))
            for path in ("/", f"/vendors/{vendor}", "/incidents", "/operations", "/metrics", "/api/v1/incidents"):
                await self._took("board", self._looks(web, path))
            for act in self._acts(vendor):
                await act
            if self._number % 3 == 0:
                await self._works(web, vendor)

    def _acts(self, vendor: str) -> list[Awaitable[None]]:
        does = self.dice.choice(
            (
                ("/incident", f"ack {vendor}"),
                ("/incident", f"note {vendor}: we are looking into it"),
                ("/sitrep", f"mute {vendor} 1h"),
                ("/report", vendor),
                ("/sitrep", "health"),
                ("/incident", f"details {vendor}"),
                ("/sitrep", "audit"),
            )
        )
        return [self._says(*does)]

    async def _took(self, what: str, done: Awaitable[None]) -> None:
        began, hour = time.perf_counter(), hour_of(self.dial.seconds())
        await done
        self.waits.setdefault(what, {}).setdefault(hour, []).append(time.perf_counter() - began)

    async def _says(self, command: str, words: str) -> None:
        channel = self.slack.world.named("c2").id
        sent = await self.slack.person().runs(command, words, channel)
        self.asked += 1
        answer = (await sent.done()).answer
        if not sent.is_acked:
            self.late.append(f"{command} {words}: {sent.failed}")
        if "something went wrong" in json.dumps(answer).lower():
            self.refused.append(f"{command} {words}: {answer}")

    async def _looks(self, web: ClientSession, path: str) -> None:
        async with web.get(self.sitrep.url(path), timeout=_PATIENCE) as answer:
            await answer.read()
            if answer.status >= 500:
                self.refused.append(f"{path}: {answer.status}")

    async def _works(self, web: ClientSession, vendor: str) -> None:
        """Let programs call in: a job that has run, an alert that fires or is over."""
        token = "a-token-of-the-soak"
        async with web.post(self.sitrep.url(f"/heartbeat/nightly-backup/{token}")) as answer:
            await answer.read()
        now = self.dial.now().isoformat()
        alert: dict[str, Any] = {
            "status": self.dice.choice(("firing", "resolved")),
            "labels": {"alertname": f"Errors of {vendor}", "vendor": vendor},
            "annotations": {"summary": "Many calls fail."},
            "startsAt": BEGINS.isoformat(),
            "endsAt": now,
            "fingerprint": vendor,
        }
        head = {"Authorization": f"Bearer {token}"}
        body = {"version": "4", "status": alert["status"], "receiver": "sitrep", "alerts": [alert]}
        async with web.post(self.sitrep.url("/hooks/alerts"), json=body, headers=head) as answer:
            await answer.read()
            if answer.status >= 300:
                self.refused.append(f"hook: {answer.status}")


async def at_times(dial: Dial, every: float, is_over: Callable[[], bool], act: Callable[[], Awaitable[None]]) -> None:
    """Act every so many seconds of the soak's time, until it is over."""
    due = every
    while not is_over():
        if dial.seconds() >= due:
            await act()
            due = max(due + every, dial.seconds())
        await asyncio.sleep(0.01)
