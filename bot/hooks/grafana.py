"""The webhook of Grafana's alerting.

https://grafana.com/docs/grafana/latest/alerting/configure-notifications/manage-contact-points/integrations/webhook-notifier/
"""

from __future__ import annotations

from dataclasses import replace

from bot.core.hooks import Alert, Heard, Hook, Way
from bot.errors import ParseError
from bot.hooks._alerts import heard, in_order
from bot.hooks._json import Thing, decode

WAYS = frozenset({Way.BEARER})
# https://grafana.com/docs/grafana/latest/alerting/fundamentals/alert-rule-evaluation/nodata-and-error-states/
# One that ends because its series is gone is told as resolved, with the reason in `grafana_state_reason`:
# https://grafana.com/docs/grafana/latest/alerting/fundamentals/alert-rule-evaluation/stale-alert-instances/
_EVALUATION = {"DatasourceNoData": "Grafana has no data", "DatasourceError": "Grafana can not evaluate"}


def parse(body: bytes, hook: Hook) -> Heard:
    """Return the alerts of one notification."""
    told = decode(body)
    if "ruleName" in told.fields or "evalMatches" in told.fields:
        raise ParseError("this is Grafana's legacy alerting, which is gone since version 11; use a contact point")
    found = heard(told, hook, ("panelURL", "dashboardURL", "generatorURL"))
    alerts = zip(found.alerts, in_order(told), strict=True)
    return replace(found, alerts=tuple(_of_grafana(alert, one) for alert, one in alerts))


def _of_grafana(alert: Alert, one: Thing) -> Alert:
    """A rule that can not be evaluated has the labels of what it should measure, and accuses nobody of anything."""
    labels = one.thing("labels")
    lost = one.thing("annotations").label("grafana_state_reason") is not None
    troubled = _EVALUATION.get(labels.label("alertname") or "")
    if troubled is None:
        return replace(alert, lost=lost)
    name = f"{troubled}: {labels.label('rulename') or 'a rule'}"
    return replace(alert, lost=lost, name=name, vendor=None, component=None)
