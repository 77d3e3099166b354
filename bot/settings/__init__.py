"""Environment, `.env` and `sitrep.toml`, read once into one frozen Settings; all mistakes reported together.

Nothing else in Sitrep looks at the environment.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from itertools import chain
from pathlib import Path

from bot import catalog
from bot.core.access import Access
from bot.errors import ConfigError
from bot.settings import board, build, callers, environment, paging, scalars
from bot.settings.access_table import AccessTable, AuditTable
from bot.settings.board import BoardTable
from bot.settings.bursts import BurstsTable, bursts
from bot.settings.checks import MaintenanceTable, NetworkTable, ProbeTable
from bot.settings.database import sqlite_directory
from bot.settings.document import Document, read
from bot.settings.environment import Environment
from bot.settings.hidden import secrets_of
from bot.settings.hook_table import HookTable
from bot.settings.mistakes import Report
from bot.settings.names import Names, names
from bot.settings.probes import Probes, Types, source_of
from bot.settings.reports import ReportsTable, reports
from bot.settings.retention import RetentionTable, keep
from bot.settings.routes import EscalationTable, OncallTable, RouteTable
from bot.settings.sources import expected, resolve, sources
from bot.settings.tables import EgressTable, EvidenceTable, IncidentsTable, PeopleTable, ServiceTable, WatchTable
from bot.settings.values import Discord, Door, Job, Pagers, Probe, Secret, Settings, Slack, Watch
from bot.settings.variables import DEFAULTS, VARIABLES, Variable, env_template

__all__ = [
    "VARIABLES",
    "Access",
    "Discord",
    "Door",
    "Job",
    "Pagers",
    "Probe",
    "Secret",
    "Settings",
    "Slack",
    "Variable",
    "Watch",
    "env_template",
    "expected",
    "from_environment",
    "load",
    "missing_tokens",
    "secrets_of",
    "source_of",
    "sources",
]


def from_environment(
    config: Path | None = None, formats: Collection[str] | None = None, types: Types | None = None
) -> Settings:
    """Return the settings of this process; ConfigError with all mistakes."""
    return load(config, os.environ, Path.cwd(), formats, types)  # noqa: TID251 - the one place that looks


def load(
    config: Path | None,
    environ: Mapping[str, str],
    cwd: Path,
    formats: Collection[str] | None = None,
    types: Types | None = None,
) -> Settings:
    """Return the settings; ConfigError with all mistakes, one line each.

    With the names of the `formats` that can be read, a page that speaks another one is a mistake too; with the `types`
    of probes, what they do not understand, and a secret that is not there.
    """
    mistakes: list[str] = []
    env = Environment(environ, cwd, _into(mistakes))
    settings = _of_environment(env, cwd, _into(mistakes))
    try:
        label, path, raw = _file(config, env, cwd)
    except ConfigError as e:
        raise ConfigError(*mistakes, *e.mistakes) from e
    if path is not None:
        known = names(raw, catalog.load())
        document = Document(raw, known, _into(mistakes, label))
        rows = document.rows("probe", ProbeTable)
        probes = Probes(known, env, types, _into(mistakes, label))
        settings = replace(
            _with_file(settings, document, known, label),
            probes=probes.of(rows),
            doors=tuple(callers.door(row, env) for row in document.rows("hook", HookTable)),
            jobs=tuple(callers.jobs(rows, env, _into(mistakes, label))),
        )
        mistakes += resolve(settings.watches, catalog.load(), formats)[1]
    settings = replace(settings, pagers=paging.pagers(env, _told(settings)))
    if mistakes:
        # Who would run it hears now of what is missing too.  One that is there and wrong has been told.
        unset = [line for name, line in _missing(settings) if types and not env.find(name, f"{name}_FILE")]
        raise ConfigError(*mistakes, *unset)
    return replace(settings, config_path=path)


def default_settings(environ: Mapping[str, str], cwd: Path) -> Settings:
    """Return the settings as far as the environment alone has them; what is wrong there is as if it were not."""
    report = _into([])
    return _of_environment(Environment(environ, cwd, report), cwd, report)


def missing_tokens(settings: Settings) -> tuple[str, ...]:
    """Return a line for every destination that can not be reached for want of a token.

    It is no mistake of the configuration as such: what is only read, replayed or explained needs no token.
    """
    return tuple(line for _, line in _missing(settings))


def _missing(settings: Settings) -> tuple[tuple[str, str], ...]:
    """Return these lines, each after the name of the variable that is missing."""
    lacking = {
        platform: name
        for platform, name, secret in (
            ("slack", "SLACK_BOT_TOKEN", settings.slack.is_configured),
            ("discord", "DISCORD_TOKEN", settings.discord.token is not None),
        )
        if not secret
    }
    wanted = _told(settings)
    platforms = [(where, to, to.partition(":")[0]) for where, to in wanted]
    unreachable = tuple(
        (
            lacking[platform],
            f"{where}: {to} needs {lacking[platform]}, which is not set; set it, or write console instead",
        )
        for where, to, platform in platforms
        if platform in lacking
    )
    secrets = paging.missing(settings.pagers, wanted) + callers.missing(settings) + board.missing(settings)
    return unreachable + secrets


def _told(settings: Settings) -> list[tuple[str, str]]:
    """Return whatever is told of incidents, and where that is written."""
    found = [(f"{route.name}.to", str(to)) for route in settings.routes for to in route.to]
    return found + [(f"{plan.name}.steps", step.notify) for plan in settings.escalations for step in plan.steps]


def _into(mistakes: list[str], label: str = "") -> Report:
    def report(where: str, what: str) -> None:
        mistakes.append(": ".join(filter(None, (label, where, what))))

    return report


def _of_environment(env: Environment, cwd: Path, report: Report) -> Settings:
    database, given = environment.database(env)
    beside = sqlite_directory(database.reveal(), cwd) / "sitrep.console.jsonl"
    return Settings(
        database=database,
        database_from_environment=given,
        host=env.value("HOST", environment.host, DEFAULTS["HOST"]),
        port=env.value("PORT", environment.port, int(DEFAULTS["PORT"])),
        port_from_environment=bool(env.find("PORT")),
        console_log=env.value("SITREP_CONSOLE_LOG", lambda text: cwd / text, beside),
        log_level=env.value("LOG_LEVEL", environment.log_level, DEFAULTS["LOG_LEVEL"]),
        log_format=env.value("LOG_FORMAT", environment.log_format, DEFAULTS["LOG_FORMAT"]),
        slack=environment.slack(env, report),
        discord=environment.discord(env),
        egress_allow=env.value("SITREP_ALLOW_HOSTS", environment.hosts, ()),
        board_secret=board.secret(env),
        board_token=board.token_of(env),
        heartbeat_url=board.heartbeat(env),
        otlp_endpoint=env.value("OTEL_EXPORTER_OTLP_ENDPOINT", scalars.web_address, ""),
        otlp_headers=env.secret("OTEL_EXPORTER_OTLP_HEADERS", str),
        routes=(build.DEFAULT_ROUTE,),
    )


def _file(config: Path | None, env: Environment, cwd: Path) -> tuple[str, Path | None, dict[str, object]]:
    found = env.find("SITREP_CONFIG")
    named = str(config) if config else found[0].text.strip() if found else None
    label = named or DEFAULTS["SITREP_CONFIG"]
    try:
        return label, cwd / label, read(cwd / label, label)
    except FileNotFoundError as e:
        if named is None:
            return label, None, {}
        raise ConfigError(f"{label}: there is no such file; `sitrep init` writes one") from e


def _with_file(settings: Settings, document: Document, names: Names, label: str) -> Settings:
    rotas = tuple(build.oncall(row) for row in document.rows("oncall", OncallTable))
    board_table = document.single("board", BoardTable)
    watches = tuple(build.watch(row, label) for row in document.rows("watch", WatchTable))
    services = (build.service(row, names) for row in document.rows("service", ServiceTable))
    return replace(
        settings,
        watches=watches,
        defaulted_watches="watch" not in document,
        windows=tuple(build.window(row) for row in document.rows("maintenance", MaintenanceTable)),
        services=(*services, *build.plans(watches, names)),
        routes=tuple(build.route(row, names) for row in document.rows("route", RouteTable)) or settings.routes,
        oncalls=rotas,
        escalations=tuple(build.escalation(row, names) for row in document.rows("escalation", EscalationTable)),
        access=build.access(document.single("access", AccessTable), rotas),
        keep=keep(document.single("retention", RetentionTable), document.single("audit", AuditTable)),
        people=build.people(document.single("people", PeopleTable)),
        reopen_within=document.single("incidents", IncidentsTable).reopen_within,
        thresholds=build.evidence(document.single("evidence", EvidenceTable)),
        witnesses=tuple(dict.fromkeys(document.single("network", NetworkTable).witnesses)),
        board_url=(board_table.url or "").rstrip("/"),
        board_is_signed=board_table.access == "signed",
        reports=reports(document.single("reports", ReportsTable)),
        bursts=bursts(document.single("bursts", BurstsTable), watches, names),
        egress_allow=_merged(document.single("egress", EgressTable).allow, settings.egress_allow),
    )


def _merged(*lists: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(chain(*lists)))
