"""Whether what was asked is what Discord's own description of its API allows.

The description is not ours to publish: SITREP_CORPUS names a folder, and it stands in the folder `specs` beside that.
`wrong(local.journal.calls)` names every body that does not fit; `available()` tells whether it can be asked.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # it has no types

from tests.localdiscord.calls import Call

_CORPUS = Path(os.environ.get("SITREP_CORPUS", "/nowhere"))  # noqa: TID251  # where the captures are, if anywhere
SPEC = _CORPUS.parent / "specs" / "discord-openapi.json"
MISSING = "no description of Discord's API stands beside the folder that SITREP_CORPUS names"


def available() -> bool:
    return SPEC.is_file()


def wrong(calls: Sequence[Call]) -> list[str]:
    """Return what does not fit, each with its route and place; what has no body fits."""
    return [f"{call.route} {one}" for call in calls if call.body is not None for one in _wrong(call)]


def _wrong(call: Call) -> list[str]:
    template = call.template
    if call.parts.get("message_id") == "@original":
        template = template.replace("{message_id}", "@original")
    validator = _validator(call.verb, template)
    if validator is None:
        return ["is not described"]
    return [f"{one.json_path}: {one.message[:200]}" for one in validator.iter_errors(_as_described(call.body))]


def _as_described(body: Any, name: str = "") -> Any:
    """Return a body with its ids as text: discord.py sends some as numbers, which Discord takes all the same."""
    if isinstance(body, dict):
        return {key: _as_described(value, key) for key, value in body.items()}
    if isinstance(body, list):
        return [_as_described(value, name) for value in body]
    is_id = name.endswith("_id") or name in ("users", "roles", "applied_tags")
    return str(body) if is_id and isinstance(body, int) else body


@cache
def _description() -> Any:
    return json.loads(SPEC.read_text())


@cache
def _validator(verb: str, template: str) -> Draft202012Validator | None:
    described = _description()["paths"].get(template, {}).get(verb.lower())
    if described is None or "requestBody" not in described:
        return None
    schema = described["requestBody"]["content"]["application/json"]["schema"]
    return Draft202012Validator({**schema, "components": _description()["components"]})
