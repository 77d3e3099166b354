from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.localdiscord import alive, pings, readable, too_long
from tests.localdiscord.nouns import COMPONENTS_V2, SUPPRESS_EMBEDS, Message

URL = "https://status.acme.example/incidents/1"
EVIL = "https://evil.example/a"


def message(content: str = "", **fields: Any) -> Message:
    return Message(id="1", channel="2", author="3", at="", content=content, **fields)


def embed(**fields: Any) -> Message:
    return message(embeds=[{"type": "rich", **fields}])


def layout(words: str) -> Message:
    inner = {"type": 10, "id": 2, "content": words}
    return message(flags=COMPONENTS_V2, components=[{"type": 17, "id": 1, "components": [inner]}])


def link_button(url: str) -> Message:
    button = {"type": 2, "id": 2, "style": 5, "label": "Open", "url": url}
    return message(components=[{"type": 1, "id": 1, "components": [button]}])


ACTS: dict[str, tuple[Message, list[str]]] = {
    "bold": (message("a **b** c"), ["**b**"]),
    "italics": (message("*a* _b_"), ["*a*", "_b_"]),
    "one letter in italics": (message("a *b* c"), ["*b*"]),
    "underlined": (message("__a__"), ["__a__"]),
    "struck": (message("~~a~~"), ["~~a~~"]),
    "a spoiler": (message("||a||"), ["||a||"]),
    "one within another": (message("**a ~~b~~**"), ["**a ~~b~~**", "~~b~~"]),
    "bold over lines": (message("**a\nb**"), ["**a\nb**"]),
    "an invisible character within stops nothing": (message("*\u200ba\u200b*"), ["*\u200ba\u200b*"]),
    "an escape within": (message(r"**a \* b**"), [r"**a \* b**"]),
    "a header in a quotation": (message("> # a"), ["> ", "# "]),
    "a link with brackets in it": (message("[a](https://evil.example/(b))"), ["[a](https://evil.example/(b))"]),
    "code": (message("`a`"), ["`a`"]),
    "a block of code": (message("```py\na\n```"), ["```py\na\n```"]),
    "a quotation": (message("a\n> b"), ["> "]),
    "a quotation to the end": (message(">>> b"), [">>> "]),
    "headers": (message("# a\n### b"), ["# ", "### "]),
    "a list": (message("- a\n* b\n1. c"), ["- ", "* ", "1. "]),
    "small print": (message("-# a"), ["-# "]),
    "a link by another name": (message(f"[your bank]({EVIL})"), [f"[your bank]({EVIL})"]),
    "a link by another name, angled and titled": (
        message(f'[your bank](<{EVIL}> "hover")'),
        [f'[your bank](<{EVIL}> "hover")'],
    ),
    "a bare link that brings a preview": (message(f"see {EVIL}."), [EVIL]),
    "an invitation": (message("join discord.gg/abc"), ["discord.gg/abc"]),
    "a person, a role and a channel": (message("<@1> <@!2> <@&3> <#4>"), ["<@1>", "<@!2>", "<@&3>", "<#4>"]),
    "an escaped mention": (message(r"\<@1>"), ["<@1>"]),
    "a command": (message("</incident ack:5>"), ["</incident ack:5>"]),
    "a custom emoji": (message("<:fire:12> <a:fire:12>"), ["<:fire:12>", "<a:fire:12>"]),
    "a time": (message("<t:1618953630:R> <t:1>"), ["<t:1618953630:R>", "<t:1>"]),
    "a place of the guild": (message("<id:customize>"), ["<id:customize>"]),
    "whom it called": (message("@everyone", pinged=("@everyone",)), ["@everyone"]),
    "a description": (embed(description=f"**a** [b]({EVIL})"), [f"[b]({EVIL})", "**a**"]),
    "a field": (embed(fields=[{"name": "**n**", "value": "> v"}]), ["**n**", "> "]),
    "a title, in one line": (embed(title="**a** <@1> # b"), ["**a**"]),
    "where a title leads": (embed(title="a", url=EVIL), [f"[a]({EVIL})"]),
    "where an author leads": (embed(author={"name": "a", "url": EVIL}), [f"[a]({EVIL})"]),
    "an image": (embed(image={"url": EVIL}), [f"[]({EVIL})"]),
    "a button that leads away": (link_button(EVIL), [f"[Open]({EVIL})"]),
    "a layout": (layout("**a** <@1>"), ["<@1>", "**a**"]),
}

HARMLESS: dict[str, Message] = {
    "plain words": message("5 * 3 = 15, a_b_c, 1.5, # of requests #1, > 5"),
    "escaped marks": message(r"\*\*a\*\* \_b\_ \`c\` \~\~d\~\~ \|\|e\|\| \[f\]\(g\)"),
    "escaped blocks": message("\\# a\n\\> b\n\\- c\n1\\. d\n\\-# e"),
    "nobody was called": message("@everyone @here"),
    "a permitted link": message(f"[the page]({URL}) {URL}"),
    "an author and a footer": embed(author={"name": "**a** <@1>"}, footer={"text": "_b_ <t:1>"}),
    "a title that mentions": embed(title=f"<@1> <t:1> [a]({EVIL})"),
    "a bare link where it brings no preview": embed(description=EVIL),
    "a bare link whose preview is suppressed": message(EVIL, flags=SUPPRESS_EMBEDS),
    "an angled link": message(f"<{EVIL}>"),
    "a layout's bare link": layout(EVIL),
    "short codes": message(":fire: :here:"),
    "a label": message(
        components=[{"type": 1, "components": [{"type": 2, "style": 1, "label": "**a** <@1>", "custom_id": "c"}]}]
    ),
    "a permitted button": link_button(URL),
    "a thread's name": message("a", thread_name="**a** <@1>"),
    "arithmetic": message("2 * 3 * 4"),
}


@pytest.mark.parametrize("name", ACTS)
def test_what_acts_is_named(name: str) -> None:
    said, fragments = ACTS[name]

    assert sorted(alive(said, links={URL})) == sorted(fragments)


@pytest.mark.parametrize("name", HARMLESS)
def test_what_does_nothing_is_not_named(name: str) -> None:
    assert alive(HARMLESS[name], links={URL}) == []


def test_what_is_ours_is_not_named() -> None:
    said = message("**Acme** is down since <t:1618953630:R>, <@&3>", pinged=("<@&3>",))

    assert alive(said, ours={"**Acme**", "<t:1618953630:R>", "<@&3>"}) == []
    assert alive(said, ours=lambda fragment: fragment.startswith("<")) == ["**Acme**"]


def test_a_link_is_allowed_by_its_whole_address() -> None:
    address = "https://acme.example/a_b_(c)"

    assert alive(message(f"[a]({address}) [b](<{address}>)"), links={address}) == []
    assert alive(message(f"[a]({address}/more)"), links={address}) == [f"[a]({address}/more)"]


def test_bare_links_can_be_asked_for_wherever_they_can_be_clicked() -> None:
    assert alive(embed(description=EVIL), bare=True) == [EVIL]
    assert alive(message(f"<{EVIL}>"), bare=True) == [f"<{EVIL}>"]
    assert alive(embed(description=URL), links={URL}, bare=True) == []


@pytest.mark.parametrize(
    ("content", "read"),
    [
        ("**a** *b* _c_ __d__ ~~e~~ ||f|| `g`", "a b c d e f g"),
        (r"\*\*a\*\* 5 \> 3", "**a** 5 > 3"),
        ("# a\n> b\n- c\n-# d", "a\nb\nc\nd"),
        (f"[the page]({URL})", "the page"),
        (f"see <{URL}>", f"see {URL}"),
        ("<@1> <@&2> <#3> <:fire:4> </incident ack:5>", "@1 @2 #3 :fire: /incident ack"),
        ("since <t:1618953630:R>", "since 2021-04-20 21:20 UTC"),
        ("**a *b* c**", "a b c"),
    ],
)
def test_it_is_read_without_its_markup(content: str, read: str) -> None:
    assert readable(message(content)) == read


def test_all_parts_are_read_in_order() -> None:
    said = embed(
        author={"name": "Acme"},
        title="Errors",
        description="**Some** requests fail.",
        fields=[{"name": "Since", "value": "noon"}],
        footer={"text": "statuspage"},
    )
    said.content = "New"
    said.components = [{"type": 1, "components": [{"type": 2, "label": "Mute", "custom_id": "m"}]}]

    assert readable(said).splitlines() == [
        "New",
        "Acme",
        "Errors",
        "Some requests fail.",
        "Since",
        "noon",
        "statuspage",
        "[Mute]",
    ]
    assert readable(layout("# Errors")) == "Errors"


def test_what_is_too_long_is_named() -> None:
    assert too_long(message("a" * 2_000)) == []
    assert too_long(message("a" * 2_001, thread_name="n" * 101)) == ["content", "thread_name"]
    assert too_long(embed(title="t" * 257)) == ["embeds.0.title"]
    assert too_long(layout("t" * 4_001)) == ["components", "components.0.components.0.content"]


def test_whom_a_message_called_is_told() -> None:
    assert pings(message("a", pinged=("@here",))) == ["@here"]


@settings(max_examples=60, deadline=None)
@given(words=st.text(st.sampled_from("*_~|`>#-[]()<@&!:t/1.\\ \nab"), max_size=60))
def test_any_text_can_be_looked_at(words: str) -> None:
    escaped = "".join(f"\\{one}" if one in "*_~|`>#-[]()<@:/\\." else one for one in words)

    readable(message(words))
    alive(message(words))
    # A digit and a full stop at the start of a line, escaped between them, are no list.
    assert alive(embed(description=escaped)) == []
