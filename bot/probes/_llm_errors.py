"""What an LLM's API says when it refuses, and whose trouble that is.  Pure.

https://developers.openai.com/docs/guides/error-codes
https://platform.claude.com/docs/en/api/errors

Both answer with an object `error` that has a `type`, OpenAI with a `code` too, and a `message` for people.  The message
is read, but never shown: it may repeat a part of the key.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from bot.model import Fault

_WORD = re.compile(r"[A-Za-z][\w.-]{0,59}", re.ASCII)

# Codes and types that say so of themselves, whatever the status: an error in a stream has none.
_BY_WORD = {
    "insufficient_quota": Fault.QUOTA,
    "credit_balance_exhausted": Fault.QUOTA,
    "organization_spend_limit_exceeded": Fault.QUOTA,
    "project_spend_limit_exceeded": Fault.QUOTA,
    "organization_usage_limit_exceeded": Fault.QUOTA,
    "billing_hard_limit_reached": Fault.QUOTA,
    "billing_not_active": Fault.QUOTA,
    "billing_error": Fault.QUOTA,
    "enforced_spend_limit_reached": Fault.QUOTA,
    "invalid_api_key": Fault.KEY,
    "authentication_error": Fault.KEY,
    "permission_error": Fault.KEY,
    "rate_limit_exceeded": Fault.LIMITED,
    "rate_limit_error": Fault.LIMITED,
    "slow_down": Fault.LIMITED,
    "model_not_found": Fault.SETUP,
    "not_found_error": Fault.SETUP,
    "content_filter": Fault.WRONG,
    "invalid_request_error": Fault.SETUP,
    "request_too_large": Fault.SETUP,
    "overloaded_error": Fault.SERVER,
    "server_is_overloaded": Fault.SERVER,
    "service_unavailable_error": Fault.SERVER,
    "timeout_error": Fault.SERVER,
    "api_error": Fault.SERVER,
    "server_error": Fault.SERVER,
}
_BY_STATUS = {
    401: Fault.KEY,
    402: Fault.QUOTA,
    403: Fault.KEY,
    408: Fault.SERVER,
    409: Fault.SERVER,
    429: Fault.LIMITED,
}
_FORBIDDEN = 403
_SERVER_ERROR = 500
_CLIENT_ERROR = 400
# These statuses tell more surely than words what they are: a proxy may put any words into a 502.
_OVERLOADED = frozenset({503, 529})
# Anthropic has no type of its own for these; it says them in the message of a 400.
# https://platform.claude.com/docs/en/api/errors: "The API also returns a 400 when usage reaches … spend limit you set".
_USED_UP = re.compile(r"credit balance is too low|usage limits|spend limit|exceeded your current quota", re.IGNORECASE)
_OVERLOAD_WORDS = frozenset({"overloaded_error", "server_is_overloaded", "service_unavailable_error"})
_MODEL_WORDS = frozenset({"model_not_found", "not_found_error"})


@dataclass(frozen=True, slots=True)
class Trouble:
    """What was said: the words for programs, the most exact first, and the message for people."""

    words: tuple[str, ...] = ()
    message: str = ""
    is_web_page: bool = False

    @property
    def word(self) -> str:
        """The word to show, nothing if there is none."""
        return self.words[0] if self.words else ""


def trouble_in(document: object) -> Trouble | None:
    """Return the error that a document of JSON holds, None if it holds none."""
    if not isinstance(document, dict):
        return None
    error = document.get("error")
    if isinstance(error, str) and error:
        return Trouble(message=error)
    if not isinstance(error, dict) or not error:
        return None
    details: Any = error.get("details")
    exact = details.get("error_code") if isinstance(details, dict) else None
    return trouble_of(exact, error.get("code"), error.get("type"), message=error.get("message"))


def trouble_of(*words: object, message: object = "") -> Trouble:
    """Return an error that was told in these words."""
    kept = tuple(word for word in words if isinstance(word, str) and _WORD.fullmatch(word))
    return Trouble(kept, message if isinstance(message, str) else "")


def trouble_in_body(body: bytes) -> Trouble:
    """Return what the body of a refusal says."""
    text = body.decode(errors="replace").strip()
    if text.startswith("<"):
        return Trouble(is_web_page=True)
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return Trouble(message=text)
    if isinstance(document, list) and document:
        document = document[0]
    return trouble_in(document) or Trouble()


def fault_of(status: int | None, trouble: Trouble) -> Fault:
    """Return whose trouble it is; `status` is None if the answer had begun well."""
    if status is not None and status >= _SERVER_ERROR:
        # OpenAI means that we send much more than a moment ago; it says so by 429 now, and did by 503.
        return Fault.LIMITED if "slow_down" in trouble.words else Fault.SERVER
    if _USED_UP.search(trouble.message):
        return Fault.QUOTA
    # Every quota has a type that speaks of rates or requests as well: what says more comes first.
    known = [_BY_WORD[word] for word in trouble.words if word in _BY_WORD]
    if Fault.QUOTA in known:
        return Fault.QUOTA
    if trouble.is_web_page and status == _FORBIDDEN:
        # Not the API itself refuses, but a gate in front of it, ours or theirs.
        return Fault.SETUP
    if status in _BY_STATUS:
        return _BY_STATUS[status]
    if known:
        return known[0]
    if status is None:
        return Fault.SERVER
    return Fault.SETUP if status >= _CLIENT_ERROR else Fault.WRONG


def reason_of(status: int | None, trouble: Trouble, model: str) -> str:
    """Say it in a short sentence; the message of the server is not repeated."""
    fault = fault_of(status, trouble)
    what = _said(status, trouble)
    if fault is Fault.SERVER and (status in _OVERLOADED or _OVERLOAD_WORDS & {*trouble.words}):
        return f"overloaded ({what})"
    if fault is Fault.SETUP and _MODEL_WORDS & {*trouble.words} and model:
        return f"there is no model {model}, or it is not for us ({what})"
    return {
        Fault.KEY: f"our key {'does not allow it' if status == _FORBIDDEN else 'is not accepted'} ({what})",
        Fault.QUOTA: f"our quota is used up, or there is a problem with our billing ({what})",
        Fault.LIMITED: f"we ask too often for our rate limit ({what})",
        Fault.SETUP: f"what we ask is not accepted ({what})",
        Fault.WRONG: f"the content filter held the answer back ({what})"
        if "content_filter" in trouble.words
        else f"no answer of an API ({what})",
    }.get(fault, f"an error within the answer ({what})" if status is None else what)


def _said(status: int | None, trouble: Trouble) -> str:
    words = [f"HTTP {status}"] if status is not None else []
    if trouble.is_web_page:
        words.append("a web page")
    elif trouble.word:
        words.append(trouble.word)
    return ", ".join(words) or "without a reason"
