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

from adapters.discord import limits, render, text
from adapters.discord.text import cut_literal, date, link, literal, web_address
from bot.core.message import About, Item, Line, Link, Message, Moment, Quote, Tone, heading, line
from tests.adapters.cases import CASES, HOSTILE
from tests.localdiscord.checking import note_message
from tests.localdiscord.errors import Problems
from tests.unit.build import NOON, at

GOLDEN = Path(__file__).parents[1] / "data" / "discord"
KEY = "acme-1/discord:1/0/3"
texts = st.text(st.characters(exclude_categories=()), max_size=400)
moments = st.builds(Moment, st.sampled_from([NOON, at(30), at(3_000)]), st.booleans())
spans = st.one_of(texts, moments, st.builds(Link, texts, texts))
lines = st.builds(Line, st.lists(spans, max_size=4).map(tuple), st.integers(0, 2))
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
    about=st.one_of(st.none(), st.builds(About, texts, st.lists(lines, max_size=3).map(tuple))),
    at=st.sampled_from([None, NOON]),
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


def test_a_root_is_known_by_its_button_too() -> None:
    """Should Discord not keep the address of an embed without a title."""
    first, *_ = CASES["critical-open"]
    body = render.root(first, KEY)

    assert render.marked({"components": body["components"]}) == render.mark(KEY)
    assert render.marked({"embeds": body["embeds"]}) == render.mark(KEY)
    assert render.marked({"components": render.root(first)["components"]}) is None


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
        assert not re.search(r"(?m)^>(?! )", body["embeds"][0]["description"])
        assert render.marked(body) == render.mark(KEY)
        assert body["allowed_mentions"] == {"parse": []}


@pytest.mark.parametrize("name", HOSTILE)
def test_the_hostile_are_taken_too(name: str) -> None:
    hostile = HOSTILE[name]
    lines = tuple(part for part in hostile.parts if isinstance(part, Line))
    loud = replace(hostile, parts=(), about=About(hostile.headline, lines))
    late = replace(hostile, parts=(heading(hostile.headline), *hostile.parts) * 20)
    for body in (
        render.root(hostile, KEY),
        render.reply(hostile, KEY),
        render.reply(late, KEY),
        render.broadcast(loud, KEY),
        render.text_only(loud, KEY),
    ):
        assert refused(body) == {}


def told(body: dict[str, Any]) -> str:
    return str(body["embeds"][0]["description"])


NOTE = Message(
    tone=Tone.MINOR, headline="Note by on-call", parts=(Quote("We use the spare.", "on-call", NOON),), at=NOON
)
RAISED = Message(
    tone=Tone.MAJOR,
    headline="Impact raised: minor → major",
    broadcast=True,
    about=About("Acme: Errors", (line("Affects: API"),)),
    at=NOON,
)


def test_a_notification_says_what_a_reply_says() -> None:
    assert render.reply(NOTE, KEY)["content"] == "**Note by on-call**"


def test_whoever_the_headline_names_is_not_named_again() -> None:
    assert told(render.reply(NOTE, KEY)) == f"> We use the spare.\n-# {date(NOON)}"
    assert told(render.reply(replace(NOTE, headline="Note by call"), KEY)).endswith(f"-# — on-call, {date(NOON)}")


def test_a_reply_without_more_words_has_its_time() -> None:
    assert told(render.reply(RAISED, KEY)) == f"-# {date(NOON)}"


def test_the_channel_hears_of_which_incident_it_is_and_how_it_stands() -> None:
    heard = render.broadcast(RAISED, KEY)

    assert heard["content"] == "🟠 **Acme: Errors**\nImpact raised: minor → major"
    assert told(heard) == "Affects: API"
    assert render.text_only(RAISED, KEY)["content"] == heard["content"]


def test_the_root_has_the_beginning_of_a_long_statement() -> None:
    said = Message(tone=Tone.MAJOR, headline="Acme: Errors", parts=(Quote("word " * 500, "Acme", NOON),))

    assert 500 < len(told(render.root(said))) < 700
    assert len(told(render.reply(said, KEY))) > 2_000


def test_soon_after_a_date_the_time_of_day_is_enough() -> None:
    instants = [NOON, at(30), at(719), at(720), at(721), NOON]

    assert re.findall(r":(\w)>", line_of(*map(Moment, instants))) == ["f", "t", "t", "f", "t", "f"]


def test_how_long_ago_it_was_is_shown_where_it_is_asked_for() -> None:
    assert line_of(Moment(NOON, ago=True)) == "<t:1772366400:f> (<t:1772366400:R>)"


def line_of(*said: Moment) -> str:
    return text.line(said, text.Dates())


def test_several_of_a_kind_stand_under_one_heading_each_apart() -> None:
    one, other = Quote("One.", "Acme"), Quote("Other.", "Acme")
    said = Message(
        tone=Tone.MAJOR, headline="2", parts=(heading("Update"), one, heading("Update"), other, heading("End"))
    )

    assert told(render.reply(said, KEY)) == "**Update**\n> One.\n-# — Acme\n\n> Other.\n-# — Acme\n\n**End**"


def test_what_no_longer_fits_is_said_to_be_missing() -> None:
    said = told(render.reply(HOSTILE["hundred-quotes"], KEY))

    assert said.endswith("there is more than a message may hold.")
    assert len(said) <= limits.DESCRIPTION


def test_a_long_statement_is_cut_at_a_word_and_keeps_whose_it_is() -> None:
    long = Message(tone=Tone.MAJOR, headline="Update", parts=(Quote("word " * 2_000, "Acme", NOON),))

    said = told(render.reply(long, KEY)).splitlines()

    assert said[0].endswith("word…")
    assert said[1].startswith("-# — Acme, <t:")


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
