"""Answers with files: on Slack by direct message, on Discord within the answer; their words where no file may go."""

from __future__ import annotations

from dataclasses import replace

from bot.core.message import Reply
from bot.ports import Answer
from tests.adapters.carrying import PICTURE, REPORT
from tests.adapters.discordscene import Scene as OnDiscord
from tests.adapters.discordscene import running as discord_running
from tests.adapters.discordscene import soon
from tests.adapters.fakedesk import says
from tests.adapters.test_slack_listen import Scene as OnSlack
from tests.adapters.test_slack_listen import by_socket
from tests.localdiscord import readable as readable_on_discord
from tests.localslack import PERSON, readable
from tests.localslack.nouns import SCOPES


def with_files() -> Reply:
    reply = says("The report of Acme: Errors")
    return replace(reply, message=replace(reply.message, files=(REPORT, PICTURE)))


async def asked_on_slack(at: OnSlack) -> str:
    at.desk.answer = Answer(with_files())
    await (await at.slack.person().runs("/incident", "report acme-1", at.ops.id)).acked()
    await at.until(lambda: len(at.private()) == 1)
    return at.private()[0]


async def test_on_slack_they_come_by_direct_message_and_the_answer_says_so() -> None:
    async with by_socket() as at:
        said = await asked_on_slack(at)

        (direct,) = at.slack.world.roots(at.slack.world.direct(PERSON).id)
        assert [(one.name, one.content) for one in direct.files] == [
            (REPORT.name, REPORT.content),
            (PICTURE.name, PICTURE.content),
        ]
        assert "The report of Acme: Errors" in readable(direct)
        assert "acme-1.md, acme-1.png: in your direct messages with Sitrep." in said
        assert at.slack.world.roots(at.ops.id) == []


async def test_on_slack_what_comes_later_has_its_files_too() -> None:
    async def later() -> Reply:
        return with_files()

    async with by_socket() as at:
        at.desk.answer = Answer(says("Looking"), later)
        await (await at.slack.person().runs("/incident", "report acme-1", at.ops.id)).acked()
        await at.until(lambda: len(at.private()) == 2)

        (direct,) = at.slack.world.roots(at.slack.world.direct(PERSON).id)
        assert len(direct.files) == 2


async def test_on_slack_who_can_not_be_written_to_reads_it_in_the_answer() -> None:
    async with by_socket() as at:
        at.slack.world.rules.messages_tab = False

        said = await asked_on_slack(at)

        assert "It lasted 1 h – we think." in said
        assert "Messages Tab" in said


async def test_on_slack_without_the_scope_the_direct_message_has_the_words() -> None:
    async with by_socket() as at:
        at.slack.world.installation.scopes = tuple(scope for scope in SCOPES if scope != "files:write")

        await asked_on_slack(at)

        (direct,) = at.slack.world.roots(at.slack.world.direct(PERSON).id)
        assert direct.files == []
        assert "It lasted 1 h – we think." in readable(direct)


async def asked_on_discord(at: OnDiscord) -> str:
    at.desk.answer = Answer(with_files())
    sent = await at.local.person().runs("incident details", channel=at.ops, which="acme-1")
    shown = await sent.said()
    assert sent.ephemeral
    return readable_on_discord(shown)


async def test_on_discord_they_come_with_the_answer() -> None:
    async with discord_running() as at:
        said = await asked_on_discord(at)

        (shown,) = at.ops.ephemeral
        assert [one["filename"] for one in shown.attachments] == [REPORT.name, PICTURE.name]
        assert [at.local.world.uploads[one["id"]] for one in shown.attachments] == [REPORT.content, PICTURE.content]
        assert shown.attachments[1]["description"] == PICTURE.about
        assert "The report of Acme: Errors" in said


async def test_on_discord_what_comes_later_has_its_files_too() -> None:
    async def later() -> Reply:
        return with_files()

    async with discord_running() as at:
        at.desk.answer = Answer(says("Looking"), later)
        await at.local.person().runs("incident details", channel=at.ops, which="acme-1")
        await soon(lambda: bool(at.ops.ephemeral) and bool(at.ops.ephemeral[0].attachments))

        assert "The report of Acme: Errors" in readable_on_discord(at.ops.ephemeral[0])


async def test_on_discord_where_no_file_may_go_the_answer_has_their_words() -> None:
    async with discord_running() as at:
        at.local.world.forbids("attach_files")

        said = await asked_on_discord(at)

        assert "It lasted 1 h – we think." in said
        assert "the bot lacks Attach Files here" in said
        assert at.ops.ephemeral[0].attachments == []
