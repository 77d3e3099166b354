"""What every format of a status page platform must stand, and how its pages are recognised."""

from __future__ import annotations

import json
from functools import partial
from typing import Any

import pytest

from bot.errors import ParseError
from bot.plugins import detect, discover, format_named
from tests.feeds.samples import CASES, source
from tests.work import calls_of

NAMES = (
    "statusio",
    "instatus",
    "betterstack",
    "upptime",
    "uptimekuma",
    "gatus",
    "statuspal",
    "cachet",
    "openstatus",
    "onlineornot",
    "rootly",
)
HOSTILE = ("<" * 200_000, '"pageId":' * 50_000, "statuspage_id" + " " * 200_000, "<meta content=" * 20_000)


def module(name: str) -> Any:
    return format_named(name)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"{}",
        b"true",
        b'"up"',
        b"7",
        b'{"page": {}}',
        b'{"status": "ok"}',
        b"<!DOCTYPE html><html></html>",
    ],
)
def test_what_is_not_of_a_format_is_refused_by_it(name: str, body: bytes) -> None:
    with pytest.raises(ParseError):
        module(name).parse(body, source(name))


@pytest.mark.parametrize("name", NAMES)
def test_a_page_of_nobody_leads_nowhere_and_a_hostile_one_does_so_too(name: str) -> None:
    for page in ("", "<html><body>All is well</body></html>", *HOSTILE):
        assert module(name).linked(page, source(name)) == ()


@pytest.mark.parametrize("name", NAMES)
def test_a_format_tells_the_hosts_that_are_its_own(name: str) -> None:
    hosts = module(name).HOSTS

    assert isinstance(hosts, tuple)
    assert all("/" not in host and host == host.lower() for host in hosts)


def other(item: dict[str, Any], number: int) -> dict[str, Any]:
    """Return an item with ids that no other has, of the same shape."""
    ids = {key: item.get(key, "f" * 24) for key in ("id", "_id")}
    return item | {
        key: number if isinstance(old, int) else f"{old[:2]}{number:0{max(4, len(old) - 2)}X}"
        for key, old in ids.items()
    }


def grown(value: Any, times: int) -> Any:
    """Return a payload whose every list of objects has that many more items, each with an id of its own."""
    if isinstance(value, dict):
        return {key: grown(inner, times) for key, inner in value.items()}
    if isinstance(value, list) and value and all(isinstance(item, dict) for item in value):
        more = [other(value[n % len(value)], n) for n in range(times)]
        return [*(grown(item, 0) for item in value), *more]
    return value


@pytest.mark.parametrize("name", discover("bot.feeds"))
def test_twice_as_many_of_everything_are_twice_the_work(name: str) -> None:
    for path in CASES:
        if path.parent.name != name or path.suffix != ".json":
            continue
        sound = json.loads(path.read_bytes())
        bodies = [json.dumps(grown(sound, times)).encode() for times in (100, 200)]

        few, many = (calls_of(partial(module(name).parse, body, source(name))) for body in bodies)

        assert many < 2.2 * few, path


@pytest.mark.parametrize("name", NAMES)
def test_long_and_dirty_titles_and_odd_years_harm_nothing(name: str) -> None:
    for path in CASES:
        if path.parent.name != name:
            continue
        text = path.read_text()
        for old, new in (("2026-", "0000-"), ("2026-", "9999-"), ("2026-03-01", "soon"), ("Acme", "\u202e" * 100_000)):
            complaint = ""
            try:
                module(name).parse(text.replace(old, new).encode(), source(name))
            except ParseError as error:
                complaint = str(error)

            assert not complaint or "no time" in complaint, path


@pytest.mark.parametrize("name", NAMES)
def test_deep_and_strange_json_is_refused(name: str) -> None:
    for body in (b"[" * 100_000, b'{"a":' * 100_000, b'{"result": NaN}', b'[{"id": 1e999}]', b"[[[]]]"):
        with pytest.raises(ParseError):
            module(name).parse(body, source(name))


def test_every_case_is_refused_by_every_other_platform() -> None:
    for path in CASES:
        if path.parent.name in NAMES:
            assert detect(path.read_bytes(), source("auto"))[0] == path.parent.name
