"""A world for every story, and databases to live in."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.databases import migrated_file, postgres, postgres_url, sqlite_url
from tests.stories.world import World, living

__all__ = ["migrated_file", "postgres", "postgres_url", "sqlite_url"]


@pytest.fixture
async def world(tmp_path: Path, sqlite_url: str) -> AsyncIterator[World]:
    async with living(tmp_path, sqlite_url) as one:
        yield one
