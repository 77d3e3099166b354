"""Whatever happens in between, a channel ends up showing the truth: each entry once, in order, the root current."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import Enum

from hypothesis import given
from hypothesis import strategies as st

from bot.core import converge, replies, wording
from bot.core.converge import CATCH_UP_ABOVE, begun, missed, next_step, stepped, unbegun, without_root
from bot.core.message import fingerprint, plain
from bot.model import (
    Announcement,
    AnnouncementState,
    ChangeKind,
    Impact,
    Incident,
    Intent,
    Ref,
    State,
    Statement,
    Step,
    StepKind,
    TimelineEntry,
    Transition,
)
from tests.unit.build import NOON, announcement, at, entry, incident

LONGEST = 4000


class Luck(Enum):
    """What becomes of one try."""

    WELL = "it is posted and noted"
    REFUSED = "nothing is posted"
    ANSWER_LOST = "it is posted, and nobody hears of it"
    DIED_BEFORE = "the process dies before it sends"
    DIED_AFTER = "the process dies after it has sent"
    ROOT_DELETED = "somebody deletes the root first"
    UNDER_WAY = "it arrives when nobody waits for it any more"


@dataclass(slots=True)
class Channel:
    """A platform that keeps what it was sent; roots and replies by their keys."""

    roots: list[str] = field(default_factory=list)
    root_hash: str = ""
    replies: dict[str, tuple[int, ...]] = field(default_factory=dict)
    aloud: dict[str, int] = field(default_factory=dict)

    def takes(self, step: Step, shown: str) -> Ref:
        if step.kind is StepKind.POST:
            self.roots.append(step.key)
        elif step.kind is StepKind.BROADCAST:
            assert step.key not in self.aloud, "said aloud twice"
            assert step.through not in self.thread, "the thread has it before the channel has heard it"
            self.aloud[step.key] = step.through
        elif step.kind is not StepKind.EDIT:
            assert step.key not in self.replies, "posted twice"
            self.replies[step.key] = tuple(one.seq for one in step.entries)
        if step.kind in {StepKind.POST, StepKind.EDIT}:
            self.root_hash = shown
        return Ref(step.key)

    def finds(self, key: str) -> Ref | None:
        return Ref(key) if key in {*self.replies, *self.roots, *self.aloud} else None

    @property
    def thread(self) -> list[int]:
        return [seq for seqs in self.replies.values() for seq in seqs]


@dataclass(slots=True)
class Delivery:
    """What the deliver loop and the store do, with luck handed in."""

    channel: Channel = field(default_factory=Channel)
    told: Announcement = field(default_factory=announcement)
    entries: list[TimelineEntry] = field(default_factory=list)
    steps: int = 0
    apart: bool = False
    late: list[Step] = field(default_factory=list)

    @property
    def truth(self) -> Incident:
        last = self.entries[-1]
        words = Statement(text=last.text, author="Acme", at=last.happened_at) if last.text else None
        return replace(incident(), state=last.state, impact=last.impact, latest=words, last_seq=last.seq)

    def goes_on(self, luck: Luck = Luck.WELL) -> bool:
        """Do one step, if there is one to do; returns whether there was."""
        unsent = [one for one in self.entries if one.seq > self.told.last_seq]
        step = next_step(self.told, self.truth, unsent, longest=LONGEST, apart=self.apart)
        if step is None:
            return False
        self.steps += 1
        intent = self.told.intent
        if intent is not None and not intent.missed and intent.kind is not StepKind.EDIT:
            self._read_back(intent, luck)
            return True
        self._try(step, luck)
        return True

    def _read_back(self, intent: Intent, luck: Luck) -> None:
        in_channel = intent.kind in {StepKind.POST, StepKind.BROADCAST}
        if luck is Luck.ROOT_DELETED and not in_channel:
            self.channel.replies.pop(intent.key, None)
            self.told = without_root(self.told)
            return
        if luck is Luck.REFUSED:
            return
        ref = self.channel.finds(intent.key)
        done = Step(intent.kind, intent.key, intent.through)
        self.told = missed(self.told) if ref is None else stepped(self.told, done, ref)

    def _try(self, step: Step, luck: Luck) -> None:
        before = self.told
        self.told = begun(before, step, NOON)
        if luck is Luck.UNDER_WAY:
            self.late.append(step)
        if luck in {Luck.DIED_BEFORE, Luck.UNDER_WAY}:
            return
        if luck is Luck.REFUSED:
            self.told = replace(unbegun(before), attempts=before.attempts + 1)
            return
        if luck is Luck.ROOT_DELETED and step.kind is not StepKind.POST:
            self.told = without_root(self.told)
            return
        ref = self.channel.takes(step, fingerprint(wording.root(self.truth)))
        if luck in {Luck.ANSWER_LOST, Luck.DIED_AFTER}:
            return
        self.told = stepped(self.told, step, ref)

    def is_there_twice(self, late: Step) -> bool:
        """Whether what arrives late says in the thread, or in the channel, what was said there again."""
        generation = late.key.split("/")[-2]
        return late.kind is not StepKind.EDIT and generation == str(self.told.generation)

    def comes_to_rest(self) -> None:
        limit = self.steps + 4 * len(self.entries) + 10
        while self.goes_on():
            assert self.steps < limit, "it never ends"


def news(seq: int, kind: str) -> TimelineEntry:
    """Return the next entry of a timeline."""
    if kind == "quiet":
        return entry(seq, quiet=True, said=None)
    if kind == "rise":
        rise = (Transition("impact", "minor", "major"),)
        return entry(seq, kind=ChangeKind.IMPACT_CHANGED, said=None, impact=Impact.MAJOR, transitions=rise)
    if kind == "end":
        return entry(seq, "It is over.", kind=ChangeKind.RESOLVED, said=State.RESOLVED, state=State.RESOLVED)
    return entry(seq, f"Update number {seq}. " + "Long. " * (300 if kind == "long" else 0))


kinds = st.sampled_from(["words", "words", "words", "long", "quiet", "rise", "end"])
rounds = st.lists(st.tuples(st.lists(kinds, max_size=14), st.lists(st.sampled_from(Luck), max_size=8)), max_size=6)


@given(rounds, st.booleans())
def test_from_any_crash_point_the_root_is_current_and_the_thread_complete(
    history: list[tuple[list[str], list[Luck]]],
    apart: bool,  # noqa: FBT001  (hypothesis hands it in)
) -> None:
    delivery = Delivery(entries=[entry(1, kind=ChangeKind.OPENED, said=None)], apart=apart)

    for arriving, lucks in history:
        for kind in arriving:
            delivery.entries.append(news(len(delivery.entries) + 1, kind))
        for luck in lucks:
            delivery.goes_on(luck)
    delivery.comes_to_rest()

    loud = [one.seq for one in delivery.entries if one.seq > 1 and not one.quiet]
    assert delivery.channel.thread == loud
    assert delivery.channel.root_hash == fingerprint(wording.root(delivery.truth))
    assert len(delivery.channel.roots) == len(set(delivery.channel.roots)) == delivery.told.generation + 1
    heard = [one.seq for one in delivery.entries if one.seq > 1 and not one.quiet and replies.is_broadcast(one)]
    assert list(delivery.channel.aloud.values()) == (heard if apart else [])
    # Whatever arrives now stands there by the same name already, or under a root that is gone.
    assert all(delivery.channel.finds(one.key) for one in delivery.late if delivery.is_there_twice(one))


@given(st.lists(kinds, min_size=1, max_size=30))
def test_what_the_whole_channel_must_hear_is_never_hidden_in_a_crowd(arriving: list[str]) -> None:
    delivery = Delivery(entries=[entry(1, kind=ChangeKind.OPENED, said=None)])
    delivery.entries += [news(number + 2, kind) for number, kind in enumerate(arriving)]

    delivery.comes_to_rest()

    crowds = [seqs for seqs in delivery.channel.replies.values() if len(seqs) > 1]
    broadcast = {one.seq for one in delivery.entries if replies.is_broadcast(one)}
    assert not any(broadcast & set(seqs) for seqs in crowds)


def test_the_root_comes_before_its_thread_and_the_thread_before_its_edit() -> None:
    delivery = Delivery(entries=[entry(1, kind=ChangeKind.OPENED, said=None)])
    steps = []
    for seq in (2, 3):
        while (step := next_step(delivery.told, delivery.truth, delivery.entries, longest=LONGEST)) is not None:
            steps.append(step.kind)
            delivery.goes_on()
        delivery.entries.append(entry(seq, f"Update {seq}."))
    delivery.comes_to_rest()

    assert steps == [StepKind.POST, StepKind.REPLY, StepKind.EDIT]


def test_where_the_channel_is_told_by_itself_it_hears_it_before_the_thread_has_it() -> None:
    told = replace(announcement(), root=Ref("r"), last_seq=1)
    crowd = [entry(2, "Still looking."), news(3, "end")]
    steps = []
    while (step := next_step(told, incident(), crowd, longest=LONGEST, apart=True)) and step.entries:
        steps.append((step.kind, step.through))
        told = stepped(told, step, None)

    assert steps == [(StepKind.REPLY, 2), (StepKind.BROADCAST, 3), (StepKind.REPLY, 3)]


def test_a_channel_that_has_heard_it_does_not_hear_it_again_under_a_new_root() -> None:
    heard = replace(announcement(), root=Ref("r"), last_seq=2, heard=3)
    again = replace(without_root(heard), root=Ref("s"))

    step = next_step(again, incident(), [news(3, "end")], longest=LONGEST, apart=True)

    assert step is not None
    assert step.kind is StepKind.REPLY


def test_a_channel_hears_of_what_is_told_late_only_what_it_has_not_heard() -> None:
    told = replace(announcement(), root=Ref("r"), last_seq=1, heard=2)
    heard_all = [news(2, "end"), entry(3, "It is over.")]
    heard_some = [news(2, "rise"), entry(3, "A fix is out."), news(4, "end")]

    late = at(24 * 60)
    steps = [
        next_step(told, incident(), some, longest=LONGEST, apart=True, now=late) for some in (heard_all, heard_some)
    ]

    assert [(one.kind, [told.seq for told in one.entries]) for one in steps if one] == [
        (StepKind.CATCH_UP, [2, 3]),
        (StepKind.BROADCAST, [3, 4]),
    ]


def test_a_night_offline_becomes_a_few_messages() -> None:
    delivery = Delivery(entries=[entry(1, kind=ChangeKind.OPENED, said=None)])
    delivery.entries += [entry(seq, f"Update {seq}.") for seq in range(2, 42)]

    delivery.comes_to_rest()

    assert len(delivery.channel.replies) == 1


def test_what_was_held_back_for_long_is_told_in_one_message_that_the_channel_hears() -> None:
    told = replace(announcement(), root=Ref("r"), last_seq=1)
    held = [entry(2, "Still looking."), news(3, "rise"), entry(4, "A fix is out."), news(5, "end")]

    soon = next_step(told, incident(), held, longest=LONGEST, now=held[0].recorded_at + converge.LATE)
    late = [next_step(told, incident(), held, longest=LONGEST, now=at(24 * 60), apart=apart) for apart in (False, True)]

    assert soon is not None
    assert [one.seq for one in soon.entries] == [2]
    assert [(one.kind, one.through) for one in late if one] == [(StepKind.CATCH_UP, 5), (StepKind.BROADCAST, 5)]
    assert all(converge.message_for(one, incident()).broadcast for one in late if one)


def test_one_entry_that_was_held_back_is_told_as_always() -> None:
    told = replace(announcement(), root=Ref("r"), last_seq=1)

    step = next_step(told, incident(), [entry(2, "Still looking.")], longest=LONGEST, now=at(24 * 60))

    assert step is not None
    assert step.kind is StepKind.REPLY


def test_a_few_updates_are_told_one_by_one() -> None:
    delivery = Delivery(entries=[entry(1, kind=ChangeKind.OPENED, said=None)])
    delivery.entries += [entry(seq, f"Update {seq}.") for seq in range(2, 2 + CATCH_UP_ABOVE)]

    delivery.comes_to_rest()

    assert len(delivery.channel.replies) == CATCH_UP_ABOVE


@given(st.lists(kinds, min_size=CATCH_UP_ABOVE + 1, max_size=30), st.integers(100, 4000))
def test_a_crowd_is_no_longer_than_the_platform_allows(arriving: list[str], longest: int) -> None:
    crowd = [news(number + 2, kind) for number, kind in enumerate(arriving)]
    told = replace(announcement(), root=Ref("r"), last_seq=1)

    while (step := next_step(told, incident(), crowd, longest=longest)) is not None and step.entries:
        told = stepped(told, step, None)

        assert len(step.entries) == 1 or len(plain(converge.message_for(step, incident()))) <= longest


def test_what_was_cut_off_follows_in_the_next_crowd() -> None:
    crowd = [entry(seq, "Long. " * 100) for seq in range(2, 30)]

    step = next_step(replace(announcement(), root=Ref("r"), last_seq=1), incident(), crowd, longest=2000)

    assert step is not None
    assert step.kind is StepKind.CATCH_UP
    assert step.through == step.entries[-1].seq < 29


def test_what_is_parked_or_given_up_is_left_alone() -> None:
    for state in (AnnouncementState.PARKED, AnnouncementState.DEAD):
        parked = replace(announcement(), state=state)

        assert next_step(parked, incident(), [entry(2, "News.")], longest=LONGEST) is None


def test_the_same_step_has_the_same_key_and_another_one_another() -> None:
    opened = replace(announcement(), root=Ref("r"), last_seq=1)
    first, again = (next_step(opened, incident(), [entry(2, "News.")], longest=LONGEST) for _ in range(2))
    later = next_step(replace(opened, last_seq=2), incident(), [entry(3, "More.")], longest=LONGEST)

    assert first is not None
    assert again is not None
    assert later is not None
    assert first.key == again.key != later.key


def test_an_edit_that_may_have_been_made_is_made_again_although_the_incident_is_as_it_was() -> None:
    shown = incident()
    posted = replace(announcement(), root=Ref("r"), last_seq=1, root_hash=fingerprint(wording.root(shown)))
    edit = next_step(posted, replace(shown, title="Outage"), [], longest=LONGEST)
    assert edit is not None

    again = next_step(begun(posted, edit, NOON), shown, [], longest=LONGEST)

    assert again is not None
    assert again.kind is StepKind.EDIT


def test_a_root_says_nothing_that_changes_with_the_time() -> None:
    shown = replace(incident(), started_at=at(-600))

    assert fingerprint(wording.root(shown)) == fingerprint(wording.root(shown))
    assert "min" not in plain(wording.root(shown)).replace("Minor", "")
