"""Whom somebody means by a few words: a colleague, whoever has a duty now, or a place where things are told."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.core import shifts
from bot.core.rota import Rotas, layers, shift
from bot.core.rules import Oncall
from bot.core.rules import Person as OnDuty
from bot.core.summoning import ROTA
from bot.model import Destination, Person

_DUTY = re.compile(r"@?on[- ]?call", re.IGNORECASE)
_PLACE = re.compile(
    r"slack:(?:T[A-Z0-9]+/)?(?:#[^\s/]{1,80}|[CGUW][A-Z0-9]+)|discord:(?:user:)?\d+|[a-z]+(?::[a-z0-9-]+)?", re.ASCII
)
_CHANNEL = re.compile(r"<#(?P<id>\w+)(?:\|[^<>]*)?>")
_MYSELF = frozenset({"me", "myself", "i"})
_NAMED = re.compile(r"#[^\s/#<>]{1,80}")
_MARKED = re.compile(r"<(?P<sign>[@#!]|(?=https?://))!?(?P<id>[^<>|\s]+)(?:\|(?P<name>[^<>]*))?>")


def worded(text: str) -> str:
    """Return somebody's words with names in them in place of what chat programs make of mentions and addresses."""

    def plain(found: re.Match[str]) -> str:
        sign = found["sign"].replace("!", "@")
        return f"{sign}{found['name'] or found['id']}" if sign else found["id"]

    return _MARKED.sub(plain, text)


@dataclass(frozen=True, slots=True)
class Meant:
    """Somebody who is meant; `duty` is the rota, if they are meant as whoever has that now."""

    person: OnDuty
    duty: str = ""


def people(said: str, rotas: Rotas, asker: Person, now: datetime) -> tuple[Meant, ...]:
    """Return who may be meant: whoever has a duty, somebody of a rota by name, somebody by a mention, or the asker."""
    duties = _duties(said, rotas)
    if duties:
        return tuple(Meant(shift(rota, rotas.overrides, now).person, rota.name) for rota in duties)
    found = tuple(Meant(person) for person in shifts.people(said, rotas.rotas, asker))
    if not found and said.casefold() in _MYSELF:
        # Somebody whom nothing here can call, at a terminal.
        return (Meant(OnDuty(name=asker.name)),)
    return found or tuple(Meant(shift(rota, rotas.overrides, now).person, rota.name) for rota in _named(said, rotas))


def _duties(said: str, rotas: Rotas) -> Sequence[Oncall]:
    """Return the rotas that are meant by `oncall:platform`, or by `on-call` alone: the first of each duty's layers."""
    if _DUTY.fullmatch(said.strip()):
        return [some[0] for _, some in layers(rotas.rotas)]
    is_duty = said.casefold().startswith(ROTA)
    return _named(said[len(ROTA) :], rotas) if is_duty else ()


def _named(said: str, rotas: Rotas) -> Sequence[Oncall]:
    """Return the rota of that name, else the first layer of the duty of that name."""
    wanted = said.strip().casefold()
    exact = [rota for rota in rotas.rotas if rota.name.casefold() == wanted]
    return exact or [some[0] for duty, some in layers(rotas.rotas) if duty.casefold() == wanted]


def place(said: str, asker: Person, known: Collection[Destination]) -> Destination | None:
    """Return the place that is meant: as the configuration writes it, or a channel as one mentions it in a chat."""
    words = said.strip()
    channel = _CHANNEL.fullmatch(words)
    if channel or _NAMED.fullmatch(words):
        return Destination(asker.platform, channel["id"] if channel else words)
    if not _PLACE.fullmatch(words):
        return None
    to = Destination.parse(words)
    return to if to in known or to.platform in {"slack", "discord"} else None
