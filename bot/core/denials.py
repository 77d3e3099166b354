"""What somebody is told who may not do what they asked for: one line what, one line who may."""

from __future__ import annotations

from collections.abc import Mapping

from bot.core.access import ADMINS, FOR_ADMINS, GROUP, RESPONDERS, RIGHTS, Access
from bot.core.message import Reply, line
from bot.core.remarks import say
from bot.model import Action

_ROLE = "discord:role:"
# As many names as fit into a line on a phone.
_NAMES = 3

_DEEDS = {
    Action.ACK: "acknowledge",
    Action.UNACK: "take an acknowledgement back",
    Action.TAKE: "take over",
    Action.ASSIGN: "assign",
    Action.HANDOVER: "hand over",
    Action.ESCALATE: "escalate",
    Action.NOTE: "add notes",
    Action.WRITE: "write into reports",
    Action.MUTE: "mute",
    Action.UNMUTE: "unmute",
    Action.FALLBACK_ON: "say that a fallback is activated",
    Action.FALLBACK_OFF: "say that all is back to normal",
    Action.DECLARE: "declare incidents",
    Action.UPDATE: "say how an incident goes on",
    Action.RESOLVE: "resolve incidents",
    Action.REOPEN: "open incidents again",
    Action.LINK: "link messages",
    Action.JOIN: "link incidents",
    Action.UNLINK: "unlink incidents",
    Action.UNGROUP: "ungroup incidents",
    Action.WATCH: "change what is watched",
    Action.UNWATCH: "change what is watched",
    Action.FOLLOW: "choose what a channel hears",
    Action.UNFOLLOW: "choose what a channel hears",
    Action.OVERRIDE: "change who is on call",
    Action.UNOVERRIDE: "change who is on call",
    Action.AUDIT: "see who did what",
}


def not_permitted(action: Action, access: Access, names: Mapping[str, str]) -> Reply:
    """Return that somebody may not do this, and who may; `names` are of people whom the configuration names."""
    right = RIGHTS[action]
    who = dict.fromkeys((*(access.who(right) or ()), *access.admins))
    written = access.named(right) or ()
    alone = written[0] if len(written) == 1 and written[0] in {ADMINS, RESPONDERS} else ""
    here = "" if right in FOR_ADMINS else " here"
    key = alone or f"may.{right}"
    if not who:
        return _aside(f"Nobody may {_DEEDS[action]}{here}", f"`{key}` under [access] in sitrep.toml names nobody.")
    said = f"`{key}` under [access] in sitrep.toml says who they are: {_listed(who, names)}."
    return _aside(f"Only {alone or 'some'} may {_DEEDS[action]}{here}", f"{said} Nothing was changed.")


def _aside(text: str, hint: str) -> Reply:
    reply = say(text, line(hint))
    return Reply(message=reply.message, aside=True)


def _listed(who: Mapping[str, None], names: Mapping[str, str]) -> str:
    """Say who some people are without a list of ids, which says nothing to anybody."""
    called = list(dict.fromkeys(names[one] for one in who if one in names))
    others = [one for one in who if one not in names]
    groups, roles = (sum(one.startswith(kind) for one in others) for kind in (GROUP, _ROLE))
    unnamed = len(others) - groups - roles + len(called[_NAMES:])
    counts = (
        _counted(groups, "a user group", "user groups"),
        _counted(roles, "a role", "roles"),
        _counted(unnamed, "one other" if called else "one person", "others" if called else "people"),
    )
    *first, last = filter(None, (*called[:_NAMES], *counts))
    return f"{', '.join(first)} and {last}" if first else last


def _counted(number: int, one: str, many: str) -> str:
    return "" if number == 0 else one if number == 1 else f"{number} {many}"
