"""The words that most formats share, in our terms; a word that no table knows is kept for the operator."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from bot.feeds._text import one_line
from bot.model import ComponentStatus, Impact, State

Word = TypeVar("Word")

MOST_WORDS = 100
_LONGEST_WORD = 80
_OURS_ALONE = {State.SUSPECTED, State.UNKNOWN}
STATES: Mapping[str, State] = {state.value: state for state in State if state not in _OURS_ALONE} | {
    # incident.io's, as others quote them from its widget and its `/proxy`
    "maintenance_scheduled": State.SCHEDULED,
    "maintenance_in_progress": State.IN_PROGRESS,
    "maintenance_complete": State.COMPLETED,
    "maintenance_completed": State.COMPLETED,
}
MAINTENANCE_STATES = frozenset({State.SCHEDULED, State.IN_PROGRESS, State.VERIFYING, State.COMPLETED})
IMPACTS: Mapping[str, Impact] = {impact.value: impact for impact in Impact if impact is not Impact.UNKNOWN}
STATUSES: Mapping[str, ComponentStatus] = {
    status.value: status for status in ComponentStatus if status is not ComponentStatus.UNKNOWN
} | {
    "full_outage": ComponentStatus.MAJOR_OUTAGE,  # incident.io's word
}


class Words:
    """A translator for one payload: an absent word is UNKNOWN, a strange one is UNKNOWN and remembered."""

    def __init__(self) -> None:
        self._unknown: set[str] = set()

    @property
    def unknown(self) -> tuple[str, ...]:
        return tuple(sorted(self._unknown)[:MOST_WORDS])

    def state(self, word: str | None) -> State:
        return self._find(word, STATES) or State.UNKNOWN

    def impact(self, word: str | None) -> Impact:
        return self._find(word, IMPACTS) or Impact.UNKNOWN

    def status(self, word: str | None) -> ComponentStatus:
        return self._find(word, STATUSES) or ComponentStatus.UNKNOWN

    def among(self, word: str | None, table: Mapping[str, Word], otherwise: Word) -> Word:
        """Return what a table of a format's own says of a word; its keys are spelt as `key` spells them."""
        found = self._find(word, table)
        return otherwise if found is None else found

    def _find(self, word: str | None, table: Mapping[str, Word]) -> Word | None:
        found = table.get(word or "")
        if found is None:
            found = table.get(key(word))
        if found is None and word:
            self._unknown.add(one_line(word)[:_LONGEST_WORD])
        return found


def key(word: str | None) -> str:
    """Return a word as the tables spell it: `In progress` is `in_progress`."""
    return (word or "").strip().lower().replace(" ", "_").replace("-", "_")
