"""What a recording says, read from the raw JSON or XML alone and by nobody else's code."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import unescape
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

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
        yield Sight(_taken_at(path), {incident["id"]: incident for incident in listed})


def _taken_at(path: Path) -> str:
    found = re.search(r"(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z", path.name)
    assert found is not None, path
    return "{}-{}-{}T{}:{}:{}Z".format(*found.groups())


def words(body: str) -> str:
    """Return a statement as a person reads it: no tags, no addresses in brackets, white space folded."""
    text = re.sub(r"\s\(https?://[^)\s]*\)", "", unescape(re.sub(r"</?(?:a|b|em|strong)\b[^<>]*>", "", body)))
    return " ".join(re.sub(r"<[^<>]*>", " ", text).split())


def open_ids(seen: Sequence[Sight]) -> set[str]:
    """Return whatever was seen to be open."""
    listed = ((key, incident["status"]) for sight in seen for key, incident in sight.listed.items())
    return {key for key, status in listed if status not in {"resolved", "completed", "postmortem"}}


def ending(folder: Path, key: str) -> Mapping[str, Any]:
    """Return what was recorded of an incident after it had left the page; empty if nothing was."""
    path = folder / "follow-up" / f"{key}.json"
    found: Mapping[str, Any] = json.loads(path.read_bytes())["incident"] if path.exists() else {}
    return found


def statements(seen: Sequence[Sight], key: str, end: Mapping[str, Any]) -> list[str]:
    """Return every statement on an incident as it was first seen, in the order in which it was written."""
    told: list[str] = []
    known: set[str] = set()
    for incident in (*(sight.listed.get(key, {}) for sight in seen), end):
        updates = incident.get("incident_updates", [])
        for update in sorted(updates, key=lambda u: (u["display_at"] or u["created_at"], u["id"])):
            if update["id"] not in known:
                known.add(update["id"])
                told.append(words(update["body"] or ""))
    return told


def edits(seen: Sequence[Sight], key: str) -> list[list[str]]:
    """Return every statement that was written anew, before and after."""
    found, known = [], dict[str, str]()
    for sight in seen:
        for update in sight.listed.get(key, {}).get("incident_updates", []):
            body = words(update["body"] or "")
            before = known.setdefault(update["id"], body)
            if before != body:
                found.append([before, body])
                known[update["id"]] = body
    return found


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
    """Return what the replies quote, apart from edits and what was taken back, which say old words again."""
    kinds = {"edited", "retracted"}
    replies = (step["text"] for step in steps if step["step"] == "reply" and step["kind"] not in kinds)
    return [words(text) for reply in replies for text in QUOTED.findall(reply)]


def edited(steps: Sequence[Step]) -> list[list[str]]:
    """Return what the replies that tell of an edit quote."""
    told = (step["text"] for step in steps if step["step"] == "reply" and step["kind"] == "edited")
    return [[words(text) for text in QUOTED.findall(reply)] for reply in told]


def closings(steps: Sequence[Step]) -> list[Step]:
    return [step for step in steps if step["step"] == "reply" and step["kind"] in {"resolved", "withdrawn"}]


@dataclass(frozen=True, slots=True)
class Item:
    """One entry of a window: what it says, oldest first, each with the time and the state printed beside it."""

    said: tuple[tuple[str, str], ...]
    is_over: bool


@dataclass(frozen=True, slots=True)
class View:
    """One good answer of a window: when it was taken, and its entries, by id."""

    at: str
    items: Mapping[str, Item]


def views(folder: Path) -> list[View]:
    """Return the good answers of an Atom feed of Statuspage's or of AWS's `data.json`, in order."""
    paths = sorted(path for path in folder.iterdir() if path.suffix in _READERS)
    return [View(_taken_at(path), _READERS[path.suffix](path.read_bytes())) for path in paths]


def _atom(body: bytes) -> dict[str, Item]:
    name = "{http://www.w3.org/2005/Atom}"
    found = {}
    for entry in ET.fromstring(body).findall(f"{name}entry"):  # noqa: S314  # recorded, or made by us
        link, content = entry.find(f"{name}link"), entry.findtext(f"{name}content") or ""
        assert link is not None
        paragraphs = re.findall(r"<p>\s*<small>(.*?)</small><br\s*/?>\s*(.*?)</p>", content, re.DOTALL)
        parts = [(words(at), *text.partition("</strong>")) for at, text in reversed(paragraphs)]
        said = tuple((f"{at} {words(state)}", words(text.strip().removeprefix("- "))) for at, state, _, text in parts)
        found[link.attrib["href"].rpartition("/")[2]] = Item(said, words(parts[-1][1]) in {"Resolved", "Completed"})
    return found


def _aws(body: bytes) -> dict[str, Item]:
    found = {}
    for item in json.loads(body)["current"]:
        parts = re.findall(r"yellowfg\">(.*?)</span>(.*?)(?=<span class=\"yellowfg|$)", item["description"], re.DOTALL)
        said = tuple((words(at), words(text)) for at, text in parts)
        found[f"{item['service']}-{item['date']}"] = Item(said, str(item["status"]) == "0")
    return found


_READERS = {".atom": _atom, ".json": _aws}


def news(seen: Sequence[View]) -> dict[str, str]:
    """Return when each entry was first seen that was not there at the first look, or was open then."""
    found: dict[str, str] = {}
    for number, view in enumerate(seen):
        for key, item in view.items.items():
            is_known = any(key in earlier.items for earlier in seen[:number])
            if not is_known and (number or not item.is_over):
                found[key] = view.at
    return found


def said(seen: Sequence[View], key: str) -> list[str]:
    """Return every statement of an entry as it was first seen; the n-th under a time and a state stays the n-th."""
    first: dict[tuple[str, int], str] = {}
    for view in seen:
        times = Counter[str]()
        for at, text in view.items[key].said if key in view.items else ():
            times[at] += 1
            first.setdefault((at, times[at]), text)
    return list(first.values())


def over(seen: Sequence[View], key: str) -> str | None:
    """Return when an entry was first seen to be over."""
    return next((view.at for view in seen if key in view.items and view.items[key].is_over), None)
