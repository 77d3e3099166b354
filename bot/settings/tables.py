"""The tables of `sitrep.toml` as they are written: every key, what it means, and how it is written.

The descriptions and examples are the ones of docs/configuration.md and of the mistakes.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from bot.core.rules import Handover
from bot.settings.fields import (
    Actors,
    CatalogVendor,
    Count,
    Destinations,
    DiscordUser,
    Duration,
    Fading,
    HandoverTime,
    Hosts,
    Interval,
    Kinds,
    Least,
    Mention,
    Needs,
    Notify,
    Points,
    QuietSpan,
    Reminders,
    Responders,
    Services,
    SlackUser,
    Text,
    Texts,
    Timezone,
    VendorOrOther,
    Vendors,
    WebAddress,
    YesNo,
    some,
)
from bot.settings.scalars import clock


def _in_order(steps: list[StepTable]) -> list[StepTable]:
    if [step.after for step in steps] != sorted(step.after for step in steps):
        raise ValueError("are not in order; write the soonest first")
    return steps


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


class MatchTable(Table):
    """Which incidents are meant; what is left out asks for nothing."""

    vendor: Vendors = Field(default=[], description="Of one of these vendors.", examples=['["openai", "anthropic"]'])
    component: Texts = Field(default=[], description="Touching one of these components.", examples=['["API"]'])
    service: Services = Field(
        default=[], description="Touching one of these `[[service]]`s.", examples=['["Support bot"]']
    )
    region: Texts = Field(default=[], description="In one of these regions.", examples=['["us-east-1"]'])
    min_impact: Least = Field(
        default="none", description="At least this bad: none, minor, major or critical.", examples=['"minor"']
    )
    kind: Kinds = Field(
        default=[], description="Of one of these kinds: incident, maintenance, suspected.", examples=['["incident"]']
    )


class MentionTable(Table):
    """Who is mentioned at which impact."""

    critical: Mention | None = Field(default=None, description="Who, when it is critical.", examples=['"@here"'])
    major: Mention | None = Field(default=None, description="Who, when it is major.", examples=['"oncall:platform"'])
    minor: Mention | None = Field(default=None, description="Who, when it is minor.", examples=['"slack:U0123456789"'])


class RouteTable(Table):
    """Where matching incidents are told.  Routes are asked from the top; the first that matches is taken."""

    match: MatchTable = Field(
        default=MatchTable(),
        description="Which incidents; all, if it is left out.",
        examples=['{ min_impact = "minor" }'],
    )
    to: Destinations = Field(
        description="Where to: `slack:#name`, `slack:C…`, `discord:<channel id>` or `console`.",
        examples=['["slack:#vendor-status"]'],
    )
    mention: MentionTable = Field(
        default=MentionTable(),
        description="Who is mentioned: `@here`, `oncall:<name>`, `slack:U…`, `discord:<id>`, `discord:role:<id>`.",
        examples=['{ critical = "@here" }'],
    )
    quiet: QuietSpan | None = Field(
        default=None, description="When nobody is to be mentioned, every day.", examples=['"22:00-07:00 Europe/Berlin"']
    )
    go_on: YesNo = Field(
        default=False,
        alias="continue",
        description="Whether the next routes are asked too; default false.",
        examples=["true"],
    )


class PersonTable(Table):
    """Somebody who can be on call."""

    name: Text = Field(description="What the person is called.", examples=['"First engineer"'])
    slack: SlackUser | None = Field(default=None, description="The member id on Slack.", examples=['"U0123456789"'])
    discord: DiscordUser | None = Field(
        default=None, description="The user id on Discord.", examples=['"123456789012345678"']
    )


class OncallTable(Table):
    """A rota: people who take turns."""

    name: Text = Field(description="What `oncall:<name>` refers to.", examples=['"platform"'])
    people: Annotated[list[PersonTable], AfterValidator(some)] = Field(
        description="Who takes turns, in this order.",
        examples=['[{ name = "First engineer", slack = "U0123456789" }]'],
    )
    handover: HandoverTime = Field(
        default=Handover(0, clock("09:00")),
        description='When the next one takes over: `"Mon 09:00"` (the default), or `"09:00"` for every day.',
        examples=['"Mon 09:00"'],
    )
    timezone: Timezone = Field(
        default="UTC", description='By whose clock; default "UTC".', examples=['"Europe/Berlin"']
    )


class StepTable(Table):
    """One step of an escalation."""

    after: Duration = Field(description="How long an incident has to stay without acknowledgement.", examples=['"5m"'])
    notify: Notify = Field(
        description="Whom to tell: `oncall:<name>` or a destination.", examples=['"oncall:platform"']
    )


class EscalationTable(Table):
    """What happens while nobody acknowledges."""

    match: MatchTable = Field(
        default=MatchTable(),
        description="Which incidents; all, if it is left out.",
        examples=['{ min_impact = "critical" }'],
    )
    steps: Annotated[list[StepTable], AfterValidator(some), AfterValidator(_in_order)] = Field(
        description="What to do, soonest first.", examples=['[{ after = "5m", notify = "oncall:platform" }]']
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
