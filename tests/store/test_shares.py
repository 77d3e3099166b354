"""Each channel is one instance's, among several; what it could not tell may be anybody's."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot.core.sharing import shard_of
from bot.store import announcements, shares
from bot.store.announcements import Outcome
from bot.store.database import Database
from bot.store.errands import Errand
from tests.store.world import LEADS, LEASE, NOW, OPS, opened

ROOM, LONGEST = {"fake": 10}, {"fake": 3000}
OURS, THEIRS = [shard_of(str(OPS))], [shard_of(str(LEADS))]


async def taken(database: Database, owner: str, shards: list[int]) -> list[Errand]:
    found = await announcements.claim_due(database, owner, NOW, room=ROOM, longest=LONGEST, lease=LEASE, shards=shards)
    return list(found)


async def test_each_tells_its_own_channels(database: Database) -> None:
    await opened(database, to=(OPS, LEADS))
    ours, theirs = await taken(database, "one", OURS), await taken(database, "two", THEIRS)

    assert [errand.announcement.destination for errand in (*ours, *theirs)] == [OPS, LEADS]


async def test_what_one_could_not_tell_another_does(database: Database) -> None:
    await opened(database, to=(OPS,))
    (errand,) = await taken(database, "one", OURS)
    failed = replace(errand.announcement, attempts=2, error="Slack can not be reached")
    await announcements.record(database, [Outcome(announcement=failed, revision=errand.revision, due_at=NOW)])

    assert await announcements.next_due(database, NOW - timedelta(seconds=1), ["fake"], THEIRS) == NOW
    (again,) = await taken(database, "two", THEIRS)
    assert again.announcement.destination == OPS
    assert await taken(database, "one", OURS) == []


async def test_what_failed_once_is_left_to_who_knows_the_channel(database: Database) -> None:
    await opened(database, to=(OPS,))
    (errand,) = await taken(database, "one", OURS)
    failed = replace(errand.announcement, attempts=1, error="HTTP 503")
    await announcements.record(database, [Outcome(announcement=failed, revision=errand.revision, due_at=NOW)])

    assert await taken(database, "two", THEIRS) == []
    assert len(await taken(database, "one", OURS)) == 1


async def test_what_is_due_to_one_that_reaches_no_chat_is_anybodys(database: Database) -> None:
    await opened(database, to=(OPS, LEADS))
    await shares.hand_over(database, ["fake"], OURS, NOW)

    assert [errand.announcement.destination for errand in await taken(database, "two", THEIRS)] == [OPS, LEADS]


async def test_what_is_elsewhere_or_not_due_yet_is_not_handed_over(database: Database) -> None:
    await opened(database, to=(OPS,))
    await shares.hand_over(database, ["another"], OURS, NOW)
    await shares.hand_over(database, ["fake"], OURS, NOW - timedelta(hours=1))

    assert await taken(database, "two", THEIRS) == []


async def test_what_is_under_way_is_not_handed_over(database: Database) -> None:
    await opened(database, to=(OPS,))
    await taken(database, "one", OURS)
    await shares.hand_over(database, ["fake"], OURS, NOW)

    assert (await announcements.of_incident(database, "acme-1"))[0].attempts == 0
