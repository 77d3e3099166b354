"""Whose page an address is: for vendors that keep one status page of their own, on hosts that are known."""

from __future__ import annotations

from collections.abc import Iterable

from bot.feeds import _urls
from bot.model import Source


def at(source: Source, hosts: Iterable[str], below: str = "/") -> bool:
    """Whether a source's address is on one of the hosts, and below a path where a host has other things too.

    What the HTML says counts for nothing here: many pages link to the status page of a vendor that they use.
    """
    parts = _urls.split(source)
    host, path = (parts.hostname or "").lower(), parts.path.lower()
    is_below = path.rstrip("/") == below.rstrip("/") or path.startswith(below.rstrip("/") + "/")
    return is_below and any(_is(host, name) for name in hosts)


def _is(host: str, name: str) -> bool:
    return host.endswith(name[1:]) if name.startswith("*.") else host == name
