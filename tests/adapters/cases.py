"""Messages as the core makes them, each for what it shows; every platform renders the same ones.

Acme is nobody, and what is hostile in these texts is meant to be.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot.core.message import Line, Message, Moment, Quote, Tone, line

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
URL = "https://status.acme.example/incidents/1"


@dataclass(frozen=True, slots=True)
class Case:
    """A root, what is said in its thread, and the root at the end."""

    root: Message
    replies: tuple[Message, ...] = ()
    now: Message | None = None


def at(minutes: float) -> Moment:
    return Moment(NOON + timedelta(minutes=minutes))


def quote(text: str, minutes: float = 0, author: str = "Acme") -> Quote:
    return Quote(text, author, at(minutes).at)


def said(headline: str, *parts: Line | Quote, tone: Tone = Tone.MAJOR, broadcast: bool = False) -> Message:
    return Message(tone=tone, headline=headline, parts=parts, broadcast=broadcast)


OPEN = Message(
    tone=Tone.CRITICAL,
    headline="Acme: Elevated error rates across all APIs",
    parts=(
        line("Critical · investigating"),
        line("Since ", at(0)),
        line("Affects: API (major outage), Website (degraded performance), Batch jobs"),
        quote("We are seeing elevated error rates across all of our APIs and are looking into the cause."),
    ),
    url=URL,
)
RESOLVED = Message(
    tone=Tone.RESOLVED,
    headline="Acme: Elevated error rates across all APIs",
    parts=(
        line("Resolved · was critical · lasted 1 h 30 min"),
        line("From ", at(0), " to ", at(90)),
        line("Affects: API, Website, Batch jobs"),
        quote("All systems are back to normal.", 90),
    ),
    url=URL,
)
MAINTENANCE = Message(
    tone=Tone.MAINTENANCE,
    headline="Acme: Database upgrade",
    parts=(
        line("Maintenance · scheduled"),
        line("Planned for ", at(600), " to ", at(720)),
        line("Affects: API"),
        quote("We will be upgrading our primary database.\n\nExpect short interruptions."),
    ),
    url=URL,
)
COMPONENT = Message(
    tone=Tone.MAJOR,
    headline="Acme: API in major outage",
    parts=(
        line("Major · investigating"),
        line("Since ", at(0)),
        line("Acme's status page shows it; no incident has been posted."),
    ),
)

MARKUP = (
    "<!channel> <!here> @everyone @here <@U012345> <@&678> <#C012345> <https://evil.example|your bank> "
    "[your bank](https://evil.example) *bold* _it_ ~gone~ `code` ```block``` ||spoiler|| > quote # heading\n"
    "> Sitrep: all is well\n&lt;!channel&gt; <script>alert(1)</script> <b>bold</b>"
)
ESCAPES = "\x1b[31mred\x1b[0m \x1b[2J\x1b[1;1H\x1b]0;title\x07 \x9b31m back\b\b\rover\x00nul\x7f\x85next"
TURNED = "\u202eright to left\u202c \u2066isolate\u2069 \u200e\u200f\u061c a\u2028line\u2029paragraph"
BROKEN = "half a pair \ud83d and the other \udd25, \ufffe, \uffff"
WORDS = "word " * 4_000
ONE_WORD = "w" * 20_000


def everywhere(text: str, url: str | None = URL) -> Message:
    """Return a message that has `text` wherever a stranger may have written."""
    return Message(
        tone=Tone.MINOR,
        headline=f"{text}: {text}",
        parts=(line("Minor · ", text, at(0)), line(f"Affects: {text} ({text})"), Quote(text, text, NOON)),
        url=url,
        broadcast=True,
    )


HOSTILE: Mapping[str, Message] = {
    "markup": everywhere(MARKUP),
    "terminal-escapes": everywhere(ESCAPES),
    "turned-round": everywhere(TURNED),
    "broken-characters": everywhere(BROKEN),
    "an-address-with-more-in-it": everywhere("A title", f"{URL}\x1b[31m\n@everyone <!channel>|{URL}"),
    "far-too-many-words": everywhere(WORDS),
    "one-word-without-end": everywhere(ONE_WORD),
    "only-space": everywhere(" \n \t \n "),
    "only-lines": everywhere("\n" * 500),
    "nothing-at-all": Message(tone=Tone.NOTICE, headline=""),
    "an-empty-quote": Message(tone=Tone.NOTICE, headline="", parts=(Quote("", "", None), line())),
    "hundred-components": said("Acme: Errors", line(f"Affects: {', '.join(f'Component {n}' for n in range(100))}")),
    "hundred-parts": said("Acme: Errors", *(line(f"Part {number}") for number in range(100))),
    "hundred-quotes": said("100 updates at once", *(quote(f"Word {number}. " * 40) for number in range(100))),
}

# Rendered by every platform, reviewed by eye, kept beside the tests.
CASES: Mapping[str, Case] = {
    "critical-open": Case(
        OPEN,
        (
            said("Identified", quote("We found the cause and are working on a fix.", 12)),
            said("Impact raised: major → critical", broadcast=True, tone=Tone.CRITICAL),
            said("Website now affected (degraded performance)"),
        ),
    ),
    "resolved": Case(
        OPEN,
        (said("Resolved after 1 h 30 min", quote("All systems are back to normal.", 90), broadcast=True),),
        RESOLVED,
    ),
    "maintenance-scheduled": Case(MAINTENANCE),
    "component-alone": Case(COMPONENT),
    "hostile-markup": Case(everywhere(f"{MARKUP}\n{ESCAPES}\n{TURNED}"), (everywhere(MARKUP),)),
    "far-too-long": Case(
        Message(
            tone=Tone.MINOR,
            headline=f"Acme: {'Errors in a great many places at once ' * 8}".strip(),
            parts=(
                line("Minor · investigating"),
                line(f"Affects: {', '.join(f'Region {number}' for number in range(40))}"),
                quote("We are looking into it, and into everything else. " * 40 + "x" * 300),
            ),
            url=URL + "/" + "x" * 120,
        )
    ),
    "catch-up": Case(
        OPEN,
        (
            said(
                "3 updates at once",
                line("Identified"),
                quote("We found the cause.", 10),
                line("Acme edited an earlier update"),
                line("Before:"),
                Quote("We found the cause.", "Acme"),
                line("Now:"),
                Quote("We found the cause: a disk.", "Acme"),
                line("Monitoring"),
                quote("A fix is in place.\n\nWe keep watching.", 30),
            ),
        ),
    ),
    "edited-update": Case(
        OPEN,
        (
            said(
                "Acme edited an earlier update",
                line("State: investigating → identified"),
                line("Before:"),
                Quote("We are looking into it.", "Acme"),
                line("Now:"),
                Quote("We found the cause.", "Acme"),
            ),
        ),
    ),
}
