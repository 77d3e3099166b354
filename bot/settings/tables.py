"""The tables of `sitrep.toml` as they are written: every key, what it means, and how it is written.

The descriptions and examples are the ones of docs/configuration.md and of the mistakes.  The tables that say who is
told what are in `routes`.
"""

from __future__ import annotations

from datetime import timedelta

from pydantic import BaseModel, ConfigDict, Field

from bot.settings.fields import (
    CatalogVendor,
    Count,
    Fading,
    Grace,
    Hosts,
    Interval,
    Needs,
    Points,
    Reminders,
    Text,
    Texts,
    VendorOrOther,
    WebAddress,
)


class Table(BaseModel):
    """A table whose every key is known."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class FallbackTable(Table):
    """What to do instead."""

    vendor: VendorOrOther | None = Field(default=None, description="Who can stand in.", examples=['"anthropic"'])
    steps: Texts = Field(
        default=[], description="How to switch, one step each.", examples=['["Set PROVIDER=anthropic"]']
    )


class WatchTable(Table):
    """One status page to watch."""

    vendor: CatalogVendor | None = Field(
        default=None,
        description="A vendor of the catalog, by any name that `sitrep vendors` finds. Either this or `url`.",
        examples=['"openai"'],
    )
    url: WebAddress | None = Field(
        default=None,
        description="A status page that is not in the catalog.",
        examples=['"https://status.example.com"'],
    )
    name: Text | None = Field(
        default=None,
        description="What it is called; the catalog's name, or the host of the `url`.",
        examples=['"Example"'],
    )
    format: Text | None = Field(
        default=None,
        description=(
            "The format that the page speaks; left out, or `auto`, it is found out from the page "
            "(`sitrep detect URL` tells it)."
        ),
        examples=['"statuspage"'],
    )
    components: Texts = Field(
        default=[],
        description="Only incidents of these components, or of these groups; page-wide ones still pass.",
        examples=['["ChatGPT"]'],
    )
    regions: Texts = Field(
        default=[],
        description=(
            "Only incidents of these regions, and those that may be anywhere; a region is a component's group, "
            "or in its name."
        ),
        examples=['["us-east-1"]'],
    )
    interval: Interval = Field(
        default=timedelta(seconds=30),
        description=(
            'How often to look, at least "5s"; left out, every 30 s, and every 12 s while something is wrong there.'
        ),
        examples=['"30s"'],
    )
    remind: Reminders = Field(
        default=[timedelta(hours=1)],
        description=(
            'How long before a maintenance begins it is told once more; default "1h", at most "30d"; `[]` for never.'
        ),
        examples=['["24h", "1h"]'],
    )
    owner: Text | None = Field(
        default=None, description="Who looks after it here, when it is down.", examples=['"@platform"']
    )
    runbook: WebAddress | None = Field(
        default=None, description="Where it is written what to do.", examples=['"https://wiki.example.com/openai"']
    )
    fallback: FallbackTable | None = Field(
        default=None,
        description="What to do while it is down.",
        examples=['{ vendor = "anthropic", steps = ["Set PROVIDER=anthropic"] }'],
    )
    runs_on: VendorOrOther | None = Field(
        default=None,
        description="The vendor on whose platform it stands: what both are in at once is told together.",
        examples=['"aws"'],
    )


class ServiceTable(Table):
    """Something of your own that suffers when a vendor does."""

    name: Text = Field(description="What your users call it.", examples=['"Support bot"'])
    depends_on: Needs = Field(
        description='What it needs: `"vendor:Component"`, or `"vendor"` for all of it.',
        examples=['["openai:Chat Completions"]'],
    )
    owner: Text | None = Field(default=None, description="The team that looks after it.", examples=['"support"'])
    runbook: WebAddress | None = Field(
        default=None, description="Where its runbook is.", examples=['"https://wiki.example.com/support-bot"']
    )
    fallback: FallbackTable | None = Field(
        default=None,
        description="What to do while it suffers.",
        examples=['{ vendor = "anthropic", steps = ["Set PROVIDER=anthropic"] }'],
    )


class PeopleTable(Table):
    """What it takes until the channel hears of what people report."""

    announce_after: Count = Field(
        default=2, description="So many people make a suspicion that is announced; default 2.", examples=["2"]
    )
    fades: Fading = Field(
        default=timedelta(minutes=30),
        description='How long one report counts; default "30m", from "5m" to "1d".',
        examples=['"30m"'],
    )


class IncidentsTable(Table):
    """What holds for the incidents that the team declares."""

    reopen_within: Grace = Field(
        default=timedelta(hours=24),
        description='For how long what is over may be opened again; default "24h", from "1m" to "30d".',
        examples=['"24h"'],
    )


class EvidenceTable(Table):
    """How much evidence makes a suspicion surer."""

    medium: Points = Field(default=2.0, description="So many points make a trouble likely; default 2.", examples=["2"])
    high: Points = Field(
        default=4.0, description="So many make it all but certain; default 4, never below `medium`.", examples=["4"]
    )


class EgressTable(Table):
    """Where Sitrep may go."""

    allow: Hosts = Field(
        default=[],
        description="Hosts and networks that may be fetched from although they are private.",
        examples=['["status.internal.example"]'],
    )
