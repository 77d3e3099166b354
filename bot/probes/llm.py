"""Asks an LLM something tiny, with a key, and listens to the answer as it streams.

What it measures: the time to the first token (that is the latency of the result), tokens per second, and whether the
answer is the expected one.  What it costs is counted, and when it has cost enough for a day, nothing more is sent.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit, urlunsplit

from pydantic import AfterValidator, Field, model_validator

from bot.core import spending
from bot.errors import BadRequest, FetchError, NoConnection, ParseError, TimedOut
from bot.model import Fault, ProbeResult, Spent
from bot.ports import Setup, Web, WebRequest
from bot.probes import _llm_heard, _llm_spending
from bot.probes._keys import ADVICE, REFERENCE, Headers, Json, Keys, Regex, Span, filled, filled_in, refuse_secret
from bot.probes._llm_apis import APIS, OPENAI_HOST, Api, Asked, Piece, bearer, count_of, document_of
from bot.probes._llm_errors import Trouble, trouble_in
from bot.probes._llm_heard import OK, Heard, Wanted
from bot.probes._llm_spending import Prices
from bot.probes._paths import Path, found_at
from bot.probes._results import verdict
from bot.probes._sse import Event

GENERIC = "generic"
PROMPT = "Reply with the single word: pong"
ANSWER = "pong"
_HOLE = re.compile(r"\{(prompt|model|max_tokens)\}")
_LEAST_FOR_SPEED = 32
_LIMITS = ("max_tokens", "max_completion_tokens", "max_output_tokens")


def _reference(text: str) -> str:
    if not REFERENCE.fullmatch(text):
        raise ValueError(f"holds a secret; {ADVICE}")
    return text


class Options(Keys):
    """What is asked, what is expected, and what it may cost."""

    api: Literal["openai", "openai-responses", "anthropic", "generic"] = Field(
        default="openai",
        description="How it is spoken to: `openai` (chat completions, as many others have too), `openai-responses`, "
        "`anthropic`, or `generic` with the keys below; default openai.",
        examples=['"anthropic"'],
    )
    model: str = Field(default="", description="The model. Only `generic` goes without.", examples=['"gpt-5-nano"'])
    key: Annotated[str, AfterValidator(_reference)] = Field(
        default="",
        validate_default=False,
        description="The key, written as `${NAME}` and set in the environment.",
        examples=['"${OPENAI_API_KEY}"'],
    )
    headers: Headers = Field(
        default={},
        description="Further headers. Secrets are written as `${NAME}`.",
        examples=['{ api-key = "${AZURE_OPENAI_KEY}" }'],
    )
    prompt: str = Field(
        default=PROMPT, description=f'What is asked; default "{PROMPT}".', examples=['"Count from 1 to 50."']
    )
    expect: str | None = Field(
        default=None,
        description="A text that the answer has to hold, in large letters or small; "
        f'default "{ANSWER}" if the prompt is the default one, else any answer will do.',
        examples=['"49, 50"'],
    )
    matches: Regex | None = Field(
        default=None, description="A regular expression that has to be found in it.", examples=["'(?i)^pong\\b'"]
    )
    max_tokens: Annotated[int, Field(ge=1, le=4096)] = Field(
        default=64, description="How many tokens an answer may have; default 64.", examples=["256"]
    )
    extra: Json = Field(
        default={},
        description="What else to send in the body, also in place of what Sitrep would send.",
        examples=['{ reasoning_effort = "minimal" }'],
    )
    first_token_within: Span | None = Field(
        default=None, description="If the first token takes longer, it is a failure.", examples=['"3s"']
    )
    tokens_per_second_above: Annotated[float, Field(gt=0, strict=False)] | None = Field(
        default=None,
        description="If they come slower, it is a failure. It takes an answer of at least 16 tokens to tell.",
        examples=["20"],
    )
    price_in: Annotated[float, Field(ge=0, strict=False)] | None = Field(
        default=None, description="The price of a million tokens that are sent.", examples=["0.05"]
    )
    price_out: Annotated[float, Field(ge=0, strict=False)] | None = Field(
        default=None, description="The price of a million tokens that come.", examples=["0.40"]
    )
    daily_limit: Annotated[float, Field(gt=0, strict=False)] | None = Field(
        default=None,
        description="What a day (UTC) may cost, in the money of the prices. Beyond it nothing is sent.",
        examples=["0.50"],
    )
    daily_checks: Annotated[int, Field(ge=1)] = Field(
        default=5000, description="How many checks a day (UTC) may have; default 5000.", examples=["3000"]
    )
    body: str | None = Field(
        default=None,
        description="`generic`: what is sent. `{prompt}`, `{model}` and `{max_tokens}` stand for their values in JSON.",
        examples=['\'{ "inputs": {prompt}, "stream": true }\''],
    )
    text: Path | None = Field(
        default=None,
        description="`generic`: the path (JSONPath) to the text in each event, or in the whole answer.",
        examples=['"$.token.text"'],
    )
    finish: Path | None = Field(
        default=None,
        description="`generic`: the path to the finish reason. Without, any end will do.",
        examples=['"$.details.finish_reason"'],
    )
    tokens_in: Path | None = Field(
        default=None, description="`generic`: the path to the number of tokens sent.", examples=['"$.usage.input"']
    )
    tokens_out: Path | None = Field(
        default=None,
        description="`generic`: the path to the number of tokens that came.",
        examples=['"$.usage.output"'],
    )

    @model_validator(mode="after")
    def _fits(self) -> Self:
        """Refuse what does not go together."""
        own = [
            name for name in ("body", "text", "finish", "tokens_in", "tokens_out") if getattr(self, name) is not None
        ]
        if self.api != GENERIC and own:
            raise ValueError(f'{own[0]} goes only with api = "generic"')
        if self.api == GENERIC and (self.body is None or self.text is None):
            raise ValueError('api = "generic" needs body and text')
        if self.api != GENERIC and not self.model:
            raise ValueError('model is missing; write for example model = "gpt-5-nano"')
        if (self.price_in is None) is not (self.price_out is None):
            raise ValueError("price_in and price_out go together; write both")
        if self.tokens_per_second_above is not None and self.max_tokens < _LEAST_FOR_SPEED:
            raise ValueError(
                f"tokens_per_second_above needs a longer answer; write max_tokens = {_LEAST_FOR_SPEED} or more"
            )
        if self.daily_limit is not None:
            self._is_affordable(self.daily_limit)
        return self

    def _is_affordable(self, limit: float) -> None:
        if not self.prices.are_known:
            raise ValueError("daily_limit needs price_in and price_out; without, daily_checks is the limit")
        one = spending.amount(self.most.money)
        if self.most.money > limit:
            raise ValueError(f"daily_limit does not pay for one check, which may cost {one}")

    @property
    def prices(self) -> Prices:
        """What tokens cost, and what a day may."""
        return Prices(
            price_in=self.price_in,
            price_out=self.price_out,
            daily_limit=self.daily_limit,
            daily_checks=self.daily_checks,
        )

    @property
    def most(self) -> Spent:
        """The most that one check can cost."""
        limits = (self.extra.get(name) for name in _LIMITS)
        tokens = max(self.max_tokens, *(limit if isinstance(limit, int) else 0 for limit in limits))
        further = json.dumps(self.extra) if self.extra else ""
        return _llm_spending.most(self.prices, (self.body or "") + self.prompt + further, tokens)

    @property
    def expected(self) -> str:
        """The text that the answer has to hold."""
        return (ANSWER if self.prompt == PROMPT else "") if self.expect is None else self.expect


def read_target(text: str) -> None:
    """Raise ValueError if a target is no web address."""
    refuse_secret(text)
    if not re.match(r"https?://[^\s/]|\$\{", text):
        raise ValueError('is not a web address; write for example "https://api.openai.com/v1"')


async def check(setup: Setup, web: Web, at: datetime) -> ProbeResult:
    """Ask once, unless today's money is spent."""
    options: Options = setup.options
    ceiling = options.prices.ceiling
    if reason := spending.reached(ceiling, setup.spent, options.most):
        return ProbeResult(ok=False, at=at, reason=reason, fault=Fault.BUDGET, ceiling=ceiling)
    heard, api = Heard(), _api(options)
    try:
        async with web.stream(_request(setup, options, api)) as answer:
            await _llm_heard.listen(answer, api, heard)
    except (FetchError, ParseError) as error:
        heard.broken = error
    return _result(setup, heard, at)


def _result(setup: Setup, heard: Heard, at: datetime) -> ProbeResult:
    options: Options = setup.options
    wrong = _llm_heard.judged(heard, _wanted(options, setup), setup.secrets)
    cost = None
    is_exact = bool(heard.finish) and heard.tokens_in is not None and heard.tokens_out is not None
    was_left_waiting = isinstance(heard.broken, TimedOut) and not isinstance(heard.broken, NoConnection)
    if heard.status == OK or was_left_waiting:
        # Who breaks off, or is left waiting, may be charged for what was never heard.
        tokens_in = options.most.tokens_in if heard.tokens_in is None else heard.tokens_in
        tokens_out = heard.tokens_out if is_exact and heard.tokens_out is not None else options.most.tokens_out
        cost = options.prices.of(tokens_in, tokens_out)
    facts = _llm_heard.facts(heard) + _llm_spending.facts(options.prices, cost, is_exact=is_exact)
    return replace(verdict(setup, at, wrong, heard.first_at, facts), cost=cost, ceiling=options.prices.ceiling)


def _wanted(options: Options, setup: Setup) -> Wanted:
    return Wanted(
        model=options.model,
        within=setup.timeout,
        expect=options.expected,
        matches=options.matches,
        must_finish=options.api != GENERIC or options.finish is not None,
        first_token_within=options.first_token_within,
        tokens_per_second_above=options.tokens_per_second_above,
    )


def _request(setup: Setup, options: Options, api: Api) -> WebRequest:
    try:
        target = urlsplit(filled(setup.target, setup.secrets))
    except ValueError:
        raise BadRequest("this is not a valid url") from None
    model, prompt = (filled(text, setup.secrets) for text in (options.model, options.prompt))
    asked = Asked(model, prompt, options.max_tokens, target.hostname == OPENAI_HOST)
    key = filled(options.key, setup.secrets).strip()
    headers = {
        "content-type": "application/json",
        # Compressed, several tokens would wait for each other.
        "accept-encoding": "identity",
        "accept": "text/event-stream, application/json",
        **api.headers(key),
        **{name.lower(): filled(text, setup.secrets) for name, text in options.headers.items()},
    }
    return WebRequest(
        url=urlunsplit(target._replace(path=_path(target.path, api.path))),
        method="POST",
        headers=tuple(headers.items()),
        body=_body(options, api, asked, setup.secrets),
        redirects=False,
        within=setup.timeout,
    )


def _path(given: str, wanted: str) -> str:
    return given if given.endswith(wanted) else given.rstrip("/") + wanted


def _body(options: Options, api: Api, asked: Asked, secrets: Mapping[str, str]) -> bytes:
    if options.body is None:
        return json.dumps(api.body(asked) | filled_in(options.extra, secrets)).encode()
    values = {"prompt": asked.prompt, "model": asked.model, "max_tokens": asked.max_tokens}
    return _HOLE.sub(lambda hole: json.dumps(values[hole[1]]), filled(options.body, secrets)).encode()


def _api(options: Options) -> Api:
    if options.api != GENERIC:
        return APIS[options.api]
    return Api("", bearer, lambda _asked: {}, lambda event: _generic(options, event))


def _generic(options: Options, event: Event) -> Piece:
    if event.data.strip() == "[DONE]":
        return Piece(is_last=True)
    document = document_of(event)
    trouble = trouble_in(document) or (Trouble() if event.name == "error" else None)
    return Piece(
        text="".join(one for one in _at(options.text, document) if isinstance(one, str)),
        finish=next((one for one in _at(options.finish, document) if isinstance(one, str)), ""),
        tokens_in=_count(options.tokens_in, document),
        tokens_out=_count(options.tokens_out, document),
        trouble=trouble,
    )


def _at(path: str | None, document: object) -> list[object]:
    return [] if path is None else list(found_at(path, document))


def _count(path: str | None, document: object) -> int | None:
    return next((one for one in map(count_of, _at(path, document)) if one is not None), None)
