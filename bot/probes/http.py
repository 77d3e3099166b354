"""Asks a web address and looks at the answer: status, time, headers, text, values in JSON.

Every condition that is given has to hold; without any, a status of 2xx will do.
"""

from __future__ import annotations

import asyncio
import codecs
import json
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from fnmatch import fnmatchcase
from typing import Annotated, Self

from pydantic import BeforeValidator, Field, ValidationInfo, model_validator

from bot.errors import FetchError
from bot.model import Fault, ProbeResult
from bot.ports import Setup, Web, WebAnswer, WebRequest
from bot.probes import _keys
from bot.probes._keys import Headers, Keys, Regex, Span, filled
from bot.probes._paths import Path, found_at, path_of
from bot.probes._results import Wrong, shown, slow, verdict

_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
_STATUS = re.compile(r"[1-5](?:\d\d|xx)")
_CHARSET = re.compile(r"charset\s*=\s*\"?([\w.:-]+)", re.IGNORECASE | re.ASCII)
# No character sets of the web; and one of them takes time that grows with the square of the text.
# https://docs.python.org/3/library/codecs.html#python-specific-encodings
_PYTHONS_OWN = frozenset({"idna", "punycode", "raw-unicode-escape", "unicode-escape", "undefined"})
_KEY_REFUSED = frozenset({401, 403})
_IN_OUR_WAY = {Fault.KEY: "our key is not accepted ({})", Fault.LIMITED: "we ask too often ({})"}
_TOO_MANY = 429
_EMPTY = "the answer is empty"
_SERVER_ERROR = 500
# Longer ones are looked at in a thread, so that others are not kept waiting.
_LONG = 64 * 1024


def _method(value: object) -> str:
    if isinstance(value, str) and value.upper() in _METHODS:
        return value.upper()
    raise ValueError(f"is not a method; it is one of {', '.join(_METHODS)}")


def _status(value: object) -> str:
    if _STATUS.fullmatch(str(value).lower()) and not isinstance(value, bool):
        return str(value).lower()
    raise ValueError('is not a status; write for example 200 or "2xx"')


def _body(value: object, info: ValidationInfo) -> object:
    if value is not None and info.data.get("method") in {"GET", "HEAD"}:
        raise ValueError(f'goes with no {info.data["method"]}; write method = "POST"')
    return value


def _answers(value: object) -> object:
    if not isinstance(value, dict) or not all(isinstance(text, str) for text in value.values()):
        raise ValueError('is not a table of texts; write for example { content-type = "application/json*" }')
    return value


def _values(value: object) -> object:
    if not isinstance(value, dict) or not value:
        raise ValueError('is not a table; write for example { "status.indicator" = "none" }')
    odd = [path for path, wanted in value.items() if not isinstance(wanted, str | int | float)]
    if odd:
        raise ValueError(f"has no simple value for {odd[0]}; write a text, a number, true or false")
    return {path_of(path): wanted for path, wanted in value.items()}


class Options(Keys):
    """What is asked, and what is expected of the answer."""

    method: Annotated[str, BeforeValidator(_method)] = Field(
        default="GET", description="The method; default GET.", examples=['"POST"']
    )
    headers: Headers = Field(
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
    verify: bool = Field(
        default=True,
        description="Whether the certificate is checked; default true. Without, anybody can answer.",
        examples=["false"],
    )
    ca: str = Field(
        default="",
        description="A file of certificates to trust instead of the usual ones, in PEM.",
        examples=['"/etc/ssl/our-ca.pem"'],
    )
    status: Annotated[list[Annotated[str, BeforeValidator(_status)]], BeforeValidator(_keys.as_list)] = Field(
        default=["2xx"], description='Which status will do; default "2xx".', examples=['[200, "3xx"]']
    )
    slower_than: Span | None = Field(
        default=None, description="An answer that takes longer is a failure.", examples=['"2s"']
    )
    answers: Annotated[dict[str, str], BeforeValidator(_answers)] = Field(
        default={},
        description="Headers that the answer has to have; a text may hold `*`.",
        examples=['{ content-type = "application/json*" }'],
    )
    contains: str | None = Field(default=None, description="A text that the answer has to hold.", examples=['"ok"'])
    lacks: str | None = Field(default=None, description="A text that it must not hold.", examples=['"maintenance"'])
    matches: Regex | None = Field(
        default=None, description="A regular expression that has to be found in it.", examples=["'\"version\": \\d+'"]
    )
    values: Annotated[dict[str, str | int | float | bool], BeforeValidator(_values)] = Field(
        default={},
        description="Values that the answer, which is JSON then, has to have, each by its path (JSONPath); "
        "a path that leads to several wants it of all.",
        examples=['{ "status.indicator" = "none", "$.items[*].up" = true }'],
    )
    finds: Annotated[list[Path], BeforeValidator(_keys.as_list)] = Field(
        default=[],
        description="Paths (JSONPath) that have to lead to something.",
        examples=["\"$.queues[?@.name == 'mail' && @.waiting < 100]\""],
    )
    finds_no: Annotated[list[Path], BeforeValidator(_keys.as_list)] = Field(
        default=[], description="Paths that must lead to nothing.", examples=["\"$.checks[?@.status != 'up']\""]
    )

    @model_validator(mode="after")
    def _has_body(self) -> Self:
        wanted = self.contains, self.lacks, self.matches
        if self.method == "HEAD" and (any(one is not None for one in wanted) or self.values or self.finds):
            raise ValueError('method = "HEAD" brings no text to look at; write method = "GET"')
        return self


def read_target(text: str) -> None:
    """Raise ValueError if a target is no web address."""
    _keys.refuse_secret(text)
    # A host that stands in the environment is known later.
    if not re.match(r"https?://[^\s/]|\$\{", text):
        raise ValueError('is not a web address; write for example "https://api.example.com/health"')


async def check(setup: Setup, web: Web, at: datetime) -> ProbeResult:
    """Ask once."""
    options: Options = setup.options
    try:
        answer = await web.send(_request(setup, options))
    except FetchError as error:
        return verdict(setup, at, (error.fault, str(error)), None, ())
    if len(answer.body) > _LONG:
        wrong = await asyncio.to_thread(_first_wrong, options, answer, setup.secrets)
    else:
        wrong = _first_wrong(options, answer, setup.secrets)
    return verdict(setup, at, wrong, answer.latency, (("status", str(answer.status)),))


def _request(setup: Setup, options: Options) -> WebRequest:
    return WebRequest(
        url=filled(setup.target, setup.secrets),
        method=options.method,
        headers=tuple((name, filled(text, setup.secrets)) for name, text in options.headers.items()),
        body=None if options.body is None else filled(options.body, setup.secrets).encode(),
        redirects=options.redirects,
        within=setup.timeout,
        trust=options.ca,
        verify=options.verify,
    )


def _first_wrong(options: Options, answer: WebAnswer, secrets: Mapping[str, str]) -> Wrong | None:
    """Return what is wrong with an answer, the plainest first."""
    if not any(_is_status(answer.status, wanted) for wanted in options.status):
        fault, said = _fault(options, answer), f"HTTP {answer.status}"
        return fault, _IN_OUR_WAY[fault].format(said) if fault in _IN_OUR_WAY else said
    if options.slower_than is not None and answer.latency > options.slower_than:
        return Fault.SLOW, slow("answered", answer.latency, options.slower_than)
    reason = next(_wrong_headers(options, answer, secrets), "")
    if not reason and (options.contains is not None or options.lacks is not None or options.matches is not None):
        reason = next(_wrong_text(options, answer), "")
    if not reason and (options.values or options.finds or options.finds_no):
        reason = next(_wrong_json(options, answer.body, secrets), "")
    if not reason:
        return None
    return (Fault.EMPTY if reason == _EMPTY else Fault.WRONG), reason


def _fault(options: Options, answer: WebAnswer) -> Fault:
    if answer.status in _KEY_REFUSED and options.headers:
        return Fault.KEY
    if answer.status == _TOO_MANY:
        return Fault.LIMITED
    return Fault.SERVER if answer.status >= _SERVER_ERROR else Fault.WRONG


def _is_status(status: int, wanted: str) -> bool:
    return str(status) == wanted or (wanted.endswith("xx") and str(status)[:1] == wanted[:1])


def _wrong_headers(options: Options, answer: WebAnswer, secrets: Mapping[str, str]) -> Iterator[str]:
    for name, wanted in options.answers.items():
        found = answer.headers.get(name.lower())
        if found is None:
            yield f"the answer has no header {name}"
        elif not fnmatchcase(found.lower(), wanted.lower()):
            yield f"the header {name} is {shown(found, secrets)}, not {shown(wanted, {})}"


def _wrong_text(options: Options, answer: WebAnswer) -> Iterator[str]:
    if not answer.body.strip():
        yield _EMPTY
    declared = _CHARSET.search(answer.headers.get("content-type", ""))
    charset = declared[1].lower() if declared else "utf-8"
    try:
        text = answer.body.decode(charset if codecs.lookup(charset).name not in _PYTHONS_OWN else "")
    except LookupError:
        yield f"the answer claims to be written in {charset}, which nobody knows"
        return
    except UnicodeError:
        yield f"the answer is not text in {charset}, though it {'says so' if declared else 'should be'}"
        return
    if options.contains is not None and options.contains not in text:
        yield f"the answer does not contain {shown(options.contains, {})}"
    if options.lacks is not None and options.lacks in text:
        yield f"the answer contains {shown(options.lacks, {})}"
    if options.matches is not None and not options.matches.is_in(text):
        yield f"the answer does not match {shown(options.matches.text, {})}"


def _wrong_json(options: Options, body: bytes, secrets: Mapping[str, str]) -> Iterator[str]:
    if not body.strip():
        yield _EMPTY
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        yield "the answer is HTML, not JSON" if body.lstrip()[:1] == b"<" else "the answer is not JSON"
        return
    yield from _wrong_values(options.values, document, secrets)
    for path in options.finds:
        if not found_at(path, document):
            yield f"the answer has nothing at {path}"
    for path in options.finds_no:
        if found := found_at(path, document):
            yield f"the answer has {shown(found[0], secrets)} at {path}"


def _wrong_values(values: Mapping[str, object], document: object, secrets: Mapping[str, str]) -> Iterator[str]:
    for path, wanted in values.items():
        found = found_at(path, document)
        if not found:
            yield f"the answer has no {path}"
        for value in found:
            if value != wanted or isinstance(value, bool) is not isinstance(wanted, bool):
                yield f"{path} is {shown(value, secrets)}, not {shown(wanted, {})}"
