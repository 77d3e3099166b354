"""What somebody is answered who reports that something fails: what is made of it, and what the vendor says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from bot.core.acted import acted
from bot.core.actions import Outcome
from bot.core.answers import cut
from bot.core.grammar import spell
from bot.core.message import Line, Reply, line
from bot.core.remarks import say
from bot.core.reports import Reported, Target, Terms
from bot.core.spans import duration
from bot.core.standing import Standing, checked
from bot.core.wording import headline, short
from bot.model import Action, Command, Incident, SourceKind

_CHOICES, _LABEL = 10, 70


def thanks(found: Reported, target: Target, terms: Terms, page: Standing | None, now: datetime) -> Reply:
    """Return what became of a report; `page` is how the vendor's own page stands, None if nobody watches it."""
    done = found.acted
    if done is None:
        return which_incident(target, found.choices)
    if not found.is_lone or done.outcome is Outcome.OVER:
        counted = acted(done, Action.AFFECTED, now)
        told = [line("Your words are in its thread.")] if any(entry.text for entry in done.entries) else []
        return replace(counted, message=replace(counted.message, parts=(*counted.message.parts, *told)))
    alone = f"so far you are the only one who reports {target.label}"
    several = f"{found.witnesses} people report {target.label} now"
    text = f"Thank you: {alone if found.witnesses <= 1 else several}"
    return say(text, *_course(found, target, terms), _page(target, page, now), line(done.incident.id))


def _course(found: Reported, target: Target, terms: Terms) -> list[Line]:
    """What comes of it next: a single witness is never announced."""
    if found.is_told:
        return [line("It is announced, as suspected.")]
    if found.witnesses >= terms.announce_after:
        return [line("No route of sitrep.toml wants it, so no channel hears of it.")]
    span, need = duration(terms.fades), terms.announce_after
    others = "somebody else reports it" if need == found.witnesses + 1 else f"{need} people report it"
    return [
        line(f"The channel hears of it when {others}, or a probe or {target.name} tells of it, within {span}."),
        line("Otherwise it is closed as unconfirmed. Reporting it again keeps it up."),
    ]


def _page(target: Target, page: Standing | None, now: datetime) -> Line:
    whose = f"{target.name}'s status page"
    if page is None:
        return line(f"{whose} is not watched.")
    if page.stale_since is not None:
        return line(f"{whose} can not be read for {duration(now - page.stale_since)}.")
    told = [one.title for one in page.incidents if any(view.teller is SourceKind.FEED for view in one.claims)]
    told += [f"{part.name} ({short(part.status)})" for part in page.components]
    if told:
        return line(f"{whose} tells of something else: ", cut(", ".join(told), 200))
    return line(f"{whose} tells of no trouble, {checked(page, now)}.")


def which_incident(target: Target, found: Sequence[Incident]) -> Reply:
    """Return the open incidents that may be meant, and that it may be none of them."""
    choices = [(cut(headline(one), _LABEL), spell(Command(action=Action.AFFECTED, incident=one.id))) for one in found]
    hint = line("If it is none of these, say which part of it fails: ", f"`report {target.vendor} <part>`")
    return say(f"Which one? {len(found)} incidents of {target.name} are open", hint, choices=choices[:_CHOICES])


def which_target(query: str, targets: Sequence[Target], words: str) -> Reply:
    """Return what may be meant by a name."""
    choices = []
    for one in targets[:_CHOICES]:
        what = f"{one.vendor} {one.component}".strip()
        choices.append((cut(one.label, _LABEL), spell(Command(action=Action.REPORT, query=what, text=words))))
    more = [line(f"{len(targets) - _CHOICES} more match.")] if len(targets) > _CHOICES else []
    return say(f"What fails for you? {len(targets)} are called like “{cut(query, 60)}”", *more, choices=choices)


def unknown_target(query: str, likely: Sequence[tuple[str, str]], words: str) -> Reply:
    """Return that nothing is called so; `likely` are names that are spelt like it, and their slugs."""
    hint = "Did you mean one of these?" if likely else "Begin with the vendor's name: `report github actions`."
    choices = [(name, spell(Command(action=Action.REPORT, query=slug, text=words))) for name, slug in likely]
    return say(f"Nothing is called “{cut(query, 60)}”", line(hint), choices=choices)
