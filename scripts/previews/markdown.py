"""Discord's markdown as HTML.

The rules and their order are those of Discord's own apps, which read a text from left to right and take the first that
fits; https://support.discord.com/hc/en-us/articles/210298617 (Markdown 101) names the marks.

    marked(text, FULL)      content, descriptions, field values
    marked(text, INLINE)    titles and field names: no links, no lines of their own
    readable(html)          what is left when all marks are gone
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from scripts.previews.moments import moment


@dataclass(frozen=True, slots=True)
class Place:
    """What is read as a mark there: whole lines (quotes, headings, lists), quotes among them, links and mentions."""

    lines: bool
    quotes: bool
    links: bool


FULL = Place(lines=True, quotes=True, links=True)
INLINE = Place(lines=False, quotes=False, links=False)

Drawn = Callable[[re.Match[str], Place], str]
_FLAGS = re.DOTALL | re.ASCII
_BALANCED = r"(?:[^\s<>()]|\([^\s<>()]*\))"


def marked(said: str, place: Place) -> str:
    """Return a text as HTML; its line breaks are kept as such, and shown by `white-space`."""
    shown, at = [], 0
    while at < len(said):
        found, drawn = next(filter(None, (one(said, at, place) for one in _RULES)))
        shown.append(drawn)
        at = found.end()
    return "".join(shown)


def readable(drawn: str) -> str:
    """Return HTML of `marked` as text."""
    lines = re.sub(r"</(?:blockquote|h\d|small|pre|li)>", "\n", drawn).replace("<li", "• <li")
    return html.unescape(re.sub(r"<[^>]*>", "", lines)).strip()


Taken = tuple[re.Match[str], str] | None
Rule = Callable[[str, int, Place], Taken]


def _rule(pattern: str, draw: Drawn, needs: Callable[[Place], bool] = lambda _: True, flags: int = 0) -> Rule:
    compiled = re.compile(pattern, _FLAGS | flags)

    def take(said: str, at: int, place: Place) -> Taken:
        found = compiled.match(said, at) if needs(place) else None
        return (found, draw(found, place)) if found else None

    return take


def _around(tag: str) -> Drawn:
    return lambda found, place: f"<{tag}>{marked(found[1], replace(place, lines=False))}</{tag}>"


def _emphasis(said: str, at: int, place: Place) -> Taken:
    """Of the three that share their marks, take the longest."""
    taken = [one for one in (rule(said, at, place) for rule in (_ITALIC, _BOLD, _UNDERLINED)) if one]
    return max(taken, key=lambda one: one[0].end(), default=None)


_STARRED = r"\*(?=\S)((?:\*\*|\\.|\s+(?:\\.|[^\s*\\]|\*\*)|[^\s*\\])+?)\*(?!\*)"
_SCORED = r"_((?:__|\\.|[^\\_])+?)_\b"


def _italic(found: re.Match[str], place: Place) -> str:
    return f"<em>{marked(found[1] or found[2], replace(place, lines=False))}</em>"


_ITALIC = _rule(f"{_STARRED}|{_SCORED}", _italic)
_BOLD = _rule(r"\*\*((?:\\.|[^\\])+?)\*\*(?!\*)", _around("strong"))
_UNDERLINED = _rule(r"__((?:\\.|[^\\])+?)__(?!_)", _around("u"))


def _block(found: re.Match[str], _: Place) -> str:
    return f"<pre>{html.escape(found[1])}</pre>"


def _code(found: re.Match[str], _: Place) -> str:
    return f"<code>{html.escape(found[2])}</code>"


def _quote(found: re.Match[str], place: Place) -> str:
    inside = found[1] if found[1] is not None else re.sub(r"(?m)^ *> ", "", found[2]).removesuffix("\n")
    return f"<blockquote>{marked(inside, replace(place, quotes=False))}</blockquote>"


def _heading(found: re.Match[str], place: Place) -> str:
    size = len(found[1])
    return f"<h{size}>{marked(found[2], replace(place, lines=False))}</h{size}>"


def _items(found: re.Match[str], place: Place) -> str:
    inside = replace(place, lines=False)
    rows = re.findall(r"( *)([-*]|\d+\.) +([^\n]+)", found[0])
    drawn = (f'<li style="{_bullet(space, sign)}">{marked(said, inside)}</li>' for space, sign, said in rows)
    return f"<ul>{''.join(drawn)}</ul>"


def _bullet(space: str, sign: str) -> str:
    level = len(space) // 2
    kind = f"&quot;{sign} &quot;" if sign[:-1] else ("disc", "circle")[level > 0]
    return f"margin-left:{level * 1.25}em;list-style-type:{kind}"


def _escaped(found: re.Match[str], _: Place) -> str:
    return html.escape(found[1])


def _link(found: re.Match[str], _: Place) -> str:
    return anchor(found[1], html.escape(found[1]))


def _masked(found: re.Match[str], place: Place) -> str:
    return anchor(found[2], marked(found[1], replace(place, lines=False, links=False)), hidden=True)


def anchor(url: str, inside: str, *, hidden: bool = False) -> str:
    """Return a link; where the words hide the address, it is in the title."""
    title = f' title="{html.escape(url)}"' if hidden else ""
    return f'<a href="{html.escape(url)}"{title}>{inside}</a>'


def _bare(found: re.Match[str], _: Place) -> str:
    return f'<a class="bare" href="{html.escape(found[0])}">{html.escape(found[0])}</a>'


def _moment(found: re.Match[str], _: Place) -> str:
    return f"<time>{moment(int(found[1]), found[2] or 'f')}</time>"


def _mention(found: re.Match[str], _: Place) -> str:
    name = found[0].strip("<>").replace("@&", "@role ").replace("@!", "@").split(":")[0]
    return f'<span class="mention">{html.escape(name)}</span>'


def _emoji(found: re.Match[str], _: Place) -> str:
    return f'<span class="emoji">:{found[1]}:</span>'


def _text(found: re.Match[str], _: Place) -> str:
    return html.escape(found[0])


_RULES: tuple[Rule, ...] = (
    _rule(r"```(?:[a-z0-9_+\-.#]+?\n)?\n*([^\n].*?)\n*```\n?", _block, lambda place: place.lines, re.IGNORECASE),
    _rule(r"^ *>>> (.*)|^( *> [^\n]*(?:\n *> [^\n]*)*\n?)", _quote, lambda place: place.quotes, re.MULTILINE),
    _rule(r"^ *(#{1,3}) +([^\n]+?)(?: #+)? *(?:\n|\Z)", _heading, lambda place: place.lines, re.MULTILINE),
    _rule(r"^-# +([^\n]+?)(?:\n|\Z)", _around("small"), lambda place: place.lines, re.MULTILINE),
    _rule(r"(?:^ *(?:[-*]|\d+\.) +\S[^\n]*(?:\n|\Z))+", _items, lambda place: place.lines, re.MULTILINE),
    _rule(r"\\([^0-9A-Za-z\s])", _escaped),
    _rule(r"<(https?://[^\s<>]+)>", _link, lambda place: place.links),
    _rule(r"<t:(-?\d{1,12})(?::([tTdDfFsSR]))?>", _moment, lambda place: place.links),
    _rule(r"<(?:@[!&]?\d+|#\d+|/[^<>\n]{1,120}:\d+)>|@everyone|@here", _mention, lambda place: place.links),
    _rule(r"<a?:(\w{2,32}):\d+>", _emoji, lambda place: place.links),
    # Words with an address in them are no mask: https://github.com/discord/discord-api-docs/issues/7721
    _rule(
        rf"\[((?:(?!https?://\w\w)[^\[\]]|\[[^\]]*\])+)\]\(\s*<?(https?://{_BALANCED}+)>?(?:\s+[^()\n]*)?\)",
        _masked,
        lambda place: place.links,
    ),
    _rule(
        rf"(?:https?|steam|discord)://{_BALANCED}*(?:\([^\s<>()]*\)|[^\s<>().,:;\"'\]])",
        _bare,
        lambda place: place.links,
    ),
    _emphasis,
    _rule(r"~~(.+?)~~(?!_)", _around("s")),
    _rule(r"(`+)\s*(.*?[^`])\s*\1(?!`)", _code),
    _rule(r"\|\|(.+?)\|\|", _around("mark")),
    _rule(r".+?(?=[^0-9A-Za-z\s\u00c0-\U0010ffff]|\n|\b\w+:\S|\Z)", _text),
)
