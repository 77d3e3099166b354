"""Messages about what was held back, and about incidents in plain words: for what they show, like the other cases."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time, timedelta

from bot.core import digests, plain_replies, plainly, route_views
from bot.core.digests import Listed
from bot.core.holding import Ruling
from bot.core.imagining import Imagined
from bot.core.message import Message
from bot.core.rota import Rotas
from bot.core.rules import Detail, Handover, Match, Oncall, Person, Route, Summary
from bot.model import (
    Card,
    ChangeKind,
    Confidence,
    Destination,
    Digest,
    Evidence,
    Fallback,
    Hold,
    Impact,
    Incident,
    Kind,
    State,
    Statement,
    TimelineEntry,
    Transition,
    Who,
)
from bot.settings import scalars
from tests.unit.build import NOON, at, degraded, down, entry, fine, incident

SLACK, WEEKLY = Destination("slack", "#incidents"), Destination("slack", "#weekly")
BERLIN = "Europe/Berlin"
_OPEN = replace(incident(down("API")), name="Acme", title="Errors on the API")


def _over(name: str, title: str, begins: float, ends: float, peak: Impact = Impact.MINOR) -> Incident:
    return replace(
        _OPEN,
        id=name,
        title=title,
        state=State.RESOLVED,
        peak=peak,
        started_at=at(begins),
        first_seen_at=at(begins),
        resolved_at=at(ends),
        url=f"https://status.acme.example/incidents/{name}",
    )


def _digest(why: Hold, begins: float, ends: float, most: int = 0) -> Digest:
    return Digest(
        name=f"digest:{why}",
        destination=SLACK,
        why=why,
        starts_at=at(begins),
        ends_at=at(ends),
        clock=BERLIN,
        most=most,
    )


# From 22:00 to 7:00 in Berlin, which is an hour ahead.
NIGHT = _digest(Hold.QUIET, 9 * 60, 18 * 60)
HOUR = _digest(Hold.HOURLY, 0, 60, most=10)
DAY = _digest(Hold.DIGEST, -4 * 60, 20 * 60)
GOES_ON = replace(
    _OPEN, id="acme-zkx", impact=Impact.MAJOR, peak=Impact.MAJOR, started_at=at(700), first_seen_at=at(700)
)
LATE = replace(
    _over("acme-lag", "Webhooks are late", 60, 150, Impact.MAJOR), detected_at=at(60), acknowledged_at=at(77)
)
PLANNED = replace(
    _OPEN,
    id="acme-db",
    title="Database upgrade",
    kind=Kind.MAINTENANCE,
    state=State.SCHEDULED,
    impact=Impact.MAINTENANCE,
    starts_at=at(3000),
    ends_at=at(3060),
)
FLOOD = tuple(_over(f"acme-{n}", f"Errors in region {n}", n, n + 30) for n in range(1, 21))


def _listed(*some: Incident, told: tuple[Incident, ...] = ()) -> tuple[Listed, ...]:
    return (*map(Listed, some), *(Listed(one, is_held=False) for one in told))


CARDS = (Card(name="Support bot", fallback="Anthropic", stand_in="anthropic", steps=("Set PROVIDER=anthropic",)),)
TROUBLE = replace(
    incident(down("Chat Completions"), degraded("Images"), fine("Files")),
    name="Acme",
    title="Elevated error rates",
    impact=Impact.MAJOR,
    peak=Impact.MAJOR,
    state=State.IDENTIFIED,
    services=("Support bot", "Search"),
    cards=CARDS,
    latest=Statement(
        text="We have found the cause. The next update will be provided within 30 minutes.", author="Acme", at=at(5)
    ),
    url="https://status.acme.example/incidents/1",
    evidence=Evidence(confidence=Confidence.HIGH, failing=3, asked=4),
)
SWITCHED = replace(TROUBLE, fallbacks=(Fallback(card="Support bot", name="on-call", at=at(9)),))
OVER = replace(TROUBLE, state=State.RESOLVED, resolved_at=at(42), latest=None, impact=Impact.MAJOR)
SUSPECTED = replace(
    TROUBLE, kind=Kind.SUSPECTED, state=State.SUSPECTED, latest=None, url=None, title="Chat Completions is failing"
)


def _said(seq: int, kind: ChangeKind, *transitions: Transition, who: Who = Who.VENDOR, text: str = "") -> TimelineEntry:
    author = "Acme" if who is Who.VENDOR else "on-call"
    said = State.IDENTIFIED if kind is ChangeKind.UPDATED else None
    found = entry(seq, kind=kind, said=said, transitions=transitions, impact=Impact.MAJOR)
    return replace(found, who=who, author=author, text=text, claim=None)


WORSE = Transition("impact", "minor", "major")
THREAD = (
    _said(2, ChangeKind.UPDATED, text="We have found the cause."),
    _said(3, ChangeKind.IMPACT_CHANGED, WORSE),
    _said(4, ChangeKind.ACKED, who=Who.PERSON),
    _said(5, ChangeKind.FALLBACK_ON, Transition("Support bot", "", "Anthropic"), who=Who.PERSON),
    replace(_said(6, ChangeKind.RESOLVED, text="All is well."), state=State.RESOLVED, happened_at=at(42)),
)
NINE = time(9)
PLATFORM = Oncall(
    name="platform", people=(Person(name="First engineer", slack="U1"),), handover=Handover(0, NINE), timezone=BERLIN
)
ROTAS = Rotas((PLATFORM,))
ROUTES = (
    Route(
        name="route[1]",
        match=Match(vendors=("openai",), min_impact=Impact.MAJOR, confidence=Confidence.MEDIUM),
        to=(SLACK,),
        mention=((Impact.CRITICAL, "@here"), (Impact.MAJOR, "oncall:platform")),
        quiet=scalars.quiet("22:00-07:00 Europe/Berlin"),
        hourly=5,
        go_on=True,
    ),
    Route(name="route[2]", to=(WEEKLY,), digest=Summary(Handover(0, NINE), BERLIN)),
    Route(name="route[3]", to=(Destination("console"),), detail=Detail.STAKEHOLDER),
)
RULING = Ruling(ROUTES, (), ROTAS)
MIDNIGHT = NOON + timedelta(hours=12)


def _tested(now: datetime, **said: str) -> Message:
    return route_views.tested(Imagined(vendor="OpenAI", **said), "openai", RULING, now).message


HELD: dict[str, tuple[Message, ...]] = {
    "quiet-night": (
        digests.message(NIGHT, _listed(GOES_ON, _over("acme-1", "Errors on login", 600, 645), LATE, PLANNED)),
    ),
    "quiet-night-with-a-flood": (digests.message(NIGHT, _listed(GOES_ON, *FLOOD)),),
    "held-back-in-this-hour": (
        digests.message(HOUR, _listed(GOES_ON, _over("acme-1", "Errors on login", 10, 20), told=(LATE,))),
        digests.message(HOUR, _listed(told=(GOES_ON, LATE))),
    ),
    "digest-of-a-day": (
        digests.message(DAY, _listed(GOES_ON, replace(_OPEN, id="acme-old", first_seen_at=at(-999)), LATE, PLANNED)),
    ),
    "digest-of-nothing": (digests.message(DAY, ()),),
    "plainly": (
        plainly.root(TROUBLE),
        plainly.root(SWITCHED),
        *(plain_replies.reply(one, TROUBLE) for one in THREAD),
        plainly.root(OVER),
    ),
    "plainly-suspected": (plainly.root(SUSPECTED),),
    "plainly-planned": (plainly.root(replace(PLANNED, services=("Search",))),),
    "plainly-all-at-once": (plainly.root(TROUBLE), plain_replies.catch_up(THREAD[:3], TROUBLE)),
    "routes": (route_views.listed(RULING).message,),
    "routes-tested": (_tested(NOON), _tested(MIDNIGHT), _tested(NOON, confidence="low"), _tested(NOON, at="23:00")),
}
