"""What people are told of the board: where it is, a link of their own, and an incident's page."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import quote

from bot.core.message import Line, Link, Message, Reply, Tone, line


def address(url: str, incident: str) -> str:
    """Return where an incident's page is on the board."""
    return f"{url}{path(incident)}"


def path(incident: str) -> str:
    """Return the path of an incident's page."""
    return f"/incidents/{quote(incident, safe='')}"


def row(url: str, incident: str) -> Line:
    """Return the line that leads to an incident's page."""
    return line(Link("On the board", address(url, incident)))


def with_link(message: Message, url: str, incident: str) -> Message:
    """Return a message with a line that leads to its incident's page; as it is where nobody said where the board is."""
    return replace(message, parts=(*message.parts, row(url, incident))) if url else message


def nowhere() -> Reply:
    """Return that nobody said how people reach the board."""
    return _say(
        "Nobody has said yet where the board is found",
        line(
            "Whoever runs Sitrep sets `url` in the table [board] of sitrep.toml; `sitrep check` says what it is then."
        ),
    )


def found(url: str, to: str) -> Reply:
    """Return where the board is, where nobody can act on it."""
    return _say("The board", line(Link("Open the board", f"{url}{to}")))


def signed(url: str, name: str, text: str, *, minutes: int, hours: int) -> Reply:
    """Return somebody's own link."""
    return _say(
        "The board: a link of your own",
        line(Link("Open the board", f"{url}/enter?pass={text}")),
        line(f"It is good once, for {minutes} minutes, and lets you act there as {name}: give it to nobody."),
        line(f"The board then stays open to that browser for {hours} hours."),
    )


def _say(headline: str, *rows: Line) -> Reply:
    return Reply(message=Message(tone=Tone.NOTICE, headline=headline, parts=rows), aside=True)
