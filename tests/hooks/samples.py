"""Bodies of each kind, as the senders' documentation has them."""

from __future__ import annotations

import json
from collections.abc import Mapping

from bot.core.hooks import Hook

SAMPLES: Mapping[str, Mapping[str, object]] = {
    "alertmanager": {
        "version": "4",
        "groupKey": "{}:{}",
        "truncatedAlerts": 2,
        "status": "firing",
        "receiver": "sitrep",
        "alerts": [
            {
                "status": "firing",
                "labels": {
                    "alertname": "Slow",
                    "vendor": "openai",
                    "component": "Chat Completions",
                    "severity": "page",
                },
                "annotations": {"summary": "p99 is 40 s", "description": "It was 2 s yesterday."},
                "startsAt": "2026-03-01T11:50:00.123456789+01:00",
                "endsAt": "0001-01-01T00:00:00Z",
                "generatorURL": "http://prometheus.example/graph",
                "fingerprint": "a1b2c3d4e5f60718",
            },
            {
                "status": "resolved",
                "labels": {"alertname": "QueueIsLong"},
                "annotations": {},
                "startsAt": "2026-03-01T11:50:00Z",
                "endsAt": "2026-03-01T11:58:00Z",
                "generatorURL": "",
            },
        ],
    },
    "grafana": {
        "receiver": "Sitrep",
        "status": "firing",
        "orgId": 1,
        "state": "alerting",
        "title": "[FIRING:1]",
        "truncatedAlerts": 0,
        "alerts": [
            {
                "status": "firing",
                "labels": {"alertname": "Errors", "vendor": "anthropic"},
                "annotations": {"message": "too many"},
                "startsAt": "2026-03-01T12:00:00+01:00",
                "endsAt": "0001-01-01T00:00:00Z",
                "values": {"B": 44.2, "C": 1},
                "generatorURL": "https://grafana.example/alerting/1/edit",
                "panelURL": "",
                "dashboardURL": "https://grafana.example/d/1",
                "fingerprint": "c6eadffa33fcdf37",
            }
        ],
    },
    "statuspage": {
        "meta": {"unsubscribe": "https://status.example.com/?unsubscribe=1", "documentation": "https://doc.example"},
        "page": {"id": "acme12345678", "status_indicator": "major", "status_description": "Partial outage"},
        "component_update": {"old_status": "operational", "new_status": "major_outage", "component_id": "c1"},
        "component": {"id": "c1", "name": "API", "status": "major_outage"},
    },
    "rates": {
        "vendor": "openai",
        "component": "Chat Completions",
        "window": "60s",
        "calls": 1200,
        "failures": 456,
        "at": "2026-03-01T14:02:00Z",
        "host": "api.openai.com",
    },
}


def hook(kind: str, vendor: str | None = None, component: str | None = None) -> Hook:
    return Hook(name="in", type=kind, vendor=vendor, component=component)


def body(kind: str, **change: object) -> bytes:
    return json.dumps({**SAMPLES[kind], **change}).encode()
