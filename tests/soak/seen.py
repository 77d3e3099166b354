"""All that was seen of a day: the table of its hours, and what is judged."""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

from tests.bench.figures import percentile
from tests.localslack import LocalSlack, readable
from tests.soak.dial import BEGINS, hour_of
from tests.soak.judging import Verdict, flat, under
from tests.soak.stored import Stored
from tests.soak.vendors import MARK
from tests.soak.visiting import Visitors

_MIB = 2**20
# What happened in the last minutes may still be on its way.
_ON_ITS_WAY = 1800.0


@dataclass(slots=True)
class Day:
    """One day as it was seen from outside and from inside."""

    folder: Path
    hours: float
    samples: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    stored: dict[int, Stored] = field(default_factory=dict[int, Stored])
    visitors: Visitors | None = None
    lags: dict[int, list[float]] = field(default_factory=lambda: defaultdict(list))
    messages: int = 0
    untold: list[str] = field(default_factory=list[str])
    words: int = 0
    requests: int = 0
    took: float = 0.0
    status: int | None = None
    log: str = ""

    @property
    def waits(self) -> dict[str, dict[int, list[float]]]:
        """How long people waited, by what they asked for and by hour."""
        return self.visitors.waits if self.visitors is not None else {}

    @property
    def refused(self) -> list[str]:
        return self.visitors.refused if self.visitors is not None else []


def told_after(day: Day, slack: LocalSlack, given: dict[str, float], late: Collection[str]) -> None:
    """Note how long after a page gave out a word a channel had it; those of some pages may be told `late`."""
    begins = BEGINS.timestamp()
    seen: dict[str, float] = {}
    for message in slack.world.messages():
        day.messages += 1
        for word in MARK.findall(readable(message)):
            at = float(message.ts) - begins
            seen[word] = min(seen.get(word, at), at)
    until = day.hours * 3600 - _ON_ITS_WAY
    for word, at in given.items():
        if at < until and word.partition("/")[0] not in late:
            day.words += 1
            if word in seen:
                day.lags[hour_of(at)].append(seen[word] - at)
            else:
                day.untold.append(word)


def _hourly(day: Day, name: str) -> Iterator[tuple[int, list[float]]]:
    by_hour: dict[int, list[float]] = {}
    for row in day.samples:
        by_hour.setdefault(hour_of(row["at"]), []).append(row[name])
    return iter(sorted(by_hour.items()))


def table(day: Day) -> Iterator[str]:
    """Yield the lines of a Markdown table, one for each hour."""
    yield (
        "| hour | memory | files | threads | tasks | incidents | lines | database | told after: median | 99 % "
        "| `/status` median | longest | board median | longest | loop held: 99 % | longest |"
    )
    yield "|" + "---|" * 16
    inside = {
        name: dict(_hourly(day, name)) for name in ("rss", "files", "threads", "tasks", "turn_99", "turn_longest")
    }
    for hour in sorted(inside["rss"]):
        if hour + 1 not in day.stored:
            continue
        kept = day.stored[hour + 1]
        lags = day.lags.get(hour) or [float("nan")]
        asked = [*day.waits.get("status of one", {}).get(hour, ()), *day.waits.get("status of all", {}).get(hour, ())]
        asked = asked or [float("nan")]
        looked = day.waits.get("board", {}).get(hour) or [float("nan")]
        cells = (
            f"{hour + 1}",
            f"{max(inside['rss'][hour]) / _MIB:.0f} MiB",
            f"{median(inside['files'][hour]):.0f}",
            f"{median(inside['threads'][hour]):.0f}",
            f"{median(inside['tasks'][hour]):.0f}",
            f"{kept.rows['incident']:,}",
            f"{kept.rows['timeline_entry']:,}",
            f"{kept.size / 1e6:.1f} MB",
            f"{1e3 * median(lags):.0f} ms",
            f"{1e3 * percentile(lags, 0.99):.0f} ms",
            f"{1e3 * median(asked):.0f} ms",
            f"{1e3 * max(asked):.0f} ms",
            f"{1e3 * median(looked):.0f} ms",
            f"{1e3 * max(looked):.0f} ms",
            f"{1e3 * median(inside['turn_99'][hour]):.1f} ms",
            f"{1e3 * max(inside['turn_longest'][hour]):.0f} ms",
        )
        yield f"| {' | '.join(cells)} |"


def verdicts(day: Day) -> Iterator[Verdict]:
    """Judge what has to be flat, from the first quarter of the time on."""
    since = day.hours / 4
    later = [row for row in day.samples if row["at"] >= since * 3600]

    def points(name: str, by: float = 1.0) -> list[tuple[float, float]]:
        return [(row["at"] / 3600, row[name] / by) for row in later]

    yield flat("memory", points("rss", _MIB), within=0.1, unit="MiB")
    yield flat("files", points("files"), within=0.1, unit="files", least=20)
    yield flat("threads", points("threads"), within=0.1, unit="threads", least=2)
    yield flat("tasks", points("tasks"), within=0.1, unit="tasks", least=10)
    for what, by_hour in (("told after", day.lags), *day.waits.items()):
        some = [(float(hour), 1e3 * median(waits)) for hour, waits in sorted(by_hour.items()) if hour >= since]
        yield flat(f"{what}, median", some, within=0.5, unit="ms", least=10)
    kept = [(float(hour), one) for hour, one in sorted(day.stored.items()) if hour >= since]
    if len(kept) > 1:
        lines = kept[-1][1].rows["timeline_entry"] - kept[0][1].rows["timeline_entry"]
        grown = kept[-1][1].size - kept[0][1].size
        yield under("database, for each line of a timeline that was added", grown / max(lines, 1) / 1e3, 4, "kB")
    yield from (_bounded(day, name, since) for name in _BOUNDED)
    yield Verdict("words told", f"{day.words - len(day.untold):,} of {day.words:,}", "all", good=not day.untold)
    yield Verdict("answers that were none", f"{len(day.refused)}", "0", good=not day.refused)
    if day.visitors is not None and day.visitors.asked:
        share = 100 * len(day.visitors.late) / day.visitors.asked
        yield under("commands not answered within Slack's three seconds", share, 1, "%")
    crashed = day.log.count("Traceback")
    yield Verdict("tracebacks", f"{crashed}", "0", good=not crashed)
    yield Verdict("status at the end", f"{day.status}", "0", good=day.status == 0)


# These hold what is so now, whatever happened before.
_BOUNDED = (
    *("source", "poll", "probe", "probe_minute", "heard", "heartbeat", "note", "instance", "installation"),
    "spent_pass",
)


def _bounded(day: Day, name: str, since: float) -> Verdict:
    points = [(float(hour), float(one.rows[name])) for hour, one in sorted(day.stored.items()) if hour >= since]
    return flat(f"rows of `{name}`", points, within=0.05, unit="rows", least=5)


def judged(day: Day, options: argparse.Namespace) -> int:
    """Print all of it, and return 1 if anything is not as it should be."""
    last = day.samples[-1]
    hours = last["at"] / 3600
    print(
        f"\n{hours:.1f} hours in {day.took / 60:.0f} minutes, {last['cpu']:.0f} s of CPU: {day.requests:,} requests to "
        f"pages and targets, {day.messages:,} messages\n"
    )
    print("\n".join(table(day)))
    rows = day.stored[max(day.stored)].rows
    print("\nrows at the end: " + ", ".join(f"{name} {number:,}" for name, number in sorted(rows.items())) + "\n")
    found = list(verdicts(day))
    print("| what | found | bound | |\n|---|---|---|---|")
    for one in found:
        print(f"| {one.what} | {one.found} | {one.bound} | {'yes' if one.good else '**NO**'} |")
    for line in [*day.untold[:10], *day.refused[:10]]:
        print(f"FAIL {line}")
    bad = sum(not one.good for one in found)
    print(f"\n{len(found) - bad} passed, {bad} failed")
    return int(bad > 0)
