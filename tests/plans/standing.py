"""The statements that stand ready in the store's modules: all that is asked again and again is made once, there."""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Any

from sqlalchemy import BindParameter, Delete, Dialect, Select, Update
from sqlalchemy.dialects import sqlite
from sqlalchemy.dialects.postgresql import asyncpg

import bot.store
from tests.plans.collect import normal

DIALECTS: dict[str, Dialect] = {
    "sqlite": sqlite.dialect(),
    "postgresql": asyncpg.dialect(),  # type: ignore[no-untyped-call]  # likewise
}


def standing(engine: str) -> dict[str, str]:
    """Return each statement's text, as an engine is sent it, by where it stands."""
    return {name: _text(one, DIALECTS[engine]) for name, one in _all(engine)}


def _all(engine: str) -> Iterator[tuple[str, Any]]:
    for module in pkgutil.iter_modules(bot.store.__path__, "bot.store."):
        if module.ispkg:
            continue
        for name, value in vars(import_module(module.name)).items():
            # There are some for one engine only.
            one = value.get(engine) if isinstance(value, Mapping) else value
            if isinstance(one, (Select, Update, Delete)) and name.startswith("_"):
                yield f"{module.name.removeprefix('bot.')}.{name}", one


def _text(statement: Any, dialect: Dialect) -> str:
    compiled = statement.compile(dialect=dialect)
    values = {one.key: _value(one) for one in compiled.binds.values() if one.required}
    return normal(compiled.construct_expanded_state(values).statement)


def _value(parameter: BindParameter[Any]) -> object:
    """Return anything that fits: a plan is made for all values alike."""
    if not parameter.expanding:
        return None
    kinds = getattr(parameter.type, "types", None)
    return [("x",) * len(kinds)] if kinds else ["x"]
