"""Scans of growing tables that may be, each with its reason."""

from __future__ import annotations

from tests.plans.plans import Scan

_PIECE = "a piece that others are made of: they are looked at themselves"
_AT_ENDS = "asked when an instance begins or ends, not in between"
_PEOPLE = "a row is made by a person's hand: some a week"
_A_LOOK = "asked when a person looks at that page or list; `make bench` measures it among 10,000 incidents"
_A_RANGE = (
    "by the index for the times that are asked for, which are the latest; for unknown ones PostgreSQL takes a third"
)
_COPY = "`sitrep db copy` empties what an earlier try has left"
_WEEKLY = "asked once a week"
_HOURLY = "asked once an hour, of what is older than it is to be kept"

# By where the statement stands.
ALLOWED: dict[str, str] = {
    "store.announcements._TAKEN": _PIECE,
    "store.digesting._MEMBERS": _PIECE,
    "store.incidents._NEWEST": _PIECE,
    "store.lookups._BRIEFS": _PIECE,
    "store.published._BODIES": _PIECE,
    "store.samples._SPANS": _PIECE,
    "store.searching._FEW": _PIECE,
    "store.searching._LATEST": _PIECE,
    "store.searching._SOME": _PIECE,
    "store.fleet._FREE_ANNOUNCEMENTS": _AT_ENDS,
    "store.fleet._PUT_OFF": _AT_ENDS,
    "store.listed._UNLISTED": _AT_ENDS,
    "store.mutes._ALL": _PEOPLE,
    "store.overrides._CURRENT": _PEOPLE,
    "store.operations._TOTALS": _A_LOOK,
    "store.searching._NEWEST": "the newest come from the index in their order, and a LIMIT ends it",
    "store.spending._ON": "a row for each paid probe and day, and days are forgotten",
    "store.weeks._BLIND": _WEEKLY,
    "store.forgetting._OLD_DIGESTS": _HOURLY,
    "store.forgetting._OLD_INCIDENTS": _HOURLY,
    "store.forgetting._UNTIE": _HOURLY,
    "store.record._MEMBERS": _HOURLY,
    "store.record._SPENT": _HOURLY,
    "store.record._TELLING": _HOURLY,
    "store.holds._POSTED": _A_RANGE,
    "store.operations._BLIND": _A_RANGE,
    "store.pulse._SAID": _A_RANGE,
}


# Of those that are made anew each time: the first words, some others, and why.
ASKED: tuple[tuple[str, str, str], ...] = (
    ("SELECT count(*) AS count_1 FROM", "", _A_LOOK),
    ("SELECT (SELECT count(*)", "", _A_LOOK),
    ("SELECT listed.", "", _A_LOOK),
    ("SELECT anon_1.incident", "FROM listed", _A_LOOK),
    ("SELECT incident.body", "FROM listed", _A_LOOK),
    ("SELECT incident.body", "ORDER BY incident.started_at DESC, incident.id LIMIT", _A_LOOK),
    ("SELECT incident.id", "LIKE", _A_LOOK),
    ("SELECT audit.", "", _A_LOOK),
    ("SELECT", "LIMIT ? OFFSET ?", "`sitrep db copy` reads everything, a page at a time, by its key"),
    ("DELETE FROM announcement", "", _COPY),
    ("DELETE FROM claim", "", _COPY),
    ("DELETE FROM gap", "", _COPY),
    ("DELETE FROM incident", "", _COPY),
    ("DELETE FROM listed", "", _COPY),
    ("DELETE FROM timeline_entry", "", _COPY),
    ("DELETE FROM probe_", "", "asked once an hour, and by `sitrep db copy`"),
    ("UPDATE announcement SET owner", "owner", _AT_ENDS),
    ("UPDATE announcement SET due_at", "announcement.held != ''", _AT_ENDS),
    ("SELECT digest.body", "digest.told IS NULL", _AT_ENDS),
)


def reason(name: str, scan: Scan) -> str:
    """Return why a scan may be; nothing if there is no reason."""
    if name in ALLOWED:
        return ALLOWED[name]
    if name.startswith("store."):
        return ""
    found = (why for first, more, why in ASKED if scan.statement.startswith(first) and more in scan.statement)
    return next(found, "")
