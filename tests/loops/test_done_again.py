"""What was looked for in vain is done again as it was, whatever has come in since.

Otherwise nobody could tell that it is there twice.
"""

from __future__ import annotations

import pytest

from bot.core.converge import CATCH_UP_ABOVE
from bot.core.message import Quote
from bot.errors import TemporaryFailure
from bot.store.database import Database
from tests.loops.desk import thread
from tests.loops.overtaken import FIRST, WORDS, Scene

MORE = "A fix is on its way."
CROWD = tuple(f"Update {number}." for number in range(CATCH_UP_ABOVE + 1))


@pytest.fixture
def scene(database: Database) -> Scene:
    return Scene(database)


async def is_under_way(scene: Scene, *words: str) -> None:
    """Some words are sent, nobody hears of them, and they are not there yet."""
    await scene.opens()
    await scene.desk.says(*words)
    scene.late.is_long_under_way()
    await scene.desk.round()


async def arrives(scene: Scene) -> list[int]:
    """All goes on, what was under way arrives, and is looked for; returns how many words each reply has in the end."""
    await scene.desk.settles_in(minutes=1)
    await scene.late.arrives()
    assert await scene.looks_in(FIRST) == 1
    root = scene.fake.root("ops")
    said = thread(root)
    assert len(said) == len(set(said))
    return [sum(isinstance(part, Quote) for part in reply.message.parts) for reply in root.thread]


async def test_what_has_come_in_for_a_crowd_is_not_told_with_it(scene: Scene) -> None:
    await is_under_way(scene, WORDS)
    await scene.desk.says(*CROWD)

    assert await arrives(scene) == [1, len(CROWD)]


async def test_nor_is_what_has_waited_for_long_with_it(scene: Scene) -> None:
    await is_under_way(scene, WORDS)
    await scene.desk.says(MORE)
    scene.desk.clock.move(minutes=20)

    assert await arrives(scene) == [1, 1]


async def test_a_crowd_is_told_again_as_the_same_crowd(scene: Scene) -> None:
    await is_under_way(scene, *CROWD)
    await scene.desk.says(MORE)

    assert await arrives(scene) == [len(CROWD), 1]


async def test_it_stays_what_it_was_when_the_platform_does_not_take_it_at_once(scene: Scene) -> None:
    await is_under_way(scene, WORDS)
    await scene.desk.says(*CROWD)
    scene.desk.clock.move(minutes=1)
    # It is looked for, and then refused.
    await scene.desk.round()
    scene.fake.fails_with(TemporaryFailure("slow down"))
    await scene.desk.round()

    assert await arrives(scene) == [1, len(CROWD)]
