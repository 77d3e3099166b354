"""Several workspaces: installed in a browser, told apart by their names, removed one by one."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import aiohttp
import pytest
from slack_bolt.error import BoltError
from slack_sdk.oauth.installation_store import Installation
from yarl import URL

from adapters.slack.connect import EVENTS, INSTALL, REDIRECT, Around, Keys, connect
from adapters.slack.installs import Installs, States
from bot.core.message import Control, Message, Reply
from bot.errors import PermanentFailure
from bot.model import Action, Ref
from bot.ports import Answer, Chat, Visit
from bot.web.server import bound, serve
from tests import localslack
from tests.adapters.carrying import REPORT, with_files
from tests.adapters.contract import SINCE, message
from tests.adapters.fakedesk import FakeDesk, Kept
from tests.adapters.hurry import Hurry
from tests.adapters.test_slack_listen import running
from tests.localslack import LocalSlack, local_slack, readable
from tests.localslack.nouns import Channel

# The SDK still makes one.
pytestmark = pytest.mark.filterwarnings("ignore:BasicAuth is deprecated")
OTHER = "T0OTHER"
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@dataclass(slots=True)
class Fleet:
    """Two workspaces, a bot that any may install, and somebody's browser."""

    slack: LocalSlack
    chat: Chat
    desk: FakeDesk
    kept: Kept
    there: Channel
    url: str
    browser: aiohttp.ClientSession

    async def begins(self) -> str:
        """Begin an installation, and return the state that Slack would bring back."""
        async with self.browser.get(self.url + INSTALL) as page:
            return str(re.findall(r"state=([^&\"]+)", await page.text())[0])

    async def agrees(self, state: str, code: str = "agreed") -> int:
        self.slack.world.oauth.codes[code] = OTHER
        async with self.browser.get(self.url + REDIRECT, params={"code": code, "state": state}) as page:
            return page.status

    async def installs(self) -> None:
        assert await self.agrees(await self.begins()) == 200


@pytest.fixture
async def fleet() -> AsyncIterator[Fleet]:
    async with fleet_of() as one:
        yield one


@asynccontextmanager
async def fleet_of(*, home: bool = True) -> AsyncIterator[Fleet]:
    async with local_slack(limits=False) as slack:
        slack.world.workspace(OTHER, token="xoxb-other")
        slack.world.user("U0ELSEWHERE", "elsewhere", team=OTHER)
        there = slack.world.channel("there", team=OTHER)
        desk, kept, listening = FakeDesk(), Kept(), bound("127.0.0.1", 0)
        keys = Keys(
            slack.token if home else None,
            signing_secret=slack.signing_secret,
            client_id=slack.world.oauth.client_id,
            client_secret=slack.world.oauth.client_secret,
            api_url=slack.api_url,
        )

        async def revive(platform: str) -> None:
            del platform

        around = Around(now=Hurry(), revive=revive, installations=kept, addresses=(f"{OTHER}/{there.id}",))
        chat = connect(keys, desk, around)
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"

        async def served() -> None:
            await serve(chat.routes, listening)

        # The state's cookie is for https alone, and this is not.
        jar = aiohttp.CookieJar(unsafe=True, treat_as_secure_origin=URL(url))
        async with running(served), aiohttp.ClientSession(cookie_jar=jar) as browser, slack.signed(url + EVENTS):
            yield Fleet(slack, chat, desk, kept, there, url, browser)
        await chat.close()


async def test_a_workspace_that_installs_the_app_can_be_told(fleet: Fleet) -> None:
    await fleet.installs()
    address = f"{OTHER}/{fleet.there.id}"

    root = await fleet.chat.platform.post(address, message(), "root")
    reply = await fleet.chat.platform.reply(root, message("We found the cause."), "reply")
    await fleet.chat.platform.edit(root, message("All is well again."))

    assert root.value.startswith(f"{OTHER}/{fleet.there.id}:")
    (posted,) = fleet.slack.world.roots(fleet.there.id)
    assert "All is well again." in readable(posted)
    assert len(fleet.slack.world.thread(fleet.there.id, posted.ts)) == 1
    assert await fleet.chat.platform.find(address, None, "root", SINCE) == root
    assert await fleet.chat.platform.find(address, root, "reply", SINCE) == reply


async def test_its_threads_have_files_and_so_have_those_who_ask(fleet: Fleet) -> None:
    await fleet.installs()
    root = await fleet.chat.platform.post(f"{OTHER}/{fleet.there.id}", message(), "root")
    await fleet.chat.platform.reply(root, with_files(REPORT), "report")
    fleet.desk.answer = Answer(Reply(message=with_files(REPORT)))
    asked = await fleet.slack.person("U0ELSEWHERE").runs("/incident", "report acme-1", fleet.there.id)
    await asked.acked()

    (posted,) = fleet.slack.world.roots(fleet.there.id)
    assert [len(one.files) for one in fleet.slack.world.thread(fleet.there.id, posted.ts)] == [1]
    (direct,) = fleet.slack.world.roots(fleet.slack.world.direct("U0ELSEWHERE", OTHER).id)
    assert [one.team for one in direct.files] == [OTHER]


async def test_without_the_scope_the_other_workspace_goes_on(fleet: Fleet) -> None:
    await fleet.installs()
    other = fleet.slack.world.installations["xoxb-other"]
    other.scopes = tuple(scope for scope in other.scopes if scope != "files:write")
    root = await fleet.chat.platform.post(f"{OTHER}/{fleet.there.id}", message(), "root")

    await fleet.chat.platform.reply(root, with_files(REPORT), "report")
    await fleet.chat.platform.reply(root, message("We found the cause."), "reply")

    (posted,) = fleet.slack.world.roots(fleet.there.id)
    assert len(fleet.slack.world.thread(fleet.there.id, posted.ts)) == 2


async def test_until_it_is_installed_it_is_parked_and_not_stopped(fleet: Fleet) -> None:
    with pytest.raises(PermanentFailure, match=f"not installed in the workspace {OTHER}: open /slack/install") as told:
        await fleet.chat.platform.post(f"{OTHER}/{fleet.there.id}", message(), "root")

    assert type(told.value) is PermanentFailure


async def test_the_workspace_of_the_configured_token_needs_no_installing(fleet: Fleet) -> None:
    ops = fleet.slack.world.channel("ops")
    root = await fleet.chat.platform.post(ops.id, message(), "root")
    sent = await fleet.slack.person().runs("/status", "acme", ops.id)
    await sent.acked()

    assert root.value.startswith(f"{ops.id}:")
    assert fleet.desk.said[0][0] == "status acme"


async def test_a_channel_that_somebody_names_is_looked_at(fleet: Fleet) -> None:
    await fleet.installs()
    ops, strange = fleet.slack.world.channel("ops"), fleet.slack.world.channel("strange", member=False)
    visit = fleet.chat.visit
    assert visit is not None

    assert [await visit(one) for one in ("#ops", ops.id)] == [Visit(ops.id), Visit(ops.id)]
    assert await visit(f"{OTHER}/{fleet.there.id}") == Visit(f"{OTHER}/{fleet.there.id}")
    assert "/invite it there" in (await visit(strange.id)).reasons[0]
    with pytest.raises(PermanentFailure, match="sees no channel #nowhere"):
        await visit("#nowhere")


async def test_people_of_another_workspace_are_heard_with_their_own_thread(fleet: Fleet) -> None:
    await fleet.installs()
    root = await fleet.chat.platform.post(f"{OTHER}/{fleet.there.id}", message(), "root")
    ts = root.value.rpartition(":")[2]

    sent = await fleet.slack.person("U0ELSEWHERE").mentions("<@U0BOT> ack", fleet.there.id, thread=ts)
    await sent.acked()
    await fleet.slack.journal.until("chat.postMessage", 2)

    ((text, person, address, thread),) = fleet.desk.said
    assert (text, person.name, address, thread) == ("ack", "elsewhere", f"{OTHER}/{fleet.there.id}", root)
    asked, answered = fleet.slack.world.thread(fleet.there.id, ts)
    assert (asked.user, "Acme is down" in readable(answered)) == ("U0ELSEWHERE", True)


async def test_a_form_of_another_workspace_is_answered_where_it_was_opened(fleet: Fleet) -> None:
    await fleet.installs()
    person, world = fleet.slack.person("U0ELSEWHERE"), fleet.slack.world
    await (await person.runs("/incident", "declare", fleet.there.id)).acked()
    await fleet.slack.journal.until("views.open", 1)
    (view,) = world.views.values()

    title = {"type": "plain_text_input", "value": "It is down"}
    await (await person.submits(view, {"title": {"title": title}})).acked()
    await fleet.slack.journal.until("chat.postEphemeral", 1)

    assert [one.address for one in fleet.desk.asked] == [f"{OTHER}/{fleet.there.id}"] * 2
    assert len(world.ephemerals(fleet.there.id)) == 1


async def test_a_press_in_another_workspace_is_of_the_channel_as_it_is_configured(fleet: Fleet) -> None:
    await fleet.installs()
    said = message()
    dressed = Message(tone=said.tone, headline=said.headline, controls=(Control(Action.ACK, "Acknowledge", "acme-1"),))
    root = await fleet.chat.platform.post(f"{OTHER}/{fleet.there.id}", dressed, "root")
    posted = fleet.slack.world.message(fleet.there.id, root.value.rpartition(":")[2])

    await (await fleet.slack.person("U0ELSEWHERE").presses(posted, "sitrep:ack")).acked()

    (asked,) = fleet.desk.asked
    assert (asked.address, asked.thread) == (f"{OTHER}/{fleet.there.id}", root)


async def test_who_asks_while_the_database_is_away_is_heard_as_the_last_that_is_known_of_us_there(fleet: Fleet) -> None:
    await fleet.installs()
    person = fleet.slack.person("U0ELSEWHERE")
    await (await person.runs("/status", "", fleet.there.id)).acked()
    fleet.kept.is_away = True

    sent = await person.runs("/status", "acme", fleet.there.id)
    await sent.acked()

    assert sent.in_time
    assert [text for text, *_ in fleet.desk.said][-1] == "status acme"


async def test_a_workspace_that_removes_the_app_is_forgotten_and_the_others_are_not(fleet: Fleet) -> None:
    await fleet.installs()
    ops = fleet.slack.world.channel("ops")
    for delivery in await fleet.slack.person("U0ELSEWHERE").removes_app():
        await delivery.done()

    async with asyncio.timeout(20):
        while OTHER in fleet.kept.bodies:  # noqa: ASYNC110  (events are acknowledged before they are seen to)
            await asyncio.sleep(0.01)
    with pytest.raises(PermanentFailure, match="not installed"):
        await fleet.chat.platform.post(f"{OTHER}/{fleet.there.id}", message(), "root")
    await fleet.chat.platform.post(ops.id, message(), "root")


async def test_a_workspace_whose_token_was_revoked_parks_its_channel_alone(fleet: Fleet) -> None:
    await fleet.installs()
    ops = fleet.slack.world.channel("ops")
    fleet.slack.faults.add(
        "chat.postMessage", localslack.error("token_revoked"), when=lambda args: args.get("channel") == fleet.there.id
    )

    with pytest.raises(PermanentFailure, match=f"workspace {OTHER}: the bot token was revoked") as told:
        await fleet.chat.platform.post(f"{OTHER}/{fleet.there.id}", message(), "root")
    assert type(told.value) is PermanentFailure
    await fleet.chat.platform.post(ops.id, message(), "root")


async def test_a_new_installation_is_used_at_once(fleet: Fleet) -> None:
    await fleet.installs()
    fleet.slack.faults.add("chat.postMessage", localslack.error("token_revoked"))
    with pytest.raises(PermanentFailure):
        await fleet.chat.platform.post(f"{OTHER}/{fleet.there.id}", message(), "root")

    assert await fleet.agrees(await fleet.begins(), code="agreed again") == 200
    await fleet.chat.platform.post(f"{OTHER}/{fleet.there.id}", message(), "root")


async def test_without_any_configured_token_the_installed_workspaces_are_told() -> None:
    async with fleet_of(home=False) as fleet:
        await fleet.installs()
        await fleet.chat.platform.post(f"{OTHER}/{fleet.there.id}", message(), "root")

        with pytest.raises(PermanentFailure, match="no bot token is configured"):
            await fleet.chat.platform.post("C1", message(), "root")


@pytest.mark.parametrize("state", ["", "made.up.state", "1772366400.abc.def"])
async def test_an_installation_that_nobody_began_is_refused(fleet: Fleet, state: str) -> None:
    assert await fleet.agrees(state) != 200
    assert fleet.kept.bodies == {}


async def test_an_installation_can_not_be_finished_twice(fleet: Fleet) -> None:
    state = await fleet.begins()

    assert await fleet.agrees(state) == 200
    assert await fleet.agrees(state, code="again") != 200


async def test_a_state_is_good_once_and_for_ten_minutes() -> None:
    now = [NOON]
    kept = Kept()
    states, others = (States("secret", lambda: now[0], kept) for _ in range(2))
    first, second, third = [await states.async_issue() for _ in range(3)]

    assert [await one.async_consume(first) for one in (states, states, others)] == [True, False, False]
    assert await others.async_consume(third)
    assert not await States("another", lambda: NOON, kept).async_consume(second)
    assert not await states.async_consume("ärger.1")
    now[0] += timedelta(minutes=11)
    assert not await states.async_consume(second)


async def test_the_ref_of_a_deleted_root_is_known_there_too(fleet: Fleet) -> None:
    await fleet.installs()
    address = f"{OTHER}/{fleet.there.id}"
    root = await fleet.chat.platform.post(address, message(), "root")
    fleet.slack.world.remove(fleet.there.id, root.value.rpartition(":")[2])

    again = await fleet.chat.platform.post(address, message(), "again", root)

    assert isinstance(again, Ref)
    assert "Its thread has what was told before." in readable(fleet.slack.world.roots(fleet.there.id)[0])


async def test_a_workspace_that_nobody_has_named_is_not_let_in() -> None:
    """Anybody may open the address at which the app is installed."""
    kept, strange = Kept(), Installation(user_id="U1", team_id="T0STRANGE", bot_token="xoxb-strange", bot_id="B1")
    installs = Installs(kept, named=[OTHER])
    with pytest.raises(BoltError, match="does not know the workspace"):
        await installs.async_save(strange)
    bodies = dict(kept.bodies)
    await kept.save("T0STRANGE", json.dumps(strange.to_dict(), default=str))

    assert bodies == {}
    assert await installs.async_find_installation(enterprise_id=None, team_id="T0STRANGE") is None
    assert await installs.async_find_bot(enterprise_id=None, team_id="T0STRANGE") is None
    assert await installs.token("T0STRANGE") is None
