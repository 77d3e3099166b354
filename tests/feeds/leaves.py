"""A payload as its leaves: every value of it can be exchanged, be it JSON, JavaScript around JSON, XML or YAML."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

# Given the name under which a value stands, and the value: what is to stand there instead.
Exchange = Callable[[str, Any], Any]

_ELEMENT = re.compile(r"(<(?P<name>[\w:]+)[^<>]*>)(?P<text>[^<>]+|<!\[CDATA\[.*?\]\]>)(?=</)", re.DOTALL)
_ROW = re.compile(r"^(?P<name>\s*[\w-]+): (?P<text>.+)$", re.MULTILINE)


def exchanged(body: bytes, exchange: Exchange) -> bytes:
    """Return a payload with every value of it exchanged."""
    text = body.decode(errors="replace")
    begin = min((at for mark in "{[" if (at := text.find(mark)) >= 0), default=-1)
    if text.lstrip().startswith("<"):
        return _ELEMENT.sub(lambda match: _element(match, exchange), text).encode(errors="surrogatepass")
    if begin < 0:
        return _ROW.sub(lambda match: _row(match, exchange), text).encode(errors="surrogatepass")
    value, end = json.JSONDecoder().raw_decode(text, begin)
    return around(text[:begin], _value(value, exchange), text[end:])


def around(before: str, value: Any, after: str) -> bytes:
    return (before + json.dumps(value, ensure_ascii=False) + after).encode(errors="surrogatepass")


def unwrapped(body: bytes) -> Any:
    """Return the JSON within a payload, None where there is none."""
    text = body.decode(errors="replace")
    if text.lstrip().startswith("<") or not re.search(r"[{\[]", text):
        return None
    begin = min(at for mark in "{[" if (at := text.find(mark)) >= 0)
    return json.JSONDecoder().raw_decode(text, begin)[0]


def rewrapped(body: bytes, value: Any) -> bytes:
    """Return a payload with other JSON within."""
    text = body.decode(errors="replace")
    begin = min(at for mark in "{[" if (at := text.find(mark)) >= 0)
    _, end = json.JSONDecoder().raw_decode(text, begin)
    return around(text[:begin], value, text[end:])


def _value(value: Any, exchange: Exchange, name: str = "") -> Any:
    if isinstance(value, dict):
        return {str(exchange("", key)): _value(inner, exchange, key) for key, inner in value.items()}
    if isinstance(value, list):
        return [_value(inner, exchange, name) for inner in value]
    return exchange(name, value)


def _row(match: re.Match[str], exchange: Exchange) -> str:
    return f"{match['name']}: {exchange(match['name'].strip(), match['text'])}"


def _element(match: re.Match[str], exchange: Exchange) -> str:
    text = match["text"]
    if text.startswith("<![CDATA["):
        return f"{match[1]}<![CDATA[{exchange(match['name'], text[9:-3])}]]>"
    return f"{match[1]}{exchange(match['name'], text)}"
