"""What stands around the settings and is easily overlooked: files that others can read, names that nobody reads."""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.settings import Settings, default_settings
from bot.settings.environment import Environment
from bot.settings.paging import OF_AN_ADDRESS
from bot.settings.variables import VARIABLES

_LIKE = 0.8
# Programs of all kinds look at these; https://docs.python.org/3/library/urllib.request.html#urllib.request.getproxies
_PROXIES = ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY")
_DOTENV = ".env"


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What was found.

    `files` are those that hold secrets, each by the name that leads there; `twice` are secrets that stand in the
    environment and otherwise in `.env`; `strange` are names in `.env` that nobody reads, with what was probably meant.
    """

    files: tuple[tuple[str, Path], ...]
    twice: tuple[str, ...]
    strange: tuple[tuple[str, str], ...]
    proxies: tuple[str, ...]


def from_environment(more: Iterable[str] = ()) -> Surroundings:
    """Return what stands around the settings of this process; `more` are secrets that the configuration names."""
    return surroundings(os.environ, Path.cwd(), more)  # noqa: TID251  (as bot/settings looks)


def alone() -> Settings:
    """Return the settings of this process as if there were no file; what is wrong is left out."""
    return default_settings(os.environ, Path.cwd())  # noqa: TID251  (as above)


def surroundings(environ: Mapping[str, str], cwd: Path, more: Iterable[str] = ()) -> Surroundings:
    """Return what stands around what `environ` says, and `.env` in `cwd`."""
    both = Environment(environ, cwd, lambda _where, _what: None)
    file = Environment({}, cwd, lambda _where, _what: None)
    names = list(dict.fromkeys((*(variable.name for variable in VARIABLES if variable.secret), *more)))
    return Surroundings(
        files=tuple(_files(both, cwd, names)),
        twice=tuple(_twice(Environment(environ, Path(os.devnull), lambda _where, _what: None), file, names)),
        strange=tuple(_strange(file, names)),
        proxies=tuple(name for name in _PROXIES if environ.get(name) or environ.get(name.lower())),
    )


def _files(both: Environment, cwd: Path, names: list[str]) -> Iterator[tuple[str, Path]]:
    if (cwd / _DOTENV).is_file():
        yield _DOTENV, cwd / _DOTENV
    for name in names:
        for found in both.find(f"{name}_FILE"):
            if (cwd / found.text.strip()).is_file():
                yield f"{name}_FILE", cwd / found.text.strip()


def _twice(first: Environment, second: Environment, names: list[str]) -> Iterator[str]:
    for name in names:
        here, there = ({found.text for found in one.find(name, f"{name}_FILE")} for one in (first, second))
        if here and there and here != there:
            yield name


def _strange(file: Environment, more: Iterable[str]) -> Iterator[tuple[str, str]]:
    plain = {*(variable.name for variable in VARIABLES), *more}
    known = plain | {f"{name}_FILE" for name in plain}
    for name in file.names():
        if name.startswith(OF_AN_ADDRESS):
            continue
        close = difflib.get_close_matches(name, known, n=1, cutoff=_LIKE) if name not in known else []
        if close:
            yield name, close[0]
