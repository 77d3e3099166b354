"""What a seed promises: the same choices, whatever happens when in between."""

from __future__ import annotations

from pathlib import Path

from tests.chaos.day import Day, Instance, routes
from tests.chaos.dice import dice_for
from tests.chaos.mishaps import BY_NAME, place, some
from tests.e2e.statuspage import StatusPage
from tests.e2e.test_killed import Telling, Vendors, vendors
from tests.localdiscord import LocalDiscord
from tests.localslack import LocalSlack

SEED = 4711


def day_of(seed: int, them: Vendors) -> Day:
    """Return a day on which no program runs."""
    slack, discord = LocalSlack(), LocalDiscord()
    routes(them, slack, discord)
    return Day(seed, them, slack, discord, [Instance(Path(f"i{number}"), "") for number in range(3)])


async def choices_of(seed: int, blows: tuple[int, int, int]) -> list[tuple[str, float]]:
    """Return what a day chooses for three mishaps, while the weather blows so many times in the middle of each."""
    async with vendors(5, dice_for(seed, "stories")) as them:
        day = day_of(seed, them)
        them.begin(5)
        chosen = []
        for number, times in enumerate(blows):
            day.turn_to(number)
            victim = day.one().folder.name
            for _ in range(times):
                day.weather.uniform(0.05, 0.4)
                day.step()
            chosen.append((victim, day.dice.uniform(0, 2.5)))
    return chosen


def said_by(page: StatusPage) -> list[tuple[str, list[str], list[str]]]:
    """Return all that a page has said of each incident, without when."""
    return sorted((one.title, [update.body for update in one.updates], one.impacts) for one in page.incidents)


def told_in_turns(telling: list[Telling]) -> None:
    """Tell each story a step further, until all are at their end."""
    while telling:
        telling[:] = [one for one in telling if next(one.story, "the end") != "the end"]


def told_one_by_one(telling: list[Telling]) -> None:
    """Tell each story to its end before the next begins."""
    for one in telling:
        told_in_turns([one])


async def test_two_days_of_one_seed_choose_the_same_even_when_the_weather_draws_more_in_between() -> None:
    still, wild = await choices_of(SEED, (0, 0, 0)), await choices_of(SEED, (3, 50, 7))

    assert still == wild
    assert still != await choices_of(SEED + 1, (0, 0, 0))


async def test_what_one_mishap_draws_changes_nothing_for_the_next() -> None:
    async with vendors(1, dice_for(SEED, "stories")) as them:
        one, other = day_of(SEED, them), day_of(SEED, them)
        for _ in range(9):
            one.dice.random()
        one.turn_to(1)
        other.turn_to(1)

        assert one.dice.random() == other.dice.random()


def test_stories_are_the_same_in_whichever_order_they_are_told() -> None:
    first, second = (Vendors(dice_for(SEED, "stories")) for _ in range(2))
    for them, tell in ((first, told_in_turns), (second, told_one_by_one)):
        them.pages = {f"vendor-{n:02}": StatusPage(f"vendor-{n:02}", LocalSlack().world.clock.now) for n in range(5)}
        them.begin(5)
        tell(them.stories)

    assert [said_by(page) for page in first.pages.values()] == [said_by(page) for page in second.pages.values()]


def test_a_seed_says_where_a_day_is_lived_and_what_goes_wrong() -> None:
    wheres = {place(seed) for seed in range(50)}
    chosen = {one.__name__ for seed in range(300) for where in wheres for one in some(seed, where, 3)}

    assert wheres == {"fleet", "alone"}
    assert chosen == set(BY_NAME)
    assert [some(SEED, "fleet", 3) for _ in range(2)] == [some(SEED, "fleet", 3)] * 2
