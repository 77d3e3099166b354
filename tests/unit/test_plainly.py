"""Plain words: no evidence, no ids, no engineers' talk."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.core import plain_replies, plainly, wording
from bot.core.converge import next_step
from bot.core.message import fingerprint, plain
from bot.core.wordings import ENGINEER, STAKEHOLDER
from bot.model import Announcement, ChangeKind, Destination, Incident, Ref, StepKind
from tests.adapters.held import OVER, SUSPECTED, SWITCHED, THREAD, TROUBLE
from tests.unit.build import NOON, at, entry

POSTED = Announcement(
    id=1,
    incident="acme-1",
    destination=Destination("slack", "C1"),
    due_at=NOON,
    root=Ref("1"),
    last_seq=1,
    root_hash=fingerprint(plainly.root(TROUBLE)),
)


@pytest.mark.parametrize("about", [TROUBLE, SWITCHED, OVER, SUSPECTED])
def test_neither_evidence_nor_an_id_is_in_it(about: Incident) -> None:
    text = plain(plainly.root(about))

    assert about.id not in text
    assert "probes" not in text
    assert [one.label for one in plainly.root(about).controls] == ["Details"]


def test_each_sort_of_readers_has_a_root_of_its_own() -> None:
    entries = (entry(1), entry(2, kind=ChangeKind.NOTED))

    def step(root: str, *, plainly_said: bool) -> object:
        posted = replace(POSTED, root_hash=root)
        words = STAKEHOLDER if plainly_said else ENGINEER
        return next_step(posted, TROUBLE, words.told(entries), longest=4_000, words=words)

    assert step(POSTED.root_hash, plainly_said=True) is None
    for_engineers = step(fingerprint(wording.root(TROUBLE)), plainly_said=False)
    assert getattr(for_engineers, "kind", None) is StepKind.REPLY


@pytest.mark.parametrize(
    "kind",
    [
        ChangeKind.NOTED,
        ChangeKind.LINKED,
        ChangeKind.CARD,
        ChangeKind.ESCALATED,
        ChangeKind.NUDGED,
        ChangeKind.SEEN,
        ChangeKind.WEIGHED,
        ChangeKind.MUTED,
        ChangeKind.AFFECTED,
    ],
)
def test_what_is_for_engineers_is_passed_over(kind: ChangeKind) -> None:
    (one,) = plain_replies.told([entry(2, kind=kind)])

    assert one.quiet


def test_what_is_told_is_told_once_and_as_loud_as_for_engineers() -> None:
    for one in plain_replies.told(THREAD):
        assert not one.quiet
        assert plain_replies.reply(one, TROUBLE).broadcast == ENGINEER.reply(one, TROUBLE).broadcast


def test_the_vendors_words_are_quoted_as_they_are() -> None:
    assert "“We have found the cause.”" in plain(plain_replies.reply(THREAD[0], TROUBLE))


def test_a_promise_is_shown_as_long_as_it_goes_on() -> None:
    assert "Next update, as Acme has promised: 2026-03-01 12:35 UTC" in plain(plainly.root(TROUBLE))
    over = replace(TROUBLE, state=OVER.state, resolved_at=at(0) + timedelta(hours=1))
    assert "promised" not in plain(plainly.root(over))
