"""Those who call in: hooks, and jobs that tell that they have run; with the secret of each."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import timedelta

from pydantic import ValidationError

from bot.catalog import Catalog
from bot.core.heartbeat import Spec
from bot.core.hooks import Accused, Hook
from bot.core.slugs import slug
from bot.model import Source
from bot.probes.heartbeat import Options
from bot.settings.checks import ProbeTable
from bot.settings.document import Placed
from bot.settings.environment import Environment, token
from bot.settings.hook_table import HookTable
from bot.settings.mistakes import Report, report_errors, shown
from bot.settings.values import Door, Job, Settings

# Somebody may try, as often as the network lets them.
_SHORTEST = 16
_ADVICE = f"set it to a secret of at least {_SHORTEST} characters, for example what `openssl rand -hex 24` writes"
_RATES_EXPIRE = timedelta(minutes=15)
# What only a probe has that goes and looks.
_OF_CHECKS = frozenset({"target", "interval", "timeout", "fail_after", "pass_after"})
_THRESHOLDS = ("open_above", "close_below", "min_calls")
_OTHERS_EXPIRE = timedelta(hours=12)


def door(row: Placed[HookTable], env: Environment) -> Door:
    """Return a hook and what opens it."""
    table = row.table
    rates = table.type == "rates"
    hook = Hook(
        name=table.name,
        type=table.type,
        vendor=table.vendor,
        component=table.component,
        expires=table.expires or (_RATES_EXPIRE if rates else _OTHERS_EXPIRE),
        **{key: value for key in _THRESHOLDS if (value := getattr(table, key)) is not None},
    )
    read = _for_an_address if table.type == "statuspage" else _long_enough
    return Door(where=row.where, hook=hook, variable=table.token, token=env.secret(table.token, read))


def jobs(rows: Iterable[Placed[ProbeTable]], env: Environment, report: Report) -> Iterator[Job]:
    """Return the heartbeats among the probes; what is wrong with their own keys is reported."""
    taken: dict[str, str] = {}
    for row in rows:
        if row.table.type != "heartbeat":
            continue
        try:
            options = Options.model_validate(row.table.model_extra or {})
        except ValidationError as error:
            report_errors(error, row.where, Options, report)
            continue
        for key in sorted(row.table.model_fields_set & _OF_CHECKS):
            report(f"{row.where}.{key}", "says nothing of a heartbeat, which calls in by itself; leave it out")
        name = slug(row.table.name)
        if not name or taken.setdefault(name, row.where) != row.where:
            whose = f"the same address as {taken[name]}" if name else "no address"
            report(f"{row.where}.name", f"{shown(row.table.name)} makes {whose}; write another")
            continue
        yield _job(row, name, options, env)


def _job(row: Placed[ProbeTable], name: str, options: Options, env: Environment) -> Job:
    return Job(
        where=row.where,
        name=row.table.name,
        slug=name,
        spec=Spec(every=options.every, grace=options.grace, at_most=options.at_most),
        variable=options.token,
        token=env.secret(options.token, _for_an_address),
        vendor=row.table.vendor,
        component=row.table.component,
    )


def missing(settings: Settings) -> tuple[tuple[str, str], ...]:
    """Return a line for everybody whose secret is not there, after the name of its variable."""
    callers: tuple[Door | Job, ...] = (*settings.doors, *settings.jobs)
    return tuple(
        (
            one.variable,
            f"{one.where}.token: {one.variable} is not set; {_ADVICE}",
        )
        for one in callers
        if one.token is None
    )


def accused(word: str, watched: Iterable[Source], catalog: Catalog) -> Accused:
    """Return the vendor that somebody means: one that is watched, one of the catalog, or whom they name."""
    known = catalog.find(word)
    wanted = {slug(word), known.slug if known else slug(word)}
    for source in watched:
        if source.vendor in wanted or slug(source.name) in wanted:
            return Accused(source.vendor, source.name)
    return Accused(known.slug, known.name) if known else Accused(slug(word) or "unknown", word)


def _long_enough(text: str) -> str:
    if len(token(text)) < _SHORTEST:
        raise ValueError(f"is short enough to be guessed; write at least {_SHORTEST} characters")
    return text


def _for_an_address(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9._~-]*", text):
        raise ValueError("can not stand in an address: letters, digits, and - . _ ~ can; write another secret")
    return _long_enough(text)
