"""How LLMs are asked and how their answers are read, one shape each.  Pure.

openai             https://developers.openai.com/api/reference/resources/chat/subresources/completions/streaming-events
openai-responses   https://developers.openai.com/api/reference/resources/responses/streaming-events
anthropic          https://platform.claude.com/docs/en/build-with-claude/streaming
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bot.errors import ParseError
from bot.probes._llm_errors import Trouble, trouble_in, trouble_of
from bot.probes._sse import Event

OPENAI_HOST = "api.openai.com"
# https://platform.claude.com/docs/en/api/versioning
_ANTHROPIC_VERSION = "2023-06-01"
_DONE = "[DONE]"
# No window of any model is a hundredth of that.
_MOST_TOKENS = 10**9

# What the APIs call an answer that was cut at max_tokens, and one that was held back.
# https://platform.claude.com/docs/en/build-with-claude/handling-stop-reasons
CUT = frozenset({"length", "max_tokens", "max_output_tokens", "model_context_window_exceeded"})
_REFUSAL = "refusal"
HELD_BACK = frozenset({"content_filter", _REFUSAL})


@dataclass(frozen=True, slots=True)
class Asked:
    """What an LLM is asked; `is_openai` tells that it is OpenAI itself, not somebody who speaks like it."""

    model: str
    prompt: str
    max_tokens: int
    is_openai: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """What one event says.  Of the tokens that came out, `tokens_hidden` were thoughts that are not shown."""

    text: str = ""
    finish: str = ""
    tokens_in: int | None = None
    tokens_out: int | None = None
    tokens_hidden: int | None = None
    trouble: Trouble | None = None
    is_last: bool = False


@dataclass(frozen=True, slots=True)
class Api:
    """One shape: the path after the address, the header that has the key, what is sent, and how an event is read."""

    path: str
    headers: Callable[[str], Mapping[str, str]]
    body: Callable[[Asked], dict[str, Any]]
    read: Callable[[Event], Piece]


def document_of(event: Event) -> Any:
    """Return the JSON of an event; raise ParseError if it is none."""
    try:
        return json.loads(event.data)
    except (ValueError, RecursionError):
        raise ParseError("it is not JSON") from None


def bearer(key: str) -> Mapping[str, str]:
    """Return the header that most want a key in."""
    return {"Authorization": f"Bearer {key}"} if key else {}


def within(document: Any, *path: str | int) -> Any:
    """Return what a path of keys and numbers leads to, None if to nothing."""
    for step in path:
        if isinstance(step, int):
            document = document[step] if isinstance(document, list) and len(document) > step else None
        else:
            document = document.get(step) if isinstance(document, dict) else None
    return document


def text_at(document: Any, *path: str | int) -> str:
    """Return the text that a path leads to, nothing if to none."""
    found = within(document, *path)
    return found if isinstance(found, str) else ""


def count_at(document: Any, *path: str | int) -> int | None:
    """Return the number of tokens that a path leads to, None if to none."""
    return count_of(within(document, *path))


def count_of(found: object) -> int | None:
    """Return a number of tokens, None for what can not be one: it is counted and kept."""
    return found if isinstance(found, int) and not isinstance(found, bool) and 0 <= found <= _MOST_TOKENS else None


def _openai_body(asked: Asked) -> dict[str, Any]:
    # OpenAI's newer models refuse `max_tokens`; many that speak like it know nothing else.
    limit = "max_completion_tokens" if asked.is_openai else "max_tokens"
    return {
        "model": asked.model,
        "messages": [{"role": "user", "content": asked.prompt}],
        limit: asked.max_tokens,
        "stream": True,
        "stream_options": {"include_usage": True},
    }


def _openai_read(event: Event) -> Piece:
    if event.data.strip() == _DONE:
        return Piece(is_last=True)
    document = document_of(event)
    refused = text_at(document, "choices", 0, "delta", "refusal")
    return Piece(
        text=text_at(document, "choices", 0, "delta", "content")
        or text_at(document, "choices", 0, "message", "content"),
        finish=_REFUSAL if refused else text_at(document, "choices", 0, "finish_reason"),
        tokens_in=count_at(document, "usage", "prompt_tokens"),
        tokens_out=count_at(document, "usage", "completion_tokens"),
        tokens_hidden=count_at(document, "usage", "completion_tokens_details", "reasoning_tokens"),
        trouble=trouble_in(document),
    )


def _responses_body(asked: Asked) -> dict[str, Any]:
    return {
        "model": asked.model,
        "input": asked.prompt,
        "max_output_tokens": asked.max_tokens,
        "stream": True,
        "store": False,
    }


def _responses_read(event: Event) -> Piece:
    document = document_of(event)
    kind = text_at(document, "type") or event.name
    response = within(document, "response")
    if kind == "response.output_text.delta":
        return Piece(text=text_at(document, "delta"))
    if kind == "response.refusal.delta":
        return Piece(finish=_REFUSAL)
    if kind == "error":
        message = within(document, "message")
        return Piece(trouble=trouble_in(document) or trouble_of(within(document, "code"), message=message))
    if kind == "response.failed":
        return Piece(trouble=trouble_in(response) or Trouble(), is_last=True)
    if kind in {"response.completed", "response.incomplete"}:
        return Piece(
            finish=text_at(response, "incomplete_details", "reason") or kind.partition(".")[2],
            tokens_in=count_at(response, "usage", "input_tokens"),
            tokens_out=count_at(response, "usage", "output_tokens"),
            tokens_hidden=count_at(response, "usage", "output_tokens_details", "reasoning_tokens"),
            is_last=True,
        )
    return Piece(trouble=trouble_in(document))


def _anthropic_headers(key: str) -> Mapping[str, str]:
    return {"anthropic-version": _ANTHROPIC_VERSION} | ({"x-api-key": key} if key else {})


def _anthropic_body(asked: Asked) -> dict[str, Any]:
    return {
        "model": asked.model,
        "max_tokens": asked.max_tokens,
        "messages": [{"role": "user", "content": asked.prompt}],
        "stream": True,
    }


def _anthropic_read(event: Event) -> Piece:
    document = document_of(event)
    match text_at(document, "type") or event.name:
        case "message_start":
            usage = within(document, "message", "usage")
            cached = (count_at(usage, "cache_creation_input_tokens"), count_at(usage, "cache_read_input_tokens"))
            counted = count_at(usage, "input_tokens")
            return Piece(tokens_in=None if counted is None else counted + sum(filter(None, cached)))
        case "content_block_delta" if text_at(document, "delta", "type") == "text_delta":
            return Piece(text=text_at(document, "delta", "text"))
        case "message_delta":
            return Piece(
                finish=text_at(document, "delta", "stop_reason"),
                tokens_out=count_at(document, "usage", "output_tokens"),
            )
        case "message_stop":
            return Piece(is_last=True)
        case _:
            return Piece(trouble=trouble_in(document))


APIS = {
    "openai": Api("/chat/completions", bearer, _openai_body, _openai_read),
    "openai-responses": Api("/responses", bearer, _responses_body, _responses_read),
    "anthropic": Api("/messages", _anthropic_headers, _anthropic_body, _anthropic_read),
}
