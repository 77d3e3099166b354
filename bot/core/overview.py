"""Everything watched on one screen: which are in trouble, which can not be read, which are well."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from bot.core.standing import Standing


class Row(NamedTuple):
    """What is known of one source without opening its page; `severity` is its page's, None while it was never read."""

    key: str
    vendor: str
    name: str
    severity: int | None
    is_stale: bool = False


@dataclass(frozen=True, slots=True)
class Survey:
    """Every source in one of four lists: in trouble the worst first, else by name.

    Of those that are well `unlisted` more are not in the list.  `suspected` counts those in trouble of which only our
    own witnesses say so.
    """

    troubled: tuple[Row, ...] = ()
    stale: tuple[Row, ...] = ()
    unread: tuple[Row, ...] = ()
    well: tuple[Row, ...] = ()
    unlisted: int = 0
    suspected: int = 0

    @property
    def total(self) -> int:
        """How many are watched."""
        return sum(map(len, (self.troubled, self.stale, self.unread, self.well))) + self.unlisted


@dataclass(frozen=True, slots=True)
class Overview:
    """A survey, and a closer look at the first in each list, by key.

    `unwatched` are those whose pages nobody watches, and of which our own witnesses tell: the worst first.
    """

    survey: Survey
    closer: Mapping[str, Standing] = field(default_factory=dict[str, Standing])
    unwatched: tuple[Standing, ...] = ()


def survey(rows: Sequence[Row], worst: Mapping[str, int], *, total: int, suspected: Collection[str] = ()) -> Survey:
    """Sort the sources; `worst` is the rank of the worst open incident of each vendor that has one.

    `total` is how many are watched: those that are not in `rows` are well.  `suspected` are the vendors of which nobody
    but our own witnesses says that something is wrong.

    One that is in trouble and can not be read either is in trouble: that it is stale is said there.
    """
    troubled: list[tuple[int, Row]] = []
    stale: list[Row] = []
    unread: list[Row] = []
    well: list[Row] = []
    for row in rows:
        rank = max(row.severity or 0, worst.get(row.vendor, 0))
        if rank and row.severity is not None:
            troubled.append((rank, row))
        else:
            (stale if row.is_stale else unread if row.severity is None else well).append(row)
    troubled.sort(key=lambda found: (-found[0], found[1].name.lower()))
    return Survey(
        troubled=tuple(row for _, row in troubled),
        stale=tuple(sorted(stale, key=_name)),
        unread=tuple(sorted(unread, key=_name)),
        well=tuple(sorted(well, key=_name)),
        unlisted=max(total - len(rows), 0),
        suspected=sum(not row.severity and row.vendor in suspected for _, row in troubled),
    )


def _name(row: Row) -> str:
    return row.name.lower()
