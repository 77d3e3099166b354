"""Asks a web address and looks at the answer: status, time, headers, text, values in JSON.

Every condition that is given has to hold; without any, a status of 2xx will do.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, ValidationInfo

from bot.errors import EgressDenied, FetchError
from bot.model import Fault, ProbeResult
from bot.ports import Setup, Web, WebAnswer, WebRequest
from bot.probes import _keys
from bot.probes._keys import Keys, Pattern, Span, filled

_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
_SECRET = re.compile(r"authorization|cookie|token|secret|password|(^|-)key$|api-?key", re.IGNORECASE)
_STATUS = re.compile(r"[1-5](?:\d\d|xx)")
_SHOWN = 60
_KEY_REFUSED = frozenset({401, 403})
_TOO_MANY = 429
_SERVER_ERROR = 500


def _method(value: object) -> str:
    if isinstance(value, str) and value.upper() in _METHODS:
        return value.upper()
    raise ValueError(f"is not a method; it is one of {', '.join(_METHODS)}")


def _status(value: object) -> str:
    if _STATUS.fullmatch(str(value).lower()) and not isinstance(value, bool):
        return str(value).lower()
    raise ValueError('is not a status; write for example 200 or "2xx"')


def _headers(value: object) -> dict[str, str]:
    if not isinstance(value, dict) or not all(isinstance(text, str) for text in value.values()):
        raise ValueError('is not a table of texts; write for example { Authorization = "Bearer ${API_KEY}" }')
    for name, text in value.items():
        if _SECRET.search(name) and not _keys.REFERENCE.search(text):
            raise ValueError(f"holds a secret ({name}); write it as ${{NAME}}, and set NAME in the environment or .env")
    return value


def _body(value: object, info: ValidationInfo) -> object:
    if value is not None and info.data.get("method") in {"GET", "HEAD"}:
        raise ValueError(f'goes with no {info.data["method"]}; write method = "POST"')
    return value


class Options(Keys):
    """What is asked, and what is expected of the answer."""

    method: Annotated[str, BeforeValidator(_method)] = Field(
        default="GET", description="The method; default GET.", examples=['"POST"']
    )
    headers: Annotated[dict[str, str], BeforeValidator(_headers)] = Field(
        default={},
        description="Headers to send. Secrets are written as `${NAME}` and set in the environment.",
        examples=['{ Authorization = "Bearer ${OPENAI_API_KEY}" }'],
    )
    body: Annotated[str | None, BeforeValidator(_body)] = Field(
        default=None, description="What to send with it.", examples=["'{\"ping\": true}'"]
    )
    redirects: bool = Field(
        default=True, description="Whether redirects are followed; default true.", examples=["false"]
    )
    status: Annotated[list[Annotated[str, BeforeValidator(_status)]], BeforeValidator(_keys.as_list)] = Field(
        default=["2xx"], description='Which status will do; default "2xx".', examples=['[200, "3xx"]']
    )
    slower_than: Span | None = Field(
        default=None, description="An answer that takes longer is a failure.", examples=['"2s"']
    )
    contains: str | None = Field(default=None, description="A text that the answer has to hold.", examples=['"ok"'])
    lacks: str | None = Field(default=None, description="A text that it must not hold.", examples=['"maintenance"'])
    matches: Pattern | None = Field(
        default=None, description="A regular expression that has to be found in it.", examples=["'\"version\": \\d+'"]
    )
    values: dict[str, str | int | float | bool] = Field(
        default={},
        description="Values that the answer, which is JSON then, has to have, each by the path that leads to it.",
        examples=['{ "status.indicator" = "none", "items.0.up" = true }'],
    )
    answers: dict[str, str] = Field(
        default={},
        description="Headers that the answer has to have; a text may hold `*`.",
        examples=['{ content-type = "application/json*" }'],
    )


def read_target(text: str) -> None:
    """Raise ValueError if a target is no web address."""
    if not re.match(r"https?://[^\s/]", filled(text, {})):
        raise ValueError('is not a web address; write for example "https://api.example.com/health"')


async def check(setup: Setup, web: Web, at: datetime) -> ProbeResult:
    """Ask once."""
    options: Options = setup.options
    request = WebRequest(
        url=filled(setup.target, setup.secrets),
        method=options.method,
        headers=tuple((name, filled(text, setup.secrets)) for name, text in options.headers.items()),
        body=None if options.body is None else filled(options.body, setup.secrets).encode(),
        redirects=options.redirects,
        within=setup.timeout,
    )
    try:
        answer = await web.send(request)
    except FetchError as error:
        fault = Fault.REFUSED if isinstance(error, EgressDenied) else Fault.CONNECTION
        return ProbeResult(ok=False, at=at, reason=str(error), fault=fault)
    reason = next(_objections(options, answer), "")
    return ProbeResult(
        ok=not reason,
        at=at,
        reason=reason,
        fault=_fault(options, answer) if reason else None,
        latency=answer.latency,
        facts=(("status", str(answer.status)),),
    )


def _fault(options: Options, answer: WebAnswer) -> Fault:
    if answer.status in _KEY_REFUSED and options.headers:
        return Fault.KEY
    if answer.status == _TOO_MANY:
        return Fault.LIMITED
    return Fault.SERVER if answer.status >= _SERVER_ERROR else Fault.WRONG


def _objections(options: Options, answer: WebAnswer) -> Iterator[str]:
    """Give what is wrong with an answer, the plainest first."""
    if not any(_is_status(answer.status, wanted) for wanted in options.status):
        yield f"HTTP {answer.status}"
    if options.slower_than is not None and answer.latency > options.slower_than:
        yield f"answered in {_seconds(answer.latency)}, slower than {_seconds(options.slower_than)}"
    for name, wanted in options.answers.items():
        found = answer.headers.get(name.lower())
        if found is None or not fnmatchcase(found.lower(), wanted.lower()):
            yield f"the header {name} is {_shown(found)}, not {_shown(wanted)}"
    text = answer.body.decode(errors="replace")
    if options.contains is not None and options.contains not in text:
        yield f"the answer does not contain {_shown(options.contains)}"
    if options.lacks is not None and options.lacks in text:
        yield f"the answer contains {_shown(options.lacks)}"
    if options.matches is not None and not options.matches.search(text):
        yield f"the answer does not match {_shown(options.matches.pattern)}"
    if options.values:
        yield from _wrong_values(options.values, text)


def _is_status(status: int, wanted: str) -> bool:
    return str(status) == wanted or (wanted.endswith("xx") and str(status)[:1] == wanted[:1])


def _wrong_values(wanted: Mapping[str, object], text: str) -> Iterator[str]:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        yield "the answer is not JSON"
        return
    for path, value in wanted.items():
        is_there, found = _at(document, path)
        if not is_there:
            yield f"the answer has no {path}"
        elif found != value or isinstance(found, bool) is not isinstance(value, bool):
            yield f"{path} is {_shown(found)}, not {_shown(value)}"


def _at(document: Any, path: str) -> tuple[bool, object]:
    """Return whether a path of keys and numbers leads to something, and to what."""
    for part in path.split("."):
        if isinstance(document, dict) and part in document:
            document = document[part]
        elif isinstance(document, list) and part.isdecimal() and int(part) < len(document):
            document = document[int(part)]
        else:
            return False, None
    return True, document


def _seconds(span: timedelta) -> str:
    return f"{span.total_seconds():.2g} s" if span < timedelta(seconds=10) else f"{span.total_seconds():.0f} s"


def _shown(value: object) -> str:
    """Write a value as JSON does, cut to what fits into a line."""
    text = json.dumps(value, ensure_ascii=False) if value is None or isinstance(value, str | int | float) else "a list"
    text = "not there" if value is None else text
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
