"""The stages of the pagers and of the webhook: a local server, and an adapter that speaks with it."""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Generic, TypeVar

from adapters.opsgenie import Opsgenie
from adapters.pagerduty import PagerDuty
from adapters.webhook import Target, Webhook
from bot.model import Ref
from tests.adapters.fakedesk import Kept
from tests.adapters.localpagers import (
    API_KEY,
    ROUTING_KEY,
    SECRET,
    Local,
    LocalOpsgenie,
    LocalPagerDuty,
    Receiver,
    strings,
)

L = TypeVar("L", bound=Local)
P = TypeVar("P", PagerDuty, Opsgenie, Webhook)
NOWHERE = "http://127.0.0.1:9"
TIMEOUT = timedelta(seconds=1)
# Whatever a screen obeys, and whatever turns text round.
_ACTS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
WAIT = {"Retry-After": "7"}
FAULTS: dict[str, tuple[int, dict[str, str]]] = {
    "too-many": (429, WAIT),
    "their-own-trouble": (503, {}),
    "they-are-restarting": (502, WAIT),
    "not-as-they-want-it": (400, {}),
    "not-to-their-mind": (422, {}),
    "an-unknown-key": (401, {}),
    "a-key-without-rights": (403, {}),
    "a-key-that-may-only-create": (403, {}),
    "gone-for-good": (410, {}),
    "leads-elsewhere": (302, {"Location": "http://127.0.0.1:9/elsewhere"}),
}


def at_noon() -> datetime:
    return datetime(2026, 3, 1, 12, tzinfo=UTC)


class PagerStage(Generic[L, P]):
    """One pager with the server that it speaks with; a restart makes a new adapter, and what is kept stays."""

    address = ""
    secrets: tuple[str, ...] = ()

    def __init__(self, local: L) -> None:
        self.local = local
        self.kept = Kept()
        self._open: list[P] = []
        self.platform: P = self.restarted()

    @abstractmethod
    def make(self, url: str) -> P: ...

    def restarted(self) -> P:
        return self._made(self.local.url)

    def _made(self, url: str) -> P:
        self._open.append(self.make(url))
        return self._open[-1]

    def alive(self) -> Sequence[str]:
        return [acts for text in strings(self.local.bodies) for acts in _ACTS.findall(text)]

    def too_long(self) -> Sequence[str]:
        """What is too long their server refuses."""
        return []

    @asynccontextmanager
    async def goes_wrong(self, fault: str) -> AsyncIterator[None]:
        if fault == "out-of-reach":
            self.platform = self._made(NOWHERE)
            yield
        else:
            status, headers = FAULTS[fault]
            with self.local.failing(status, headers, f"no {' '.join(self.secrets)} here"):
                yield
        # A key that was refused is not tried again before the next start.
        self.platform = self.restarted()

    @asynccontextmanager
    async def loses_the_answer(self) -> AsyncIterator[None]:
        with self.local.mute():
            yield

    async def close(self) -> None:
        for one in self._open:
            await one.aclose()


class PagerDutyStage(PagerStage[LocalPagerDuty, PagerDuty]):
    secrets = (ROUTING_KEY,)

    def make(self, url: str) -> PagerDuty:
        return PagerDuty({"": ROUTING_KEY}, self.kept, now=at_noon, api_url=url, timeout=TIMEOUT)

    def roots(self) -> Sequence[str]:
        return [alert.text for alert in self.local.alerts]

    def thread(self, root: Ref) -> Sequence[str]:
        del root
        return []


class OpsgenieStage(PagerStage[LocalOpsgenie, Opsgenie]):
    secrets = (API_KEY,)

    def make(self, url: str) -> Opsgenie:
        return Opsgenie({"": API_KEY}, self.kept, now=at_noon, api_url=url, timeout=TIMEOUT)

    def roots(self) -> Sequence[str]:
        return [page.text for page in self.local.pages]

    def thread(self, root: Ref) -> Sequence[str]:
        alias = root.value.split("|")[1]
        return [note.text for page in self.local.pages if page.alias == alias for note in page.notes]

    def alive(self) -> Sequence[str]:
        tags = [tag for text in strings(self.local.bodies) for tag in re.findall(r"<[^>]*", text)]
        return [*super().alive(), *tags]


class WebhookStage(PagerStage[Receiver, Webhook]):
    secrets = (SECRET, "token-in-the-address")

    def make(self, url: str) -> Webhook:
        target = Target(f"{url}/hook/token-in-the-address", SECRET)
        return Webhook({"": target}, now=at_noon, timeout=TIMEOUT)

    def roots(self) -> Sequence[str]:
        return self.local.roots()

    def thread(self, root: Ref) -> Sequence[str]:
        return self.local.thread(root.value.partition("|")[2])
