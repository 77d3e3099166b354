"""Who may do what: anybody may look and say how it is for them; taking part can be kept to some."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.model import Action, Person

# What changes the course of an incident, or speaks for the team in its thread.  Whoever reports is a witness, and one
# alone changes nothing that a channel hears: everybody may.
RESPONDING = frozenset(
    {
        Action.ACK,
        Action.UNACK,
        Action.NOTE,
        Action.MUTE,
        Action.UNMUTE,
        Action.FALLBACK_ON,
        Action.FALLBACK_OFF,
        Action.DECLARE,
        Action.UPDATE,
        Action.RESOLVE,
        Action.REOPEN,
        Action.LINK,
        Action.JOIN,
        Action.UNLINK,
        Action.OVERRIDE,
        Action.UNOVERRIDE,
    }
)
# What changes what Sitrep does, for everybody.
ADMINISTERING = frozenset({Action.WATCH, Action.UNWATCH})
_ROTA = "oncall:"


@dataclass(frozen=True, slots=True)
class Access:
    """Who may do what in chat; `responders` is None where everyone may acknowledge.

    Somebody is written as in the configuration: `slack:U…`, `discord:<id>`, `discord:role:<id>`, or `oncall:<name>` for
    all the people of a rota.
    """

    admins: tuple[str, ...] = ()
    responders: tuple[str, ...] | None = None

    def permits(self, person: Person, action: Action) -> bool:
        """Whether somebody may do this.  Admins may do what responders may."""
        if action in ADMINISTERING:
            return not person.keys.isdisjoint(self.admins)
        if action not in RESPONDING or self.responders is None:
            return True
        return not person.keys.isdisjoint((*self.responders, *self.admins))

    def with_rotas(self, rotas: Mapping[str, tuple[str, ...]]) -> Access:
        """Return the same with people in place of rotas; `rotas` has the people of each by its name."""

        def people(some: tuple[str, ...]) -> tuple[str, ...]:
            found = [rotas.get(one.removeprefix(_ROTA), ()) if one.startswith(_ROTA) else (one,) for one in some]
            return tuple(dict.fromkeys(who for group in found for who in group))

        return Access(people(self.admins), None if self.responders is None else people(self.responders))
