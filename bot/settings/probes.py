"""Probes: what their types say of their keys, the secrets that these refer to, and the sources that they are."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any, Protocol

from pydantic import ValidationError

from bot.core.slugs import slug
from bot.errors import ConfigError
from bot.model import Source, SourceKind
from bot.probes._keys import references
from bot.settings import build
from bot.settings.checks import ProbeTable
from bot.settings.document import Placed, slip
from bot.settings.environment import Environment
from bot.settings.mistakes import Report, path, report_errors
from bot.settings.names import Names
from bot.settings.values import Probe, Secret


class Type(Protocol):
    """A type of probes, as far as its keys are concerned."""

    @property
    def Options(self) -> type[Any]:  # noqa: N802  # a class of the module
        """The type's own keys."""

    def read_target(self, text: str) -> None:
        """Raise ValueError, saying what to write instead, if a target is none."""


Types = Callable[[str], Type]


class Probes:
    """Makes probes of tables; what is wrong is reported.  Without `types`, nothing is asked of their types."""

    def __init__(self, names: Names, env: Environment, types: Types | None, report: Report) -> None:
        """Make none yet."""
        self._names = names
        self._env = env
        self._types = types
        self._report = report
        self._found: dict[str, Secret | None] = {}

    def of(self, rows: Sequence[Placed[ProbeTable]]) -> tuple[Probe, ...]:
        """Return the probes of all tables, without the heartbeats: those must only not pass for a probe."""
        taken: dict[str, Placed[ProbeTable]] = {}
        for row in rows:
            self._complain_of_name(row, taken)
        mine = (row for row in rows if not _is_job(row))
        return tuple(self._of_type(row, build.probe(row, self._names)) for row in mine)

    def _complain_of_name(self, row: Placed[ProbeTable], taken: dict[str, Placed[ProbeTable]]) -> None:
        """A probe is known by the letters of its name; one that accuses nobody must not pass for a vendor."""
        name, where = row.table.name, f"{row.where}.name"
        word = slug(name)
        first = taken.setdefault(word, row)
        if _is_job(row) and (not word or _is_job(first)):
            return
        if not word:
            self._report(where, "has no letter and no digit; write another")
        elif first.table.name != name:
            self._report(where, f"differs from the name of {first.where} only in signs; write another")
        known = self._names.catalog.find(name)
        if not _is_job(row) and row.table.vendor is None and known is not None and word == known.slug:
            self._report(where, f'is the name of a vendor; add vendor = "{known.slug}", or write another')

    def _of_type(self, row: Placed[ProbeTable], probe: Probe) -> Probe:
        if self._types is None:
            return probe
        try:
            kind = self._types(probe.type)
        except ConfigError as error:
            self._report(f"{row.where}.type", str(error))
            return probe
        if probe.target is not None:
            try:
                kind.read_target(probe.target)
            except ValueError as error:
                self._report(f"{row.where}.target", str(error))
        # What was meant for a common key has been said already.
        written = {key: value for key, value in (row.table.model_extra or {}).items() if not slip(key)}
        try:
            keys = kind.Options.model_validate(written)
        except ValidationError as error:
            report_errors(error, row.where, kind.Options, self._report)
            keys = None
        return replace(probe, keys=keys, secrets=self._secrets(row.where, {"target": probe.target, **written}))

    def _secrets(self, where: str, written: Mapping[str, object]) -> Mapping[str, Secret]:
        found: dict[str, Secret] = {}
        missing = set()
        for place, name in _referred(written):
            secret = self._secret(name)
            if secret is not None:
                found[name] = secret
            elif name not in missing:
                missing.add(name)
                how = f"set it in the environment or in .env, or name a file that holds it in {name}_FILE"
                self._report(path(where, place), f"{name} is not set; {how}")
        return MappingProxyType(found)

    def _secret(self, name: str) -> Secret | None:
        if name not in self._found:
            self._found[name] = self._env.secret(name, str)
        return self._found[name]


def _is_job(row: Placed[ProbeTable]) -> bool:
    return row.table.type == "heartbeat"


def _referred(value: object, place: tuple[int | str, ...] = ()) -> Iterator[tuple[tuple[int | str, ...], str]]:
    """Return the names of variables that a value refers to as `${NAME}`, and where."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _referred(inner, (*place, key))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _referred(inner, (*place, number))
    else:
        yield from ((place, name) for name in references(value))


def source_of(probe: Probe) -> Source:
    """Return the witness that a probe is."""
    return Source(
        key=f"probe:{slug(probe.name)}",
        vendor=probe.vendor,
        vendor_name=probe.vendor_name,
        name=probe.name,
        format=probe.type,
        url=probe.target or "",
        kind=SourceKind.PROBE,
        interval=probe.interval,
        components=(probe.component,) if probe.component else (),
        remind=(),
    )
