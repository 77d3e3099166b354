"""One story told many times: of other vendors, at other times.  What was played once is copied row by row."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Table, select

from bot.store.database import Database
from bot.store.tables import ANNOUNCEMENT, CLAIM, ENTRY, INCIDENT, LISTED, PROBE, SOURCE
from tests.board.stage import Scene, Stage
from tests.board.stories import Story
from tests.board.vendor import Vendor

Row = Mapping[str, Any]
Rows = dict[str, list[Row]]
# Where the rows of one incident are, and what they are found by.
_OF_INCIDENTS: tuple[tuple[Table, str], ...] = (
    (INCIDENT, "id"),
    (ENTRY, "incident"),
    (LISTED, "incident"),
    (ANNOUNCEMENT, "incident"),
)
_OF_VENDORS = (CLAIM, SOURCE)
TABLES = (INCIDENT, ENTRY, LISTED, ANNOUNCEMENT, CLAIM)
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z")
_TAG = "zqzq"


@dataclass(frozen=True, slots=True)
class Played:
    """What one story left behind: the rows of each table, of a vendor with a name that nobody has.

    `ids` are its incidents, the longest first: one may be the beginning of another.  `ends` is when it was over.
    """

    vendor: Vendor
    ends: datetime
    rows: Mapping[str, Sequence[Row]]
    ids: Sequence[str]


async def played(database: Database, stories: Mapping[str, Story], now: datetime) -> dict[str, Played]:
    """Play each story once, one after the other, so that it ends at about `now`; return what each left behind."""
    stage, found, seen = Stage(database), dict[str, Played](), set[str]()
    for number, (name, story) in enumerate(stories.items()):
        token = f"zq{number:02}zq"
        vendor = Vendor(token, token.title(), (("API", None), ("Website", None), ("Search", None)))
        scene = Scene(stage, vendor, now - story.takes, f"-{_TAG}")
        await story.happens(scene)
        rows = await database.read(lambda connection, token=token: _rows(connection, token, seen))  # type: ignore[misc]  # bound at once
        ids = [row["id"] for row in rows["incident"]]
        seen.update(ids)
        found[name] = Played(vendor, scene.now, rows, sorted(ids, key=len, reverse=True))
    return found


def _rows(connection: Connection, token: str, seen: set[str]) -> Rows:
    new = [row.id for row in connection.execute(select(INCIDENT.c.id)) if row.id not in seen]
    found: Rows = {}
    for table, column in _OF_INCIDENTS:
        query = select(table).where(table.c[column].in_(new))
        found[table.name] = [dict(row) for row in connection.execute(query).mappings()]
    for table in _OF_VENDORS:
        query = select(table).where(table.c.vendor == token)
        found[table.name] = [dict(row) for row in connection.execute(query).mappings()]
    query = select(PROBE).where(PROBE.c.source.contains(token))
    found["probe"] = [dict(row) for row in connection.execute(query).mappings()]
    return found


@dataclass(frozen=True, slots=True)
class _Told:
    """A text, cut where it says a time: what stands between, and the times."""

    between: tuple[str, ...]
    times: tuple[datetime, ...]

    @classmethod
    def of(cls, text: str) -> _Told:
        times = tuple(datetime.fromisoformat(found) for found in _INSTANT.findall(text))
        return cls(tuple(_INSTANT.split(text)), times)

    def later(self, by: timedelta) -> str:
        moved = (f"{(at + by).astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}Z" for at in self.times)
        return "".join(part for pair in zip(self.between, (*moved, ""), strict=True) for part in pair)


@dataclass(frozen=True, slots=True)
class Copier:
    """Tells what was played of another vendor, at another time."""

    of: Played
    cut: Mapping[str, Sequence[Mapping[str, _Told | datetime | object]]]

    @classmethod
    def ready(cls, of: Played) -> Copier:
        cut = {name: [{key: _cut(value) for key, value in row.items()} for row in of.rows[name]] for name in of.rows}
        return cls(of, cut)

    def copies(self, vendor: Vendor, by: timedelta, number: int, *names: str) -> Iterator[tuple[str, Row]]:
        """Give the rows of some tables anew, with the table's name; `number` makes its incidents its own."""
        said = self._words(vendor, number)
        for name in names:
            for row in self.cut[name]:
                new = {key: _moved(value, by, said) for key, value in row.items()}
                if name == "announcement":
                    del new["id"]
                yield name, new

    def _words(self, vendor: Vendor, number: int) -> Sequence[tuple[str, str]]:
        token, title = self.of.vendor.slug, self.of.vendor.name
        probe = (f"probe:{token}-api", f"probe:{vendor.slug}-api")
        author = (f'"{token}-api"', f'"{vendor.slug}-api"')
        own = [(one, f"{one}-{number}") for one in self.of.ids]
        return (probe, author, *own, (_TAG, f"{number:05}"), (token, vendor.slug), (title, vendor.name))


def _cut(value: object) -> object:
    return _Told.of(value) if isinstance(value, str) else value


def _moved(value: object, by: timedelta, words: Sequence[tuple[str, str]]) -> object:
    if isinstance(value, datetime):
        return value + by
    if not isinstance(value, _Told):
        return value
    text = value.later(by)
    for old, new in words:
        text = text.replace(old, new)
    return text
