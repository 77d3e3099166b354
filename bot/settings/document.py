"""The file: from `sitrep.toml` to its tables, and what is wrong with them."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Generic, TypeVar

from pydantic import ValidationError

from bot.core.evidence import DEFAULT
from bot.errors import ConfigError
from bot.settings.access_table import AccessTable, AuditTable, together
from bot.settings.board import BoardTable
from bot.settings.bursts import BurstsTable
from bot.settings.checks import MaintenanceTable, NetworkTable, ProbeTable
from bot.settings.fields import HOOK_TYPES
from bot.settings.hook_table import HookTable
from bot.settings.mistakes import Report, did_you_mean, example, keys, one_of, path, report_errors, shown
from bot.settings.names import Names, said
from bot.settings.reports import ReportsTable
from bot.settings.retention import RetentionTable
from bot.settings.routes import EscalationTable, OncallTable, RouteTable
from bot.settings.scalars import NAMED, duration, moment
from bot.settings.tables import EgressTable, EvidenceTable, IncidentsTable, PeopleTable, ServiceTable, Table, WatchTable

T = TypeVar("T", bound=Table)

_LEAST_PATIENCE = timedelta(minutes=1)

LISTS: Mapping[str, type[Table]] = {
    "watch": WatchTable,
    "probe": ProbeTable,
    "hook": HookTable,
    "maintenance": MaintenanceTable,
    "service": ServiceTable,
    "route": RouteTable,
    "oncall": OncallTable,
    "escalation": EscalationTable,
}
SINGLES: Mapping[str, type[Table]] = {
    "access": AccessTable,
    "audit": AuditTable,
    "retention": RetentionTable,
    "people": PeopleTable,
    "incidents": IncidentsTable,
    "evidence": EvidenceTable,
    "egress": EgressTable,
    "network": NetworkTable,
    "bursts": BurstsTable,
    "board": BoardTable,
    "reports": ReportsTable,
}


@dataclass(frozen=True, slots=True)
class Placed(Generic[T]):
    """A table and where it stands, such as `watch[2]`."""

    where: str
    table: T


class Document:
    """What a file says, table by table; what is wrong is reported and left out."""

    def __init__(self, raw: Mapping[str, object], names: Names, report: Report) -> None:
        """Report at once the tables that nobody knows, and the names that two tables share."""
        self._raw = raw
        self._names = names
        self._report = report
        for key in sorted(raw.keys() - LISTS.keys() - SINGLES.keys()):
            report(key, f"there is no such table{one_of(key, (*LISTS, *SINGLES))}")
        for key in ("probe", "hook", "maintenance", "service", "oncall"):
            self._unique(key)

    def __contains__(self, key: str) -> bool:
        """Tell whether the file has the table at all, be it an empty list."""
        return key in self._raw

    def rows(self, key: str, model: type[T]) -> tuple[Placed[T], ...]:
        """Return the tables `[[key]]` that can be used."""
        items = self._raw.get(key, [])
        if not isinstance(items, list):
            self._report(key, f"{shown(items)} is not a list of tables; write [[{key}]], with two brackets")
            return ()
        found = (self._read(f"{key}[{i}]", item, model) for i, item in enumerate(items, 1))
        return tuple(placed for placed in found if placed is not None)

    def single(self, key: str, model: type[T]) -> T:
        """Return the table `[key]`, or what holds without it."""
        item = self._raw.get(key, {})
        if isinstance(item, list):
            self._report(key, f"is there as a list; write [{key}], with single brackets, and once")
            item = {}
        placed = self._read(key, item, model)
        return placed.table if placed else model()

    def _unique(self, key: str) -> None:
        first: dict[str, str] = {}
        for where, words in said(self._raw, key, "name"):
            for name in words.values():
                if first.setdefault(name, where) != where:
                    self._report(f"{where}.name", f"{shown(name)} is also the name of {first[name]}; write another")

    def _read(self, where: str, item: object, model: type[T]) -> Placed[T] | None:
        if not isinstance(item, dict):
            header = f"[{where}]" if where in SINGLES else f"[[{where.partition('[')[0]}]]"
            self._report(where, f"{shown(item)} is not a table; write {header} and its keys below it")
            return None
        for at, what in _together(model, item):
            self._report(path(where, at), what)
        try:
            return Placed(where, model.model_validate(item, context=self._names))
        except ValidationError as e:
            report_errors(e, where, model, self._report)
        return None


def read(file: Path, label: str) -> dict[str, object]:
    """Return the content of a TOML file; FileNotFoundError if there is none, ConfigError if it can not be read."""
    text = ""
    try:
        text = file.read_text(encoding="utf-8-sig")
        return tomllib.loads(text)
    except FileNotFoundError:
        raise
    except OSError as e:
        raise ConfigError(f"{label}: can not be read ({e.strerror}); see to its permissions") from e
    except UnicodeDecodeError as e:
        raise ConfigError(f"{label}: is not UTF-8 text; save it as UTF-8") from e
    except tomllib.TOMLDecodeError as e:
        raise ConfigError(f"{label}: {_syntax(str(e), text)}") from e


def _syntax(reason: str, text: str) -> str:
    lines = text.splitlines() or [""]
    what, _, place = reason.rpartition(" (at ")
    found = re.match(r"line (\d+), column", place)
    number = int(found[1]) if found else len(lines)
    line = lines[min(number, len(lines)) - 1].strip()
    hint = 'write texts in quotes and lists in brackets, as in components = ["API"]'
    # What stands after the sign may be a secret that lacks its quotes.
    key, sign, _ = line.partition("=")
    where = f"{shown(key.strip())} is set to what" if sign else shown(line)
    return f"line {number}: {where} is not TOML ({what[:1].lower()}{what[1:]}); {hint}"


def _together(model: type[Table], item: Mapping[str, object]) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Return what is wrong between the keys of one table, whether or not each of them is right."""
    check = _CHECKS.get(model)
    return check(item) if check else iter(())


def _watch(item: Mapping[str, object]) -> Iterator[tuple[tuple[str | int, ...], str]]:
    if "vendor" in item and "url" in item:
        yield (), "has both a vendor and a url; keep the one that is meant"
    if "vendor" not in item and "url" not in item:
        yield (), f"names nothing to watch; write {example(WatchTable, 'vendor')} or {example(WatchTable, 'url')}"


def _probe(item: Mapping[str, object]) -> Iterator[tuple[tuple[str | int, ...], str]]:
    if "target" not in item and item.get("type") != "heartbeat":
        yield ("target",), f"is missing; write for example {example(ProbeTable, 'target')}"
    for key in sorted(item.keys() - keys(ProbeTable).keys()):
        if guess := slip(key):
            yield (key,), f"there is no such key{guess}"


def slip(key: str) -> str:
    """Return which common key of a probe was probably meant.

    A type has keys of its own, so only what is nearly a common key is taken for a slip of the finger.
    """
    return did_you_mean(key, keys(ProbeTable), 0.85)


def _maintenance(item: Mapping[str, object]) -> Iterator[tuple[tuple[str | int, ...], str]]:
    once = {"starts", "ends"} & item.keys()
    if once and "every" in item:
        yield (), "has both starts or ends, and every; keep what is meant"
    elif "every" not in item and len(once) < len(("starts", "ends")):
        starts, ends, every = (example(MaintenanceTable, key) for key in ("starts", "ends", "every"))
        yield (), f"does not say when; write {starts} and {ends}, or {every}"
    with suppress(ValueError):  # said where it is read
        if once == {"starts", "ends"} and moment(item["starts"]) >= moment(item["ends"]):
            yield ("ends",), "is not after starts; write a later one"


def _hook(item: Mapping[str, object]) -> Iterator[tuple[tuple[str | int, ...], str]]:
    kind = item.get("type")
    for key in ("open_above", "close_below", "min_calls"):
        if key in item and kind in HOOK_TYPES and kind != "rates":
            yield (key,), f'is only for type = "rates"; leave it out of type = {shown(kind)}'
    if "expires" in item and kind == "statuspage":
        yield ("expires",), "says nothing here: the page itself is read; leave it out"
    with suppress(ValueError):  # said where it is read
        if "expires" in item and duration(item["expires"]) < _LEAST_PATIENCE:
            yield ("expires",), f'{shown(item["expires"])} is too short; the shortest is "1m"'
    if "component" in item and "vendor" not in item:
        yield ("component",), f"is nobody's; write {example(HookTable, 'vendor')} too, or leave it out"
    above, below = item.get("open_above", 20), item.get("close_below", 5)
    if all(isinstance(one, int | float) for one in (above, below)) and below >= above:  # type: ignore[operator]  # just looked
        yield ("close_below",), f"is not below open_above, {shown(above)}; write a smaller one"


def _evidence(item: Mapping[str, object]) -> Iterator[tuple[tuple[str | int, ...], str]]:
    medium, high = item.get("medium", DEFAULT.medium), item.get("high", DEFAULT.high)
    if all(isinstance(one, int | float) for one in (medium, high)) and high < medium:  # type: ignore[operator]  # just looked
        yield ("high",), f"is below medium, {medium:g}; write it as high or higher"


def _oncall(item: Mapping[str, object]) -> Iterator[tuple[tuple[str | int, ...], str]]:
    people = item.get("people")
    for i, person in enumerate(people if isinstance(people, list) else []):
        if isinstance(person, dict) and not {"slack", "discord"} & person.keys():
            yield ("people", i), 'can not be reached; add slack = "U…" or discord = "…"'


def _route(item: Mapping[str, object]) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Summaries are messages for channels, and a digest is all that a channel of digests gets."""
    told = item.get("to")
    for to in told if isinstance(told, list) else [told]:
        platform = to.partition(":")[0] if isinstance(to, str) else ""
        for key in ("digest", "weekly"):
            if key in item and platform in NAMED:
                yield (key,), f"is for a channel, and {shown(to)} is none; give that a [[route]] of its own"
    for key, why in _NOT_WITH_DIGEST.items():
        if key in item and "digest" in item:
            yield (key,), f"says nothing beside digest, {why}; leave one of them out"


_NOT_WITH_DIGEST = {
    "mention": "which calls nobody",
    "quiet": "which names its own time",
    "hourly": "which is one message",
    "detail": "which is worded for everybody",
}
_CHECKS: dict[type[Table], Callable[[Mapping[str, object]], Iterator[tuple[tuple[str | int, ...], str]]]] = {
    WatchTable: _watch,
    ProbeTable: _probe,
    HookTable: _hook,
    MaintenanceTable: _maintenance,
    OncallTable: _oncall,
    RouteTable: _route,
    EvidenceTable: _evidence,
    AccessTable: together,
}
