"""Files: https://docs.slack.dev/messaging/working-with-files, …/reference/methods/files.getUploadURLExternal,
…/files.completeUploadExternal.

    slack.world.uploads.values()          every file, with its bytes and where it is shared
    slack.world.thread(ops.id, ts)[0].files   those that a message shows

Chosen where the pages leave it open:

- An upload of another length than was announced is answered 400, one to an address that is not known 404.
- What was not uploaded can not be completed: `file_not_found`.
- A message shows the files that its `text` links, of those that whoever sends it owns, unless `unfurl_media` is false
  (https://github.com/slackapi/bolt-python/issues/1018, https://github.com/slackapi/python-slack-sdk/issues/1194); once
  it does, whoever reads the channel may see them.
"""

from __future__ import annotations

import json
import re

from aiohttp import web

from tests.localslack.arguments import truth
from tests.localslack.breaking import broken
from tests.localslack.calls import Asked, Call, Journal
from tests.localslack.errors import Json, SlackError
from tests.localslack.faults import Faults
from tests.localslack.nouns import Upload
from tests.localslack.world import World

METHOD = "upload"
# https://docs.slack.dev/messaging/working-with-files#upload: "files up to 1 GB".
MOST_BYTES = 1024**3
_LINK = re.compile(r"<(https://[^|>]+)")


def upload_url(asked: Asked) -> Json:
    name, length = str(asked.args.get("filename") or ""), str(asked.args.get("length") or "")
    if not name or not length.isdigit() or not 0 < int(length) <= MOST_BYTES:
        raise SlackError("invalid_arguments")
    world = asked.world
    made = Upload(
        id=world.new_id("F"),
        name=name,
        length=int(length),
        owner=asked.by.bot_user,
        team=asked.by.team,
        domain=world.workspaces[asked.by.team].domain,
        alt=str(asked.args.get("alt_txt") or ""),
    )
    world.uploads[made.id] = made
    return {"ok": True, "upload_url": f"{asked.url}/upload/v1/{made.id}", "file_id": made.id}


async def upload(world: World, journal: Journal, faults: Faults, request: web.Request) -> web.Response:
    """Take the bytes of one file; it is in the journal as a call of `upload`, and its faults are by that name."""
    id_ = request.match_info["id"]
    call = Call(method=METHOD, args={"file": id_}, at=world.clock.seconds(), content_type=request.content_type)
    journal.note(call)
    fault = call.fault = faults.next(METHOD, call.args)
    early = await broken(request, call, fault, faults) if fault and not fault.stored else None
    if early is not None:
        return early
    call.status, words = _taken(world.uploads.get(id_), await request.read())
    late = await broken(request, call, fault, faults) if fault and fault.stored else None
    if late is not None:
        return late
    journal.changed()
    return web.Response(status=call.status, text=words)


def _taken(made: Upload | None, content: bytes) -> tuple[int, str]:
    if made is None:
        return 404, "no such upload"
    if len(content) != made.length:
        return 400, "not as long as was announced"
    made.content = content
    return 200, f"OK - {made.length}"


def complete(asked: Asked) -> Json:
    given = asked.args.get("files")
    try:
        wanted = json.loads(given) if isinstance(given, str) else given
    except ValueError:
        raise SlackError("invalid_arguments") from None
    if not isinstance(wanted, list) or not wanted or not all(isinstance(one, dict) and one.get("id") for one in wanted):
        raise SlackError("invalid_arguments")
    found = [asked.world.uploads.get(str(one["id"])) for one in wanted]
    for made, one in zip(found, wanted, strict=True):
        if made is None or made.content is None or made.owner != asked.by.bot_user:
            raise SlackError("file_not_found")
        made.title, made.completed = str(one.get("title") or made.name), True
    return {"ok": True, "files": [made.public() for made in found if made is not None]}


def shown(asked: Asked, text: str, channel: str) -> list[Upload]:
    """Return the files that a message in this channel shows, and share them there."""
    if not truth(asked.args.get("unfurl_media", True)):
        return []
    own = {made.permalink: made for made in asked.world.uploads.values() if made.owner == asked.by.bot_user}
    found = [own[link] for link in dict.fromkeys(_LINK.findall(text)) if link in own and own[link].completed]
    for made in found:
        made.shared.append(channel)
    return found
