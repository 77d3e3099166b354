"""Dice of their own for each thing of a day: what one draws, and when, changes nothing of what another will."""

from __future__ import annotations

from random import Random


def dice_for(seed: int, what: str) -> Random:
    """Return the dice of one thing of the day of a seed: they fall the same whenever the day is lived again."""
    return Random(f"{seed}/{what}")
