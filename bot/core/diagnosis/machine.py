"""What is wrong with the place that Sitrep runs in: packages, files, disk, ports, clock, network."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from bot.core.answers import listed
from bot.core.diagnosis.finding import Area, Finding, look, wrong
from bot.core.operating import size
from bot.core.spans import duration

_MB = 1_000_000
NO_ROOM, LITTLE_ROOM = 100 * _MB, 1000 * _MB
# What is open besides one connection for each page and probe: the database, chats, people on the board.
SPARE_FILES = 200
# Certificates, signatures of Slack's and sessions of the board all allow less than five minutes.
# https://docs.slack.dev/authentication/verifying-requests-from-slack
_CLOCK_OFF = timedelta(minutes=2)
_A_LITTLE_OFF = timedelta(seconds=5)
_ROOM = 200
_LOWEST_SQLITE = (3, 35)


@dataclass(frozen=True, slots=True)
class Exposed:
    """A file with secrets in it that others may read, or write."""

    name: str
    path: str
    writable: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """What was found.

    `missing` are packages that are pinned and not there, `others` those of another version: name, version, pin.
    `twice` are secrets that stand in the environment and otherwise in `.env`; `strange` names in `.env` that nobody
    reads, with what was probably meant.  `no_traces` says how to get what traces are sent with, where somebody wants
    them and it is not there.  `clock_off` is how far our clock is ahead of what servers say the time is.
    `witnesses` says which of them answered, empty if none was asked.
    """

    missing: Sequence[str] = ()
    others: Sequence[tuple[str, str, str]] = ()
    sqlite: tuple[int, ...] = _LOWEST_SQLITE
    files: int = 65536
    connections: int = 0
    free: int | None = None
    folder: str = ""
    exposed: Sequence[Exposed] = ()
    twice: Sequence[str] = ()
    strange: Sequence[tuple[str, str]] = ()
    proxies: Sequence[str] = ()
    clock_off: timedelta | None = None
    no_traces: str = ""
    witnesses: Mapping[str, bool] = field(default_factory=dict[str, bool])


def findings(found: Machine) -> Iterator[Finding]:
    """Return all that is wrong with it, or worth a look."""
    yield from _packages(found)
    yield from _room(found)
    yield from _secrets(found)
    yield from _network(found)
    yield from clock(found.clock_off, "the servers that were asked")


def _packages(found: Machine) -> Iterator[Finding]:
    again = "`pip install --require-hashes -r requirements.txt`, then start Sitrep anew."
    if found.missing:
        yield wrong(Area.PROGRAM, f"not installed: {listed(found.missing, room=_ROOM)}", again)
    if found.others:
        those = [f"{name} {has} (pinned: {pin})" for name, has, pin in found.others]
        yield look(Area.PROGRAM, f"not the versions that it was tested with: {listed(those, room=_ROOM)}", again)
    if found.no_traces:
        yield look(
            Area.PROGRAM, "traces are wanted, and OpenTelemetry is not installed: none are sent", found.no_traces
        )
    if found.sqlite < _LOWEST_SQLITE:
        has, least = (".".join(map(str, version)) for version in (found.sqlite, _LOWEST_SQLITE))
        yield wrong(Area.PROGRAM, f"SQLite {has} is too old: it takes {least}", "Use a newer Python, or PostgreSQL.")


def _room(found: Machine) -> Iterator[Finding]:
    needed = found.connections + SPARE_FILES
    if found.files < needed:
        yield wrong(
            Area.MACHINE,
            f"only {found.files:,} files may be open, and about {needed:,} are wanted: some pages will not be read",
            f"Raise the limit to {max(needed * 2, 4096):,}: `ulimit -Hn`, or LimitNOFILE= in systemd.",
        )
    if found.free is not None and found.free < LITTLE_ROOM:
        full = found.free < NO_ROOM
        so = "nothing can be kept soon" if full else "the disk is nearly full"
        kind = wrong if full else look
        yield kind(
            Area.MACHINE, f"{found.folder} has {size(found.free)} left: {so}", "Make room, or move the database."
        )


def _secrets(found: Machine) -> Iterator[Finding]:
    for one in found.exposed:
        deed = "changed" if one.writable else "read"
        yield look(
            Area.SECRETS,
            f"{one.name}: {one.path} can be {deed} by every user of this machine",
            "Let it be read by nobody else (chmod 600), and belong to the user that Sitrep runs as.",
        )
    for name in found.twice:
        yield look(
            Area.SECRETS,
            f"{name} stands in the environment and otherwise in .env: the one in the environment holds",
            "Remove the one that is old.",
        )
    for name, meant in found.strange:
        yield look(Area.SECRETS, f".env: nobody reads {name}", f"Write {meant}, if that is meant.")


def _network(found: Machine) -> Iterator[Finding]:
    if found.proxies:
        yield look(
            Area.NETWORK,
            f"{listed(found.proxies, room=_ROOM)} is set, and Sitrep goes through no proxy: it calls hosts directly",
            "Let it out directly, or run it where it may; `sitrep doctor --live` tells what is reached.",
        )
    lost = [name for name, answers in found.witnesses.items() if not answers]
    if lost and len(lost) == len(found.witnesses):
        yield wrong(
            Area.NETWORK,
            f"no witness answers ({listed(lost, room=_ROOM)}): nothing outside is seen from here",
            "See to DNS, firewall and proxy; or name hosts in [network] witnesses that do answer from here.",
        )
    elif lost:
        yield look(
            Area.NETWORK,
            f"a witness does not answer: {listed(lost, room=_ROOM)}",
            "One lost is no harm; name another in [network] witnesses if it never answers from here.",
        )


def clock(off: timedelta | None, by: str) -> Iterator[Finding]:
    """Return what is wrong with a clock that is so far ahead of others; negative: behind."""
    if off is None or abs(off) < _A_LITTLE_OFF:
        return
    words = f"{duration(abs(off))} {'ahead' if off > timedelta() else 'behind'}, by {by}"
    if abs(off) < _CLOCK_OFF:
        yield look(Area.MACHINE, f"this machine's clock is {words}: times are wrong by as much", _NTP)
    else:
        yield wrong(Area.MACHINE, f"this machine's clock is {words}: chats refuse us, and times are wrong", _NTP)


_NTP = "Let it be set by NTP: `timedatectl set-ntp true`, or chrony."
