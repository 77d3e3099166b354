"""Everything that is expected to go wrong.  A message says what, where, and what to do; never a secret."""

from __future__ import annotations

from datetime import timedelta

from bot.model import Fault

_LONGEST = 300


class SitrepError(Exception):
    """The root of all expected errors."""


class ConfigError(SitrepError):
    """The configuration can not be used; `mistakes` has one line for each mistake."""

    def __init__(self, *mistakes: str) -> None:
        """Keep every mistake, so that all are shown at once."""
        super().__init__("\n".join(mistakes))
        self.mistakes = mistakes


class ParseError(SitrepError):
    """A payload is not what its format promises; the source is stale, its last good state stands.

    Each reason is one line of at most `_LONGEST` characters, whatever of the payload it quotes.
    """

    def __init__(self, *reasons: str) -> None:
        """Keep the reasons, cut in their middle where they are too long: what it is and where stay."""
        super().__init__("; ".join(_one_line(reason) for reason in reasons))


class FetchError(SitrepError):
    """A url gave no usable answer; `retry_after` is what the server asked for, if it did; `fault` is the sort of it."""

    fault = Fault.CONNECTION

    def __init__(self, reason: str, retry_after: timedelta | None = None) -> None:
        """Keep the reason in words that can be shown to the operator."""
        super().__init__(reason)
        self.retry_after = retry_after


class NotFound(FetchError):
    """The server says that there is no such thing (404, 410)."""


class EgressDenied(FetchError):
    """The address is one that we do not go to unless the configuration allows the host."""

    fault = Fault.REFUSED


class TimedOut(FetchError):
    """Nothing came, or not all of it, in the time that there was."""

    fault = Fault.TIMEOUT


class NoConnection(TimedOut):
    """Nothing was sent: no connection came about in time."""


class BadAnswer(FetchError):
    """There is an answer, but it breaks the rules or the limits."""

    fault = Fault.WRONG


class BadRequest(FetchError):
    """What we were to ask can not be asked: the url, a header or a file of ours is at fault."""

    fault = Fault.SETUP


class Offline(FetchError):
    """We did not get out: our network or our proxy is at fault."""

    fault = Fault.NETWORK


class TemporaryFailure(SitrepError):
    """Nothing was posted; the same step may be tried again after `retry_after`."""

    def __init__(self, reason: str, retry_after: timedelta | None = None) -> None:
        """Keep how long the platform asks us to wait, if it does."""
        super().__init__(reason)
        self.retry_after = retry_after


class Busy(TemporaryFailure):
    """Nothing was posted: the platform's rate limit has no room before `retry_after`.  This is no failed try."""


class PermanentFailure(SitrepError):
    """Nothing was posted and no repetition will help: a person has to act."""


class MessageGone(PermanentFailure):
    """The message to edit or to reply to was deleted; a fresh root replaces it."""


class PlatformStopped(PermanentFailure):
    """The platform will not have us any more (a revoked token, a missing scope): every call would end like this."""


class UnknownOutcome(SitrepError):
    """It may have been posted: read back before it is repeated."""


class NoAnswer(UnknownOutcome):
    """The platform did not answer: nobody knows whether it even heard us."""


class OutOfReach(TemporaryFailure):
    """No connection to the platform came about, or no answer: in any case nothing was sent."""


class StoreBusy(SitrepError):
    """Another Sitrep already works on this SQLite file."""


class StoreUnavailable(SitrepError):
    """The database can not be opened or reached."""


class StoreRefused(StoreUnavailable):
    """The database is there, and can not keep anything just now; `reason` says why, in words for whoever reads."""

    def __init__(self, reason: str) -> None:
        """Keep the reason; the message says where that is."""
        super().__init__(f"DATABASE_URL: {reason}")
        self.reason = reason


class StoreLost(StoreUnavailable):
    """The database was there a moment ago, or says that it will be."""


class StoreSilent(StoreLost):
    """The database has not answered in the time that there was; nothing was written."""


class StoreUnsure(StoreLost):
    """The database went, or fell silent, while it was to keep what was written: whether it did nobody knows."""


def _one_line(reason: str) -> str:
    line = " ".join(reason.split())
    if not line.isprintable():
        line = "".join(letter if letter.isprintable() else "\ufffd" for letter in line)
    half = _LONGEST // 2
    return line if len(line) <= _LONGEST else f"{line[: half - 1]}…{line[-half:]}"
