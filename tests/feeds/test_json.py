from __future__ import annotations

import json

import pytest

from bot.errors import ParseError
from bot.feeds._json import Thing, decode, decode_any, decode_list


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_json_is_read_in_every_encoding_that_it_may_have(encoding: str) -> None:
    assert decode('{"name": "Café"}'.encode(encoding)).text("name") == "Café"


def test_a_broken_byte_costs_one_character_and_not_the_payload() -> None:
    assert decode(b'{"name": "Caf\xe9"}').text("name") == "Caf\ufffd"


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        (b"", "empty"),
        (b" \n\t ", "empty"),
        (b"\xef\xbb\xbf", "empty"),
        (b"<html>All Systems Operational</html>", "HTML"),
        (b'{"page": {"id": "ac', "not JSON: Unterminated string .* at line 1, column"),
        (b"null", r"null instead of an object at \$"),
        (b"[]", r"a list instead of an object at \$"),
        (b'"up"', r"a string instead of an object at \$"),
        (b"true", r"true or false instead of an object at \$"),
        (b"12", r"a number instead of an object at \$"),
        (b"[" * 200_000, "too deep"),
        (b'{"n": ' + b"9" * 5000 + b"}", "too long"),
        (b"All systems operational", "not JSON"),
        (b"jsonCallback({})", "not JSON"),
    ],
)
def test_what_is_not_an_object_is_refused_with_what_it_is(body: bytes, complaint: str) -> None:
    with pytest.raises(ParseError, match=complaint):
        decode(body)


@pytest.mark.parametrize(
    ("value", "text"),
    [("a", "a"), (" a ", "a"), (7, "7"), (1.5, "1.5"), ("", None), (None, None), ([], None), ({}, None), (True, None)],
)
def test_a_scalar_is_text_and_all_else_is_absent(value: object, text: str | None) -> None:
    assert decode(json.dumps({"key": value}).encode()).text("key") == text


def test_a_complaint_names_the_place() -> None:
    payload = decode(b'{"a": {"b": [{}, {"c": 3}]}}')

    with pytest.raises(ParseError, match=r"a number instead of a list at \$\.a\.b\[1\]\.c"):
        payload.thing("a").things("b")[1].things("c")
    with pytest.raises(ParseError, match=r"no usable id at \$\.a\.b\[0\]"):
        payload.thing("a").things("b")[0].identity("id")


def test_a_list_is_read_with_the_place_of_each_object() -> None:
    assert [one.path for one in decode_list(b'[{"id": 1}, {"id": 2}]')] == ["$[0]", "$[1]"]
    assert decode_list(b"[]") == ()


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        (b"null", r"null instead of a list at \$"),
        (b"{}", r"an object instead of a list at \$"),
        (b"[1]", r"a number instead of an object at \$\[0\]"),
    ],
)
def test_what_is_no_list_of_objects_is_refused_with_what_it_is(body: bytes, complaint: str) -> None:
    with pytest.raises(ParseError, match=complaint):
        decode_list(body)


def test_where_both_are_spoken_an_object_is_one_thing_and_a_list_is_many() -> None:
    one, many = decode_any(b'{"id": 1}'), decode_any(b'[{"id": 1}]')

    assert isinstance(one, Thing)
    assert isinstance(many, tuple)
    with pytest.raises(ParseError, match=r"a string instead of an object at \$"):
        decode_any(b'"up"')


def test_a_list_of_texts_skips_what_is_none() -> None:
    payload = decode(b'{"names": ["a", 7, null, {}, ""], "name": "a"}')

    assert (payload.texts("names"), payload.texts("none")) == (("a", "7"), ())
    with pytest.raises(ParseError, match=r"a string instead of a list at \$\.name"):
        payload.texts("name")
