"""What Alertmanager and Grafana say alike: Grafana's webhook was made after Alertmanager's.

https://prometheus.io/docs/alerting/latest/configuration/#webhook_config
https://grafana.com/docs/grafana/latest/alerting/configure-notifications/manage-contact-points/integrations/webhook-notifier/
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b

from bot.core.hooks import Alert, Heard, Hook
from bot.errors import ParseError
from bot.hooks._json import Thing
from bot.model import Impact

# More that fire at once are nobody's to read.  To refuse them all would tell of none.
MOST = 50
_FIRES = {"firing": True, "resolved": False}
# The words that people use most; there is no standard.
_SEVERITIES = {
    "critical": Impact.CRITICAL,
    "page": Impact.CRITICAL,
    "high": Impact.MAJOR,
    "error": Impact.MAJOR,
    "major": Impact.MAJOR,
}


def heard(body: Thing, hook: Hook, links: Sequence[str]) -> Heard:
    """Return the alerts of a body; `links` are the keys under which an address is, best first."""
    alerts = tuple(_alert(one, hook, links) for one in in_order(body))
    left_out = body.count_or_none("truncatedAlerts") + len(list(body.things("alerts"))) - len(alerts)
    return Heard(alerts=alerts, left_out=left_out)


def in_order(body: Thing) -> list[Thing]:
    """Return the alerts that are heard: as many that fire as anybody can read, then all that are over."""
    alerts = list(body.things("alerts"))
    firing = [one for one in alerts if _is_firing(one)]
    return [*firing[:MOST], *(one for one in alerts if not _is_firing(one))]


def _is_firing(one: Thing) -> bool:
    fires = _FIRES.get(one.required("status"))
    if fires is None:
        raise ParseError(f'{one.path}.status must be "firing" or "resolved"')
    return fires


def _alert(one: Thing, hook: Hook, links: Sequence[str]) -> Alert:
    labels, notes = one.thing("labels"), one.thing("annotations")
    named = labels.label("vendor")
    words = dict.fromkeys(filter(None, (notes.text("summary"), notes.text("description"), notes.text("message"))))
    return Alert(
        series=_series(one, labels),
        name=labels.label("alertname") or "An alert without a name",
        fires=_is_firing(one),
        starts_at=one.moment("startsAt"),
        ends_at=one.moment_or_none("endsAt"),
        vendor=named or hook.vendor,
        component=labels.label("component") or hook.component_of(named),
        words="\n".join(words),
        impact=_SEVERITIES.get((labels.label("severity") or "").lower(), Impact.MINOR),
        url=next(filter(None, map(one.url, links)), None),
    )


def _series(one: Thing, labels: Thing) -> str:
    """Return the fingerprint; where there is none, what it is made of: the labels, and nothing else."""
    told = one.label("fingerprint") or ""
    if told.isascii() and told.isalnum() and len(told) <= 24:  # noqa: PLR2004  (as long as the identity of a claim allows)
        return told.lower()
    pairs = sorted((key, value) for key, value in labels.fields.items() if isinstance(value, str))
    if not told and not pairs:
        raise ParseError(f"{one.path} has neither a fingerprint nor labels to be known by")
    return blake2b(repr(told or pairs).encode(errors="replace"), digest_size=8).hexdigest()
