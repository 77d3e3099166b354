"""The webhook of Prometheus' Alertmanager, version 4.

https://prometheus.io/docs/alerting/latest/configuration/#webhook_config

Alertmanager tries again after a 5xx and not after a 4xx; what it could not send it sends with the group's next turn.
"""

from __future__ import annotations

from bot.core.hooks import Heard, Hook, Way
from bot.errors import ParseError
from bot.hooks._alerts import heard
from bot.hooks._json import decode

WAYS = frozenset({Way.BEARER})


def parse(body: bytes, hook: Hook) -> Heard:
    """Return the alerts of one group."""
    told = decode(body)
    version = told.label("version")
    if version not in {None, "4"}:
        raise ParseError(f'$.version is "{version}"; only "4" can be read')
    return heard(told, hook, ("generatorURL",))
