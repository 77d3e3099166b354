"""The command line as a person meets it: what was printed, what was complained of, and the exit status."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot import cli
from bot.settings import VARIABLES

STEP_KEYS = {
    "at",
    "destination",
    "step",
    "incident",
    "vendor",
    "kind",
    "state",
    "impact",
    "title",
    "text",
    "seq",
}


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    out: str
    complaints: tuple[str, ...]

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()

    @property
    def steps(self) -> list[dict[str, object]]:
        return [json.loads(line) for line in self.lines]


@contextmanager
def _left_as_it_was() -> Iterator[None]:
    """Undo what a command does to its own process: a test process must not log into what is captured here."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    root.handlers = []
    try:
        yield
    finally:
        root.handlers, root.level = handlers, level


@dataclass(slots=True)
class Desk:
    """A folder of one's own, an environment without surprises, and the command line."""

    folder: Path
    monkeypatch: pytest.MonkeyPatch
    capsys: pytest.CaptureFixture[str]

    def ask(self, *words: str, **environment: str) -> Answer:
        """Run one command here and return what came of it."""
        with self._here(environment):
            self.capsys.readouterr()
            try:
                status = cli.main(words)
            except SystemExit as e:  # argparse has its own way of ending
                status = int(e.code or 0)
        said = self.capsys.readouterr()
        return Answer(status, said.out, tuple(said.err.splitlines()))

    @contextmanager
    def _here(self, environment: Mapping[str, str]) -> Iterator[None]:
        with self.monkeypatch.context() as patched, _left_as_it_was():
            patched.chdir(self.folder)
            for variable in VARIABLES:
                patched.delenv(variable.name, raising=False)
                patched.delenv(f"{variable.name}_FILE", raising=False)
            for name, value in environment.items():
                patched.setenv(name, value)
            yield

    def write(self, name: str, text: str | bytes) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path
