"""One maintenance, as a page of each format writes it at each of its stages: payloads of the shape of our examples."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.model import State

SCHEDULED, STARTED, OVER = State.SCHEDULED, State.IN_PROGRESS, State.COMPLETED
TITLE, PLANNED, BEGUN, DONE = "New disks", "We will change the disks.", "We have begun.", "The disks are in."
TROUBLE = "Errors of the API"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A maintenance at one stage; `trouble` says whether its component has an incident of its own as well."""

    stage: State | None
    planned: datetime
    starts: datetime
    ends: datetime
    now: datetime
    is_cancelled: bool = False
    trouble: bool = False

    @property
    def said(self) -> list[tuple[State, datetime, str]]:
        """What has been said so far, oldest first."""
        found = [(SCHEDULED, self.planned, PLANNED)]
        if self.stage in {STARTED, OVER} and not self.is_cancelled:
            found.append((STARTED, self.starts, BEGUN))
        if self.stage is OVER:
            found.append((OVER, self.now, "It is called off." if self.is_cancelled else DONE))
        return found

    def word(self, scheduled: Any, started: Any, over: Any, cancelled: Any = None) -> Any:
        """Return a format's word for the stage."""
        if self.is_cancelled and cancelled is not None:
            return cancelled
        return {SCHEDULED: scheduled, STARTED: started}.get(self.stage or OVER, over)


Page = Callable[[Plan], list[Any]]


def iso(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%S}.000Z"


def epoch(at: datetime) -> str:
    return str(int(at.timestamp()))


def listed(plan: Plan, *items: Any) -> list[Any]:
    return list(items) if plan.stage else []


def adobe(plan: Plan) -> list[Any]:
    words = {SCHEDULED: "Scheduled", STARTED: "Started", OVER: "Canceled" if plan.is_cancelled else "Completed"}
    texts = {state.value: {"textMessage": body} for state, _, body in plan.said}
    history = {
        epoch(at): {"status": words[state], "severity": "Maintenance", "titleToken": "t", "messageToken": state.value}
        for state, at, _ in plan.said
    }
    window = {"startedOn": epoch(plan.starts), "endedOn": epoch(plan.ends)}
    event = {
        "status": words[plan.stage or OVER],
        "scheduledDate": epoch(plan.starts),
        "completedOn": epoch(plan.ends),
        "products": {"501": {"name": "API", **window, "history": history}},
    }
    opened = {"status": "Opened", "severity": "Major", "titleToken": "t", "messageToken": "m"}
    ill = {
        "products": {"501": {"name": "API", "startedOn": epoch(plan.starts), "history": {epoch(plan.starts): opened}}}
    }
    mine = {"messages": {"en": {"t": {"textMessage": TITLE}, **texts}}}
    theirs = {"messages": {"en": {"t": {"textMessage": TROUBLE}, "m": {"textMessage": "We see errors."}}}}
    return [
        {
            "incidentEvent": {"incidents": {"70001": ill} if plan.trouble else {}, **theirs},
            "maintenanceEvent": {"maintenance": {"80001": event} if plan.stage else {}, **mine},
        }
    ]


def apple(plan: Plan) -> list[Any]:
    window = {"epochStartDate": int(epoch(plan.starts)) * 1000, "epochEndDate": int(epoch(plan.ends)) * 1000}
    words = {"messageId": "2000000031", "statusType": "Maintenance", "message": plan.said[-1][2]}
    event = {**window, **words, "eventStatus": plan.word("upcoming", "ongoing", "completed")}
    ill = {**window, "epochEndDate": None, "messageId": "1", "statusType": "Outage", "eventStatus": "ongoing"}
    events = [*listed(plan, event), *([ill] if plan.trouble else [])]
    return [{"drpost": False, "drMessage": None, "services": [{"serviceName": "API", "events": events}]}]


def betterstack(plan: Plan) -> list[Any]:
    status = plan.word("operational", "maintenance", "operational")
    report = {
        "title": TITLE,
        "report_type": "maintenance",
        "starts_at": iso(plan.starts),
        "ends_at": iso(plan.ends),
        "aggregate_state": plan.word("maintenance", "maintenance", "resolved"),
        "affected_resources": [{"status_page_resource_id": "11", "status": "maintenance"}],
    }
    told = [
        {
            "id": f"5{number}",
            "type": "status_update",
            "attributes": {
                "message": body,
                "published_at": iso(at),
                "affected_resources": [
                    {"status_page_resource_id": "11", "status": "resolved" if state is OVER else "maintenance"}
                ],
            },
            "relationships": {"status_report": {"data": {"id": "1003", "type": "status_report"}}},
        }
        for number, (state, at, body) in enumerate(plan.said)
    ]
    ill = {**report, "title": TROUBLE, "report_type": "manual", "aggregate_state": "downtime"}
    ill["affected_resources"] = [{"status_page_resource_id": "11", "status": "downtime"}]
    about = {"company_name": "Acme", "aggregate_state": status}
    reports = [*listed(plan, ("1003", report)), *([("1001", ill)] if plan.trouble else [])]
    return [
        {
            "data": {"id": "165", "type": "status_page", "attributes": about},
            "included": [
                {"id": "11", "type": "status_page_resource", "attributes": {"public_name": "API", "status": status}},
                *({"id": key, "type": "status_report", "attributes": one} for key, one in reports),
                *listed(plan, *told),
            ],
        }
    ]


def cachet(plan: Plan) -> list[Any]:
    pages = {"pagination": {"total": 1, "count": 1, "total_pages": 1, "links": {}}}
    part = {"id": 1, "name": "API", "status": 1, "status_name": "Operational"}
    schedule = {
        "id": 9,
        "name": TITLE,
        "message": PLANNED,
        "status": plan.word(0, 1, 2),
        "human_status": "Words",
        "scheduled_at": iso(plan.starts),
        "completed_at": iso(plan.ends),
        "created_at": iso(plan.planned),
        "components": [part],
    }
    ill = {"id": 3, "name": TROUBLE, "message": "Errors.", "status": 1, "human_status": "Words", "components": [part]}
    ill |= {"occurred_at": iso(plan.starts), "created_at": iso(plan.starts), "updates": []}
    lists = ([ill] if plan.trouble else [], [part], listed(plan, schedule))
    return [{"meta": pages, "data": data} for data in lists]


def freshstatus(plan: Plan) -> list[Any]:
    window = {"scheduled_start_time": iso(plan.starts), "scheduled_end_time": iso(plan.ends)}
    parts = {"affected_components": [{"component": 157231, "new_status": "UM"}]}
    event = {"id": 1607010, "title": TITLE, "description": PLANNED, "is_planned": True, **window, **parts}
    event |= {"start_time": iso(plan.starts), "end_time": plan.word(None, None, iso(plan.now))}
    event["created_at"] = iso(plan.planned)
    ill = {"id": 1607001, "title": TROUBLE, "description": "Errors.", "is_planned": False, "end_time": None}
    ill |= {"start_time": iso(plan.starts), "affected_components": [{"component": 157231, "new_status": "MO"}]}
    return [{"count": 1, "next": None, "results": [*listed(plan, event), *([ill] if plan.trouble else [])]}]


def heroku(plan: Plan) -> list[Any]:
    types = {SCHEDULED: "scheduled", STARTED: "maintenance", OVER: "resolved"}
    updates = [
        {"id": 600 + number, "update_type": types[state], "contents": body, "created_at": iso(at)}
        for number, (state, at, body) in enumerate(plan.said)
    ]
    event = {
        "id": 9010,
        "title": TITLE,
        "state": plan.word("upcoming", "open", "resolved"),
        "created_at": iso(plan.planned),
        "resolved_at": plan.word(None, None, iso(plan.now)),
        "systems": [{"name": "Data", "status": "blue"}],
        "full_url": "https://status.heroku.com/incidents/9010",
        "updates": updates,
    }
    ill = {"id": 9001, "title": TROUBLE, "state": "open", "created_at": iso(plan.starts), "updates": []}
    ill["systems"] = [{"name": "Data", "status": "red"}]
    colour = "red" if plan.trouble else plan.word("green", "blue", "green")
    status = [{"system": "Data", "status": colour}]
    return [{"status": status, "incidents": [ill] if plan.trouble else [], "scheduled": listed(plan, event)}]


def incidentio(plan: Plan) -> list[Any]:
    part, states = "01HZZZZZZZZZZZZZZZZZZZZC01", {SCHEDULED: "scheduled", STARTED: "in_progress", OVER: "complete"}
    updates = [
        {
            "id": f"01J0000000000000000000PD{number:02}",
            "published_at": iso(at),
            "to_status": f"maintenance_{states[state]}",
            "message_string": body,
        }
        for number, (state, at, body) in enumerate(plan.said)
    ]
    touched = {"component_id": part, "status": "under_maintenance"}
    event = {
        "id": "01J0000000000000000000MT01",
        "name": TITLE,
        "type": "maintenance",
        "status": f"maintenance_{states[plan.stage or OVER]}",
        "published_at": iso(plan.planned),
        "affected_components": [touched],
        "component_impacts": [{**touched, "start_at": iso(plan.starts), "end_at": iso(plan.ends)}],
        "updates": updates,
    }
    broken = {"component_id": part, "status": "full_outage", "current_status": "full_outage"}
    ill = {"id": "01J0000000000000000000JN01", "name": TROUBLE, "type": "incident", "status": "investigating"}
    ill_now: dict[str, Any] = {**ill, "published_at": iso(plan.starts), "affected_components": [broken], "updates": []}
    affected = [broken] if plan.trouble else [touched] if plan.stage is STARTED else []
    return [
        {
            "summary": {
                "id": "01HZZZZZZZZZZZZZZZZZZZZPAG",
                "name": "Acme",
                "public_url": "https://status.acme.example",
                "components": [{"id": part, "name": "API"}],
                "affected_components": affected,
                "ongoing_incidents": [ill_now] if plan.trouble else [],
                "in_progress_maintenances": [] if plan.stage is SCHEDULED else listed(plan, event),
                "scheduled_maintenances": [event] if plan.stage is SCHEDULED else [],
            }
        }
    ]


def instatus(plan: Plan) -> list[Any]:
    minutes = str((plan.ends - plan.starts) // timedelta(minutes=1))
    event = {"id": "cm0000000000000000000003", "name": TITLE, "start": iso(plan.starts), "duration": minutes}
    event["status"] = plan.word("NOTSTARTEDYET", "INPROGRESS", "COMPLETED")
    ill = {"id": "cm0000000000000000000001", "name": TROUBLE, "started": iso(plan.starts), "status": "IDENTIFIED"}
    ill["impact"] = "MAJOROUTAGE"
    page = {"name": "Acme", "url": "https://status.acme.example", "status": plan.word("UP", "UNDERMAINTENANCE", "UP")}
    lists = {"activeIncidents": [ill] if plan.trouble else [], "activeMaintenances": listed(plan, event)}
    part = {"id": "c1", "name": "API", "status": plan.word("OPERATIONAL", "UNDERMAINTENANCE", "OPERATIONAL")}
    return [{"page": page, **lists}, {"components": [part]}]


def body(documents: Mapping[str, Any] | list[Any] | str) -> bytes:
    return documents.encode() if isinstance(documents, str) else json.dumps(documents).encode()
