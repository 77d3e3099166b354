"""The answers about routes: which there are, where an incident would go by them, when, and whom that would call."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.core import holding, imagining, mentions, routing, windows
from bot.core.answers import cut
from bot.core.holding import Channel, Ruling
from bot.core.imagining import Imagined
from bot.core.message import Item, Line, Message, Moment, Part, Reply, Span, Tone, line
from bot.core.remarks import say
from bot.core.rules import Detail, Match, Quiet, Route, Summary
from bot.core.wording import TONES
from bot.model import Announcement, Confidence, Destination, Hold, Impact, Incident

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_WHY = {Hold.QUIET: "held back by quiet hours until ", Hold.HOURLY: "", Hold.DIGEST: "told by the digest of "}
_NAME = 300
# Only there somebody can be mentioned: a pager rings whom it likes, and a terminal or a program nobody.
_CHATS = frozenset({"slack", "discord"})


def listed(ruling: Ruling) -> Reply:
    """Return the routes, in the order in which they are asked."""
    items: list[Part] = [
        Item(Tone.NOTICE, route.name, (_asks(route.match),), tuple(_does(route))) for route in ruling.routes
    ]
    items.append(line("They are asked in this order; the first that matches is taken. `routes test VENDOR` tries it."))
    count = len(ruling.routes)
    headline = "1 route" if count == 1 else f"{count} routes"
    return Reply(message=Message(tone=Tone.NOTICE, headline=headline, parts=tuple(items)), shareable=True)


def _asks(match: Match) -> str:
    wanted = (
        ("vendor", match.vendors),
        ("component", match.components),
        ("service", match.services),
        ("region", match.regions),
        ("kind", match.kinds),
        ("impact at least", () if match.min_impact is Impact.NONE else (match.min_impact,)),
        ("confidence at least", () if match.confidence is Confidence.LOW else (match.confidence,)),
    )
    said = [f"{what} {' or '.join(map(str, names))}" for what, names in wanted if names]
    return cut(", ".join(said), _NAME) or "every incident"


def _does(route: Route) -> list[Line]:
    said = [f"to {', '.join(map(str, route.to))}"]
    said += [f"mentions {', '.join(f'{who} ({impact})' for impact, who in route.mention)}"] if route.mention else []
    said += [f"quiet {span(route.quiet)}"] if route.quiet else []
    said += [f"at most {_messages(route.hourly)} an hour"] if route.hourly else []
    said += [f"only a digest, {time_of(route.digest)}"] if route.digest else []
    said += [f"a summary of the week, {time_of(route.weekly)}"] if route.weekly else []
    said += ["worded for stakeholders"] if route.detail is Detail.STAKEHOLDER else []
    said += ["the next routes are asked too"] if route.go_on else []
    return [line(cut(one, _NAME)) for one in said]


def span(quiet: Quiet) -> str:
    """Write quiet hours as the configuration does."""
    return f"{quiet.start:%H:%M}-{quiet.end:%H:%M} {quiet.timezone}"


def time_of(summary: Summary) -> str:
    """Write when a digest is due as the configuration does."""
    day = "" if summary.when.weekday is None else f"{_DAYS[summary.when.weekday]} "
    return f"{day}{summary.when.at:%H:%M} {summary.timezone}"


def _messages(most: int) -> str:
    return "1 new message" if most == 1 else f"{most} new messages"


def wrong(why: str) -> Reply:
    """Return what is wrong with what somebody said of an incident."""
    return say(why, line(f"Of it can be said: {', '.join(imagining.KEYS)}."))


def tested(imagined: Imagined, vendor: str, ruling: Ruling, now: datetime) -> Reply:
    """Return where an incident would go, and why; for each place when it is told there, and whom that would call."""
    at = imagining.when(imagined, ruling.routes, now)
    if at is None:
        return wrong(f"“{imagined.at}” is no time: write 23:00, Sat 03:00 or 2026-12-24T23:00+01:00")
    services = imagining.touching(imagined, vendor, ruling.services)
    ruling = Ruling(ruling.routes, services, ruling.rotas)
    incident = imagining.incident(imagined, vendor, at)
    choice = routing.choose(incident, ruling.routes, services)
    parts: list[Part] = [line("At ", Moment(at))] if imagined.at else []
    parts += [
        line(f"{one.route}: {'yes, it ' if one.matched else 'no, '}{cut(one.reason, _NAME)}") for one in choice.verdicts
    ]
    asked = {one.route for one in choice.verdicts}
    parts += _unasked([one for one in ruling.routes if one.name not in asked])
    parts += [_place(incident, to, ruling, at) for to in choice.destinations]
    names = ", ".join(map(str, choice.destinations)) or "nowhere"
    parts.append(line(f"goes to: {names}"))
    headline = f"{_called(incident)} of {cut(vendor, 60)}"
    return Reply(message=Message(tone=TONES[incident.impact], headline=headline, parts=tuple(parts)), shareable=True)


def _called(incident: Incident) -> str:
    kind = routing.kind_of(incident).value
    said = {"suspected": "suspicion", "maintenance": "maintenance"}.get(kind, "incident")
    words = "" if kind == "maintenance" or incident.impact is Impact.NONE else f"{incident.impact} "
    return f"A {words}{said}" if words or said != "incident" else "An incident"


def _unasked(rest: Sequence[Route]) -> list[Line]:
    names = ", ".join(route.name for route in rest)
    return [line(f"not asked any more: {cut(names, _NAME)}")] if rest else []


def _place(incident: Incident, to: Destination, ruling: Ruling, at: datetime) -> Item:
    route = ruling.route(incident, to)
    if route is None:
        raise ValueError(f"no route leads to {to}")
    new = Announcement(id=0, incident=incident.id, destination=to, due_at=at)
    kept = holding.hold(new, incident, route, Channel(), at)
    spans: tuple[Span, ...] = (f"by {route.name}, told at once",)
    if kept is not None:
        until = windows.following(route.digest, at) if route.digest is not None else kept.until or at
        spans = (f"by {route.name}, {_WHY[kept.why]}", Moment(until))
    rows = [line(_calls(incident, to, route, ruling, at, is_held=kept is not None))] if to.platform in _CHATS else []
    rows += [line(f"at most {_messages(route.hourly)} an hour, else told by a note")] if route.hourly else []
    rows += [line("worded for stakeholders")] if route.detail is Detail.STAKEHOLDER else []
    if route.weekly is not None:
        rows.append(line("counted in the summary of ", Moment(windows.following(route.weekly, at))))
    return Item(TONES[incident.impact], str(to), spans, tuple(rows))


def _calls(incident: Incident, to: Destination, route: Route, ruling: Ruling, at: datetime, *, is_held: bool) -> str:
    if is_held:
        later = "; once it is told there, whoever the route names then" if route.mention else ""
        return f"mentions nobody{later}"
    if not mentions.is_sure(incident):
        return "mentions nobody: it rests on a single witness"
    calling = mentions.owed(incident, to, route, ruling.rotas, at)
    found = mentions.level_of(route, incident.impact, at)
    if calling is None or found is None:
        return "mentions nobody"
    who = found[1]
    person = ruling.rotas.on_call(who.removeprefix(mentions.ROTA), at) if who.startswith(mentions.ROTA) else None
    return f"mentions {who}, {person.name} at that time" if person is not None else f"mentions {who}"
