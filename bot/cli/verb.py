"""What a command of the command line is made of."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from pathlib import Path

from bot import catalog, plugins, settings
from bot.settings import Settings


@dataclass(frozen=True, slots=True)
class Verb:
    """One command: its arguments, and the doing, which returns the exit status."""

    arguments: Callable[[ArgumentParser], None]
    do: Callable[[Namespace], Coroutine[None, None, int]]


def config(parser: ArgumentParser) -> None:
    """Take --config."""
    parser.add_argument("--config", type=Path, metavar="FILE", help="the configuration (default: sitrep.toml)")


def query(parser: ArgumentParser) -> None:
    """Take a few words."""
    parser.add_argument("query", nargs="*", help="a vendor, a product or a component, as you would call it")


def load(options: Namespace) -> Settings:
    """Return the settings that the command line and the environment ask for."""
    return settings.from_environment(options.config, plugins.discover("bot.feeds"))


def load_all(options: Namespace) -> Settings:
    """Return the same for who will check with the probes: their own keys are right, and their secrets are there."""
    return settings.from_environment(options.config, plugins.discover("bot.feeds"), plugins.probe_named)


def awaited(chosen: Settings) -> Mapping[str, str]:
    """Return what the vendors are called that are configured: before the first `sitrep run` no database knows them."""
    return settings.expected(chosen, catalog.load(), plugins.discover("bot.feeds"))
