"""From what is to be watched to sources."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from textwrap import dedent

import pytest

from bot import settings
from bot.catalog import Catalog, Vendor
from bot.errors import ConfigError
from bot.model import Source

FORMATS = ("statuspage", "incidentio", "feed")

CATALOG = Catalog(
    [
        Vendor(
            slug="acme",
            name="Acme Cloud",
            aliases=("acme corp",),
            page="https://www.acmestatus.example",
            format="statuspage",
            category="cloud",
            components={"db": ("Managed Database",)},
            default=True,
        ),
        Vendor(
            slug="payco",
            name="PayCo",
            page="https://status.payco.example",
            feed="https://status.payco.example/rss.xml",
            format="feed",
            category="payments",
            default=True,
        ),
        Vendor(
            slug="bespoke",
            name="Bespoke",
            page="https://status.bespoke.example",
            format="oracle",
            category="cloud",
            default=True,
        ),
    ]
)


def watching(*watches: Mapping[str, object]) -> settings.Settings:
    found = [settings.Watch(where=f"sitrep.toml: watch[{i}]", **watch) for i, watch in enumerate(watches, 1)]  # type: ignore[arg-type]
    return settings.Settings(
        database=settings.Secret("sqlite+aiosqlite:///sitrep.db"),
        database_from_environment=False,
        host="127.0.0.1",
        port=8080,
        console_log=Path("log"),
        log_level="INFO",
        watches=tuple(found),
        defaulted_watches=not watches,
    )


def sources(*watches: Mapping[str, object]) -> tuple[Source, ...]:
    return settings.sources(watching(*watches), CATALOG, FORMATS)


def mistakes(*watches: Mapping[str, object]) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        sources(*watches)
    return [line.removeprefix("sitrep.toml: ") for line in caught.value.mistakes]


def test_a_vendor_is_found_by_any_of_its_names() -> None:
    (source,) = sources({"vendor": "ACME corp", "components": ("DB", "Queues"), "interval": timedelta(minutes=1)})

    assert source == Source(
        key="feed:acme",
        vendor="acme",
        name="Acme Cloud",
        format="statuspage",
        url="https://www.acmestatus.example",
        interval=timedelta(minutes=1),
        components=("DB", "Queues", "Managed Database"),
    )


def test_a_plain_feed_is_read_at_its_own_address() -> None:
    (source,) = sources({"vendor": "payco"})

    assert (source.format, source.url) == ("feed", "https://status.payco.example/rss.xml")


def test_a_page_that_the_catalog_does_not_know_is_called_as_one_likes() -> None:
    (source,) = sources({"url": "https://status.example.com/", "name": "Example Corp.", "format": "incidentio"})

    assert source == Source(
        key="feed:example-corp",
        vendor="example-corp",
        name="Example Corp.",
        format="incidentio",
        url="https://status.example.com/",
    )


def test_a_page_without_a_name_is_called_by_its_host() -> None:
    (source,) = sources({"url": "https://status.example.com/x", "format": "feed"})

    assert (source.vendor, source.name) == ("status-example-com", "status.example.com")


@pytest.mark.parametrize("url", ["https://acmestatus.example", "http://www.acmestatus.example/history"])
def test_the_catalog_knows_the_vendor_and_the_format_of_its_pages(url: str) -> None:
    (source,) = sources({"url": url})

    assert source == Source(
        key="feed:acme",
        vendor="acme",
        name="Acme Cloud",
        format="statuspage",
        url="https://www.acmestatus.example",
    )


def test_a_named_format_wins_over_the_catalogs() -> None:
    (moved,) = sources({"vendor": "acme", "format": "incidentio"})
    (feed,) = sources({"url": "https://acmestatus.example/history.atom", "format": "feed"})

    assert moved.format == "incidentio"
    assert (feed.vendor, feed.url) == ("acme", "https://acmestatus.example/history.atom")


def test_a_page_that_has_moved_keeps_its_vendor_by_name() -> None:
    by_name = {"url": "https://acme.example.net", "name": "Acme Cloud", "format": "feed"}
    by_alias = {"url": "https://other.example.net", "name": "Acme Corp", "format": "feed"}

    moved, other = sources(by_name, by_alias)

    assert (moved.vendor, other.vendor) == ("acme", "acme-corp")


def test_where_nobody_said_what_to_watch_it_is_the_default_vendors_that_can_be_read() -> None:
    assert [source.vendor for source in sources()] == ["acme", "payco"]


def test_every_watch_that_can_not_be_is_named() -> None:
    found = mistakes(
        {"vendor": "acmee"},
        {"url": "https://status.example.com", "format": "statuspge"},
        {"vendor": "acme"},
    )

    assert found == [
        'watch[1].vendor: "acmee" is not in the catalog; the nearest are acme, payco',
        'watch[2].format: "statuspge" is not known; did you mean "statuspage"?',
    ]


@pytest.mark.parametrize(
    ("watch", "page"),
    [
        ({"vendor": "bespoke"}, "https://status.bespoke.example"),
        ({"url": "https://status.bespoke.example"}, "https://status.bespoke.example"),
        ({"url": "https://status.example.com"}, "https://status.example.com"),
        ({"url": "https://status.example.com", "format": "auto"}, "https://status.example.com"),
    ],
)
def test_a_format_that_nobody_knows_is_found_out_from_the_page(watch: Mapping[str, object], page: str) -> None:
    (found,) = sources(watch)

    assert (found.format, found.url) == ("auto", page)


def test_pages_on_two_ports_of_a_host_are_two() -> None:
    a, b, again = (
        {"url": f"http://status.corp.example{port}/", "name": name, "format": "feed"}
        for port, name in ((":3001", "A"), (":3002", "B"), (":3002", "C"))
    )

    assert len(sources(a, b)) == 2
    assert mistakes(a, b, again) == ["watch[3]: watches the same page as watch[2]; keep one of them"]
    assert len(mistakes({**a, "url": "http://x.example"}, {**b, "url": "https://x.example:443/"})) == 1


def test_a_page_is_watched_once() -> None:
    found = mistakes(
        {"vendor": "acme"},
        {"url": "http://acmestatus.example/"},
        {"url": "https://status.example.com", "name": "Example", "format": "feed"},
        {"url": "https://status.example.com/", "name": "Other", "format": "feed"},
        {"url": "https://status.example.net", "name": "example", "format": "feed"},
    )

    assert found == [
        "watch[2]: watches the same page as watch[1]; keep one of them",
        "watch[4]: watches the same page as watch[3]; keep one of them",
        "watch[5]: is called example like watch[3]; give it another name",
    ]


def test_two_feeds_on_one_host_are_two_pages() -> None:
    first, second = sources(
        {"url": "https://example.com/a.xml", "name": "A", "format": "feed"},
        {"url": "https://example.com/b.xml", "name": "B", "format": "feed"},
    )

    assert {first.key, second.key} == {"feed:a", "feed:b"}


def test_loading_finds_wrong_watches_together_with_all_else(tmp_path: Path) -> None:
    text = """
        [[watch]]
        vendor = "strype"
        [[watch]]
        url = "https://www.githubstatus.com"
        [[watch]]
        vendor = "github"
        [[route]]
        to = "slak:#x"
        """
    (tmp_path / "sitrep.toml").write_text(dedent(text))

    with pytest.raises(ConfigError) as caught:
        settings.load(None, {}, tmp_path, FORMATS)

    assert {line.split(": ")[1] for line in caught.value.mistakes} == {"route[1].to[1]", "watch[1].vendor", "watch[3]"}
