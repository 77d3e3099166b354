"""Words as they are searched by."""

from __future__ import annotations

from bot.core.terms import LONGEST, asked, found_in, kept, terms


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


def test_what_was_found_is_marked_in_what_stands_around_it() -> None:
    pieces = found_in("nothing " * 60 + "Élevated errors, élevated again. " + "nothing " * 60, asked("elev"))

    assert [piece for piece, is_found in pieces if is_found] == ["Élevated", "élevated"]
    assert pieces[0] == ("… ", False)
    assert sum(len(piece) for piece, _ in pieces) < 300


def test_a_text_without_any_of_it_is_shown_from_its_beginning() -> None:
    assert found_in("All is well.", asked("gateway")) == (("All is well.", False),)
    assert found_in("", asked("gateway")) == ()
