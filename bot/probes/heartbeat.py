"""A job of ours that calls in when it has run: what is checked is that it does (see bot/core/heartbeat.py)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated

from pydantic import BeforeValidator, Field

from bot.model import ProbeResult
from bot.ports import Setup, Web
from bot.probes._keys import REFERENCE, Keys, Span


def _variable(value: object) -> str:
    found = REFERENCE.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is None:
        raise ValueError(
            'is no reference to a variable; write for example token = "${SITREP_BACKUP_TOKEN}", and the secret itself '
            "into the environment or .env"
        )
    return found[1]


class Options(Keys):
    """How often it calls, how late it may be, how long it may run, and how it is known."""

    every: Span = Field(description="How often the job is expected to call.", examples=['"1h"'])
    grace: Span = Field(
        default=timedelta(minutes=5),
        description='How late it may be before that is told; default "5m".',
        examples=['"5m"'],
    )
    at_most: Span | None = Field(
        default=None,
        description="How long a run may take, of a job that tells its start; default `every` and `grace` together.",
        examples=['"30m"'],
    )
    token: Annotated[str, BeforeValidator(_variable)] = Field(
        description="The variable that holds the secret in the job's address; at least 16 characters.",
        examples=['"${SITREP_BACKUP_TOKEN}"'],
    )


def read_target(text: str) -> None:
    """Raise ValueError: nobody goes there, it comes here."""
    raise ValueError(f"a heartbeat has no target: the job calls in; leave {text!r} out")


async def check(setup: Setup, _web: Web, at: datetime) -> ProbeResult:
    """Nothing can be asked of a job that calls in by itself: to try is an error of ours."""
    raise NotImplementedError(f"a heartbeat is not checked at {at} ({setup.target}): it calls in")
