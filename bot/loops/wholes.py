"""What a message is to have that takes longer to make than a claim may: the summary of a week, a report's files."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace

from bot.core import afterwards
from bot.core.afterwards import Written
from bot.core.holding import Ruling
from bot.errors import Busy, StoreUnavailable
from bot.loops import weekly
from bot.model import StepKind, TimelineEntry
from bot.store.database import Database
from bot.store.errands import Errand

log = logging.getLogger(__name__)

# Makes what goes with the line that posts a report.
Report = Callable[[Errand, TimelineEntry], Awaitable[Written]]


async def made_whole(
    errand: Errand, database: Database, ruling: Ruling, report: Report | None, *, draws: bool
) -> Errand:
    """Return the errand with all that its message is to have, now that it is sent; with pictures if it `draws`.

    Raises Busy while the database is away: it is to wait, and not to be sent without them.
    """
    try:
        if errand.week is None:
            return await _with_files(errand, report)
        return replace(errand, message=await weekly.summary(database, ruling, errand.week, draws=draws))
    except StoreUnavailable as e:
        raise Busy(str(e)) from e


async def _with_files(errand: Errand, report: Report | None) -> Errand:
    """Make the files of a message; what can not be made holds nothing up."""
    entry = afterwards.report_in(errand.step.entries)
    if entry is None or report is None or errand.step.kind is StepKind.BROADCAST:
        return errand
    try:
        posted = await report(errand, entry)
    except StoreUnavailable:
        raise
    except Exception:
        log.exception("its report can not be made incident=%s", errand.announcement.incident)
        return replace(errand, message=afterwards.unmade(errand.message))
    return replace(errand, message=afterwards.with_report(errand.message, errand.step.entries, posted))
