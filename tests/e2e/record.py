"""What a recording of a Statuspage summary says, read from the raw JSON alone and by nobody else's code."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import unescape
from itertools import pairwise
from pathlib import Path
from typing import Any

Step = Mapping[str, Any]

RANK = {"none": 0, "maintenance": 0, "minor": 1, "major": 2, "critical": 3}
# Texts between the words that Sitrep quotes.
QUOTED = re.compile(r"“(.*?)”\n— ", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Sight:
    """One good snapshot: when it was taken, and what was listed in it, by id."""

    at: str
    listed: Mapping[str, Mapping[str, Any]]


def sights(folder: Path) -> list[Sight]:
    """Return the good snapshots of a folder, in order."""
    return list(_sights(folder))


def _sights(folder: Path) -> Iterator[Sight]:
    for path in sorted(folder.glob("*.json")):
        try:
            page = json.loads(path.read_bytes())
            listed = page["incidents"] + page["scheduled_maintenances"]
        except (ValueError, KeyError, TypeError):
            continue
        found = re.search(r"(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z", path.name)
        if found is not None:
            at = "{}-{}-{}T{}:{}:{}Z".format(*found.groups())
            yield Sight(at, {incident["id"]: incident for incident in listed})


def words(body: str) -> str:
    """Return a statement as a person reads it: no tags, no addresses in brackets, white space folded."""
    text = re.sub(r"\s\(https?://[^)\s]*\)", "", unescape(re.sub(r"</?(?:a|b|em|strong)\b[^<>]*>", "", body)))
    return " ".join(re.sub(r"<[^<>]*>", " ", text).split())


def ids(seen: Sequence[Sight]) -> set[str]:
    return {key for sight in seen for key in sight.listed}


def statements(seen: Sequence[Sight], key: str) -> list[str]:
    """Return every statement on an incident as it was first seen, in the order in which it was written."""
    told: list[str] = []
    known: set[str] = set()
    for sight in seen:
        updates = sight.listed.get(key, {}).get("incident_updates", [])
        for update in sorted(updates, key=lambda u: (u["display_at"] or u["created_at"], u["id"])):
            if update["id"] not in known:
                known.add(update["id"])
                told.append(words(update["body"] or ""))
    return told


def turns(seen: Sequence[Sight], key: str) -> list[tuple[str, str]]:
    """Return when an incident's own impact rose or fell, and which."""
    listed = [(sight.at, sight.listed[key]["impact"]) for sight in seen if key in sight.listed]
    return [
        (at, "raised" if RANK[after] > RANK[before] else "lowered")
        for (_, before), (at, after) in pairwise(listed)
        if before != after
    ]


def vanished(seen: Sequence[Sight], key: str) -> str | None:
    """Return when an incident was first missing for good; None if it was listed to the last."""
    last = max(number for number, sight in enumerate(seen) if key in sight.listed)
    return seen[last + 1].at if last + 1 < len(seen) else None


def quoted(steps: Sequence[Step]) -> list[str]:
    """Return what the replies quote, apart from edits, which say old words again."""
    replies = (step["text"] for step in steps if step["step"] == "reply" and step["kind"] != "edited")
    return [words(text) for reply in replies for text in QUOTED.findall(reply)]


def closings(steps: Sequence[Step]) -> list[Step]:
    return [step for step in steps if step["step"] == "reply" and step["kind"] in {"resolved", "withdrawn"}]
