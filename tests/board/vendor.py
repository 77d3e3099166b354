"""Whom stories are told of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from bot.core.probing import Rule
from bot.model import Source, SourceKind

RULE: Final = Rule(interval=timedelta(seconds=30))


@dataclass(frozen=True, slots=True)
class Vendor:
    """Whose page it is, and what is on it: names with their groups."""

    slug: str
    name: str
    parts: tuple[tuple[str, str | None], ...] = (("API", None), ("Website", None))
    runs_on: str = ""

    def source(self) -> Source:
        url = f"https://status.{self.slug}.example"
        return Source(
            key=f"feed:{self.slug}",
            vendor=self.slug,
            name=self.name,
            format="statuspage",
            url=url,
            runs_on=self.runs_on,
        )

    def probe(self, name: str) -> Source:
        return Source(
            key=f"probe:{name}",
            vendor=self.slug,
            vendor_name=self.name,
            name=name,
            format="http",
            url=f"https://api.{self.slug}.example/health",
            kind=SourceKind.PROBE,
            interval=RULE.interval,
            components=self.parts[0][:1],
            remind=(),
        )
