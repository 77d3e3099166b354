"""Where the board is found and who may see it: the table `[board]`, and the secrets that open it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from pydantic import Field

from bot.settings.environment import Environment, token
from bot.settings.fields import WebAddress
from bot.settings.scalars import web_address
from bot.settings.tables import Table
from bot.settings.values import Secret, Settings

SECRET, TOKEN, HEARTBEAT = "SITREP_BOARD_SECRET", "SITREP_BOARD_TOKEN", "SITREP_HEARTBEAT_URL"
# As many bytes as the hash has, as HMAC-SHA256 wants: https://www.rfc-editor.org/rfc/rfc2104#section-3
_SECRET, _TOKEN = 32, 16


class BoardTable(Table):
    """The board: where people find it, and who may look at it."""

    url: WebAddress | None = Field(
        default=None,
        description="The address by which people reach the board, for links to it; without one nothing links to it.",
        examples=['"https://sitrep.example.com"'],
    )
    access: Literal["open", "signed"] = Field(
        default="open",
        description="Who may look: whoever reaches the port, or only who comes by a link of their own from the chat.",
        examples=['"signed"'],
    )


def secret(env: Environment) -> Secret | None:
    """Return what links to the board are signed with."""
    return env.secret(SECRET, _of_length(_SECRET))


def token_of(env: Environment) -> Secret | None:
    """Return what programs send to be let in."""
    return env.secret(TOKEN, _of_length(_TOKEN))


def heartbeat(env: Environment) -> Secret | None:
    """Return the address that is called while all is well."""
    return env.secret(HEARTBEAT, _address)


def missing(settings: Settings) -> tuple[tuple[str, str], ...]:
    """Return the line for a board that nobody could ever look at, after the name of the variable that it wants."""
    if not settings.board_is_signed or settings.board_secret is not None:
        return ()
    wanted = f"set it to at least {_SECRET} random characters"
    return ((SECRET, f'board.access: "signed" needs {SECRET}, which is not set; {wanted}'),)


def _of_length(least: int) -> Callable[[str], str]:
    def read(text: str) -> str:
        if len(token(text)) < least:
            raise ValueError(f"is short enough to be guessed; write at least {least} random characters")
        return text

    return read


def _address(text: str) -> str:
    try:
        return web_address(text)
    except ValueError:
        # What is wrong with it may be a part of the secret, so it is not repeated.
        raise ValueError("is not an http or https address; write it as the service shows it") from None
