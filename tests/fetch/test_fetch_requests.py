"""Of what is asked of a page only the last request is kept, however often the page has changed."""

from __future__ import annotations

import gc

import httpx

from bot.fetch.answer import Expect
from bot.fetch.target import request_for, target_of

PAGE = "https://status.example/summary.json"


def asked(etag: str | None, page: str = PAGE, expect: Expect = Expect.JSON) -> httpx.Request:
    return request_for(target_of(page), etag, None, expect, 5.0)


def test_a_page_that_does_not_change_is_sent_the_same_request() -> None:
    assert asked('"1"') is asked('"1"')


def test_a_page_that_has_changed_is_asked_for_what_is_newer() -> None:
    first, second = asked('"1"'), asked('"2"')

    assert (first.headers["If-None-Match"], second.headers["If-None-Match"]) == ('"1"', '"2"')
    assert "If-None-Match" not in asked(None).headers


def test_pages_and_what_they_are_asked_for_do_not_mix() -> None:
    some = [
        asked('"1"'),
        asked('"1"', page=PAGE.replace("summary", "incidents")),
        asked('"1"', expect=Expect.FEED),
    ]

    assert len({id(one) for one in some}) == len(some)
    assert [asked('"1"') is some[0], some[2].headers["Accept"]] == [True, Expect.FEED.value]


def test_a_page_that_changes_all_day_leaves_one_request() -> None:
    page = "https://status.example/all-day.json"
    for number in range(200):
        asked(f'"{number}"', page=page)
    gc.collect()

    kept = [one for one in gc.get_objects() if isinstance(one, httpx.Request) and str(one.url) == page]
    assert [one.headers["If-None-Match"] for one in kept] == ['"199"']
