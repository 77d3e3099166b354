"""Formats, probes, hooks and adapters are found by their file names: there is nothing to register.

`bot/feeds/aws_datajson.py` is the format `aws-datajson`.  A name that begins with an underscore is a part
of its neighbours, not a plugin.  A plugin is imported when it is first asked for.
"""

from __future__ import annotations

import pkgutil
import re
from datetime import datetime
from functools import cache
from importlib import import_module
from typing import Any, Literal, Protocol, cast, runtime_checkable

from bot.core.hooks import Heard, Hook, Way
from bot.errors import ConfigError, ParseError
from bot.model import ProbeResult, Snapshot, Source
from bot.ports import Setup, Web


class Format(Protocol):
    """What a file in `bot/feeds` offers.  All of it is pure: no I/O, no clock, no environment."""

    @property
    def EXPECTS(self) -> Literal["json", "feed"]:  # noqa: N802  # a constant of the module
        """What to ask a server for."""

    @property
    def VOLATILE(self) -> re.Pattern[bytes] | None:  # noqa: N802  (a constant of the module)
        """The parts of a body that change without meaning: two bodies that differ only there say the same."""

    @property
    def HOSTS(self) -> tuple[str, ...]:  # noqa: N802  (a constant of the module)
        """Hosts at which it is spoken and nothing else; `*.example.com` means all below.  All in full: nowhere else."""

    def parse(self, body: bytes, source: Source) -> Snapshot:
        """Return what a body says, or raise ParseError saying what was wrong and where."""

    def endpoints(self, source: Source) -> tuple[str, ...]:
        """Return the urls to poll, best first; `source.url` is a page's address or a document's own."""

    def follow_up(self, source: Source, external_id: str) -> tuple[str, ...]:
        """Return where the end of an incident that is no longer listed can be read, best first, by `parse`."""

    def linked(self, page: str, source: Source) -> tuple[str, ...]:
        """Return the urls to poll that the HTML of a page leads to; none if the page is not of this platform."""


@runtime_checkable
class Several(Protocol):
    """What a format offers besides, if one document is not enough."""

    def beside(self, endpoint: str) -> tuple[str, ...]:
        """Return what is read together with an endpoint; each is parsed alone, and all are one snapshot."""


class ProbeType(Protocol):
    """What a file in `bot/probes` offers.  A check is the only thing in it that touches the world."""

    @property
    def Options(self) -> type[Any]:  # noqa: N802  # a class of the module
        """The type's own keys in the configuration: a `Keys` model, which raises ValidationError."""

    def read_target(self, text: str) -> None:
        """Raise ValueError, saying what to write instead, if a target is none."""

    async def check(self, setup: Setup, web: Web, at: datetime) -> ProbeResult:
        """Check once, and be done within `setup.timeout`.  Whatever goes wrong is a result: only a bug raises."""


class HookKind(Protocol):
    """What a file in `bot/hooks` offers.  All of it is pure: no I/O, no clock, no environment."""

    @property
    def WAYS(self) -> frozenset[Way]:  # noqa: N802  # a constant of the module
        """How its senders can show who they are."""

    def parse(self, body: bytes, hook: Hook, /) -> Heard:
        """Return what a body tells, or raise ParseError saying what was wrong and where."""


# The format of every feed.
PLAIN = "feed"


@cache
def discover(package: str) -> dict[str, str]:
    """Return the plugins in a package: what each is called, and the module to import for it."""
    folder = import_module(package)
    names = (found.name for found in pkgutil.iter_modules(folder.__path__))
    return {name.replace("_", "-"): f"{package}.{name}" for name in sorted(names) if not name.startswith("_")}


def formats() -> dict[str, Format]:
    """Return every format by name."""
    return {name: format_named(name) for name in discover("bot.feeds")}


@cache
def format_named(name: str) -> Format:
    """Return one format, or raise ConfigError naming those that there are."""
    known = discover("bot.feeds")
    if name not in known:
        raise ConfigError(f"there is no format {name!r}; the formats are {', '.join(known)}")
    return cast("Format", import_module(known[name]))


@cache
def probe_named(name: str) -> ProbeType:
    """Return one type of probe, or raise ConfigError naming those that there are."""
    known = discover("bot.probes")
    if name not in known:
        raise ConfigError(f"there is no probe type {name!r}; the types are {', '.join(known)}")
    return cast("ProbeType", import_module(known[name]))


@cache
def hook_named(name: str) -> HookKind:
    """Return one kind of hook, or raise ConfigError naming those that there are."""
    known = discover("bot.hooks")
    if name not in known:
        raise ConfigError(f"there is no hook type {name!r}; the types are {', '.join(known)}")
    return cast("HookKind", import_module(known[name]))


def detect(body: bytes, source: Source) -> tuple[str, Snapshot]:
    """Return the one format that can read a body, and what it reads; two that can are as bad as none.

    Whatever a feed says can be read as a feed: that is the answer where no format knows it better.
    """
    found: dict[str, Snapshot] = {}
    refused: dict[str, list[str]] = {}
    for name, one in formats().items():
        try:
            found[name] = one.parse(body, source)
        except ParseError as error:
            refused.setdefault(str(error), []).append(name)
    plain = found.pop(PLAIN, None)
    if plain is not None and not found:
        return PLAIN, plain
    if len(found) == 1:
        return found.popitem()
    if found:
        raise ParseError(f"more than one format reads this: {', '.join(found)}; name the one that is meant")
    raise ParseError("no format reads this", *(f"{', '.join(names)}: {why}" for why, names in refused.items()))
