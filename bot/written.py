"""A report as it is posted: a line of it in the message, all of it in a file, and the picture."""

from __future__ import annotations

from datetime import datetime

from bot.core.afterwards import Form, Written
from bot.core.message import File, line
from bot.core.picture.incident import of_incident
from bot.core.picture.shapes import about
from bot.core.picture.svg import standalone
from bot.core.report import attached, glance
from bot.core.report.facts import facts
from bot.core.report.material import Material
from bot.core.report.sections import title
from bot.core.slugs import slug
from bot.png import png

_TYPES = {Form.MARKDOWN: "text/markdown", Form.HTML: "text/html"}
# What nobody sees from the incident alone; the file begins with a summary, and chats show that.
_TOLD = frozenset({"Root cause"})


def posted(material: Material, form: Form, now: datetime) -> Written:
    """Return the report of an incident as of `now`, with the picture if there is anything to show."""
    drawing, known = of_incident(material, now), facts(material, now)
    name = f"report-{slug(known.id)}"
    text = attached.written(known, form.value, standalone(drawing) if drawing is not None else "")
    report = File(f"{name}.{form.value}", _TYPES[form], text.encode(), f"The report of {title(known)}")
    pictures = () if drawing is None else (File(f"{name}.png", "image/png", png(drawing), about(drawing)),)
    rows = [line(f"{what}: ", *spans) for what, spans in glance.glance(known) if what in _TOLD]
    return Written(parts=tuple(rows), files=(report, *pictures))
