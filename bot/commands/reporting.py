"""`report`: what somebody means that fails for them, and what becomes of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field

from bot.catalog import Catalog, folded
from bot.clock import Clock
from bot.commands.status import likely, named, partly
from bot.core import thanks
from bot.core.message import Reply
from bot.core.reports import Reported, Target, Terms
from bot.core.standing import Standing
from bot.core.verbs import is_id
from bot.model import Action, Asked, Command, Person
from bot.store import lookups, standings
from bot.store.database import Database

# Counts somebody for whom a target fails, with their words.
Report = Callable[[Target, Person, str], Awaitable[Reported]]

# Words in the name of a vendor, and in that of a vendor and its component.
_LONGEST_VENDOR, _LONGEST = 4, 8
_LIKELY = 5


@dataclass(frozen=True, slots=True)
class Hearing:
    """Who takes in what people report, and on which terms."""

    report: Report
    terms: Terms = field(default_factory=Terms)


@dataclass(frozen=True, slots=True)
class Reporting:
    """What it takes to hear a report."""

    database: Database
    catalog: Catalog
    clock: Clock
    hearing: Hearing

    async def understood(self, command: Command) -> Command:
        """Return what is meant: `report openai-01JM3` asks for that incident's report, and tells of nothing that fails.

        Parts of vendors are called `us-east-1` and `gpt-5`: the beginning of an id is one only if nothing else is.
        """
        if command.action is not Action.REPORT or command.text or not is_id(command.query):
            return command
        typed = command.query.removeprefix("#")
        found = await lookups.named(self.database, typed, limit=2)
        is_exact = any(one.id == typed for one in found)
        targets = () if is_exact or not found else (await Names(self.database, self.catalog).meant(command.query))[0]
        return command if targets or not found else Command(action=Action.WRITE_UP, incident=typed)

    async def answer(self, asked: Asked) -> Reply:
        """Count whoever asks, if it is clear what fails; else ask back."""
        query, words = asked.command.query, asked.command.text
        targets, rest = await Names(self.database, self.catalog).meant(query)
        words = " ".join(filter(None, (rest, words)))
        if not targets:
            return await self._not_known(query, words)
        if len(targets) > 1:
            return thanks.which_target(query, targets, words)
        (target,) = targets
        found = await self.hearing.report(target, asked.person, words)
        return thanks.thanks(found, target, self.hearing.terms, await self._page(target), self.clock.now())

    async def _page(self, target: Target) -> Standing | None:
        mine = await standings.called(self.database, {target.vendor})
        found = await standings.some(self.database, [one.key for one in mine if one.vendor == target.vendor])
        return found[0] if found else None

    async def _not_known(self, query: str, words: str) -> Reply:
        """Offer what is called like it: nobody is taken at their word for something that they may not have meant."""
        near = await partly(self.database, self.catalog, query) or await likely(self.database, self.catalog, query)
        known = [(one.name, one.vendor) for one in near]
        known += [(one.name, one.slug) for one in self.catalog.search(query)]
        known = known or [(one.name, one.slug) for one in self.catalog.nearest(query, limit=_LIKELY, likeness=0.6)]
        by_slug = {slug: name for name, slug in reversed(known)}
        likeliest = [(name, slug) for slug, name in reversed(by_slug.items())]
        return thanks.unknown_target(query, likeliest[:_LIKELY], words)


@dataclass(frozen=True, slots=True)
class Names:
    """What can be reported, by what people call it."""

    database: Database
    catalog: Catalog

    async def meant(self, query: str) -> tuple[Sequence[Target], str]:
        """Return what the longest beginning of some words is called exactly, and the words after it."""
        first, _, rest = query.partition(" ")
        # As the configuration writes it: `openai:Login`.
        words = [*first.split(":"), *rest.split()]
        vendors = {n: await self._vendors(" ".join(words[:n])) for n in range(1, min(len(words), _LONGEST_VENDOR) + 1)}
        for count in range(min(len(words), _LONGEST), 0, -1):
            whole, part = vendors.get(count) or (), await self._within(words[:count], vendors)
            # `github actions` is a name of GitHub's, and one of its components: that says more.
            is_same = {one.vendor for one in whole} == {one.vendor for one in part}
            found = (part if is_same else whole) or part or await self._components(" ".join(words[:count]))
            if found:
                return found, " ".join(words[count:])
        return (), ""

    async def _vendors(self, name: str) -> Sequence[Target]:
        """Return the vendors that are called so; `chatgpt` is one, and a part of it as well."""
        known = self.catalog.find(name)
        there = {one.vendor: one.name for one in await named(self.database, self.catalog, name)}
        if known is None:
            return [Target(vendor, called) for vendor, called in there.items()]
        called = there.get(known.slug, known.name)
        return [target_of(known.slug, called, known.components.get(folded(name), ()))]

    async def _within(self, words: Sequence[str], vendors: Mapping[int, Sequence[Target]]) -> Sequence[Target]:
        """Return the component that is meant by a vendor's name and a component's."""
        for count in range(min(len(words) - 1, _LONGEST_VENDOR), 0, -1):
            part = " ".join(words[count:])
            found = [named for one in vendors[count] if (named := await self._part(one, part)) is not None]
            if found:
                return found
        return ()

    async def _part(self, whose: Target, part: str) -> Target | None:
        meanings = self.catalog.meanings(whose.vendor).get(folded(part), ())
        if len(meanings) > 1:
            return target_of(whose.vendor, whose.name, meanings)
        wanted = folded(meanings[0] if meanings else part)
        for source in await standings.called(self.database, {whose.vendor}):
            for component in await standings.components(self.database, source.key):
                if folded(component.name) == wanted:
                    return Target(whose.vendor, whose.name, component.name)
        return target_of(whose.vendor, whose.name, meanings) if meanings else None

    async def _components(self, name: str) -> Sequence[Target]:
        """Return the components that are called so, of whatever is watched; else by the catalog's short names."""
        wanted = folded(name)
        found: list[Target] = []
        for one in await standings.partly_called(self.database, f"\n{wanted}\n", ()):
            parts = await standings.components(self.database, one.key)
            found += [Target(one.vendor, one.name, c.name) for c in parts if folded(c.name) == wanted][:1]
        known = [vendor for vendor in self.catalog.vendors if wanted in vendor.components]
        # Of what nobody watches only if nothing that is watched can be meant.
        watched = await standings.called(self.database, {vendor.slug for vendor in known}) if known else ()
        here = {one.vendor for one in watched}
        short = [vendor for vendor in known if vendor.slug in here] or ([] if found else known)
        found += [target_of(vendor.slug, vendor.name, vendor.components[wanted]) for vendor in short]
        return tuple({(one.vendor, folded(one.component)): one for one in reversed(found)}.values())[::-1]


def target_of(vendor: str, name: str, meanings: Sequence[str]) -> Target:
    """Return a vendor's part by what the catalog says that a word stands for: the first names it, the others are it."""
    names = [meaning.rstrip("*").strip() for meaning in meanings]
    return Target(vendor, name, names[0] if names else "", tuple(names[1:]))
