"""Paths into JSON, by RFC 9535; what is looked up in what a server says never takes longer than it should."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Annotated

from jsonpath import JSONPathEnvironment
from jsonpath.exceptions import JSONPathError
from jsonpath.function_extensions import ExpressionType, FilterFunction
from jsonpath.path import CompoundJSONPath, JSONPath
from pydantic import AfterValidator
from pydantic_core import SchemaError

from bot.probes._keys import Pattern

_PLAIN = re.compile(r"[\w-]+(?:\.[\w-]+)*", re.ASCII)


class _Expression(FilterFunction):
    """RFC 9535's `match` and `search`, with expressions that can not be made to search for ever."""

    def __init__(self, frame: str) -> None:
        self._frame = frame

    @property
    def arg_types(self) -> list[ExpressionType]:
        """Take two values."""
        return [ExpressionType.VALUE, ExpressionType.VALUE]

    @property
    def return_type(self) -> ExpressionType:
        """Say yes or no."""
        return ExpressionType.LOGICAL

    def __call__(self, value: object, pattern: object) -> bool:
        """Whether a text fits a pattern; what is none, does not."""
        if not isinstance(value, str) or not isinstance(pattern, str):
            return False
        try:
            return Pattern(self._frame.format(pattern)).is_in(value)
        except SchemaError:
            return False


class _Strict(JSONPathEnvironment):
    def setup_function_extensions(self) -> None:
        """Take the standard's functions, less Python's expressions."""
        super().setup_function_extensions()
        self.function_extensions["match"] = _Expression("^(?:{})$")
        self.function_extensions["search"] = _Expression("{}")


_STRICT = _Strict(strict=True)


def found_at(path: str, document: object) -> Sequence[object]:
    """Return all the values that a path leads to; none where the document is too deep to be walked through."""
    try:
        return _compiled(path).findall(document)  # type: ignore[arg-type]  # a document may be of any type of JSON
    except (JSONPathError, RecursionError):
        return ()


def path_of(text: str) -> str:
    """Return a path as the standard writes it; raise ValueError if it is none."""
    # `status.indicator` is how everybody writes it, `items.0.up` too.
    if _PLAIN.fullmatch(text):
        text = "$" + "".join(f"[{part}]" if part.isdecimal() else f"['{part}']" for part in text.split("."))
    try:
        _compiled(text)
    except JSONPathError as error:
        reason = str(error).partition("\n")[0]
        raise ValueError(f'is not a path of JSONPath ({reason}); write for example "$.status.indicator"') from None
    return text


@lru_cache(512)
def _compiled(path: str) -> JSONPath | CompoundJSONPath:
    return _STRICT.compile(path)


Path = Annotated[str, AfterValidator(path_of)]
