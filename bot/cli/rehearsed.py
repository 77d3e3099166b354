"""Probes of the demo: what each would have found, check by check."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from pydantic import BaseModel, Field

from bot.core.probing import ProbeState, Rule, advance, next_check
from bot.model import Fault, ProbeResult, Source, SourceKind

RULE = Rule(interval=timedelta(seconds=30))


class Spell(BaseModel):
    """A time during which a probe fails, and why."""

    begin: datetime = Field(alias="from")
    end: datetime = Field(alias="until")
    fault: Fault
    reason: str


class Part(BaseModel):
    """One probe: what it checks, from when on, and when it fails."""

    name: str
    component: str
    begins: datetime
    fails: tuple[Spell, ...] = ()

    def source(self, vendor: str, title: str) -> Source:
        """Return the witness that the probe is."""
        return Source(
            key=f"probe:{self.name}",
            vendor=vendor,
            vendor_name=title,
            name=self.name,
            format="http",
            url=f"https://{vendor}.example",
            kind=SourceKind.PROBE,
            interval=RULE.interval,
            components=(self.component,),
            remind=(),
        )

    def finds(self, at: datetime) -> ProbeResult:
        """Return what a check finds."""
        spell = next((one for one in self.fails if one.begin <= at < one.end), None)
        if spell is None:
            return ProbeResult(ok=True, at=at, latency=timedelta(milliseconds=180))
        return ProbeResult(ok=False, at=at, fault=spell.fault, reason=spell.reason)


class _Cast(BaseModel):
    probe: tuple[Part, ...]


def parts(file: Path) -> tuple[Part, ...]:
    """Return the probes that are written in a file."""
    return _Cast.model_validate(tomllib.loads(file.read_text(encoding="utf-8"))).probe


@dataclass(frozen=True, slots=True)
class Check:
    """One check: which probe, when, and what is known of it afterwards."""

    source: Source
    at: datetime
    state: ProbeState


def checks(part: Part, source: Source, until: datetime) -> Iterator[Check]:
    """Give the checks of a probe that change what it tells, and its first: the others would be seen by nobody."""
    state, due, told = ProbeState(), part.begins, False
    while due <= until:
        after = advance(state, part.finds(due), RULE, None)
        if not told or after.trouble != state.trouble:
            yield Check(source, due, after)
        state, told, due = after, True, next_check(after, RULE, due, due)
