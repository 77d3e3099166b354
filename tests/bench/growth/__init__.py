"""What grows faster than what there is of it: one thing is made ten times as much again and again, all else stays.

Each module measures some of that, in CPU seconds of a process of its own.
"""
