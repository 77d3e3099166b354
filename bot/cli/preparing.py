"""`init`: a configuration to start from."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from importlib.resources import files
from pathlib import Path

from bot.cli.verb import Verb
from bot.errors import ConfigError

_FILES = {"sitrep.toml": "sitrep.toml", ".env": "env"}


async def _init(options: Namespace) -> int:
    return _write_all(options.folder)


def _write_all(folder: Path) -> int:
    if not folder.is_dir():
        raise ConfigError(f"{folder}: there is no such folder")
    for name, template in _FILES.items():
        text = (files("bot") / "templates" / template).read_text(encoding="utf-8")
        print(_write(folder / name, text))
    print("Next: `sitrep check`, then `sitrep run`.")
    return 0


def _write(path: Path, text: str) -> str:
    """Write a new file that only its owner can read; one that is there already is left alone."""
    try:
        path.touch(mode=0o600, exist_ok=False)
    except FileExistsError:
        return f"{path}: is there already, left as it is"
    except OSError as e:
        raise ConfigError(f"{path}: can not be written: {e.strerror}") from e
    path.write_text(text, encoding="utf-8")
    return f"{path}: written"


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument("folder", nargs="?", type=Path, default=Path(), help="where (default: here)")


VERBS = {"init": Verb(_arguments, _init)}
