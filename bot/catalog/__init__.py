"""The vendors that Sitrep knows, and look-up by what people type.  A vendor is a row of `vendors.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

# Below this likeness it is no slip of the finger but another word.
CLOSE = 0.75


@dataclass(frozen=True, slots=True, kw_only=True)
class Vendor:
    """One row: who it is, where its status page is, and which format the page speaks.

    `components` leads from the short names that people type to the names on the page.  `default` says that
    the vendor is watched where no configuration says what to watch.  `confidence` tells whence it is known that the
    page speaks the format: somebody `probed` it, it is `documented`, others have it `listed`, or it is `inferred`.
    The format `unknown` is found out at the first look.
    """

    slug: str
    name: str
    page: str
    format: str
    category: str
    aliases: tuple[str, ...] = ()
    feed: str | None = None
    components: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}), hash=False)
    default: bool = False
    confidence: str = "probed"

    @property
    def address(self) -> str:
        """Where its format begins to read: the feed's own address where there is one, else the page."""
        return self.feed or self.page

    @property
    def words(self) -> tuple[str, ...]:
        """Everything it is called, in lower case."""
        return tuple(dict.fromkeys(folded(word) for word in (self.slug, self.name, *self.aliases)))


class Catalog:
    """Vendors, and look-up by what people type."""

    __slots__ = ("_hosts", "_words", "vendors")

    def __init__(self, vendors: Iterable[Vendor]) -> None:
        """Index the vendors; where two share a word or a host, the first one has it."""
        self.vendors = tuple(vendors)
        self._words: dict[str, Vendor] = {}
        self._hosts: dict[str, Vendor] = {}
        for vendor in self.vendors:
            self._hosts.setdefault(_bare(urlsplit(vendor.page).hostname or ""), vendor)
            for word in vendor.words:
                self._words.setdefault(word, vendor)

    @property
    def watched_by_default(self) -> tuple[Vendor, ...]:
        """What is watched where no configuration says what to watch."""
        return tuple(vendor for vendor in self.vendors if vendor.default)

    def find(self, query: str) -> Vendor | None:
        """Return the vendor that is called exactly this, by slug, name or alias, in any case."""
        return self._words.get(folded(query))

    def by_host(self, host: str) -> Vendor | None:
        """Return the vendor whose status page is on this host, with or without `www.`."""
        return self._hosts.get(_bare(host))

    def search(self, query: str) -> tuple[Vendor, ...]:
        """Return who could be meant, best first: the very word, its beginning, a part of it, a slip of the finger.

        An empty query means everybody.
        """
        wanted = folded(query)
        tests = (wanted.__eq__, lambda word: word.startswith(wanted), lambda word: wanted in word)
        found = [vendor for test in tests for vendor in self.vendors if any(test(word) for word in vendor.words)]
        return tuple(dict.fromkeys((*found, *self.nearest(query, limit=len(self.vendors), likeness=CLOSE))))

    def nearest(self, query: str, limit: int = 3, likeness: float = 0.4) -> tuple[Vendor, ...]:
        """Return the vendors whose spelling is most like this, the most alike first."""
        from rapidfuzz import fuzz, process  # noqa: PLC0415  (seldom wanted, and not quick to load)

        close = process.extract(
            folded(query), self._words.keys(), scorer=fuzz.ratio, limit=4 * limit, score_cutoff=100 * likeness
        )
        # Of those that are equally alike, the one that more people use.
        ordered = sorted(close, key=lambda found: (-found[1], found[2]))
        return tuple(dict.fromkeys(self._words[word] for word, _, _ in ordered))[:limit]


@lru_cache(maxsize=1)
def load() -> Catalog:
    """Return the catalog that comes with Sitrep; it is read once."""
    text = files(__package__).joinpath("vendors.toml").read_text(encoding="utf-8")
    found = tomllib.loads(text)
    groups = found.pop("rows", [])
    vendors = [_vendor(slug, row) for slug, row in found.items()]
    return Catalog([*vendors, *(vendor for group in groups for vendor in _rows(group))])


def find(query: str) -> Vendor | None:
    """Return the vendor that is called exactly this, by slug, name or alias, in any case."""
    return load().find(query)


def search(query: str) -> tuple[Vendor, ...]:
    """Return who could be meant, best first."""
    return load().search(query)


def by_host(host: str) -> Vendor | None:
    """Return the vendor whose status page is on this host."""
    return load().by_host(host)


def folded(word: str) -> str:
    """Return a name as it is compared: in lower case, with single spaces."""
    return " ".join(word.casefold().split())


def _bare(host: str) -> str:
    return host.casefold().partition(":")[0].removesuffix(".").removeprefix("www.")


def _rows(group: Mapping[str, str]) -> Iterator[Vendor]:
    """Give the vendors of a group that has a line for each: slug, name, category, page, and maybe aliases."""
    for line in group["lines"].splitlines():
        slug, name, category, page, *rest = line.split(" | ")
        aliases = tuple(rest[0].split(", ")) if rest else ()
        yield Vendor(
            slug=slug,
            name=name,
            page=page,
            format=group["format"],
            category=category,
            aliases=aliases,
            confidence=group["confidence"],
        )


def _vendor(slug: str, row: dict[str, Any]) -> Vendor:
    components = {folded(alias): name for alias, name in row.pop("components", {}).items()}
    aliases = tuple(row.pop("aliases", ()))
    return Vendor(slug=slug, aliases=aliases, components=MappingProxyType(components), **row)
