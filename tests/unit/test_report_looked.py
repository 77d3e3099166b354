"""What a report says of what nobody looks at any more, and of words that a vendor itself heads as the root cause."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.core.report.facts import facts
from bot.model import ChangeKind, State
from tests.unit.build import at
from tests.unit.pictured import material
from tests.unit.story import Story
from tests.unit.test_report import answers, known


def test_what_nobody_looks_at_any_more_is_told_as_of_the_last_look() -> None:
    found = facts(material(Story().vendor(0), until=30), at(5000))

    assert (found.seen_at, found.whole.lasted, found.is_unseen) == (at(30), timedelta(minutes=30), True)
    assert "when it was last looked at, 30 min later" in found.summary
    assert answers(found)["How long"].endswith("it was not over then")
    assert [one.text for one in found.follow_ups] == [
        "How it stands now is not known: the last look at it was at 2026-03-01 12:30 UTC."
    ]


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("**Root Cause:** A bad route.", "published at 2026-03-01 13:30 UTC"),
        ("We looked for the root cause, and found it.", "None is marked as such as of 2026-03-01 15:20 UTC"),
    ],
)
def test_words_after_the_end_are_a_root_cause_where_the_vendor_heads_them_so(text: str, answer: str) -> None:
    story = Story().vendor(0).vendor(60, State.RESOLVED, kind=ChangeKind.RESOLVED).vendor(90, State.RESOLVED)
    story.entries[-1] = replace(story.entries[-1], text=text)

    assert answers(known(story, at(200)))["Root cause"].startswith(answer)
