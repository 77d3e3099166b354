"""`watch … here`, `watch stop`, and what `watch list` says of it: channels that choose what they hear."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime

from bot.catalog import Catalog, folded
from bot.commands.muting import near_names
from bot.commands.status import named, related
from bot.commands.watching import Watches
from bot.core import follow_answers, routing
from bot.core.chat_routes import ChatRoute, Filters, route_of
from bot.core.follow_answers import CONSOLE
from bot.core.follow_verbs import filters_of
from bot.core.grammar import spell
from bot.core.message import Reply
from bot.core.witnesses import testimonies
from bot.errors import SitrepError
from bot.model import Action, Asked, Command, Component, Destination, Incident, Source, SourceKind
from bot.ports import Answer, Visit
from bot.settings.names import with_full_names
from bot.store import chat_routes, incidents, reports, sources, standings
from bot.store.commits import Conflict
from bot.store.database import Database

Visiting = Callable[[str], Awaitable[Visit]]
_TRIES = 3


@dataclass(frozen=True, slots=True)
class Place:
    """A channel: where it is told, by what name the file may know it; and its own id."""

    to: Destination
    id: str


@dataclass(frozen=True, slots=True)
class Following:
    """What it takes to let channels choose.

    `visits` looks at a channel on each platform that is connected, None where nothing is; `configured` is where the
    file leads; `require` raises if somebody may not do something in a channel.
    """

    database: Database
    catalog: Catalog
    watches: Watches
    require: Callable[[Asked, Destination], Awaitable[None]]
    visits: Mapping[str, Visiting] | None = None
    configured: Sequence[Destination] = field(default_factory=tuple)

    async def follow(self, asked: Asked, now: datetime) -> Answer:
        """Tell a channel a vendor's incidents from now on, and watch the vendor if nobody does."""
        place = await self._place(asked)
        if isinstance(place, Reply):
            return Answer(place)
        source = await self._source(asked.command.query)
        if isinstance(source, Source):
            return Answer(await self._followed(asked, source, place, now))
        if len(source) > 1:
            choices = [(name, spell(replace(asked.command, query=slug))) for slug, name in source.items()]
            return Answer(follow_answers.which(asked.command.query, choices))
        return await self._from_anew(asked, place, now)

    async def _from_anew(self, asked: Asked, place: Place, now: datetime) -> Answer:
        """Watch a vendor as well, and tell a channel of it; what its page has is known a moment later.

        Whoever may choose for a channel may not for that alone change what is watched.
        """
        if self.watches.key_of(asked.command.query):
            watching = Command(action=Action.WATCH, query=asked.command.query)
            await self.require(replace(asked, command=watching), Destination(asked.person.platform, asked.address))
        added = await self.watches.add(asked.command.query)
        source = await self._source(asked.command.query)
        if not isinstance(source, Source):
            choices = tuple((name, _here(asked, said)) for name, said in added.reply.choices)
            return Answer(replace(added.reply, choices=choices))
        reply = follow_answers.added(await self._followed(asked, source, place, now))

        async def later() -> Reply:
            seen, parts = await self.watches.look(source)
            return follow_answers.read_now(seen, reply, self._misfit(asked, source, parts))

        return Answer(reply, later)

    async def unfollow(self, asked: Asked, now: datetime) -> Reply:
        """Tell a channel no more what it asked for."""
        place = await self._place(asked, must_be_usable=False)
        if isinstance(place, Reply):
            return place
        made, said = await chat_routes.made(self.database), asked.command.query
        known = self.catalog.find(said)
        meant = [
            one
            for one in made
            if folded(said) in {one.vendor, folded(one.name)} or (known and known.slug == one.vendor)
        ]
        mine = [one for one in meant if one.to == place.to or one.place == place.id]
        if not mine or not await chat_routes.remove(self.database, mine[0], asked.person.key, now):
            here = follow_answers.where(place.to, place.id, here_of(asked))
            return follow_answers.not_followed(said, here, meant)
        return follow_answers.stopped(mine[0], here_of(asked))

    async def listed(self, asked: Asked) -> Reply:
        """Return what is watched, and which channels have chosen what they hear."""
        lines = follow_answers.lines(await chat_routes.made(self.database), here_of(asked))
        return follow_answers.with_line(await self.watches.listed(), *lines)

    async def _followed(self, asked: Asked, source: Source, place: Place, now: datetime) -> Reply:
        filters = _filters(asked)
        parts = await standings.components(self.database, source.key)
        misfit = self._misfit(asked, source, parts)
        if misfit is not None:
            return misfit
        route = ChatRoute(
            vendor=source.vendor,
            name=source.name,
            to=place.to,
            place=place.id,
            filters=filters,
            names=with_full_names(filters.components, [self.catalog.find(source.vendor)]),
            key=asked.person.key,
            by=asked.person.name,
            at=now,
        )
        before = await self._put(route)
        wanted = await self._wanted(route, source, parts)
        begun = await chat_routes.begin(self.database, source.vendor, [one.id for one in wanted], place.to, now)
        kept = sum(one.untold for one in wanted)
        reply = follow_answers.following(route, before, (max(begun - kept, 0), kept), here_of(asked))
        return follow_answers.with_line(reply, *follow_answers.narrowed(source))

    def _misfit(self, asked: Asked, source: Source, parts: Sequence[Component]) -> Reply | None:
        """Return which names of a filter nothing on the page has, if there are such."""
        filters = _filters(asked)
        wrong = routing.misfits(filters.components, self.catalog.meanings(source.vendor), parts)
        near = [name for one in wrong for name in near_names(one, parts)]
        return follow_answers.misfits(source.name, wrong, near, asked.command, filters) if wrong else None

    async def _put(self, route: ChatRoute) -> ChatRoute | None:
        for _ in range(_TRIES):
            try:
                return (await chat_routes.put(self.database, route)).before
            except Conflict:
                continue
        raise Conflict

    async def _wanted(self, route: ChatRoute, source: Source, parts: Sequence[Component]) -> list[Incident]:
        """Return what is open and would be told there."""
        watch, rule = routing.as_far_as_it_fits(source, parts), (route_of(route),)
        found = await incidents.open_incidents(self.database, route.vendor)
        fitting = [one for one in found if routing.choose(one, rule).destinations]
        passing = [one for one in fitting if testimonies(one.claims) or routing.passes_watch(one, watch)]
        return [one for one in passing if not _is_reported_only(one) or await reports.is_told(self.database, one.id)]

    async def _source(self, query: str) -> Source | Mapping[str, str]:
        """Return the watched page that is meant; else those that may be: slugs and names."""
        found = await named(self.database, self.catalog, query) or await related(self.database, self.catalog, query)
        pages = {one.vendor: one for one in found if one.key.startswith(f"{SourceKind.FEED.value}:")}
        if "://" in query:
            pages = {}
        if len(pages) != 1:
            return {slug: one.name for slug, one in pages.items()} or await self._by_address(query)
        (one,) = pages.values()
        there = await sources.entry(self.database, one.key)
        return there.source if there is not None else {}

    async def _by_address(self, query: str) -> Source | Mapping[str, str]:
        key = self.watches.key_of(query)
        there = await sources.entry(self.database, key) if key else None
        return there.source if there is not None else {}

    async def _place(self, asked: Asked, *, must_be_usable: bool = True) -> Place | Reply:
        """Return the channel that is meant, in which they need the right as well; or why nothing can be told there."""
        place = await self._looked_at(asked, must_be_usable=must_be_usable)
        if isinstance(place, Place):
            await self.require(asked, Destination(place.to.platform, place.id))
        return place

    async def _looked_at(self, asked: Asked, *, must_be_usable: bool) -> Place | Reply:
        to = destination_of(asked)
        if to is None:
            return follow_answers.no_channel(asked.command.url or "here")
        if to == CONSOLE or self.visits is None:
            return Place(to, to.address or to.platform)
        visit = self.visits.get(to.platform)
        if visit is None:
            return follow_answers.unusable(str(to), [f"Sitrep is not connected to {to.platform.capitalize()}."])
        try:
            seen = await visit(to.address)
        except SitrepError as error:
            return follow_answers.unusable(str(to), [str(error)]) if must_be_usable else Place(to, to.address)
        if seen.reasons and must_be_usable:
            return follow_answers.unusable(follow_answers.where(to, seen.place, here_of(asked)), seen.reasons)
        return Place(await self._as_configured(to.platform, seen.place, visit), seen.place)

    async def _as_configured(self, platform: str, place: str, visit: Visiting) -> Destination:
        """Return a channel as the file writes it, if it does: under two names it would be told everything twice."""
        for one in self.configured:
            is_name = one.platform == platform and "#" in one.address
            with suppress(SitrepError):
                if is_name and (await visit(one.address)).place == place:
                    return one
        return Destination(platform, place)


def here_of(asked: Asked) -> str:
    """Return the channel in which somebody asks."""
    return asked.address or asked.person.platform


def destination_of(asked: Asked) -> Destination | None:
    """Return where is meant: `here`, or a channel as it is written or as a chat program writes it."""
    said, platform = asked.command.url, asked.person.platform
    if said is None:
        if platform == CONSOLE.platform:
            return CONSOLE
        return Destination(platform, asked.address) if asked.address else None
    if said.startswith("<#"):
        return Destination(platform, said[2:].partition("|")[0].rstrip(">"))
    if said.startswith("#"):
        return Destination(platform, said) if platform == "slack" else None
    to = Destination.parse(said)
    return to if to.address or to == CONSOLE else None


def _filters(asked: Asked) -> Filters:
    found = filters_of(asked.command.text)
    return Filters() if isinstance(found, str) else found


def _here(asked: Asked, said: str) -> str:
    """Return a command that was offered to watch somebody as one to watch them here."""
    return spell(replace(asked.command, query=said.removeprefix("watch add ").strip()))


def _is_reported_only(incident: Incident) -> bool:
    """Whether only people here tell of it: a lone report is told to no channel."""
    return bool(incident.claims) and all(view.teller is SourceKind.PEOPLE for view in incident.claims)
