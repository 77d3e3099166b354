"""One step on one platform: done, or, where somebody began it and nobody knows how it went, read back."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import datetime, timedelta

from bot.core import converge
from bot.errors import MessageGone
from bot.gauges import DELIVERY_DELAY, READ_BACK, STEPS, Gauges
from bot.model import Announcement, Intent, Ref, Step, StepKind
from bot.ports import Apart, Platform
from bot.store.announcements import Outcome
from bot.store.errands import Errand
from bot.store.latecomers import Expected

log = logging.getLogger(__name__)

# A platform writes its own time on a message, and its clock is not ours.
CLOCKS_DIFFER = timedelta(minutes=5)


async def read_back(platform: Platform, errand: Errand, now: datetime, gauges: Gauges) -> Announcement:
    """Return the announcement as it is after all: somebody began a step and told nobody how it went.

    A step that seems to have begun later than now was begun when a clock was wrong.
    """
    announcement, unfinished = errand.announcement, errand.unfinished
    if unfinished is None:
        return announcement
    since = min(unfinished.since, now) - CLOCKS_DIFFER
    in_channel = unfinished.kind in {StepKind.POST, StepKind.BROADCAST}
    root = None if in_channel else announcement.root
    address = announcement.destination.address
    ref = await platform.find(address, root, unfinished.key, since)
    gauges.count(READ_BACK, announcement.destination.platform, "no" if ref is None else "yes")
    if ref is None:
        return converge.missed(announcement)
    log.info("already sent key=%s", unfinished.key)
    done = Step(unfinished.kind, unfinished.key, unfinished.through)
    return converge.stepped(announcement, done, ref)


def may_arrive(errand: Errand, outcome: Outcome, now: datetime, *, ours: bool) -> Outcome:
    """Return an outcome with what may reach the chat late, when it is done again already or was another's by then."""
    before, step, intent = errand.announcement, errand.step, errand.unfinished
    if intent is not None:
        in_vain = not ours or outcome.announcement == converge.missed(before)
        intent = intent if in_vain else None
    elif not ours:
        intent = Intent(step.key, step.kind, step.through, errand.until)
    return replace(outcome, late=Expected(before.id, before.generation, intent, now)) if intent else outcome


async def send(platform: Platform, errand: Errand) -> Announcement:
    """Do the step, and return the announcement after it."""
    step, announcement, message = errand.step, errand.announcement, errand.message
    ref: Ref | None = None
    if step.kind is StepKind.POST:
        ref = await platform.post(announcement.destination.address, message, step.key, announcement.earlier)
    elif announcement.root is None:
        raise MessageGone("there is no root to speak under")
    elif step.kind is StepKind.BROADCAST and isinstance(platform, Apart):
        await platform.broadcast(announcement.root, message, step.key)
    elif step.kind is StepKind.EDIT:
        await platform.edit(announcement.root, message, announcement.earlier)
    else:
        await platform.reply(announcement.root, message, step.key)
    return converge.stepped(announcement, step, ref)


def count_done(gauges: Gauges, errand: Errand, now: datetime) -> None:
    """Count a step that was done, and how late it was."""
    count(gauges, errand, "done")
    if (due_at := errand.announcement.due_at) is not None:
        late = max((now - due_at).total_seconds(), 0)
        gauges.measure(DELIVERY_DELAY, late, errand.announcement.destination.platform)


def count(gauges: Gauges, errand: Errand, came_of: str) -> None:
    """Count a step, or the reading back of one, by what `came_of` it: `STEPS` says what there is."""
    kind = (errand.unfinished or errand.step).kind
    gauges.count(STEPS, errand.announcement.destination.platform, kind.value, came_of)
