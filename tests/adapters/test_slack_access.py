"""Three colleagues on a local Slack, from the press to the database: what each of them may, and what they read."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

import pytest

from adapters.slack.connect import Around, Keys, connect
from bot.core.access import Access, Right
from bot.core.audit import CameOf
from bot.core.wanted import Wanted
from bot.ports import Chat
from bot.store import audit
from bot.store.database import Database
from tests.adapters.contract import message
from tests.adapters.fakedesk import Kept
from tests.adapters.hurry import Hurry
from tests.adapters.test_slack_listen import CONTROLS, running
from tests.commands.office import Office
from tests.localslack import LocalSlack, local_slack, readable
from tests.localslack.nouns import Channel
from tests.localslack.nouns import Message as Posted

COLLEAGUE, ENGINEER, ADMIN = "U0COLLEAGUE", "U0ENGINEER", "U0ADMIN"
ACCESS = Access(admins=(f"slack:{ADMIN}",), responders=("slack:S0OPS",))
NO_NOTES = "Only responders may add notes here"


@dataclass(slots=True)
class Scene:
    """A workspace with a channel, three people in it, and an incident that is told there."""

    slack: LocalSlack
    office: Office
    chat: Chat
    ops: Channel
    root: Posted

    def aside(self, person: str) -> list[str]:
        """Return what only this person could read."""
        return [readable(one) for one in self.slack.world.ephemerals(self.ops.id) if one.ephemeral_to == person]

    async def told(self, person: str, count: int = 1) -> str:
        await soon(lambda: len(self.aside(person)) >= count)
        return self.aside(person)[-1]

    async def presses(self, person: str, button: str) -> None:
        await (await self.slack.person(person).presses(self.root, button)).acked()

    async def mentions(self, person: str, words: str) -> None:
        who = self.slack.person(person)
        await (await who.mentions(f"<@U0BOT> {words}", self.ops.id, thread=self.root.ts)).acked()

    def thread(self) -> list[str]:
        """Return what everybody could read in the thread, without what people wrote."""
        return [readable(one) for one in self.slack.world.thread(self.ops.id, self.root.ts) if one.bot_id]

    async def trail(self) -> list[tuple[str, str, CameOf]]:
        found = await audit.deeds(self.office.database, Wanted(), None)
        return [(one.name, one.command, one.came_of) for one in reversed(found)]


async def soon(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not holds():  # noqa: ASYNC110  (there is no bell)
            await asyncio.sleep(0.01)


@asynccontextmanager
async def scene(database: Database, access: Access = ACCESS) -> AsyncIterator[Scene]:
    async with local_slack(limits=False) as slack:
        for id_, name in ((COLLEAGUE, "colleague"), (ENGINEER, "engineer"), (ADMIN, "admin")):
            slack.world.user(id_, name)
        slack.world.group("S0OPS", "ops", ENGINEER)
        ops = slack.world.channel("ops")
        office = Office(database, access=access)
        await office.opens()
        around = Around(now=Hurry(), revive=_nothing, installations=Kept(), addresses=(ops.id,))
        chat = connect(Keys(slack.token, slack.app_token, api_url=slack.api_url), office.desk, around)
        assert chat.directory is not None
        office.desk.trail.directories = {"slack": chat.directory}
        try:
            async with running(*chat.loops.values()):
                await slack.sockets.until_connected()
                ref = await chat.platform.post(ops.id, replace(message(), controls=CONTROLS), "root")
                yield Scene(slack, office, chat, ops, slack.world.message(*ref.value.split(":")))
        finally:
            await chat.close()


async def _nothing(platform: str) -> None:
    del platform


@pytest.fixture
async def at(database: Database) -> AsyncIterator[Scene]:
    async with scene(database) as one:
        yield one


async def test_a_colleague_is_told_aside_an_engineer_of_the_group_and_an_admin_may(at: Scene) -> None:
    await at.presses(COLLEAGUE, "sitrep:ack")
    denied = await at.told(COLLEAGUE)
    acked = (await at.office.now()).acked
    await at.presses(ENGINEER, "sitrep:ack")
    done = await at.told(ENGINEER)
    await (await at.slack.person(ADMIN).runs("/incident", "mute acme-1 4h", at.ops.id)).acked()
    await at.told(ADMIN)

    assert "Only responders may acknowledge here" in denied
    assert "says who they are: a user group and one person. Nothing was changed." in denied
    assert acked is None
    assert "You have it" in done
    assert at.thread() == []
    assert await at.trail() == [
        ("colleague", "ack acme-1", CameOf.DENIED),
        ("engineer", "ack acme-1", CameOf.DONE),
        ("admin", "mute acme-1 4h", CameOf.DONE),
    ]


async def test_who_is_denied_by_a_mention_is_told_aside_in_the_thread(at: Scene) -> None:
    await at.mentions(COLLEAGUE, "ack acme-1")
    denied = await at.told(COLLEAGUE)
    await at.mentions(ENGINEER, "ack acme-1")
    await soon(lambda: len(at.thread()) == 1)

    assert "Only responders may acknowledge here" in denied
    (whispered,) = at.slack.world.ephemerals(at.ops.id)
    assert whispered.thread_ts == at.root.ts
    assert "You have it" in at.thread()[0]


async def test_what_admins_see_of_others_deeds_nobody_else_reads_also_in_a_thread(at: Scene) -> None:
    await at.presses(ENGINEER, "sitrep:ack")
    await at.told(ENGINEER)
    await at.mentions(ADMIN, "audit <@U0ENGINEER>")
    shown = await at.told(ADMIN)

    assert "engineer" in shown
    assert "ack acme-1" in shown
    assert at.thread() == []


async def test_a_form_is_not_opened_for_who_may_not_send_it(at: Scene) -> None:
    await at.presses(COLLEAGUE, "sitrep:note")
    denied = await at.told(COLLEAGUE)
    written = at.slack.world.says(at.ops.id, "Look here", user=COLLEAGUE)
    await (await at.slack.person(COLLEAGUE).uses("link_to_incident", written)).acked()
    await at.told(COLLEAGUE, 2)
    opened = dict(at.slack.world.views)
    await at.presses(ENGINEER, "sitrep:note")
    await soon(lambda: len(at.slack.world.views) == 1)

    assert NO_NOTES in denied
    assert "Only responders may link messages here" in at.aside(COLLEAGUE)[1]
    assert opened == {}
    assert [(name, came) for name, _, came in await at.trail()] == [("colleague", CameOf.DENIED)] * 2


async def test_in_a_channel_named_by_the_configuration_others_may(database: Database) -> None:
    there = replace(ACCESS, responders=None, may={Right.MUTE: ("admins",)})
    async with scene(database, replace(ACCESS, channels=(("slack:#ops", there),))) as at:
        await at.presses(COLLEAGUE, "sitrep:ack")
        taken = await at.told(COLLEAGUE)
        await (await at.slack.person(ENGINEER).runs("/incident", "mute acme-1 4h", at.ops.id)).acked()
        muted = await at.told(ENGINEER)
        other = at.slack.world.channel("random")
        await (await at.slack.person(COLLEAGUE).runs("/incident", "unack acme-1", other.id)).acked()
        await soon(lambda: bool(at.slack.world.ephemerals(other.id)))

    assert "You have it" in taken
    assert "Only admins may mute here" in muted
    (elsewhere,) = at.slack.world.ephemerals(other.id)
    assert "Only responders may take an acknowledgement back here" in readable(elsewhere)


async def test_without_an_answer_from_slack_nobody_gets_in_and_health_says_why(at: Scene) -> None:
    at.slack.world.installation.scopes = ("chat:write", "commands", "app_mentions:read")
    at.office.desk.platforms = lambda: (at.chat.condition(),)

    await at.presses(ENGINEER, "sitrep:ack")
    denied = await at.told(ENGINEER)
    await (await at.slack.person(ADMIN).runs("/sitrep", "health", at.ops.id)).acked()
    health = await at.told(ADMIN)

    assert "Only responders may acknowledge here" in denied
    assert "the members of the user group S0OPS can not be read" in health
    assert "nobody is known to be in it" in health


async def test_what_slack_delivers_twice_is_done_and_recorded_once(at: Scene) -> None:
    engineer = at.slack.person(ENGINEER)
    sent = await engineer.runs("/incident", "note #acme-1 We switched over", at.ops.id)
    await sent.acked()
    await at.told(ENGINEER)
    at.office.clock.move(hours=1)

    await (await engineer._sends(sent.kind, sent.payload)).acked()
    again = await at.told(ENGINEER, 2)

    assert "That is done already" in again
    assert await at.trail() == [("engineer", "note acme-1 We switched over", CameOf.DONE)]
    assert (await at.office.now()).last_seq == 2
