"""What every platform with a wire must do where others may have taken over: whoever has no leave sends nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import ClassVar

from bot.errors import SitrepError
from bot.leave import may_send
from bot.model import Ref
from tests.adapters.contract import VERBS, Stage, message

_ENOUGH = 20
# Once in front of the call, and once when its bytes are about to go out.
_AT_LEAST = 2


class LeaveContract:
    """However late it is that leave is lost, if it is before the first byte nothing is sent."""

    told_by: ClassVar[tuple[str, ...]] = VERBS

    async def test_who_loses_leave_before_the_bytes_go_out_sends_nothing(self, stage: Stage) -> None:
        root = await stage.platform.post(stage.address, message(), "root")
        for verb in self.told_by:
            before = _shown(stage, root)
            lost = 0
            while not await _is_sent(stage, verb, root, asked=lost):
                assert _shown(stage, root) == before, f"{verb}: sent although leave was lost at question {lost + 1}"
                lost += 1
                assert lost < _ENOUGH
            assert _shown(stage, root) != before
            assert lost >= _AT_LEAST, f"{verb}: leave is asked for too early, and not again"


async def _is_sent(stage: Stage, verb: str, root: Ref, *, asked: int) -> bool:
    """Whether it goes through for one who has leave as often as it is `asked`, and not any more from then on."""
    with _leave(asked):
        try:
            if verb == "post":
                await stage.platform.post(stage.address, message(f"Posted {asked}."), f"post-{asked}")
            elif verb == "reply":
                await stage.platform.reply(root, message(f"Replied {asked}."), f"reply-{asked}")
            else:
                await stage.platform.edit(root, message(f"Edited {asked}."))
        except SitrepError:
            return False
    return True


@contextmanager
def _leave(times: int) -> Iterator[None]:
    left = [True] * times
    token = may_send.set(lambda: bool(left and left.pop()))
    try:
        yield
    finally:
        may_send.reset(token)


def _shown(stage: Stage, root: Ref) -> tuple[list[str], list[str]]:
    return list(stage.roots()), list(stage.thread(root))
