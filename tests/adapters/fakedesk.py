"""A desk that answers what a test has put down: adapters are tested with it, without a database."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from datetime import datetime

from bot.core import forms
from bot.core.forms import Form
from bot.core.message import Message, Reply, Tone, line
from bot.errors import StoreLost
from bot.model import Action, Asked, Person, Ref
from bot.ports import Answer, Desk, Installations
from tests.unit.build import incident


def says(words: str, **more: object) -> Reply:
    return Reply(message=Message(tone=Tone.NOTICE, headline=words, parts=(line("Told at once."),)), **more)  # type: ignore[arg-type]  # a short cut


@dataclass(slots=True)
class FakeDesk(Desk):
    """Answers what the test has put down, and remembers what it was asked."""

    answer: Answer = field(default_factory=lambda: Answer(says("Acme is down")))
    asked: list[Asked] = field(default_factory=list[Asked])
    said: list[tuple[str, Person, str, Ref | None]] = field(default_factory=list[tuple[str, Person, str, "Ref | None"]])
    patience: asyncio.Event | None = None
    breaks: bool = False
    refuses: Reply | None = None
    wanted: list[Asked] = field(default_factory=list[Asked])
    requests: list[str] = field(default_factory=list[str])

    async def ask(self, asked: Asked) -> Answer:
        self.asked.append(asked)
        self.requests.append(asked.request)
        return await self._answered()

    async def say(
        self, text: str, asked_by: Person, *, address: str = "", thread: Ref | None = None, request: str = ""
    ) -> Answer:
        self.said.append((text, asked_by, address, thread))
        self.requests.append(request)
        return await self._answered()

    async def refusal(self, asked: Asked) -> Reply | None:
        self.wanted.append(asked)
        return self.refuses

    async def form(self, asked: Asked) -> Form | Reply:
        self.asked.append(asked)
        if self.breaks:
            return says("That went wrong")
        if asked.command.action is Action.DECLARE:
            return forms.declaring(("Support bot", "Checkout"))
        return (
            forms.updating(replace(incident(vendor="ours"), id=asked.command.incident or "ours-1"))
            if asked.command.action is Action.UPDATE
            else forms.ending(asked.command.action, "ours-1")
        )

    async def services(self, typed: str) -> tuple[tuple[str, str], ...]:
        return (("Support bot", "Support bot"),)

    async def complete(self, typed: str) -> tuple[tuple[str, str], ...]:
        return (("Acme: Errors", "acme-1"), ("Bolt: Slow", "bolt-7")) if not typed else (("Bolt: Slow", "bolt-7"),)

    async def suggest(self, typed: str) -> tuple[tuple[str, str], ...]:
        return (("Acme", "Acme"), ("OpenAI", "openai")) if not typed else (("OpenAI", "openai"),)

    async def home(self, person: Person) -> Reply:
        return says(f"All is well, {person.id}")

    async def _answered(self) -> Answer:
        if self.breaks:
            raise RuntimeError("nobody thought of this")
        if self.patience is not None:
            await self.patience.wait()
        return self.answer


class Kept(Installations):
    """What would be kept in a database."""

    def __init__(self) -> None:
        self.bodies: dict[str, str] = {}
        self.spent: dict[str, datetime] = {}
        self.is_away = False

    async def find(self, workspace: str) -> str | None:
        if self.is_away:
            raise StoreLost("DATABASE_URL: the database does not answer")
        return self.bodies.get(workspace)

    async def save(self, workspace: str, body: str) -> None:
        self.bodies[workspace] = body

    async def drop(self, workspace: str) -> None:
        self.bodies.pop(workspace, None)

    async def spend(self, mark: str, now: datetime, until: datetime) -> bool:
        self.spent = {one: till for one, till in self.spent.items() if till > now}
        return self.spent.setdefault(mark, until) is until
