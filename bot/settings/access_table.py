"""The tables of `sitrep.toml` that say who may do what, and how long it is kept who did."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pydantic import Field, model_validator

from bot.core.keeping import DEEDS
from bot.settings.fields import Actors, Allowed, Keeping, Responders, Room
from bot.settings.mistakes import shown
from bot.settings.tables import Table


class MayTable(Table):
    """Who has a single right; what is left out is as always."""

    ack: Allowed = Field(default=None, description="Acknowledge, and give it back.", examples=['"responders"'])
    note: Allowed = Field(default=None, description="Add notes.", examples=['"everyone"'])
    mute: Allowed = Field(
        default=None, description="Mute and unmute.", examples=['["slack:U0123456789", "oncall:platform"]']
    )
    fallback: Allowed = Field(
        default=None, description="Say that a fallback is activated, or back to normal.", examples=['"responders"']
    )
    link: Allowed = Field(
        default=None, description="Link messages, and link and unlink incidents.", examples=['"responders"']
    )
    watch: Allowed = Field(
        default=None, description="Change what is watched; as always: admins.", examples=['"admins"']
    )
    oncall: Allowed = Field(
        default=None,
        description="Change who is on call; may also be written `override`.",
        examples=['"responders"'],
    )
    declare: Allowed = Field(default=None, description="Declare incidents.", examples=['"everyone"'])
    escalate: Allowed = Field(default=None, description="Call those on call now.", examples=['"responders"'])
    routes: Allowed = Field(
        default=None, description="Change where things are told; as always: admins.", examples=['"admins"']
    )
    audit: Allowed = Field(
        default=None,
        description="See who did what; as always: admins.",
        examples=['["slack:group:S0123456789"]'],
    )

    @model_validator(mode="before")
    @classmethod
    def _as_typed(cls, item: object) -> object:
        """Understand the word that people type for it; that it is not there twice is seen to in `together`."""
        if not isinstance(item, dict) or "override" not in item:
            return item
        return {"oncall": item["override"]} | {key: value for key, value in item.items() if key != "override"}


class ChannelTable(Table):
    """What else holds in one channel."""

    channel: Room = Field(
        description="The channel where it is asked: `slack:#name`, `slack:C…` or `discord:<channel id>`.",
        examples=['"slack:#incidents"'],
    )
    responders: Responders = Field(
        default=None,
        description="Who may take part there, instead of those above.",
        examples=['["oncall:platform", "slack:group:S0123456789"]'],
    )
    may: MayTable = Field(
        default=MayTable(),
        description="Whose single rights are there; for others what is said above holds.",
        examples=['{ mute = "admins" }'],
    )


class AccessTable(Table):
    """Who may do what in chat."""

    admins: Actors = Field(
        default=[],
        description=(
            "Who may do everything, and change what is watched: `slack:U…`, `slack:group:S…`, `discord:<id>`, "
            "`discord:role:<id>`, `oncall:<name>`."
        ),
        examples=['["slack:U0123456789"]'],
    )
    responders: Responders = Field(
        default=None,
        description='Who may take part: `"everyone"` (the default), or a list like `admins`.',
        examples=['"everyone"'],
    )
    may: MayTable = Field(
        default=MayTable(),
        description=(
            'Whose single rights are: `"everyone"`, `"responders"`, `"admins"`, or a list of people, in which the last '
            "two may stand too."
        ),
        examples=['{ mute = "admins", declare = "everyone" }'],
    )
    channel: list[ChannelTable] = Field(
        default=[],
        description="Where something else holds; the first that names the channel counts.",
        examples=['[{ channel = "slack:#incidents", responders = ["oncall:platform"] }]'],
    )


class AuditTable(Table):
    """How long it is kept who did what."""

    keep: Keeping = Field(
        default=DEEDS,
        description='How long a deed is kept, in days, from "1d" to "3650d"; default "400d".',
        examples=['"400d"'],
    )


def together(item: Mapping[str, object]) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Return what is wrong between the keys of `[access]`: the same thing said twice."""
    channels = item.get("channel")
    tables = [one for one in channels if isinstance(one, dict)] if isinstance(channels, list) else []
    places = [((), item), *((("channel", i), one) for i, one in enumerate(tables))]
    for where, table in places:
        may = table.get("may")
        if isinstance(may, dict) and {"oncall", "override"} <= may.keys():
            yield (*where, "may", "override"), "is the same as oncall; keep the one that is meant"
    first: dict[object, int] = {}
    for i, one in enumerate(tables):
        name = one.get("channel")
        if isinstance(name, str) and first.setdefault(name.strip(), i) != i:
            yield (
                ("channel", i, "channel"),
                f"{shown(name)} has one already, channel[{first[name.strip()] + 1}]; keep one",
            )
