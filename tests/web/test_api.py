"""What other programs are told over HTTP: on real sockets, by a Sitrep that has lived through something."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate

from bot.web.api.openapi import document
from tests.stories import configs, kin
from tests.stories.kin import Asked
from tests.stories.world import LEAD, ONCALL, World, living

DOCUMENT = json.loads(document())


async def lived(world: World) -> None:
    """Live through what there is to tell of: both clocks, an end, something declared, something planned."""
    world.has(configs.API, configs.BOT)
    await world.lives(minutes=3)
    world.api.breaks(503)
    await world.lives(minutes=5)
    world.page.posts("Errors", "We look into it.", component="Chat Completions")
    await world.lives(minutes=3)
    world.page.resolves("All is well.")
    world.api.works()
    await world.lives(minutes=6)
    await world.types("declare Checkout is down: cards are refused. impact=major", ONCALL)
    await world.types("ack ours-checkout", LEAD)
    world.page.posts("Logins fail", "We look into that too.", component="Login", impact="critical")
    await world.lives(minutes=2)


@pytest.fixture
async def asked(tmp_path: Path, sqlite_url: str) -> AsyncIterator[Asked]:
    async with living(tmp_path, sqlite_url) as world:
        await lived(world)
        async with kin.published(world) as found:
            yield found


def misfits(path: str, answer: Any) -> list[str]:
    """Return where an answer is not what the document promises."""
    schema = DOCUMENT["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    checked = Draft202012Validator({**schema, "components": DOCUMENT["components"]})
    return [f"{error.json_path}: {error.message[:200]}" for error in checked.iter_errors(answer)]


def test_the_document_is_one() -> None:
    validate(DOCUMENT)


async def test_every_answer_is_as_the_document_promises(asked: Asked) -> None:
    (incident, *_) = (await asked.json("/api/v1/incidents?vendor=openai"))["incidents"]
    wrong, read = {}, set()
    for path in DOCUMENT["paths"]:
        address = path.replace("{id}", incident["id"]).replace("{vendor}", "openai")
        wrong[path] = misfits(path, await asked.json(address))
        read.add(path)

    assert {path: found for path, found in wrong.items() if found} == {}
    assert len(read) > 20
