"""Where the board is found, as `sitrep.toml` says: the table `[board]`."""

from __future__ import annotations

from pydantic import Field

from bot.settings.fields import WebAddress
from bot.settings.tables import Table


class BoardTable(Table):
    """The board: where people find it."""

    url: WebAddress | None = Field(
        default=None,
        description="The address by which people reach the board, for links to it; without one nothing links to it.",
        examples=['"https://sitrep.example.com"'],
    )
