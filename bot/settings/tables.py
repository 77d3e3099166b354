"""The tables of `sitrep.toml` as they are written: every key, what it means, and how it is written.

The descriptions and examples are the ones of docs/configuration.md and of the mistakes.  The tables that say who is
told what are in `routes`.
"""

from __future__ import annotations

from datetime import timedelta

from pydantic import BaseModel, ConfigDict, Field

from bot.settings.fields import (
    PROBE_TYPES,
    Actors,
    CatalogVendor,
    Count,
    Duration,
    Hosts,
    Interval,
    Moment,
    Needs,
    ProbeNames,
    ProbeType,
    Reminders,
    Responders,
    Text,
    Texts,
    Timeout,
    VendorOrOther,
    WebAddress,
    Weekly,
)


class Table(BaseModel):
    """A table whose every key is known."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


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
        description='How often to look; default "30s", at least "5s".',
        examples=['"30s"'],
    )
    remind: Reminders = Field(
        default=[timedelta(hours=1)],
        description=(
            'How long before a maintenance begins it is told once more; default "1h", at most "30d"; `[]` for never.'
        ),
        examples=['["24h", "1h"]'],
    )


class ProbeTable(Table):
    """One check of our own.  Further keys are the type's own."""

    model_config = ConfigDict(extra="allow")

    name: Text = Field(description="What it is called.", examples=['"openai-api"'])
    type: ProbeType = Field(description=f"How it checks: {', '.join(PROBE_TYPES)}.", examples=['"http"'])
    vendor: VendorOrOther | None = Field(default=None, description="Whose trouble a failure is.", examples=['"openai"'])
    component: Text | None = Field(
        default=None, description="Which of the vendor's components it checks.", examples=['"Chat Completions"']
    )
    target: Text | None = Field(
        default=None,
        description="What is checked: an address, a host, a model. Every type but `heartbeat` needs it.",
        examples=['"https://api.openai.com/v1/models"'],
    )
    interval: Duration = Field(
        default=timedelta(seconds=30), description='How often to check; default "30s".', examples=['"30s"']
    )
    timeout: Timeout | None = Field(
        default=None,
        description='How long to wait for an answer; default "10s", at most `interval`.',
        examples=['"10s"'],
    )
    fail_after: Count = Field(
        default=3, description="So many failures in a row make a trouble; default 3.", examples=["3"]
    )
    pass_after: Count = Field(default=2, description="So many passes in a row end it; default 2.", examples=["2"])


class MaintenanceTable(Table):
    """A time in which you work on something yourselves: probes go on, and what fails then is no trouble."""

    name: Text = Field(description="What is done then.", examples=['"Database upgrade"'])
    probes: ProbeNames = Field(
        default=[], description="Which `[[probe]]`s may fail; all, if it is left out.", examples=['["openai-api"]']
    )
    starts: Moment | None = Field(
        default=None,
        description="When it begins, with a time zone. `starts` and `ends` for once, or `every` for each week.",
        examples=["2026-12-05T22:00:00+01:00"],
    )
    ends: Moment | None = Field(
        default=None, description="When it ends, with a time zone.", examples=["2026-12-06T02:00:00+01:00"]
    )
    every: Weekly | None = Field(
        default=None,
        description="The day, or days, and the hours of each week; it may pass midnight.",
        examples=['"Sun 02:00-04:00 Europe/Berlin"'],
    )


class FallbackTable(Table):
    """What to do instead."""

    vendor: VendorOrOther | None = Field(default=None, description="Who can stand in.", examples=['"anthropic"'])
    steps: Texts = Field(
        default=[], description="How to switch, one step each.", examples=['["Set PROVIDER=anthropic"]']
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


class AccessTable(Table):
    """Who may do what in chat."""

    admins: Actors = Field(
        default=[],
        description="Who may change what is watched: `slack:U…`, `discord:<id>`, `discord:role:<id>`.",
        examples=['["slack:U0123456789"]'],
    )
    responders: Responders = Field(
        default=None,
        description='Who may acknowledge: `"everyone"` (the default), or a list like `admins`.',
        examples=['"everyone"'],
    )


class EgressTable(Table):
    """Where Sitrep may go."""

    allow: Hosts = Field(
        default=[],
        description="Hosts and networks that may be fetched from although they are private.",
        examples=['["status.internal.example"]'],
    )
