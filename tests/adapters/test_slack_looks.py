"""What Slack is sent, as it was reviewed; `make previews` shows each file as it looks in Slack."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.slack import limits, render
from adapters.slack.text import cut, cut_literal, fallback, link, literal, web_address
from bot.core.message import About, Call, Item, Line, Link, Message, Moment, Quote, Reach, Tone
from tests.adapters.cases import CASES, HOSTILE
from tests.localslack.looks import acts
from tests.localslack.texts import MRKDWN, Said
from tests.unit.build import NOON, at

GOLDEN = Path(__file__).parents[1] / "data" / "slack"
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
    calls=st.lists(
        st.builds(Call, st.sampled_from(Reach), texts | st.from_regex("[US][A-Z0-9]{8}", fullmatch=True))
    ).map(tuple),
)


def dressed(name: str) -> list[dict[str, Any]]:
    first, *replies = CASES[name]
    return [render.root(first), *(render.reply(one) for one in replies)]


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


def limits_broken(sent: dict[str, Any]) -> list[str]:
    """Return what is longer or more than Slack takes, or empty where it must not be."""
    blocks = [*sent["blocks"], *(block for one in sent["attachments"] for block in one["blocks"])]
    broken = ["too many blocks"] if len(blocks) > limits.BLOCKS else []
    broken += ["too much in blocks"] if sum(len(said) for block in blocks for said in _texts(block)) > 13_200 else []
    broken += ["text"] if not 0 < len(sent["text"]) <= limits.TEXT else []
    for block in blocks:
        most = {"header": limits.HEADER, "section": limits.SECTION, "context": limits.CONTEXT}.get(block["type"], 75)
        broken += [f"{block['type']}: {len(said)}" for said in _texts(block) if not 0 < len(said) <= most]
    return broken


def _texts(thing: Any) -> list[str]:
    if isinstance(thing, dict):
        if thing.get("type") in {"plain_text", "mrkdwn"}:
            return [thing["text"]]
        return [said for value in thing.values() for said in _texts(value)]
    return [said for value in thing for said in _texts(value)] if isinstance(thing, list) else []


@given(messages)
@settings(max_examples=60, deadline=None)
def test_no_message_is_more_than_slack_takes(message: Message) -> None:
    assert limits_broken(render.root(message)) == []
    assert limits_broken(render.reply(message)) == []


@pytest.mark.parametrize("name", HOSTILE)
def test_no_hostile_message_is_more_than_slack_takes(name: str) -> None:
    assert limits_broken(render.root(HOSTILE[name])) == []
    assert limits_broken(render.reply(HOSTILE[name])) == []


def test_only_those_who_are_meant_are_called_and_by_ids_that_are_ids() -> None:
    meant = (
        *(Call(Reach.PERSON, id_) for id_ in ("U012", "W34", "U012", "S56", "123456789", "u012", "U0> <!channel>", "")),
        *(Call(Reach.GROUP, id_) for id_ in ("S56", "U012", "<!here>")),
        Call(Reach.HERE),
        Call(Reach.ALL),
    )
    said = Message(tone=Tone.MAJOR, headline="<!everyone> @here <@U999>", calls=meant)

    assert render.calling(said) == "<@U012> <@W34> <!subteam^S56> <!here> <!channel>"
    for sent in (render.root(said), render.reply(said)):
        assert sent["blocks"][1]["text"]["text"] == render.calling(said)
        assert sent["text"].endswith(f"\n{render.calling(said)}")
        assert "<@U999>" not in sent["text"]
    assert render.text_only(said)["text"].endswith(render.calling(said))
    assert "<@" not in render.root(replace(said, calls=()))["text"]


@given(st.text(st.characters(exclude_categories=()), max_size=300) | st.text("*_~`<>&@:|!#- \na1", max_size=60))
@settings(max_examples=150, deadline=None)
def test_no_text_acts_in_mrkdwn(text: str) -> None:
    said = Said(words=literal(text), way=MRKDWN)

    assert list(acts(said, lambda _: False, lambda _: False)) == []


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://a.example/x?y=1&z=2", "https://a.example/x?y=1&amp;z=2"),
        ("https://a.example/x|https://evil.example", "https://a.example/x%7Chttps://evil.example"),
        ("https://a.example/<x>", "https://a.example/%3Cx%3E"),
        ("https://a.example/a b", "https://a.example/a%20b"),
        ("HTTP://a.example", "HTTP://a.example"),
        ("javascript:alert(1)", None),
        ("mailto:a@example.com", None),
        ("https://", None),
        ("https://[half", None),
        ("", None),
    ],
)
def test_an_address_is_one_of_the_web_and_stays_whole(url: str, shown: str | None) -> None:
    assert web_address(url) == shown


def test_a_link_that_leads_nowhere_is_only_its_words() -> None:
    assert link("javascript:alert(1)", "your bank") == "your bank"


def test_what_is_cut_ends_at_a_word() -> None:
    assert cut("some requests fail at times", 20) == "some requests fail…"
    assert cut("short", 20) == "short"
    assert cut("w" * 40, 20) == "w" * 19 + "…"


@given(st.text(max_size=300), st.integers(min_value=1, max_value=200))
def test_what_is_cut_fits_when_it_is_escaped(text: str, most: int) -> None:
    assert len(cut_literal(text, most)) <= most


@pytest.mark.parametrize("name", CASES)
def test_the_plain_text_alone_says_what_happened(name: str) -> None:
    for message in CASES[name]:
        said = fallback(message, limits.TEXT)
        assert said.startswith(cut_literal(message.headline, limits.TEXT // 4))
        assert "\n\n" not in said.replace(message.headline, "") or any(isinstance(p, Quote) for p in message.parts)
