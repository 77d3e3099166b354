"""Workspaces that have let us in, and what they handed us for it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, delete, select

from bot.ports import Installations
from bot.store import passes
from bot.store.database import Database, impatient, insert_into
from bot.store.tables import INSTALLATION

_PATIENCE = 1.0


class Kept(Installations):
    """The installations of one platform, in our database."""

    def __init__(self, database: Database, platform: str) -> None:
        """Look at nothing yet."""
        self._database = database
        self._platform = platform

    async def find(self, workspace: str) -> str | None:
        """Return what was saved of a workspace, None if nothing was."""
        query = select(INSTALLATION.c.body).where(*self._of(workspace))
        # It is asked for before anybody is answered, and Slack waits three seconds for all of it.
        with impatient(_PATIENCE):
            found: str | None = await self._database.read(lambda connection: connection.execute(query).scalar())
        return found

    async def save(self, workspace: str, body: str) -> None:
        """Keep `body`, in place of what was kept."""
        engine = "sqlite" if self._database.is_sqlite else "postgresql"
        put = insert_into(engine, INSTALLATION).values(platform=self._platform, workspace=workspace, body=body)
        put = put.on_conflict_do_update(index_elements=["platform", "workspace"], set_={"body": body})
        await self._database.write(lambda connection: connection.execute(put))

    async def drop(self, workspace: str) -> None:
        """Forget a workspace."""
        gone = delete(INSTALLATION).where(*self._of(workspace))
        await self._database.write(lambda connection: connection.execute(gone))

    async def spend(self, mark: str, now: datetime, until: datetime) -> bool:
        """Whether something that is good once was good until now, in whichever instance."""
        return await passes.spend_mark(self._database, f"{self._platform}:{mark}", now, until)

    def _of(self, workspace: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
        return INSTALLATION.c.platform == self._platform, INSTALLATION.c.workspace == workspace
