"""Answers in a storm: twelve open incidents of three vendors, with long names, some of them only suspected."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot.core import answers, histories
from bot.core.message import Message
from bot.core.overview import Overview, Row, survey
from bot.core.probe_views import ProbeView
from bot.core.standing import Standing
from bot.model import (
    Ack,
    Component,
    ComponentStatus,
    Confidence,
    Evidence,
    Impact,
    Incident,
    Kind,
    Mute,
    PageSays,
    State,
    Statement,
)
from tests.unit.build import at

NOW = at(600)
ALONE = Evidence(confidence=Confidence.LOW, failing=1, asked=4, page=PageSays.NOTHING, page_at=at(599.5))
LIKELY = replace(ALONE, confidence=Confidence.MEDIUM, failing=2, asked=3, reports=("gateway: 38 % of calls fail",))
WORDS = "Most requests to the affected services fail. We are rolling the change back and update this in 30 minutes."


def _one(number: int, vendor: str, title: str, impact: Impact, minute: float, **changed: object) -> Incident:
    slug = vendor.lower().replace(" ", "-")
    base = Incident(
        id=f"{slug}-{number}f3kq8z1xw",
        vendor=slug,
        name=vendor,
        kind=Kind.INCIDENT,
        title=title,
        state=State.INVESTIGATING,
        impact=impact,
        peak=impact,
        started_at=at(minute),
        first_seen_at=at(minute),
        latest=Statement(text=WORDS, author=vendor, at=at(minute + 20)),
    )
    return replace(base, **changed)  # type: ignore[arg-type]  # whatever it is to show


CLOUD, MODELS, CODE = "Example Cloud Platform", "Inference Example", "Git Example"
_SUSPECTED = {"kind": Kind.SUSPECTED, "state": State.SUSPECTED, "latest": None}
_PLANNED = {"kind": Kind.MAINTENANCE, "state": State.SCHEDULED}
STORM: tuple[Incident, ...] = (
    _one(1, MODELS, "Assistants API is failing", Impact.MINOR, 595, **_SUSPECTED, evidence=ALONE),
    _one(2, CODE, "Delays in webhook deliveries", Impact.MINOR, 590),
    _one(3, CLOUD, "Increased latency for image uploads in the console", Impact.NONE, 580, state=State.MONITORING),
    _one(4, MODELS, "Chat Completions and Embeddings are failing", Impact.MAJOR, 570, **_SUSPECTED, evidence=LIKELY),
    _one(
        5,
        CLOUD,
        "Elevated error rates and timeouts for Compute, Block Storage and managed Kubernetes in eu-central-1",
        Impact.CRITICAL,
        540,
        components=(
            Component("a", "Compute (eu-central-1)", ComponentStatus.MAJOR_OUTAGE),
            Component("b", "Managed Kubernetes control plane (eu-central-1)", ComponentStatus.PARTIAL_OUTAGE),
        ),
        state=State.IDENTIFIED,
    ),
    _one(6, CODE, "Disruption with some pull requests, merge queues and the review API", Impact.MAJOR, 500),
    _one(
        7,
        CLOUD,
        "Delayed billing exports",
        Impact.MINOR,
        400,
        muted=Mute(person="slack:U1", name="on-call", at=at(410)),
    ),
    _one(
        8,
        MODELS,
        "Elevated error rates for fine-tuning jobs",
        Impact.MAJOR,
        300,
        state=State.MONITORING,
        acked=Ack(person="slack:U1", name="on-call", at=at(310)),
    ),
    _one(
        9,
        CLOUD,
        "Network connectivity to partner exchanges",
        Impact.CRITICAL,
        120,
        acked=Ack(person="slack:U2", name="lead", at=at(130)),
        state=State.IDENTIFIED,
    ),
    _one(10, CODE, "Old runners are slow", Impact.MINOR, -3000, state=State.MONITORING),
    _one(
        11,
        CLOUD,
        "Database upgrade in us-east-2",
        Impact.MAINTENANCE,
        60,
        kind=Kind.MAINTENANCE,
        state=State.IN_PROGRESS,
        starts_at=at(560),
        ends_at=at(660),
        latest=None,
    ),
    _one(
        12,
        CODE,
        "Change of the certificates of the registry",
        Impact.MAINTENANCE,
        30,
        **_PLANNED,
        starts_at=at(1400),
        ends_at=at(1500),
    ),
)
PROBES = (
    ProbeView(name="inference-chat", matter="fails since", moment=at(570), why="HTTP 503", checked_at=at(599)),
    ProbeView(name="inference-embeddings", matter="fails since", moment=at(571), why="no answer within 10 s"),
    ProbeView(name="inference-assistants", matter="fails since", moment=at(595), why="HTTP 500"),
    ProbeView(name="inference-models"),
)


def _stands(name: str, **changed: object) -> Standing:
    mine = tuple(one for one in STORM if one.name == name)
    base = Standing(
        key=f"feed:{mine[0].vendor}",
        vendor=mine[0].vendor,
        name=name,
        impact=max((one.impact for one in mine), key=lambda impact: impact.rank),
        checked_at=NOW - timedelta(seconds=20),
        incidents=mine,
        url=f"https://status.{mine[0].vendor}.example",
    )
    return replace(base, **changed)  # type: ignore[arg-type]  # as above


def stands() -> tuple[Standing, ...]:
    return (
        _stands(CLOUD),
        _stands(MODELS, probes=PROBES),
        _stands(CODE, stale_since=at(570), reason="HTTP 503"),
    )


def _everything() -> Message:
    found = stands()
    calm = ["Ledger Example", "Mail Example", "Queue Example", "Search Example"]
    rows = [Row(one.key, one.vendor, one.name, 0, bool(one.stale_since)) for one in found]
    rows += [Row(f"feed:{name}", name, name, 0) for name in calm]
    worst = {one.vendor: one.impact.rank for one in found if one.impact}
    overview = Overview(survey(rows, worst, total=len(rows)), {one.key: one for one in found})
    return answers.everything(overview, NOW).message


STORMS: dict[str, tuple[Message, ...]] = {
    "storm-everything": (_everything(),),
    "storm-vendor": (answers.one(stands()[0], NOW).message,),
    "storm-vendor-with-probes": (answers.one(stands()[1], NOW).message,),
    "storm-incidents": (histories.incidents(STORM, len(STORM)).message,),
}
