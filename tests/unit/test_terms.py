"""Words as they are searched by."""

from __future__ import annotations

from bot.core.terms import LONGEST, asked, kept, terms


def test_words_are_found_without_case_accents_or_what_stands_between_them() -> None:
    assert terms("Größe: us-east-1, “Élevés”!") == ("grosse", "us", "east", "1", "eleves")


def test_what_every_sentence_has_is_no_word() -> None:
    assert terms("We are investigating the errors that you see") == ("investigating", "errors", "see")


def test_a_long_word_is_the_beginning_of_one_and_a_short_one_is_meant_as_it_is() -> None:
    assert asked("time eu") == (" time", " eu ")


def test_a_beginning_is_found_in_what_is_kept_and_a_middle_is_not() -> None:
    words = kept(terms("Gateway timeouts"))

    assert asked("timeout")[0] in words
    assert asked("outs")[0] not in words


def test_nobody_makes_a_search_of_a_thousand_words() -> None:
    assert len(asked(" ".join(f"word{n}" for n in range(1000)))) == 6
    assert all(len(word) <= LONGEST for word in terms("x" * 5_000))
