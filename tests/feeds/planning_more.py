"""The other half of the formats that know maintenances, as `planning` has them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bot.model import State
from tests.feeds import planning
from tests.feeds.planning import OVER, PLANNED, SCHEDULED, STARTED, TITLE, TROUBLE, Page, Plan, iso, listed


def onlineornot(plan: Plan) -> list[Any]:
    event = {"id": "m1", "title": TITLE, "start_date": iso(plan.starts)}
    event["status"] = plan.word("SCHEDULED", "IN_PROGRESS", "COMPLETED")
    ill = {"id": "i1", "title": TROUBLE, "impact": "MAJOR_OUTAGE", "started": iso(plan.starts)}
    status = "MAJOR_OUTAGE" if plan.trouble else plan.word("OPERATIONAL", "MAINTENANCE", "OPERATIONAL")
    result = {
        "status_page": {"id": "p4Q", "name": "Acme", "subdomain": "acme"},
        "components": [{"id": "c1", "name": "API", "status": status}],
        "active_incidents": [ill] if plan.trouble else [],
        "scheduled_maintenance": listed(plan, event),
    }
    return [{"success": True, "result": result}]


def openstatus(plan: Plan) -> list[Any]:
    event = {"id": 9, "name": TITLE, "message": PLANNED, "pageComponents": [1]}
    event |= {"from": iso(plan.starts), "to": iso(plan.ends)}
    ill = {"id": 7, "title": TROUBLE, "status": "investigating", "pageComponents": [1]}
    said = {"id": 1, "status": "investigating", "message": "Errors.", "date": iso(plan.starts)}
    status = "error" if plan.trouble else plan.word("success", "info", "success")
    return [
        {
            "title": "Acme",
            "updatedAt": iso(plan.now),
            "status": status,
            "pageComponents": [{"id": 1, "name": "API", "monitorId": 41}],
            "monitors": [{"id": 41, "name": "api", "status": status}],
            "statusReports": [{**ill, "statusReportUpdates": [said]}] if plan.trouble else [],
            "maintenances": listed(plan, event),
        }
    ]


def rootly(plan: Plan) -> list[Any]:
    words = {SCHEDULED: "scheduled", STARTED: "in_progress", OVER: "completed"}
    updates = [{"body": body, "status": words[state], "created_at": iso(at)} for state, at, body in plan.said]
    event = {
        "name": TITLE,
        "status": plan.word("scheduled", "in_progress", "completed", "cancelled"),
        "impact": "none",
        "started_at": plan.word(None, iso(plan.starts), iso(plan.starts)),
        "resolved_at": plan.word(None, None, iso(plan.now)),
        "url": "https://status.acme.example/incidents/k5",
        "incident_updates": updates[::-1],
        "scheduled_for": iso(plan.starts),
        "scheduled_until": iso(plan.ends),
    }
    ill = {"name": TROUBLE, "status": "started", "impact": "major", "started_at": iso(plan.starts)}
    ill |= {"url": "https://status.acme.example/incidents/k6"}
    indicator = "major" if plan.trouble else plan.word("none", "maintenance", "none")
    return [
        {
            "page": {"name": "Acme", "url": "https://status.acme.example", "time_zone": "America/Chicago"},
            "status": {"indicator": indicator},
            "incidents": [*listed(plan, event), *([ill] if plan.trouble else [])],
        }
    ]


def salesforce_trust(plan: Plan) -> list[Any]:
    types = {SCHEDULED: "scheduled", STARTED: "inProgress", OVER: "resolved"}
    events = [
        {"id": 610000 + number, "type": types[state], "message": body, "createdAt": iso(at)}
        for number, (state, at, body) in enumerate(plan.said)
    ]
    impact = {"id": 2, "startTime": iso(plan.starts), "type": "release", "severity": "maintenance"}
    impact["endTime"] = plan.word(None, None, iso(plan.now))
    event = {
        "id": 600002,
        "message": {"eventStatus": plan.word("confirmed", "inProgress", "completed", "canceled")},
        "name": TITLE,
        "plannedStartTime": iso(plan.starts),
        "plannedEndTime": iso(plan.ends),
        "createdAt": iso(plan.planned),
        "instanceKeys": ["AC1"],
        "serviceKeys": [],
        "MaintenanceImpacts": [] if plan.stage is SCHEDULED or plan.is_cancelled else [impact],
        "MaintenanceEvents": events,
    }
    broken = {"startTime": iso(plan.starts), "endTime": None, "type": "errors", "severity": "major"}
    ill = {"id": 70002, "createdAt": iso(plan.starts), "instanceKeys": ["AC1"], "serviceKeys": []}
    ill |= {"IncidentImpacts": [broken], "IncidentEvents": []}
    status = "MAJOR_INCIDENT_CORE" if plan.trouble else plan.word("OK", "MAINTENANCE_CORE", "OK")
    incidents = [ill] if plan.trouble else []
    return [[{"key": "AC1", "status": status, "Incidents": incidents, "Maintenances": listed(plan, event)}]]


def slack(plan: Plan) -> list[Any]:
    event = {
        "id": "1610",
        "date_created": iso(plan.planned),
        "title": TITLE,
        "type": "maintenance",
        "status": plan.word("scheduled", "active", "completed", "cancelled"),
        "services": ["Calls"],
        "notes": [{"date_created": iso(at), "body": body} for _, at, body in plan.said],
    }
    ill = {"id": "1611", "date_created": iso(plan.starts), "title": TROUBLE, "type": "outage", "status": "active"}
    shown = [*listed(plan, event), *([{**ill, "services": ["Calls"], "notes": []}] if plan.trouble else [])]
    return [{"status": "active" if shown else "ok", "active_incidents": shown}]


def statusio(plan: Plan) -> list[Any]:
    part = {"name": "API", "id": "aaaaaaaaaaaaaaaaaaaaaa01", "_id": "aaaaaaaaaaaaaaaaaaaaaa01"}
    codes = {SCHEDULED: 100, STARTED: 200, OVER: 300}
    messages = [
        {"details": body, "state": codes[state], "status": 200, "datetime": iso(at)} for state, at, body in plan.said
    ]
    event = {"name": TITLE, "_id": "eeeeeeeeeeeeeeeeeeeeee01", "datetime_open": iso(plan.planned)}
    event |= {"datetime_planned_start": iso(plan.starts), "datetime_planned_end": iso(plan.ends)}
    whole: dict[str, Any] = {**event, "messages": messages, "components_affected": [part]}
    broken = {"details": "Errors.", "state": 100, "status": 500, "datetime": iso(plan.starts)}
    ill = {"name": TROUBLE, "_id": "dddddddddddddddddddddd01", "datetime_open": iso(plan.starts)}
    code = 500 if plan.trouble else plan.word(100, 200, 100)
    lists = {"active": [whole] if plan.stage is STARTED else [], "upcoming": [whole] if plan.stage is SCHEDULED else []}
    incidents = [{**ill, "messages": [broken], "components_affected": [part]}] if plan.trouble else []
    status = [{**part, "status_code": code}]
    return [
        {
            "result": {
                "status_overall": {"status_code": code},
                "status": status,
                "incidents": incidents,
                "maintenance": lists,
            }
        }
    ]


def statuspage(plan: Plan) -> list[Any]:
    words = {SCHEDULED: "scheduled", STARTED: "in_progress", OVER: "completed"}
    updates = [
        {"id": f"upd00000001{number}", "status": words[state], "body": body, "created_at": iso(at)}
        for number, (state, at, body) in enumerate(plan.said)
    ]
    status = "major_outage" if plan.trouble else plan.word("operational", "under_maintenance", "operational")
    part = {"id": "aaaa00000001", "name": "API", "status": status, "group": False}
    event = {
        "id": "mnt000000001",
        "name": TITLE,
        "status": words[plan.stage or OVER],
        "impact": "maintenance",
        "created_at": iso(plan.planned),
        "resolved_at": plan.word(None, None, iso(plan.now)),
        "scheduled_for": iso(plan.starts),
        "scheduled_until": iso(plan.ends),
        "incident_updates": updates[::-1],
        "components": [part],
    }
    ill = {"id": "inc000000001", "name": TROUBLE, "status": "investigating", "impact": "major"}
    incidents = [{**ill, "created_at": iso(plan.starts), "components": [part]}] if plan.trouble else []
    return [
        {
            "page": {"id": "acme12345678", "name": "Acme", "url": "https://status.acme.example"},
            "components": [part],
            "incidents": incidents,
            "scheduled_maintenances": listed(plan, event),
            "status": {"indicator": "major" if plan.trouble else plan.word("none", "maintenance", "none")},
        }
    ]


def statuspal(plan: Plan) -> list[Any]:
    event = statuspal_alone(plan)["incident"]
    said = [{"id": 900, "type": "issue", "description": "Errors.", "posted_at": iso(plan.starts)}]
    ill = {"id": 101, "type": "major", "title": TROUBLE, "updates": said, "service_ids": [11], "ends_at": None}
    word = "major" if plan.trouble else plan.word(None, "scheduled", None)
    return [
        {
            "services": [{"id": 11, "name": "API", "children": [], "current_incident_type": word}],
            "status_page": {"name": "Acme", "subdomain": "acme", "current_incident_type": word},
            "incidents": [{**ill, "starts_at": iso(plan.starts)}] if plan.trouble else [],
            "maintenances": [event] if plan.stage is STARTED else [],
            "upcoming_maintenances": [event] if plan.stage is SCHEDULED else [],
        }
    ]


def statuspal_alone(plan: Plan) -> dict[str, Any]:
    types = {SCHEDULED: "scheduled", STARTED: "issue", OVER: "resolved"}
    updates = [
        {"id": 504 + number, "type": types[state], "description": body, "posted_at": iso(at)}
        for number, (state, at, body) in enumerate(plan.said)
    ]
    event = {"id": 103, "type": "scheduled", "title": TITLE, "updates": updates, "service_ids": [11]}
    return {"incident": {**event, "starts_at": iso(plan.starts), "ends_at": iso(plan.ends)}}


def uptimekuma(plan: Plan) -> list[Any]:
    slot = {"startDate": iso(plan.starts), "endDate": iso(plan.ends)}
    event = {"id": 4, "title": TITLE, "description": PLANNED, "strategy": "single", "timeslotList": [slot]}
    event |= {"timezoneOffset": "+00:00", "status": plan.word("scheduled", "under-maintenance", "ended")}
    ill = {"id": 4, "style": "danger", "title": TROUBLE, "content": "Errors.", "active": True}
    ill["createdDate"] = iso(plan.starts)
    groups = [{"id": 1, "name": "Services", "monitorList": [{"id": 3, "name": "API"}]}]
    page = {"config": {"slug": "acme", "title": "Acme"}, "publicGroupList": groups}
    page |= {"incidents": [ill] if plan.trouble else [], "maintenanceList": listed(plan, event)}
    beat = {"status": 0 if plan.trouble else plan.word(1, 3, 1), "time": iso(plan.now)}
    return [page, {"heartbeatList": {"3": [beat]}, "uptimeList": {"3_24": 1}}]


def zendesk(plan: Plan) -> list[Any]:
    told = [
        {"id": f"8{number}", "type": "incident_update", "attributes": {"description": body, "created_at": iso(at)}}
        for number, (_, at, body) in enumerate(plan.said)
    ]
    links = [{"id": one["id"], "type": "incident_update"} for one in told]
    about = {"title": TITLE, "status": plan.word(None, "investigating", "resolved")}
    about |= {"maintenance_start_time": iso(plan.starts), "maintenance_end_time": iso(plan.ends)}
    about |= {
        "resolved_at": plan.word(None, None, iso(plan.now)),
        "started_at": plan.word(None, *2 * [iso(plan.starts)]),
    }
    parts = {"incident_services": {"data": [{"id": "5010", "type": "incident_service"}]}}
    event = {"id": "310", "type": "incident", "attributes": about}
    event["relationships"] = {"incident_updates": {"data": links}, **parts}
    ill = {"id": "301", "type": "incident", "relationships": parts}
    ill["attributes"] = {"title": TROUBLE, "impact": "major", "status": "investigating", "started_at": iso(plan.starts)}
    service = {"id": "5010", "type": "incident_service", "attributes": {"service_id": "2", "serviceName": "API"}}
    return [
        {"data": [ill] if plan.trouble else [], "included": [service]},
        {"data": listed(plan, event), "included": [service, *told]},
    ]


def hund(plan: Plan) -> list[Any]:
    label, words = plan.word("Pending", "In Progress", "Ended"), plan.said[-1][2]
    return [_atom(plan, f"[{label}] Maintenance Window: {TITLE}", words, "/state_feed/feed")]


def feed(plan: Plan) -> list[Any]:
    return [_atom(plan, TITLE, _history(plan), "")]


def statuspage_atom(plan: Plan) -> list[Any]:
    return [_atom(plan, TITLE, _history(plan), "/history")]


def _history(plan: Plan) -> str:
    labels: dict[State, str] = {SCHEDULED: "Scheduled", STARTED: "In progress", OVER: "Completed"}
    event = f"<p><strong>THIS IS A SCHEDULED EVENT {plan.starts:%b %d, %H:%M} - {plan.ends:%H:%M} UTC</strong></p>"
    told = [
        f"<p><small>{at:%b %d, %H:%M} UTC</small><br><strong>{labels[state]}</strong> - {body}</p>"
        for state, at, body in reversed(plan.said)
    ]
    return event + "".join(told)


def _atom(plan: Plan, title: str, content: str, path: str) -> str:
    home, last = "https://status.acme.example", plan.said[-1][1]
    kind = "State::FeedNotifier::Entry/" if path == "/state_feed/feed" else "Incident/"
    entries = [("65e2f00000000000000000a1", title, content, plan.planned, last)] if plan.stage else []
    if plan.trouble:
        entries.append(("65e2f00000000000000000a2", TROUBLE, "We see errors.", plan.starts, plan.starts))
    return (
        f'<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><id>tag:status.acme.example,2005:{path}</id>'
        f'<link rel="alternate" href="{home}"/><title>Acme Status - Incident History</title>'
        + "".join(
            f"<entry><id>tag:status.acme.example,2005:{kind}{key}</id><published>{iso(began)}</published>"
            f'<updated>{iso(spoke)}</updated><link rel="alternate" href="{home}/incidents/{key}"/><title>{name}</title>'
            f'<content type="html"><![CDATA[{text}]]></content></entry>'
            for key, name, text, began, spoke in entries
        )
        + "</feed>"
    )


PAGES: dict[str, Page] = {
    **{
        name: getattr(planning, name)
        for name in ("adobe", "apple", "betterstack", "cachet", "freshstatus", "heroku", "incidentio", "instatus")
    },
    "feed": feed,
    "hund": hund,
    "onlineornot": onlineornot,
    "openstatus": openstatus,
    "rootly": rootly,
    "salesforce-trust": salesforce_trust,
    "slack": slack,
    "statusio": statusio,
    "statuspage": statuspage,
    "statuspage-atom": statuspage_atom,
    "statuspal": statuspal,
    "uptimekuma": uptimekuma,
    "zendesk": zendesk,
}
# Where one that has left its page can still be read.
ALONE: dict[str, Callable[[Plan], dict[str, Any]]] = {"statuspal": statuspal_alone}
