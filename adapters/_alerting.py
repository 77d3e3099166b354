"""What the two pagers share: an alert kept up to date, what was told of it where no crash can take it, plain words."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import ClassVar
from urllib.parse import quote

from adapters._calling import TIMEOUT, Line
from bot.core.message import Message, plain
from bot.core.paging import UNSURE, Told, alert_of, is_unsure
from bot.core.strangers import cut, host, safe
from bot.errors import PermanentFailure
from bot.model import Incident, Ref
from bot.ports import Installations


class Memory:
    """What a pager was told of each alert that is open there; nothing is kept of the others."""

    def __init__(self, kept: Installations) -> None:
        """Look at nothing yet."""
        self._kept = kept

    async def of(self, alert: str) -> Told | None:
        """Return what was told of an alert, None if it is not open."""
        body = await self._kept.find(alert)
        # What another version wrote is as if nothing had been told: a repetition does no harm.
        with suppress(ValueError, KeyError, TypeError):
            return Told.load(body) if body else None
        return None

    async def keep(self, alert: str, before: Told | None, now: Told | None) -> None:
        """Keep what has been told."""
        if now is None and before is not None:
            await self._kept.drop(alert)
        elif now is not None and now != before:
            await self._kept.save(alert, now.dump())


class Pager(ABC):
    """One key for each address; what was told of an alert is `kept`."""

    name: str
    api: ClassVar[str]
    path: ClassVar[str]
    key_is: ClassVar[str]

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
        self.url = f"{(api_url or self.api).rstrip('/')}{self.path}"
        self._keys = keys
        self._memory = Memory(kept)
        self._now = now

    async def post(self, address: str, message: Message, key: str, earlier: Ref | None = None) -> Ref:
        """Ring whoever is on call, if it is worth that."""
        del earlier
        alert = alert_of(key)
        await self._bring_up_to_date(address, alert, message)
        return ref(address, alert)

    async def edit(self, root: Ref, message: Message, earlier: Ref | None = None) -> None:
        """Tell what of the alert is not so yet."""
        del earlier
        await self._bring_up_to_date(*parts(root), message)

    async def aclose(self) -> None:
        """Close the connections."""
        await self.line.close()

    def _key(self, address: str) -> str:
        """Return the key of an address, unless there is none or it was refused before."""
        if address not in self._keys:
            raise PermanentFailure(
                f"{self.name}:{address} has no {self.key_is}; see docs/paging.md, set it and restart"
            )
        self.line.check(address)
        return self._keys[address]

    @abstractmethod
    async def _bring_up_to_date(self, address: str, alert: str, message: Message) -> None:
        """Tell what of the alert is not so yet, and keep what has been told."""


def ref(address: str, alert: str) -> Ref:
    """Return the handle on an alert: where, and what it is called."""
    return Ref(f"{address}|{alert}")


def parts(of: Ref) -> tuple[str, str]:
    """Return the address and the alert in a handle."""
    address, _, alert = of.value.partition("|")
    return address, alert


def title(message: Message, most: int) -> str:
    """Return who and what on one line, with a warning before it if that is not sure."""
    unsure = message.incident is not None and message.incident.is_open and is_unsure(message.incident)
    words = " ".join(safe(f"{UNSURE}: {message.headline}" if unsure else message.headline).split())
    return cut(words or "An incident without a name", most)


def text(message: Message, most: int) -> str:
    """Return the whole message as plain text."""
    return cut(safe(plain(message)), most)


def affected(incident: Incident, most: int) -> str:
    """Return the names of what is affected, as many as have room."""
    return named((part.name for part in incident.components), most)


def named(names: Iterable[str], most: int) -> str:
    """Return some names on one line."""
    return cut(" ".join(safe(", ".join(names)).split()), most)


def link(url: str | None) -> str | None:
    """Return an address that leads somewhere and has nothing else in it."""
    return quote(safe(url), safe="%:/?#[]@!$&'()*+,;=~") if url and host(url) else None


def iso(at: datetime | None) -> str | None:
    """Write an instant for programs."""
    return None if at is None else at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def packed(value: object) -> bytes:
    """Write JSON in bytes."""
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "replace")
