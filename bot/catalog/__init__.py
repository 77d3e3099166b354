"""The vendors that Sitrep knows, and look-up by what people type.  A vendor is a row of `vendors.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

# Below this likeness it is no slip of the finger but another word.
CLOSE = 0.75
# Above this it is so little a slip that who is nearest is meant, with those who are nearly as near; of so many at most.
_SLIP, _SPREAD, _EQUALS = 0.8, 0.05, 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Vendor:
    """One row: who it is, where its status page is, and which format the page speaks.

    `components` leads from the words that people type to what it is on the page: names of components or of groups
    of them, in which `*` stands for anything.  `default` says that the vendor is watched where no configuration says
    what to watch.  `confidence` tells whence it is known that the page speaks the format: somebody `probed` it, it is
    `documented`, others have it `listed`, or it is `inferred`.  The format `unknown` is found out at the first look.
    """

    slug: str
    name: str
    page: str
    format: str
    category: str
    aliases: tuple[str, ...] = ()
    feed: str | None = None
    components: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}), hash=False)
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
    """Vendors, and look-up by what people type.

    `families` are words that several vendors share, as products of one house do, with their slugs.
    """

    __slots__ = ("_called", "_families", "_hosts", "_words", "vendors")

    def __init__(self, vendors: Iterable[Vendor], families: Mapping[str, Iterable[str]] = MappingProxyType({})) -> None:
        """Index the vendors; where two share a word or a host, the first one has it."""
        self.vendors = tuple(vendors)
        self._called = tuple((vendor, vendor.words) for vendor in self.vendors)
        self._words: dict[str, Vendor] = {}
        self._hosts: dict[str, Vendor] = {}
        for vendor, words in self._called:
            self._hosts.setdefault(_bare(_host(vendor.page)), vendor)
            for word in words:
                self._words.setdefault(word, vendor)
        self._families = {folded(word): tuple(self._words[slug] for slug in slugs) for word, slugs in families.items()}

    @property
    def watched_by_default(self) -> tuple[Vendor, ...]:
        """What is watched where no configuration says what to watch."""
        return tuple(vendor for vendor in self.vendors if vendor.default)

    def find(self, query: str) -> Vendor | None:
        """Return the vendor that is called exactly this, by slug, name or alias, in any case."""
        return self._words.get(folded(query))

    def meanings(self, slug: str) -> Mapping[str, tuple[str, ...]]:
        """Return what people's words for a vendor's components stand for; nothing for who is not in the catalog."""
        vendor = self.find(slug)
        return vendor.components if vendor else MappingProxyType({})

    def family(self, query: str) -> tuple[Vendor, ...]:
        """Return the vendors that share exactly this word, those that more people use first; mostly none."""
        return self._families.get(folded(query), ())

    def by_host(self, host: str) -> Vendor | None:
        """Return the vendor whose status page is on this host, with or without `www.`."""
        return self._hosts.get(_bare(host))

    def meant(self, query: str) -> tuple[Vendor, ...]:
        """Return who is meant: one vendor if that is clear, several if they are equally likely, or nobody.

        Whoever is called exactly this is meant; else all that share the word; else all that begin so; else all
        that have it in them; else whoever it is nearest to, if it is no more than a slip of the finger.
        """
        wanted = folded(query)
        if not wanted:
            return ()
        return (
            self._called_so(query)
            or self._with(lambda word: word.startswith(wanted))
            or self._with(lambda word: wanted in word)
            or self._nearest(query, limit=_EQUALS, likeness=_SLIP, spread=_SPREAD)
        )

    def search(self, query: str) -> tuple[Vendor, ...]:
        """Return who could be meant, best first: the very word, its beginning, a part of it, a slip of the finger.

        An empty query means everybody.
        """
        wanted = folded(query)
        found = [
            *self._with(wanted.__eq__),
            *self.family(query),
            *self._with(lambda word: word.startswith(wanted)),
            *self._with(lambda word: wanted in word),
            *self._nearest(query, limit=len(self.vendors), likeness=CLOSE),
        ]
        return tuple(dict.fromkeys(found))

    def nearest(self, query: str, limit: int = 3, likeness: float = 0.4) -> tuple[Vendor, ...]:
        """Return the vendors that share this word, else those whose spelling is most like it, the likeliest first."""
        return self.family(query)[:limit] or self._nearest(query, limit, likeness)

    def _with(self, test: Callable[[str], bool]) -> tuple[Vendor, ...]:
        return tuple(vendor for vendor, words in self._called if any(map(test, words)))

    def _nearest(self, query: str, limit: int, likeness: float, spread: float = 1) -> tuple[Vendor, ...]:
        """Return those whose spelling is so much like it, and by no more than `spread` less than the best."""
        from rapidfuzz import fuzz, process  # noqa: PLC0415  (seldom wanted, and not quick to load)

        words = (*self._words, *(word for word in self._families if word not in self._words))
        close = process.extract(folded(query), words, scorer=fuzz.ratio, limit=4 * limit, score_cutoff=100 * likeness)
        # Of those that are equally alike, the one that more people use.
        ordered = sorted(close, key=lambda found: (-found[1], found[2]))
        best = [word for word, score, _ in ordered if score >= ordered[0][1] - 100 * spread]
        return tuple(dict.fromkeys(vendor for word in best for vendor in self._called_so(word)))[:limit]

    def _called_so(self, word: str) -> tuple[Vendor, ...]:
        exactly = self.find(word)
        return (exactly,) if exactly else self.family(word)


@lru_cache(maxsize=1)
def load() -> Catalog:
    """Return the catalog that comes with Sitrep; it is read once."""
    found = tomllib.loads(Path(__file__).with_name("vendors.toml").read_text(encoding="utf-8"))
    groups, families = found.pop("rows"), found.pop("families")
    vendors = [_vendor(slug, row) for slug, row in found.items()]
    return Catalog([*vendors, *(vendor for group in groups for vendor in _rows(group))], families)


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


def _host(page: str) -> str:
    return page.partition("://")[2].partition("/")[0]


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
    said = row.pop("components", {}).items()
    components = {folded(word): (parts,) if isinstance(parts, str) else tuple(parts) for word, parts in said}
    aliases = tuple(row.pop("aliases", ()))
    return Vendor(slug=slug, aliases=aliases, components=MappingProxyType(components), **row)
