"""`status` and `incidents`: questions to the database, and answers for people or for programs."""

from __future__ import annotations

import json
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict
from datetime import UTC, datetime

from bot import catalog
from bot.catalog import CLOSE
from bot.cli.services import print_service, service_json
from bot.cli.verb import Verb, awaited, config, load, query
from bot.clock import SystemClock
from bot.commands import calling
from bot.commands.recording import Recording
from bot.commands.serving import Serving
from bot.commands.status import asked_for, named, related, status
from bot.core import pressing, serving
from bot.core import standing as standings
from bot.core.calling import CallerView, concerning
from bot.core.impact import ServiceView
from bot.core.message import line, plain, plain_part
from bot.core.probe_views import ProbeView
from bot.core.records import as_json
from bot.core.spans import duration
from bot.core.standing import Standing
from bot.core.strangers import safe
from bot.core.team import is_ours
from bot.core.wording import state_word, words
from bot.model import Component, Incident
from bot.settings import Settings
from bot.store import incidents, parking
from bot.store.database import Database, migrate, open_database
from bot.store.standings import components

_WIDE = 14
_GUESSES = 5
_MOST = 1_000_000


@asynccontextmanager
async def reading(options: Namespace, settings: Settings | None = None) -> AsyncIterator[Database]:
    """Open the database that the command line asks for, brought up to date."""
    database = open_database((settings or load(options)).database.reveal())
    try:
        await migrate(database)
        yield database
    finally:
        await database.close()


async def _status(options: Namespace) -> int:
    if len(options.query) > 1 and options.query[-1].casefold() == "history":
        return await _history(options, " ".join(options.query[:-1]))
    now = SystemClock().now()
    chosen, query = load(options), " ".join(options.query)
    configured = awaited(chosen)
    async with reading(options, chosen) as database:
        those = Serving(database, catalog.load(), SystemClock(), chosen.services, configured)
        ours, found = await _meant(those, query)
        asked = {one.key: await _asked(database, one, query) for one in found} if query else {}
        stuck = await parking.troubled(database)
        callers = await _callers(database, chosen, query, found, now)
        others = await _others(database, query, {one.vendor for one in found})
    if options.json:
        rows = [*(service_json(one) for one in ours), *(_standing_json(one, now) for one in found)]
        print(json.dumps(rows, ensure_ascii=False, indent=2))
        return 0
    if query and len(ours) == 1:
        print("\n".join(map(safe, plain(serving.one(ours[0], now).message).split("\n"))))
        return 0
    for service in ours:
        print_service(service, _WIDE)
    for one in found:
        _print_standing(one, now, asked.get(one.key, ()))
    for view in callers:
        said = plain_part(line(*view.words))
        print(f"{view.name:<{_WIDE}} {view.condition if view.is_well else view.condition.upper():<12} {said}")
    for incident in others:
        said = f"{words(incident.impact).upper():<12} {_titled(incident, now)} [{incident.id}]"
        print(safe(f"{incident.name:<{_WIDE}} {said}"))
    for announcement in stuck:
        print(f"! {announcement.destination}: {announcement.incident} is {announcement.state}: {announcement.error}")
    if not (found or callers or others or ours):
        print(_nothing(query, configured))
    return 0


async def _meant(those: Serving, query: str) -> tuple[Sequence[ServiceView], Sequence[Standing]]:
    """Return which of our services and which of the watched are meant, in the order in which a chat looks for them."""
    if not query:
        return await those.views(), await status(those.database, those.catalog)
    exactly = await named(those.database, those.catalog, query)
    ours = () if exactly else those.named(query)
    if not ours and not exactly and not await related(those.database, those.catalog, query):
        ours = () if those.catalog.find(query) else those.partly(query)
    return (await those.views(ours), ()) if ours else ((), await status(those.database, those.catalog, query))


async def _callers(
    database: Database, chosen: Settings, query: str, found: Sequence[Standing], now: datetime
) -> Sequence[CallerView]:
    """Return how those stand who call in: all, or those of the vendors that are meant, or who is called so."""
    if not (chosen.jobs or chosen.doors):
        return ()
    those = calling.expected(chosen, [], catalog.load())
    views = await calling.views(database, those, now)
    if not query:
        return views
    named = [view for view in views if catalog.folded(view.name) == catalog.folded(query)]
    return concerning(views, {one.vendor for one in found}) or named


async def _others(database: Database, query: str, here: Collection[str]) -> Sequence[Incident]:
    """Return what is open of those whose page nobody watches: what our own witnesses tell of, or the team itself."""
    known = catalog.load().find(query)
    if query and known is None:
        return ()
    found = await incidents.open_incidents(database, known.slug if known else None)
    return [one for one in found if one.vendor not in here and (one.evidence or is_ours(one))]


async def _asked(database: Database, one: Standing, query: str) -> Sequence[Component]:
    return asked_for(query, one.vendor, await components(database, one.key), catalog.load())


async def _history(options: Namespace, query: str) -> int:
    """Print a vendor's record; for programs a list with one, or with none if it is not clear whose is meant."""
    async with reading(options) as database:
        recording = Recording(database, catalog.load(), SystemClock())
        if not options.json:
            reply = await recording.answer(query)
            print("\n".join(map(safe, plain(reply.message).split("\n"))))
            print("".join(f"  sitrep ask {safe(command)}\n" for _, command in reply.choices), end="")
            return 0
        found = await recording.meant(query)
        cards = [await recording.card(slug, name) for name, slug in found] if len(found) == 1 else []
    print(json.dumps([as_json(card) for card in cards if card is not None], ensure_ascii=False, indent=2))
    return 0


def _nothing(query: str, configured: Collection[str]) -> str:
    if not query:
        return "Nothing has been watched yet: `sitrep run` begins."
    book = catalog.load()
    meant = book.find(query)
    if meant is not None and meant.slug in configured:
        return f"{meant.name} was not read yet: `sitrep run` begins, `sitrep ask status {meant.slug}` reads its page."
    guess = book.meant(query) or book.nearest(query, likeness=CLOSE)
    known = ", ".join(f"{vendor.name} ({vendor.slug})" for vendor in guess[:_GUESSES])
    more = f" and {len(guess) - _GUESSES} more" if len(guess) > _GUESSES else ""
    text = f"Nothing watched is called {query!r}."
    if not guess:
        return text
    return f"{text} Not watched, but known: {known}{more}; `sitrep ask status {guess[0].slug}` reads its page."


def _print_standing(one: Standing, now: datetime, asked: Sequence[Component]) -> None:
    first, *rest = standings.details(one, now)
    rest += [row for c in asked if (row := f"{c.name}: {words(c.status)}") not in {first, *rest}]
    print(f"{one.name:<{_WIDE}} {standings.label(one).upper() if one.incidents else standings.label(one):<12} {first}")
    for row in rest:
        print(f"{'':<{_WIDE}} {'':<12} {row}")


def _standing_json(one: Standing, now: datetime) -> Mapping[str, object]:
    return {
        "vendor": one.vendor,
        "name": one.name,
        "status": standings.label(one),
        "impact": one.impact.value if one.impact else None,
        "checked_at": _iso(one.checked_at),
        "stale_since": _iso(one.stale_since),
        "reason": one.reason or None,
        "url": one.url,
        "components": [{"name": c.name, "status": c.status.value} for c in one.components],
        "incidents": [_incident_json(incident) for incident in one.incidents],
        "probes": [_probe_json(view, now) for view in one.probes],
    }


def _probe_json(view: ProbeView, now: datetime) -> Mapping[str, object]:
    return {
        "name": view.name,
        "passes": view.passes,
        "matter": view.matter or None,
        "since": None if view.matter.endswith("until") else _iso(view.moment),
        "until": _iso(view.moment) if view.matter.endswith("until") else None,
        "reason": view.why or None,
        "checked_at": _iso(view.checked_at),
        "today": _spent_json(view, now),
    }


def _spent_json(view: ProbeView, now: datetime) -> Mapping[str, object] | None:
    """What the checks of a probe have cost today (UTC), and what they may; None if they cost nothing."""
    if view.day is None or view.ceiling is None:
        return None
    return {**asdict(view.day.at(now)), "most_checks": view.ceiling.checks, "most_money": view.ceiling.money}


async def _incidents(options: Namespace) -> int:
    now = SystemClock().now()
    async with reading(options) as database:
        found = await (
            incidents.recent_incidents(database, options.limit) if options.all else incidents.open_incidents(database)
        )
    found = found if options.all else pressing.in_order(found)
    if options.json:
        print(json.dumps([_incident_json(incident) for incident in found], ensure_ascii=False, indent=2))
        return 0
    bursts = {incident.id for incident in found if incident.cause}
    for incident in found:
        if incident.burst not in bursts:
            print(f"{incident.id}\n    {safe(_incident_line(incident, now))}")
        for member in (one for one in found if incident.cause and one.burst == incident.id):
            print(f"    {member.id}\n        {safe(_incident_line(member, now))}")
    if not found:
        print("No incident is known." if options.all else "No open incident.")
    return 0


def _titled(incident: Incident, now: datetime) -> str:
    return f"{incident.title} ({state_word(incident)}, {_lasting(incident, now)})"


def _incident_line(incident: Incident, now: datetime) -> str:
    lasting = _lasting(incident, now)
    quiet = " · muted" if incident.is_open and incident.muted else ""
    return f"{incident.name}: {incident.title} · {words(incident.impact)} · {state_word(incident)} · {lasting}{quiet}"


def _lasting(incident: Incident, now: datetime) -> str:
    end = incident.resolved_at or now
    return duration(end - incident.started_at) if end >= incident.started_at else "not begun"


def _incident_json(incident: Incident) -> Mapping[str, object]:
    return {
        "id": incident.id,
        "vendor": incident.vendor,
        "title": incident.title,
        "kind": incident.kind.value,
        "state": incident.state.value,
        "impact": incident.impact.value,
        "started_at": _iso(incident.started_at),
        "resolved_at": _iso(incident.resolved_at),
        "url": incident.url,
        "components": [{"name": c.name, "status": c.status.value} for c in incident.components],
        "burst": incident.burst or None,
        "members": [member.id for member in incident.members],
    }


def _iso(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z") if moment else None


def number(text: str) -> int:
    """Read how many, for argparse."""
    try:
        number = int(text)
    except ValueError:
        number = 0
    if not 1 <= number <= _MOST:
        raise ArgumentTypeError(f"{text!r} is not a number from 1 to {_MOST}")
    return number


def _status_arguments(parser: ArgumentParser) -> None:
    query(parser)
    config(parser)
    parser.add_argument("--json", action="store_true", help="for programs")


def _incidents_arguments(parser: ArgumentParser) -> None:
    config(parser)
    parser.add_argument("--all", action="store_true", help="those that are over, too")
    parser.add_argument("--limit", type=number, default=20, metavar="N", help="at most N with --all (default: 20)")
    parser.add_argument("--json", action="store_true", help="for programs")


VERBS = {
    "status": Verb(_status_arguments, _status),
    "incidents": Verb(_incidents_arguments, _incidents),
}
