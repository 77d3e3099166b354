"""What `help` says: short at first, and all of it for who asks."""

from __future__ import annotations

import pytest

from bot.core import helping
from bot.core.message import plain
from bot.core.verbs import Verb
from bot.core.vocabulary import VERBS


def said(word: str = "") -> str:
    return plain(helping.usage(word).message)


def test_the_words_of_a_bad_night_come_first() -> None:
    rows = said().splitlines()

    assert rows[:2] == ["What you can ask for", "When something is broken"]
    first = [row.removeprefix("- ").partition(" · ")[0] for row in rows[2:7]]
    assert first == ["ack", "note WORDS", "mute 4h", "timeline", "escalate"]


def test_every_word_stands_under_one_topic() -> None:
    listed = [action for _, some in helping.TOPICS for action in some]

    assert sorted(listed) == sorted(verb.action for verb in VERBS)


def test_the_first_page_fits_where_little_fits() -> None:
    assert len(said()) < 1_800
    assert len(said().splitlines()) <= 22


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb.action)
def test_each_word_is_explained_by_itself_and_among_all(verb: Verb) -> None:
    assert f"{verb.usage}: {verb.about}" in said(verb.names[0])
    assert f"{verb.usage}: {verb.about}" in said("all")


def test_another_name_is_explained_too_and_the_first_of_two_words_all_that_begin_with_it() -> None:
    assert "Also: merge" in said("merge")
    assert said("oncall").count("oncall ") >= 3


def test_what_is_almost_a_word_is_offered_and_what_is_none_gets_them_all() -> None:
    assert helping.usage("acknowlege").choices[0] == ("acknowledge", "help acknowledge")
    assert said("xyzzy").startswith("There is no such word")
    assert "When something is broken" in said("xyzzy")
