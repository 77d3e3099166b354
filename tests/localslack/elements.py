"""What the elements of Block Kit allow: texts, buttons, menus, inputs, images.

https://docs.slack.dev/reference/block-kit/block-elements and …/composition-objects; limits as in
slack_sdk.models.blocks.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from tests.localslack.errors import Json

MAX_ACTION_ID = 255
MAX_BUTTON = 75
MAX_VALUE = 2_000
MAX_URL = 3_000
MAX_OPTIONS = 100
MAX_OVERFLOW = 5
MAX_OPTION = 75
MAX_OPTION_VALUE = 150
MAX_PLACEHOLDER = 150
MAX_ALT = 2_000
MAX_CONFIRM_TITLE = 100
MAX_CONFIRM = 300
MAX_CONFIRM_BUTTON = 30

_STYLES = (None, "primary", "danger")
_OPTIONS = ("static_select", "multi_static_select", "overflow", "radio_buttons", "checkboxes")
_ACTIONS = (
    "button", "workflow_button", "overflow", "static_select", "external_select", "users_select", "conversations_select",
    "channels_select", "multi_static_select", "multi_external_select", "multi_users_select",
    "multi_conversations_select", "multi_channels_select", "datepicker", "timepicker", "datetimepicker",
    "radio_buttons", "checkboxes",
)  # fmt: skip
# Where the names are few and the double is used much; other elements may have what they like.
_KNOWN = {
    "button": "text action_id url value style confirm accessibility_label",
    "static_select": "placeholder options option_groups action_id initial_option confirm focus_on_load",
    "external_select": "placeholder action_id initial_option min_query_length confirm focus_on_load",
    "overflow": "options action_id confirm",
    "image": "image_url alt_text slack_file",
}
_INPUTS = ("plain_text_input", "email_text_input", "url_text_input", "number_input", "rich_text_input", "file_input")


def unsupported(kind: object, at: str) -> str:
    return f"unsupported type: {kind} [json-pointer:{at}]"


def too_long(value: Any, most: int, at: str, least: int = 1) -> Iterator[str]:
    if value is None:
        return
    if not isinstance(value, str):
        yield f"must be a string [json-pointer:{at}]"
    elif len(value) > most:
        yield f"must be less than {most + 1} characters [json-pointer:{at}]"
    elif len(value) < least:
        yield f"must be more than {least - 1} characters [json-pointer:{at}]"


def fields_missing(thing: Json, at: str, *names: str) -> Iterator[str]:
    for name in names:
        if thing.get(name) is None:
            yield f"missing required field: {name} [json-pointer:{at}]"


def strange(thing: Json, known: Iterable[str], at: str) -> Iterator[str]:
    """Yield what a thing has and may not have, in the words of https://github.com/slack-go/slack/issues/1414."""
    for name in sorted(set(thing) - {"type", *known}):
        yield f"invalid additional property: {name} [json-pointer:{at}]"


def text(value: Any, most: int, at: str, *, only: str | None = None) -> Iterator[str]:
    """What is wrong with a text object."""
    if not isinstance(value, dict):
        yield f"must be an object [json-pointer:{at}]"
        return
    kind = value.get("type")
    if kind not in ((only,) if only else ("plain_text", "mrkdwn")):
        yield unsupported(kind, f"{at}/type")
        return
    yield from fields_missing(value, at, "text")
    yield from too_long(value.get("text"), most, f"{at}/text")
    yield from strange(value, {"text", "emoji" if kind == "plain_text" else "verbatim"}, at)
    for name in ("emoji", "verbatim"):
        if name in value and not isinstance(value[name], bool):
            yield f"must be a boolean [json-pointer:{at}/{name}]"


def element(value: Any, at: str, *, images: bool = False, inputs: bool = False) -> Iterator[str]:
    """What is wrong with an element of an actions, section, context or input block."""
    if not isinstance(value, dict):
        yield f"must be an object [json-pointer:{at}]"
        return
    kind = value.get("type")
    if kind not in (*_ACTIONS, *(_INPUTS if inputs else ()), *(("image",) if images else ())):
        yield unsupported(kind, f"{at}/type")
        return
    if kind in _KNOWN:
        yield from strange(value, _KNOWN[kind].split(), at)
    if kind == "image":
        yield from _image(value, at)
        return
    yield from too_long(value.get("action_id"), MAX_ACTION_ID, f"{at}/action_id")
    if kind == "button":
        yield from _button(value, at)
    if value.get("placeholder") is not None:
        yield from text(value["placeholder"], MAX_PLACEHOLDER, f"{at}/placeholder", only="plain_text")
    if kind in _OPTIONS:
        yield from _options(value, at)
    if value.get("confirm") is not None:
        yield from _confirm(value["confirm"], f"{at}/confirm")


def _image(value: Json, at: str) -> Iterator[str]:
    yield from fields_missing(value, at, "alt_text")
    yield from too_long(value.get("alt_text"), MAX_ALT, f"{at}/alt_text", least=0)
    if value.get("image_url") is None and value.get("slack_file") is None:
        yield f"missing required field: image_url [json-pointer:{at}]"
    yield from too_long(value.get("image_url"), MAX_URL, f"{at}/image_url")


def _button(value: Json, at: str) -> Iterator[str]:
    yield from fields_missing(value, at, "text")
    if value.get("text") is not None:
        yield from text(value["text"], MAX_BUTTON, f"{at}/text", only="plain_text")
    yield from too_long(value.get("value"), MAX_VALUE, f"{at}/value", least=0)
    yield from too_long(value.get("url"), MAX_URL, f"{at}/url")
    yield from too_long(value.get("accessibility_label"), MAX_BUTTON, f"{at}/accessibility_label")
    if value.get("style") not in _STYLES:
        yield f"must be one of: primary, danger [json-pointer:{at}/style]"


def _options(value: Json, at: str) -> Iterator[str]:
    groups = value.get("option_groups")
    if groups is None:
        most = MAX_OVERFLOW if value["type"] == "overflow" else MAX_OPTIONS
        yield from options(value.get("options"), f"{at}/options", most)
    for number, group in enumerate(listed(groups)):
        inside = group.get("options") if isinstance(group, dict) else None
        yield from options(inside, f"{at}/option_groups/{number}/options")


def options(value: Any, at: str, most: int = MAX_OPTIONS) -> Iterator[str]:
    """What is wrong with the options of a menu, or with those that answer a `block_suggestion`."""
    if not isinstance(value, list) or not 1 <= len(value) <= most:
        yield f"must have 1 to {most} items [json-pointer:{at}]"
        return
    for number, option in enumerate(value):
        if not isinstance(option, dict):
            yield f"must be an object [json-pointer:{at}/{number}]"
            continue
        yield from text(option.get("text"), MAX_OPTION, f"{at}/{number}/text")
        yield from fields_missing(option, f"{at}/{number}", "value")
        yield from too_long(option.get("value"), MAX_OPTION_VALUE, f"{at}/{number}/value")
        if option.get("description") is not None:
            yield from text(option["description"], MAX_OPTION, f"{at}/{number}/description", only="plain_text")


def listed(value: Any) -> list[Any]:
    """Return a list as it is, and nothing for anything else."""
    return value if isinstance(value, list) else []


def _confirm(value: Any, at: str) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"must be an object [json-pointer:{at}]"
        return
    for name, most in (("title", MAX_CONFIRM_TITLE), ("confirm", MAX_CONFIRM_BUTTON), ("deny", MAX_CONFIRM_BUTTON)):
        if value.get(name) is not None:
            yield from text(value[name], most, f"{at}/{name}", only="plain_text")
    if value.get("text") is not None:
        yield from text(value["text"], MAX_CONFIRM, f"{at}/text")
