"""Real programs on very bad days, with a local Slack and a local Discord: several on one PostgreSQL, or one on SQLite.

python -m tests.chaos --rounds 10                             ten days, each with a seed of its own, which is printed
python -m tests.chaos --minutes 20                            as many as there is time for
python -m tests.chaos --seed 4711                             a day of the same choices as that one
python -m tests.chaos --place alone --mishap the_disk_is_full a day on which just that goes wrong

A seed chooses where a day is lived, what goes wrong in which order, to whom, how and for how long, what vendors say,
and whether both chats keep their limits.  When the machine does what, and what the programs themselves leave to chance,
is not its to choose: a day that ended badly is made of the same things when it is lived again, and may end well.
"""
