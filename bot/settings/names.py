"""The names by which the tables of a file speak of each other and of vendors."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from bot.catalog import Catalog, Vendor
from bot.core.slugs import slug
from bot.core.team import VENDOR
from bot.settings.mistakes import one_of, shown
from bot.settings.scalars import split_url


# Each address is asked about five times.
@lru_cache(maxsize=10_000)
def host_of(url: str) -> str:
    """Return the host of an address; nothing if it is none."""
    parts = split_url(url)
    return (parts.hostname if parts else None) or ""


def slug_of_page(url: str, name: str | None, catalog: Catalog) -> str:
    """Return the vendor of a page: the catalog's, if it knows the host or the name, else made of the name."""
    if known := catalog.by_host(host_of(url)):
        return known.slug
    title = slug(name or host_of(url))
    namesake = catalog.find(name or "")
    # An alias is not enough: a team's own "Workers" is not Cloudflare's.
    return namesake.slug if namesake and title in {namesake.slug, slug(namesake.name)} else title


def with_full_names(components: Iterable[str], vendors: Iterable[Vendor | None]) -> tuple[str, ...]:
    """Return the components as they were written, and with them what the catalog's words for them stand for."""
    written = tuple(components)
    books = [vendor.components for vendor in vendors if vendor]
    meant = [name for book in books for word in written for name in book.get(word.casefold(), ())]
    return tuple(dict.fromkeys((*written, *meant)))


def instead_of(word: str, catalog: Catalog, own: Iterable[str] = ()) -> str:
    """Return what to write instead of an unknown vendor: who shares the word, or three that are spelled like it."""
    if several := catalog.family(word):
        return f"; it may be {', '.join(vendor.slug for vendor in several)}"
    near = dict.fromkeys((*own, *(vendor.slug for vendor in catalog.nearest(word))))
    return f"; the nearest are {', '.join(list(near)[:3])}" if near else "; `sitrep vendors` shows what there is"


@dataclass(frozen=True, slots=True)
class Names:
    """What can be referred to.

    `vendors` leads from the file's own names to the vendors' slugs, `titles` from slugs to what the file calls them.
    The names in a table count even if something else in it is wrong: one mistake, one line.
    """

    catalog: Catalog
    vendors: Mapping[str, str]
    services: frozenset[str]
    oncalls: frozenset[str]
    probes: frozenset[str]
    titles: Mapping[str, str]

    def title(self, vendor: str) -> str:
        """Return what a vendor is called: by the file, else by the catalog."""
        known = self.catalog.find(vendor)
        return self.titles.get(vendor) or (known.name if known else vendor)

    def find_vendor(self, word: str) -> str | None:
        """Return the slug of a vendor that is watched, probed or in the catalog; the file's own names come first."""
        known = self.catalog.find(word)
        return self.vendors.get(slug(word)) or (known.slug if known else None)

    def vendor(self, word: str) -> str:
        """Return the slug of a vendor; ValueError if it is nobody's."""
        found = self.find_vendor(word)
        if found is None:
            instead = instead_of(word, self.catalog, difflib.get_close_matches(slug(word), self.vendors, n=1))
            raise ValueError(f"{shown(word)} is neither watched nor in the catalog{instead}")
        return found

    def service(self, name: str) -> str:
        """Return the name of a service; ValueError if there is none."""
        return _existing(name, "service", self.services)

    def probe(self, name: str) -> str:
        """Return the name of a probe; ValueError if there is none."""
        return _existing(name, "probe", self.probes)

    def rota(self, who: str) -> str:
        """Return who is to be told; ValueError if it is a rota that does not exist."""
        platform, _, name = who.partition(":")
        return f"oncall:{_existing(name, 'oncall', self.oncalls)}" if platform == "oncall" else who

    def components(self, vendors: Iterable[str], components: Iterable[str]) -> tuple[str, ...]:
        """Return the components of these vendors under all the names that they may have."""
        return with_full_names(components, map(self.catalog.find, vendors))


def names(raw: Mapping[str, object], catalog: Catalog) -> Names:
    """Gather the names that a file gives and uses."""
    # Of what the team declares itself.
    vendors = {VENDOR: VENDOR}
    titles: dict[str, str] = {}
    for table in ("probe", "hook"):
        for _, words in said(raw, table, "vendor", "name"):
            whose = words.get("vendor") or words.get("name", "")
            known = catalog.find(words.get("vendor", ""))
            vendors[slug(whose)] = known.slug if known else slug(whose)
            if not known:
                titles.setdefault(slug(whose), whose)
    for _, words in said(raw, "watch", "vendor", "url", "name"):
        called, vendor = _names_of_watch(words, catalog)
        vendors |= dict.fromkeys(called, vendor)
        if "name" in words:
            titles[vendor] = words["name"]
    return Names(
        catalog,
        vendors,
        frozenset(word for _, words in said(raw, "service", "name") for word in words.values()),
        frozenset(word for _, words in said(raw, "oncall", "name") for word in words.values()),
        frozenset(word for _, words in said(raw, "probe", "name") for word in words.values()),
        titles,
    )


def said(raw: Mapping[str, object], table: str, *keys: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Return what each table `[[table]]` says under these keys, as far as it is text, and where."""
    items = raw.get(table)
    for i, item in enumerate(items if isinstance(items, list) else [], 1):
        if isinstance(item, dict):
            yield f"{table}[{i}]", {key: item[key].strip() for key in keys if isinstance(item.get(key), str)}


def _existing(name: str, table: str, known: frozenset[str]) -> str:
    """Return the name as its own table writes it, in whatever case it is referred to."""
    found = next((one for one in sorted(known) if one.casefold() == name.casefold()), None)
    if found is None:
        instead = one_of(name, sorted(known)) if known else f"; write one, with name = {shown(name)}"
        raise ValueError(f"there is no [[{table}]] named {shown(name)}{instead}")
    return found


def _names_of_watch(words: Mapping[str, str], catalog: Catalog) -> tuple[list[str], str]:
    if "url" in words:
        is_called = slug_of_page(words["url"], words.get("name"), catalog)
        return [slug(word) for word in (words.get("name"), host_of(words["url"]), is_called) if word], is_called
    known = catalog.find(words.get("vendor", ""))
    is_called = known.slug if known else slug(words.get("vendor", ""))
    return [slug(word) for word in words.values()], is_called
