"""Days on which both chats keep the limits that the real ones have: how often they had to refuse something."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus

from tests.chaos.dice import dice_for
from tests.localdiscord import LocalDiscord
from tests.localslack import LocalSlack

# They take longer.
_SOME = 1 / 4
# Of the calls of a day.  Who is killed forgets what he has sent, and whoever takes over does not know it: on fourteen
# days it was one in 28 at most.
_SELDOM = 1 / 10


@dataclass(frozen=True, slots=True)
class Refused:
    """How many of all calls a chat refused of itself, because there were too many."""

    chat: str
    number: int
    of: int

    def __str__(self) -> str:
        return f"{self.chat} refused {self.number} of {self.of}"

    @property
    def is_seldom(self) -> bool:
        return self.number <= self.of * _SELDOM


def are_kept(seed: int) -> bool:
    """Whether both chats keep their limits on the day of a seed."""
    return dice_for(seed, "limits").random() < _SOME


def refused(slack: LocalSlack, discord: LocalDiscord) -> Iterator[Refused]:
    """Yield what either chat had to refuse; what it was told to refuse is not counted."""
    of_slack = [one.status for one in slack.journal.calls if one.fault is None]
    yield Refused("Slack", of_slack.count(HTTPStatus.TOO_MANY_REQUESTS), len(of_slack))
    of_discord = [one.status for one in discord.journal.calls if one.fault is None]
    yield Refused("Discord", of_discord.count(HTTPStatus.TOO_MANY_REQUESTS), len(of_discord))
