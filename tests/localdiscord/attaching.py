"""Files with a message: https://docs.discord.com/developers/reference#uploading-files.

`attachments` describe those that come with it, by their numbers; what is not described comes all the same.

Chosen where the pages leave it open: what is described and does not come is refused as a bad form; of a name Discord
keeps letters, digits, `.`, `_` and `-`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from tests.localdiscord import errors
from tests.localdiscord.calls import Asked, Sent
from tests.localdiscord.errors import DiscordError, Json, Problems
from tests.localdiscord.nouns import Channel
from tests.localdiscord.permissions import Can
from tests.localdiscord.places import needs
from tests.localdiscord.world import World

# https://docs.discord.com/developers/resources/message#attachment-object-attachment-structure
MAX_DESCRIPTION = 1_024
_OTHERS = re.compile(r"[^\w.-]+", re.ASCII)


def may_attach(asked: Asked, channel: Channel, body: Json, at: tuple[str | int, ...] = ()) -> None:
    """Raise what stands in the way of the files of a new message."""
    if not asked.call.files and not body.get("attachments"):
        return
    needs(asked.world, channel, Can.ATTACH_FILES)
    if any(len(one.content) > asked.world.rules.upload_limit for one in asked.call.files):
        raise DiscordError(errors.TOO_LARGE)
    problems = Problems()
    sent = {one.number for one in asked.call.files}
    for number, one in enumerate(body.get("attachments") or ()):
        place = (*at, "attachments", number)
        if str(one.get("id")) not in sent:
            problems.add((*place, "id"), "ATTACHMENT_NOT_FOUND", "Attachment data not found")
        problems.longer((*place, "description"), one.get("description"), MAX_DESCRIPTION)
    problems.check()


def kept(world: World, given: Sequence[Json], files: Sequence[Sent]) -> list[Json]:
    """Return the attachments of a message, from those that it names and the files that came."""
    described = {str(one.get("id")): one for one in given}
    old = [one for one in given if "url" in one]
    return [*old, *(_one(world, one, described.get(one.number, {})) for one in files)]


def _one(world: World, sent: Sent, described: Json) -> Json:
    id_ = world.clock.snowflake()
    world.uploads[id_] = sent.content
    shown = {
        "id": id_,
        "filename": _OTHERS.sub("_", str(described.get("filename") or sent.name)),
        "size": len(sent.content),
        "content_type": sent.media_type,
        "url": f"https://cdn.discordapp.com/attachments/{id_}",
        "proxy_url": f"https://media.discordapp.net/attachments/{id_}",
    }
    return shown | ({"description": described["description"]} if described.get("description") else {})
