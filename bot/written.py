"""Reports as files: what is known of an incident, written out, and the picture of it."""

from __future__ import annotations

from datetime import datetime

from bot.core import wording
from bot.core.afterwards import Form
from bot.core.message import File
from bot.core.picture.incident import of_incident
from bot.core.picture.shapes import Drawing, about
from bot.core.picture.svg import standalone
from bot.core.report.facts import facts
from bot.core.report.html import html
from bot.core.report.markdown import markdown
from bot.core.report.material import Material
from bot.png import png

_TYPES = {Form.MARKDOWN: "text/markdown", Form.HTML: "text/html"}


def files(material: Material, form: Form, now: datetime) -> tuple[File, ...]:
    """Return the report of an incident as of `now`, and the picture if there is anything to show."""
    drawing = of_incident(material, now)
    name = material.incident.id
    words = f"The report of {wording.headline(material.incident)}"
    report = File(f"{name}.{form.value}", _TYPES[form], _text(material, form, drawing, now).encode(), words)
    return (report,) if drawing is None else (report, File(f"{name}.png", "image/png", png(drawing), about(drawing)))


def _text(material: Material, form: Form, drawing: Drawing | None, now: datetime) -> str:
    known = facts(material, now)
    if form is Form.MARKDOWN:
        return markdown(known)
    return html(known, standalone(drawing) if drawing is not None else "")
