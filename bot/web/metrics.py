"""`/metrics`: what was counted here, and what the database shows at the moment, for Prometheus to scrape."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from time import monotonic

from prometheus_client import CollectorRegistry, Counter, GCCollector, Histogram, PlatformCollector, ProcessCollector
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot import __version__
from bot.clock import Clock
from bot.gauges import COUNTS, MEASURES, Count, Measure
from bot.store.database import Database
from bot.store.gauging import Counted, Labelled, counted
from bot.vitals import Vitals
from bot.web import keys

# Two that scrape at once, or a page that is reloaded, ask the database once.
KEEP_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Reading:
    """One number as it stands now; `labels` have the names and values, in one order for all of a name."""

    name: str
    about: str
    value: float
    labels: tuple[tuple[str, str], ...] = ()


Read = Callable[[], Awaitable[Iterable[Reading]]]
OF_DATABASE: tuple[tuple[str, str, Callable[[Counted], Sequence[Labelled]], tuple[str, ...]], ...] = (
    (
        "sitrep_sources",
        "What is watched: read, stale (its last look failed), unread (not looked at yet).",
        lambda found: found.sources_by_kind_and_state,
        ("kind", "state"),
    ),
    (
        "sitrep_sources_oldest_read_timestamp_seconds",
        "When the source was last read that was read longest ago.",
        lambda found: found.oldest_read_by_kind,
        ("kind",),
    ),
    (
        "sitrep_source_stale_seconds",
        "For how long a vendor's source can not be read; only of those that can not.",
        lambda found: found.stale_by_vendor_and_kind,
        ("vendor", "kind"),
    ),
    (
        "sitrep_incidents_open",
        "Open incidents; one that many are told in is not counted besides them.",
        lambda found: found.incidents_by_state_impact_kind,
        ("state", "impact", "kind"),
    ),
    (
        "sitrep_deliveries_due",
        "Announcements whose next step is due or was tried in vain, and is not done.",
        lambda found: found.due_by_platform,
        ("platform",),
    ),
    (
        "sitrep_deliveries_oldest_due_seconds",
        "For how long the announcement waits that waits longest, with all the time in which tries failed.",
        lambda found: found.oldest_due_by_platform,
        ("platform",),
    ),
    (
        "sitrep_deliveries_stuck",
        "Announcements of what is not over for a week that a person must see to: parked (no channel), dead (given up).",
        lambda found: found.stuck_by_platform_and_state,
        ("platform", "state"),
    ),
    (
        "sitrep_leases_held",
        "Sources that some instance is looking at just now.",
        lambda found: found.leases_by_kind,
        ("kind",),
    ),
)


# What an instance shows of itself, and by which labels.
OWN = {"sitrep_build_info": ("version",), "sitrep_loop_up": ("loop",), "sitrep_platform_up": ("platform",)}


def readings(found: Counted) -> Iterable[Reading]:
    """Return what the database shows, as it is told to Prometheus."""
    for name, about, of, labels in OF_DATABASE:
        for values, number in of(found):
            yield Reading(name, about, number, tuple(zip(labels, values, strict=True)))


class Prometheus:
    """Counts into a registry of its own."""

    def __init__(self) -> None:
        """Begin at nothing; what has no labels is there from the beginning."""
        self.registry = CollectorRegistry()
        self._counts = {one: Counter(one.name, one.about, one.labels, registry=self.registry) for one in COUNTS}
        for one, counter in self._counts.items():
            for value in one.from_zero:
                counter.labels(value)
        self._measures = {
            one: Histogram(one.name, one.about, one.labels, buckets=one.buckets, registry=self.registry)
            for one in MEASURES
        }
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)
        GCCollector(registry=self.registry)

    def count(self, what: Count, *labels: str, by: float = 1) -> None:
        """Count something that has happened."""
        counter = self._counts[what]
        (counter.labels(*labels) if labels else counter).inc(by)

    def measure(self, what: Measure, seconds: float, *labels: str) -> None:
        """Note how long something took."""
        histogram = self._measures[what]
        (histogram.labels(*labels) if labels else histogram).observe(seconds)


def readers(database: Database, clock: Clock) -> Read:
    """Return what reads it."""

    async def read() -> Iterable[Reading]:
        return readings(await counted(database, clock.now()))

    return read


@dataclass(slots=True, eq=False)
class Shown(Collector):
    """What is read when somebody asks, kept for a second; `vitals` has the loops."""

    read: Read
    vitals: Vitals
    readings: tuple[Reading, ...] = ()
    read_at: float = -KEEP_SECONDS
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def refresh(self) -> None:
        """Read anew what is older than a second."""
        async with self.turn:
            if monotonic() - self.read_at >= KEEP_SECONDS:
                self.readings = tuple(await self.read())
                self.read_at = monotonic()

    def collect(self) -> Iterable[GaugeMetricFamily]:
        """Return them as Prometheus wants them."""
        # Also what there is none of just now has a line that explains it.
        families = {name: GaugeMetricFamily(name, about, labels=labels) for name, about, _, labels in OF_DATABASE}
        for one in (*self.readings, *self._own()):
            names = [name for name, _ in one.labels]
            family = families.setdefault(one.name, GaugeMetricFamily(one.name, one.about, labels=names))
            family.add_metric([value for _, value in one.labels], one.value)
        return families.values()

    def _own(self) -> Iterable[Reading]:
        yield Reading("sitrep_build_info", "Which Sitrep this is.", 1, (("version", __version__),))
        late = {name for name, _ in self.vitals.turns.late()}
        crashed = self.vitals.crashed()
        for loop in sorted({*self.vitals.turns.back_at, *crashed}):
            about = "Whether a loop of Sitrep's turns: 0 if it hangs, or crashes again and again."
            yield Reading("sitrep_loop_up", about, float(loop not in late | crashed.keys()), (("loop", loop),))
        for platform, takes in sorted(self.vitals.takes().items()):
            about = "Whether a platform takes what it is told: 0 if it will not have us before the next start."
            yield Reading("sitrep_platform_up", about, float(takes), (("platform", platform),))


def _encoder(accept: str) -> tuple[Callable[[CollectorRegistry], bytes], str]:
    """Return how it is written for who accepts that; who says nonsense gets what everybody reads."""
    try:
        return choose_encoder(accept)
    except (ValueError, TypeError):
        return choose_encoder("")


def routes(gauges: Prometheus, shown: Shown, token: str = "") -> list[Route]:
    """Return what is served; with a `token` only to who sends it."""
    gauges.registry.register(shown)

    async def metrics(request: Request) -> Response:
        if token and not keys.is_same(keys.bearer(request) or "", token):
            return PlainTextResponse("not known\n", 401, headers={"www-authenticate": "Bearer"})
        await shown.refresh()
        encode, media_type = _encoder(request.headers.get("accept", ""))
        # Some thousand series take some milliseconds: not in the way of others.
        body = await asyncio.to_thread(encode, gauges.registry)
        return Response(body, media_type=None, headers={"content-type": media_type, "cache-control": "no-store"})

    return [Route("/metrics", metrics)]
