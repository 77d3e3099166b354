"""Adobe's status, `https://data.status.adobe.com/adobestatus/StatusEvents`: what status.adobe.com itself reads.

Facts: what others' clients read of it: inket/stts (the words of states and severities), a Singer tap and a monitor of
Marketo of 2026 (dictionaries of events by id, in each its products, in each of those its `history` by epoch seconds;
texts are kept apart, under tokens, by language).  The documented API wants a token.  No real capture seen.

Stable: the ids of events and products.  A statement stands under each product that it is of, so its time and status
are its id; where several products have different words for it, they are joined.  Not stable: titles, which come with
each statement.

A complete open set: the tap's author says that it holds every event of the last 40 days, ended or not, and two of the
clients rely on it.  Unverified: what becomes of one that lasts longer.  What is gone can be read nowhere.

It can not tell phases beyond open and closed, nor how a product is that no event touches; the regions of a statement
are not read.  `endedOn` of a maintenance may be the planned end, so only its status says that it is over.
Adobe's firewall is reported to reject user agents that it does not know.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import quote

from bot.errors import ParseError
from bot.feeds import _listed, _severity, _text, _urls
from bot.feeds._json import Thing, decode
from bot.feeds._times import from_epoch
from bot.feeds._updates import oldest_first
from bot.feeds._words import Words
from bot.model import Claim, Component, ComponentStatus, Impact, Kind, Snapshot, Source, State, Update

EXPECTS: Final = "json"
VOLATILE: Final = None
HOSTS: Final = ("status.adobe.com", "data.status.adobe.com")

_EVENTS = "https://data.status.adobe.com/adobestatus/StatusEvents"
_PAGE = "https://status.adobe.com"
_CLOSED = ("closed", "completed", "dismissed", "canceled", "cancelled")
_STATES: Mapping[Kind, Mapping[str, State]] = {
    Kind.INCIDENT: {
        **dict.fromkeys(("opened", "started", "reopened", "discovery"), State.INVESTIGATING),
        **dict.fromkeys(_CLOSED, State.RESOLVED),
        "scheduled": State.SCHEDULED,
    },
    Kind.MAINTENANCE: {
        **dict.fromkeys(("scheduled", "opened", "discovery"), State.SCHEDULED),
        **dict.fromkeys(("started", "reopened", "in_progress", "ongoing"), State.IN_PROGRESS),
        **dict.fromkeys(_CLOSED, State.COMPLETED),
    },
}
_FIRST = {Kind.INCIDENT: State.INVESTIGATING, Kind.MAINTENANCE: State.SCHEDULED}
_MARKS = {"{startDateTime}": "startedOn", "{endDateTime}": "endedOn"}
# As much as a whole document may have: more is one text that thousands of statements refer to.
_MOST_FILLED = 4 * 2**20
_UPDATED = "updated"  # the state is what it was
_SEVERITIES: Mapping[str, ComponentStatus] = {
    "major": ComponentStatus.PARTIAL_OUTAGE,
    "minor": ComponentStatus.DEGRADED_PERFORMANCE,
    "potential": ComponentStatus.DEGRADED_PERFORMANCE,
    "trivial": ComponentStatus.DEGRADED_PERFORMANCE,
    "maintenance": ComponentStatus.UNDER_MAINTENANCE,
}


@dataclass(frozen=True, slots=True)
class _Statement:
    """One entry of a product's history."""

    product: str
    at: datetime
    word: str
    state: State
    severity: ComponentStatus
    title: str
    body: str


class _Texts:
    """The texts of a section, each read once, however many statements refer to it."""

    def __init__(self, listed: Thing) -> None:
        self._listed = listed
        self._read: dict[str, tuple[str, bool]] = {}
        self._headings: dict[str, str] = {}
        self._filled = 0

    def told(self, token: str | None, product: Thing) -> str:
        """Return the text that a token stands for, with the times filled in that it leaves open."""
        if token is None or not self._listed.has(token):
            return ""
        if token not in self._read:
            told = self._listed.thing(token)
            text = _text.from_html(told.text("htmlMessage")) or _text.plain(told.text("textMessage"))
            self._read[token] = text, any(mark in text for mark in _MARKS)
        text, is_open = self._read[token]
        return self._with_times(text, product) if is_open else text

    def heading(self, token: str | None, product: Thing) -> str:
        """Return a text as one line."""
        text = self.told(token, product)
        if text not in self._headings:
            self._headings[text] = _text.one_line(text)
        return self._headings[text]

    def _with_times(self, text: str, product: Thing) -> str:
        for mark, name in _MARKS.items():
            at = _when(product, name)
            text = text.replace(mark, f"{at:%Y-%m-%d %H:%M} UTC" if at else "…")
        self._filled += len(text)
        if self._filled > _MOST_FILLED:
            raise ParseError(f"the texts with times in them become too long, at {self._listed.path}")
        return text


def parse(body: bytes, source: Source) -> Snapshot:
    """Return what is said of each event."""
    payload, words = decode(body), Words()
    found: list[Claim] = []
    for kind, section, name in (
        (Kind.INCIDENT, "incidentEvent", "incidents"),
        (Kind.MAINTENANCE, "maintenanceEvent", "maintenance"),
    ):
        told = payload.thing(section)
        if not told.has(name):
            raise ParseError(f"no {name} at {told.path}")
        texts = _Texts(told.thing("messages").thing("en"))
        found += (_claim(key, event, texts, kind, words) for key, event in _members(told.thing(name)))
    claims = _listed.claims(found)
    impacts = [claim.impact for claim in claims if claim.is_open and claim.state is not State.SCHEDULED]
    return Snapshot(
        vendor=source.vendor,
        format="adobe",
        incidents=claims,
        indicator=max(impacts, key=lambda impact: impact.rank, default=Impact.NONE),
        complete_open_set=True,
        page_url=_PAGE,
        unknown_words=words.unknown,
    )


def endpoints(source: Source) -> tuple[str, ...]:
    """Return the one document that there is."""
    return (source.url if "/adobestatus/" in _urls.split(source).path else _EVENTS,)


def follow_up(_source: Source, _external_id: str) -> tuple[str, ...]:
    """Return nothing: what the document no longer has can be read nowhere."""
    return ()


def linked(_page: str, _source: Source) -> tuple[str, ...]:
    """Return nothing: its hosts are known."""
    return ()


def _members(thing: Thing) -> Iterator[tuple[str, Thing]]:
    """Give the objects of a dictionary by their ids."""
    for key in sorted(thing.fields):
        member = thing.thing(key)
        yield _text.cleaned(member.text("id") or key), member


def _claim(key: str, event: Thing, texts: _Texts, kind: Kind, words: Words) -> Claim:
    products = dict(_members(event.thing("products")))
    histories = {one: _history(one, product, texts, kind, words) for one, product in products.items()}
    own = words.among(event.text("status"), {**_STATES[kind], _UPDATED: _FIRST[kind]}, State.UNKNOWN)
    states = {one: _state(products[one], history, kind, own) for one, history in histories.items()}
    state = own if own.is_over else _of_all(states.values(), own)
    statements = sorted((one for history in histories.values() for one in history), key=lambda one: one.at)
    clouds = _clouds(event)
    names = {one: _text.one_line(product.text("name")) or one for one, product in products.items()}
    return Claim(
        external_id=key,
        title=_title(statements, products),
        state=state,
        impact=Impact.MAINTENANCE if kind is Kind.MAINTENANCE else _impact(histories, states, state),
        kind=kind,
        components=tuple(
            Component(one, names[one], _status(history, states[one]), clouds.get(one))
            for one, history in sorted(histories.items())
        ),
        updates=_updates(statements),
        url=_link(key, products),
        started_at=None if state is State.SCHEDULED else _earliest(products.values(), event, statements),
        published_at=statements[0].at if statements else None,
        resolved_at=_ended(products.values(), statements, kind) if state.is_over else None,
        starts_at=_when(event, "scheduledDate", "startedOn") if kind is Kind.MAINTENANCE else None,
        ends_at=_when(event, "completedOn") if kind is Kind.MAINTENANCE else None,
    )


def _title(statements: list[_Statement], products: Mapping[str, Thing]) -> str:
    told = next((one.title for one in reversed(statements) if one.title), None)
    return _text.title(told or ", ".join(name for one in products.values() if (name := one.text("name"))))


def _history(key: str, product: Thing, texts: _Texts, kind: Kind, words: Words) -> tuple[_Statement, ...]:
    """Return what was said of one product, oldest first."""
    entries = product.thing("history")
    dated = [(_said_at(time, entries.thing(time)), entries.thing(time)) for time in entries.fields]
    found: list[_Statement] = []
    state = _FIRST[kind]
    for at, entry in sorted(dated, key=lambda one: one[0]):
        word = entry.text("status") or ""
        if word.casefold() != _UPDATED:
            state = words.among(word, _STATES[kind], State.UNKNOWN)
        severity = words.among(entry.text("severity"), _SEVERITIES, ComponentStatus.UNKNOWN)
        title, body = texts.heading(entry.text("titleToken"), product), texts.told(entry.text("messageToken"), product)
        found.append(_Statement(key, at, word, state, severity, title, body))
    return tuple(found)


def _said_at(key: str, entry: Thing) -> datetime:
    at = from_epoch(key) or from_epoch(entry.text("messageTime"))
    if at is None:
        raise ParseError(f"no time that can be read at {entry.path}")
    return at


def _state(product: Thing, history: tuple[_Statement, ...], kind: Kind, own: State) -> State:
    """Return how it stands with one product: as last said, unless it ended after that."""
    if not history:
        return own
    ended = _when(product, "endedOn")
    is_over = kind is Kind.INCIDENT and ended is not None and ended >= history[-1].at
    return State.RESOLVED if is_over else history[-1].state


def _of_all(states: Iterable[State], own: State) -> State:
    """Return how it stands with an event: open as long as it is for one of its products."""
    order = (State.INVESTIGATING, State.IN_PROGRESS, State.UNKNOWN, State.SCHEDULED, State.RESOLVED, State.COMPLETED)
    return min(states, key=order.index, default=own)


def _impact(histories: Mapping[str, tuple[_Statement, ...]], states: Mapping[str, State], state: State) -> Impact:
    """Return how bad it is now for the products that are not over it, or, when all are, was at its worst."""
    if state.is_over:
        return _severity.worst((one.severity for history in histories.values() for one in history), Impact.UNKNOWN)
    ill = [history[-1] for key, history in histories.items() if history and not states[key].is_over]
    return _severity.worst((one.severity for one in ill), Impact.UNKNOWN)


def _status(history: tuple[_Statement, ...], state: State) -> ComponentStatus:
    if state.is_over or state is State.SCHEDULED:
        return ComponentStatus.OPERATIONAL
    if state is State.IN_PROGRESS:
        return ComponentStatus.UNDER_MAINTENANCE
    return history[-1].severity if history else ComponentStatus.UNKNOWN


def _updates(statements: list[_Statement]) -> tuple[Update, ...]:
    """Return what was said of all products, each with the state in which it left the event."""
    said: defaultdict[str, list[_Statement]] = defaultdict(list)
    for one in statements:
        said[f"{int(one.at.timestamp())} {one.word}".strip()].append(one)
    states: dict[str, State] = {}
    so_many: Counter[State] = Counter()
    found = []
    for key, same in said.items():  # in the order of time, as the statements are
        for one in same:
            so_many[states.get(one.product, one.state)] -= one.product in states
            states[one.product] = one.state
            so_many[one.state] += 1
        body = "\n\n".join(sorted({one.body for one in same} - {""}))
        found.append(Update(key, _of_all(+so_many, State.UNKNOWN), body, same[0].at))
    return oldest_first(found)


def _clouds(event: Thing) -> dict[str, str]:
    """Return the cloud that each product is of."""
    found: dict[str, str] = {}
    for _, cloud in _members(event.thing("clouds")):
        members, name = cloud.fields.get("cloudProducts"), _text.one_line(cloud.text("name"))
        if name and isinstance(members, list):
            found.update({str(one): name for one in members})
    return found


def _link(key: str, products: Mapping[str, Thing]) -> str:
    product = min(products, default=None)
    return f"{_PAGE}/products/{quote(product, safe='')}/{quote(key, safe='')}" if product else _PAGE


def _when(thing: Thing, *names: str) -> datetime | None:
    return next((at for name in names if (at := from_epoch(thing.text(name)))), None)


def _earliest(products: Iterable[Thing], event: Thing, statements: list[_Statement]) -> datetime | None:
    starts = [at for one in (*products, event) if (at := _when(one, "startedOn"))]
    return min(starts, default=statements[0].at if statements else None)


def _ended(products: Iterable[Thing], statements: list[_Statement], kind: Kind) -> datetime | None:
    ends = [at for one in products if (at := _when(one, "endedOn"))] if kind is Kind.INCIDENT else []
    return max(ends, default=statements[-1].at if statements else None)
