"""What Block Kit allows: https://docs.slack.dev/reference/block-kit/blocks and /composition-objects.

    faults_of([{"type": "header"}])  ->  ["missing required field: text [json-pointer:/blocks/0/text]"]

The words are those that Slack uses, as far as they were seen: "must be less than 3001 characters
[json-pointer:/blocks/0/text/text]" (https://github.com/grafana-cold-storage/oncall/pull/5121).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from tests.localslack.elements import element, fields_missing, listed, strange, text, too_long, unsupported
from tests.localslack.errors import Json, SlackError

MESSAGE, VIEW = "message", "view"

# https://docs.slack.dev/reference/block-kit/blocks: 50 blocks in a message, 100 in a modal or a home tab.
MOST = {MESSAGE: 50, VIEW: 100}

MAX_HEADER = 150
MAX_SECTION = 3_000
MAX_FIELDS = 10
MAX_FIELD = 2_000
MAX_CONTEXT = 10
MAX_ACTIONS = 25
MAX_BLOCK_ID = 255
MAX_MARKDOWN = 12_000

_Check = Callable[[Json, str], Iterator[str]]


def faults_of(blocks: Any, surface: str = MESSAGE, root: str = "/blocks") -> list[str]:
    """Return what is wrong with the blocks, in Slack's words; empty is fine."""
    if not isinstance(blocks, list):
        return [f"must be an array [json-pointer:{root}]"]
    found = [fault for number, block in enumerate(blocks) for fault in _block(block, f"{root}/{number}", surface)]
    if len(blocks) > MOST[surface]:
        found.append(f"no more than {MOST[surface]} items allowed [json-pointer:{root}]")
    known: list[object] = []
    for number, block in enumerate(blocks):
        block_id = block.get("block_id") if isinstance(block, dict) else None
        if block_id and block_id in known:
            found.append(f'block_id "{block_id}" already exists [json-pointer:{root}/{number}/block_id]')
        known.append(block_id)
    return found


def checked(blocks: Any, limit: int, root: str = "/blocks", error: str = "invalid_blocks") -> list[Json]:
    """Return the blocks of a message, or raise what Slack would say of them."""
    found = faults_of(blocks, MESSAGE, root)
    if found:
        raise refused(error, found)
    if size(blocks) > limit:
        raise SlackError("msg_blocks_too_long")
    return list(blocks)


def refused(code: str, found: Sequence[str]) -> SlackError:
    shown = [f"[ERROR] {one}" for one in found]
    return SlackError(code, errors=list(found), response_metadata={"messages": shown})


def size(blocks: Sequence[Json]) -> int:
    """Return how much of the undocumented total of some 13,200 the blocks take.

    They are counted as JSON: with a divider more, less text fits (https://github.com/slackapi/bolt-js/issues/2509),
    and 11,341 characters of text were too much with many small blocks (…/issues/2867).
    """
    return len(json.dumps(blocks, separators=(",", ":"), ensure_ascii=False))


def completed(blocks: Sequence[Json]) -> list[Json]:
    """Return the blocks as Slack keeps them: each with a `block_id`, and the defaults of text objects filled in."""
    return [{"block_id": f"b{number:04d}", **_completed(block)} for number, block in enumerate(blocks)]


def told(value: Any) -> Any:
    """Return blocks as the API shows them: in plain_text the three characters are escaped.

    https://github.com/slackapi/bolt-python/issues/513
    """
    if isinstance(value, list):
        return [told(one) for one in value]
    if not isinstance(value, dict):
        return value
    shown = {name: told(one) for name, one in value.items()}
    if value.get("type") == "plain_text":
        shown["text"] = value["text"].replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return shown


def _completed(value: Any) -> Any:
    if isinstance(value, list):
        return [_completed(one) for one in value]
    if not isinstance(value, dict):
        return value
    defaults = {"mrkdwn": {"verbatim": False}, "plain_text": {"emoji": True}}
    more = defaults.get(value.get("type", ""), {})
    return {
        **{name: _completed(one) for name, one in value.items()},
        **{k: v for k, v in more.items() if k not in value},
    }


def _block(block: Any, at: str, surface: str) -> Iterator[str]:
    if not isinstance(block, dict):
        yield f"must be an object [json-pointer:{at}]"
        return
    kind = block.get("type")
    known = _IN_MESSAGES if surface == MESSAGE else _IN_VIEWS
    if not isinstance(kind, str) or kind not in known:
        yield unsupported(kind, f"{at}/type")
        return
    yield from too_long(block.get("block_id"), MAX_BLOCK_ID, f"{at}/block_id")
    if kind in _KNOWN:
        yield from strange(block, ("block_id", *_KNOWN[kind].split()), at)
    yield from known[kind](block, at)


def _section(block: Json, at: str) -> Iterator[str]:
    fields = block.get("fields")
    if block.get("text") is None and not fields:
        yield f"missing required field: text or fields [json-pointer:{at}]"
    if block.get("text") is not None:
        yield from text(block["text"], MAX_SECTION, f"{at}/text")
    if isinstance(fields, list) and len(fields) > MAX_FIELDS:
        yield f"no more than {MAX_FIELDS} items allowed [json-pointer:{at}/fields]"
    for number, one in enumerate(listed(fields)):
        yield from text(one, MAX_FIELD, f"{at}/fields/{number}")
    if block.get("accessory") is not None:
        yield from element(block["accessory"], f"{at}/accessory", images=True)


def _header(block: Json, at: str) -> Iterator[str]:
    yield from fields_missing(block, at, "text")
    if block.get("text") is not None:
        yield from text(block["text"], MAX_HEADER, f"{at}/text", only="plain_text")


def _context(block: Json, at: str) -> Iterator[str]:
    elements = block.get("elements")
    yield from _counted(elements, MAX_CONTEXT, f"{at}/elements")
    for number, one in enumerate(listed(elements)):
        if isinstance(one, dict) and one.get("type") == "image":
            yield from element(one, f"{at}/elements/{number}", images=True)
        else:
            yield from text(one, MAX_FIELD, f"{at}/elements/{number}")


def _actions(block: Json, at: str) -> Iterator[str]:
    elements = block.get("elements")
    yield from _counted(elements, MAX_ACTIONS, f"{at}/elements")
    seen: list[object] = []
    for number, one in enumerate(listed(elements)):
        yield from element(one, f"{at}/elements/{number}")
        name = one.get("action_id") if isinstance(one, dict) else None
        if name and name in seen:
            yield f'action_id "{name}" already exists [json-pointer:{at}/elements/{number}/action_id]'
        seen.append(name)


def _counted(elements: Any, most: int, at: str) -> Iterator[str]:
    if not isinstance(elements, list) or not elements:
        yield f"must have at least 1 item [json-pointer:{at}]"
    elif len(elements) > most:
        yield f"no more than {most} items allowed [json-pointer:{at}]"


def _image(block: Json, at: str) -> Iterator[str]:
    picture = {name: block[name] for name in ("image_url", "alt_text", "slack_file") if name in block}
    yield from element({**picture, "type": "image"}, at, images=True)
    if block.get("title") is not None:
        yield from text(block["title"], MAX_FIELD, f"{at}/title", only="plain_text")


def _input(block: Json, at: str) -> Iterator[str]:
    yield from fields_missing(block, at, "label", "element")
    for name in ("label", "hint"):
        if block.get(name) is not None:
            yield from text(block[name], MAX_FIELD, f"{at}/{name}", only="plain_text")
    if block.get("element") is not None:
        yield from element(block["element"], f"{at}/element", inputs=True)


def _markdown(block: Json, at: str) -> Iterator[str]:
    yield from fields_missing(block, at, "text")
    yield from too_long(block.get("text"), MAX_MARKDOWN, f"{at}/text")


def _rich_text(block: Json, at: str) -> Iterator[str]:
    yield from fields_missing(block, at, "elements")


def _unchecked(block: Json, at: str) -> Iterator[str]:
    """Blocks that exist, and that nothing here looks into."""
    yield from ()


_KNOWN = {
    "section": "text fields accessory expand",
    "header": "text",
    "divider": "",
    "context": "elements",
    "actions": "elements",
    "image": "image_url alt_text slack_file title",
    "input": "label element hint optional dispatch_action",
    "markdown": "text",
    "rich_text": "elements",
}
_COMMON: dict[str, _Check] = {
    "section": _section,
    "header": _header,
    "divider": _unchecked,
    "context": _context,
    "actions": _actions,
    "image": _image,
    "input": _input,
    "rich_text": _rich_text,
    "video": _unchecked,
}
# PLATFORMS 1A: `alert` is for modals only.
_IN_MESSAGES: dict[str, _Check] = {
    **_COMMON,
    "markdown": _markdown,
    **dict.fromkeys(("table", "card", "carousel", "context_actions", "plan", "task_card", "file"), _unchecked),
}
_IN_VIEWS: dict[str, _Check] = {**_COMMON, "alert": _unchecked}
