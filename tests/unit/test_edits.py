"""What an edit changed, word by word."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.edits import Fate, edited

text = st.text(alphabet="ab cd,.\n", max_size=60)


@given(text, text)
def test_both_texts_can_be_read_back_from_what_was_kept_went_and_came(before: str, after: str) -> None:
    pieces = edited(before, after)

    assert "".join(piece.text for piece in pieces if piece.fate is not Fate.NEW) == before
    assert "".join(piece.text for piece in pieces if piece.fate is not Fate.GONE) == after


def test_only_the_words_that_changed_are_shown_as_changed() -> None:
    pieces = edited("We expect to be done by 14:00 today.", "We expect to be done by 16:00 today.")

    assert [(piece.fate, piece.text) for piece in pieces if piece.fate is not Fate.KEPT] == [
        (Fate.GONE, "14"),
        (Fate.NEW, "16"),
    ]


def test_texts_with_little_in_common_are_shown_one_after_the_other() -> None:
    pieces = edited("All is well.", "A cluster in Frankfurt lost its power at nine.")

    assert [piece.fate for piece in pieces] == [Fate.GONE, Fate.NEW]


def test_a_text_of_many_thousand_words_is_not_compared_word_by_word() -> None:
    pieces = edited("word " * 20_000, "other " * 20_000)

    assert len(pieces) == 2


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("!?" * 600, "??!!" * 300),
        ("a b\n" * 400, "b a\n" * 400),
        (" ".join(f"w{n}" for n in range(1190)), " ".join(f"x{n}" for n in range(1190))),
    ],
    ids=["signs", "two-words", "none-in-common"],
)
def test_texts_that_would_take_a_minute_to_compare_are_shown_one_after_the_other(before: str, after: str) -> None:
    assert [piece.fate for piece in edited(before, after)] == [Fate.GONE, Fate.NEW]


def test_a_long_text_of_a_language_is_compared_all_the_same() -> None:
    often = ["the", "of", "to", "we", "are", "is", "for", "some", "errors", "with"] * 30
    before = " ".join([*often, *(f"word{n}" for n in range(250))])

    assert Fate.KEPT in {piece.fate for piece in edited(before, before.replace("word17 ", "failures "))}
