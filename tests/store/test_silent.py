"""A connection that falls silent at the last of what an instance asks while it joins."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import make_url
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.errors import StoreSilent
from bot.store import fleet as living
from tests.chaos.proxy import wire
from tests.databases import Postgres, opened


async def test_who_hears_nothing_when_it_begins_to_listen_is_told_so_and_does_not_wait_for_ever(
    postgres: Postgres, postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(living, "_JOINS_WITHIN", 1.0)
    listen = living.listen
    async with wire(tmp_path, postgres.folder) as line:
        url = make_url(postgres_url).update_query_dict({"host": str(tmp_path)}).render_as_string(hide_password=False)

        async def falls_silent(connection: AsyncConnection, wake: Callable[[], None]) -> None:
            line.silence()
            await listen(connection, wake)

        monkeypatch.setattr(living, "listen", falls_silent)
        async with opened(url) as database:
            with pytest.raises(StoreSilent):
                async with asyncio.timeout(20), living.guard(database, "one", "1", print):
                    pass
