"""The catalog: its rows, and look-up by what people type."""

import re
from urllib.parse import urlsplit

import pytest

from bot import catalog
from bot.catalog import Catalog, Vendor

VENDORS = catalog.load().vendors


def slugs(query: str) -> list[str]:
    return [vendor.slug for vendor in catalog.search(query)]


@pytest.mark.parametrize("vendor", VENDORS, ids=lambda vendor: vendor.slug)
def test_a_row_is_whole(vendor: Vendor) -> None:
    page = urlsplit(vendor.address)

    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", vendor.slug)
    assert page.scheme == "https"
    assert page.hostname
    assert vendor.name.strip() == vendor.name != ""
    assert vendor.category
    assert (vendor.feed is not None) == (vendor.format == "feed")


def test_no_two_vendors_share_a_word_or_a_page() -> None:
    words = [word for vendor in VENDORS for word in vendor.words]

    assert len(words) == len(set(words))
    assert len({vendor.page.removesuffix("/") for vendor in VENDORS}) == len(VENDORS)


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
    assert github.components["prs"] == "Pull Requests"
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
