"""Whether a vendor calls some of its words the root cause."""

from __future__ import annotations

import pytest

from bot.core.causes import is_headed


@pytest.mark.parametrize(
    "text",
    [
        "**Root Cause:**\nA fault.",
        "Root cause: a fault.",
        "__Preliminary root cause analysis__",
        "We are sorry.\n\n## Root cause\nA fault.",
        "- root-cause -: a fault",
        "INITIAL ROOT CAUSE ANALYSIS",
    ],
)
def test_a_heading_is_known(text: str) -> None:
    assert is_headed(text)


@pytest.mark.parametrize("text", ["a root cause was found", "root cause of it", "", "We seek the root cause: later."])
def test_words_in_a_sentence_are_no_heading(text: str) -> None:
    assert not is_headed(text)


@pytest.mark.parametrize("piece", ["-\n", "-", "_\n", "_", "root cause-", "root cause\n\n-", "\n"])
def test_forty_thousand_signs_do_not_hold_anybody_up(piece: str) -> None:
    """This would not come to an end where each line is begun anew from every one before it."""
    found = is_headed("x" + piece * (40_000 // len(piece)) + "x")

    assert found is ("cause\n" in piece)
