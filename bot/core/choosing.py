"""Which incidents somebody wants to see in a list, as it stands in an address, and each of them as a row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlencode

from bot.core import testimony
from bot.core.message import Tone
from bot.core.team import is_ours
from bot.core.wording import capital, ending, headline, state_word, tone, words
from bot.model import ChangeKind, Impact, Incident, Kind, State

PER_PAGE = 50
STATES = {"all": "Open and over", "open": "Open", "over": "Over"}
# What is planned has a page of its own, and would always be the newest.
KINDS = {
    "trouble": "All but maintenance",
    "incident": "Posted by a vendor",
    "suspected": "Suspected by us",
    "component": "Shown on a page only",
    "notice": "Notices",
    "maintenance": "Maintenance",
    "all": "Everything",
}
IMPACTS = {"": "Any impact", "minor": "Minor or worse", "major": "Major or worse", "critical": "Critical"}
_LONGEST = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where in a list that goes from new to old somebody is: next to an incident that began at a time."""

    at: datetime
    id: str

    def __str__(self) -> str:
        """Write it as it stands in an address."""
        return f"{self.at.astimezone(UTC).isoformat()}_{self.id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What is to be in the list; `vendor` is as it was typed.  It goes on `after` a place, or ends `before` one."""

    state: str = "all"
    kind: str = "trouble"
    impact: str = ""
    vendor: str = ""
    since: date | None = None
    until: date | None = None
    ours_first: bool = False
    after: Place | None = None
    before: Place | None = None

    @property
    def is_narrowed(self) -> bool:
        """Whether anything is left out that somebody did not want to see."""
        asked = (self.state != "all", self.kind != "trouble", self.impact, self.vendor, self.since, self.until)
        return any(asked) or self.ours_first

    @property
    def begins(self) -> datetime | None:
        """From when on."""
        return None if self.since is None else datetime.combine(self.since, datetime.min.time(), UTC)

    @property
    def ends(self) -> datetime | None:
        """Until when, which is the end of that day."""
        if self.until is None or self.until == date.max:
            return None
        return datetime.combine(self.until + timedelta(days=1), datetime.min.time(), UTC)


def choice(asked: Mapping[str, str]) -> Choice:
    """Return what an address asks for; what it can not mean is as if it were not there."""
    return Choice(
        state=_one_of(STATES, asked.get("state"), "all"),
        kind=_one_of(KINDS, asked.get("kind"), "trouble"),
        impact=_one_of(IMPACTS, asked.get("impact"), ""),
        vendor=asked.get("vendor", "").strip()[:_LONGEST],
        since=_day(asked.get("from", "")),
        until=_day(asked.get("to", "")),
        ours_first=asked.get("first") == "ours",
        after=_place(asked.get("after", "")),
        before=_place(asked.get("before", "")),
    )


def address(wanted: Choice, *, after: Place | None = None, before: Place | None = None) -> str:
    """Return the address of a list, from a place on or up to one."""
    asked = {
        "state": "" if wanted.state == "all" else wanted.state,
        "kind": "" if wanted.kind == "trouble" else wanted.kind,
        "impact": wanted.impact,
        "vendor": wanted.vendor,
        "from": wanted.since.isoformat() if wanted.since else "",
        "to": wanted.until.isoformat() if wanted.until else "",
        "first": "ours" if wanted.ours_first else "",
        "after": str(after) if after else "",
        "before": str(before) if before else "",
    }
    said = urlencode({name: value for name, value in asked.items() if value})
    return f"/incidents?{said}" if said else "/incidents"


def _one_of(known: Mapping[str, str], asked: str | None, otherwise: str) -> str:
    return asked if asked is not None and asked in known else otherwise


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _place(text: str) -> Place | None:
    when, _, name = text.partition("_")
    try:
        at = datetime.fromisoformat(when)
    except ValueError:
        return None
    return Place(at=at, id=name[:_LONGEST]) if at.tzinfo is not None and name else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """An incident as one of a list: how bad it is or was, whose, what, how it stands, and who was first."""

    id: str
    tone: Tone
    word: str
    name: str
    title: str
    state: str
    is_open: bool
    started_at: datetime
    lasted: timedelta | None
    remarks: tuple[str, ...] = ()


def row(incident: Incident) -> Row:
    """Return an incident as one of a list."""
    lasted = incident.resolved_at - incident.started_at if incident.resolved_at else None
    return Row(
        id=incident.id,
        tone=tone(incident),
        word=capital(_word(incident)),
        name=incident.name,
        title=headline(incident).removeprefix(f"{incident.name}: "),
        state=_state(incident),
        is_open=incident.is_open and incident.state is not State.SCHEDULED,
        started_at=incident.started_at,
        lasted=lasted if lasted and lasted > timedelta() else None,
        remarks=tuple(_remarks(incident)),
    )


def _word(incident: Incident) -> str:
    if not incident.is_open:
        return _OVER.get(incident.ending, "over") if incident.ending else "over"
    if incident.kind is Kind.MAINTENANCE and incident.impact.rank < Impact.MINOR.rank:
        return "planned" if incident.state is State.SCHEDULED else "under way"
    return _bad(incident.impact)


_OVER = {ChangeKind.RESOLVED: "resolved"}


def _bad(impact: Impact) -> str:
    return {Impact.UNKNOWN: "not stated", Impact.NONE: "no impact"}.get(impact, words(impact))


def _state(incident: Incident) -> str:
    """Return how an open one stands; of one that is over how it ended, if that is out of the ordinary, and how bad."""
    if incident.is_open:
        return capital(state_word(incident))
    ended = ending(incident)
    was = "" if incident.kind is Kind.MAINTENANCE else f"was {_bad(incident.peak)}"
    return capital(", ".join(filter(None, ("" if ended == "Resolved" else ended, was))))


def _remarks(incident: Incident) -> list[str]:
    found = []
    if testimony.lag(incident) is not None:
        found.append(f"{incident.name} told of it {testimony.order(incident)}")
    elif testimony.is_ours_first(incident) and not is_ours(incident):
        found.append(f"{incident.name} has said nothing of it" if incident.is_open else "never told by its vendor")
    if incident.kind is Kind.COMPONENT:
        found.append(f"{incident.name}’s page shows it without a word")
    if incident.cause:
        found.append(f"{len(incident.members)} incidents told together")
    if incident.burst:
        found.append("one of many at once")
    if incident.acked and incident.is_open:
        found.append(f"{incident.acked.name} has it")
    if incident.is_open and (seen := testimony.brief(incident)):
        found.append(seen)
    if incident.reopened_at and incident.is_open:
        found.append("opened again")
    return found


def counted(total: int, wanted: Choice) -> str:
    """Return how many there are, in words."""
    what = {"open": "open", "over": "that are over"}.get(wanted.state, "")
    noun = "maintenance" if wanted.kind == "maintenance" else "incident"
    plural = noun if total == 1 else f"{noun}s"
    return f"{total:,} {plural} {what}".strip() if what != "open" else f"{total:,} open {plural}"
