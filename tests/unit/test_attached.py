from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.attached import about, file_name, in_words, within
from bot.core.message import File, Message, Tone, line, plain

TEXT = File("acme-1.md", "text/markdown", b"# Acme\n\nIt lasted 1 h.", "The report")
PAGE = File("acme-1.html", "text/html", b"<h1>Acme</h1>")
PICTURE = File("acme-1.png", "image/png", b"\x89PNG")


def message(*files: File) -> Message:
    return Message(tone=Tone.RESOLVED, headline="The report", parts=(line("It is over."),), files=files)


@pytest.mark.parametrize(
    ("given", "made"),
    [
        ("acme-1.md", "acme-1.md"),
        ("../../etc/passwd", "etc-passwd"),
        ('a"\r\nX-Evil: 1.md', "a-X-Evil-1.md"),
        ("...", "file"),
        ("", "file"),
        ("Ärger.md", "rger.md"),
        ("💥.png", "file.png"),
        (f"{'a' * 300}.md", f"{'a' * 97}.md"),
        ("no ending", "no-ending"),
    ],
)
def test_a_name_is_of_plain_letters(given: str, made: str) -> None:
    assert file_name(given) == made


@given(st.text(max_size=300))
def test_any_name_becomes_one_that_every_header_and_file_system_takes(name: str) -> None:
    made = file_name(name)

    assert 1 <= len(made) <= 100
    assert made.isascii()
    assert set(made) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-")
    assert not made.startswith(".")
    assert file_name(made) == made


def test_what_is_in_a_file_is_told_on_one_line_and_not_for_ever() -> None:
    assert about(File("a", "image/png", b"", "Latency\n of  the API")) == "Latency of the API"
    assert len(about(File("a", "image/png", b"", "word " * 900))) <= 1_000


def test_files_that_fit_stay_as_they_are() -> None:
    whole = message(TEXT, PICTURE)

    assert within(whole, 1_000, 2_000) is whole


def test_a_file_that_is_too_big_is_named_and_read_out_if_it_is_text() -> None:
    said = within(message(TEXT, PICTURE), 10, 2_000)

    assert said.files == (PICTURE,)
    assert plain(said).startswith("The report\nIt is over.\nacme-1.md could not be attached: more than 0 MB")
    assert plain(said).endswith("It lasted 1 h.")


def test_a_page_and_a_picture_are_not_read_out() -> None:
    said = in_words(message(PAGE, PICTURE), "the app lacks a scope", 2_000)

    assert said.files == ()
    assert plain(said) == (
        "The report\nIt is over.\nacme-1.html, acme-1.png could not be attached: the app lacks a scope."
    )


def test_a_long_text_ends_at_a_line_within_the_room_and_says_that_it_goes_on() -> None:
    rows = "\n".join(f"row {number}" for number in range(1_000)).encode()

    said = plain(in_words(message(File("a.md", "text/markdown", rows)), "it is so", 500))

    assert len(said) <= 500
    assert said.splitlines()[-2].startswith("row ")
    assert said.splitlines()[-1] == "… That is not all of it."
