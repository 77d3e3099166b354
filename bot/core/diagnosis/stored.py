"""What is wrong with the database, and with the instances that work on it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from bot.core.answers import listed
from bot.core.diagnosis.finding import Area, Finding, look, wrong
from bot.core.diagnosis.machine import clock
from bot.core.spans import duration

# Each instance opens so many sessions (docs/operations.md).
SESSIONS = 17
# The oldest major version that is maintained: https://www.postgresql.org/support/versioning/
_OLDEST = 15
_MAJOR = 10_000
# A page is looked at every 30 s, and never seldomer than this by a Sitrep that has not fallen behind.
_LATE = timedelta(minutes=10)
_FUTURE = timedelta(minutes=2)
_ROOM = 200


class Schema(Enum):
    """How the database's tables are."""

    NONE = "none"
    CURRENT = "current"
    OLDER = "older"
    # A newer Sitrep has brought it up to date, and this one may go on working on it, or not.
    SERVES = "serves"
    NEWER = "newer"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Instance:
    """One Sitrep that shares the database: its version, since when, and its last sign of life.

    One that `hangs` has given none for too long; if it `is_gone` it has no session either, and others take over.
    """

    id: str
    version: str
    since: datetime
    seen: datetime
    hangs: bool
    is_gone: bool = False


@dataclass(frozen=True, slots=True)
class Server:
    """A PostgreSQL server: its version as a number, how many sessions it allows and has, whether it keeps them."""

    version: int
    most: int
    used: int
    keeps_sessions: bool = True
    ahead: timedelta = timedelta()


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """What was found.

    `error` says why it can not be opened, `refusal` why nothing can be written, `damage` what SQLite says of its file.
    `is_held` is whether a Sitrep works on this SQLite file.  `due` are sources that should have been looked at, each
    with when; `last_try` is the last look at any, good or not, and `watched` how many there are.
    """

    where: str
    exists: bool = True
    error: str = ""
    refusal: str = ""
    damage: str = ""
    schema: Schema = Schema.CURRENT
    purpose: str | None = None
    server: Server | None = None
    is_held: bool = False
    instances: Sequence[Instance] = ()
    watched: int = 0
    last_try: datetime | None = None
    due: Sequence[tuple[str, datetime]] = ()
    due_total: int = 0

    @property
    def runs(self) -> bool:
        """Whether a Sitrep works on it now."""
        return self.is_held or any(not one.hangs and not one.is_gone for one in self.instances)

    @property
    def is_usable(self) -> bool:
        """Whether what is kept there can be read."""
        return self.exists and not self.error and self.schema in {Schema.CURRENT, Schema.SERVES}


def findings(found: Stored, version: str, now: datetime) -> Iterator[Finding]:
    """Return all that is wrong with it; `version` is that of the program which asks."""
    if not found.exists:
        return
    if found.error:
        yield wrong(Area.DATABASE, f"{found.where} can not be opened: {found.error}", _opened(found))
        return
    yield from _file(found)
    if found.server is not None:
        yield from _server(found.server, max(len(found.instances), 1), runs=found.runs)
    if found.is_usable:
        yield from _running(found, version, now)


_MAKE_ROOM = "Make room on its disk, and see whether the disk is well; Sitrep then goes on by itself."
_TAKE = "Let it belong to the user that Sitrep runs as, and let no other program keep it locked."


def _has_no_room(reason: str) -> bool:
    """Whether SQLite's words are those for a disk that is full: https://www.sqlite.org/rescode.html#full, …#ioerr."""
    return "is full" in reason or "disk I/O" in reason


def _opened(found: Stored) -> str:
    if _has_no_room(found.error):
        return _MAKE_ROOM
    if found.where.startswith("sqlite"):
        return "See whether the file is where DATABASE_URL says, is a SQLite file, and belongs to who runs Sitrep."
    return "See whether it runs and is reached from here, and whether DATABASE_URL has the right name and password."


def _file(found: Stored) -> Iterator[Finding]:
    if found.damage:
        yield wrong(
            Area.DATABASE,
            f"{found.where} is damaged: {found.damage}",
            "Stop Sitrep, keep the file, and restore a back-up: docs/operations.md.",
        )
    if found.refusal:
        yield wrong(
            Area.DATABASE,
            f"nothing can be written to {found.where}: {found.refusal}",
            _MAKE_ROOM if _has_no_room(found.refusal) else _TAKE,
        )
    if found.schema is Schema.OLDER:
        yield look(
            Area.DATABASE,
            f"{found.where} is of an older Sitrep, and not yet brought up to date",
            "Read CHANGELOG.md, back up, and start this one, or `sitrep migrate`: docs/operations.md.",
        )
    if found.schema is Schema.SERVES:
        yield look(
            Area.DATABASE,
            f"{found.where} was brought up to date by a newer Sitrep, which this one may still work on",
            "Upgrade this one too, everywhere it runs.",
        )
    if found.schema is Schema.NEWER:
        yield wrong(Area.DATABASE, f"{found.where} belongs to a newer Sitrep", "Upgrade this one, everywhere it runs.")
    if found.schema is Schema.OTHER:
        yield wrong(
            Area.DATABASE,
            f"{found.where} has tables, and not those of Sitrep",
            "Give Sitrep a database of its own: another DATABASE_URL.",
        )
    if found.purpose not in {None, "run"}:
        yield wrong(
            Area.DATABASE,
            f"{found.where} belongs to `sitrep {found.purpose}`: `sitrep run` refuses it",
            "Set DATABASE_URL to another one; if a copy broke off, do it again.",
        )


def _server(server: Server, instances: int, *, runs: bool) -> Iterator[Finding]:
    if server.version // _MAJOR < _OLDEST:
        yield look(
            Area.DATABASE,
            f"PostgreSQL {server.version // _MAJOR} is no longer maintained",
            f"Move to {_OLDEST} or later; `pg_dump` and `pg_restore`, or `pg_upgrade`.",
        )
    if not server.keeps_sessions:
        yield wrong(
            Area.DATABASE,
            "a pooler gives one session of the database to several of ours: instances take each other for dead",
            "Let it keep sessions (PgBouncer: pool_mode = session), or go to PostgreSQL directly.",
        )
    wanted = SESSIONS * instances
    free = server.most - server.used
    if free < (0 if runs else SESSIONS) or server.most < wanted:
        yield look(
            Area.DATABASE,
            f"PostgreSQL allows {server.most} sessions, {server.used} are used, and each Sitrep opens up to {SESSIONS}",
            "Raise max_connections, or let others use fewer.",
        )
    yield from clock(-server.ahead, "the database, whose time all instances take")


def _running(found: Stored, version: str, now: datetime) -> Iterator[Finding]:
    if found.last_try is not None and found.last_try - now > _FUTURE:
        yield wrong(
            Area.MACHINE,
            f"the last look was {duration(found.last_try - now)} from now: a clock was put back",
            "Let clocks be set by NTP; what is dated in the future is looked at again only then.",
        )
    for one in found.instances:
        if one.hangs and not one.is_gone:
            yield wrong(
                Area.RUNNING,
                f"{one.id} has given no sign of life since {one.seen:%Y-%m-%d %H:%M:%S} UTC",
                "It hangs; others do its work, if there are any. Look at its log, and start it anew.",
            )
    others = sorted({one.version for one in found.instances if one.version != version and not one.is_gone})
    if others:
        yield look(
            Area.RUNNING,
            f"{listed(others, room=_ROOM)} runs, and this is {version}",
            "Start those anew that are old; until then the older words hold.",
        )
    if not found.runs:
        yield from _stopped(found, now)
    elif found.due_total and (late := [one for one in found.due if now - one[1] > _LATE]):
        names = listed([name for name, _ in late], room=_ROOM, unlisted=found.due_total - len(found.due))
        yield wrong(
            Area.RUNNING,
            f"Sitrep runs, and has not looked at {names}, due {duration(now - min(at for _, at in late))} ago",
            "Its log and `/healthz` tell whether it hangs; start it anew, or give it more CPU.",
        )


def _stopped(found: Stored, now: datetime) -> Iterator[Finding]:
    if found.last_try is None:
        yield look(
            Area.RUNNING,
            "no Sitrep runs on this database, and none ever has",
            "`sitrep run` starts it; docs/operations.md has a unit for systemd.",
        )
        return
    yield wrong(
        Area.RUNNING,
        f"no Sitrep runs on this database: nothing was looked at for {duration(now - found.last_try)}",
        "Start it: `sitrep run`. What happened meanwhile is told then.",
    )
