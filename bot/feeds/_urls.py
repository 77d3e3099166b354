"""Addresses: where a page's other doors are, and which links of a vendor may be shown."""

from __future__ import annotations

import re
from urllib.parse import SplitResult, quote, urlsplit

from bot.model import Source

# https://www.rfc-editor.org/rfc/rfc9110#section-4.1 asks for no more than 8,000 of anybody; Discord takes 2,048.
_LONGEST = 2000
_FORBIDDEN = re.compile(r"[\s<>\"'`|\\^{}]")


def shown(url: str | None) -> str | None:
    """Return a link that may be shown: absolute, http or https; None for anything else."""
    if not url or len(url) > _LONGEST or _FORBIDDEN.search(url):
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return url if parts.scheme in {"http", "https"} and parts.hostname else None


def incident_page(page: str, external_id: str) -> str:
    """Return the page of one incident, which Statuspage and incident.io keep in the same place."""
    return f"{page.rstrip('/')}/incidents/{quote(external_id, safe='')}"


def split(source: Source) -> SplitResult:
    """Return the parts of a source's address; `https` where it names no scheme."""
    url = source.url if "://" in source.url else f"https://{source.url}"
    return urlsplit(url)


def origin(source: Source) -> str:
    """Return scheme and host of a source's address, where a status page has all its doors."""
    parts = split(source)
    return f"{parts.scheme}://{parts.netloc}"
