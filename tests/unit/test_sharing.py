"""Which instance tells which channel."""

from __future__ import annotations

from collections import Counter

from bot.core.sharing import SHARDS, mine, shard_of

CREW = ("one", "two", "three")


def owners(crew: tuple[str, ...]) -> dict[int, str]:
    found = [(shard, me) for me in crew for shard in mine(me, crew)]
    assert len(found) == SHARDS
    return dict(found)


def test_every_share_has_exactly_one_instance() -> None:
    assert sorted(owners(CREW)) == list(range(SHARDS))


def test_alone_an_instance_has_them_all() -> None:
    assert mine("one", ()) == tuple(range(SHARDS))


def test_when_one_goes_only_its_own_shares_move() -> None:
    before, after = owners(CREW), owners(CREW[:2])

    assert {shard for shard in before if before[shard] != after[shard]} == {s for s in before if before[s] == "three"}


def test_shares_are_about_equal() -> None:
    counts = Counter(owners(CREW).values())

    assert min(counts.values()) > SHARDS / len(CREW) / 2


def test_destinations_are_spread_over_all_shares() -> None:
    used = {shard_of(f"slack:C{number:09}") for number in range(4000)}

    assert used == set(range(SHARDS))
