"""What is done with strangers' words before any platform dresses them."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

_UNSAFE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def safe(text: str) -> str:
    """Return text without control characters, direction marks and half surrogates."""
    return _UNSAFE.sub(" ", text)


def cut(text: str, most: int) -> str:
    """Return at most `most` characters, cut at a word and with … where something is missing."""
    if len(text) <= most:
        return text
    kept = text[: most - 1]
    edge = max(kept.rfind(" "), kept.rfind("\n"))
    return (kept[:edge] if edge > most // 2 else kept).rstrip() + "…"


def host(url: str) -> str:
    """Return the host of an address on the web, for readers to see where a link leads; nothing for any other text."""
    if not url.lower().startswith(("https://", "http://")):
        return ""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""
