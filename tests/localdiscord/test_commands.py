from __future__ import annotations

from typing import Any

import discord
import pytest

from tests.localdiscord import APP, GUILD, LocalDiscord
from tests.localdiscord.botting import HOME, Bot, with_commands

Json = dict[str, Any]


def command(name: str = "status", **more: Any) -> Json:
    return {"name": name, "type": 1, "description": "What is broken", **more}


def option(name: str = "what", kind: int = 3, **more: Any) -> Json:
    return {"name": name, "type": kind, "description": "Which one", **more}


WRONG: dict[str, tuple[list[Json], str]] = {
    "an upper letter": ([command("Status")], "0.name"),
    "a space": ([command("what is")], "0.name"),
    "a long name": ([command("n" * 33)], "0.name"),
    "no description": ([command(description="")], "0.description"),
    "a long description": ([command(description="d" * 101)], "0.description"),
    "26 options": ([command(options=[option(f"o{n}") for n in range(26)])], "0.options"),
    "26 choices": (
        [command(options=[option(choices=[{"name": f"{n}", "value": f"{n}"} for n in range(26)])])],
        "0.options.0.choices",
    ),
    "choices and suggestions": (
        [command(options=[option(choices=[{"name": "a", "value": "a"}], autocomplete=True)])],
        "0.options.0.autocomplete",
    ),
    "what is needed after what is not": ([command(options=[option("a"), option("b", required=True)])], "0.options"),
    "two options of one name": ([command(options=[option(), option()])], "0.options"),
    "subcommands too deep": (
        [command(options=[option("a", 2, options=[option("b", 2)])])],
        "0.options.0.options.0.type",
    ),
    "two commands of one name": ([command(), command()], "1.name"),
    "too large": (
        [command(options=[option(f"o{n}", choices=[{"name": "n" * 100, "value": "v" * 100}] * 2) for n in range(25)])],
        "0",
    ),
    "a description on a message's command": ([{"name": "Link", "type": 3, "description": "d"}], "0.description"),
}


async def overwrites(client: discord.Client, given: list[Json], guild: str = "") -> Any:
    path = "/applications/{application_id}/commands"
    if guild:
        path = "/applications/{application_id}/guilds/{guild_id}/commands"
    return await client.http.request(
        discord.http.Route("PUT", path, application_id=int(APP), guild_id=int(guild or 0)), json=given
    )


@pytest.mark.parametrize("name", WRONG)
async def test_what_can_not_be_a_command(client: discord.Client, name: str) -> None:
    given, place = WRONG[name]

    with pytest.raises(discord.HTTPException) as refused:
        await overwrites(client, given)

    assert (refused.value.status, refused.value.code) == (400, 50035)
    assert place in [line.removeprefix("In ").partition(":")[0] for line in refused.value.text.splitlines()]


async def test_there_may_be_a_hundred(client: discord.Client) -> None:
    made = await overwrites(client, [command(f"c{number}") for number in range(100)])

    with pytest.raises(discord.HTTPException) as refused:
        await overwrites(client, [command(f"c{number}") for number in range(101)])

    assert len(made) == 100
    assert refused.value.code == 30032


async def test_a_command_keeps_its_id_and_the_rest_goes(local: LocalDiscord, client: discord.Client) -> None:
    first = await overwrites(client, [command(), command("other")], GUILD)

    second = await overwrites(client, [command(description="Better")], GUILD)

    assert (second[0]["id"], second[0]["guild_id"]) == (first[0]["id"], GUILD)
    assert [one["description"] for one in local.world.commands[GUILD]] == ["Better"]


async def test_a_tree_is_synced_and_read_back(local: LocalDiscord, pointed: None) -> None:
    async with with_commands(Bot()) as bot:
        await bot.login(local.token)

        known = await bot.tree.fetch_commands(guild=HOME)

    assert sorted(one.name for one in known) == ["Link to incident", "incident", "note", "slowly", "status"]
    assert [one["name"] for one in local.world.commands[""]] == ["everywhere"]


async def test_another_app_and_another_guild_are_not_ours(client: discord.Client) -> None:
    with pytest.raises(discord.Forbidden) as guild:
        await overwrites(client, [command()], "1")
    route = discord.http.Route("PUT", "/applications/{application_id}/commands", application_id=1)
    with pytest.raises(discord.Forbidden) as app:
        await client.http.request(route, json=[command()])

    assert (guild.value.code, app.value.code) == (50001, 20012)
