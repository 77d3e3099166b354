"""What is done with strangers' words before any platform dresses them."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

# What a terminal obeys, whole: colours and cursors, then titles and links as far as they are closed, then the short
# ones: https://invisible-island.net/xterm/ctlseqs/ctlseqs.html.  The beginning of a colour that is one character
# stands in broken texts too, so there it must be just that: a number and a letter that means something.
SEQUENCE = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]|\x9b[\d;?]+[A-HJKm]|\x1b[\]PX^_][^\x00-\x1f]{0,200}(?:\x07|\x1b\\)"
    r"|\x1b(?:[(-/][0-~]|[0-Z\\^-~])"
)
_UNSAFE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def safe(text: str) -> str:
    """Return text without control sequences, control characters, direction marks and half surrogates."""
    return _UNSAFE.sub(" ", SEQUENCE.sub("", text))


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
