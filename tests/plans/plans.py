"""What a database would do for a statement, and which tables it would read through for that."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

# What there is more of with every month; all others have as many rows as the configuration has lines.
GROWING = (
    "announcement",
    "audit",
    "claim",
    "digest",
    "gap",
    "incident",
    "listed",
    "muting",
    "oncall_override",
    "probe_minute",
    "probe_spent",
    "report_addition",
    "timeline_entry",
)
# What SQLite has no word for is asked of PostgreSQL only.
NOT_ITS = ("greatest(", "clock_timestamp(", "pg_")
_SCAN = re.compile(r"SCAN (\w+)(?: USING (?:COVERING )?INDEX (\w+))?")
_FROM = re.compile(r"(?:FROM|JOIN|UPDATE|,) \"?(\w+)\"?(?: AS)? (\w+)\b")
_PARAMETER = re.compile(r"\$(\d+)")
_LIMIT, _SOME = re.compile(r"LIMIT \$\d+(?:::\w+)?"), 50
# Such a table is read as a whole, however it is asked.
_SMALL = 200


@dataclass(frozen=True, slots=True, order=True)
class Scan:
    """A table that a statement reads through; by `way` of an index or not."""

    table: str
    way: str
    statement: str


def of_sqlite(file: str, statements: list[str]) -> Iterator[Scan]:
    """Yield the scans of growing tables; SQLite plans without looking at what is in them."""
    connection = sqlite3.connect(file)
    partial = {name for (name,) in connection.execute(_PARTIAL)}
    for statement in statements:
        names = dict(_aliases(statement))
        count = statement.count("?")
        for *_, detail in connection.execute(f"EXPLAIN QUERY PLAN {statement}", [None] * count):
            found = _SCAN.search(detail)
            table = found and names.get(found[1], found[1])
            if found and table in GROWING and found[2] not in partial:
                yield Scan(str(table), found[2] or "all of it", statement)
    connection.close()


_PARTIAL = "SELECT name FROM sqlite_master WHERE type = 'index' AND sql LIKE '% WHERE %'"


def _aliases(statement: str) -> Iterator[tuple[str, str]]:
    for table, alias in _FROM.findall(statement):
        if table in GROWING:
            yield alias, table


def of_postgresql(connection: Connection, statements: dict[str, str], share: float = 0.3) -> Iterator[tuple[str, Scan]]:
    """Yield the tables of which a statement would read more than a `share`, by what ANALYZE has seen of them.

    What a LIMIT ends early reads less than that, whatever the way.
    """
    rows: dict[str, float] = dict(connection.exec_driver_sql(_ROWS).tuples().all())
    partial = set(connection.exec_driver_sql(_PARTIAL_ONES).scalars())
    connection.exec_driver_sql("SET plan_cache_mode = force_generic_plan")
    for name, statement in statements.items():
        for node in _nodes(_plan(connection, statement)):
            table = node.get("Relation Name", "")
            if table not in GROWING or node.get("Index Name") in partial or rows[table] < _SMALL:
                continue
            if node["Node Type"] == "Seq Scan" or node["Plan Rows"] > share * rows[table]:
                yield name, Scan(table, node.get("Index Name") or "all of it", statement)


def _plan(connection: Connection, statement: str) -> dict[str, Any]:
    """Return the plan for all values alike, but for a LIMIT: of an unknown one a tenth of all is expected."""
    statement = _LIMIT.sub(f"LIMIT {_SOME}", statement)
    # A list is numbered after all others, and its own number is left out.
    numbers = sorted({int(number) for number in _PARAMETER.findall(statement)})
    numbered = _PARAMETER.sub(lambda found: f"${1 + numbers.index(int(found[1]))}", statement)
    connection.exec_driver_sql(f"PREPARE asked AS {numbered}")
    values = f"({', '.join(['NULL'] * len(numbers))})" if numbers else ""
    found: Any = connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) EXECUTE asked{values}").scalar()
    connection.exec_driver_sql("DEALLOCATE asked")
    (plan,) = json.loads(found) if isinstance(found, str) else found
    inner: dict[str, Any] = plan["Plan"]
    return inner


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the parts of a plan, but for those that come from an index in its order until a LIMIT ends it."""
    yield plan
    for one in plan.get("Plans", ()):
        if plan["Node Type"] != "Limit" or "Index" not in one["Node Type"]:
            yield from _nodes(one)


_ROWS = "SELECT relname, reltuples FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
_PARTIAL_ONES = "SELECT relname FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid WHERE indpred IS NOT NULL"
