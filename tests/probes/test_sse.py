from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import ParseError
from bot.probes._sse import Event, Events, Lines, Whole, decoder_of

STREAM = (
    b"\xef\xbb\xbf: a comment\r\n"
    b"event: one\rdata: 1\r\r"
    b"data:two\ndata: lines\n\n"
    b"data\n\n"
    b"event: without data\n\n"
    b'id: 7\nretry: 5\nunknown: x\ndata: {"a": "\xc3\xb6"}\r\n\r\n'
    b"data: unfinished"
)
EVENTS = [Event("one", "1"), Event("", "two\nlines"), Event("", ""), Event("", '{"a": "ö"}')]


def test_events_are_read_as_the_standard_says() -> None:
    events = Events()

    assert [*events.feed(STREAM), *events.finish()] == EVENTS


@given(st.lists(st.integers(0, len(STREAM)), max_size=20))
def test_it_does_not_matter_how_the_stream_is_cut(cuts: list[int]) -> None:
    events, edges = Events(), [0, *sorted(cuts), len(STREAM)]

    found = [event for a, b in pairwise(edges) for event in events.feed(STREAM[a:b])]

    assert found == EVENTS


@given(st.lists(st.binary(max_size=50)))
def test_no_bytes_raise_anything(chunks: list[bytes]) -> None:
    for decoder in (Events(), Lines(), Whole()):
        for chunk in chunks:
            list(decoder.feed(chunk))
        list(decoder.finish())


def test_documents_on_lines() -> None:
    lines = Lines()

    assert [event.data for event in lines.feed(b'{"a":1}\r\n\n{"b"')] == ['{"a":1}\r']
    assert [event.data for event in (*lines.feed(b":2}"), *lines.finish())] == ['{"b":2}']


def test_a_document_that_is_whole() -> None:
    whole = Whole()

    assert list(whole.feed(b"{")) == []
    assert list(whole.feed(b"}")) == []
    assert list(whole.finish()) == [Event("", "{}")]


@pytest.mark.parametrize("decoder", [Events(), Lines()])
def test_a_line_that_does_not_end_is_given_up(decoder: Events | Lines) -> None:
    list(decoder.feed(b"x" * 200_000))

    with pytest.raises(ParseError, match="a line of it does not end"):
        list(decoder.feed(b"x" * 200_000))


@pytest.mark.parametrize(
    ("content_type", "kind"),
    [
        ("text/event-stream; charset=utf-8", Events),
        ("Text/Event-Stream", Events),
        ("application/x-ndjson", Lines),
        ("application/json", Whole),
        ("", Whole),
    ],
)
def test_what_reads_an_answer_follows_from_its_type(content_type: str, kind: type) -> None:
    assert isinstance(decoder_of(content_type), kind)
