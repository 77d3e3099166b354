"""What can be asked of `/api/v1`: each thing once, for its route, the OpenAPI document and the page for people."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any, TypeVar

from starlette.requests import Request

from bot.web.api.addresses import base
from bot.web.api.answers import Wrong
from bot.web.board.pages import Board

E = TypeVar("E", bound=StrEnum)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One thing that may be asked for by name; those of the path must be."""

    name: str
    about: str
    schema: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({"type": "string"}))
    in_path: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """A request, as what answers it needs it: whose board, where it is found, and what was asked."""

    board: Board
    base: str
    path: str
    named: Mapping[str, str]
    query: Mapping[str, str]

    @property
    def now(self) -> datetime:
        """The time."""
        return self.board.clock.now()

    def one_of(self, name: str, kind: type[E]) -> E | None:
        """Return a word of a list.  Raises Wrong for any other."""
        said = self.query.get(name)
        if said is None:
            return None
        try:
            return kind(said)
        except ValueError as e:
            raise Wrong(f"{name}: “{said[:60]}” is none of {', '.join(kind)}") from e

    def instant(self, name: str) -> datetime | None:
        """Return a time, in UTC where it names no zone.  Raises Wrong for what is none."""
        said = self.query.get(name)
        if said is None:
            return None
        try:
            # A plus sign that nobody has escaped comes as a space.
            found = datetime.fromisoformat(said.replace(" ", "+"))
            return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
        except (ValueError, OverflowError) as e:
            raise Wrong(f"{name}: “{said[:60]}” is no time; write it as 2026-03-01T12:00:00Z") from e

    def number(self, name: str, usual: int, most: int) -> int:
        """Return a number from 1 to `most`.  Raises Wrong for any other."""
        said = self.query.get(name, str(usual))
        if not (said.isascii() and said.isdecimal() and len(said) <= len(str(most)) and 1 <= int(said) <= most):
            raise Wrong(f"{name}: “{said[:60]}” is no number from 1 to {most}")
        return int(said)


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One thing that can be asked: where, what it answers, and who makes the answer.

    `problems` are what can be wrong with a request, by HTTP status; that the database does not answer is always among
    them.
    """

    path: str
    name: str
    about: str
    answer: type[Any]
    make: Callable[[Asked], Awaitable[Any]]
    parameters: tuple[Parameter, ...] = ()
    problems: Mapping[int, str] = field(default_factory=lambda: MappingProxyType({}))

    def asked(self, request: Request, board: Board) -> Asked:
        """Return what a request asks for.  Raises Wrong if that is not to be had, and StrangeHost."""
        known = {one.name for one in self.parameters if not one.in_path}
        given = request.query_params
        for name in given:
            if name not in known:
                takes = f"it takes {', '.join(sorted(known))}" if known else "it takes none"
                raise Wrong(f"no parameter is called “{name[:60]}”; {takes}")
            if len(given.getlist(name)) > 1:
                raise Wrong(f"{name}: given more than once")
        where = base(request, board.url)
        return Asked(board, where, request.url.path, request.path_params, {**given})
