"""The OpenAPI document of `/api/v1` and of what is served as a status page: made of what is served, so it fits."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import cache
from types import ModuleType
from typing import Any, Final

from pydantic import TypeAdapter

from bot import __version__
from bot.web.api import page_shapes, shapes
from bot.web.api.answers import PROBLEM, Problem
from bot.web.api.operations import Operation, Parameter
from bot.web.api.v1 import OPERATIONS

_REF: Final = "#/components/schemas/{model}"
_ALWAYS: Final = {503: "The database does not answer just now."}
_VENDORS = Parameter(name="vendor", about="Only of these vendors: slugs, with commas between them.")
_ONE = Parameter(name="id", about="The incident's id.", in_path=True)
_WHOSE = Parameter(name="vendor", about="The vendor's slug.", in_path=True)
# What is served at /api/v2, by the rest of its path.
PAGES: Final[Mapping[str, tuple[type[Any], str]]] = {
    "summary.json": (page_shapes.SummaryDocument, "Everything that is open or to come, and all components."),
    "status.json": (page_shapes.StatusDocument, "How everything stands, in a word."),
    "components.json": (page_shapes.ComponentsDocument, "All components."),
    "incidents.json": (page_shapes.IncidentsDocument, "The newest 50 incidents."),
    "incidents/unresolved.json": (page_shapes.IncidentsDocument, "The open incidents."),
    "incidents/{id}.json": (page_shapes.IncidentDocument, "One incident or maintenance."),
    "scheduled-maintenances.json": (page_shapes.MaintenancesDocument, "The newest 50 maintenances."),
    "scheduled-maintenances/upcoming.json": (page_shapes.MaintenancesDocument, "Maintenances to come."),
    "scheduled-maintenances/active.json": (page_shapes.MaintenancesDocument, "Maintenances that go on."),
}


@cache
def document() -> bytes:
    """Return the document, as JSON."""
    text = json.dumps(_document(), ensure_ascii=False, separators=(",", ":"))
    # Both have incidents and components; those of the status page are called so.
    return text.replace(f"{_name(page_shapes)}__", "Page").replace(f"{_name(shapes)}__", "").encode()


def _name(module: ModuleType) -> str:
    return module.__name__.replace(".", "__")


def _document() -> dict[str, Any]:
    paths = {operation.path: {"get": _of(operation)} for operation in OPERATIONS}
    for under, whose in (("/api/v2", _VENDORS), ("/vendors/{vendor}/api/v2", _WHOSE)):
        for name, (answer, about) in PAGES.items():
            named = (_ONE,) if "{id}" in name else ()
            asked = (*named, whose) if whose.in_path or not named else named
            paths[f"{under}/{name}"] = {"get": _page(f"{under}/{name}", answer, about, asked)}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Sitrep",
            "version": __version__,
            "description": "What Sitrep knows, read-only. `/api/v2` is a status page as Statuspage serves it.",
        },
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {"schemas": _schemas()},
    }


def _of(operation: Operation) -> dict[str, Any]:
    return {
        "operationId": operation.name,
        "summary": operation.about,
        "tags": ["v1"],
        "parameters": [_parameter(one) for one in operation.parameters],
        "responses": _responses(operation.answer, operation.problems),
    }


def _page(path: str, answer: type[Any], about: str, parameters: Iterable[Parameter]) -> dict[str, Any]:
    name = path.strip("/").removesuffix(".json").translate(str.maketrans("/-", "__", "{}"))
    return {
        "operationId": name,
        "summary": about,
        "tags": ["status page"],
        "parameters": [_parameter(one) for one in parameters],
        "responses": _responses(answer, {404: "There is no such vendor or incident."}),
    }


def _parameter(one: Parameter) -> dict[str, Any]:
    where = "path" if one.in_path else "query"
    return {
        "name": one.name,
        "in": where,
        "required": one.in_path,
        "description": one.about,
        "schema": dict(one.schema),
    }


def _responses(answer: type[Any], problems: Mapping[int, str]) -> dict[str, Any]:
    said = {"description": "What was asked for.", "content": {"application/json": {"schema": _ref(answer.__name__)}}}
    wrong = {"content": {PROBLEM: {"schema": _ref(Problem.__name__)}}}
    unchanged = {"304": {"description": "It is what `If-None-Match` or `If-Modified-Since` names."}}
    failures = {str(code): {"description": about, **wrong} for code, about in sorted({**problems, **_ALWAYS}.items())}
    return {"200": said, **unchanged, **failures}


def _ref(name: str) -> dict[str, str]:
    return {"$ref": _REF.format(model=name)}


def _schemas() -> dict[str, Any]:
    kinds = dict.fromkeys((*(one.answer for one in OPERATIONS), *(answer for answer, _ in PAGES.values()), Problem))
    inputs: list[Any] = [(kind, "serialization", TypeAdapter(kind)) for kind in kinds]
    named, schema = TypeAdapter.json_schemas(inputs, ref_template=_REF)
    found: dict[str, Any] = dict(schema.get("$defs", {}))
    found |= {kind.__name__: one for (kind, _), one in named.items() if "$ref" not in one}
    return found
