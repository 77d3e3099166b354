"""The webhook of Grafana's alerting.

https://grafana.com/docs/grafana/latest/alerting/configure-notifications/manage-contact-points/integrations/webhook-notifier/
"""

from __future__ import annotations

from bot.core.hooks import Heard, Hook, Way
from bot.errors import ParseError
from bot.hooks._alerts import heard
from bot.hooks._json import decode

WAYS = frozenset({Way.BEARER})


def parse(body: bytes, hook: Hook) -> Heard:
    """Return the alerts of one notification."""
    told = decode(body)
    if "ruleName" in told.fields or "evalMatches" in told.fields:
        raise ParseError("this is Grafana's legacy alerting, which is gone since version 11; use a contact point")
    return heard(told, hook, ("panelURL", "dashboardURL", "generatorURL"))
