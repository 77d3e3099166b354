"""Short answers: what became of what somebody did, what was not understood, how Sitrep itself is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.core.answers import cut, listed
from bot.core.grammar import Misunderstood, spell
from bot.core.message import Item, Link, Message, Moment, Part, Reply, Tone, line
from bot.core.spans import duration
from bot.core.standing import Standing
from bot.core.wording import capital
from bot.errors import StoreRefused, StoreUnavailable, StoreUnsure
from bot.model import Announcement, Command

_MOST = 10


def say(text: str, *parts: Part, choices: Sequence[tuple[str, str]] = ()) -> Reply:
    """Return a remark for one person."""
    return Reply(message=Message(tone=Tone.NOTICE, headline=text, parts=parts), choices=tuple(choices))


def misunderstood(what: Misunderstood) -> Reply:
    """Return what was wrong with the words, and what may have been meant."""
    meant = (*what.meant, what.otherwise) if what.otherwise else what.meant
    choices = tuple(dict.fromkeys((cut(spell(one), 70), spell(one)) for one in meant))
    return say(what.hint, line("Did you mean one of these?" if choices else "`help` shows all."), choices=choices)


def which(command: Command, choices: Sequence[tuple[str, str]]) -> Reply:
    """Return the incidents that may be meant, each to be chosen."""
    more = [line(f"{len(choices) - _MOST} more match.")] if len(choices) > _MOST else []
    text = f"Which incident? {len(choices)} match “{cut(command.incident or '', 60)}”"
    return say(text, *more, choices=choices[:_MOST])


def no_incident(words: str | None) -> Reply:
    """Return that there is none such."""
    if not words:
        return say("No incident is open")
    return say(f"No open incident is called “{cut(words, 60)}”", line("`incidents` lists the open ones."))


def whose_incidents(query: str, likely: Sequence[tuple[str, str]]) -> Reply:
    """Return whose incidents may be meant, where nobody who has any is called so; names and slugs."""
    choices = tuple((name, f"incidents {slug}") for name, slug in likely)
    return say(f"Whose incidents? Nobody is called just “{cut(query, 60)}”", choices=choices)


def unknown(query: str, likely: Sequence[tuple[str, str]]) -> Reply:
    """Return that nobody knows such a vendor; `likely` are names that are spelt like it, and their slugs."""
    hint = "Did you mean one of these?" if likely else "`status` alone lists everything watched, `help` what to ask."
    choices = tuple((name, f"status {slug}") for name, slug in likely)
    return say(f"Nothing is called “{cut(query, 60)}”", line(hint), choices=choices)


def ambiguous(query: str, likely: Sequence[tuple[str, str]], more: int) -> Reply:
    """Return that several may be meant, with the names and slugs of some; `more` are left out."""
    hint = f"{more:,} more are called like it: type more of the name." if more > 0 else "None of them is watched."
    choices = tuple((name, f"status {slug}") for name, slug in likely)
    return say(f"Which one? “{cut(query, 60)}” may mean several", line(hint), choices=choices)


def or_one_of(reply: Reply, query: str, others: Sequence[tuple[str, str]]) -> Reply:
    """Return an answer with those beside it that share the very word; `others` are their names and slugs."""
    if not others:
        return reply
    hint = line(f"“{cut(query, 60)}” may also mean one of these, which have pages of their own.")
    choices = (*reply.choices, *((name, f"status {slug}") for name, slug in others))
    return replace(reply, message=replace(reply.message, parts=(*reply.message.parts, hint)), choices=choices)


def looking(name: str, url: str) -> Reply:
    """Return what is shown while a page is read that nobody watches."""
    message = Message(tone=Tone.NOTICE, headline=f"{name} is not watched: looking at its page …", url=url)
    return Reply(message=message)


def unreadable(name: str, url: str, reason: str) -> Reply:
    """Return that a page that nobody watches could not be read: nothing is known then."""
    text = f"{name} is not watched, and its page can not be read just now"
    return Reply(message=Message(tone=Tone.NOTICE, headline=text, parts=(line(capital(cut(reason, 200))),), url=url))


def failed(error: Exception) -> Reply:
    """Return what is said when something of ours is broken, or the database is away."""
    if isinstance(error, StoreUnsure):
        return say(
            "Sitrep's database stopped answering in the middle: whether that was done is not known. "
            "Please look before you do it again."
        )
    if isinstance(error, StoreRefused):
        return say(f"Nothing was done: Sitrep can not keep anything just now ({error.reason}). It goes on by itself.")
    if isinstance(error, StoreUnavailable):
        return say("Sitrep's database does not answer just now, and nothing was done. Please try again in a minute.")
    return say("That went wrong on our side: it is in Sitrep's log. Please try again, or tell whoever runs it.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """How Sitrep itself is: what it can not read, what it could not tell, and what its platforms say of themselves.

    `misfits` are watches whose filters name what their pages do not have, with those names.
    `board` is where people find it.  `jobs` are late, or waited for: that is shown, and is no trouble yet.
    """

    watched: int
    stale: tuple[Standing, ...] = ()
    stale_total: int = 0
    unread: int = 0
    stuck: tuple[Announcement, ...] = ()
    stuck_total: int = 0
    waiting: int = 0
    open_incidents: int = 0
    platforms: tuple[str, ...] = ()
    misfits: tuple[tuple[str, tuple[str, ...]], ...] = ()
    jobs: tuple[str, ...] = ()
    board: str = ""


def health(found: Health, now: datetime) -> Reply:
    """Return what Sitrep can not do just now, with since when and why."""
    well = not (found.stale_total or found.stuck_total or found.platforms or found.misfits)
    is_known = found.watched > found.unread
    tone = Tone.MAJOR if not well else Tone.RESOLVED if is_known else Tone.NOTICE
    parts: list[Part] = [line(_counts(found))]
    parts += [Item(Tone.CRITICAL, cut(said, 300)) for said in found.platforms]
    parts += [_misfit(*one) for one in found.misfits[:_MOST]]
    parts += [_lost(standing, now) for standing in found.stale[:_MOST]]
    if found.stale_total > _MOST:
        parts.append(line(f"{found.stale_total - _MOST:,} more can not be read."))
    parts += [_stuck(announcement) for announcement in found.stuck[:_MOST]]
    if found.stuck_total > _MOST:
        parts.append(line(f"{found.stuck_total - _MOST:,} more are stuck."))
    parts += [Item(Tone.NOTICE, cut(said, 300)) for said in found.jobs[:_MOST]]
    parts += [line("Board: ", Link(found.board, found.board))] if found.board else []
    return Reply(message=Message(tone=tone, headline=_in_short(found, well=well), parts=tuple(parts)))


def _in_short(found: Health, *, well: bool) -> str:
    """Say how it stands in one line; what nobody has looked at is not said to be well."""
    if not well:
        return "Something needs a look"
    if not found.watched:
        return "Nothing is watched yet: `sitrep run` has not begun to"
    if found.unread >= found.watched:
        return "Nothing has been looked at yet"
    what = "that was looked at" if found.unread else "watched"
    return f"Everything {what} can be read, and everything was told"


def _counts(found: Health) -> str:
    counts = [
        f"{found.watched:,} watched",
        f"{found.stale_total:,} can not be read",
        f"{found.unread:,} not looked at yet" if found.unread else "",
        f"{found.open_incidents:,} open incidents" if found.open_incidents != 1 else "1 open incident",
        f"{found.waiting:,} {_announcements(found.waiting)} waiting to be sent" if found.waiting else "",
        f"{found.stuck_total:,} {_announcements(found.stuck_total)} stuck" if found.stuck_total else "",
    ]
    return listed([count for count in counts if count])


def _misfit(name: str, names: Sequence[str]) -> Item:
    said = line("`components` of its [[watch]] wants what nothing on its page is called: ", cut(listed(names), 300))
    return Item(Tone.NOTICE, name, (), (said,))


def _lost(standing: Standing, now: datetime) -> Item:
    since = standing.stale_since or now
    spans = (f"{standing.lost} for {duration(now - since)}, since ", Moment(since))
    seen = (line("Last good look: ", Moment(standing.checked_at)),) if standing.checked_at else ()
    reason = standing.reason.removeprefix(f"{standing.lost}: ")
    return Item(Tone.NOTICE, standing.name, spans, (line(cut(reason, 200)), *seen))


def _stuck(announcement: Announcement) -> Item:
    spans = (f"{announcement.state}: {cut(announcement.error, 200)}",)
    return Item(Tone.MAJOR, str(announcement.destination), spans, (line(announcement.incident),))


def _announcements(count: int) -> str:
    return "announcement" if count == 1 else "announcements"
