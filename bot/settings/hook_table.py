"""The table `[[hook]]` as it is written; see `bot/settings/tables.py`."""

from __future__ import annotations

from pydantic import Field

from bot.settings.fields import HOOK_TYPES, Count, Duration, HookType, Percent, Reference, Text, VendorOrOther, Word
from bot.settings.tables import Table


class HookTable(Table):
    """A way in for programs of yours that see trouble."""

    name: Word = Field(
        description="What it is called, also in its address: `POST /hooks/<name>`.", examples=['"alerts"']
    )
    type: HookType = Field(description=f"Who calls: {', '.join(HOOK_TYPES)}.", examples=['"alertmanager"'])
    token: Reference = Field(
        description="The variable that holds the secret by which senders are known; at least 16 characters.",
        examples=['"${SITREP_HOOK_TOKEN}"'],
    )
    vendor: VendorOrOther | None = Field(
        default=None,
        description="Whose trouble it is, where the sender does not say (an alert by its label `vendor`).",
        examples=['"openai"'],
    )
    component: Text | None = Field(
        default=None,
        description="Which of the vendor's components, where the sender does not say (label `component`).",
        examples=['"Chat Completions"'],
    )
    open_above: Percent | None = Field(
        default=None,
        description="`rates`: it is a trouble when so many percent of calls fail, or more; default 20.",
        examples=["20"],
    )
    close_below: Percent | None = Field(
        default=None,
        description="`rates`: it is over when so many percent fail, or fewer; default 5.",
        examples=["5"],
    )
    min_calls: Count | None = Field(
        default=None, description="`rates`: fewer calls than this say nothing; default 20.", examples=["20"]
    )
    expires: Duration | None = Field(
        default=None,
        description=(
            "What is not told again for so long is not known any more, and that is said; "
            'default "12h", for `rates` "15m".'
        ),
        examples=['"12h"'],
    )
