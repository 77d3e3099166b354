from __future__ import annotations

import pytest

from bot.feeds import _hosts
from tests.feeds.samples import source


@pytest.mark.parametrize(
    ("url", "is_there"),
    [
        ("https://status.acme.example", True),
        ("https://STATUS.acme.example/page?x=1", True),
        ("status.acme.example", True),
        ("https://status.acme.example.evil.example/", False),
        ("https://other.example/status.acme.example", False),
        ("https://team.pages.example/", True),
        ("https://pages.example/", False),
    ],
)
def test_an_address_is_on_one_of_the_hosts_or_it_is_not(url: str, *, is_there: bool) -> None:
    assert _hosts.at(source("x", url), ("status.acme.example", "*.pages.example")) is is_there


@pytest.mark.parametrize(
    ("path", "is_below"),
    [("/board", True), ("/board/", True), ("/board/x.json", True), ("/boards", False), ("", False)],
)
def test_where_a_host_has_other_things_too_the_path_counts(path: str, *, is_below: bool) -> None:
    assert _hosts.at(source("x", f"https://www.acme.example{path}"), ("www.acme.example",), "/board/") is is_below
