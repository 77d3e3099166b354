"""Real programs on very bad days, with a local Slack and a local Discord: several on one PostgreSQL, or one on SQLite.

python -m tests.chaos --rounds 10                             ten days, each with a seed of its own, which is printed
python -m tests.chaos --seed 4711                             that very day once more
python -m tests.chaos --place alone --mishap the_disk_is_full a day on which just that goes wrong
"""
