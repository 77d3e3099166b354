"""What is published beside captured payloads of Statuspage, which are not ours to publish: SITREP_CORPUS names them."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.web.api.openapi import document

CORPUS = Path(os.environ.get("SITREP_CORPUS", "/nowhere"))  # noqa: TID251  # where the captures are, if anywhere
DOCUMENTS = {
    "summary.json": ("codametrix-summary.json", "github-status-b.json", "twilio-summary-incident.json"),
    "status.json": ("codametrix-status.json",),
    "components.json": ("codametrix-components.json",),
    "incidents.json": ("codametrix-incidents.json", "github-incidents-20260731.json"),
    "incidents/unresolved.json": ("codametrix-incidents-unresolved.json",),
    "scheduled-maintenances/active.json": ("codametrix-scheduled-maintenances-active.json",),
}
SCHEMAS = json.loads(document())

pytestmark = pytest.mark.skipif(not CORPUS.is_dir(), reason="SITREP_CORPUS names no folder")


def promised(schema: dict[str, Any], path: str = "$") -> Iterator[tuple[str, str]]:
    """Give every place of a document, and what sort of value stands there."""
    if "$ref" in schema:
        schema = SCHEMAS["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    for some in schema.get("anyOf", ()):
        yield from promised(some, path)
    sort = schema.get("type")
    if sort:
        yield path, sort
    if sort == "object":
        for name, inner in schema["properties"].items():
            yield from promised(inner, f"{path}.{name}")
    if sort == "array":
        yield from promised(schema["items"], f"{path}[]")


def found(value: object, path: str = "$") -> Iterator[tuple[str, str]]:
    names = {bool: "boolean", int: "integer", str: "string", dict: "object", list: "array"}
    if value is None:
        return
    yield path, names[type(value)]
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from found(inner, f"{path}.{name}")
    if isinstance(value, list):
        for inner in value:
            yield from found(inner, f"{path}[]")


def test_whatever_a_real_page_has_is_there_and_of_the_same_sort() -> None:
    captures = CORPUS / "statuspage"
    more = [path for path in captures.rglob("*.json") if "github-series" in str(path) and path.stat().st_size]
    for name, files in DOCUMENTS.items():
        schema = SCHEMAS["paths"][f"/api/v2/{name}"]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
        ours = set(promised(schema))
        named = [captures / file for file in files] + (more if name == "summary.json" else [])
        theirs = {one for file in named for one in found(json.loads(file.read_bytes()))}

        assert theirs - ours == set(), name
        assert len(theirs) > 5
