"""Application commands: https://docs.discord.com/developers/interactions/application-commands.

Bulk overwrite, global and of one guild; a command keeps its id as long as it keeps its name and type.
"""

from __future__ import annotations

import re
from typing import Any

from tests.localdiscord import errors
from tests.localdiscord.calls import Answer, Asked
from tests.localdiscord.errors import DiscordError, Json, Problems
from tests.localdiscord.world import APP

# …/application-commands#registering-a-command, #application-command-object-application-command-structure
MOST = {1: 100, 2: 15, 3: 15}
MAX_NAME, MAX_DESCRIPTION, MAX_OPTIONS, MAX_CHOICES, MAX_SIZE = 32, 100, 25, 25, 8_000
CHAT, SUBCOMMAND, GROUP = 1, 1, 2
# …/application-commands#application-command-object-application-command-naming; \w stands for its letters and numbers.
_NAME = re.compile(r"[-_'\w\u0900-\u097f\u0e00-\u0e7f]{1,32}")


def listed(asked: Asked) -> Answer:
    return Answer(asked.world.commands.get(_scope(asked), []))


def overwrite(asked: Asked) -> Answer:
    """https://docs.discord.com/developers/interactions/application-commands#bulk-overwrite-global-application-commands."""
    scope = _scope(asked)
    given: list[Json] = asked.call.body if isinstance(asked.call.body, list) else []
    problems = Problems()
    for number, one in enumerate(given):
        _command(problems, one, (number,))
    _doubled(problems, given)
    problems.check()
    for kind, most in MOST.items():
        if len([one for one in given if one.get("type", CHAT) == kind]) > most:
            raise DiscordError(30_032, message=f"Maximum number of application commands reached ({most}).")
    known = {(one["name"], one["type"]): one["id"] for one in asked.world.commands.get(scope, [])}
    kept = [_kept(asked, one, known, scope) for one in given]
    asked.world.commands[scope] = kept
    return Answer(kept)


def _scope(asked: Asked) -> str:
    if asked.part("application_id") != APP:
        raise DiscordError(
            20_012, status=403, message="You are not authorized to perform this action on this application"
        )
    guild = asked.call.parts.get("guild_id", "")
    if guild and guild not in asked.world.guilds:
        raise DiscordError(errors.MISSING_ACCESS)
    return guild


def _kept(asked: Asked, one: Json, known: dict[tuple[str, int], str], scope: str) -> Json:
    kind = one.get("type", CHAT)
    made = {
        "id": known.get((one["name"], kind)) or asked.world.clock.snowflake(),
        "application_id": APP,
        "version": asked.world.clock.snowflake(),
        "default_member_permissions": None,
        "description": "",
        "nsfw": False,
        "options": [],
        **one,
        "type": kind,
    }
    return made | ({"guild_id": scope} if scope else {"dm_permission": one.get("dm_permission", True)})


def _command(problems: Problems, one: Json, at: tuple[str | int, ...]) -> None:
    kind = one.get("type", CHAT)
    _named(problems, one.get("name"), (*at, "name"), chat=kind == CHAT)
    if kind == CHAT:
        problems.between((*at, "description"), one.get("description"), 1, MAX_DESCRIPTION)
        _options(problems, one.get("options") or [], (*at, "options"), 0)
        if _size(one) > MAX_SIZE:
            problems.add(at, "APPLICATION_COMMAND_TOO_LARGE", f"Command exceeds maximum size ({MAX_SIZE})")
    elif one.get("description"):
        problems.add((*at, "description"), "APPLICATION_COMMAND_INVALID_DESCRIPTION", "Description must be empty")


def _named(problems: Problems, name: Any, at: tuple[str | int, ...], *, chat: bool) -> None:
    problems.between(at, name, 1, MAX_NAME)
    if chat and not (_NAME.fullmatch(str(name)) and str(name) == str(name).lower()):
        problems.add(at, "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid")


def _options(problems: Problems, given: list[Json], at: tuple[str | int, ...], depth: int) -> None:
    problems.longer(at, given, MAX_OPTIONS)
    needed = [bool(one.get("required")) for one in given]
    if needed != sorted(needed, reverse=True):
        words = "Required options must be placed before non-required options"
        problems.add(at, "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", words)
    names = [one.get("name") for one in given]
    if len(set(names)) < len(names):
        problems.add(at, "APPLICATION_COMMAND_OPTIONS_NAME_ALREADY_EXISTS", "Option name already exists in this list")
    for number, one in enumerate(given):
        here = (*at, number)
        _named(problems, one.get("name"), (*here, "name"), chat=True)
        problems.between((*here, "description"), one.get("description"), 1, MAX_DESCRIPTION)
        if one.get("type") in (SUBCOMMAND, GROUP):
            if depth > 1 or (depth == 1 and one["type"] == GROUP):
                words = "Sub-command option types cannot be nested"
                problems.add((*here, "type"), "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", words)
            _options(problems, one.get("options") or [], (*here, "options"), depth + 1)
        choices = one.get("choices") or []
        problems.longer((*here, "choices"), choices, MAX_CHOICES)
        if choices and one.get("autocomplete"):
            words = "Autocomplete cannot be used with choices"
            problems.add((*here, "autocomplete"), "APPLICATION_COMMAND_OPTIONS_AUTOCOMPLETE_INVALID", words)


def _size(one: Json) -> int:
    """Return the characters that are counted: "name, description, and value properties" of all there is within.

    Of each text the longest of its translations.
    """
    size = 0
    for name in ("name", "description"):
        translated = (one.get(f"{name}_localizations") or {}).values()
        size += max(len(str(text)) for text in (one.get(name) or "", *translated))
    for option in one.get("options") or []:
        size += _size(option)
        size += sum(
            len(str(choice.get("name", ""))) + len(str(choice.get("value", "")))
            for choice in option.get("choices") or []
        )
    return size


def _doubled(problems: Problems, given: list[Json]) -> None:
    seen = set[tuple[str, int]]()
    for number, one in enumerate(given):
        key = (str(one.get("name")), one.get("type", CHAT))
        if key in seen:
            words = "Application command names must be unique"
            problems.add((number, "name"), "APPLICATION_COMMANDS_DUPLICATE_NAME", words)
        seen.add(key)
