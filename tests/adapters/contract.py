"""What every chat platform must do.  The tests of each one subclass this, and set the stage for it:

    class TestConsole(PlatformContract):
        faults = (Fault("the-disk-is-full", TemporaryFailure),)

        @pytest.fixture
        def stage(self, tmp_path: Path) -> Iterator[Stage]:
            yield ConsoleStage(tmp_path)

Nothing here is skipped.  What rings people, or is read by programs, subclasses the parts of it that can be: where there
is no thread, PostContract; where nothing can be read back, SentAgainContract.  What a platform can not do
wrong is not among its `faults`; what it can, is.
"""

from __future__ import annotations

import asyncio
from abc import abstractmethod
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import ClassVar, Protocol

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.core.message import Message, Quote, Tone, line
from bot.errors import MessageGone, NoAnswer, OutOfReach, SitrepError, TemporaryFailure, UnknownOutcome
from bot.model import Ref
from bot.ports import Platform
from tests.adapters.cases import HOSTILE

SINCE = datetime(2000, 1, 1, tzinfo=UTC)
VERBS = ("post", "reply", "edit")


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that can go wrong with a platform, and how each of the `verbs` that meets it must end."""

    name: str
    raises: type[SitrepError]
    retry_after: timedelta | None = None
    verbs: tuple[str, ...] = VERBS


class Stage(Protocol):
    """One platform with the world around it, as its readers see it."""

    platform: Platform
    address: str
    secrets: tuple[str, ...]

    @abstractmethod
    def restarted(self) -> Platform:
        """Return a new adapter in the same world, as after a crash."""
        ...

    @abstractmethod
    def roots(self) -> Sequence[str]:
        """Return what the root messages in the channel say now, oldest first, as plain text."""
        ...

    @abstractmethod
    def thread(self, root: Ref) -> Sequence[str]:
        """Return what a thread says, oldest first, as plain text."""
        ...

    @abstractmethod
    def alive(self) -> Sequence[str]:
        """Return all that was shown and that would act on its reader: mentions, escapes, strangers' markup."""
        ...

    @abstractmethod
    def too_long(self) -> Sequence[str]:
        """Return all that was shown and that is longer than the platform allows."""
        ...

    @abstractmethod
    def goes_wrong(self, fault: str) -> AbstractAsyncContextManager[None]:
        """Let a fault of that name be for the length of the block."""
        ...

    @abstractmethod
    def loses_the_answer(self) -> AbstractAsyncContextManager[None]:
        """Let what is sent in the block arrive, and nobody learn of it."""
        ...


def message(words: str = "Some requests fail.", *, headline: str = "Acme: Errors", broadcast: bool = False) -> Message:
    return Message(
        tone=Tone.MAJOR,
        headline=headline,
        parts=(line("Major · investigating"), Quote(words, "Acme", datetime(2026, 3, 1, 12, tzinfo=UTC))),
        url="https://status.acme.example/incidents/1",
        broadcast=broadcast,
    )


class PostContract:
    """What holds wherever something can be told, also where there are no threads and nothing is changed."""

    faults: ClassVar[tuple[Fault, ...]] = ()

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        if "fault" in metafunc.fixturenames:
            metafunc.parametrize("fault", self.faults, ids=[fault.name for fault in self.faults])

    def test_it_has_a_name_that_destinations_can_begin_with(self, stage: Stage) -> None:
        assert stage.platform.name.isalpha()
        assert stage.platform.name.islower()

    def test_a_reply_may_hold_more_than_a_line(self, stage: Stage) -> None:
        assert stage.platform.longest >= 1_000

    async def test_a_root_is_posted_with_all_that_it_says(self, stage: Stage) -> None:
        await stage.platform.post(stage.address, message(), "key")

        (root,) = stage.roots()
        for words in ("Acme: Errors", "Major · investigating", "Some requests fail.", "status.acme.example"):
            assert words in root

    async def test_many_at_once_all_arrive_once(self, stage: Stage) -> None:
        posts = (stage.platform.post(stage.address, message(f"Word {n}."), f"acme-{n}/root") for n in range(20))
        refs = await asyncio.gather(*posts)

        said = stage.roots()

        assert len(set(refs)) == len(said) == 20
        assert all(sum(f"Word {number}." in root for root in said) == 1 for number in range(20))

    # The same test is run for every platform, which Hypothesis takes for a mistake.
    @settings(
        max_examples=30,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.differing_executors],
    )
    @given(texts=st.lists(st.text(st.characters(exclude_categories=()), max_size=200), min_size=1, max_size=4))
    async def test_any_text_at_all_stays_text(self, stage: Stage, texts: list[str]) -> None:
        for text in texts:
            await stage.platform.post(stage.address, message(text, headline=text), f"key/{texts!r}")

        assert stage.alive() == []

    async def test_a_fault_ends_in_the_error_that_says_what_to_do(self, stage: Stage, fault: Fault) -> None:
        root = await stage.platform.post(stage.address, message(), "root")
        for verb in fault.verbs:
            async with stage.goes_wrong(fault.name):
                with pytest.raises(SitrepError) as caught:
                    await _do(stage, verb, root)

            error = caught.value
            assert _kind(error) is fault.raises
            assert str(error)
            assert "\n" not in str(error)
            assert all(secret not in f"{error!r} {error.__cause__!r}" for secret in stage.secrets)
            if isinstance(error, TemporaryFailure):
                assert error.retry_after == fault.retry_after

    async def test_what_ended_in_an_error_was_not_posted(self, stage: Stage, fault: Fault) -> None:
        root = await stage.platform.post(stage.address, message(), "root")
        before = (list(stage.roots()), list(stage.thread(root)))
        for verb in fault.verbs:
            async with stage.goes_wrong(fault.name):
                with pytest.raises(SitrepError):
                    await _do(stage, verb, root)

        # A root that was deleted is not there any more, and that is all.
        after = (list(stage.roots()), list(stage.thread(root)))
        assert after == before or fault.raises is MessageGone
        assert await stage.platform.find(stage.address, None, "post", SINCE) is None


class SentAgainContract:
    """What holds besides where nothing can be read back: there a step is simply done again."""

    async def test_a_root_that_is_sent_twice_is_there_once(self, stage: Stage) -> None:
        first = await stage.platform.post(stage.address, message(), "acme-1/there/0/root")
        again = await stage.restarted().post(stage.address, message(), "acme-1/there/0/root")

        assert first == again
        assert len(stage.roots()) == 1

    async def test_what_arrived_although_the_answer_was_lost_is_sent_again_and_is_there_once(
        self, stage: Stage
    ) -> None:
        async with stage.loses_the_answer():
            with pytest.raises(UnknownOutcome):
                await stage.platform.post(stage.address, message(), "root")

        assert await stage.platform.find(stage.address, None, "root", SINCE) is None
        await stage.platform.post(stage.address, message(), "root")
        assert len(stage.roots()) == 1


class ThreadContract(PostContract):
    """What holds where there are threads, and roots that change."""

    async def test_a_reply_stands_in_the_thread_and_not_beside_it(self, stage: Stage) -> None:
        root = await stage.platform.post(stage.address, message(), "root")

        await stage.platform.reply(root, message("We found the cause.", headline="Identified"), "reply")

        (reply,) = stage.thread(root)
        assert "Identified" in reply
        assert "We found the cause." in reply
        assert len(stage.roots()) == 1

    async def test_replies_stand_in_the_order_in_which_they_were_sent(self, stage: Stage) -> None:
        root = await stage.platform.post(stage.address, message(), "root")
        for number in range(5):
            await stage.platform.reply(root, message(f"Word {number}."), f"reply-{number}")

        said = stage.thread(root)

        assert [f"Word {number}." in reply for number, reply in enumerate(said)] == [True] * 5

    async def test_each_thread_has_its_own_replies(self, stage: Stage) -> None:
        first = await stage.platform.post(stage.address, message(), "first")
        second = await stage.platform.post(stage.address, message(), "second")
        await stage.platform.reply(first, message("Of the first."), "reply-1")
        await stage.platform.reply(second, message("Of the second."), "reply-2")

        assert [len(stage.thread(first)), len(stage.thread(second))] == [1, 1]
        assert "Of the second." in stage.thread(second)[0]

    async def test_a_reply_that_the_whole_channel_hears_stands_in_the_thread_too(self, stage: Stage) -> None:
        root = await stage.platform.post(stage.address, message(), "root")

        await stage.platform.reply(root, message("All is well again.", broadcast=True), "reply")

        assert "All is well again." in stage.thread(root)[0]

    async def test_an_edit_changes_the_root_and_adds_nothing(self, stage: Stage) -> None:
        root = await stage.platform.post(stage.address, message(), "root")

        await stage.platform.edit(root, message("All is well again."))

        (now,) = stage.roots()
        assert "All is well again." in now
        assert "Some requests fail." not in now
        assert stage.thread(root) == []

    async def test_an_edit_of_a_root_that_replaces_another_says_so_still(self, stage: Stage) -> None:
        earlier = await stage.platform.post(stage.address, message(), "root")
        root = await stage.platform.post(stage.address, message(), "another", earlier)
        said = "was deleted" in stage.roots()[-1]

        await stage.platform.edit(root, message("All is well again."), earlier)

        now = stage.roots()[-1]
        assert "All is well again." in now
        assert ("was deleted" in now) is said

    async def test_an_edit_done_twice_does_no_harm(self, stage: Stage) -> None:
        root = await stage.platform.post(stage.address, message(), "root")
        await stage.platform.edit(root, message("All is well again."))
        once = list(stage.roots())

        await stage.platform.edit(root, message("All is well again."))

        assert list(stage.roots()) == once

    @pytest.mark.parametrize("name", HOSTILE)
    async def test_a_strangers_text_stays_text(self, stage: Stage, name: str) -> None:
        hostile = HOSTILE[name]
        root = await stage.platform.post(stage.address, hostile, "root")
        await stage.platform.reply(root, hostile, "reply")
        await stage.platform.edit(root, hostile)

        assert len(stage.roots()) == len(stage.thread(root)) == 1
        assert stage.alive() == []
        assert stage.too_long() == []

    async def test_when_a_fault_is_over_it_works_again(self, stage: Stage, fault: Fault) -> None:
        root = await stage.platform.post(stage.address, message(), "first")
        async with stage.goes_wrong(fault.name):
            with pytest.raises(SitrepError):
                await _do(stage, fault.verbs[0], root)

        root = await stage.platform.post(stage.address, message("Here we are again."), "second")
        await stage.platform.reply(root, message("We found the cause."), "reply")

        assert "Here we are again." in stage.roots()[-1]
        assert "We found the cause." in stage.thread(root)[-1]


class PlatformContract(ThreadContract):
    """What holds on every chat platform: what was sent can also be found."""

    async def test_a_root_is_found_by_its_key(self, stage: Stage) -> None:
        root = await stage.platform.post(stage.address, message(), "acme-1/root")
        await stage.platform.post(stage.address, message(), "acme-2/root")

        assert await stage.platform.find(stage.address, None, "acme-1/root", SINCE) == root

    async def test_a_reply_is_found_by_its_key(self, stage: Stage) -> None:
        root = await stage.platform.post(stage.address, message(), "root")
        replies = [await stage.platform.reply(root, message(), f"acme-1/{number}") for number in range(3)]

        assert await stage.platform.find(stage.address, root, "acme-1/1", SINCE) == replies[1]

    async def test_what_was_never_sent_is_not_found(self, stage: Stage) -> None:
        before = await stage.platform.find(stage.address, None, "acme-1/1", SINCE)
        root = await stage.platform.post(stage.address, message(), "acme-1/10")
        await stage.platform.reply(root, message(), "acme-1/11")

        assert before is None
        assert await stage.platform.find(stage.address, None, "acme-1/1", SINCE) is None
        assert await stage.platform.find(stage.address, root, "acme-1/1", SINCE) is None

    async def test_after_a_restart_everything_is_still_found(self, stage: Stage) -> None:
        root = await stage.platform.post(stage.address, message(), "root")
        reply = await stage.platform.reply(root, message(), "reply")
        platform = stage.restarted()

        assert await platform.find(stage.address, None, "root", SINCE) == root
        assert await platform.find(stage.address, root, "reply", SINCE) == reply
        assert await platform.find(stage.address, root, "another", SINCE) is None

    async def test_after_a_restart_the_thread_goes_on(self, stage: Stage) -> None:
        root = await stage.platform.post(stage.address, message(), "root")
        platform = stage.restarted()
        found = await platform.find(stage.address, None, "root", SINCE)
        assert found is not None

        await platform.reply(found, message("We found the cause."), "reply")
        await platform.edit(found, message("All is well again."))

        assert "We found the cause." in stage.thread(root)[0]
        assert "All is well again." in stage.roots()[0]

    async def test_what_arrived_although_the_answer_was_lost_is_found(self, stage: Stage) -> None:
        async with stage.loses_the_answer():
            with pytest.raises(UnknownOutcome):
                await stage.platform.post(stage.address, message(), "root")

        root = await stage.platform.find(stage.address, None, "root", SINCE)

        assert root is not None
        assert len(stage.roots()) == 1

    async def test_a_reply_that_arrived_although_the_answer_was_lost_is_found(self, stage: Stage) -> None:
        root = await stage.platform.post(stage.address, message(), "root")
        async with stage.loses_the_answer():
            with pytest.raises(UnknownOutcome):
                await stage.platform.reply(root, message(), "reply")

        found = await stage.platform.find(stage.address, root, "reply", SINCE)

        assert found is not None
        assert len(stage.thread(root)) == 1

    async def test_what_a_stranger_wrote_is_found_like_any_other(self, stage: Stage) -> None:
        for number, hostile in enumerate(HOSTILE.values()):
            await stage.platform.post(stage.address, hostile, f"key-{number}")
        platform = stage.restarted()

        found = [await platform.find(stage.address, None, f"key-{n}", SINCE) for n in range(len(HOSTILE))]

        assert None not in found


def _kind(error: SitrepError) -> type:
    """A platform's own errors count as what they are of; so does what says more of the same."""
    more = {NoAnswer, OutOfReach}
    return next(kind for kind in type(error).__mro__ if kind.__module__ == "bot.errors" and kind not in more)


async def _do(stage: Stage, verb: str, root: Ref) -> None:
    if verb == "post":
        await stage.platform.post(stage.address, message("Never."), "post")
    elif verb == "reply":
        await stage.platform.reply(root, message("Never."), "reply")
    elif verb == "edit":
        await stage.platform.edit(root, message("Never."))
    else:
        raise AssertionError(f"there is no verb {verb}")
