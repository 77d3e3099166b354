from __future__ import annotations

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError, SlackRequestError
from slack_sdk.web.async_client import AsyncWebClient

from tests.localslack import LocalSlack, status
from tests.localslack.nouns import Channel


async def test_what_the_sdk_uploads_is_kept_and_shown_to_nobody(slack: LocalSlack, client: AsyncWebClient) -> None:
    answer = await client.files_upload_v2(filename="a.md", content="# Hi", title="A report", alt_txt="words")

    (kept,) = slack.world.uploads.values()
    assert (kept.content, kept.title, kept.alt, kept.shared) == (b"# Hi", "A report", "words", [])
    assert answer["files"][0]["permalink"] == kept.permalink
    assert slack.journal.unknown() == []


async def test_a_message_shows_the_files_that_its_text_links(
    slack: LocalSlack, ops: Channel, client: AsyncWebClient
) -> None:
    link = (await client.files_upload_v2(filename="a.md", content="# Hi"))["files"][0]["permalink"]

    await client.chat_postMessage(channel=ops.id, text=f"Here: <{link}|a.md>")
    await client.chat_postMessage(channel=ops.id, text=f"Not here: <{link}|a.md>", unfurl_media=False)

    first, second = slack.world.roots(ops.id)
    assert [one.name for one in first.files] == ["a.md"]
    assert second.files == []
    assert first.public()["files"][0]["channels"] == [ops.id]


async def test_nobody_shows_what_is_not_theirs(slack: LocalSlack, ops: Channel, client: AsyncWebClient) -> None:
    link = (await client.files_upload_v2(filename="a.md", content="# Hi"))["files"][0]["permalink"]
    next(iter(slack.world.uploads.values())).owner = "U0ANOTHER"

    await client.chat_postMessage(channel=ops.id, text=f"<{link}|a.md>")

    assert slack.world.roots(ops.id)[0].files == []


@pytest.mark.parametrize(("name", "length"), [("", 4), ("a.md", 0), ("a.md", 2 * 1024**3)])
async def test_an_upload_wants_a_name_and_a_length(client: AsyncWebClient, name: str, length: int) -> None:
    with pytest.raises(SlackApiError, match="invalid_arguments"):
        await client.files_getUploadURLExternal(filename=name, length=length)


async def test_what_is_longer_than_announced_is_refused(slack: LocalSlack, client: AsyncWebClient) -> None:
    url = (await client.files_getUploadURLExternal(filename="a.md", length=2))["upload_url"]

    async with aiohttp.ClientSession() as session, session.post(url, data=b"# Hi") as answer:
        assert answer.status == 400
    assert next(iter(slack.world.uploads.values())).content is None


async def test_what_was_not_uploaded_can_not_be_completed(client: AsyncWebClient) -> None:
    made = await client.files_getUploadURLExternal(filename="a.md", length=2)

    for id_ in (made["file_id"], "F0NOBODYS"):
        with pytest.raises(SlackApiError, match="file_not_found"):
            await client.files_completeUploadExternal(files=[{"id": id_}])


async def test_an_upload_that_fails_is_told_to_the_sdk(slack: LocalSlack, client: AsyncWebClient) -> None:

    slack.faults.add("upload", status(503))

    with pytest.raises(SlackRequestError, match="503"):
        await client.files_upload_v2(filename="a.md", content="# Hi")


async def test_it_takes_the_scope(slack: LocalSlack, client: AsyncWebClient) -> None:
    slack.world.installation.scopes = ("chat:write",)

    with pytest.raises(SlackApiError, match="missing_scope"):
        await client.files_getUploadURLExternal(filename="a.md", length=2)
