"""From what a look finds, or what stands in its way, to a result.  Nothing that is secret passes."""

from __future__ import annotations

import json
import os
import re
import socket
from base64 import b64encode
from collections.abc import Awaitable, Iterable, Mapping
from datetime import datetime, timedelta
from time import perf_counter
from urllib.parse import quote, quote_plus

from bot.core.faults import fault_of
from bot.model import Fault, ProbeResult
from bot.ports import Setup
from bot.probes._address import host_and_port
from bot.probes._keys import filled

Facts = tuple[tuple[str, str], ...]
Wrong = tuple[Fault, str]

_SHOWN = 60
_SHORTEST_SECRET = 4
_NOT_SHOWABLE = re.compile(r"[^\x20-\x7e\xa0-\ud7ff\ue000-\uffff]+")
_TEN = timedelta(seconds=10)
_SECOND = timedelta(seconds=1)
_MILLISECOND = timedelta(milliseconds=1)


class Objection(Exception):
    """What is wrong with what was checked, in words and by its class."""

    def __init__(self, fault: Fault, reason: str, facts: Facts = ()) -> None:
        super().__init__(reason)
        self.fault = fault
        self.reason = reason
        self.facts = facts


def place_of(setup: Setup, default: int | None = None) -> tuple[str, int]:
    """Return the host and the port of a target, with what stands in the environment in its place."""
    try:
        return host_and_port(filled(setup.target, setup.secrets), default)
    except ValueError:
        raise Objection(Fault.SETUP, "the target is not a host and a port, as it is set in the environment") from None


async def result_of(
    setup: Setup, at: datetime, look: Awaitable[Facts], slower_than: timedelta | None = None
) -> ProbeResult:
    """Return what a look comes to: it gives facts, or raises an objection or an error of the connection."""
    target = filled(setup.target, setup.secrets).strip()
    # Not by the loop's clock: that of uvloop counts milliseconds.
    began = perf_counter()
    fault: Fault | None = None
    reason, facts = "", Facts()
    try:
        facts = await look
    except Objection as objection:
        fault, reason, facts = objection.fault, objection.reason, objection.facts
    except TimeoutError:
        fault, reason = Fault.TIMEOUT, f"no answer within {seconds(setup.timeout)}"
    except socket.gaierror as error:
        fault, reason = Fault.CONNECTION, no_address(target, error)
    except UnicodeError:
        # A part of it is too long for a name, or empty.
        fault, reason = Fault.SETUP, f"{target} is not a name that can be looked up"
    except OSError as error:
        fault, reason = fault_of(error.errno), f"no connection to {target}: {cause_of(error)}"
    latency = timedelta(seconds=perf_counter() - began)
    if fault is None and slower_than is not None and latency > slower_than:
        fault, reason = Fault.SLOW, slow("answered", latency, slower_than)
    return verdict(setup, at, (fault, reason) if fault else None, latency, facts)


def verdict(setup: Setup, at: datetime, wrong: Wrong | None, latency: timedelta | None, facts: Facts) -> ProbeResult:
    """Return a result, in which no secret stands."""
    fault, reason = wrong or (None, "")
    return ProbeResult(
        ok=fault is None,
        at=at,
        reason=scrubbed(reason, setup.secrets),
        fault=fault,
        latency=latency,
        facts=tuple((name, scrubbed(text, setup.secrets)) for name, text in facts),
    )


def no_address(host: str, error: socket.gaierror) -> str:
    """Say that a name leads nowhere."""
    # https://man7.org/linux/man-pages/man3/getaddrinfo.3.html: no resolver could tell, for now.
    return f"no address for {host}{': nobody could tell it just now' if error.errno == socket.EAI_AGAIN else ''}"


def cause_of(error: OSError) -> str:
    """Say what a system call says."""
    return os.strerror(error.errno).lower() if error.errno else "it failed"


def slow(did: str, span: timedelta, limit: timedelta) -> str:
    """Say that something took too long."""
    return f"{did} in {seconds(span)}, slower than {seconds(limit)}"


def seconds(span: timedelta) -> str:
    """Write how long something took."""
    if span < _SECOND:
        return f"{span / _MILLISECOND:.3g} ms" if span < 10 * _MILLISECOND else f"{span / _MILLISECOND:.0f} ms"
    return f"{span.total_seconds():.3g} s" if span < _TEN else f"{span.total_seconds():.0f} s"


def scrubbed(text: str, secrets: Mapping[str, str]) -> str:
    """Return a text in which no secret stands, in whatever way it is usually written."""
    for secret in sorted(secrets.values(), key=len, reverse=True):
        for form in _forms(secret.strip()):
            text = text.replace(form, "***")
    return text


def _forms(secret: str) -> Iterable[str]:
    if len(secret) < _SHORTEST_SECRET:
        return ()
    plain = b64encode(secret.encode()).decode().rstrip("=")
    return {secret, quote(secret, safe=""), quote_plus(secret), json.dumps(secret)[1:-1], plain}


def shown(value: object, secrets: Mapping[str, str]) -> str:
    """Write a value as JSON does, without secrets, cut to what fits into a line."""
    if isinstance(value, dict | list):
        return "a list" if isinstance(value, list) else "an object"
    if isinstance(value, str):
        value = _NOT_SHOWABLE.sub(" ", scrubbed(value, secrets))
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
