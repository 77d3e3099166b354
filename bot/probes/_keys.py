"""The keys of a probe type: how they are read, and what they may refer to.

Each reader returns a value or raises ValueError with what to write instead; no message shows what may be secret.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, field_validator
from pydantic_core import SchemaError, SchemaValidator, core_schema

from bot.core.spans import LONGEST, span_of

REFERENCE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
ADVICE = "write it as ${NAME}, and set NAME in the environment or .env"
# What the keys of well-known vendors begin with, a token in a header, and a password in an address.
_IN_CLEAR = re.compile(
    r"\b(?:sk|pk|rk)-[\w-]{16}|\bxox[a-z]-[\w-]{10}|\bgh[a-z]_\w{20}|\bAKIA[A-Z0-9]{12}|\bAIza[\w-]{20}"
    r"|\b(?:bearer|basic)\s+(?=\D*\d)[\w.+/=-]{16}|://[^/\s:@]*:(?!\$\{)[^/?#\s@]+@"
    r"|[?&](?:api[_-]?key|key|(?:access_)?token|secret|password)=(?!\$\{)[^&\s]{8}",
    re.IGNORECASE | re.ASCII,
)
# https://www.rfc-editor.org/rfc/rfc9110#name-tokens
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~\w-]+", re.ASCII)
# They tell where a body ends, and are made of it.
_BY_ITSELF = frozenset({"content-length", "transfer-encoding"})
_SECRET_NAME = re.compile(r"authorization|cookie|token|secret|password|(^|-)key$|api-?key", re.IGNORECASE)


class Keys(BaseModel):
    """What a type's own keys are; every other is a mistake, and so is a key or a password in clear."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, hide_input_in_errors=True)

    @field_validator("*", mode="before")
    @classmethod
    def _no_secrets(cls, value: object) -> object:
        for text in _texts(value):
            refuse_secret(text)
        return value


def refuse_secret(text: str) -> None:
    """Raise ValueError for a text that shows a key or a password."""
    if _IN_CLEAR.search(text):
        raise ValueError(f"holds a secret; {ADVICE}")


@dataclass(frozen=True, slots=True)
class Pattern:
    """A regular expression that can not be made to search for ever, whatever it is given.

    Python's own can: some expressions take exponential time, holding up all else meanwhile, threads too.  This one
    is Rust's, which comes with pydantic and takes time that grows with the text and no faster; it knows no
    look-around and no back-references.  https://docs.rs/regex/latest/regex/#untrusted-input
    """

    text: str

    def is_in(self, text: str) -> bool:
        """Whether it is found anywhere in a text."""
        return _compiled(self.text).isinstance_python(text)


@lru_cache(512)
def _compiled(pattern: str) -> SchemaValidator:
    return SchemaValidator(core_schema.str_schema(pattern=pattern, regex_engine="rust-regex", strict=True))


def _pattern(value: object) -> Pattern:
    if not isinstance(value, str):
        raise ValueError('is not a regular expression in quotes; write for example "status: (ok|fine)"')  # noqa: TRY004  pydantic makes a mistake of a ValueError
    try:
        _compiled(value)
    except SchemaError as error:
        reason = str(error).strip().rpartition("error: ")[2].rpartition("SchemaError: ")[2]
        raise ValueError(f"is not a regular expression ({reason})") from None
    return Pattern(value)


def _span(value: object) -> timedelta:
    span = span_of(value) if isinstance(value, str) else None
    if span is None or not timedelta(0) < span <= LONGEST:
        raise ValueError('is not a duration; write for example "500ms", "2s" or "1m"')
    return span


def _headers(value: object) -> dict[str, str]:
    if not isinstance(value, dict) or not all(isinstance(text, str) for text in value.values()):
        raise ValueError('is not a table of texts; write for example { Authorization = "Bearer ${API_KEY}" }')
    for name, text in value.items():
        if not _HEADER_NAME.fullmatch(name) or name.lower() in _BY_ITSELF:
            raise ValueError(f"has a header that can not be sent ({name}); leave it out")
        if _SECRET_NAME.search(name) and not REFERENCE.search(text):
            raise ValueError(f"holds a secret ({name}); {ADVICE}")
    return value


def _json(value: object) -> object:
    try:
        json.dumps(value, allow_nan=False)
    except (TypeError, ValueError):
        raise ValueError("holds what JSON does not know; write a date as a text, and no inf or nan") from None
    return value


def as_list(value: object) -> object:
    """Let one value stand for a list of one."""
    return value if isinstance(value, list) else [value]


Span = Annotated[timedelta, BeforeValidator(_span)]
Regex = Annotated[Pattern, BeforeValidator(_pattern)]
Headers = Annotated[dict[str, str], BeforeValidator(_headers)]
Json = Annotated[dict[str, Any], BeforeValidator(_json)]
Texts = Annotated[list[str], BeforeValidator(as_list)]


def references(value: object) -> Iterable[str]:
    """Return the names of variables that a value refers to as `${NAME}`, however deep."""
    for text in _texts(value):
        yield from REFERENCE.findall(text)


def filled(text: str, secrets: Mapping[str, str]) -> str:
    """Return a text with the variables that it refers to in their places."""
    return REFERENCE.sub(lambda found: secrets.get(found[1], ""), text)


def filled_in(value: Any, secrets: Mapping[str, str]) -> Any:
    """Return a value of JSON with the variables that its texts refer to in their places, however deep."""
    match value:
        case str():
            return filled(value, secrets)
        case dict():
            return {key: filled_in(inner, secrets) for key, inner in value.items()}
        case list():
            return [filled_in(inner, secrets) for inner in value]
        case _:
            return value


def _texts(value: object) -> Iterable[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _texts(inner)
