"""Watches of some components only: what they let pass, and what is said of a filter that fits nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.model import Source
from bot.store import announcements
from bot.store.database import Database
from tests.loops.acme import component, summary
from tests.loops.world import World, acme, acme_at

DOWN = (component("API"), component("Website", "major_outage"))


def wanting(*names: str, vendor: str = "acme") -> Source:
    return replace(acme_at(""), vendor=vendor, components=names)


async def shows_trouble(world: World) -> bool:
    """Let the website go down; return whether that is told."""
    await world.look()
    world.shows(summary(components=DOWN))
    await world.look_in(minutes=1)
    return bool(await announcements.of_incident(world.database, (await world.incident()).id))


@pytest.mark.parametrize("names", [("API",), ("API", "Web pages")])
async def test_a_filter_keeps_out_what_it_does_not_name(database: Database, names: tuple[str, ...]) -> None:
    async with acme(database, watched=lambda url: replace(wanting(*names), url=url)) as world:
        assert not await shows_trouble(world)


@pytest.mark.parametrize("names", [("Website",), ("web*",), ("Sites",)])
async def test_a_filter_lets_pass_what_it_names_and_everything_if_the_page_has_nothing_of_that(
    database: Database, names: tuple[str, ...]
) -> None:
    async with acme(database, watched=lambda url: replace(wanting(*names), url=url)) as world:
        assert await shows_trouble(world)


async def test_a_word_of_the_catalog_lets_pass_all_that_it_stands_for(database: Database) -> None:
    chat = wanting("ChatGPT", "Conversations", "Voice mode", vendor="openai")
    async with acme(database, watched=lambda url: replace(chat, url=url)) as world:
        world.shows(summary(components=(component("Conversations"), component("Voice mode"), component("Batch"))))
        await world.look()
        world.shows(summary(components=(component("Voice mode", "major_outage"), component("Batch"))))
        await world.look_in(minutes=1)

        assert len(await announcements.of_incident(database, (await world.incident()).id)) == 1


async def test_the_operator_is_told_once_of_a_name_that_the_page_does_not_have(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    wrong = wanting("API", "Wesbite")
    async with acme(database, watched=lambda url: replace(wrong, url=url)) as world:
        await shows_trouble(world)

    told = [record.message for record in caplog.records if "nothing on its page" in record.message]
    assert told == ["components of Acme: nothing on its page is called Wesbite; check the watch"]


async def test_a_word_of_the_catalog_of_which_the_page_has_some_is_nothing_to_tell(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    chat = wanting("ChatGPT", "Conversations", "Voice mode", "Sites", vendor="openai")
    async with acme(database, watched=lambda url: replace(chat, url=url)) as world:
        world.shows(summary(components=(component("Conversations"), component("Batch"))))
        await world.look()

    assert "nothing on its page" not in caplog.text
