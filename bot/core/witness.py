"""Whether we see at all: when our own connection is gone, nobody is accused."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.model import Fault, ProbeResult

# Nothing else fails like a connection that is gone.
_DOUBTFUL = frozenset({Fault.TIMEOUT, Fault.CONNECTION, None})
# Failures that are older than this say nothing of now, and passes sooner: between two checks a connection can go.
FAILED, PASSED = timedelta(minutes=2), timedelta(seconds=15)
_SO_MANY = 3
_VENDORS = 2
NOT_WATCHING = "not watching: our own connection is gone"


@dataclass(frozen=True, slots=True)
class Sight:
    """Which witnesses have ever answered, and since when we are blind; None: we see."""

    proven: frozenset[str] = frozenset()
    blind_since: datetime | None = None

    @property
    def is_blind(self) -> bool:
        """Whether we are."""
        return self.blind_since is not None


@dataclass(frozen=True, slots=True)
class Recent:
    """The last result of one probe, and of whose trouble it tells."""

    vendor: str
    doubtful: bool
    at: datetime


def is_doubtful(result: ProbeResult) -> bool:
    """Whether a result may be our own fault: an answer, be it a bad one, has come over our connection."""
    return not result.ok and result.fault in _DOUBTFUL


def all_fail(recent: Iterable[Recent], now: datetime) -> bool:
    """Whether every probe, of several vendors, fails at once as only a connection does."""
    recent = tuple(recent)
    failing = [one for one in recent if one.doubtful and now - one.at <= FAILED]
    several = len(failing) >= _SO_MANY and len({one.vendor for one in failing}) >= _VENDORS
    return several and not any(not one.doubtful and now - one.at <= PASSED for one in recent)


def looked(
    sight: Sight, answers: Mapping[str, bool], now: datetime, *, everything_fails: bool = False, reached: bool = False
) -> Sight:
    """Return whether we see, by which witnesses answer just now.

    One that answers proves that we do.  One that has never answered proves nothing; if there is no other, it is
    us if everything fails.  If a vendor was `reached` while none of them answers, they are not believed any more.
    """
    answering = frozenset(name for name, answered in answers.items() if answered)
    if answering:
        return Sight(sight.proven | answering)
    if reached:
        return Sight()
    proven = sight.proven & answers.keys()
    if not proven and not everything_fails:
        return replace(sight, blind_since=None)
    return replace(sight, blind_since=sight.blind_since or now)


def blinded(result: ProbeResult) -> ProbeResult:
    """Return what a result is worth while we are blind."""
    return replace(result, fault=Fault.NETWORK, reason=NOT_WATCHING)
