"""Every deed passes here: who may not is told so, and what was done or wanted stands in the audit trail."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from bot.clock import Clock
from bot.core import audit, denials, remarks, wanted
from bot.core.access import FREE, QUESTIONS, RIGHTS, Access
from bot.core.audit import CameOf, Deed
from bot.core.message import Reply
from bot.core.rules import Oncall
from bot.errors import SitrepError, StoreUnavailable
from bot.gauges import COMMAND_SECONDS, COMMANDS, CRASHES, UNCOUNTED, Gauges, timing
from bot.model import Asked, Destination, Person
from bot.ports import Answer, Directory
from bot.store import audit as stored
from bot.store import lookups
from bot.store.audit import DoneBefore, Signature
from bot.store.database import Database
from bot.tracing import span

log = logging.getLogger(__name__)

_SHOWN = 15


class NotPermitted(Exception):
    """Somebody may not do this, as is found out while it is done; `reply` tells them."""

    def __init__(self, reply: Reply) -> None:
        """Tell them so."""
        super().__init__(reply.message.headline)
        self.reply = reply


@dataclass(slots=True)
class Trail:
    """Who may do what, and who did what.

    `directories` know by platform which groups somebody is in, and which channels names stand for; `rotas` have the
    names of people whom the configuration names.
    """

    database: Database
    clock: Clock
    access: Access
    rotas: Callable[[], Sequence[Oncall]] = tuple
    directories: Mapping[str, Directory] = field(default_factory=dict[str, Directory])
    gauges: Gauges = UNCOUNTED

    async def kept(self, asked: Asked, work: Callable[[], Awaitable[Answer]]) -> Answer:
        """Do a deed, if whoever asks may, and keep a record of it; a question is only answered."""
        action, outcome = asked.command.action.value, "crashed"
        with timing(self.gauges, COMMAND_SECONDS, action), span("command", action=action) as traced:
            try:
                answer, outcome = await self._kept(asked, work)
            except SitrepError:
                outcome = "failed"
                raise
            except Exception:
                self.gauges.count(CRASHES, "command")
                raise
            finally:
                traced.note("outcome", outcome)
                self.gauges.count(COMMANDS, action, outcome)
        return answer

    async def _kept(self, asked: Asked, work: Callable[[], Awaitable[Answer]]) -> tuple[Answer, str]:
        """Return the answer, and in a word what came of it."""
        refused = await self.refusal(asked)
        if refused is not None:
            return Answer(refused), CameOf.DENIED
        if asked.command.action in QUESTIONS:
            return await work(), "answered"
        signature = Signature(await self._deed(asked))
        try:
            with stored.signing(signature):
                answer = await work()
        except DoneBefore:
            log.info("delivered again action=%s person=%s", asked.command.action, asked.person.key)
            return Answer(remarks.say("That is done already")), CameOf.ALREADY
        except NotPermitted as denied:
            self._log_denied(asked)
            await stored.note(self.database, signature, CameOf.DENIED, denied.reply.message.headline)
            return Answer(denied.reply), CameOf.DENIED
        except StoreUnavailable:  # nor could that be kept
            raise
        except Exception as error:
            await stored.note(self.database, signature, CameOf.FAILED, f"an error of our own: {type(error).__name__}")
            raise
        return answer, await self._explain(signature, answer.reply)

    async def _explain(self, signature: Signature, reply: Reply) -> CameOf:
        """Where nothing was done, keep what was answered; whoever is asked back has done nothing yet."""
        came = signature.came_of or (CameOf.ALREADY if reply.already else CameOf.FAILED)
        is_asked_back = signature.came_of is None and bool(reply.choices) and not reply.already
        if came is not CameOf.DONE and not is_asked_back:
            await stored.note(self.database, signature, came, reply.message.headline)
        return came

    async def refusal(self, asked: Asked) -> Reply | None:
        """Return what to tell somebody who may not do this, None if they may; that they wanted to is kept."""
        reply = await self._denial(asked, Destination(asked.person.platform, asked.address))
        if reply is not None:
            self._log_denied(asked)
            await stored.note(self.database, Signature(await self._deed(asked)), CameOf.DENIED, reply.message.headline)
        return reply

    async def require(self, asked: Asked, there: Destination) -> None:
        """Raise NotPermitted if somebody may not do this in some channel, which need not be the one they ask in."""
        reply = await self._denial(asked, there)
        if reply is not None:
            raise NotPermitted(reply)

    async def _denial(self, asked: Asked, there: Destination) -> Reply | None:
        access = await self._refusing(asked, there)
        return None if access is None else denials.not_permitted(asked.command.action, access, self._names())

    def _log_denied(self, asked: Asked) -> None:
        action, person = asked.command.action, asked.person
        log.info("not permitted action=%s person=%s channel=%s", action, person.key, asked.address or "-")

    async def shown(self, query: str) -> Reply:
        """Return the last deeds that somebody wants to see."""
        asked = wanted.wanted(query, self.clock.now())
        found = await stored.deeds(self.database, asked, _SHOWN + 1)
        return audit.shown(found[:_SHOWN], asked, more=len(found) > _SHOWN)

    async def _refusing(self, asked: Asked, place: Destination) -> Access | None:
        """Return what refuses this in a channel, None if nothing does.  Groups are asked for only where it matters."""
        person, action = asked.person, asked.command.action
        if RIGHTS[action] in FREE:
            return None
        rules = self.access.at(place.platform, within(place.address), await self._channels(place.platform))
        if all(one.permits(person, action) for one in rules):
            return None
        person = await self._with_groups(person, rules)
        return next((one for one in rules if not one.permits(person, action)), None)

    async def _channels(self, platform: str) -> Mapping[str, str]:
        """Return the ids of the channels in which something else holds, as far as they can be told."""
        there = self.directories.get(platform)
        found: dict[str, str] = {}
        for channel, _ in self.access.channels:
            where, _, address = channel.partition(":")
            if where == platform:
                id_ = await there.id_of(address) if there else within(address)
                found |= {channel: id_} if id_ else {}
        return found

    async def _with_groups(self, person: Person, rules: Iterable[Access]) -> Person:
        there = self.directories.get(person.platform)
        groups = tuple(dict.fromkeys(group for one in rules for group in one.groups))
        if there is None or not groups:
            return person
        return replace(person, groups=tuple(await there.groups_of(person, groups)))

    def _names(self) -> Mapping[str, str]:
        return {key: one.name for rota in self.rotas() for one in rota.people for key in one.keys}

    async def _deed(self, asked: Asked) -> Deed:
        thread = asked.thread if asked.command.incident is None else None
        incident = await lookups.of_root(self.database, asked.person.platform, thread) if thread else None
        return audit.deed(asked, self.clock.now(), incident or "")


def within(address: str) -> str:
    """Return a channel's id without the workspace that it is in; nothing for a name, of which no id is known."""
    channel = address.rpartition("/")[2]
    return "" if channel.startswith("#") else channel
