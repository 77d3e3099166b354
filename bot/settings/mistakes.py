"""What is wrong, in plain words: one line each that says where, what, and what to write instead."""

from __future__ import annotations

import difflib
import json
from collections.abc import Callable, Iterable
from typing import get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

LONGEST = 60

Report = Callable[[str, str], None]
"""Takes where a mistake is and what it is."""


def shown(value: object) -> str:
    """Return a value as a configuration writes it, cut to what fits into a line."""
    match value:
        case bool():
            text = str(value).lower()
        case str():
            text = json.dumps(value, ensure_ascii=False)
        case list():
            text = "a list"
        case dict():
            text = "a table"
        case _:
            text = str(value)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def did_you_mean(word: str, known: Iterable[str], likeness: float = 0.6) -> str:
    """Return a question with the known word that is spelled most like this one; nothing if there is none."""
    by_fold = {choice.casefold(): choice for choice in known}
    close = difflib.get_close_matches(word.casefold(), by_fold, n=1, cutoff=likeness)
    return f'; did you mean "{by_fold[close[0]]}"?' if close else ""


def one_of(word: str, known: Iterable[str]) -> str:
    """Return what to write instead of an unknown word: what was probably meant, or everything there is."""
    choices = tuple(known)
    return did_you_mean(word, choices) or f"; it is one of {', '.join(choices)}"


def report_errors(error: ValidationError, where: str, model: type[BaseModel], report: Report) -> None:
    """Tell each of pydantic's errors in our own words; of several about one value only the first."""
    told = set()
    for detail in error.errors(include_url=False):
        place = _written(model, detail)
        if place not in told:
            told.add(place)
            report(path(where, place), _words(detail, model))


def _written(model: type[BaseModel], detail: ErrorDetails) -> tuple[int | str, ...]:
    """Return the place as it is written: what pydantic adds, to say which of several types it tried, left out."""
    within: type[BaseModel] | None = model
    annotation: object = None
    for number, part in enumerate(detail["loc"]):
        if isinstance(part, int):
            continue
        field = keys(within).get(part) if within else None
        if field is None:
            own = within is not None or get_origin(annotation) is dict
            return detail["loc"][: number + own]
        annotation, within = field.annotation, table_within(field.annotation)
    return detail["loc"]


def path(where: str, loc: tuple[int | str, ...]) -> str:
    """Return the place within a file; the items of a list are counted from 1."""
    for part in loc:
        where += f"[{part + 1}]" if isinstance(part, int) else f".{part}"
    return where


def keys(model: type[BaseModel]) -> dict[str, FieldInfo]:
    """Return the keys of a table as they are written, each with what the model says of it."""
    return {field.alias or name: field for name, field in model.model_fields.items()}


def example(model: type[BaseModel], key: str) -> str:
    """Return a line that shows how the key is written."""
    field = keys(model).get(key)
    return f"{key} = {field.examples[0]}" if field is not None and field.examples else f"{key} = …"


def _words(detail: ErrorDetails, model: type[BaseModel]) -> str:
    owner, key = _owner(model, detail["loc"])
    match detail["type"]:
        case "value_error":
            return str(detail["ctx"]["error"])
        case "missing":
            return f"is missing; write for example {example(owner, key)}"
        case "extra_forbidden":
            known = keys(owner)
            return f"there is no such key{did_you_mean(key, known) or '; the keys are ' + ', '.join(known)}"
        case "list_type":
            return f"{shown(detail['input'])} is not a list; write for example {example(owner, key)}"
        case "model_type" | "model_attributes_type" | "dict_type":
            return f"{shown(detail['input'])} is not a table; write for example {example(owner, key)}"
        case _:
            return f"{shown(detail['input'])} can not be used; write for example {example(owner, key)}"


def _owner(model: type[BaseModel], loc: tuple[int | str, ...]) -> tuple[type[BaseModel], str]:
    """Return the table that the last named key of a place belongs to, and the key."""
    named = [part for part in loc if isinstance(part, str)]
    for number, part in enumerate(named):
        field = keys(model).get(part)
        within = table_within(field.annotation) if field else None
        if within is None:
            return model, part
        if number == len(named) - 1:
            return model, part
        model = within
    return model, ""


def table_within(annotation: object) -> type[BaseModel] | None:
    """Return the model inside an annotation such as `list[Model] | None`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next(filter(None, map(table_within, get_args(annotation))), None)
