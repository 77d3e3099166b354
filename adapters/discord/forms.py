"""Forms in Discord: what is asked for as a modal, and what somebody has filled in.

A modal is answered by its name, also after a restart.  It holds five things at most, each under a label:
https://docs.discord.com/developers/components/reference#label
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import discord
from discord import ui

from adapters.discord import limits
from adapters.discord.answers import custom_id
from bot.core import forms
from bot.core.forms import Field, Form
from bot.core.strangers import cut, safe
from bot.model import Action, Command

NAME = "form"
_LABEL, _HINT, _MOST = 45, 100, 5


def modal(form: Form) -> ui.Modal:
    """Return a form as a modal; its name says what it is for."""
    made = ui.Modal(title=form.title, timeout=None, custom_id=custom_id(NAME, f"{form.action}:{form.about}"))
    for field in form.fields[:_MOST]:
        made.add_item(ui.Label(text=cut(field.label, _LABEL), component=_item(field)))
    # Nobody waits for it in memory.
    made.stop()
    return made


def _item(field: Field) -> ui.Item[Any]:
    if field.options:
        return _menu(field)
    return ui.TextInput(
        custom_id=field.name,
        style=discord.TextStyle.paragraph if field.is_long else discord.TextStyle.short,
        required=not field.optional,
        max_length=min(field.longest, limits.NOTE),
        placeholder=cut(field.hint, _HINT) or None,
        default=field.value or None,
    )


def _menu(field: Field) -> ui.Item[Any]:
    offered = field.options[: limits.OPTIONS]
    return ui.Select(
        custom_id=field.name,
        required=not field.optional,
        min_values=0 if field.optional else 1,
        max_values=len(offered) if field.many else 1,
        placeholder=field.hint or None,
        options=[
            discord.SelectOption(
                label=cut(label, limits.OPTION), value=value[: limits.OPTION], default=value == field.value
            )
            for label, value in offered
        ],
    )


def filled(name: str, data: Mapping[str, Any]) -> Command | None:
    """Return what somebody asks for who has filled in a form; None if it is none of these."""
    begins = custom_id(NAME, "")
    action, _, about = name.removeprefix(begins).partition(":")
    if not name.startswith(begins) or action not in set(Action):
        return None
    values = {str(one.get("custom_id")): _values(one) for one in _inputs(data.get("components") or ())}
    return forms.filled(Action(action), about, values)


def _inputs(rows: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    for row in rows:
        yield from row.get("components") or [row.get("component") or {}]


def _values(one: Mapping[str, Any]) -> list[str]:
    found = one.get("values") or [one.get("value")]
    return [safe(str(word)) for word in found if word]
