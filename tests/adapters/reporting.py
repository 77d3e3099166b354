"""What a thread says when an incident's report is posted: at its end, and again with its cause."""

from __future__ import annotations

from dataclasses import replace

from bot.core import replies, wording
from bot.core.afterwards import Why
from bot.core.lines import by_bot
from bot.core.message import File, Message, Moment, line
from bot.model import ChangeKind, Incident, Transition
from tests.unit.build import at

FILES = (
    File("report-acme-1.md", "text/markdown", b"# Acme", "The report of Acme: Errors on the API"),
    File("report-acme-1.png", "image/png", b"png", "Latency of the API from 11:30 to 13:30"),
)


def posts(incident: Incident, why: Why) -> Message:
    entry = by_bot(incident, ChangeKind.REPORTED, at(140))
    said = replies.reply(replace(entry, transitions=(Transition("report", "", why),)), incident)
    cause = line("Root cause: Not published as of ", Moment(at(140)))
    return replace(said, parts=(*said.parts, cause), files=FILES)


def cases(over: Incident) -> dict[str, tuple[Message, ...]]:
    """Return what is said of an incident that is over, and of which both clocks are known."""
    known = replace(over, detected_at=at(-17), acknowledged_at=at(0), started_at=at(-17))
    return {"reports": (wording.root(known), *(posts(known, why) for why in Why))}
