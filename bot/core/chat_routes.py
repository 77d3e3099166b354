"""Routes that somebody made in a chat: from now on this channel is told a vendor's incidents, or some of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.core.rules import Match, Route
from bot.model import Destination, Impact, Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """Which of a vendor's incidents a channel wants; what is left out asks for nothing."""

    components: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    kinds: tuple[Kind, ...] = ()
    min_impact: Impact = Impact.NONE


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatRoute:
    """A channel is told a vendor's incidents that fit `filters`, since `at`; `key` is who said so, `by` their name.

    `vendor` is the slug, `name` what it is called.  `place` is the channel's own id, however `to` is written; `names`
    are what the wanted components may be called on the page.
    """

    vendor: str
    name: str
    to: Destination
    place: str
    filters: Filters = Filters()
    names: tuple[str, ...] = ()
    key: str
    by: str
    at: datetime
    id: int = 0


def route_of(one: ChatRoute) -> Route:
    """Return it as the configuration has routes.  It calls nobody, and is asked whatever others have answered."""
    filters = one.filters
    match = Match(
        vendors=(one.vendor,),
        components=one.names or filters.components,
        regions=filters.regions,
        min_impact=filters.min_impact,
        kinds=filters.kinds,
    )
    return Route(name=f"watch here #{one.id}", match=match, to=(one.to,), is_aside=True)


def routes_of(configured: Sequence[Route], made: Iterable[ChatRoute]) -> tuple[Route, ...]:
    """Return all routes in the order in which they are asked: those of the file, then those that were made in chats.

    Those of the file come first, so that a channel which both name calls whom the file says.  Where the file leads
    nowhere at all, as for what is not to be told yet, nothing does.
    """
    return (*configured, *map(route_of, made)) if configured else ()
