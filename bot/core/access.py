"""Who may do what: anybody may look and say how it is for them; the rest can be kept to some."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from bot.model import Action, Person

EVERYONE, RESPONDERS, ADMINS = "everyone", "responders", "admins"
GROUP = "slack:S"
_ROTA = "oncall:"
# Some people as the configuration writes them; None is everyone.
Who = tuple[str, ...] | None


class Right(StrEnum):
    """What somebody can be let do.  The first two are everybody's and can not be taken away."""

    LOOK = "look"
    WITNESS = "witness"
    ACK = "ack"
    NOTE = "note"
    MUTE = "mute"
    FALLBACK = "fallback"
    LINK = "link"
    WATCH = "watch"
    ONCALL = "oncall"
    DECLARE = "declare"
    ESCALATE = "escalate"
    ROUTES = "routes"
    AUDIT = "audit"


# Which right each thing needs that can be asked for: the only place that says so.
_OF_RIGHTS: Mapping[Right, tuple[Action, ...]] = {
    Right.LOOK: (
        Action.STATUS,
        Action.HISTORY,
        Action.INCIDENTS,
        Action.DETAILS,
        Action.TIMELINE,
        Action.WRITE_UP,
        Action.WATCHES,
        Action.MUTES,
        Action.ROUTES,
        Action.ROUTES_TEST,
        Action.ONCALL,
        Action.BOARD,
        Action.HEALTH,
        Action.HELP,
    ),
    # Whoever reports is a witness, and one alone changes nothing that a channel hears.
    Right.WITNESS: (Action.AFFECTED, Action.WORKS, Action.REPORT),
    Right.ACK: (Action.ACK, Action.UNACK, Action.TAKE, Action.ASSIGN, Action.HANDOVER),
    Right.DECLARE: (Action.DECLARE, Action.UPDATE, Action.RESOLVE, Action.REOPEN),
    Right.ESCALATE: (Action.ESCALATE,),
    Right.NOTE: (Action.NOTE, Action.WRITE),
    Right.MUTE: (Action.MUTE, Action.UNMUTE),
    Right.FALLBACK: (Action.FALLBACK_ON, Action.FALLBACK_OFF),
    Right.LINK: (Action.LINK, Action.JOIN, Action.UNLINK, Action.UNGROUP),
    Right.WATCH: (Action.WATCH, Action.UNWATCH),
    Right.ONCALL: (Action.OVERRIDE, Action.UNOVERRIDE),
    Right.ROUTES: (Action.FOLLOW, Action.UNFOLLOW),
    Right.AUDIT: (Action.AUDIT,),
}
RIGHTS: Mapping[Action, Right] = {action: right for right, actions in _OF_RIGHTS.items() for action in actions}
FREE = frozenset({Right.LOOK, Right.WITNESS})
# What changes what Sitrep does for everybody, or shows what everybody did.
FOR_ADMINS = frozenset({Right.WATCH, Right.ROUTES, Right.AUDIT})
# Nothing is changed by these, so that nobody keeps a record of them.
QUESTIONS = frozenset(_OF_RIGHTS[Right.LOOK]) | {Action.AUDIT}


@dataclass(frozen=True, slots=True)
class Access:
    """Who may do what in chat; `responders` is None where everyone may take part.

    Somebody is written as in the configuration: `slack:U…`, `slack:S…` for a user group, `discord:<id>`,
    `discord:role:<id>`, or `oncall:<name>` for all the people of a rota.  `may` says of single rights whose they are;
    its people can also be `admins` and `responders`.  `channels` are those in which something else holds, with all that
    holds there.
    """

    admins: tuple[str, ...] = ()
    responders: Who = None
    may: Mapping[Right, Who] = field(default_factory=dict[Right, Who])
    channels: tuple[tuple[str, Access], ...] = ()

    def permits(self, person: Person, action: Action) -> bool:
        """Whether somebody may do this.  Admins may do everything."""
        who = self.who(RIGHTS[action])
        return who is None or not person.keys.isdisjoint((*who, *self.admins))

    def who(self, right: Right) -> Who:
        """Return who has a right, besides the admins."""
        if right in FREE:
            return None
        found: list[str] = []
        for one in self.named(right) or (EVERYONE,):
            if one == EVERYONE or (one == RESPONDERS and self.responders is None):
                return None
            found += (self.responders or ()) if one == RESPONDERS else self.admins if one == ADMINS else (one,)
        return tuple(found)

    def named(self, right: Right) -> Who:
        """Return who has a right as it is written, or what holds where nothing is."""
        usual = ADMINS if right in FOR_ADMINS else RESPONDERS
        named = self.may.get(right, (usual,))
        # A list without anybody is for admins alone, and not for everyone.
        return (ADMINS,) if named == () else named

    def at(self, platform: str, where: str, ids: Mapping[str, str]) -> tuple[Access, ...]:
        """Return what holds in a channel, all of which has to permit: the first that names it, else what is general.

        `ids` are the channels' own, as far as they are known.  One of which it can not be told whether this is it has
        to permit as well: so nothing is opened by what could not be looked up.
        """
        unsure: list[Access] = []
        for channel, there in self.channels:
            if channel.partition(":")[0] != platform or not where:
                continue
            if ids.get(channel) == where:
                return (*unsure, there)
            if channel not in ids:
                unsure.append(there)
        return (*unsure, self)

    def with_rotas(self, rotas: Mapping[str, tuple[str, ...]]) -> Access:
        """Return the same with people in place of rotas; `rotas` has the people of each by its name."""

        def people(some: tuple[str, ...]) -> tuple[str, ...]:
            found = [rotas.get(one.removeprefix(_ROTA), ()) if one.startswith(_ROTA) else (one,) for one in some]
            return tuple(dict.fromkeys(who for group in found for who in group))

        return replace(
            self,
            admins=people(self.admins),
            responders=None if self.responders is None else people(self.responders),
            may={right: None if who is None else people(who) for right, who in self.may.items()},
            channels=tuple((channel, there.with_rotas(rotas)) for channel, there in self.channels),
        )

    @property
    def everybody(self) -> tuple[str, ...]:
        """Everybody who is named anywhere, each once."""
        lists = (self.admins, self.responders, *self.may.values(), *(there.everybody for _, there in self.channels))
        named = (one for some in lists for one in some or ())
        return tuple(one for one in dict.fromkeys(named) if one not in {ADMINS, RESPONDERS})

    @property
    def groups(self) -> tuple[str, ...]:
        """The groups among them, whose members a platform has to be asked for."""
        return tuple(one for one in self.everybody if one.startswith(GROUP))


# What takes part, and what is for admins, where `may` says nothing.
ADMINISTERING = frozenset(action for action, right in RIGHTS.items() if right in FOR_ADMINS)
RESPONDING = frozenset(RIGHTS) - ADMINISTERING - frozenset(a for a, right in RIGHTS.items() if right in FREE)
