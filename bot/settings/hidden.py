"""All that is secret in the settings, found by looking and not by a list: a new secret is among them by itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass

from bot.settings.scalars import split_url
from bot.settings.values import Secret

# A shorter path may be any word.
_LONG = 12


def secrets_of(settings: object) -> Iterator[str]:
    """Give every secret of some settings, and of an address that is one what stands for nothing else in it."""
    if isinstance(settings, Secret):
        yield from _parts(settings.reveal())
    elif is_dataclass(settings):
        for field in fields(settings):
            yield from secrets_of(getattr(settings, field.name))
    elif isinstance(settings, Mapping):
        for value in settings.values():
            yield from secrets_of(value)
    elif isinstance(settings, Iterable) and not isinstance(settings, str | bytes):
        for value in settings:
            yield from secrets_of(value)


def _parts(secret: str) -> Iterator[str]:
    url = split_url(secret) if "://" in secret else None
    if url is None:
        yield secret
    elif url.scheme.startswith("sqlite"):
        # Where a file is is no secret, and log lines say it.
        return
    else:
        yield from filter(None, (secret, url.password))
        # Of the address of a hook it is the rest that makes it one; of a database that is its name.
        if url.scheme.startswith("http"):
            yield from (one for one in (url.path, url.query) if len(one) >= _LONG)
