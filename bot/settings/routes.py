"""The tables of `sitrep.toml` that say who is told what: routes, rotas and escalations."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

from bot.core.rules import EPOCH, Handover
from bot.settings.fields import (
    Count,
    Day,
    Destinations,
    Directly,
    DiscordUser,
    Duration,
    HandoverTime,
    HowWorded,
    Kinds,
    Least,
    Mention,
    Notify,
    QuietSpan,
    Services,
    SlackUser,
    SummaryTime,
    Sureness,
    Text,
    Texts,
    Timezone,
    Vendors,
    WeeklyTime,
    YesNo,
    some,
)
from bot.settings.scalars import clock
from bot.settings.tables import Table


def _in_order(steps: list[StepTable]) -> list[StepTable]:
    if [step.after for step in steps] != sorted(step.after for step in steps):
        raise ValueError("are not in order; write the soonest first")
    return steps


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
    confidence: Sureness = Field(
        default="low",
        description=(
            "At least this sure: low, medium or high. What a vendor has written is surer than any of them, and passes."
        ),
        examples=['"medium"'],
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
        description=(
            "Where to: `slack:#name`, `slack:C…`, `discord:<channel id>`, `console`, `slack:U…` or `discord:user:<id>` "
            "for direct messages to somebody, and `pagerduty`, `opsgenie` or `webhook`, which may have a name: "
            "`pagerduty:platform`."
        ),
        examples=['["slack:#vendor-status"]'],
    )
    mention: MentionTable = Field(
        default=MentionTable(),
        description="Who is mentioned: `@here`, `oncall:<name>`, `slack:U…`, `discord:<id>`, `discord:role:<id>`.",
        examples=['{ critical = "@here" }'],
    )
    quiet: QuietSpan | None = Field(
        default=None,
        description="When only what is critical is told, every day; the rest is told by a digest when it ends.",
        examples=['"22:00-07:00 Europe/Berlin"'],
    )
    hourly: Count | None = Field(
        default=None,
        description="At most so many new messages within any hour; what is critical passes. Default: any number.",
        examples=["10"],
    )
    digest: SummaryTime | None = Field(
        default=None,
        description="Nothing is told but a summary at this time, every day or every week.",
        examples=['"Mon 09:00 Europe/Berlin"'],
    )
    weekly: WeeklyTime | None = Field(
        default=None,
        description="When a summary of the week is posted, beside all else; default never.",
        examples=['"Mon 09:00 Europe/Berlin"'],
    )
    detail: HowWorded = Field(
        default="engineer",
        description=(
            "For whom it is worded: `engineer` (the default), or `stakeholder`: plain words, no evidence, no ids."
        ),
        examples=['"stakeholder"'],
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
    duty: Text | None = Field(
        default=None,
        description="What it is for, if several share that: the first of them is called first. Default its `name`.",
        examples=['"platform"'],
    )
    starts: Day = Field(
        default=EPOCH,
        description="The first of `people` takes over at the first hand-over from this day on; default 1970-01-05.",
        examples=["2026-03-02"],
    )


class StepTable(Table):
    """One step of an escalation."""

    after: Duration = Field(description="How long an incident has to stay without acknowledgement.", examples=['"5m"'])
    notify: Notify = Field(
        description="Whom to tell: `oncall:<name>` or a destination.", examples=['"oncall:platform"']
    )
    direct: Directly = Field(
        default=False,
        description="Whether they get a direct message as well; default false: only if no channel can call them.",
        examples=["true"],
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
    remind_after: Duration | None = Field(
        default=None,
        description="Whoever has acknowledged is asked how it stands after this long without a note; default never.",
        examples=['"30m"'],
    )
