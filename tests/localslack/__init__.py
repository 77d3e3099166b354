"""A Slack of our own on 127.0.0.1: Web API, Socket Mode, signed requests, and all that can go wrong.

slack-sdk and slack-bolt talk with it unmodified; see `server`, `world`, `faults`, `looks`.
"""

from tests.localslack.faults import (
    Fault,
    after,
    drops,
    error,
    hangs,
    html,
    long_under_way,
    malformed,
    rate_limited,
    resets,
    slow,
    status,
)
from tests.localslack.local import LocalSlack
from tests.localslack.looks import alive, fallback, readable, too_long
from tests.localslack.server import local_slack
from tests.localslack.world import APP, PERSON, TEAM, World

__all__ = [
    "APP",
    "PERSON",
    "TEAM",
    "Fault",
    "LocalSlack",
    "World",
    "after",
    "alive",
    "drops",
    "error",
    "fallback",
    "hangs",
    "html",
    "local_slack",
    "long_under_way",
    "malformed",
    "rate_limited",
    "readable",
    "resets",
    "slow",
    "status",
    "too_long",
]
