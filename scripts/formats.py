"""docs/formats.md, written anew: what each format tells, as far as our examples show it, and what its file says.

`python -m scripts.formats`, or `make formats`.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import ModuleType
from typing import cast

from bot.errors import ParseError
from bot.feeds._text import LONGEST_ID, LONGEST_NAME, LONGEST_TEXT
from bot.feeds._times import FIRST_YEAR, LAST_YEAR
from bot.model import Claim, ComponentStatus, Impact, Kind, Snapshot, State
from bot.plugins import formats
from tests.feeds.samples import CASES, source
from tests.feeds.test_corpus import FORMATS as CAPTURED

PAGE = Path(__file__).parent.parent / "docs" / "formats.md"
_MILD = {Impact.UNKNOWN, Impact.MAINTENANCE}
_PHASES = {State.IDENTIFIED, State.MONITORING, State.VERIFYING}
_HEAD = """# The formats

Written by `make formats`: the table from the examples in `tests/data/feeds`, the rest from the files in `bot/feeds`.
`sitrep detect URL` finds out which one a page speaks ([what it finds where](detection.md)); a watch needs no `format`.

- **all that is open**: whether a document lists every open incident, so that one that vanishes is over; or is a window.
- **components**: whether the page's parts are told, and how each is (+).
- **severity**: whether an incident tells how bad it is; where it does not, its components do, or nothing.
- **phases**: whether more is told than open and over.
- **words**: how many statements of an incident are kept apart: all of them, the newest, or none.
- **maintenance**, **regions or groups**: whether there are such.
- **an end is**: in the document itself, looked up when an incident has vanished, or told by its absence alone.
- **known from**: captured real answers, with which it is tested, or what documentation, source code and others say.

Whatever a page sends, it is read within these bounds, or refused in one line.  Ids have at most {ids} characters
(a longer one of a feed is replaced by its hash), titles and names are cut at {names}, statements at {texts:,}; times
lie between {first} and {last}.  A thing that is listed twice is open, or ill, if it is so in one place.  Control
characters, what terminals obey, and marks that turn the direction of a text are left out.

"""
_COLUMNS = (
    *("format", "all that is open", "components", "severity", "phases", "words", "maintenance", "regions or groups"),
    *("an end is", "known from"),
)


def page() -> str:
    """Return the whole page."""
    found = [(name, cast("ModuleType", form)) for name, form in formats().items()]
    rows = [_COLUMNS, ("---",) * len(_COLUMNS), *(_row(name, module) for name, module in found)]
    table = "\n".join(f"| {' | '.join(row)} |" for row in rows)
    bounds = {"ids": LONGEST_ID, "names": LONGEST_NAME, "texts": LONGEST_TEXT, "first": FIRST_YEAR, "last": LAST_YEAR}
    return f"{_HEAD.format(**bounds)}{table}\n" + "".join(_section(name, module) for name, module in found)


def _row(name: str, module: ModuleType) -> Sequence[str]:
    examples = list(_examples(name, module))
    claims = [claim for example in examples for claim in example.incidents]
    listed = [part for example in examples for part in example.components]
    named = [part for claim in claims for part in claim.components]
    is_known = any(part.status is not ComponentStatus.UNKNOWN for part in (*listed, *named))
    most = max((len(claim.updates) for claim in claims), default=0)
    return (
        f"[`{name}`](#{name})",
        _whole({example.complete_open_set for example in examples}),
        "+" if is_known else "names" if listed or named else "—",
        _yes(any(claim.impact not in _MILD for claim in claims)),
        _yes(any(state in _PHASES for claim in claims for state in _states(claim))),
        "all" if most > 1 else "the newest" if most else "none",
        _yes(any(claim.kind is Kind.MAINTENANCE for claim in claims)),
        _yes(any(part.group for part in (*listed, *named))),
        _end(name, module, claims),
        "captures" if name in CAPTURED.values() else "documents",
    )


def _whole(found: set[bool]) -> str:
    return "in some documents" if len(found) > 1 else _yes(True in found)


def _end(name: str, module: ModuleType, claims: Sequence[Claim]) -> str:
    if not claims:
        return "—"
    looked_up = "looked up" if module.follow_up(source(name), "id") else ""
    over = any(claim.state.is_over for claim in claims)
    return ", ".join(filter(None, ("in it" if over else "", looked_up))) or "its absence"


def _states(claim: Claim) -> Iterator[State]:
    yield claim.state
    yield from (update.state for update in claim.updates)


def _examples(name: str, module: ModuleType) -> Iterator[Snapshot]:
    for path in CASES:
        if path.parent.name == name:
            try:
                yield module.parse(path.read_bytes(), source(name))
            except ParseError as error:
                raise AssertionError(f"{path}: an example that can not be read") from error


def _section(name: str, module: ModuleType) -> str:
    return f"\n## {name}\n\n{inspect.getdoc(module)}\n"


def _yes(is_so: bool) -> str:  # noqa: FBT001  (it is a word for one)
    return "yes" if is_so else "—"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
