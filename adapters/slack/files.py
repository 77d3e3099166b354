"""Files on Slack: each is uploaded for the bot alone, and a message that links them shows them.

A file could be shared while it is uploaded (`files.completeUploadExternal` takes a channel and a thread), but that
message would carry no metadata, its ts would not be told (files are processed later, and the answer does not wait:
https://docs.slack.dev/reference/methods/files.getUploadURLExternal), and so nobody could read back whether it is there.
An upload without a channel stays private (https://docs.slack.dev/reference/methods/files.completeUploadExternal,
`channel_id`), and is shown where whoever owns it links it in the text of a message
(https://github.com/slackapi/bolt-python/issues/1018, https://github.com/slackapi/python-slack-sdk/issues/1194); an
image block does not take it (https://github.com/slackapi/python-slack-sdk/issues/1658).  So the message is written as
any other is, and whatever dies before leaves a file behind that nobody sees.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, TypeVar

from adapters.slack.web import Frozen, Refused, Web
from bot.core import attached
from bot.core.message import File
from bot.errors import Busy, PermanentFailure, PlatformStopped, SitrepError, TemporaryFailure, UnknownOutcome

V = TypeVar("V")
SCOPE: Final = "files:write"
# Slack takes up to 1 GB (https://docs.slack.dev/messaging/working-with-files); it has to fit into one step's time too.
LARGEST: Final = 50 * 1024 * 1024
# Slack's own host for uploads may be out of reach where its API is not: then the words go alone.
_TRIES = 3
_KEPT = 200


class Unattached(SitrepError):
    """The files can not go with the message, now or ever, and the message has to do without."""


@dataclass(frozen=True, slots=True)
class Uploaded:
    """A file that is at Slack, seen by nobody yet: what it is called and the address that shows it."""

    name: str
    permalink: str


@dataclass(slots=True)
class Files:
    """The uploads of one workspace.  What was uploaded for a message is remembered: a second try goes on from there."""

    web: Web
    _sent: OrderedDict[str, tuple[str, ...]] = field(default_factory=OrderedDict[str, tuple[str, ...]])
    _done: OrderedDict[str, tuple[Uploaded, ...]] = field(default_factory=OrderedDict[str, tuple[Uploaded, ...]])
    _failed: OrderedDict[str, int] = field(default_factory=OrderedDict[str, int])

    async def upload(self, files: Sequence[File], key: str) -> tuple[Uploaded, ...]:
        """Upload the files of the message with this key.

        Raises Unattached if that can not be, TemporaryFailure if it is worth another try, PlatformStopped.
        """
        if not files:
            return ()
        if key not in self._done:
            _put(self._done, key, await self._uploaded(files, key))
        return self._done[key]

    async def _uploaded(self, files: Sequence[File], key: str) -> tuple[Uploaded, ...]:
        try:
            return await self._upload(files, key)
        except Busy:
            # What was sent stays sent: else those who wait for each other's turns would never be done.
            raise
        except (TemporaryFailure, UnknownOutcome) as error:
            # Whatever became of it, nobody sees it: it is begun anew.
            self._sent.pop(key, None)
            _put(self._failed, key, self._failed.get(key, 0) + 1)
            if self._failed[key] >= _TRIES:
                raise Unattached(f"Slack could not be given it ({error})") from error
            raise TemporaryFailure(f"a file could not be uploaded: {error}") from error
        except PlatformStopped as error:
            if self.web.stopped is not None:
                raise
            raise Unattached(f"the app lacks the scope {SCOPE}: add it and install the app again") from error
        except (PermanentFailure, Refused, Frozen) as error:
            raise Unattached(str(error)) from error

    async def _upload(self, files: Sequence[File], key: str) -> tuple[Uploaded, ...]:
        ids = self._sent.get(key, ())
        for file in files[len(ids) :]:
            ids = (*ids, await self._send(file))
            _put(self._sent, key, ids)
        named = [{"id": id_, "title": attached.file_name(file.name)} for id_, file in zip(ids, files, strict=True)]
        answer = await self.web.call("files.completeUploadExternal", files=json.dumps(named))
        links = {str(one.get("id")): str(one.get("permalink") or "") for one in answer.get("files") or ()}
        found = [Uploaded(one["title"], links.get(one["id"], "")) for one in named]
        if not all(one.permalink for one in found):
            raise PermanentFailure("Slack does not say where the file is")
        return tuple(found)

    async def _send(self, file: File) -> str:
        name, words = attached.file_name(file.name), attached.about(file)
        told = words if file.media_type.startswith("image/") else ""
        answer = await self.web.call(
            "files.getUploadURLExternal", filename=name, length=len(file.content), alt_txt=told or None
        )
        if not answer.get("upload_url") or not answer.get("file_id"):
            raise UnknownOutcome("Slack does not say where to upload to")
        await self.web.upload(str(answer["upload_url"]), file.content)
        return str(answer["file_id"])


def _put(kept: OrderedDict[str, V], key: str, value: V) -> None:
    kept[key] = value
    kept.move_to_end(key)
    if len(kept) > _KEPT:
        kept.popitem(last=False)
