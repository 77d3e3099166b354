"""Whether a message may be as it was sent: https://docs.discord.com/developers/resources/message#create-message.

The limits: …/resources/message#embed-object-embed-limits, …/resources/message#create-message-jsonform-params.
The codes of nested errors are those that real answers show, see
https://github.com/member-gentei/member-gentei/pull/127 and https://github.com/TFNS/CTFNote/issues/408.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tests.localdiscord.components import check_components
from tests.localdiscord.errors import Json, Problems
from tests.localdiscord.nouns import COMPONENTS_V2

MAX_CONTENT, MAX_EMBEDS, MAX_FIELDS, MAX_EMBED_SIZE, MAX_NONCE = 2_000, 10, 25, 6_000, 25
MAX_TITLE, MAX_DESCRIPTION, MAX_FIELD_NAME, MAX_FIELD_VALUE = 256, 4_096, 256, 1_024
MAX_FOOTER, MAX_AUTHOR = 2_048, 256
MAX_NAME = 100
ARCHIVE_AFTER = (60, 1_440, 4_320, 10_080)
MENTION_KINDS = ("roles", "users", "everyone")

_V2_FORBIDS = ("content", "embeds", "sticker_ids", "poll")


def check_message(body: Json, *, v2: bool, at: tuple[str | int, ...] = ()) -> None:
    """Raise all that is wrong with the body of a message; `v2` tells whether it is or will be of Components V2."""
    problems = Problems()
    note_message(problems, body, v2=v2, at=at)
    problems.check()


def note_message(problems: Problems, body: Json, *, v2: bool, at: tuple[str | int, ...] = ()) -> None:
    content = body.get("content")
    if content is not None and not isinstance(content, str):
        problems.add((*at, "content"), "STRING_TYPE_CONVERT", "Could not interpret value as string.")
    problems.longer((*at, "content"), content, MAX_CONTENT)
    if isinstance(body.get("nonce"), str):
        problems.longer((*at, "nonce"), body["nonce"], MAX_NONCE)
    check_embeds(problems, body.get("embeds") or [], (*at, "embeds"))
    _mentions(problems, body.get("allowed_mentions") or {}, (*at, "allowed_mentions"))
    check_components(problems, body.get("components") or [], (*at, "components"), v2=v2)
    if v2:
        _legacy(problems, body, at)


def _legacy(problems: Problems, body: Json, at: tuple[str | int, ...]) -> None:
    """https://docs.discord.com/developers/components/reference#component-reference: no content beside them."""
    for name in _V2_FORBIDS:
        if body.get(name):
            problems.add(
                (*at, name),
                "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2",
                f"The '{name}' field cannot be used when using MessageFlags.IS_COMPONENTS_V2",
            )


def check_embeds(problems: Problems, embeds: Any, at: tuple[str | int, ...]) -> None:
    if not isinstance(embeds, list):
        problems.add(at, "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType")
        return
    problems.longer(at, embeds, MAX_EMBEDS)
    for number, one in enumerate(embeds):
        _embed(problems, one, (*at, number))
    # "the combined sum of characters in all … fields across all embeds attached to a message must not exceed 6000"
    if sum(map(embed_size, embeds)) > MAX_EMBED_SIZE:
        problems.add(at, "MAX_EMBED_SIZE_EXCEEDED", f"Embed size exceeds maximum size of {MAX_EMBED_SIZE}")


def _embed(problems: Problems, one: Json, at: tuple[str | int, ...]) -> None:
    if not any(one.get(name) for name in ("title", "description", "fields", "footer", "author", "image", "thumbnail")):
        problems.add((*at, "description"), "BASE_TYPE_REQUIRED", "This field is required")
    problems.longer((*at, "title"), one.get("title"), MAX_TITLE)
    problems.longer((*at, "description"), one.get("description"), MAX_DESCRIPTION)
    problems.longer((*at, "footer", "text"), (one.get("footer") or {}).get("text"), MAX_FOOTER)
    problems.longer((*at, "author", "name"), (one.get("author") or {}).get("name"), MAX_AUTHOR)
    fields = one.get("fields") or []
    problems.longer((*at, "fields"), fields, MAX_FIELDS)
    for number, each in enumerate(fields):
        for name, most in (("name", MAX_FIELD_NAME), ("value", MAX_FIELD_VALUE)):
            if not str(each.get(name) or "").strip():
                problems.required((*at, "fields", number, name))
            problems.longer((*at, "fields", number, name), each.get(name), most)
    for place, url in _urls(one):
        if not url.startswith(("http://", "https://", "attachment://")):
            problems.add((*at, *place), "URL_TYPE_INVALID_URL", "Not a well formed URL.")
    colour = one.get("color")
    if colour is not None and not 0 <= int(colour) <= 0xFFFFFF:
        problems.add((*at, "color"), "NUMBER_TYPE_MAX", "int value should be less than or equal to 16777215.")


def _urls(one: Json) -> list[tuple[tuple[str, ...], str]]:
    found: list[tuple[tuple[str, ...], Any]] = [(("url",), one.get("url"))]
    for part, name in (("author", "url"), ("author", "icon_url"), ("footer", "icon_url"), ("image", "url")):
        found.append(((part, name), (one.get(part) or {}).get(name)))
    return [(place, str(url)) for place, url in found if url]


def embed_size(one: Json) -> int:
    """Return the characters of an embed that are counted: title, description, fields, footer and author."""
    texts = [one.get("title"), one.get("description")]
    texts += [(one.get("footer") or {}).get("text"), (one.get("author") or {}).get("name")]
    texts += [each.get(name) for each in one.get("fields") or [] for name in ("name", "value")]
    return sum(len(str(text).strip()) for text in texts if text)


def _mentions(problems: Problems, given: Json, at: tuple[str | int, ...]) -> None:
    """https://docs.discord.com/developers/resources/message#allowed-mentions-object."""
    parsed = given.get("parse") or []
    for number, kind in enumerate(parsed):
        if kind not in MENTION_KINDS:
            problems.add((*at, "parse", number), "BASE_TYPE_CHOICES", f"Value must be one of {MENTION_KINDS}.")
    for kind in ("users", "roles"):
        problems.longer((*at, kind), given.get(kind), 100)
        if kind in parsed and given.get(kind):
            words = f'parse:["{kind}"] and {kind}: [ids...] are mutually exclusive.'
            problems.add(at, "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE", words)


def is_empty(body: Json, files: Sequence[object] = ()) -> bool:
    """Tell whether nothing would be seen: https://docs.discord.com/developers/resources/message#create-message."""
    content = body.get("content")
    seen = [one for one in ("embeds", "components", "sticker_ids", "poll", "attachments") if body.get(one)]
    return not (files or seen or (isinstance(content, str) and content.strip()))


def will_be_v2(body: Json, before: int = 0) -> bool:
    return bool((int(body.get("flags") or 0) | before) & COMPONENTS_V2)


def check_thread(body: Json, *, at: tuple[str | int, ...] = ()) -> None:
    """https://docs.discord.com/developers/resources/channel#start-thread-from-message."""
    problems = Problems()
    name = body.get("name")
    if name is None:
        problems.required((*at, "name"))
    elif not len(str(name).strip()) >= 1 or len(str(name)) > MAX_NAME:
        problems.add((*at, "name"), "BASE_TYPE_BAD_LENGTH", f"Must be between 1 and {MAX_NAME} in length.")
    after = body.get("auto_archive_duration")
    if after is not None and after not in ARCHIVE_AFTER:
        problems.add((*at, "auto_archive_duration"), "BASE_TYPE_CHOICES", f"Value must be one of {set(ARCHIVE_AFTER)}.")
    problems.check()
