"""A report as files that go with a message, and the few lines that stand beside them."""

from __future__ import annotations

import json

from bot.core.message import File, Line, Message, Reply, Tone, line
from bot.core.report import glance
from bot.core.report.as_json import as_json
from bot.core.report.html import html
from bot.core.report.kept import stamped
from bot.core.report.known import Facts
from bot.core.report.markdown import markdown
from bot.core.report.sections import title
from bot.core.slugs import slug
from bot.model import Impact

_TONES = {
    Impact.CRITICAL: Tone.CRITICAL,
    Impact.MAJOR: Tone.MAJOR,
    Impact.MINOR: Tone.MINOR,
    Impact.UNKNOWN: Tone.MINOR,
}
# What the summary has told, or the place where it is read.
_LEFT_OUT = frozenset({"Standing", "How bad", "We knew of it", "Told in", "Incident"})


def written(facts: Facts, how: str, picture: str = "") -> str:
    """Return a report in one of its dresses: `md`, `html` (with a picture, an SVG of ours) or `json`."""
    if how == "json":
        return json.dumps(as_json(facts), ensure_ascii=False, indent=2) + "\n"
    return stamped(html(facts, picture) if how == "html" else markdown(facts), facts.id)


def files(facts: Facts, picture: str = "") -> tuple[File, ...]:
    """Return the files of a report: Markdown, which chats show in place, and HTML, to be printed and sent on."""
    about, name = f"The report of {title(facts)}", f"report-{slug(facts.id)}"
    return (
        File(f"{name}.md", "text/markdown", written(facts, "md").encode(), f"{about}, as text"),
        File(f"{name}.html", "text/html", written(facts, "html", picture).encode(), f"{about}, as a page"),
    )


def reply(facts: Facts, picture: str = "") -> Reply:
    """Return the report as an answer: what is asked first, and all of it in the files."""
    tone = _TONES.get(facts.impact, Tone.NOTICE) if facts.is_open else Tone.RESOLVED
    first = [line(f"{name}: ", *spans) for name, spans in glance.glance(facts) if name not in _LEFT_OUT]
    parts = (line(facts.summary), *first, *_left(facts))
    message = Message(tone=tone, headline=f"Report: {title(facts)}", parts=parts, files=files(facts, picture))
    return Reply(message=message, shareable=True)


def _left(facts: Facts) -> list[Line]:
    """Say what is left to be done, each with the words by which it is closed."""
    rows = []
    for one in facts.follow_ups:
        if one.is_open:
            close = f" · done? `write {facts.id} follow-up done {one.number}`" if one.number else ""
            rows.append(line(f"Open: {one.text}{close}"))
    return rows
