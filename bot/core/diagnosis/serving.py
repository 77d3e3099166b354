"""What is wrong with the port that the board, hooks and metrics are served on, and with who may come to it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.core.diagnosis.finding import Area, Finding, look, wrong


@dataclass(frozen=True, slots=True, kw_only=True)
class Port:
    """What was found at the port.

    `refusal` is why nobody could listen there, `taken_by` which program does, as far as it can be told.  `runs` says
    that a Sitrep of this configuration runs on this machine, or that one has the port; then `lacks` is what it says of
    itself, None if it does not answer at all.  `is_needed` is whether somebody counts on the port: without, Sitrep goes
    on without a board.
    """

    where: str
    refusal: str = ""
    taken_by: str = ""
    runs: bool = False
    lacks: Sequence[str] | None = ()
    is_needed: bool = False


def findings(port: Port, warnings: Sequence[tuple[str, str]]) -> Iterator[Finding]:
    """Return all that is wrong with it; `warnings` are of the board: what is open, and what to do."""
    if port.runs:
        yield from _of_running(port)
    elif port.refusal:
        who = f": {port.taken_by}" if port.taken_by else ""
        kind = wrong if port.is_needed else look
        so = "Sitrep will not start" if port.is_needed else "there will be no board"
        yield kind(Area.BOARD, f"{port.where} is not to be had ({port.refusal}{who}): {so}", "Set PORT, or stop that.")
    for what, do in warnings:
        yield look(Area.BOARD, what, do)


def _of_running(port: Port) -> Iterator[Finding]:
    if port.lacks is None and not port.refusal:
        kind = wrong if port.is_needed else look
        yield kind(
            Area.BOARD,
            f"a Sitrep runs on this machine, and nobody listens on {port.where}",
            "If it is another folder's, start this one's; else its log says why (`no board`), or it has another PORT.",
        )
        return
    if port.lacks is None:
        who = f"; {port.taken_by} has the port" if port.taken_by else ""
        kind = wrong if port.is_needed else look
        yield kind(
            Area.BOARD,
            f"Sitrep runs, and does not answer on {port.where}{who}",
            "Its log says why (`no board`, or a loop that hangs); set PORT to one that is free, and start it anew.",
        )
        return
    for said in port.lacks:
        yield wrong(Area.RUNNING, f"the Sitrep that runs says of itself: {said}", "Its log says more; docs/metrics.md.")
