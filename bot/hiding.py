"""The last line of defence of secrets: whatever is logged, by us or by a library, is searched for them first.

Nothing should ever be found; what is leaves a word behind that tests look for.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterable
from urllib.parse import quote

HIDDEN = "[hidden]"
# Shorter ones would hide words that anybody may write, and are refused where somebody could guess them.
_SHORTEST = 6


class Hiding(logging.Formatter):
    """Another formatter's lines and tracebacks, without any of the secrets."""

    def __init__(self, inner: logging.Formatter, secrets: Iterable[str]) -> None:
        """Format as `inner` does."""
        super().__init__()
        self._inner = inner
        forms = {form for secret in secrets if len(secret) >= _SHORTEST for form in _written(secret)}
        self._found = re.compile("|".join(map(re.escape, sorted(forms, key=len, reverse=True)))) if forms else None

    def format(self, record: logging.LogRecord) -> str:
        """Return the line of a record."""
        line = self._inner.format(record)
        return self._found.sub(HIDDEN, line) if self._found else line


def _written(secret: str) -> tuple[str, ...]:
    """Return how it may be written: as it is, in an address, in JSON."""
    return secret, quote(secret, safe=""), json.dumps(secret)[1:-1]


def hide(secrets: Iterable[str], log: logging.Logger = logging.root) -> None:
    """Let no handler of a log write any of these from now on; if not said otherwise, of the log of everything."""
    known = tuple(secrets)
    for handler in log.handlers:
        handler.setFormatter(Hiding(handler.formatter or logging.Formatter(), known))
