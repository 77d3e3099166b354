"""Who one is, and the guilds: https://docs.discord.com/developers/resources/user, …/resources/guild,
…/resources/application."""

from __future__ import annotations

from tests.localdiscord import errors, shapes
from tests.localdiscord.calls import Answer, Asked
from tests.localdiscord.errors import DiscordError, Json
from tests.localdiscord.permissions import Can
from tests.localdiscord.world import APP, BOT_USER, OWNER, World


def me(asked: Asked) -> Answer:
    return Answer(shapes.user(asked.world.users[BOT_USER]) | {"verified": True, "mfa_enabled": True, "flags": 0})


def application_of(world: World) -> Json:
    return {
        "id": APP,
        "name": "Sitrep",
        "icon": None,
        "description": "",
        "summary": "",
        "type": None,
        "bot_public": False,
        "bot_require_code_grant": False,
        "verify_key": "0" * 64,
        "flags": 0,
        "hook": True,
        "team": None,
        "owner": shapes.user(world.users[OWNER]),
        "redirect_uris": [],
        "interactions_endpoint_url": None,
        "approximate_guild_count": len(world.guilds),
    }


def application(asked: Asked) -> Answer:
    return Answer(application_of(asked.world))


def gateway(asked: Asked) -> Answer:
    """https://docs.discord.com/developers/events/gateway#get-gateway-bot."""
    limit = {"total": 1_000, "remaining": 1_000, "reset_after": 0, "max_concurrency": 1}
    return Answer({"url": asked.world.gateway_url, "shards": 1, "session_start_limit": limit})


def user(asked: Asked) -> Answer:
    found = asked.world.users.get(asked.part("user_id"))
    if found is None:
        raise DiscordError(errors.UNKNOWN_USER)
    return Answer(shapes.user(found))


def direct(asked: Asked) -> Answer:
    """https://docs.discord.com/developers/resources/user#create-dm: the same one, however often it is asked for."""
    wanted = str(asked.body.get("recipient_id"))
    if wanted not in asked.world.users:
        raise DiscordError(errors.UNKNOWN_USER)
    return Answer(shapes.channel(asked.world, asked.world.direct(wanted)))


def guilds(asked: Asked) -> Answer:
    """https://docs.discord.com/developers/resources/user#get-current-user-guilds."""
    known: list[Json] = [
        {
            "id": one.id,
            "name": one.name,
            "icon": None,
            "owner": False,
            "permissions": str(int(one.permissions)),
            "features": [],
        }
        for one in asked.world.guilds.values()
    ]
    return Answer(known)


def guild(asked: Asked) -> Answer:
    return Answer(shapes.guild(asked.world, asked.world.guild_of(asked.part("guild_id"))))


def channels(asked: Asked) -> Answer:
    """https://docs.discord.com/developers/resources/guild#get-guild-channels, and discord/discord-api-docs#8454."""
    guild_ = asked.world.guild_of(asked.part("guild_id"))
    every = [one for one in asked.world.channels.values() if one.guild == guild_.id and not one.is_thread]
    hides = asked.world.rules.obfuscates
    kept = [one for one in every if not hides or asked.world.may(one, Can.VIEW_CHANNEL)]
    return Answer([shapes.channel(asked.world, one) for one in kept])


def roles(asked: Asked) -> Answer:
    return Answer([shapes.role(one) for one in asked.world.guild_of(asked.part("guild_id")).roles.values()])


def member(asked: Asked) -> Answer:
    guild_ = asked.world.guild_of(asked.part("guild_id"))
    found = asked.world.users.get(asked.part("user_id"))
    if found is None or not found.is_member:
        raise DiscordError(errors.UNKNOWN_MEMBER)
    return Answer(shapes.member(asked.world, found, guild_.id))
