"""What a command of the command line is made of."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from bot import plugins, settings
from bot.settings import Settings

Run = Callable[[Settings], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Verb:
    """One command: what it does in a line, its arguments, and the doing, which returns the exit status."""

    does: str
    arguments: Callable[[ArgumentParser], None]
    command: Callable[[Namespace, Run], Awaitable[int]]


def nothing(parser: ArgumentParser) -> None:
    """Take no arguments."""
    del parser


def config(parser: ArgumentParser) -> None:
    """Take --config."""
    parser.add_argument("--config", type=Path, metavar="FILE", help="the configuration (default: sitrep.toml)")


def load(options: Namespace) -> Settings:
    """Return the settings that the command line and the environment ask for."""
    return settings.from_environment(options.config, plugins.discover("bot.feeds"))
