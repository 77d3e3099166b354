"""The catalog: its rows, and look-up by what people type."""

import re
from collections import Counter
from urllib.parse import urlsplit

import pytest

from bot import catalog
from bot.catalog import Catalog, Vendor

VENDORS = catalog.load().vendors
# Whose documents can not be found from the page's address.
NEEDS_AN_ADDRESS = {"feed", "statusio", "onlineornot"}


def slugs(query: str) -> list[str]:
    return [vendor.slug for vendor in catalog.search(query)]


def test_there_are_a_thousand_of_them() -> None:
    assert len(VENDORS) >= 1_010


def test_every_row_is_whole() -> None:
    broken = [vendor.slug for vendor in VENDORS if not is_whole(vendor)]

    assert broken == []


def is_whole(vendor: Vendor) -> bool:
    address = urlsplit(vendor.address)
    return (
        re.fullmatch(r"[a-z0-9]+(-+[a-z0-9]+)*", vendor.slug) is not None
        and address.scheme in {"http", "https"}
        and bool(address.hostname)
        and vendor.name.strip() == vendor.name != ""
        and bool(vendor.category)
        and (vendor.feed is not None or vendor.format not in NEEDS_AN_ADDRESS)
        and vendor.confidence in {"probed", "documented", "listed", "inferred"}
    )


def test_no_two_vendors_share_a_word() -> None:
    words = Counter(word for vendor in VENDORS for word in vendor.words)

    assert [word for word, number in words.items() if number > 1] == []


def test_no_two_vendors_share_a_page() -> None:
    pages = Counter(vendor.page.partition("://")[2].removesuffix("/") for vendor in VENDORS)

    assert [page for page, number in pages.items() if number > 1] == []


@pytest.mark.parametrize(
    ("typed", "slug"),
    [
        ("opneai", "openai"),
        ("githbu", "github"),
        ("chatgtp", "openai"),
        ("cloudflair", "cloudflare"),
        ("semaphor", "semaphore"),
        ("anthropc", "anthropic"),
        ("slak", "slack"),
    ],
)
def test_a_slip_of_the_finger_finds_whom_it_means_first(typed: str, slug: str) -> None:
    assert slugs(typed)[0] == slug


@pytest.mark.parametrize("slug", ["python-package-index", "circle-ci", "let-s-encrypt"])
def test_a_vendor_is_found_by_the_name_that_other_lists_give_it(slug: str) -> None:
    assert catalog.find(slug) is not None


def test_the_default_vendors_can_be_read() -> None:
    watched = catalog.load().watched_by_default

    assert {"openai", "anthropic", "github", "cloudflare", "npm", "pypi", "discord"} < {v.slug for v in watched}
    assert {vendor.format for vendor in watched} <= {"statuspage", "incidentio", "feed"}


def test_the_catalog_is_read_once() -> None:
    assert catalog.load() is catalog.load()


@pytest.mark.parametrize("query", ["openai", "OpenAI", "ChatGPT", "  chat   GPT "])
def test_a_vendor_is_found_by_slug_name_and_alias_in_any_case(query: str) -> None:
    found = catalog.find(query)

    assert found is not None
    assert found.slug == "openai"


@pytest.mark.parametrize("query", ["", "openai2", "open", "nobody at all"])
def test_nobody_is_found_by_half_a_name(query: str) -> None:
    assert catalog.find(query) is None


def test_the_short_names_of_components_lead_to_the_ones_on_the_page() -> None:
    github = catalog.find("github")

    assert github is not None
    assert github.components["prs"] == ("Pull Requests",)
    assert hash(github)


@pytest.mark.parametrize("host", ["www.githubstatus.com", "githubstatus.com", "GitHubStatus.com:443"])
def test_a_vendor_is_found_by_the_host_of_its_page(host: str) -> None:
    found = catalog.by_host(host)

    assert found is not None
    assert found.slug == "github"


def test_a_host_that_is_nobodys_finds_nobody() -> None:
    assert catalog.by_host("status.example.com") is None
    assert catalog.by_host("") is None


def vendor(slug: str, *aliases: str) -> Vendor:
    return Vendor(slug=slug, name=slug, aliases=aliases, page=f"https://{slug}.example", format="feed", category="x")


def test_a_search_ranks_the_word_its_beginning_a_part_of_it_and_a_slip_of_the_finger() -> None:
    book = Catalog([vendor("clout"), vendor("mycloud"), vendor("cloudy"), vendor("other"), vendor("sky", "cloud")])

    assert [found.slug for found in book.search("Cloud")] == ["sky", "cloudy", "mycloud", "clout"]


def test_a_slip_of_the_finger_finds_the_vendor() -> None:
    assert slugs("opnai") == ["openai"]
    assert slugs("antropic") == ["anthropic"]
    assert slugs("clodflare")[0] == "cloudflare"


def test_an_empty_search_finds_everybody() -> None:
    assert catalog.search("") == VENDORS


def test_a_search_for_nobody_finds_nobody() -> None:
    assert slugs("zzzzzz") == []
