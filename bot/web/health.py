"""`/healthz` and `/readyz`: whether we live, and whether we do our work; plain text, nothing secret, for whoever asks.

Their names and meanings are those of https://kubernetes.io/docs/reference/using-api/health-checks/
"""

from __future__ import annotations

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from bot.vitals import Vitals


def routes(vitals: Vitals) -> list[Route]:
    """Return what is served of it."""

    async def healthz(request: Request) -> PlainTextResponse:
        del request
        return _said(vitals.ills(), vitals.waits())

    async def readyz(request: Request) -> PlainTextResponse:
        del request
        return _said(await vitals.lacks())

    return [Route("/healthz", healthz), Route("/readyz", readyz)]


def _said(lines: Sequence[str], remarks: Sequence[str] = ()) -> PlainTextResponse:
    """Whoever is well may have remarks all the same: what a restart would not mend."""
    text = "".join(f"{' '.join(line.split())}\n" for line in (*(lines or ("ok",)), *remarks))
    return PlainTextResponse(text, 503 if lines else 200, headers={"cache-control": "no-store"})
