"""What is to be checked, put together: from what is configured to probes."""

from __future__ import annotations

from collections.abc import Mapping

from bot import plugins
from bot import settings as configuration
from bot.core.probing import Rule
from bot.fetch import FetchLimits
from bot.loops.checking import AT_ONCE, Probe
from bot.ports import Setup
from bot.settings import Settings

# Probes wait for nobody: what they check is slow when it matters, and all of it may be at one host.
PROBE_LIMITS = FetchLimits(at_once=AT_ONCE, per_host=AT_ONCE)


def probes_of(settings: Settings) -> Mapping[str, Probe]:
    """Return what is to be checked, by source."""
    found = [_probe(one) for one in settings.probes]
    return {one.source.key: one for one in found}


def _probe(one: configuration.Probe) -> Probe:
    return Probe(
        source=configuration.source_of(one),
        setup=Setup(
            target=one.target or "",
            options=one.keys,
            timeout=one.timeout,
            secrets={name: secret.reveal() for name, secret in one.secrets.items()},
        ),
        rule=Rule(
            interval=one.interval,
            recheck=one.recheck,
            fail_after=one.fail_after,
            pass_after=one.pass_after,
            impact=one.impact,
            slow=one.slow,
        ),
        check=plugins.probe_named(one.type).check,
    )
