"""Forms in Slack: what is asked for as a modal, and what somebody has filled in.

https://docs.slack.dev/surfaces/modals, https://docs.slack.dev/reference/block-kit/blocks/input-block
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from adapters.slack import answers, limits
from adapters.slack.text import cut
from bot.core import forms
from bot.core.forms import Field, Form
from bot.core.strangers import safe
from bot.model import Action, Command

Json = dict[str, Any]
NAME = "sitrep:form"
_LONGEST_INPUT, _LONGEST_HINT = 3_000, 150


def view(form: Form, where: str) -> Json:
    """Return a form as a modal; `where` comes back with it."""
    kept = f"{form.action}\n{form.about}\n{where}"
    blocks = [
        answers.input_block(one.name, cut(one.label, limits.OPTION), _element(one)) | {"optional": one.optional}
        for one in form.fields
    ]
    return answers.modal(NAME, form.title, form.submit, kept) | {"blocks": blocks}


def _element(field: Field) -> Json:
    if field.options:
        return _menu(field)
    shown = {"placeholder": _words(cut(field.hint, _LONGEST_HINT))} if field.hint else {}
    begun = {"initial_value": field.value} if field.value else {}
    return {
        "type": "plain_text_input",
        "action_id": field.name,
        "multiline": field.is_long,
        "max_length": min(field.longest, _LONGEST_INPUT),
        **shown,
        **begun,
    }


def _menu(field: Field) -> Json:
    offered = answers.options(field.options)
    begun = [one for one in offered if one["value"] == field.value]
    return {
        "type": "multi_static_select" if field.many else "static_select",
        "action_id": field.name,
        "options": offered,
        **({"placeholder": _words(field.hint)} if field.hint else {}),
        **({"initial_option": begun[0]} if begun and not field.many else {}),
    }


def _words(text: str) -> Json:
    return {"type": "plain_text", "text": text, "emoji": False}


def filled(view: Mapping[str, Any]) -> tuple[Command, str]:
    """Return what somebody asks for who has filled in a form, and where it was opened."""
    action, about, where = view["private_metadata"].split("\n", 2)
    state = view["state"]["values"]
    values = {name: _values(of[name]) for name, of in state.items() if name in of}
    return forms.filled(Action(action), about, values), where


def _values(one: Mapping[str, Any]) -> list[str]:
    chosen = one.get("selected_options") or [one.get("selected_option") or {}]
    written = [one.get("value"), *(option.get("value") for option in chosen)]
    return [safe(str(word)) for word in written if word]
