"""The likeness of Discord that reviewed messages are looked at in: what acts there must be seen to act."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scripts.previews import discord, slack
from scripts.previews.markdown import FULL, INLINE, marked, readable
from scripts.previews.moments import NOW, moment

DATA = Path(__file__).parent / "data"
SENT = sorted((DATA / "discord").glob("*.json"))


@pytest.mark.parametrize(
    ("said", "drawn"),
    [
        ("**bold** and *it*, _it_", "<strong>bold</strong> and <em>it</em>, <em>it</em>"),
        ("***both***", "<em><strong>both</strong></em>"),
        ("__under__ ~~gone~~ ||hidden||", "<u>under</u> <s>gone</s> <mark>hidden</mark>"),
        ("snake_case_name", "snake_case_name"),
        (r"\*not\* \<@1> \||a||", "*not* &lt;@1&gt; ||a||"),
        ("`a **b**` ``c`d``", "<code>a **b**</code> <code>c`d</code>"),
        ("```py\nx < 1\n```\nafter", "<pre>x &lt; 1</pre>after"),
        ("> one\n> **two**\nafter", "<blockquote>one\n<strong>two</strong></blockquote>after"),
        ("> one\n>\n> two", "<blockquote>one</blockquote>&gt;\n<blockquote>two</blockquote>"),
        (">no quote, 2 > 1", "&gt;no quote, 2 &gt; 1"),
        (">>> all\nof it", "<blockquote>all\nof it</blockquote>"),
        ("# big\n-# small", "<h1>big</h1><small>small</small>"),
        ("#none a # b", "#none a # b"),
        ("[words](https://a.example)", '<a href="https://a.example" title="https://a.example">words</a>'),
        ("[words](javascript:x)", "[words](javascript:x)"),
        ("<https://a.example>", '<a href="https://a.example">https://a.example</a>'),
        (
            "see https://a.example/x_(y).",
            'see <a class="bare" href="https://a.example/x_(y)">https://a.example/x_(y)</a>.',
        ),
        ("<t:1772366400>", "<time>1 March 2026 12:00</time>"),
        ("<@1> <@&2>", '<span class="mention">@1</span> <span class="mention">@role 2</span>'),
        ("@everyone", '<span class="mention">@everyone</span>'),
        ('<script> & "', "&lt;script&gt; &amp; &quot;"),
    ],
)
def test_a_text_is_marked_as_discord_marks_it(said: str, drawn: str) -> None:
    assert marked(said, FULL) == drawn


@pytest.mark.parametrize("said", ["[a](https://b.example)", "&lt;@1&gt;", "# a", "- a", "@everyone"])
def test_a_title_takes_neither_links_nor_lines_nor_mentions(said: str) -> None:
    assert "<" not in marked(said, INLINE)


def test_lists_keep_their_depth_and_their_numbers() -> None:
    drawn = marked("- one\n  - two\n3. three", FULL)

    assert [drawn.count(kind) for kind in ("disc", "circle", "&quot;3. &quot;")] == [1, 1, 1]
    assert readable(drawn) == "• one\n• two\n• three"


@given(st.text("*_~`<>&@:|!#-[]()\\ \nat1", max_size=80) | st.text(max_size=200))
@settings(max_examples=150, deadline=None)
def test_every_text_can_be_drawn_and_no_html_comes_of_it(said: str) -> None:
    drawn = marked(f"{said}<script>", FULL)

    assert "<script" not in drawn


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (10, "in a few seconds"),
        (-60, "a minute ago"),
        (-40 * 60, "40 minutes ago"),
        (-7_800, "2 hours ago"),
        (8 * 3_600, "in 8 hours"),
        (-3 * 86_400, "3 days ago"),
    ],
)
def test_time_is_told_from_now(seconds: int, said: str) -> None:
    assert moment(int(NOW.timestamp()) + seconds, "R") == said


def test_an_instant_is_told_in_every_style() -> None:
    noon = int(datetime(2026, 3, 1, 12, tzinfo=UTC).timestamp())

    assert [moment(noon, style) for style in "tdDF"] == [
        "12:00",
        "01/03/2026",
        "1 March 2026",
        "Sunday 1 March 2026 12:00",
    ]


def test_a_reply_in_the_channel_shows_what_it_answers() -> None:
    drawn = discord.page("a", [{"content": "**Down**"}, {"content": "Up", "where": "channel"}])

    assert 'class="words">Down<' in drawn
    assert 'class="thread"' not in drawn


def test_who_is_called_is_seen_unless_nobody_may_be() -> None:
    assert 'message calls"' in discord.shown({"content": "<@1>"})
    assert 'message calls"' not in discord.shown({"content": "<@1>", "allowed_mentions": {"parse": []}})


@pytest.mark.parametrize("sent", SENT, ids=lambda path: path.stem)
def test_everything_that_is_sent_to_discord_can_be_shown(sent: Path) -> None:
    drawn = discord.page(sent.stem, json.loads(sent.read_text(encoding="utf-8")))

    assert "is not drawn" not in drawn


def test_what_is_sent_to_slack_can_be_shown() -> None:
    drawn = slack.page("thread", json.loads((DATA / "slack" / "thread.json").read_text(encoding="utf-8")))

    assert "Acme: Errors on the API" in drawn
