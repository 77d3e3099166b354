"""Days on which both chats keep the limits that the real ones have: how often they had to refuse something."""

from __future__ import annotations

from http import HTTPStatus

from tests.chaos.dice import dice_for
from tests.localdiscord import LocalDiscord
from tests.localslack import LocalSlack

# They take longer.
_SOME = 1 / 4


def are_kept(seed: int) -> bool:
    """Whether both chats keep their limits on the day of a seed."""
    return dice_for(seed, "limits").random() < _SOME


def refused(slack: LocalSlack, discord: LocalDiscord) -> dict[str, tuple[int, int]]:
    """Return how many calls each chat refused of itself because there were too many, and of how many."""
    calls = {"Slack": slack.journal.calls, "Discord": discord.journal.calls}
    return {
        name: (sum(one.status == HTTPStatus.TOO_MANY_REQUESTS and one.fault is None for one in those), len(those))
        for name, those in calls.items()
    }
