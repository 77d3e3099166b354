"""Messages for what they show; every platform renders the same ones.

Acme is nobody, and what is hostile in these texts is meant to be.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from bot.core import helping, replies, wording
from bot.core.actions import Acted, Outcome
from bot.core.message import Line, Message, Moment, Quote, Tone, line
from bot.core.records import record
from bot.core.reminding import remind
from bot.core.reports import Reported, Target, Terms
from bot.core.scorecard import WINDOW, Extreme, Lags, Scorecard, Words
from bot.core.standing import Standing
from bot.core.thanks import thanks
from bot.model import (
    Ack,
    ChangeKind,
    ComponentStatus,
    Impact,
    Incident,
    Kind,
    Mute,
    State,
    Statement,
    TimelineEntry,
    Transition,
    Who,
    Witness,
)
from tests.adapters import reporting
from tests.adapters.bursts import BURSTS
from tests.adapters.cards import CARDS
from tests.adapters.clocks import CLOCKS
from tests.adapters.declaring import DECLARED
from tests.adapters.handing import HANDING
from tests.adapters.held import HELD
from tests.adapters.quieting import QUIETING
from tests.adapters.rights import RIGHTS
from tests.adapters.storm import STORMS
from tests.adapters.waking import WAKING
from tests.unit.build import NOON, at, component, degraded, down, entry, incident

URL = "https://status.acme.example/incidents/1"


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
        parts=(line("Minor · ", text, Moment(NOON)), line(f"Affects: {text} ({text})"), Quote(text, text, NOON)),
        url=url,
        broadcast=True,
    )


def _of(*parts: Line | Quote) -> Message:
    return Message(tone=Tone.MAJOR, headline="Acme: Errors", parts=parts)


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
    "hundred-components": _of(line(f"Affects: {', '.join(f'Component {n}' for n in range(100))}")),
    "hundred-lines": _of(*(line(f"Part {number}") for number in range(100))),
    "hundred-quotes": _of(*(Quote(f"Word {number}. " * 40, "Acme", NOON) for number in range(100))),
}


def outage(**changed: object) -> Incident:
    """Acme's API has been down for two hours."""
    words = Statement(text="Most requests fail. We are rolling back.", author="Acme", at=at(90))
    base = replace(
        incident(down("API"), degraded("Login"), component("Website")),
        title="Errors on the API",
        name="Acme",
        impact=Impact.CRITICAL,
        peak=Impact.CRITICAL,
        url=URL,
        latest=words,
    )
    return replace(base, **changed)  # type: ignore[arg-type]  # whatever a case is about


def planned() -> Incident:
    return outage(
        kind=Kind.MAINTENANCE,
        title="Database upgrade",
        state=State.SCHEDULED,
        impact=Impact.MAINTENANCE,
        starts_at=at(600),
        ends_at=at(720),
        components=(component("API"),),
        latest=None,
    )


OVER = {"state": State.RESOLVED, "resolved_at": at(125), "ending": ChangeKind.RESOLVED}
ALONE = {
    "kind": Kind.COMPONENT,
    "title": "API",
    "impact": Impact.MINOR,
    "latest": None,
    "components": (component("API", ComponentStatus.PARTIAL_OUTAGE),),
}
EDIT = (Transition("text", "Some requests fail.", "Most requests fail."),)
RAISE = (Transition("impact", "minor", "critical"),)
BACK = (Transition("Login", ComponentStatus.DEGRADED_PERFORMANCE, ComponentStatus.OPERATIONAL),)
PARAGRAPHS = Statement(
    text="Most requests fail.\n\nWe are rolling back:\n- the gateway\n- the database\n\n\nNext update in 30 minutes.",
    author="Acme",
    at=at(90),
)
LONG_TITLE = "Errors in a great many places at once " * 8
FAR_TOO_LONG = Statement(text="We are still looking into this. " * 40 + "x" * 300, author="Acme", at=at(90))
HARM = Statement(text=f"{MARKUP}\n{ESCAPES}\n{TURNED}", author=f"Acme {ESCAPES}", at=at(90))

ON_IT = {
    "acked": Ack(person="slack:U1", name="on-call", at=at(4)),
    "muted": Mute(person="slack:U1", name="on-call", at=at(6), until=at(240)),
    "witnesses": (
        Witness(person="slack:U2", is_affected=True),
        Witness(person="slack:U3", is_affected=True),
        Witness(person="slack:U4", is_affected=False),
    ),
    "services": ("Support bot", "Checkout"),
}


def by_on_call(seq: int, kind: ChangeKind, text: str = "") -> TimelineEntry:
    """Return what somebody of our own did."""
    until = at(240) if kind is ChangeKind.MUTED else None
    done = entry(seq, text, kind=kind, said=None)
    return replace(done, who=Who.PERSON, author="on-call", person="slack:U1", claim=None, until=until)


def of_all_kinds() -> Scorecard:
    """Return the record of a vendor of which everything is known, and not all of it is good."""
    return Scorecard(
        vendor="acme",
        name="Acme",
        since=NOON - WINDOW,
        until=NOON,
        watched=WINDOW,
        watched_since=NOON - timedelta(days=200),
        unwatched=timedelta(hours=3, minutes=5),
        incidents=9,
        going_on=1,
        early=1,
        spent=(
            (Impact.CRITICAL, timedelta(hours=1, minutes=10)),
            (Impact.MAJOR, timedelta(hours=3, minutes=20)),
            (Impact.MINOR, timedelta(hours=10)),
        ),
        summed=timedelta(hours=16),
        maintenances=2,
        maintained=timedelta(hours=5),
        unconfirmed=3,
        lone=2,
        suspected=timedelta(minutes=95),
        lags=Lags(
            count=5,
            first=1,
            never=1,
            median=timedelta(minutes=17),
            worst=Extreme(timedelta(minutes=80), "acme-7"),
            average=timedelta(minutes=61),
        ),
        grade="C",
        backdated=4,
        backdated_most=Extreme(timedelta(minutes=29), "acme-3"),
        words=Words(count=31, median=timedelta(minutes=32), longest=Extreme(timedelta(hours=3), "acme-2")),
        all_clears=9,
        false_clears=("acme-4",),
        ended=8,
        causes=2,
        cause_after=timedelta(days=2, hours=3),
    )


def just_begun() -> Scorecard:
    """Return the record of a vendor that is watched since the day before yesterday, and where all was well."""
    begun = NOON - timedelta(days=2)
    return Scorecard(
        vendor="acme",
        name="Acme",
        since=NOON - WINDOW,
        until=NOON,
        watched=timedelta(days=2),
        watched_since=begun,
        unwatched=timedelta(),
    )


def reported(witnesses: int, *, told: bool) -> Message:
    """Return what somebody is answered who reports Acme's API."""
    one = replace(incident(component("API")), id="acme-reported-api-20260301T1200", title="API is failing")
    found = Reported(acted=Acted(Outcome.DONE, one), witnesses=witnesses, is_lone=True, is_told=told)
    page = Standing(vendor="acme", name="Acme", impact=Impact.NONE, checked_at=at(-1))
    return thanks(found, Target("acme", "Acme", "API"), Terms(), page, NOON).message


# Rendered by every platform, reviewed by eye, kept beside the tests: a root, then what is said in its thread.
CASES: Mapping[str, tuple[Message, ...]] = (
    {
        "critical-open": (wording.root(outage()),),
        "open-when-we-began": (wording.root(outage(was_open_at_first_look=True)),),
        "resolved": (wording.root(outage(**OVER)),),
        "over-before-we-saw-it": (wording.root(outage(**OVER, first_seen_at=at(300))),),
        "withdrawn": (wording.root(outage(**{**OVER, "ending": ChangeKind.WITHDRAWN})),),
        "maintenance-scheduled": (wording.root(planned()),),
        "component-alone": (wording.root(outage(**ALONE)),),
        "many-components": (wording.root(outage(components=tuple(degraded(f"Region {n}") for n in range(30)))),),
        "no-impact-stated": (wording.root(outage(impact=Impact.UNKNOWN, peak=Impact.UNKNOWN)),),
        "far-too-long": (wording.root(outage(title=LONG_TITLE, latest=FAR_TOO_LONG, url=f"{URL}/{'x' * 120}")),),
        "hostile-markup": (wording.root(outage(title=MARKUP, latest=HARM)),),
        "edited-update": (
            wording.root(outage()),
            replies.reply(entry(3, "Most requests fail.", kind=ChangeKind.EDITED, transitions=EDIT), outage()),
        ),
        "thread": (
            wording.root(outage()),
            replies.reply(entry(2, "We found the cause.", said=State.IDENTIFIED), outage()),
            replies.reply(entry(3, "Most requests fail.", kind=ChangeKind.EDITED, transitions=EDIT), outage()),
            replies.reply(
                entry(4, kind=ChangeKind.IMPACT_CHANGED, transitions=RAISE, impact=Impact.CRITICAL),
                outage(),
            ),
            replies.reply(entry(5, "", said=State.MONITORING, impact=Impact.CRITICAL), outage()),
            replies.reply(
                entry(125, "All is well.", kind=ChangeKind.RESOLVED, said=State.RESOLVED, state=State.RESOLVED),
                outage(**OVER),
            ),
        ),
        "people": (
            wording.root(outage(**ON_IT)),
            replies.reply(by_on_call(2, ChangeKind.ACKED), outage(**ON_IT)),
            replies.reply(by_on_call(3, ChangeKind.NOTED, "We fell back to the spare."), outage(**ON_IT)),
            replies.reply(by_on_call(4, ChangeKind.MUTED), outage(**ON_IT)),
            replies.reply(by_on_call(5, ChangeKind.UNACKED), outage()),
        ),
        "affected-in-words": (
            wording.root(outage(**ON_IT)),
            replies.reply(by_on_call(2, ChangeKind.AFFECTED, "Every call answers 503 since noon."), outage(**ON_IT)),
        ),
        "reported-first": (reported(1, told=False),),
        "reported-by-two": (reported(2, told=True),),
        "history": (record(of_all_kinds()).message,),
        "history-of-two-days": (record(just_begun()).message,),
        "catch-up": (
            wording.root(outage()),
            replies.catch_up(tuple(entry(n, f"Update number {n}.") for n in range(2, 7)), outage()),
        ),
        "catch-up-of-all-kinds": (
            wording.root(outage(**ON_IT)),
            replies.catch_up(
                (
                    entry(2, "We look into it."),
                    entry(3, "We still look into it."),
                    by_on_call(4, ChangeKind.ACKED),
                    by_on_call(5, ChangeKind.NOTED, "We fell back to the spare."),
                    entry(6, "We found the cause.\n\nA fix is on its way.", said=State.IDENTIFIED),
                    entry(7, "Most requests fail.", kind=ChangeKind.EDITED, transitions=EDIT),
                    entry(8, kind=ChangeKind.COMPONENTS_CHANGED, transitions=BACK),
                    entry(9, "", said=State.MONITORING),
                    entry(1_500, "All looks well.", said=State.MONITORING),
                ),
                outage(**ON_IT),
            ),
        ),
        "held-back-until-it-was-over": (
            wording.root(outage(**OVER)),
            replies.catch_up(
                (
                    entry(2, "We found the cause.", said=State.IDENTIFIED, impact=Impact.CRITICAL),
                    entry(125, "All is well.", kind=ChangeKind.RESOLVED, said=State.RESOLVED, state=State.RESOLVED),
                ),
                outage(**OVER),
            ),
        ),
        "several-paragraphs": (
            wording.root(outage(latest=PARAGRAPHS)),
            replies.reply(entry(2, PARAGRAPHS.text, said=State.IDENTIFIED), outage()),
        ),
        "told-without-a-word": (
            wording.root(outage(**OVER)),
            replies.reply(entry(3, kind=ChangeKind.COMPONENTS_CHANGED, transitions=BACK), outage()),
            replies.reply(entry(125, kind=ChangeKind.RESOLVED, said=None, state=State.RESOLVED), outage(**OVER)),
            replies.reply(entry(130, kind=ChangeKind.REOPENED, said=None, impact=Impact.MAJOR), outage()),
        ),
        "maintenance-begins-soon": (
            wording.root(planned()),
            replies.reply(remind(planned(), [timedelta(hours=1)], at(540)).entries[0], planned()),
        ),
        "maintenance-under-way": (
            wording.root(replace(planned(), state=State.IN_PROGRESS, starts_at=NOON, ends_at=at(180))),
        ),
    }
    | CLOCKS
    | CARDS
    | RIGHTS
    | WAKING
    | STORMS
    | BURSTS
    | HANDING
    | QUIETING
    | DECLARED
    | HELD
    | reporting.cases(outage(**OVER))
    | {"help": (helping.usage().message, helping.usage("mute").message)}
)
