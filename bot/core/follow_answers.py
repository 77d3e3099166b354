"""What is said of channels that choose what they hear."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.core.answers import cut, listed
from bot.core.chat_routes import ChatRoute, Filters
from bot.core.follow_verbs import spelt_filters
from bot.core.grammar import spell
from bot.core.message import Line, Moment, Part, Reply, Span, heading, line
from bot.core.remarks import say
from bot.model import Action, Command, Destination, Impact, Source

_NAME, _MOST = 60, 20
CONSOLE = Destination("console")


def where(to: Destination, place: str, here: str) -> str:
    """Return a channel as people read it: this one, or as it is written."""
    if to == CONSOLE:
        return "the console"
    return "this channel" if place and place == here else str(to)


def wanted(filters: Filters) -> str:
    """Return which incidents a channel wants, in words."""
    parts = [
        f"about {listed(filters.components, 200)}" if filters.components else "",
        f"in {listed(filters.regions, 200)}" if filters.regions else "",
        f"{filters.min_impact.value} or worse" if filters.min_impact not in {Impact.NONE, Impact.CRITICAL} else "",
        "critical" if filters.min_impact is Impact.CRITICAL else "",
    ]
    kinds = " and ".join({"suspected": "suspicions"}.get(kind, f"{kind}s") for kind in filters.kinds)
    said = ", ".join(filter(None, (kinds, *parts)))
    return said or "whatever is told of it"


def following(route: ChatRoute, before: ChatRoute | None, open_ones: tuple[int, int], here: str) -> Reply:
    """Return what a channel is told from now on; of what is open how much is told at once, and how much is muted."""
    begun, kept = open_ones
    place = where(route.to, route.place, here)
    text = f"From now on {place} is told {cut(route.name, _NAME)}'s incidents"
    if before is not None and before.filters == route.filters:
        text = f"{place[0].upper()}{place[1:]} is told {cut(route.name, _NAME)}'s incidents already"
    was = f" Before: {wanted(before.filters)}." if before is not None and before.filters != route.filters else ""
    parts: list[Line] = [line(f"Which: {wanted(route.filters)}.{was}")]
    if begun:
        parts.append(line(f"{begun} {'is' if begun == 1 else 'are'} open, and told there now."))
    if kept:
        more = " more" if begun else ""
        parts.append(line(f"{kept}{more} {'is' if kept == 1 else 'are'} open and muted: told when that is over."))
    stop = _stop(route, here)
    return say(text, *parts, choices=[("Stop that", spell(stop)), ("What is watched", "watch list")])


def _stop(route: ChatRoute, here: str) -> Command:
    return Command(action=Action.UNFOLLOW, query=route.vendor, url=None if route.place == here else str(route.to))


def with_line(reply: Reply, *lines: Part) -> Reply:
    """Return an answer with more to say."""
    return replace(reply, message=replace(reply.message, parts=(*reply.message.parts, *lines)))


def narrowed(source: Source) -> tuple[Line, ...]:
    """Return what the watch itself leaves out: that is told nowhere."""
    names = [*source.components, *source.regions]
    if not names:
        return ()
    return (line(f"sitrep.toml watches only this of it: {listed(names, 200)}. The rest is told nowhere."),)


def misfits(name: str, wrong: Sequence[str], near: Sequence[str], command: Command, filters: Filters) -> Reply:
    """Return that nothing on a page has the names of a filter, with what is called like them."""
    kept = tuple(one for one in filters.components if one not in wrong)
    choices = [
        (one, spell(replace(command, text=spelt_filters(replace(filters, components=(*kept, one)))))) for one in near
    ]
    hint = "Did you mean one of these?" if near else f"`status {name.lower()}` shows what it has."
    return say(f"{_nothing_there(name, wrong)} Nothing was changed", line(hint), choices=choices)


def _nothing_there(name: str, wrong: Sequence[str]) -> str:
    names = ", ".join(f"“{cut(one, _NAME)}”" for one in wrong)
    return f"Nothing on {cut(name, _NAME)}'s page is called {names}."


def read_now(seen: Reply, said: Reply, wrong: Reply | None) -> Reply:
    """Return how a page stands that was just added, with what a channel is told of it, and which names do not fit."""
    found = with_line(seen, line(said.message.headline), *said.message.parts)
    if wrong is None:
        return found
    hint = line(f"{wrong.message.headline.removesuffix(' Nothing was changed')} Such names let nothing in.")
    return replace(with_line(found, hint), choices=wrong.choices)


def added(reply: Reply) -> Reply:
    """Return the same, for a vendor that nobody had watched before."""
    return with_line(reply, line("It was not watched before, and is from now on."))


def which(query: str, choices: Sequence[tuple[str, str]]) -> Reply:
    """Return whose incidents may be meant, each to be chosen."""
    return say(f"Which one is “{cut(query, _NAME)}”? Nothing was changed", choices=choices[:_MOST])


def stopped(route: ChatRoute, here: str) -> Reply:
    """Return that a channel is told no more of a vendor because of what was said there."""
    place = where(route.to, route.place, here)
    rest = "What is open and was told there is kept current until its end. What sitrep.toml routes there still comes."
    return say(f"{place[0].upper()}{place[1:]} no longer asks for {cut(route.name, _NAME)}'s incidents", line(rest))


def not_followed(query: str, place: str, others: Sequence[ChatRoute]) -> Reply:
    """Return that nobody has asked for that in this channel, with what there is to stop instead."""
    choices = [(f"{one.name} in {one.to}", spell(_stop(one, ""))) for one in others[:_MOST]]
    hint = "Elsewhere it is:" if others else "`watch list` tells what each channel has asked for."
    return say(f"Nobody has asked for “{cut(query, _NAME)}” in {place}", line(hint), choices=choices)


def unusable(place: str, reasons: Sequence[str]) -> Reply:
    """Return why nothing can be told in a channel."""
    return say(f"Nothing can be told in {cut(place, _NAME)} yet", *(line(cut(one, 300)) for one in reasons))


def no_channel(said: str) -> Reply:
    """Return that a place is none where incidents can be told."""
    hint = "Write `here` in the channel, `to slack:#name`, `to slack:C…` or `to discord:<channel id>`."
    return say(f"“{cut(said, _NAME)}” is no channel", line(f"{hint} Nothing was changed."))


def lines(made: Sequence[ChatRoute], here: str) -> list[Line]:
    """Return which channels have chosen what they hear, this one first."""
    if not made:
        return []
    mine = [one for one in made if one.place == here and here]
    rest = [one for one in made if one not in mine]
    rows = [_row(one, here) for one in (*mine, *rest)[:_MOST]]
    more = [line(f"and {len(made) - _MOST:,} more")] if len(made) > _MOST else []
    return [heading("Channels that chose what they hear", level=2), *rows, *more]


def _row(one: ChatRoute, here: str) -> Line:
    by: tuple[Span, ...] = (f" · by {one.by} at ", Moment(one.at))
    return line(f"{cut(one.name, _NAME)} → {where(one.to, one.place, here)}: {wanted(one.filters)}", *by)
