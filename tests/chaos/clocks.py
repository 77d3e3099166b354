"""Clocks that are wrong: by how much, and who begins with one."""

from __future__ import annotations

from pathlib import Path
from random import Random

from tests.chaos.day import Day, Instance, Mishap, unread
from tests.e2e.program import until
from tests.e2e.warm import CLOCK

_SECONDS, _HOURS, _MONTHS = 20, 3 * 3_600, 90 * 86_400
_OTHERWISE = {'interval = "5s"': 'interval = "6s"', 'interval = "6s"': 'interval = "5s"'}


def far(dice: Random) -> int:
    """Return by how many seconds somebody sets a clock."""
    return dice.choice((-1, 1)) * dice.choice((_SECONDS, _HOURS, _HOURS, _MONTHS))


def a_right_one(folder: Path) -> dict[str, str]:
    """Return what lets a program in this folder have a clock that can be set."""
    file = folder / "clock"
    file.write_text("0", encoding="utf-8")
    return {CLOCK: str(file)}


def put(one: Instance, by: int) -> None:
    """Let the clock of a program be wrong by so many seconds from now on."""
    file, new = Path(one.more[CLOCK]), Path(f"{one.more[CLOCK]}.new")
    new.write_text(str(by), encoding="utf-8")
    new.replace(file)


async def begins_with_a_wrong_clock(day: Day) -> None:
    """One of several begins anew with a clock that is wrong by hours, perhaps as the first that watches otherwise.

    All go by the time of their database, so that nothing comes of it.
    """
    one = day.one()
    by = day.dice.choice((-1, 1)) * day.dice.choice((_HOURS, _MONTHS))
    anew, stays = day.dice.random() < 2 / 3, day.dice.random() < 1 / 2
    what = f"{one.folder.name} begins anew with a clock that is wrong by {by:+d} s"
    day.note(f"{what}{', and watches otherwise' if anew else ''}{'' if stays else '; then it is set right'}")
    await one.kill()
    put(one, by)
    if anew:
        for each in day.crew:
            _watches_otherwise(each)
    before = one.err.count("joined")
    await one.started()
    await until(lambda: one.err.count("joined") > before, "it has joined the others")
    # One look may have been under way.
    day.found += [f"{one.folder.name} has a wrong clock, and {which}" for which in await unread(day, times=2)]
    if not stays:
        put(one, 0)


def _watches_otherwise(one: Instance) -> None:
    """Write another interval into its configuration: what was changed is looked at at once when it begins anew."""
    text = one.config.read_text(encoding="utf-8")
    before = next(word for word in _OTHERWISE if word in text)
    one.config.write_text(text.replace(before, _OTHERWISE[before]), encoding="utf-8")


FLEET: tuple[Mishap, ...] = (begins_with_a_wrong_clock,)
