"""What is counted on days on which both chats keep their limits."""

from __future__ import annotations

from tests.chaos.limits import Refused, are_kept, refused
from tests.localdiscord import LocalDiscord
from tests.localslack import LocalSlack, rate_limited
from tests.localslack.calls import Call


def test_what_a_chat_was_told_to_refuse_is_not_counted() -> None:
    slack, discord = LocalSlack(), LocalDiscord()
    for status, fault in ((200, None), (429, None), (429, rate_limited(1))):
        slack.journal.note(Call(method="chat.postMessage", args={}, at=0, status=status, fault=fault))

    assert list(refused(slack, discord)) == [Refused("Slack", 1, 2), Refused("Discord", 0, 0)]


def test_one_in_ten_is_seldom_and_more_is_not() -> None:
    assert [Refused("Slack", number, 100).is_seldom for number in (0, 10, 11)] == [True, True, False]


def test_some_days_keep_the_limits_and_a_seed_says_which() -> None:
    kept = [are_kept(seed) for seed in range(400)]

    assert 60 < sum(kept) < 140
    assert kept == [are_kept(seed) for seed in range(400)]
