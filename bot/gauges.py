"""What is counted where it happens, and what is measured: the names, what they mean, and the port for both.

Names and units by https://prometheus.io/docs/practices/naming/ (`_total` is added to what is counted).  A label is
never anything that grows without end: no incident, no message, no person.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from time import perf_counter
from typing import Protocol

_QUICK = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_WEB = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0, 30.0, 60.0)
_DELAYS = (0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 1800.0)
_LAGS = (5.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1200.0, 1800.0, 3600.0, 7200.0, 14400.0)


@dataclass(frozen=True, slots=True)
class Count:
    """Something that happens, and is counted.

    Of `from_zero`, where the label is but one, it is known from the start that it may happen: then its first time can
    be seen, as https://prometheus.io/docs/practices/instrumentation/#avoid-missing-metrics explains.
    """

    name: str
    about: str
    labels: tuple[str, ...] = ()
    from_zero: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Measure:
    """Something that takes so many seconds; `buckets` are what it is sorted into."""

    name: str
    about: str
    labels: tuple[str, ...] = ()
    buckets: tuple[float, ...] = _QUICK


POLLS = Count(
    "sitrep_polls",
    "Looks at status pages: changed, unchanged, failed (no answer), unreadable (an answer that is not understood), "
    "crashed (an error of ours), late (another instance had looked since).",
    ("outcome",),
    ("changed", "unchanged", "failed", "unreadable", "crashed", "late"),
)
POLL_SECONDS = Measure("sitrep_poll_duration_seconds", "How long a look at a status page took.", (), _WEB)
PARSE_FAILURES = Count(
    "sitrep_parse_failures", "Answers of status pages that could not be understood, by format.", ("format",)
)
CHECKS = Count(
    "sitrep_probe_checks",
    "Checks of own probes: passed, slow, failed, untold (it could not be told, an error of ours or our network).",
    ("type", "outcome"),
)
CHECK_SECONDS = Measure("sitrep_probe_check_duration_seconds", "How long a check of a probe took.", ("type",), _WEB)
ENTRIES = Count(
    "sitrep_timeline_entries",
    "Lines that were added to the timelines of incidents by what was read and checked here, by kind.",
    ("kind",),
)
DETECTION_LAG = Measure(
    "sitrep_detection_lag_seconds",
    "How long after a vendor had posted an incident, by its own page, it was noted here.",
    (),
    _LAGS,
)
ACK_LAG = Measure(
    "sitrep_vendor_acknowledgement_lag_seconds",
    "How long lay between our own witnesses and a vendor's first word of an incident, by who was first: us or vendor.",
    # By who was first, and not with a sign: a histogram with buckets below zero has no sum, and OpenMetrics no such.
    ("first",),
    _LAGS,
)
STEPS = Count(
    "sitrep_deliveries",
    "Steps of announcements by what came of them: done, busy (no room in a rate limit), again (failed, tried again), "
    "unknown (nobody knows; it is read back), gone (the root was deleted), parked, stopped, given_up, retracted "
    "(it arrived late, when it was told again already, and one of the two was taken back).",
    ("platform", "step", "outcome"),
)
STEP_SECONDS = Measure(
    "sitrep_delivery_duration_seconds", "How long a platform took for a step that was done.", ("platform",), _QUICK
)
DELIVERY_DELAY = Measure(
    "sitrep_delivery_delay_seconds",
    "How long after it was due a step was done; after a failed try, or a wait for a rate limit, it is due anew.",
    ("platform",),
    _DELAYS,
)
LIMIT_WAITS = Count(
    "sitrep_rate_limit_wait_seconds", "Seconds that steps were put off because of rate limits.", ("platform",)
)
READ_BACK = Count(
    "sitrep_unknown_outcomes_reconciled",
    "Steps of unknown outcome that were read back: whether they had been sent.",
    ("platform", "sent"),
)
COMMANDS = Count(
    "sitrep_commands",
    "What people asked for: answered (a question), done, already, denied, failed (nothing was changed), crashed.",
    ("action", "outcome"),
)
CRASHES = Count(
    "sitrep_crashes",
    "Errors of Sitrep's own that nobody thought of, by where: a loop, a look, a check, a step, a command, a request.",
    ("where",),
    ("loop", "look", "check", "step", "command", "request"),
)
COMMAND_SECONDS = Measure("sitrep_command_duration_seconds", "How long an answer to somebody took.", ("action",))
TRANSACTION_SECONDS = Measure(
    "sitrep_database_transaction_duration_seconds",
    "How long a transaction took, with its wait for a thread or connection.",
    ("kind",),
)
LOOP_LAG = Measure(
    "sitrep_event_loop_lag_seconds", "How much later than it wanted a task came to its turn, measured once a second."
)
CALLS = Count(
    "sitrep_calls_received",
    "Calls of hooks and of jobs' heartbeats: taken, or refused (not known, too many, not understood).",
    ("kind", "outcome"),
)
REQUESTS = Count(
    "sitrep_http_requests", "Requests to the web port, by route and status.", ("route", "method", "status")
)
REQUEST_SECONDS = Measure("sitrep_http_request_duration_seconds", "How long an answer took to begin.", ("route",))
LEASES_LOST = Count(
    "sitrep_leases_lost",
    "Results that came after another instance had taken over: of looks at pages, of checks, of deliveries.",
    ("kind",),
    ("source", "probe", "announcement"),
)
ESCALATIONS = Count("sitrep_escalations", "Steps of escalation plans that were taken because nobody had acknowledged.")
HEARTBEATS = Count(
    "sitrep_heartbeats_sent",
    "Calls to SITREP_HEARTBEAT_URL: sent, failed (no good answer), withheld (something here was not well).",
    ("outcome",),
    ("sent", "failed", "withheld"),
)

COUNTS = (
    POLLS,
    PARSE_FAILURES,
    CHECKS,
    ENTRIES,
    STEPS,
    LIMIT_WAITS,
    READ_BACK,
    COMMANDS,
    CRASHES,
    CALLS,
    REQUESTS,
    LEASES_LOST,
    ESCALATIONS,
    HEARTBEATS,
)
MEASURES = (
    POLL_SECONDS,
    CHECK_SECONDS,
    DETECTION_LAG,
    ACK_LAG,
    STEP_SECONDS,
    DELIVERY_DELAY,
    COMMAND_SECONDS,
    TRANSACTION_SECONDS,
    LOOP_LAG,
    REQUEST_SECONDS,
)


class Gauges(Protocol):
    """Where what happens is counted; it never fails, and never waits."""

    def count(self, what: Count, *labels: str, by: float = 1) -> None:
        """Count something that has happened."""
        ...

    def measure(self, what: Measure, seconds: float, *labels: str) -> None:
        """Note how long something took."""
        ...


class Uncounted:
    """Counts nothing: for replays, for the command line, for tests that are about something else."""

    def count(self, what: Count, *labels: str, by: float = 1) -> None:
        """Forget it."""

    def measure(self, what: Measure, seconds: float, *labels: str) -> None:
        """Forget it."""


UNCOUNTED: Gauges = Uncounted()


@contextmanager
def timing(gauges: Gauges, what: Measure, *labels: str) -> Iterator[None]:
    """Measure how long the block takes, however it ends."""
    began = perf_counter()
    try:
        yield
    finally:
        gauges.measure(what, perf_counter() - began, *labels)
