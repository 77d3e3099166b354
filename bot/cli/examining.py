"""What `doctor` finds out about the place that Sitrep runs in: packages, files, disk, port, and the web outside."""

from __future__ import annotations

import asyncio
import re
import sqlite3
import stat
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from shutil import disk_usage

import bot
from bot import boards, otel, process
from bot.core.diagnosis.machine import Exposed, Machine
from bot.core.diagnosis.serving import Port
from bot.errors import ConfigError, FetchError
from bot.fetch import EgressPolicy, Fetcher
from bot.loops.sight import reachable
from bot.ports import WebRequest
from bot.settings import Settings
from bot.settings.surroundings import Surroundings, from_environment

_PINS = Path(bot.__file__).parent.parent / "requirements.txt"
_PIN = re.compile(r"(?m)^([A-Za-z0-9._-]+)==([^\s;\\]+)( *;)?")
_PATIENCE = timedelta(seconds=5)
_HTTPS = ":443"
_READY = frozenset({200, 503})


def machine(chosen: Settings, folder: Path, connections: int) -> Machine:
    """Return how the machine is; `folder` is where things are kept."""
    around = from_environment([*_named_secrets(chosen)])
    missing, others = _packages(_PINS)
    return Machine(
        missing=missing,
        others=others,
        sqlite=sqlite3.sqlite_version_info[:2],
        files=process.most_files(),
        connections=connections,
        free=disk_usage(folder).free if folder.is_dir() else None,
        folder=str(folder),
        exposed=tuple(_exposed(around, chosen)),
        twice=around.twice,
        strange=around.strange,
        proxies=around.proxies,
        no_traces=otel.INSTALL if chosen.otlp_endpoint and not otel.is_installed() else "",
    )


def _named_secrets(chosen: Settings) -> Iterator[str]:
    for door in chosen.doors:
        yield door.variable
    for job in chosen.jobs:
        yield job.variable
    for probe in chosen.probes:
        yield from probe.secrets


def _packages(pins: Path) -> tuple[tuple[str, ...], tuple[tuple[str, str, str], ...]]:
    """Return what is pinned and not installed, and what is installed in another version; nothing without a list."""
    missing, others = [], []
    pinned = _PIN.findall(pins.read_text(encoding="utf-8")) if pins.is_file() else []
    for name, pin, condition in pinned:
        try:
            if (has := version(name)) != pin:
                others.append((name, has, pin))
        except PackageNotFoundError:
            if not condition:
                missing.append(name)
    return tuple(missing), tuple(others)


def _exposed(around: Surroundings, chosen: Settings) -> Iterator[Exposed]:
    for name, path in around.files:
        with suppress(OSError):
            mode = path.stat().st_mode
            if mode & (stat.S_IROTH | stat.S_IWOTH):
                yield Exposed(name, str(path), writable=bool(mode & stat.S_IWOTH))
    if chosen.config_path is not None and chosen.config_path.stat().st_mode & stat.S_IWOTH:
        yield Exposed("the configuration", str(chosen.config_path), writable=True)


async def port(chosen: Settings, now: datetime, *, runs: bool) -> Port:
    """Return how the port is: whether it is to be had, or else what the Sitrep says that has it."""
    where = boards.address(chosen.host, chosen.port)
    needed = chosen.port_from_environment or bool(chosen.doors or chosen.jobs or chosen.slack.signing_secret)
    refusal = await asyncio.to_thread(_refusal, chosen)
    lacks = await _lacks(chosen, now) if refusal else None
    who = process.who_listens(chosen.port) if refusal and lacks is None else ""
    # Who answers as a Sitrep does is one, also while its database can not say so.
    is_one = runs or lacks is not None
    return Port(where=where, runs=is_one, lacks=lacks, refusal=refusal, taken_by=who, is_needed=needed)


def _refusal(chosen: Settings) -> str:
    from bot.web.server import bound  # noqa: PLC0415  (a fifth of a second, for those who need it)

    try:
        bound(chosen.host, chosen.port).close()
    except ConfigError as error:
        return str(error).partition(f"{chosen.port}: ")[2].partition(";")[0] or str(error)
    return ""


async def _lacks(chosen: Settings, now: datetime) -> tuple[str, ...] | None:
    """Return what a running Sitrep says that it lacks; None if nobody answers as it would."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(chosen.host, chosen.host)  # noqa: S104  (compared, not bound)
    asked = WebRequest(url=f"{boards.address(host, chosen.port)}readyz", within=_PATIENCE)
    try:
        async with Fetcher(egress=EgressPolicy.allowing(host), now=lambda: now) as web:
            answer = await web.send(asked)
    except FetchError:
        return None
    is_ours = answer.status in _READY and answer.headers.get("content-type", "").startswith("text/plain")
    lines = answer.body.decode("utf-8", "replace").splitlines()
    return tuple(line for line in lines if line != "ok") if is_ours else None


async def witnesses(chosen: Settings) -> Mapping[str, bool]:
    """Return which of the witnesses take a connection."""
    answers = await asyncio.gather(*map(reachable, chosen.witnesses))
    return dict(zip(chosen.witnesses, answers, strict=True))


async def clock_off(chosen: Settings, now: datetime) -> timedelta | None:
    """Return how far ahead our clock is of the witnesses' that are web servers; None if none of them tells the time.

    A second of it may be theirs: https://www.rfc-editor.org/rfc/rfc9110#section-6.6.1
    """
    async with Fetcher(egress=EgressPolicy.allowing(*chosen.egress_allow), now=lambda: now) as web:
        found = await asyncio.gather(*(_told(web, one) for one in chosen.witnesses if one.endswith(_HTTPS)))
    there = sorted(one for one in found if one is not None)
    return there[len(there) // 2] if there else None


async def _told(web: Fetcher, witness: str) -> timedelta | None:
    try:
        answer = await web.send(
            WebRequest(url=f"https://{witness.removesuffix(_HTTPS)}/", method="HEAD", redirects=False, within=_PATIENCE)
        )
        said = parsedate_to_datetime(answer.headers["date"])
    except (FetchError, KeyError, ValueError):
        return None
    return datetime.now(UTC) - said.astimezone(UTC)
