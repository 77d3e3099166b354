"""Foreign JSON, tamed: a value comes out as one of our types, or a ParseError says what and where."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

from bot.errors import ParseError

# The zero of Go's time means "never", the year 9999 "for ever".
_FIRST_YEAR, _LAST_YEAR = 1990, 2100
_LONGEST_LABEL, _LONGEST_TEXT, _LONGEST_URL = 120, 4_000, 2_000
# What has no meaning in a text: control characters, and halves of characters.
_NOISE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Thing:
    """One JSON object, and where in the body it stands."""

    fields: Mapping[str, object]
    path: str

    def label(self, key: str) -> str | None:
        """Return a short text in one line, None where there is none."""
        found = self.text(key)
        return " ".join(found.split())[:_LONGEST_LABEL] or None if found else None

    def text(self, key: str) -> str | None:
        """Return a text, None where there is none."""
        value = self.fields.get(key)
        if not isinstance(value, str):
            return None
        return _NOISE.sub("", value).strip()[:_LONGEST_TEXT] or None

    def url(self, key: str) -> str | None:
        """Return a web address, None where there is none that can be used."""
        value = self.fields.get(key)
        if not isinstance(value, str) or len(value) > _LONGEST_URL or re.search(r"[\s\x00-\x1f\ud800-\udfff]", value):
            return None
        try:
            parts = urlsplit(value)
        except ValueError:
            return None
        return value if parts.scheme in {"http", "https"} and parts.hostname and "@" not in parts.netloc else None

    def required(self, key: str) -> str:
        """Return a short text that must be there."""
        found = self.label(key)
        if found is None:
            raise ParseError(f"{self.path}.{key} must be a text")
        return found

    def moment(self, key: str) -> datetime:
        """Return a time that must be there."""
        found = self.moment_or_none(key)
        if found is None:
            raise ParseError(f"{self.path}.{key} must be a time with a zone, like 2026-03-01T14:02:00Z")
        return found

    def moment_or_none(self, key: str) -> datetime | None:
        """Return a time as a UTC instant, None where there is none, or one that means never."""
        value = self.fields.get(key)
        try:
            time = datetime.fromisoformat(value) if isinstance(value, str) else None
            time = time.astimezone(UTC) if time is not None and time.tzinfo is not None else None
        except (ValueError, OverflowError):
            return None
        return time if time is not None and _FIRST_YEAR <= time.year <= _LAST_YEAR else None

    def count(self, key: str) -> int:
        """Return a whole number, not below 0, that must be there."""
        value = self.fields.get(key)
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= 2**53:
            raise ParseError(f"{self.path}.{key} must be a whole number from 0 up")
        return value

    def count_or_none(self, key: str) -> int:
        """Return a whole number, 0 where there is none."""
        return self.count(key) if self.fields.get(key) is not None else 0

    def thing(self, key: str) -> Thing:
        """Return the object under `key`, an empty one where it is absent or null."""
        value = self.fields.get(key)
        return Thing({}, f"{self.path}.{key}") if value is None else _thing(value, f"{self.path}.{key}")

    def things(self, key: str) -> Iterator[Thing]:
        """Yield the objects of a list that must be there."""
        value = self.fields.get(key)
        if not isinstance(value, list):
            raise ParseError(f"{self.path}.{key} must be a list")
        return (_thing(item, f"{self.path}.{key}[{number}]") for number, item in enumerate(value))


def decode(body: bytes) -> Thing:
    """Return the object that a body holds."""
    try:
        value: object = json.loads(body.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise ParseError(f"the body is not UTF-8 (byte {error.start})") from error
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise ParseError(
            f"the body is not JSON: {error.msg} at {where}" if body.strip() else "the body is empty"
        ) from error
    except (RecursionError, ValueError) as error:
        raise ParseError("the body is JSON that is too deep, or has a number too long") from error
    return _thing(value, "$")


def _thing(value: object, path: str) -> Thing:
    if not isinstance(value, dict):
        raise ParseError(f"{path} must be an object")
    return Thing(value, path)
