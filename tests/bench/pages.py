"""Status pages that nobody has: Statuspage summaries of any size, whose incidents go on as long as one likes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

BEGINNING = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
_STATES = ("investigating", "identified", "monitoring")
# Some 400 characters: what vendors write on average.
_WORDS = (
    "We are continuing to investigate elevated error rates that affect a part of all requests. Customers may see "
    "timeouts and failed calls when they create or list resources in the affected regions. Our engineers have found "
    "that a recent change to the configuration of an internal load balancer contributes to it and are rolling that "
    "change back. We will post the next update within thirty minutes, or sooner if there is news."
)


def summary(
    *, components: int = 30, incidents: int = 0, updates: int = 10, page: str = "page", episode: int = 0
) -> bytes:
    """Return a summary with open incidents of `updates` updates each; another `episode` has other incidents."""
    parts = [_component(number, incidents) for number in range(components)]
    payload = {
        "page": {
            "id": page,
            "name": "Acme",
            "url": "https://status.acme.example",
            "time_zone": "Etc/UTC",
            "updated_at": _time(updates),
        },
        "components": parts,
        "incidents": [_incident(f"incident{episode}x{n}", parts[n], updates, page) for n in range(incidents)],
        "scheduled_maintenances": [],
        "status": {"indicator": "minor" if incidents else "none", "description": "Minor Service Outage"},
    }
    return json.dumps(payload).encode()


def with_one_more(*, components: int, incidents: int) -> tuple[bytes, bytes]:
    """Return a summary whose first incident has nine updates, and the same with ten; all others have ten."""
    after = json.loads(summary(components=components, incidents=incidents))
    before = json.loads(summary(components=components, incidents=incidents))
    before["incidents"][0]["incident_updates"].pop(0)
    return json.dumps(before).encode(), json.dumps(after).encode()


def feed(page: str, entries: int) -> bytes:
    """Return an RSS feed of twenty old entries, and so many new ones, each with its mark."""
    old = [(f"Resolved: elevated errors {number}", BEGINNING - timedelta(days=number + 1)) for number in range(20)]
    new = [
        (f"{mark(page, number)} Elevated errors", BEGINNING + timedelta(minutes=number))
        for number in range(1, entries + 1)
    ]
    items = "".join(
        f"<item><title>{title}</title><link>https://{page}.example/{at:%Y%m%d%H%M}</link><guid>{page}-{at:%Y%m%d%H%M}</guid>"
        f"<pubDate>{at:%a, %d %b %Y %H:%M:%S} GMT</pubDate><description>{title}. {_WORDS}</description></item>"
        for title, at in (*reversed(new), *old)
    )
    head = f"<title>{page} status</title><link>https://{page}.example</link><description>Status</description>"
    return f'<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel>{head}{items}</channel></rss>'.encode()


def mark(page: str, update: int) -> str:
    """Return the word with which an update of a page's incidents begins, and no other page's."""
    return f"{page}/{update}:"


def series(length: int) -> Iterator[tuple[datetime, bytes]]:
    """Return one page's answers, a minute apart: two incidents with an update each time, every twenty two others."""
    for number in range(length):
        episode, told = divmod(number, 20)
        yield BEGINNING + timedelta(minutes=number), summary(incidents=2, updates=told + 1, episode=episode)


def _component(number: int, incidents: int) -> dict[str, Any]:
    return {
        "id": f"component{number:04}",
        "name": f"Service {number} (API)",
        "status": "degraded_performance" if number < incidents else "operational",
        "created_at": "2024-05-02T10:11:12.131Z",
        "updated_at": "2026-02-11T08:09:10.111Z",
        "position": number,
        "description": "Creates, lists and deletes resources over HTTP.",
        "showcase": True,
        "start_date": "2024-05-02",
        "group_id": None,
        "page_id": "page",
        "group": False,
        "only_show_if_degraded": False,
    }


def _incident(key: str, component: dict[str, Any], updates: int, page: str) -> dict[str, Any]:
    newest = updates - 1
    return {
        "id": key,
        "name": f"Elevated error rates in {component['name']}",
        "status": _STATES[newest % 3],
        "created_at": _time(0),
        "updated_at": _time(newest),
        "monitoring_at": None,
        "resolved_at": None,
        "impact": "minor",
        "shortlink": f"https://stspg.example/{key}",
        "started_at": _time(0),
        "page_id": page,
        # The newest first, as real pages do.
        "incident_updates": [_update(key, number, component, page) for number in range(newest, -1, -1)],
        "components": [component],
        "reminder_intervals": None,
    }


def _update(incident: str, number: int, component: dict[str, Any], page: str) -> dict[str, Any]:
    affected = {"code": component["id"], "name": component["name"]}
    return {
        "id": f"{incident}u{number:05}",
        "status": _STATES[number % 3],
        "body": f"{mark(page, number)} {_WORDS}",
        "incident_id": incident,
        "created_at": _time(number),
        "updated_at": _time(number),
        "display_at": _time(number),
        "affected_components": [affected | {"old_status": "operational", "new_status": component["status"]}],
        "deliver_notifications": True,
        "custom_tweet": None,
        "tweet_id": None,
    }


def _time(minute: int) -> str:
    return (BEGINNING + timedelta(minutes=minute)).isoformat(timespec="milliseconds").replace("+00:00", "Z")
