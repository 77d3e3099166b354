"""Recorded snapshots on disk: which files, in which order, taken when."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.errors import ConfigError

# 20251029T232213Z, 2025-10-29T23:22:13Z, 2025-10-29_23-22-13, 20251029
_STAMP = re.compile(
    r"(?<!\d)(20\d\d)-?([01]\d)-?([0-3]\d)(?:[T_ -]?([0-2]\d)[:-]?([0-5]\d)(?:[:-]?([0-5]\d))?Z?)?(?!\d)"
)
FOLLOW_UP = "follow-up"
_INDEXES = ("index.tsv", "index.csv", "INDEX.tsv", "INDEX.csv")
# Without any time a recording is played as if a page had been read once a minute.
_PACE = timedelta(minutes=1)
_BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Frame:
    """One recorded answer and when it was taken.

    Where no more than a day is told, or not even that, it was taken between `at` and `until`.
    """

    at: datetime
    path: Path
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Series:
    """All answers of one source, oldest first, and the folder they are in.

    A folder `follow-up` in it holds what was read of single incidents after they had left the page: the file
    `<id>.json` (any ending) tells how incident `<id>` ended.
    """

    name: str
    frames: tuple[Frame, ...]
    folder: Path

    def ending(self, external_id: str) -> bytes | None:
        """Return what was recorded of one incident's end."""
        found = sorted(path for path in (self.folder / FOLLOW_UP).glob("*") if path.stem == external_id)
        return found[0].read_bytes() if found else None


def series(paths: Iterable[Path]) -> tuple[Series, ...]:
    """Return one series for every folder among `paths`, and one for all the single files of a folder."""
    missing = [f"{path}: there is no such file or folder" for path in paths if not path.exists()]
    if missing:
        raise ConfigError(*missing)
    groups: dict[Path, list[Path]] = {}
    for path in paths:
        found = _recordings(path) if path.is_dir() else [path]
        for file in found:
            groups.setdefault(file.parent.resolve(), []).append(file)
    empty = [
        f"{path}: this folder has no recordings in it" for path in paths if path.is_dir() and not _recordings(path)
    ]
    if empty:
        raise ConfigError(*empty)
    return tuple(Series(folder.name, tuple(_timed(folder, files)), folder) for folder, files in groups.items())


def _recordings(folder: Path) -> list[Path]:
    """All files below `folder` that are not an index, a note or hidden, in name order."""
    return sorted(path for path in folder.rglob("*") if path.is_file() and _is_recording(path))


def _is_recording(path: Path) -> bool:
    aside = path.name in _INDEXES or path.suffix in {".md", ".py"} or path.parent.name == FOLLOW_UP
    return not aside and not path.name.startswith(".")


def _timed(folder: Path, files: Iterable[Path]) -> Iterator[Frame]:
    """Give every file its time: from the index, from its name, else a moment after the one before it.

    The order of the names is the order of the recording; a time that would go back is moved on.
    """
    index = _index(folder)
    last: datetime | None = None
    for path in sorted(files):
        told = index.get(path.name) or stamp(path.name)
        until = None if path.name in index else _at_latest(path.name)
        if told is None:
            told = last + timedelta(seconds=1) if last and index | _stamps(files) else (last or _BEGINNING) + _PACE
        at = told if last is None else max(told, last)
        yield Frame(at, path, until)
        last = at


def _stamps(files: Iterable[Path]) -> dict[str, datetime]:
    return {path.name: at for path in files if (at := stamp(path.name)) is not None}


def stamp(name: str) -> datetime | None:
    """Return the UTC time in a file name, or None."""
    found = _STAMP.search(name)
    if found is None:
        return None
    year, month, day, hour, minute, second = (int(number) if number else 0 for number in found.groups())
    try:
        return datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError:
        return None


def _at_latest(name: str) -> datetime | None:
    """Return until when a recording may have been taken whose name tells only the day, or nothing."""
    found = _STAMP.search(name)
    if found is None:
        return datetime.max.replace(tzinfo=UTC)
    at = stamp(name)
    return at + timedelta(days=1) - timedelta(seconds=1) if at and found[4] is None else None


def _index(folder: Path) -> dict[str, datetime]:
    """Read `index.tsv` or `.csv`: a column `file` (or `name`) and a column `at` (or `time`), ISO 8601."""
    for name in _INDEXES:
        path = folder / name
        if path.is_file():
            return _table(path)
    return {}


def _table(path: Path) -> dict[str, datetime]:
    try:
        return dict(_rows(path))
    except (OSError, UnicodeDecodeError, csv.Error) as e:
        raise ConfigError(f"{path}: is not a table that can be read; write UTF-8 text with the columns file, at") from e


def _rows(path: Path) -> Iterator[tuple[str, datetime]]:
    with path.open(encoding="utf-8", newline="") as file:
        for number, row in enumerate(csv.DictReader(file, delimiter="\t" if path.suffix == ".tsv" else ","), start=2):
            name, at = row.get("file") or row.get("name"), row.get("at") or row.get("time")
            if not name or not at:
                continue
            try:
                moment = datetime.fromisoformat(at)
            except ValueError:
                raise ConfigError(
                    f"{path}:{number}: {at!r} is not a time; write for example 2026-08-17T13:40:00Z"
                ) from None
            yield Path(name).name, moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
