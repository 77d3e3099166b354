"""From what is to be watched to sources: which page, which format."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from bot.catalog import Catalog, Vendor
from bot.errors import ConfigError
from bot.model import AUTO, Source
from bot.settings.mistakes import one_of, shown
from bot.settings.names import host_of, instead_of, slug_of_page, with_full_names
from bot.settings.scalars import split_url
from bot.settings.values import Settings, Watch


def sources(settings: Settings, catalog: Catalog, formats: Collection[str]) -> tuple[Source, ...]:
    """Return one source for each watched page; ConfigError with every watch that can not be one.

    `formats` are the names of the formats that can be read.  Where nobody said what to watch, it is the
    catalog's default vendors, as far as they can be read.
    """
    found, mistakes = resolve(_watches(settings, catalog, formats), catalog, formats)
    if mistakes:
        raise ConfigError(*mistakes)
    return found


def expected(settings: Settings, catalog: Catalog, formats: Collection[str]) -> Mapping[str, str]:
    """Return what the vendors are called that pages or probes are configured for, whether any was read yet or not."""
    found, _ = resolve(_watches(settings, catalog, formats), catalog, None)
    probed = {probe.vendor: probe.vendor_name or probe.name for probe in settings.probes}
    return probed | {one.vendor: one.name for one in found}


def _watches(settings: Settings, catalog: Catalog, formats: Collection[str]) -> tuple[Watch, ...]:
    if not settings.defaulted_watches:
        return settings.watches
    readable = (vendor.slug for vendor in catalog.watched_by_default if vendor.format in formats)
    return tuple(Watch(where="default watch list", vendor=vendor) for vendor in readable)


def resolve(
    watches: Iterable[Watch], catalog: Catalog, formats: Collection[str] | None
) -> tuple[tuple[Source, ...], list[str]]:
    """Return the sources and the mistakes; without `formats`, any format is believed to be readable."""
    found: list[Source] = []
    taken: dict[str, Watch] = {}
    mistakes: list[str] = []
    for watch in watches:
        try:
            source = _source(watch, catalog, formats)
            _take(watch, source, taken)
        except ConfigError as e:
            mistakes += e.mistakes
        else:
            found.append(source)
    return tuple(found), mistakes


def _source(watch: Watch, catalog: Catalog, formats: Collection[str] | None) -> Source:
    vendor, url, form = _of_catalog(watch, catalog) if watch.vendor else _of_page(watch, catalog)
    if watch.format and formats is not None and form not in {*formats, AUTO}:
        raise ConfigError(f"{watch.where}.format: {shown(form)} is not known{one_of(form, formats)}")
    if not form or (formats is not None and form not in formats):
        # Nobody knows, or the catalog names one that this version can not read: it is found out at the first look.
        url, form = (vendor.page if vendor else url), AUTO
    slug = vendor.slug if vendor else slug_of_page(url, watch.name, catalog)
    return Source(
        key=f"feed:{slug}",
        vendor=slug,
        name=watch.name or (vendor.name if vendor else host_of(url)),
        format=form,
        url=url,
        interval=watch.interval,
        exact=watch.exact,
        components=with_full_names(watch.components, [vendor]),
        regions=watch.regions,
        remind=watch.remind,
        runs_on=watch.runs_on,
    )


def _of_catalog(watch: Watch, catalog: Catalog) -> tuple[Vendor | None, str, str]:
    word = watch.vendor or ""
    vendor = catalog.find(word)
    if vendor is None:
        raise ConfigError(f"{watch.where}.vendor: {shown(word)} is not in the catalog{instead_of(word, catalog)}")
    return vendor, vendor.address, watch.format or vendor.format


def _of_page(watch: Watch, catalog: Catalog) -> tuple[Vendor | None, str, str]:
    url = watch.url or ""
    vendor = catalog.by_host(host_of(url))
    if watch.format or vendor is None:
        return vendor, url, watch.format or ""
    # The format begins at the page or at the feed, and the catalog knows better which than somebody in a hurry.
    return vendor, vendor.address, vendor.format


def _take(watch: Watch, source: Source, taken: dict[str, Watch]) -> None:
    """Note the page and the name in `taken`; raise ConfigError if another watch has one of them."""
    page = _page(source.url)
    if page in taken:
        raise ConfigError(f"{watch.where}: watches the same page as {_short(taken[page])}; keep one of them")
    if source.key in taken:
        other = _short(taken[source.key])
        raise ConfigError(f"{watch.where}: is called {source.vendor} like {other}; give it another name")
    taken[page] = taken[source.key] = watch


def _short(watch: Watch) -> str:
    return watch.where.rpartition(" ")[2]


# Of http and https: an address that names one is that without.
_USUAL_PORTS = (None, 80, 443)


def _page(url: str) -> str:
    """Return what two addresses of one page have in common."""
    parts = split_url(url)
    if parts is None:
        return host_of(url).removeprefix("www.") + url
    port = f":{parts.port}" if parts.port not in _USUAL_PORTS else ""
    return f"{host_of(url).removeprefix('www.')}{port}{parts.path.rstrip('/')}?{parts.query}"
