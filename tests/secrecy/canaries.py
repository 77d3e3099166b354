"""Marked secrets for every place that takes one, and the search for them in whatever was written."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from tests.adapters.localpagers import API_KEY, ROUTING_KEY

# In no word of ours, and good in an address, a header, a token and a password.
MARK = "c4n4ryB1rd"

# By variable.  PagerDuty's and Opsgenie's are those that their local doubles take.
CANARIES: Mapping[str, str] = MappingProxyType(
    {
        "DATABASE_URL": f"postgresql://sitrep:{MARK}-database@127.0.0.1:1/sitrep",
        "SLACK_BOT_TOKEN": f"xoxb-1-{MARK}",
        "SLACK_APP_TOKEN": f"xapp-1-{MARK}",
        "SLACK_SIGNING_SECRET": f"{MARK}-signing",
        "SLACK_CLIENT_SECRET": f"{MARK}-client",
        "DISCORD_TOKEN": f"OTAwMDAw.{MARK}.discord",
        "PAGERDUTY_ROUTING_KEY": ROUTING_KEY,
        "OPSGENIE_API_KEY": API_KEY,
        "WEBHOOK_URL": f"/hear/{MARK}-address",
        "WEBHOOK_SECRET": f"{MARK}-webhook",
        "SITREP_BOARD_SECRET": f"{MARK}-board-secret-of-32-characters",
        "SITREP_BOARD_TOKEN": f"{MARK}-board-token",
        "SITREP_HEARTBEAT_URL": f"/ping/{MARK}-outgoing",
        "OTEL_EXPORTER_OTLP_HEADERS": f"authorization=Bearer%20{MARK}-collector",
        # What the configuration refers to.
        "HOOK_TOKEN": f"{MARK}-of-a-hook",
        "JOB_TOKEN": f"{MARK}-of-a-job",
        "PROBE_KEY": f"{MARK}-of-a-probe",
        "LLM_KEY": f"sk-{MARK}-of-a-model",
        "TCP_KEY": f"{MARK}-said-aloud",
        "TARGET_PASSWORD": f"{MARK}-in-a-target",
    }
)


def _in_base64(word: str) -> Iterator[str]:
    """Give what is in the base64 of a longer text wherever the word stands in it."""
    for shift in range(3):
        encoded = b64encode(b"x" * shift + word.encode()).decode()
        yield encoded[4 if shift else 0 : len(encoded) // 4 * 4 - 4]


_FORMS = tuple(form for word in (MARK, ROUTING_KEY, API_KEY) for form in (word, word.encode().hex(), *_in_base64(word)))
_SOUGHT = re.compile("|".join(map(re.escape, _FORMS)), re.IGNORECASE)


def found_in(text: str | bytes) -> list[str]:
    """Return where canaries sing in a text, each with what stands around it."""
    whole = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    return [whole[max(0, one.start() - 80) : one.end() + 20] for one in _SOUGHT.finditer(whole)]
