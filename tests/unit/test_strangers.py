"""Strangers' words before any platform dresses them."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.strangers import safe

texts = st.text(st.characters(exclude_categories=()) | st.sampled_from("\x1b\x9b[];0123m\x07\\"), max_size=200)


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b[1;38;5;196mred\x1b[m and \x9b1mbold\x9b0m", "red and bold"),
        ("\x1b[2J\x1b[1;1Hover", "over"),
        ("\x1b[?25lhidden\x1b[?25h", "hidden"),
        ("\x1b]0;title\x07text", "text"),
        ("\x1b]8;;https://evil.example\x1b\\here\x1b]8;;\x1b\\", "here"),
        ("\x1b(Bplain \x1b7kept\x1b8", "plain kept"),
        ("\x1b]0;never closed", " ]0;never closed"),
        ("a lone \x1b and \x9b", "a lone   and  "),
        ("it\x9bs broken", "it s broken"),
        ("[31m is only text", "[31m is only text"),
        ("Two\nlines\tand a tab", "Two\nlines\tand a tab"),
    ],
)
def test_what_a_terminal_obeys_is_taken_out_whole(said: str, left: str) -> None:
    assert safe(said) == left


@given(texts)
def test_nothing_that_acts_is_left(text: str) -> None:
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]", safe(text))


@given(texts)
def test_what_is_safe_stays_as_it_is(text: str) -> None:
    assert safe(safe(text)) == safe(text)


@given(st.text(st.characters(exclude_categories=("C", "Z")), max_size=200))
def test_plain_words_are_kept(text: str) -> None:
    assert safe(text) == text
