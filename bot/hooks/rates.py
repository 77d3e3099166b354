"""Our own: how many calls somebody's gateway made, and how many of them failed.

{"vendor": "openai", "component": "Chat Completions", "window": "60s", "calls": 1200, "failures": 456,
 "at": "2026-03-01T14:02:00Z", "host": "api.openai.com"}
"""

from __future__ import annotations

from datetime import timedelta

from bot.core.hooks import Heard, Hook, Report, Way
from bot.core.spans import span_of
from bot.errors import ParseError
from bot.hooks._json import Thing, decode

WAYS = frozenset({Way.BEARER, Way.SIGNED})
_LONGEST = timedelta(hours=1)


def parse(body: bytes, hook: Hook) -> Heard:
    """Return the one report of a body."""
    told = decode(body)
    calls, failures = told.count("calls"), told.count("failures")
    if failures > calls:
        raise ParseError(f"$.failures is {failures}, more than the {calls} calls")
    named = told.label("vendor")
    report = Report(
        vendor=named or hook.vendor,
        component=told.label("component") or hook.component_of(named),
        host=told.label("host") or "",
        window=_window(told),
        calls=calls,
        failures=failures,
        at=told.moment("at"),
    )
    return Heard(reports=(report,))


def _window(told: Thing) -> timedelta:
    span = span_of(told.required("window"))
    if span is None or not timedelta() < span <= _LONGEST:
        raise ParseError('$.window must be a duration up to an hour, like "60s"')
    return span
