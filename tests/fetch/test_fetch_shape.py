from __future__ import annotations

import contextlib
import json

import pytest

from bot.errors import FetchError
from bot.fetch import Expect
from bot.fetch.body import check_shape
from tests.fetch.world import local_fetcher
from tests.servers import Answer, serve
from tests.work import calls_of

HTML = "text/html; charset=utf-8"


async def fetch(answer: Answer, expect: Expect) -> bytes | None:
    async with serve({"/": answer}) as server, local_fetcher() as fetcher:
        return (await fetcher.get(server.url + "/", expect=expect)).body


@pytest.mark.parametrize("expect", Expect)
@pytest.mark.parametrize("status", [200, 204])
@pytest.mark.parametrize("body", ["", " \r\n"])
async def test_an_empty_answer_is_an_error(expect: Expect, status: int, body: str) -> None:
    with pytest.raises(FetchError, match="the answer is empty"):
        await fetch(Answer(body=body, status=status), expect)


@pytest.mark.parametrize(
    ("expect", "complaint"),
    [(Expect.JSON, "the answer is HTML, not JSON"), (Expect.FEED, "the answer is HTML, not a feed")],
)
async def test_html_with_status_200_is_an_error(expect: Expect, complaint: str) -> None:
    with pytest.raises(FetchError, match=complaint):
        await fetch(Answer.html(), expect)


async def test_html_is_fine_where_anything_is() -> None:
    assert await fetch(Answer.html("<html></html>"), Expect.ANY) == b"<html></html>"


@pytest.mark.parametrize(
    "body",
    [
        b"<!doctype html><p>",
        b"<!DOCTYPE HTML PUBLIC '-//W3C//DTD HTML 4.01//EN'>",
        b"\n  <html lang='en'>",
        b"<HTML>",
        b"\xef\xbb\xbf<!doctype html>",
        b"<?xml version='1.0'?>\n<!DOCTYPE html>",
        b"<!-- cache --><!-- hit -->\n<html>",
        "<html>".encode("utf-16"),
        b"<head><title>",
    ],
)
@pytest.mark.parametrize("expect", [Expect.JSON, Expect.FEED])
def test_html_is_known_by_its_body(body: bytes, expect: Expect) -> None:
    with pytest.raises(FetchError, match="the answer is HTML"):
        check_shape(body, "application/json", expect)


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b'{"page": {}}', "application/json"),
        (b'{"page": {}}', "text/plain"),
        (b"[]", ""),
        (b" [1]", HTML),
        ('{"a": 1}'.encode("utf-16"), "application/json"),
        ('{"a": 1}'.encode("utf-8-sig"), "application/json"),
        (json.dumps("<html>").encode(), "application/json"),
        (b"not json at all", "text/plain"),
    ],
)
def test_what_may_be_json_passes(body: bytes, content_type: str) -> None:
    check_shape(body, content_type, Expect.JSON)


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"<?xml version='1.0'?><rss>", "application/rss+xml"),
        (b"<?xml version='1.0'?><rss>", HTML),
        (b"<rss version='2.0'>", HTML),
        (b"<feed xmlns='http://www.w3.org/2005/Atom'>", HTML),
        (b"\xef\xbb\xbf\n<rdf:RDF>", HTML),
        ("<?xml version='1.0' encoding='utf-16'?><rss>".encode("utf-16"), HTML),
        (b"<!-- made by hand --><rss>", "text/xml"),
        (b'{"version": "https://jsonfeed.org/version/1.1"}', "application/feed+json"),
    ],
)
def test_what_may_be_a_feed_passes(body: bytes, content_type: str) -> None:
    check_shape(body, content_type, Expect.FEED)


def test_xml_is_not_json() -> None:
    with pytest.raises(FetchError, match="the answer is XML, not JSON"):
        check_shape(b"<Error><Code>AccessDenied</Code></Error>", "application/xml", Expect.JSON)


@pytest.mark.parametrize("expect", [Expect.JSON, Expect.FEED])
def test_text_that_calls_itself_html_is_html(expect: Expect) -> None:
    with pytest.raises(FetchError, match="the answer is HTML"):
        check_shape(b"Sorry, we are down", HTML, expect)


@pytest.mark.parametrize("hostile", [b"<!---->" * 1000, b"<!--" * 1000, b" <?" * 1000, b"\0" * 5000, b"<?a>" * 1000])
def test_a_hostile_head_is_little_work(hostile: bytes) -> None:
    def look(head: bytes) -> None:
        for expect in Expect:
            with contextlib.suppress(FetchError):
                check_shape(head + b"<", "text/html", expect)

    assert calls_of(lambda: look(hostile)) < calls_of(lambda: look(b"")) + 100
