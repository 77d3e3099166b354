from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from tests.localslack import LocalSlack, readable
from tests.localslack.blocks import VIEW, completed, faults_of, told
from tests.localslack.nouns import Channel

Json = dict[str, Any]


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str) -> Json:
    return {"type": "mrkdwn", "text": text}


def section(**more: Any) -> Json:
    return {"type": "section", "text": plain("a"), **more}


def button(**more: Any) -> Json:
    return {"type": "button", "text": plain("a"), "action_id": "a", **more}


def actions(*elements: Json) -> Json:
    return {"type": "actions", "elements": list(elements)}


def menu(**option: Any) -> Json:
    return {"type": "static_select", "options": [{"text": plain("a"), "value": "b", **option}], "action_id": "a"}


FINE = [
    section(text=mrkdwn("w" * 3_000)),
    section(text=plain("a"), fields=[mrkdwn("w" * 2_000)] * 10),
    {"type": "header", "text": plain("w" * 150)},
    {"type": "context", "elements": [mrkdwn("a"), *[plain("b")] * 9]},
    actions(*(button(text=plain("w" * 75), value="v" * 2_000, action_id=f"{n}" * 127) for n in range(25))),
    {"type": "divider", "block_id": "b" * 255},
    {"type": "image", "image_url": "https://a.example/a.png", "alt_text": ""},
    section(accessory=menu(text=plain("w" * 75), value="v" * 150)),
]

WRONG = {
    "a text that is too long": (section(text=mrkdwn("w" * 3_001)), "must be less than 3001 characters", "text/text"),
    "an empty text": (section(text=mrkdwn("")), "must be more than 0 characters", "text/text"),
    "no text": ({"type": "section"}, "missing required field: text or fields", ""),
    "a text of no kind": (section(text={"type": "markdown", "text": "a"}), "unsupported type: markdown", "text/type"),
    "a text that is none": (section(text="a"), "must be an object", "text"),
    "a verbatim plain text": (
        section(text={**plain("a"), "verbatim": True}),
        "invalid additional property: verbatim",
        "text",
    ),
    "a verbatim that is none": (section(text={**mrkdwn("a"), "verbatim": "yes"}), "must be a boolean", "text/verbatim"),
    "a misplaced verbatim": (section(verbatim=True), "invalid additional property: verbatim", ""),
    "a button with more": (actions(button(emoji=True)), "invalid additional property: emoji", "elements/0"),
    "a long header": ({"type": "header", "text": plain("w" * 151)}, "must be less than 151 characters", "text/text"),
    "a formatted header": ({"type": "header", "text": mrkdwn("a")}, "unsupported type: mrkdwn", "text/type"),
    "many fields": (section(fields=[plain("a")] * 11), "no more than 10 items allowed", "fields"),
    "a long field": (section(fields=[plain("w" * 2_001)]), "must be less than 2001", "fields/0/text"),
    "a full context": ({"type": "context", "elements": [plain("a")] * 11}, "no more than 10 items", "elements"),
    "an empty context": ({"type": "context", "elements": []}, "must have at least 1 item", "elements"),
    "many buttons": (actions(*(button(action_id=f"{n}") for n in range(26))), "no more than 25 items", "elements"),
    "a long button": (actions(button(text=plain("w" * 76))), "must be less than 76", "elements/0/text/text"),
    "a formatted button": (actions(button(text=mrkdwn("a"))), "unsupported type: mrkdwn", "elements/0/text/type"),
    "a long value": (actions(button(value="v" * 2_001)), "must be less than 2001", "elements/0/value"),
    "a long address": (actions(button(url="u" * 3_001)), "must be less than 3001", "elements/0/url"),
    "a long action": (actions(button(action_id="a" * 256)), "must be less than 256", "elements/0/action_id"),
    "an action twice": (actions(button(), button()), "already exists", "elements/1/action_id"),
    "a strange style": (actions(button(style="loud")), "must be one of", "elements/0/style"),
    "a long option": (section(accessory=menu(text=plain("w" * 76))), "less than 76", "accessory/options/0/text/text"),
    "a long choice": (section(accessory=menu(value="v" * 151)), "less than 151", "accessory/options/0/value"),
    "an image without words": ({"type": "image", "image_url": "u"}, "missing required field: alt_text", ""),
    "an image of nothing": ({"type": "image", "alt_text": "a"}, "missing required field: image_url", ""),
    "a long block id": ({"type": "divider", "block_id": "b" * 256}, "must be less than 256", "block_id"),
    "a block of no kind": ({"type": "banner"}, "unsupported type: banner", "type"),
    "an alert": ({"type": "alert", "text": plain("a")}, "unsupported type: alert", "type"),
    "no block at all": ("a", "must be an object", ""),
}


def test_what_is_allowed_is_fine() -> None:
    assert faults_of(FINE) == []


@pytest.mark.parametrize("name", WRONG)
def test_it_says_what_is_wrong_and_where(name: str) -> None:
    block, words, where = WRONG[name]

    (fault,) = faults_of([block])

    assert words in fault
    assert fault.endswith(f"[json-pointer:/blocks/0{'/' * bool(where)}{where}]")


def test_a_message_has_fifty_blocks_and_a_view_a_hundred() -> None:
    many = [{"type": "divider"}] * 51

    assert faults_of(many) == ["no more than 50 items allowed [json-pointer:/blocks]"]
    assert faults_of(many, VIEW) == []


def test_a_block_id_stands_once() -> None:
    (fault,) = faults_of([section(block_id="a"), section(block_id="a")])

    assert "/blocks/1/block_id" in fault


async def test_wrong_blocks_are_an_error_with_all_reasons(ops: Channel, client: AsyncWebClient) -> None:
    wrong = [section(text=mrkdwn("w" * 3_001)), {"type": "banner"}]

    with pytest.raises(SlackApiError) as refused:
        await client.chat_postMessage(channel=ops.id, text="a", blocks=wrong)

    assert refused.value.response["error"] == "invalid_blocks"
    assert refused.value.response["response_metadata"]["messages"] == [
        "[ERROR] must be less than 3001 characters [json-pointer:/blocks/0/text/text]",
        "[ERROR] unsupported type: banner [json-pointer:/blocks/1/type]",
    ]


async def test_blocks_in_an_attachment_are_looked_at_too(ops: Channel, client: AsyncWebClient) -> None:
    with pytest.raises(SlackApiError) as refused:
        await client.chat_postMessage(channel=ops.id, text="a", attachments=[{"blocks": [{"type": "banner"}]}])

    assert refused.value.response["error"] == "invalid_attachments"
    assert refused.value.response["errors"] == ["unsupported type: banner [json-pointer:/attachments/0/blocks/0/type]"]


async def test_all_blocks_together_have_a_limit_too(ops: Channel, client: AsyncWebClient) -> None:
    big = [section(text=mrkdwn("w" * 3_000))] * 5

    with pytest.raises(SlackApiError, match="msg_blocks_too_long"):
        await client.chat_postMessage(channel=ops.id, text="a", blocks=big)


async def test_blocks_that_are_no_json_are_refused(ops: Channel, client: AsyncWebClient) -> None:
    with pytest.raises(SlackApiError, match="invalid_blocks_format"):
        await client.chat_postMessage(channel=ops.id, text="a", blocks="[")


names = st.sampled_from(
    ["type", "text", "elements", "fields", "accessory", "options", "block_id", "action_id", "confirm"]
)
kinds = st.sampled_from(["section", "header", "context", "actions", "button", "static_select", "mrkdwn", "plain_text"])
anything = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=5), kinds),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=4),
)


@given(st.lists(anything, max_size=3))
@settings(max_examples=200, deadline=None)
def test_nothing_is_too_strange_to_be_looked_at(blocks: list[Any]) -> None:
    if not faults_of(blocks):
        told(completed(blocks))


async def test_the_api_shows_plain_text_escaped_and_keeps_it_as_it_was(
    slack: LocalSlack, ops: Channel, client: AsyncWebClient
) -> None:
    answer = await client.chat_postMessage(channel=ops.id, text="a", blocks=[section(text=plain("<b> & co"))])

    assert answer["message"]["blocks"][0]["text"]["text"] == "&lt;b&gt; &amp; co"
    assert readable(slack.world.roots(ops.id)[0]) == "<b> & co"
