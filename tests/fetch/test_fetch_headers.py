from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.errors import FetchError, NotFound
from bot.fetch.headers import LONGEST, max_age, retry_after
from tests.fetch.world import NOW, local_fetcher
from tests.servers import Answer, serve


async def error_for(status: int, **headers: str) -> FetchError:
    headers = {name.replace("_", "-"): value for name, value in headers.items()}
    async with serve({"/": Answer(body="{}", status=status, headers=headers)}) as server, local_fetcher() as fetcher:
        with pytest.raises(FetchError) as caught:
            await fetcher.get(server.url + "/")
    return caught.value


@pytest.mark.parametrize("status", [400, 401, 403, 405, 429, 451, 500, 502, 503, 504, 522])
async def test_an_error_status_is_told_as_it_is(status: int) -> None:
    error = await error_for(status)

    assert str(error) == f"HTTP {status}"
    assert error.retry_after is None
    assert not isinstance(error, NotFound)


@pytest.mark.parametrize("status", [404, 410])
async def test_what_is_not_there_is_not_found(status: int) -> None:
    assert isinstance(await error_for(status), NotFound)


@pytest.mark.parametrize("status", [429, 503])
async def test_the_wait_that_a_server_asks_for_is_told(status: int) -> None:
    assert (await error_for(status, Retry_After="120")).retry_after == timedelta(seconds=120)
    assert (await error_for(status, Retry_After="Sun, 01 Mar 2026 12:00:30 GMT")).retry_after == timedelta(seconds=30)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("0", timedelta()),
        (" 7 ", timedelta(seconds=7)),
        ("3601", LONGEST),
        ("9" * 5000, LONGEST),
        ("Sun, 01 Mar 2026 13:30:00 GMT", LONGEST),
        ("Sun, 01 Mar 2026 11:00:00 GMT", timedelta()),
        ("Sun, 01 Mar 2026 12:00:10 -0000", timedelta(seconds=10)),
        ("Sun, 01 Mar 99999 12:00:10 GMT", None),
    ],
)
def test_retry_after_is_read(value: str | None, expected: timedelta | None) -> None:
    assert retry_after(value, NOW) == expected


@pytest.mark.parametrize(
    ("control", "age", "expected"),
    [
        ("", "", None),
        ("public", "", None),
        ("max-age=30", "", 30),
        ("public, max-age=30", "10", 20),
        ("max-age=30", "40", 0),
        ("max-age=10, public, s-maxage=20, stale-if-error=3600", "", 20),
        ("max-age=0, s-maxage=60", "15", 45),
        ('MAX-AGE="15"', "", 15),
        ("max-age=nonsense", "", None),
        ("max-age=31536000", "", 3600),
        ("no-cache", "", 0),
        ("no-store, max-age=60", "", 0),
        ("stale-while-revalidate=20", "", None),
        ("max-age=30", "nonsense", 30),
    ],
)
def test_the_age_that_an_answer_may_reach_is_read(control: str, age: str, expected: int | None) -> None:
    found = max_age({"cache-control": control, "age": age})

    assert found == (None if expected is None else timedelta(seconds=expected))


async def test_the_age_that_an_answer_may_reach_is_told() -> None:
    page = Answer.json({}, headers={"Cache-Control": "public, max-age=30", "Age": "12"})
    async with serve({"/": page}) as server, local_fetcher() as fetcher:
        fetched = await fetcher.get(server.url + "/")

    assert fetched.max_age == timedelta(seconds=18)


@settings(deadline=None)
@given(value=st.text() | st.from_regex(r"(?i)\A[a-z]{3}, ?\d+ [a-z]{3} \d+ \d+:\d+:\d+ [+-]?[a-z0-9]+\Z"))
@example("Thu, 01 Jan 0001 00:00:00 +2359")
@example("Fri, 31 Dec 9999 23:59:59 -2359")
@example("Thu, 01 Jan 1970 00:00:00 +9999")
def test_no_retry_after_raises_or_asks_for_too_much(value: str) -> None:
    found = retry_after(value, NOW)

    assert found is None or timedelta() <= found <= LONGEST


@settings(deadline=None)
@given(control=st.text() | st.from_regex(r"(max-age|s-maxage)=\d+(, (max-age|s-maxage)=\d+)*"), age=st.text())
def test_no_cache_control_raises_or_asks_for_too_much(control: str, age: str) -> None:
    found = max_age({"cache-control": control, "age": age})

    assert found is None or timedelta() <= found <= LONGEST
