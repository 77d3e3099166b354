"""A report that is written once more where one stands already: what people have written into it is kept.

A report in a file ends with a stamp: whose it is, and what was generated.  In Markdown people write between the marks
of a section, and that is carried over as it is.  Where anything else was changed by hand, nothing is written at all.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from hashlib import blake2b

from bot.core.report.as_json import SCHEMA
from bot.core.report.markdown import CLOSES, OPENS

_STAMP = re.compile(r"\n?<!-- sitrep report (?P<id>\S+) (?P<digest>[0-9a-f]{16}) -->\s*\Z")
_OPENING = re.escape(OPENS).replace(r"\{\}", r"(?P<name>[a-z-]+)")
_REGION = re.compile(rf"^{_OPENING}$\n(?P<text>.*?)^{re.escape(CLOSES)}$", re.MULTILINE | re.DOTALL)


_FOREIGN = "it is no report of this incident by Sitrep; name another file"


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a report is not written over what stands there."""

    reason: str


def stamped(text: str, incident: str) -> str:
    """Return a report with the stamp by which it is known again."""
    return f"{text.rstrip()}\n\n<!-- sitrep report {incident} {_digest(text)} -->\n"


def renewed(old: str, new: str, incident: str, how: str) -> str | Refusal:
    """Return the `new` report with what people wrote into the `old` one; both are of this incident, and stamped.

    In the one for programs nobody writes: there it is enough that it is one.
    """
    if how == "json":
        return new if _is_ours(old, incident) else Refusal(_FOREIGN)
    old = old.replace("\r\n", "\n")
    stamp = _STAMP.search(old)
    if stamp is None:
        return Refusal(_FOREIGN)
    if stamp["id"] != incident:
        return Refusal(f"it is the report of {stamp['id']}; name another file")
    if _digest(old[: stamp.start()]) != stamp["digest"]:
        return Refusal("it was changed outside the places for your words; move these there, or name another file")
    words = {found["name"]: found["text"] for found in _REGION.finditer(old) if found["text"].strip()}
    text = _REGION.sub(lambda found: _filled(found, words), new)
    return text if not words else Refusal(f"your words under {', '.join(words)} have no place in the new report")


def _is_ours(old: str, incident: str) -> bool:
    try:
        known = json.loads(old)
    except ValueError:
        return False
    return isinstance(known, dict) and (known.get("schema"), known.get("id")) == (SCHEMA, incident)


def _filled(found: re.Match[str], words: dict[str, str]) -> str:
    """Put somebody's words into their place, and take them from those that wait for one."""
    text = words.pop(found["name"], "")
    opening = found[0].partition("\n")[0]
    return f"{opening}\n{text}{CLOSES}"


def _digest(text: str) -> str:
    """Return a short text that differs whenever what was generated does; spaces at the end of a line are no change."""
    emptied = _REGION.sub(lambda found: f"{found[0].partition(chr(10))[0]}\n{CLOSES}", text)
    rows = (row.rstrip() for row in emptied.rstrip().split("\n"))
    return blake2b("\n".join(rows).encode(), digest_size=8).hexdigest()
