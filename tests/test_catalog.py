"""The catalog: its rows, and look-up by what people type."""

import re
from collections import Counter
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from bot import catalog
from bot.catalog import Catalog, Vendor, folded
from bot.core.grammar import VERBS, Misunderstood, parse
from bot.model import Action, Command

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


# Words that stand in many a sentence: an alias that is one of them would answer for somebody who was not asked about.
EVERYDAY = {*(Path(__file__).parent / "data" / "everyday-words.txt").read_text(encoding="utf-8").split()}


def test_no_alias_is_an_everyday_word_or_a_word_of_the_grammar() -> None:
    verbs = {folded(name) for verb in VERBS for name in verb.names}
    taken = EVERYDAY | verbs | {word for name in verbs for word in name.split()} | {"incident", "sitrep"}
    aliases = {folded(alias) for vendor in VENDORS for alias in vendor.aliases}

    assert aliases & taken == set()


def test_an_alias_is_read_as_a_name_and_as_nothing_else() -> None:
    read = {alias: parse(alias) for vendor in VENDORS for alias in vendor.aliases}
    wrong = [alias for alias, command in read.items() if not asks_for(command, alias)]

    # That is how the company itself writes it; `status help scout` finds it.
    assert wrong == ["help scout"]


def asks_for(command: Command | Misunderstood, alias: str) -> bool:
    """Whether a word that was typed alone asks how its vendor stands, or may ask for it."""
    meant = command.otherwise if isinstance(command, Misunderstood) else command
    return meant is not None and meant.action is Action.STATUS and folded(meant.query) == folded(alias)


def test_those_that_teams_depend_on_most_are_called_by_what_is_typed_and_have_a_category() -> None:
    known = [vendor for vendor in VENDORS if vendor.aliases]

    assert len(known) >= 150
    assert [vendor.slug for vendor in known if vendor.category == "other"] == []


def test_a_category_is_one_of_a_few() -> None:
    used = Counter(vendor.category for vendor in VENDORS)

    assert [category for category, number in used.items() if number < 3] == []


@pytest.mark.parametrize(
    ("typed", "slug"),
    [
        ("gl", "gitlab"),
        ("gh", "github"),
        ("gha", "github"),
        ("cf", "cloudflare"),
        ("dd", "datadog"),
        ("pd", "pagerduty"),
        ("stripe payments", "stripe"),
        ("Zoom meetings", "zoom"),
        ("sentry.io", "sentry"),
        ("aws s3", "aws"),
        ("MS Teams", "microsoft-365"),
        ("gmail", "google-workspace"),
        ("digital ocean", "digitalocean"),
        ("transferwise", "wise"),
        ("sendinblue", "brevo"),
        ("logdna", "mezmo"),
        ("entra id", "azure"),
    ],
)
def test_what_is_typed_in_a_hurry_finds_whom_it_means(typed: str, slug: str) -> None:
    found = catalog.find(typed)

    assert found is not None
    assert found.slug == slug


def test_a_word_that_several_share_finds_them_all_and_nobody_alone() -> None:
    assert catalog.find("google") is None
    assert [vendor.slug for vendor in catalog.load().meant("Google")][:2] == ["gcp", "google-workspace"]
    assert catalog.load().meant("gogle") == catalog.load().meant("google") == catalog.load().family("google")
    assert catalog.load().nearest("microsoft")[0].slug == "azure"


@pytest.mark.parametrize(
    ("typed", "slugs"),
    [
        ("mongo", ("mongodb",)),
        ("atlassian", ("atlassian",)),
        ("herok", ("heroku",)),
        ("pagrduty", ("pagerduty",)),
        ("sumo logic", ("sumo-logic-us1", "sumo-logic-us2")),
        ("timescale", ()),
        ("", ()),
    ],
)
def test_one_is_meant_if_that_is_clear_and_else_all_that_are_equally_likely(typed: str, slugs: tuple[str, ...]) -> None:
    assert tuple(vendor.slug for vendor in catalog.load().meant(typed)) == slugs


def test_two_that_are_equally_like_what_was_typed_are_both_meant() -> None:
    book = Catalog([vendor("telvia"), vendor("melvia"), vendor("tellurium")])

    assert {found.slug for found in book.meant("elvia")} == {"telvia", "melvia"}
    assert {found.slug for found in book.meant("xelvia")} == {"telvia", "melvia"}


def test_a_word_for_components_stands_for_one_or_for_many() -> None:
    openai, github = catalog.find("openai"), catalog.find("github")

    assert openai is not None
    assert {"ChatGPT", "Conversations", "Voice mode", "File uploads"} < set(openai.components["chatgpt"])
    assert github is not None
    assert github.components["copilot"] == ("Copilot*",)
