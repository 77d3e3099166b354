from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.localslack import alive, fallback, readable, too_long
from tests.localslack.nouns import Message

URL = "https://status.acme.example/incidents/1"


def message(text: str = "", **fields: Any) -> Message:
    sent = {"text": text, "unfurl_links": False, "unfurl_media": False, **fields.pop("sent", {})}
    return Message(channel="C1", ts="1.000001", user="U1", text=text, sent=sent, posted=sent, **fields)


def block(text: str, kind: str = "mrkdwn", **more: Any) -> Message:
    return message(blocks=[{"type": "section", "text": {"type": kind, "text": text, **more}}])


VERBATIM: dict[str, Any] = {"verbatim": True}

ACTS = {
    "a channel is called": (block("a <!here> b", **VERBATIM), ["<!here>"]),
    "everyone": (message("<!everyone> <!channel>"), ["<!everyone>", "<!channel>"]),
    "a group": (message("<!subteam^S01|ops>"), ["<!subteam^S01|ops>"]),
    "a person and a channel": (block("<@U012> <#C012>", **VERBATIM), ["<@U012>", "<#C012>"]),
    "a plain name that is parsed": (block("@here @channel @everyone"), ["@here", "@channel", "@everyone"]),
    "a plain name of a person": (block("ask @reader in #ops"), ["@reader", "#ops"]),
    "names in the text when asked for": (message("@here", sent={"link_names": True}), ["@here"]),
    "a link": (block("<https://evil.example|your bank>", **VERBATIM), ["<https://evil.example|your bank>"]),
    "a tag that was not escaped": (block("<script>", **VERBATIM), ["<script>"]),
    "a bare address that is parsed": (block("see https://evil.example/a"), ["https://evil.example/a"]),
    "a bare name of a host that is parsed": (block("see evil.example"), ["evil.example"]),
    "a link in a date": (
        block("<!date^1^{date}^https://evil.example|then>", **VERBATIM),
        ["<!date^1^{date}^https://evil.example|then>"],
    ),
    "formatting": (block("*b* _i_ ~s~ `c`", **VERBATIM), ["`c`", "*b*", "_i_", "~s~"]),
    "a block of code": (block("```a\nb```", **VERBATIM), ["```a\nb```"]),
    "emoji": (block("all :fire: here", **VERBATIM), [":fire:"]),
    "emoji in plain text": (block(":fire:", "plain_text"), [":fire:"]),
    "a quotation, escaped as Slack asks": (block("a\n&gt; b", **VERBATIM), ["&gt;"]),
    "wide characters": (
        block("\uff0ab\uff0a \uff3fi\uff3f \uff40c\uff40\n\uff1eq", **VERBATIM),
        ["\uff40c\uff40", "\uff0ab\uff0a", "\uff3fi\uff3f", "\uff1e"],
    ),
    "a list in a markdown block": (message(blocks=[{"type": "markdown", "text": "- a"}]), ["- a"]),
    "a mention in rich text": (
        message(
            blocks=[
                {
                    "type": "rich_text",
                    "elements": [{"type": "rich_text_section", "elements": [{"type": "broadcast", "range": "here"}]}],
                }
            ]
        ),
        ["@here"],
    ),
    "an attachment": (message(attachments=[{"text": "<!here>", "title_link": "u"}]), ["<!here>", "<u|>"]),
    "a field": (
        message(blocks=[{"type": "section", "fields": [{"type": "mrkdwn", "text": "<!here>", "verbatim": True}]}]),
        ["<!here>"],
    ),
    "the text behind blocks": (message("<!here>", blocks=[{"type": "divider"}]), ["<!here>"]),
}

RESTS = {
    "escaped": block("&lt;!here&gt; &amp;lt;", **VERBATIM),
    "names that are not parsed": block("@here @reader #ops evil.example https://evil.example", **VERBATIM),
    "names in the text": message("@here @reader https://evil.example"),
    "plain text": block("<!here> *b* @here https://evil.example <https://evil.example|bank>", "plain_text"),
    "a date": block("<!date^1700000000^{date_short_pretty} {time}|12:00 UTC>", **VERBATIM),
    "a sum": block("2 * 3 * 4, snake_case_name, a*b*c, ~ 5 ~", **VERBATIM),
    "stopped by an invisible character": block("*\u200bb* `\u200b", **VERBATIM),
    "a time": block("at 10:30:15", **VERBATIM),
    "two lines": block("*a\nb*", **VERBATIM),
}


@pytest.mark.parametrize("name", ACTS)
def test_it_finds_what_acts(name: str) -> None:
    shown, expected = ACTS[name]

    assert alive(shown) == expected


@pytest.mark.parametrize("name", RESTS)
def test_it_leaves_alone_what_rests(name: str) -> None:
    assert alive(RESTS[name]) == []


def test_what_the_bot_means_to_do_is_fine() -> None:
    ours = block(f"*Acme* :red_circle: <{URL}|page> <https://evil.example|page>", **VERBATIM)

    assert alive(ours, links={URL}, ours={"*Acme*", ":red_circle:"}) == ["<https://evil.example|page>"]
    assert alive(ours, links=lambda url: url.startswith("https:"), ours=lambda one: "e" in one) == []


def test_addresses_in_the_text_act_while_they_unfurl() -> None:
    unfurls = {"unfurl_links": True}

    assert alive(message(URL, sent=unfurls)) == [URL]
    assert alive(message(URL, sent={**unfurls, "parse": "none"})) == []


def test_a_message_reads_as_a_person_reads_it() -> None:
    shown = message(
        "not seen while there are blocks",
        blocks=[
            {"type": "header", "text": {"type": "plain_text", "text": "Acme: Errors"}},
            {"type": "section", "text": {"type": "mrkdwn", "text": f"*Major* · <{URL}|page>\n&gt;since &lt;b&gt;"}},
            {
                "type": "section",
                "fields": [{"type": "plain_text", "text": "left"}, {"type": "mrkdwn", "text": "right"}],
            },
            {"type": "context", "elements": [{"type": "mrkdwn", "text": "<!date^1^{time}|12:00 UTC> <!here> <@U1>"}]},
            {"type": "actions", "elements": [{"type": "button", "text": {"type": "plain_text", "text": "Mute"}}]},
        ],
        attachments=[{"fallback": "f", "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": "below"}}]}],
    )

    assert readable(shown) == ("Acme: Errors\nMajor · page\nsince <b>\nleft\nright\n12:00 UTC @here @U1\n[Mute]\nbelow")
    assert fallback(shown) == "not seen while there are blocks"


def test_the_text_stands_above_attachments() -> None:
    assert readable(message("above", attachments=[{"text": "below"}])) == "above\nbelow"


def test_what_is_too_long_is_told() -> None:
    cut = message("w" * 100, sent={"text": "w" * 101})

    assert too_long(message("w" * 4_000)) == []
    assert too_long(message("w" * 4_001)) == ["w" * 4_001]
    assert too_long(cut) == ["w" * 101]


@given(st.text(max_size=60) | st.text("*_~`<>&@:|!#- \n\u200ba1", max_size=60))
@settings(max_examples=200, deadline=None)
def test_nothing_is_too_strange_to_be_read(text: str) -> None:
    shown = block(text)

    assert isinstance(alive(shown), list)
    assert isinstance(readable(shown), str)
