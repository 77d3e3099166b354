"""The tables of `sitrep.toml` about our own checks: probes, when they may fail, and how we know that we see at all."""

from __future__ import annotations

from datetime import timedelta

from pydantic import ConfigDict, Field

from bot.settings.fields import (
    PROBE_TYPES,
    CheckInterval,
    Count,
    HowBad,
    Moment,
    ProbeNames,
    ProbeType,
    Recheck,
    Text,
    Timeout,
    Times,
    VendorOrOther,
    Weekly,
    Witnesses,
)
from bot.settings.tables import Table
from bot.settings.values import WITNESSES


class ProbeTable(Table):
    """One check of our own.  Further keys are the type's own."""

    model_config = ConfigDict(extra="allow")

    name: Text = Field(description="What it is called.", examples=['"openai-api"'])
    type: ProbeType = Field(description=f"How it checks: {', '.join(PROBE_TYPES)}.", examples=['"http"'])
    vendor: VendorOrOther | None = Field(
        default=None,
        description="Whose trouble a failure is; without it, it is one of your own.",
        examples=['"openai"'],
    )
    component: Text | None = Field(
        default=None, description="Which of the vendor's components it checks.", examples=['"Chat Completions"']
    )
    target: Text | None = Field(
        default=None,
        description="What is checked: an address, a host, a model. Every type but `heartbeat` needs it.",
        examples=['"https://api.openai.com/v1/models"'],
    )
    interval: CheckInterval = Field(
        default=timedelta(seconds=30),
        description='How often to check; default "30s", at least "1s".',
        examples=['"30s"'],
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
    recheck: Recheck | None = Field(
        default=None,
        description='How soon to check again until that is sure; default "5s", at most `interval`.',
        examples=['"5s"'],
    )
    impact: HowBad = Field(
        default="minor",
        description="How bad a failure is: minor (the default), major or critical.",
        examples=['"major"'],
    )
    slow: Times = Field(
        default=None,
        description=(
            "How many times its own usual time an answer may take; default `3x` for llm, http, tcp, dns and ping, "
            "else `off`."
        ),
        examples=['"3x"'],
    )


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


class NetworkTable(Table):
    """How Sitrep knows whether its own connection is gone."""

    witnesses: Witnesses = Field(
        default=list(WITNESSES),
        description=(
            "Hosts and ports that are connected to when a probe fails: if none answers, it is our own connection; "
            "`[]` for none."
        ),
        examples=['["one.one.one.one:443", "dns.google:443", "dns.quad9.net:443"]'],
    )
