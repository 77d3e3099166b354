"""What is said of what is watched: added, taken out, listed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from bot.core.answers import cut
from bot.core.message import Line, Link, Message, Reply, Tone, line
from bot.core.remarks import say
from bot.core.wording import capital
from bot.model import AUTO, Source

_ADDRESS = 200
_NAME = 60
_MOST = 10
_BY_ADDRESS = "A page that is not in the catalog is watched by its address: `watch add https://…`"


def added(source: Source) -> Reply:
    """Return that a page is watched from now on; how it stands follows when it has been read."""
    form = "its format is found out at the first look" if source.format == AUTO else f"it speaks {source.format}"
    return say(f"{source.name} is watched from now on", line("Page: ", Link(source.url, source.url), f" · {form}"))


def there_already(source: Source, *, in_file: bool) -> Reply:
    """Return that a page is watched already, and who says so."""
    return replace(say(f"{source.name} is watched already", line(_whence(in_file=in_file))), already=True)


def removed(source: Source) -> Reply:
    """Return that a page is watched no more."""
    rest = "What is open of it stays as it was last told. `watch add` watches it again."
    return say(f"{source.name} is watched no more", line(rest))


def in_file(source: Source) -> Reply:
    """Return that only the file can take a page out."""
    rest = "Take its [[watch]] out there, and restart."
    return say(f"{source.name} is watched because sitrep.toml says so", line(rest))


def not_there(query: str) -> Reply:
    """Return that nothing that is watched is called so."""
    return say(f"Nothing that is watched is called “{cut(query, _NAME)}”", line("`watch list` tells what is watched."))


def whose(query: str, choices: Sequence[tuple[str, str]], total: int) -> Reply:
    """Return who may be meant, of `total` that may be, each to be chosen."""
    more = total - len(choices)
    hint = f"{more:,} more are called like it: type more of the name." if more > 0 else _BY_ADDRESS
    return say(f"Whose page is “{cut(query, _NAME)}”?", line(hint), choices=choices)


def which(query: str, vendors: Mapping[str, str]) -> Reply:
    """Return which of what is watched may be meant, each to be taken out."""
    choices = [(vendor, f"watch remove {vendor}") for vendor in vendors.values()]
    return say(f"Which one is “{cut(query, _NAME)}”? Nothing was changed", choices=choices[:_MOST])


def refused(query: str, reason: str) -> Reply:
    """Return why something can not be watched."""
    return say(f"“{cut(query, _NAME)}” can not be watched", line(cut(reason, _ADDRESS)))


def unread(source: Source, reason: str) -> Reply:
    """Return that a page that was just added can not be read yet."""
    text = f"{source.name} is watched, but its page can not be read just now"
    return say(text, line(capital(cut(reason, _ADDRESS))), line("It is tried again; `watch remove` takes it out."))


def listed(total: int, some: Sequence[tuple[Source, bool, bool]]) -> Reply:
    """Return what is watched: each source, whether the file says so, and whether it can be read."""
    rows = [_row(*one) for one in some]
    if total > len(some):
        rows.append(line(f"and {total - len(some):,} more"))
    pages = "1 page is watched" if total == 1 else f"{total:,} pages are watched"
    return Reply(message=Message(tone=Tone.NOTICE, headline=pages, parts=tuple(rows)), shareable=True)


def _row(source: Source, in_file: bool, is_stale: bool) -> Line:  # noqa: FBT001  (a row of a list)
    form = "format not known yet" if source.format == AUTO else source.format
    more = " · can not be read just now" if is_stale else ""
    where = "sitrep.toml" if in_file else "added in chat"
    return line(Link(source.url, source.name), f" · {form} · {where}{more}")


def _whence(*, in_file: bool) -> str:
    return "sitrep.toml says so." if in_file else "It was added in chat; `watch remove` takes it out."
