"""What Discord is sent, as it was reviewed; `make previews` shows each file as it looks in Discord."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.discord import limits, render
from adapters.discord.text import cut_literal, link, literal, web_address
from bot.core.message import Item, Line, Link, Message, Moment, Quote, Tone
from tests.adapters.cases import CASES, HOSTILE
from tests.localdiscord.checking import note_message
from tests.localdiscord.errors import Problems
from tests.unit.build import NOON

GOLDEN = Path(__file__).parents[1] / "data" / "discord"
KEY = "acme-1/discord:1/0/3"
texts = st.text(st.characters(exclude_categories=()), max_size=400)
spans = st.one_of(texts, st.builds(Moment, st.just(NOON)), st.builds(Link, texts, texts))
lines = st.builds(Line, st.lists(spans, max_size=4).map(tuple))
parts = st.one_of(
    lines,
    st.builds(Quote, texts, texts, st.sampled_from([None, NOON])),
    st.builds(
        Item,
        st.sampled_from(Tone),
        texts,
        st.lists(spans, max_size=2).map(tuple),
        st.lists(lines, max_size=2).map(tuple),
    ),
)
messages = st.builds(
    Message,
    tone=st.sampled_from(Tone),
    headline=texts,
    parts=st.lists(parts, max_size=60).map(tuple),
    url=st.one_of(st.none(), texts, texts.map("https://example.com/".__add__)),
    broadcast=st.booleans(),
)


def dressed(name: str) -> list[dict[str, Any]]:
    first, *replies = CASES[name]
    found = [render.root(first, KEY)]
    for one in replies:
        if one.broadcast:
            found.append({**render.broadcast(one, KEY), "where": "channel"})
        found.append(render.reply(replace(one, broadcast=False), KEY))
    return found


@pytest.mark.parametrize("name", CASES)
def test_it_looks_as_it_was_reviewed(name: str) -> None:
    """To accept a change, delete the file, run this once more, and look at the difference."""
    reviewed = GOLDEN / f"{name}.json"
    shown = json.dumps(dressed(name), ensure_ascii=False, indent=1) + "\n"
    if not reviewed.exists():
        reviewed.parent.mkdir(exist_ok=True)
        reviewed.write_text(shown, encoding="utf-8")
        pytest.fail(f"{reviewed.name} was not there and is written now: review it")

    assert shown == reviewed.read_text(encoding="utf-8")


def test_every_reviewed_file_has_its_case() -> None:
    assert {path.stem for path in GOLDEN.iterdir()} == set(CASES)


def refused(body: dict[str, Any]) -> object:
    """Return what Discord would find wrong with a body."""
    problems = Problems()
    note_message(problems, body, v2=False)
    return problems.errors


@settings(max_examples=300, deadline=None)
@given(message=messages)
def test_whatever_is_said_discord_takes_it(message: Message) -> None:
    for body in (
        render.root(message, KEY, ("-# a note",)),
        render.reply(message, KEY),
        render.broadcast(message, KEY),
        render.text_only(message, KEY),
    ):
        assert refused(body) == {}
        assert body["embeds"][0]["description"].strip()
        assert render.marked(body) == render.mark(KEY)
        assert body["allowed_mentions"] == {"parse": []}


@pytest.mark.parametrize("name", HOSTILE)
def test_the_hostile_are_taken_too(name: str) -> None:
    for body in (render.root(HOSTILE[name], KEY), render.reply(HOSTILE[name], KEY)):
        assert refused(body) == {}


def test_what_no_longer_fits_is_said_to_be_missing() -> None:
    told = render.reply(HOSTILE["hundred-quotes"], KEY)["embeds"][0]["description"]

    assert told.endswith("there is more than a message may hold.")
    assert len(told) <= limits.DESCRIPTION


def test_a_long_statement_is_cut_at_a_word_and_keeps_whose_it_is() -> None:
    told = Message(tone=Tone.MAJOR, headline="Update", parts=(Quote("word " * 2_000, "Acme", NOON),))

    said = render.reply(told, KEY)["embeds"][0]["description"].splitlines()

    assert said[1].endswith("word…")
    assert said[2].startswith("-# — Acme <t:")


@given(text=texts, most=st.integers(1, 500))
def test_a_cut_text_is_as_short_as_was_asked(text: str, most: int) -> None:
    assert len(cut_literal(text, most)) <= most


@given(text=texts)
def test_every_mark_is_escaped(text: str) -> None:
    """By Discord's own rule for what a backslash takes."""
    bare = re.sub(r"\\[^0-9A-Za-z\s]", "x", literal(text))

    assert not set(bare) & set("*_~`|<[]\\")
    assert not re.search(r"^\s*([-+#>]|\d+\.)", bare, re.MULTILINE)


def test_a_link_says_where_it_leads_and_leads_there() -> None:
    assert link("https://acme.example/a_(b)?c=d&e=f", "Acme's [page]") == (
        r"[Acme's \[page\]](https://acme.example/a_%28b%29?c=d&e=f)"
    )
    assert web_address("javascript:alert(1)") is None
    assert link("ftp://acme.example", "there") == "there"


def test_addresses_in_strangers_words_are_no_links() -> None:
    assert literal("see https://evil.example and discord.gg/abc") == r"see https:\//evil.example and discord.gg\/abc"
