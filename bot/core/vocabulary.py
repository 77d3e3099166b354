"""Everything that can be asked for, a row each: its names, how the rest is read, and how it is explained."""

from __future__ import annotations

from bot.core import follow_verbs, route_verbs, verbs, wanted
from bot.core.deed_rows import OF_INCIDENTS
from bot.core.verbs import Verb
from bot.model import Action

VERBS = (
    Verb(Action.STATUS, ("status",), verbs.status, "status [what]", "how everything stands, or what you name"),
    Verb(
        Action.HISTORY,
        ("history", "scorecard"),
        verbs.whose,
        "history WHOSE",
        "90 days of a vendor in numbers; `status github history` is the same",
    ),
    Verb(
        Action.INCIDENTS,
        ("incidents",),
        verbs.query,
        "incidents [whose]",
        "the open incidents; `incidents all`: the last",
    ),
    *OF_INCIDENTS,
    Verb(
        Action.WATCH,
        ("watch add", "watch also"),
        follow_verbs.page,
        "watch add WHOM",
        "watch a vendor of the catalog, or the page at an address (admins)",
    ),
    Verb(
        Action.UNWATCH,
        ("watch remove", "unwatch"),
        follow_verbs.page,
        "watch remove WHOM",
        "watch it no more (admins)",
    ),
    Verb(
        Action.FOLLOW,
        ("watch here",),
        follow_verbs.follow,
        "watch here WHOM [components=… regions=… kind=… min=…] [to slack:#channel]",
        "tell this channel a vendor's incidents, or some of them; `watch WHOM here` is the same (admins)",
        spells=follow_verbs.spelt_follow,
    ),
    Verb(
        Action.UNFOLLOW,
        ("watch stop",),
        follow_verbs.unfollow,
        "watch stop WHOM [to slack:#channel]",
        "tell this channel no more of them; `watch remove WHOM here` is the same (admins)",
        spells=follow_verbs.spelt_follow,
    ),
    Verb(
        Action.WATCHES,
        ("watch list", "watches", "watch"),
        follow_verbs.watches,
        "watch list",
        "what is watched, and why",
    ),
    Verb(
        Action.ONCALL,
        ("oncall show", "oncall"),
        verbs.query,
        "oncall [ROTA]",
        "who is on call, until when, who is next",
    ),
    Verb(
        Action.OVERRIDE,
        ("oncall override",),
        verbs.override,
        "oncall override NAME [in ROTA] [from Mon 09:00] until Tue 09:00 | for 8h",
        "somebody else has the duty for a while; `me` is you",
    ),
    Verb(
        Action.UNOVERRIDE,
        ("oncall remove", "oncall override remove"),
        verbs.query,
        "oncall remove [NUMBER or ROTA]",
        "take that back",
    ),
    Verb(
        Action.AUDIT,
        ("audit",),
        wanted.auditing,
        "audit [who | which | since 2d]",
        "who did what, when, from where, and what came of it (admins)",
    ),
    Verb(
        Action.ROUTES,
        ("routes show", "routes"),
        route_verbs.shown,
        "routes",
        "where incidents are told, and when",
    ),
    Verb(
        Action.ROUTES_TEST,
        ("routes test",),
        route_verbs.tested,
        "routes test VENDOR [component=…] [impact=…] [at=…]",
        "where an incident would go, why, when, and whom that would call",
        spells=route_verbs.spelt_test,
    ),
    Verb(Action.BOARD, ("board",), verbs.query, "board", "a link of your own to the board"),
    Verb(Action.HEALTH, ("health",), verbs.query, "health", "what Sitrep itself can not do just now"),
    Verb(Action.HELP, ("help", "?"), wanted.helping, "help [WORD]", "what can be asked for, or how one word is used"),
)
BY_ACTION = {verb.action: verb for verb in VERBS}
