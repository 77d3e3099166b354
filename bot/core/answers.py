"""The answers to `status`: everything on one screen, or one vendor's page.  Bounded, however bad it is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from urllib.parse import urlsplit

from bot.core import pressing, testimony
from bot.core.calling import CallerView, lines, overall
from bot.core.message import (
    TONES_BY_WEIGHT,
    Item,
    Line,
    Link,
    Message,
    Moment,
    Part,
    Quote,
    Reply,
    Span,
    Tone,
    heading,
    line,
)
from bot.core.overview import Overview, Row
from bot.core.people import as_of
from bot.core.spans import duration
from bot.core.standing import Standing, checked, is_only_suspected, of_probes
from bot.core.wording import TONES, capital, people, planned, short, state_word, words
from bot.model import Component, ComponentStatus, Impact, Incident, Kind, State

# What a person reads on one screen.
_ITEMS, _STALE, _INCIDENTS, _COMPONENTS = 12, 5, 5, 8
# Of one vendor among others.
_EACH = 2
_NAMES, _TITLE, _QUOTE = 500, 120, 700


def cut(text: str, most: int) -> str:
    """Return the text, or its beginning up to a word's end."""
    if len(text) <= most:
        return text
    head = text[: most - 1]
    return (head.rpartition(" ")[0] or head).rstrip() + "…"


def everything(
    overview: Overview, now: datetime, callers: Sequence[CallerView] = (), ours: Sequence[Part] = ()
) -> Reply:
    """Return how everything watched stands, worst first; what is well is only named.

    `ours`, which is how our own services stand, comes first, `callers` come last.
    """
    found = overview.survey
    parts: list[Part] = [*ours, heading("Everything watched", level=2)] if ours else []
    parts += [_item(overview, row, now) for row in found.troubled[:_ITEMS]]
    parts += _named("Not operational either: ", found.troubled[_ITEMS:])
    parts += [item(one, now) for one in overview.unwatched[:_ITEMS]]
    parts += _listed("Our own witnesses tell of trouble too: ", [one.name for one in overview.unwatched[_ITEMS:]])
    parts += [_item(overview, row, now) for row in found.stale[:_STALE]]
    parts += _named("Can not be read either: ", found.stale[_STALE:])
    parts += _named("Not looked at yet: ", found.unread)
    parts += _named("Operational: ", found.well, found.unlisted)
    # A job that accuses nobody is an incident of its own name.
    named = {one.name for one in overview.unwatched}
    parts += overall([view for view in callers if view.name not in named])
    worst = [overview.closer[row.key] for row in found.troubled[:1] if row.key in overview.closer]
    looks = [look(one) for one in (*worst, *overview.unwatched[:1])]
    well = Tone.RESOLVED if found.well and not found.stale else Tone.NOTICE
    tone = max(looks, key=TONES_BY_WEIGHT.index, default=well)
    return Reply(message=Message(tone=tone, headline=_headline(overview), parts=tuple(parts)), shareable=True)


def _headline(overview: Overview) -> str:
    found, others = overview.survey, len(overview.unwatched)
    blind = len(found.stale) + len(found.unread)
    rest = f", {blind:,} can not be told" if blind else ""
    sure, maybe = len(found.troubled) - found.suspected, found.suspected
    if sure:
        more = f", {maybe + others:,} more suspected" if maybe + others else ""
        return f"{sure:,} of {found.total:,} not operational{more}{rest}"
    if maybe:
        more = f", {others:,} more that nobody watches" if others else ""
        return f"{maybe:,} of {found.total:,} suspected to be in trouble{more}{rest}"
    if blind:
        lead = f"{others:,} suspected to be in trouble," if others else "No trouble known, but"
        return f"{lead} {blind:,} of {found.total:,} can not be told"
    if others:
        well = "all that is watched is operational" if found.total else "nothing is watched yet"
        return f"{others:,} suspected to be in trouble; {well}"
    if not found.total:
        return "Nothing is watched yet"
    return f"All {found.total:,} operational" if found.total > 1 else f"{found.well[0].name}: operational"


def _named(lead: str, rows: Sequence[Row], unlisted: int = 0) -> list[Line]:
    return _listed(lead, [row.name for row in rows], unlisted)


def _listed(lead: str, names: Sequence[str], unlisted: int = 0) -> list[Line]:
    return [line(lead, listed(names, unlisted=unlisted))] if names else []


def listed(names: Sequence[str], room: int = _NAMES, unlisted: int = 0) -> str:
    """Return names in a row, as many as there is room for, and how many more there are."""
    shown: list[str] = []
    for name in names:
        if shown and sum(map(len, shown)) + len(name) > room:
            break
        shown.append(cut(name, _TITLE))
    more = len(names) - len(shown) + unlisted
    return ", ".join(shown) + (f" and {more:,} more" if more else "")


def _item(overview: Overview, row: Row, now: datetime) -> Item:
    found = overview.closer.get(row.key)
    return item(found, now) if found else Item(Tone.NOTICE, row.name)


def item(standing: Standing, now: datetime) -> Item:
    """Return one vendor as one of several: how it stands, and what is the matter."""
    going_on = underway(standing)
    several, more = len(going_on) > 1, len(going_on) - _EACH
    rows = [
        line(cut(i.title, _TITLE), " · ", severity(i) if several else "", *stage(i), seen(i)) for i in going_on[:_EACH]
    ]
    rows += [line(f"and {more} more incident{'s' if more > 1 else ''}")] if more > 0 else []
    if not going_on and standing.components:
        rows.append(line(_parts(standing.components)))
    rows += [*lost(standing, now), *probed(standing, now)]
    return Item(look(standing), standing.name, (condition(standing),), tuple(rows))


def seen(incident: Incident) -> str:
    """Return in a few words what witnesses of ours see, to follow where an incident stands."""
    found = testimony.brief(incident)
    return f" · {found}" if found else ""


def underway(standing: Standing) -> tuple[Incident, ...]:
    """Return what is going on, the worst first; what is only planned is not."""
    return pressing.in_order(incident for incident in standing.incidents if incident.state is not State.SCHEDULED)


def condition(standing: Standing) -> str:
    """Return in a word or two how it stands; what can not be read is never simply operational.

    A trouble that is known of comes first all the same.
    """
    word = _condition(standing)
    if not standing.stale_since or standing.impact is None:
        return word
    known = standing.impact.rank
    return f"{word} as last known, {standing.lost} now" if known else f"{standing.lost}, last known: {word}"


def _condition(standing: Standing) -> str:
    if standing.impact is None:
        return standing.lost if standing.stale_since else "not looked at yet"
    if is_only_suspected(standing):
        return "suspected"
    if standing.impact is Impact.NONE:
        kinds = {incident.kind for incident in underway(standing)}
        return "maintenance" if Kind.MAINTENANCE in kinds else "notice posted" if kinds else "operational"
    return "in trouble" if standing.impact is Impact.UNKNOWN else words(standing.impact)


def look(standing: Standing) -> Tone:
    """Return how it looks: never well unless it was seen to be."""
    if standing.impact is None or (standing.stale_since and not standing.impact.rank):
        return Tone.NOTICE
    if standing.impact is not Impact.NONE:
        return TONES[standing.impact]
    kinds = {incident.kind for incident in underway(standing)}
    return Tone.MAINTENANCE if Kind.MAINTENANCE in kinds else Tone.NOTICE if kinds else Tone.RESOLVED


def severity(incident: Incident) -> str:
    """Return how bad an incident is, to be followed by where it stands; nothing if nobody has said."""
    return "" if incident.impact in {Impact.NONE, Impact.UNKNOWN} else f"{words(incident.impact)} · "


def stage(incident: Incident) -> tuple[Span, ...]:
    """Return where an incident stands: state, since when, who has it, and whether it is muted."""
    has = f" · {incident.acked.name} has it" if incident.acked else ""
    return state_word(incident), " since ", Moment(incident.started_at), has, " · muted" if incident.muted else ""


def lost(standing: Standing, now: datetime) -> list[Line]:
    """Return since when and why it can not be read; nothing if it can."""
    # What a probe can not tell is in its own line.
    if standing.stale_since is None or standing.is_probe:
        return []
    return [line(f"Can not be read for {duration(now - standing.stale_since)}: {cut(standing.reason, 200)}")]


def probed(standing: Standing, now: datetime) -> list[Line]:
    """Return how its probes stand; nothing if it has none."""
    return [line(*of_probes(standing, now))] if standing.probes else []


def unwell(components: Sequence[Component]) -> Line:
    """Return which components are not well."""
    return line("Not well: ", _parts(components))


def _parts(components: Sequence[Component]) -> str:
    shown = ", ".join(f"{cut(c.name, _TITLE)} ({short(c.status)})" for c in components[:_COMPONENTS])
    more = len(components) - _COMPONENTS
    return shown + (f" and {more} more" if more > 0 else "")


def one(
    standing: Standing,
    now: datetime,
    asked: Iterable[Component] = (),
    remark: str = "",
    callers: Sequence[CallerView] = (),
) -> Reply:
    """Return one vendor's page; `asked` are the components that somebody asked for, well or not.

    `callers` are those who call in to tell of it.
    """
    parts: list[Part] = [line(remark)] if remark else []
    parts += [_source(standing, now), *lost(standing, now), *probed(standing, now), *lines(callers)]
    parts += _asked(wanted := list(asked))
    going_on = underway(standing)
    for incident in going_on[:_INCIDENTS]:
        parts += [of_incident(as_of(incident, now)), *last_words(incident)]
    if len(going_on) > _INCIDENTS:
        parts.append(line(f"{len(going_on) - _INCIDENTS} more incidents are open."))
    listed_there = {part.id for incident in going_on for part in incident.components} | {part.id for part in wanted}
    others = [component for component in standing.components if component.id not in listed_there]
    parts += [unwell(others)] if others else []
    parts += [plan(i) for i in standing.incidents if i.state is State.SCHEDULED][:_INCIDENTS]
    headline = f"{standing.name}: {condition(standing)}"
    return Reply(message=Message(tone=look(standing), headline=headline, parts=tuple(parts)), shareable=True)


def _asked(parts: Sequence[Component]) -> list[Line]:
    """Return how some components are, a line each; of many, those that are well are only named."""
    if len(parts) <= _COMPONENTS:
        return [line(f"{c.name}: {short(c.status)}") for c in parts]
    well = [c.name for c in parts if c.status is ComponentStatus.OPERATIONAL]
    unwell = [c for c in parts if c.status is not ComponentStatus.OPERATIONAL]
    rows = [line(f"{c.name}: {short(c.status)}") for c in unwell[:_COMPONENTS]]
    if len(unwell) > _COMPONENTS:
        rows.append(line(f"{len(unwell) - _COMPONENTS} more of them are not operational."))
    return [*rows, line("Operational: ", listed(well))] if well else rows


def _source(standing: Standing, now: datetime) -> Line:
    fresh = capital(checked(standing, now)) if not standing.url else f", {checked(standing, now)}"
    page: tuple[Span, ...] = (
        (Link(urlsplit(standing.url).netloc or standing.url, standing.url),) if standing.url else ()
    )
    return line(*page, fresh)


def of_incident(incident: Incident) -> Item:
    """Return one open incident: how bad, since when, what it affects, who has it."""
    where: tuple[Span, ...] = (Link("official page", incident.url), " · ") if incident.url else ()
    affected = [c for c in incident.components if c.status.impact is not Impact.NONE] or list(incident.components)
    named = affected and incident.kind is not Kind.SUSPECTED
    rows = [line("Affects: ", listed([c.name for c in affected], 200))] if named else []
    rows += [*testimony.lines(incident), *people(incident), line(*where, incident.id)]
    tone = Tone.MAINTENANCE if incident.kind is Kind.MAINTENANCE else TONES[incident.impact]
    return Item(tone, cut(incident.title, _TITLE), (severity(incident), *stage(incident)[:3]), tuple(rows))


def last_words(incident: Incident) -> list[Quote]:
    """Return what was said of it last; nothing if nothing was."""
    said = incident.latest
    return [Quote(cut(said.text, _QUOTE), said.author, said.at)] if said else []


def plan(incident: Incident) -> Item:
    """Return a maintenance that is yet to begin."""
    (window,) = planned(incident.starts_at, incident.ends_at)
    return Item(Tone.MAINTENANCE, cut(incident.title, _TITLE), window.spans)


def caller(view: CallerView) -> Reply:
    """Return how one stands who calls in."""
    tone = Tone.NOTICE if view.condition == "hook" else Tone.RESOLVED if view.is_well else Tone.MINOR
    return Reply(message=Message(tone=tone, headline=f"{view.name}: {view.condition}", parts=(line(*view.words),)))


def several(standings: Sequence[Standing], now: datetime, query: str) -> Reply:
    """Return all that the words may mean, and each to be chosen."""
    parts: list[Part] = [item(standing, now) for standing in standings[:_ITEMS]]
    more = [standing.name for standing in standings[_ITEMS:]]
    parts += [line("Also: ", listed(more))] if more else []
    choices = tuple(
        (cut(one.name, 70), f"status {one.name if one.is_alone else one.vendor}") for one in standings[:_ITEMS]
    )
    headline = f"{len(standings)} that “{cut(query, 60)}” may mean"
    tone = look(standings[0])
    return Reply(message=Message(tone=tone, headline=headline, parts=tuple(parts)), shareable=True, choices=choices)
