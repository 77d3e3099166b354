from __future__ import annotations

import re
from datetime import timedelta

import pytest

from bot import __version__
from bot.errors import FetchError
from bot.fetch import Expect, Validators
from tests.fetch.world import local_fetcher
from tests.servers import Answer, serve, serve_raw

MODIFIED = "Sun, 01 Mar 2026 11:00:00 GMT"


async def test_the_first_answer_brings_body_and_validators() -> None:
    page = Answer.json({"page": {}}, etag=True, headers={"Last-Modified": MODIFIED})
    async with serve({"/summary.json": page}) as server, local_fetcher() as fetcher:
        fetched = await fetcher.get(server.url + "/summary.json", expect=Expect.JSON)

    assert fetched.body == page.content
    assert fetched.validators.etag == page.tag
    assert fetched.validators.last_modified == MODIFIED
    assert fetched.validators.digest
    assert fetched.content_type == "application/json"
    assert fetched.url == server.url + "/summary.json"
    assert fetched.moved_permanently_to is None


async def test_validators_are_sent_back_and_304_means_no_body() -> None:
    page = Answer.json({}, etag=True, headers={"Last-Modified": MODIFIED})
    async with serve({"/": page}) as server, local_fetcher() as fetcher:
        first = await fetcher.get(server.url + "/")
        second = await fetcher.get(server.url + "/", first.validators)

    assert server.hits[1].headers["if-none-match"] == page.tag
    assert server.hits[1].headers["if-modified-since"] == MODIFIED
    assert second.body is None
    assert second.validators == first.validators


async def test_a_304_may_bring_a_new_etag() -> None:
    answer = b'HTTP/1.1 304 Not Modified\r\nETag: "new"\r\nCache-Control: max-age=20\r\n\r\n'
    async with serve_raw(answer) as url, local_fetcher() as fetcher:
        fetched = await fetcher.get(url, Validators('"old"', MODIFIED, "d1"))

    assert fetched.body is None
    assert fetched.validators == Validators('"new"', MODIFIED, "d1")
    assert fetched.max_age == timedelta(seconds=20)


async def test_a_304_that_nobody_asked_for_is_an_error() -> None:
    async with serve({"/": Answer(status=304)}) as server, local_fetcher() as fetcher:
        with pytest.raises(FetchError, match="HTTP 304"):
            await fetcher.get(server.url + "/", Validators(digest="d1"))


async def test_the_same_body_is_unchanged_though_the_server_knows_no_etag() -> None:
    async with serve({"/": Answer.json({"a": 1})}) as server, local_fetcher() as fetcher:
        first = await fetcher.get(server.url + "/")
        second = await fetcher.get(server.url + "/", first.validators)

    assert second.body is None
    assert second.validators == first.validators


async def test_volatile_fields_do_not_make_a_body_new() -> None:
    volatile = re.compile(rb'"updated_at": "[^"]*"')
    answers = [Answer.json({"updated_at": time, "status": "ok"}) for time in ("11:00", "11:01")]
    changed = Answer.json({"updated_at": "11:02", "status": "bad"})
    async with serve({"/": [*answers, changed]}) as server, local_fetcher() as fetcher:
        first = await fetcher.get(server.url + "/", volatile=volatile)
        second = await fetcher.get(server.url + "/", first.validators, volatile=volatile)
        third = await fetcher.get(server.url + "/", second.validators, volatile=volatile)

    assert second.body is None
    assert third.body == changed.content


async def test_a_new_etag_on_the_same_body_is_remembered() -> None:
    answers = [Answer.json({}, headers={"ETag": tag}) for tag in ('"a"', '"b"')]
    async with serve({"/": answers}) as server, local_fetcher() as fetcher:
        first = await fetcher.get(server.url + "/")
        second = await fetcher.get(server.url + "/", first.validators)

    assert second.body is None
    assert second.validators.etag == '"b"'


async def test_a_validator_that_could_not_be_sent_back_is_not_remembered() -> None:
    long = b"x" * 2000
    answer = b'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nETag: "\xc3\xa9"\r\nLast-Modified: ' + long + b"\r\n\r\n{}"
    async with serve_raw(answer) as url, local_fetcher() as fetcher:
        fetched = await fetcher.get(url)

    assert fetched.validators.etag is None
    assert fetched.validators.last_modified is None


async def test_validators_that_would_break_the_request_are_left_out() -> None:
    async with serve({"/": Answer.json({})}) as server, local_fetcher() as fetcher:
        await fetcher.get(server.url + "/", Validators('"a"\r\nX-Evil: 1', "\u2603"))

    assert "x-evil" not in server.hits[0].headers
    assert "if-none-match" not in server.hits[0].headers
    assert "if-modified-since" not in server.hits[0].headers


async def test_the_request_says_who_asks_and_for_what() -> None:
    async with serve({"/": Answer.json({})}) as server, local_fetcher() as fetcher:
        await fetcher.get(server.url + "/", expect=Expect.JSON)

    sent = server.hits[0].headers
    assert sent["user-agent"] == f"Sitrep/{__version__} (+https://github.com/sitrep-bot/sitrep)"
    assert sent["accept"].startswith("application/json")
    assert sent["accept-encoding"] == "gzip, deflate"
    assert "cookie" not in sent


async def test_cookies_are_not_kept() -> None:
    async with serve({"/": Answer.json({}, headers={"Set-Cookie": "a=b"})}) as server, local_fetcher() as fetcher:
        await fetcher.get(server.url + "/")
        await fetcher.get(server.url + "/")

    assert "cookie" not in server.hits[1].headers


async def test_user_info_of_the_url_becomes_basic_authorization_and_is_not_told() -> None:
    async with serve({"/": Answer.json({})}) as server, local_fetcher() as fetcher:
        fetched = await fetcher.get(server.url.replace("//", "//me:s3cret%40@") + "/")

    assert server.hits[0].headers["authorization"] == "Basic bWU6czNjcmV0QA=="
    assert fetched.url == server.url + "/"
