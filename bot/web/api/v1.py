"""`/api/v1/…`: what Sitrep knows, in its own words, for programs.  Read-only."""

from __future__ import annotations

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final
from urllib.parse import urlencode

from bot.core import answers
from bot.core.report.as_json import as_json
from bot.core.report.facts import facts
from bot.core.routing import ours
from bot.core.scorecard import WINDOW, scorecard
from bot.core.standing import in_order
from bot.model import Impact, Kind, State
from bot.store import chosen, grounds, incidents, lookups, maintenances, records, standings
from bot.store.chosen import Chosen
from bot.store.report import material
from bot.web.api import shapes, told, vendor_shapes
from bot.web.api.answers import Missing, Wrong
from bot.web.api.operations import Asked, Operation, Parameter
from bot.web.board.grounding import views

_LINES: Final = 1_000
_USUAL, _MOST = 50, 200
_WORST = 20
_LONGEST_AHEAD = timedelta(days=400)
_STUCK = 100


class _Which(StrEnum):
    OPEN = "open"
    OVER = "over"
    ALL = "all"


class _Least(StrEnum):
    MINOR = "minor"
    MAJOR = "major"
    CRITICAL = "critical"


class _Bursts(StrEnum):
    APART = "apart"
    TOGETHER = "together"


async def status(asked: Asked) -> shapes.Status:
    """Return how everything stands."""
    found = await standings.overview(asked.board.database)
    survey = found.survey
    open_ones = await lookups.troubles(asked.board.database, asked.now, limit=1)
    closer = [found.closer[row.key] for row in survey.troubled if row.key in found.closer]
    return shapes.Status(
        words=answers.everything(found, asked.now).message.headline,
        watched=survey.total,
        in_trouble=len(survey.troubled) + len(found.unwatched),
        suspected=survey.suspected + len(found.unwatched),
        unknown=len(survey.stale) + len(survey.unread),
        open_incidents=open_ones.open_incidents,
        worst=tuple(told.vendor(one, asked.base) for one in (*closer, *found.unwatched)[:_WORST]),
    )


async def some(asked: Asked) -> shapes.Incidents:
    """Return a page of incidents."""
    which, least = asked.one_of("state", _Which) or _Which.ALL, asked.one_of("min_impact", _Least)
    wanted = Chosen(
        vendor=asked.query.get("vendor", ""),
        kind=asked.one_of("kind", Kind),
        is_open=None if which is _Which.ALL else which is _Which.OPEN,
        impact=Impact(least) if least is not None else None,
        since=asked.instant("since"),
        until=asked.instant("until"),
        bursts=asked.one_of("bursts", _Bursts) is _Bursts.TOGETHER,
        after=_place(asked.query.get("after")),
        limit=asked.number("limit", _USUAL, _MOST),
    )
    found, is_more = await chosen.incidents(asked.board.database, wanted)
    following = None
    if is_more and found:
        query = {**asked.query, "after": _cursor(found[-1].started_at, found[-1].id)}
        following = f"{asked.base}{asked.path}?{urlencode(query)}"
    rows = tuple(told.incident(one, asked.base) for one in found)
    return shapes.Incidents(incidents=rows, next=following)


def _cursor(at: datetime, name: str) -> str:
    return urlsafe_b64encode(f"{at.astimezone(UTC).isoformat()} {name}".encode()).decode().rstrip("=")


def _place(said: str | None) -> tuple[datetime, str] | None:
    if said is None:
        return None
    try:
        at, _, name = urlsafe_b64decode(said + "=" * (-len(said) % 4)).decode().partition(" ")
        found = datetime.fromisoformat(at)
    except (ValueError, binascii.Error) as e:
        raise Wrong("after: take it from the address of the next page, as it is") from e
    if found.tzinfo is None:
        raise Wrong("after: take it from the address of the next page, as it is")
    return found, name


async def one(asked: Asked) -> shapes.IncidentWhole:
    """Return one incident with its history."""
    found = await lookups.one(asked.board.database, asked.named["id"], _LINES)
    if found is None:
        raise Missing("no incident has this id")
    incident, entries = found
    return shapes.IncidentWhole(
        incident=told.incident(incident, asked.base),
        timeline=tuple(told.line(entry, incident) for entry in entries),
        lines=incident.last_seq,
    )


async def report(asked: Asked) -> Mapping[str, object]:
    """Return what is written of one incident."""
    found = await material(asked.board.database, asked.named["id"], asked.now)
    if found is None:
        raise Missing("no incident has this id")
    return as_json(facts(found, asked.now))


async def every_vendor(asked: Asked) -> shapes.Vendors:
    """Return how everything watched stands."""
    found = in_order(await standings.every(asked.board.database))
    return shapes.Vendors(vendors=tuple(told.vendor(one, asked.base) for one in found))


async def vendor(asked: Asked) -> vendor_shapes.VendorWhole:
    """Return all that is known of one vendor."""
    database, slug, now = asked.board.database, asked.named["vendor"], asked.now
    history = await records.history(database, slug, now - WINDOW, now)
    ground = (await grounds.grounds(database, {slug}))[slug]
    if not history.name and not ground.pages and not ground.incidents:
        raise Missing("no vendor of this name is watched")
    stands = [page.standing for page in ground.pages]
    names = (*(one.name for one in stands), *(one.name for one in ground.incidents), slug)
    name = history.name or names[0]
    known = bool(history.records) or history.watch.since is not None
    card = scorecard(slug, name, history.records, history.watch, now, cut=history.is_cut) if known else None
    parts = {part.id: part for page in ground.pages for part in page.parts}
    return vendor_shapes.VendorWhole(
        vendor=slug,
        name=name,
        sources=tuple(told.vendor(one, asked.base) for one in stands),
        components=told.components(parts.values()),
        incidents=tuple(told.incident(one, asked.base) for one in ground.incidents),
        scorecard=told.scorecard(card) if card else None,
        days=told.days(history.records, history.watch, now),
    )


async def services(asked: Asked) -> shapes.Services:
    """Return how the team's own services stand."""
    found = await views(asked.board, ours(asked.board.services))
    return shapes.Services(services=tuple(told.service(view) for view in found))


async def planned(asked: Asked) -> shapes.Maintenances:
    """Return what goes on and what is planned."""
    database, now = asked.board.database, asked.now
    going_on = await incidents.open_incidents(database)
    known = [told.maintenance(one) for one in going_on if one.kind is Kind.MAINTENANCE and not one.cause]
    until = asked.instant("until") or now + _LONGEST_AHEAD
    later = await maintenances.untold(database, now, until)
    found = [
        *(one for one in known if one.state is not State.SCHEDULED or one.starts_at is None or one.starts_at <= until),
        *(told.far_off(watched.source.vendor, watched.source.whose, claim) for watched, claim in later),
    ]
    return shapes.Maintenances(maintenances=told.in_order(found))


async def health(asked: Asked) -> shapes.Health:
    """Return what Sitrep itself can not do."""
    found = await lookups.troubles(asked.board.database, asked.now, limit=_STUCK)
    lost = await standings.some(asked.board.database, found.stale)
    return shapes.Health(
        is_well=not (found.stale_total or found.stuck_total),
        watched=found.watched,
        not_read_yet=found.unread,
        stale=tuple(told.vendor(one, asked.base) for one in lost),
        stale_total=found.stale_total,
        stuck=told.stuck(found.stuck),
        stuck_total=found.stuck_total,
        waiting=found.waiting,
        open_incidents=found.open_incidents,
    )


def _enum(kind: type[StrEnum], usual: str | None = None) -> dict[str, object]:
    words: dict[str, object] = {"type": "string", "enum": [one.value for one in kind]}
    return {**words, "default": usual} if usual else words


_TIME = {"type": "string", "format": "date-time"}
_ID = Parameter(name="id", about="The incident's id.", in_path=True)
_NO_INCIDENT = {404: "No incident has this id."}
_STRANGE = {400: "A parameter is unknown, or its value is."}
OPERATIONS: Final = (
    Operation(path="/api/v1/status", name="status", about="How everything stands.", answer=shapes.Status, make=status),
    Operation(
        path="/api/v1/incidents",
        name="incidents",
        about="Incidents, the newest first, a page at a time.",
        answer=shapes.Incidents,
        make=some,
        parameters=(
            Parameter(name="state", about="Which of them.", schema=_enum(_Which, "all")),
            Parameter(name="vendor", about="Of one vendor, by its slug; “ours” is what the team declared."),
            Parameter(name="kind", about="Of one kind.", schema=_enum(Kind)),
            Parameter(name="min_impact", about="That were ever at least as bad.", schema=_enum(_Least)),
            Parameter(name="since", about="That began then or later.", schema=_TIME),
            Parameter(name="until", about="That began before.", schema=_TIME),
            Parameter(
                name="bursts",
                about="Whether many of one cause are listed one by one, or what they are told in.",
                schema=_enum(_Bursts, "apart"),
            ),
            Parameter(
                name="limit",
                about="So many at once.",
                schema={"type": "integer", "minimum": 1, "maximum": _MOST, "default": _USUAL},
            ),
            Parameter(name="after", about="Where the page before ended; its “next” has it."),
        ),
        problems=_STRANGE,
    ),
    Operation(
        path="/api/v1/incidents/{id}",
        name="incident",
        about="One incident with its history.",
        answer=shapes.IncidentWhole,
        make=one,
        parameters=(_ID,),
        problems=_NO_INCIDENT,
    ),
    Operation(
        path="/api/v1/incidents/{id}/report",
        name="report",
        about="What is written of one incident; docs/reports.md has every field.",
        answer=shapes.Report,
        make=report,
        parameters=(_ID,),
        problems=_NO_INCIDENT,
    ),
    Operation(
        path="/api/v1/vendors",
        name="vendors",
        about="Everything watched, the worst first.",
        answer=shapes.Vendors,
        make=every_vendor,
    ),
    Operation(
        path="/api/v1/vendors/{vendor}",
        name="vendor",
        about="One vendor: its components, its open incidents, its record and its last 90 days.",
        answer=vendor_shapes.VendorWhole,
        make=vendor,
        parameters=(Parameter(name="vendor", about="The vendor's slug.", in_path=True),),
        problems={404: "No vendor of this name is watched."},
    ),
    Operation(
        path="/api/v1/services",
        name="services",
        about="The team's own services, the worst first.",
        answer=shapes.Services,
        make=services,
    ),
    Operation(
        path="/api/v1/maintenances",
        name="maintenances",
        about="Maintenances that go on or are planned.",
        answer=shapes.Maintenances,
        make=planned,
        parameters=(Parameter(name="until", about="That begin then or sooner.", schema=_TIME),),
        problems=_STRANGE,
    ),
    Operation(
        path="/api/v1/health",
        name="health",
        about="What Sitrep itself can not do just now.",
        answer=shapes.Health,
        make=health,
    ),
)
