"""What goes wrong on a day: chosen by its seed, and so the same whenever it is lived again."""

from __future__ import annotations

from tests.chaos import alone, chats, fleet
from tests.chaos.day import Mishap
from tests.chaos.dice import dice_for

_PLACES = {"fleet": fleet, "alone": alone}
_THERE = (one for there in (fleet, alone) for one in (*there.SHORT, *there.LONG, *there.RARE))
BY_NAME = {one.__name__: one for one in (*_THERE, *chats.ALL)}
# One that is alone waits for clocks, and says less of a fleet, which most of what there is to go wrong is about.
_ALONE = 0.3
_SELDOM = 1 / 12


def place(seed: int, wanted: str = "") -> str:
    """Return where the day is lived: by a fleet, or by one that is alone."""
    return wanted or ("alone" if dice_for(seed, "place").random() < _ALONE else "fleet")


def some(seed: int, where: str, number: int) -> list[Mishap]:
    """Return what goes wrong on one day; what takes long is not there twice."""
    there, dice = _PLACES[where], dice_for(seed, "mishaps")
    long = dice.sample(there.LONG, k=dice.choice((0, 1, 1)))
    if there.RARE and dice.random() < _SELDOM:
        long = [dice.choice(there.RARE)]
    short = [dice.choice(dice.choice((there.SHORT, chats.ALL))) for _ in range(number - len(long))]
    chosen = [*long, *short]
    dice.shuffle(chosen)
    return chosen
