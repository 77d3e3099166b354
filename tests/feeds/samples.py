"""The payloads under tests/data/feeds, and the source that they are read for."""

from __future__ import annotations

from pathlib import Path

from bot.model import Source

ROOT = Path(__file__).parent.parent / "data" / "feeds"
CASES = sorted(path for path in ROOT.glob("*/*") if not path.name.endswith(".expected.json"))


def source(name: str, url: str = "https://status.acme.example") -> Source:
    return Source(key="acme", vendor="acme", name="Acme", format=name, url=url)


def body(name: str, case: str) -> bytes:
    return next(path for path in CASES if path.parent.name == name and path.stem == case).read_bytes()


def expectation(path: Path) -> Path:
    return path.with_name(f"{path.stem}.expected.json")
