"""What Slack is sent in answer to a command or a click: for one person alone, until they share it."""

from __future__ import annotations

from typing import Any

from adapters.slack import limits, render
from adapters.slack.text import cut, fallback, one_line
from bot.core.message import Reply
from bot.model import Action

SHARE = "sitrep:share"
SAY = "sitrep:say"
NOTE = "sitrep:note"
LINK = "sitrep:link"
# Buttons that say it in words: as many as fit on a phone without scrolling.
_CHOICES = 5


def private(reply: Reply, command: str = "") -> dict[str, Any]:
    """Return an answer that only the person who asked sees; `command` is what to say again to share it."""
    return {
        **public(reply),
        "response_type": "ephemeral",
        "attachments": [_attachment(reply, _buttons(reply, command))],
    }


def public(reply: Reply) -> dict[str, Any]:
    """Return an answer that the channel sees."""
    message = reply.message
    heading = f"{render.SIGNS[message.tone]} *{one_line(cut(message.headline, limits.SECTION // 4))}*"
    text = {"type": "mrkdwn", "text": heading, "verbatim": True}
    return {
        "text": fallback(message, limits.TEXT) or "…",
        "blocks": [{"type": "section", "text": text}],
        "attachments": [_attachment(reply, [])],
        "unfurl_links": False,
        "unfurl_media": False,
    }


def _attachment(reply: Reply, buttons: list[dict[str, Any]]) -> dict[str, Any]:
    body = render.blocks(reply.message)
    if buttons:
        body.append({"type": "actions", "elements": buttons})
    if not body:
        body = [{"type": "context", "elements": [{"type": "plain_text", "text": " · ", "emoji": False}]}]
    return {"color": render.COLOURS[reply.message.tone], "fallback": "…", "blocks": body}


def _buttons(reply: Reply, command: str) -> list[dict[str, Any]]:
    found = [_button(f"{SAY}:{number}", label, said) for number, (label, said) in enumerate(reply.choices[:_CHOICES])]
    if reply.shareable and command:
        found.append(_button(SHARE, "Share in channel", command))
    return found


def _button(action: str, label: str, value: str) -> dict[str, Any]:
    text = {"type": "plain_text", "text": cut(label, limits.BUTTON), "emoji": False}
    return {"type": "button", "action_id": action, "text": text, "value": value[: limits.ACTION_VALUE]}


def home(reply: Reply) -> dict[str, Any]:
    """Return what somebody sees who looks at the app itself."""
    header = {
        "type": "header",
        "text": {"type": "plain_text", "text": cut(reply.message.headline, limits.HEADER), "emoji": False},
    }
    return {"type": "home", "blocks": [header, *render.blocks(reply.message, limits.VIEW_BLOCKS)]}


def note_form(incident: str, where: str) -> dict[str, Any]:
    """Return the form for a note; `where` comes back with it."""
    element = {
        "type": "plain_text_input",
        "action_id": "text",
        "multiline": True,
        "max_length": 2_000,
        "focus_on_load": True,
    }
    return modal(NOTE, "Add a note", "Add", f"{incident}\n{where}") | {
        "blocks": [input_block("note", "What should colleagues know?", element)]
    }


def link_form(url: str, text: str, where: str) -> dict[str, Any]:
    """Return the form that asks which incident a message belongs to."""
    element = {
        "type": "external_select",
        "action_id": LINK,
        "min_query_length": 0,
        "placeholder": {"type": "plain_text", "text": "Choose an incident", "emoji": False},
    }
    kept = f"{url}\n{where}\n{text}"[: limits.PRIVATE_METADATA]
    return modal(LINK, "Link to incident", "Link", kept) | {
        "blocks": [input_block("incident", "Which incident?", element)]
    }


def options(found: tuple[tuple[str, str], ...]) -> list[dict[str, Any]]:
    """Return choices for a menu: label and value."""
    return [
        {
            "text": {"type": "plain_text", "text": cut(label, limits.OPTION) or "…", "emoji": False},
            "value": value[: limits.OPTION_VALUE],
        }
        for label, value in found[:100]
    ]


def modal(name: str, title: str, submit: str, kept: str) -> dict[str, Any]:
    """Return the frame of a form; `kept` comes back with it."""

    def words(text: str) -> dict[str, Any]:
        return {"type": "plain_text", "text": text[: limits.MODAL_TITLE], "emoji": False}

    return {
        "type": "modal",
        "callback_id": name,
        "title": words(title),
        "submit": words(submit),
        "close": words("Cancel"),
        "private_metadata": kept,
    }


def input_block(block: str, label: str, element: dict[str, Any]) -> dict[str, Any]:
    """Return one thing that a form asks for."""
    return {
        "type": "input",
        "block_id": block,
        "label": {"type": "plain_text", "text": label, "emoji": False},
        "element": element,
    }


def action_of(action_id: str) -> Action | None:
    """Return what a button of ours means; None for one that is not ours."""
    try:
        return Action(action_id.removeprefix("sitrep:"))
    except ValueError:
        return None
