from __future__ import annotations

import re
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.feeds import _text
from tests.work import calls_of


@pytest.mark.parametrize(
    ("typed", "plain"),
    [
        ("one<br>two<br/>three<BR />four", "one\ntwo\nthree\nfour"),
        ("<p>one</p><p>two</p>", "one\n\ntwo"),
        ("<ul><li>one</li><li>two</li></ul>", "- one\n- two"),
        ("<b>bold</b> and <span style='x: y'>plain</span>", "bold and plain"),
        (
            "Fish &amp; chips &lt;br&gt; &quot;5&nbsp;&#8364;&quot; &#x41;",
            'Fish & chips <br> "5 € " A'.replace("€ ", "€"),
        ),
        ("AT&T; &bogus; &amp", "AT&T; &bogus; &amp"),
        ("latency < 5 ms", "latency < 5 ms"),
        ("a <b", "a <b"),
        ("x<y>z", "x<y>z"),
        ("if a <b and c> d", "if a <b and c> d"),
        ("<acme@example.com> and <https://acme.example>", "<acme@example.com> and <https://acme.example>"),
        (
            "**bold**, `code`, [a](https://b.example)\n\n* one\n  * two",
            "**bold**, `code`, [a](https://b.example)\n\n* one\n  * two",
        ),
        (
            "see <a href='https://a.example/?x=1&amp;y=2' target=_blank>this <b>page</b></a>",
            "see this page (https://a.example/?x=1&y=2)",
        ),
        ('<a href="https://a.example">https://a.example</a>', "https://a.example"),
        ('<a href="javascript:alert(1)">press</a>', "press"),
        ('<a href="https://a.example"></a>', "https://a.example"),
        ("<script>alert(1)</script>words<!-- hidden -->", "words"),
        ("<table><tr><td>a</td><td>b</td></tr></table>", "a b"),
        ("  one \r\n\r\n\r\n\r\n two\x00\x07\ud800 ", "one\n\n two\ufffd"),
        (None, ""),
    ],
)
def test_markup_goes_and_words_stay(typed: str | None, plain: str) -> None:
    assert _text.plain(typed) == plain.strip()


def test_in_html_the_line_ends_of_the_source_mean_nothing() -> None:
    assert _text.from_html("one\n  two<br>\n three\n<ul>\n<li>four</li>\n</ul>") == "one two\nthree\n\n- four"


@pytest.mark.parametrize(
    ("typed", "title"),
    [(" Errors\n on  the <b>API</b> ", "Errors on the API"), ("", "Untitled incident"), (None, "Untitled incident")],
)
def test_a_title_is_one_line_and_never_empty(typed: str | None, title: str) -> None:
    assert _text.title(typed) == title


@given(
    st.lists(
        st.sampled_from(
            ["alpha", "beta", "gamma", "<", ">", "&", "<br>", "<p>", "</b>", "<b>", "&lt;", "=", '"', "'", "/"]
        )
    )
)
def test_no_word_is_ever_lost(parts: list[str]) -> None:
    words = [part for part in parts if part.isalpha()]

    assert re.findall(r"alpha|beta|gamma", _text.plain(" ".join(parts))) == words


@given(st.text())
def test_plain_text_can_be_stored_anywhere(text: str) -> None:
    plain = _text.plain(text)

    plain.encode()
    assert "\x00" not in plain
    assert plain == plain.strip()


@pytest.mark.parametrize(
    "unit", ["<script>", "<!--", "<a href=", '<b x="', "<a ", "&", "<", " ", "<p x=y ", "<a href='x'>", "<b x=1 x=1 "]
)
def test_hostile_markup_takes_no_time(unit: str) -> None:
    few, many = (calls_of(partial(_text.plain, unit * times)) for times in (500, 1000))

    assert many < 2.2 * few + 100
    _text.plain(unit * 20_000)
