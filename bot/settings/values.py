"""The settings, read once and frozen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any

from bot.core.access import Access
from bot.core.afterwards import Terms as Reports
from bot.core.bursts import Terms as Bursts
from bot.core.evidence import DEFAULT, Thresholds
from bot.core.heartbeat import Spec
from bot.core.hooks import Hook
from bot.core.keeping import Keep
from bot.core.reports import Terms
from bot.core.rules import Escalation, Oncall, Route, Service
from bot.core.windows import Window
from bot.model import Impact

# Three that are run by different companies and answer everywhere: all of them out of reach, it is us.  By name, so that
# a resolver of ours that is broken is our trouble too.  They speak DNS over HTTPS, so the port is open.
WITNESSES = (
    # https://developers.cloudflare.com/1.1.1.1/encrypted-dns/dns-over-https/make-api-requests
    "one.one.one.one:443",
    # https://developers.google.com/speed/public-dns/docs/secure-transports
    "dns.google:443",
    # https://www.quad9.net/service/service-addresses-and-features
    "dns.quad9.net:443",
)


class Secret:
    """A text that shows itself only when asked to."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        """Keep the text."""
        self._value = value

    def reveal(self) -> str:
        """Return the text itself: for the one who sends it, never for a message or a log."""
        return self._value

    def __repr__(self) -> str:
        """Hide it, wherever it is printed or logged."""
        return "***"

    def __eq__(self, other: object) -> bool:
        """Compare by what is hidden."""
        return isinstance(other, Secret) and self._value == other._value

    def __hash__(self) -> int:
        """Agree with the comparison."""
        return hash(self._value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """A page to watch, as it was asked for: a vendor of the catalog, or an address."""

    where: str
    vendor: str | None = None
    url: str | None = None
    name: str | None = None
    format: str | None = None
    components: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    interval: timedelta = timedelta(seconds=30)
    exact: bool = False
    remind: tuple[timedelta, ...] = (timedelta(hours=1),)
    owner: str | None = None
    runbook: str | None = None
    fallback_vendor: str | None = None
    fallback_steps: tuple[str, ...] = ()
    runs_on: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """A check of our own.

    `options` are the keys of its type as they are written, `keys` what the type made of them, and `secrets` the
    variables that they and the target refer to.  Without a `vendor_name` it accuses nobody, and `vendor` is a name
    for itself.
    """

    name: str
    type: str
    vendor: str
    vendor_name: str = ""
    component: str | None = None
    target: str | None = None
    interval: timedelta
    timeout: timedelta
    fail_after: int
    pass_after: int
    recheck: timedelta
    impact: Impact
    slow: float | None
    options: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}), hash=False)
    keys: Any = field(default=None, hash=False)
    secrets: Mapping[str, Secret] = field(default_factory=lambda: MappingProxyType({}), hash=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """A hook, and the secret that opens it: None where `variable`, which `where` names, is not set."""

    where: str
    hook: Hook
    variable: str
    token: Secret | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A heartbeat: a job that calls in, at `slug` in the address, and by the same kind of secret."""

    where: str
    name: str
    slug: str
    spec: Spec
    variable: str
    token: Secret | None
    vendor: str | None = None
    component: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Slack:
    """How Slack is reached: an app token means Socket Mode, a signing secret HTTP.

    With a client id and a client secret other workspaces can install the app; then a bot token is not needed.
    """

    bot_token: Secret | None = None
    app_token: Secret | None = None
    signing_secret: Secret | None = None
    client_id: str | None = None
    client_secret: Secret | None = None
    api_url: str | None = None

    @property
    def is_for_many(self) -> bool:
        """Whether any workspace may install the app."""
        return bool(self.client_id and self.client_secret and self.signing_secret)

    @property
    def is_configured(self) -> bool:
        """Whether there is a workspace to talk to, or can be."""
        return self.bot_token is not None or self.is_for_many


@dataclass(frozen=True, slots=True, kw_only=True)
class Discord:
    """How Discord is reached."""

    token: Secret | None = None
    api_url: str | None = None
    gateway_url: str | None = None


@dataclass(frozen=True, slots=True)
class Hooked:
    """Where a webhook's events go, and what they are signed with."""

    url: Secret
    secret: Secret


@dataclass(frozen=True, slots=True, kw_only=True)
class Pagers:
    """How pagers and webhooks are reached, by address; `missing` names the variables that an address lacks."""

    pagerduty: Mapping[str, Secret] = field(default_factory=lambda: MappingProxyType({}), hash=False)
    pagerduty_url: str | None = None
    opsgenie: Mapping[str, Secret] = field(default_factory=lambda: MappingProxyType({}), hash=False)
    opsgenie_url: str | None = None
    webhooks: Mapping[str, Hooked] = field(default_factory=lambda: MappingProxyType({}), hash=False)
    missing: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}), hash=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that was configured.

    `database_from_environment` tells that somebody said where to keep incidents, `defaulted_watches` that nobody
    said what to watch.  `config_path` is None where no file was read.  `port_from_environment` tells that
    somebody chose the port; `board_url` is the address by which people reach the board, nothing if none is known.
    `board_is_signed` keeps it to those who come with a link of their own, which `board_secret` signs; `board_token`
    lets programs in.  `heartbeat_url` is called while all is well.
    `otlp_endpoint` is where traces are sent, nothing if nobody asked for them, and `otlp_headers` what goes with them.
    """

    database: Secret
    database_from_environment: bool
    host: str
    port: int
    console_log: Path
    log_level: str
    slack: Slack = Slack()
    discord: Discord = Discord()
    pagers: Pagers = field(default_factory=Pagers)
    egress_allow: tuple[str, ...] = ()
    config_path: Path | None = None
    watches: tuple[Watch, ...] = ()
    defaulted_watches: bool = True
    probes: tuple[Probe, ...] = ()
    doors: tuple[Door, ...] = ()
    jobs: tuple[Job, ...] = ()
    windows: tuple[Window, ...] = ()
    witnesses: tuple[str, ...] = WITNESSES
    services: tuple[Service, ...] = ()
    routes: tuple[Route, ...] = ()
    oncalls: tuple[Oncall, ...] = ()
    escalations: tuple[Escalation, ...] = ()
    access: Access = field(default_factory=Access)
    keep: Keep = field(default_factory=Keep)
    people: Terms = field(default_factory=Terms)
    reopen_within: timedelta = timedelta(hours=24)
    thresholds: Thresholds = DEFAULT
    bursts: Bursts = field(default_factory=Bursts)
    reports: Reports = field(default_factory=Reports)
    port_from_environment: bool = False
    log_format: str = "human"
    board_url: str = ""
    board_is_signed: bool = False
    board_secret: Secret | None = None
    board_token: Secret | None = None
    heartbeat_url: Secret | None = None
    otlp_endpoint: str = ""
    otlp_headers: Secret | None = None
