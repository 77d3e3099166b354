"""How the C library keeps memory that is free: by default a share of its own for each thread, which grows and stays.

What is small is given back from the end of a share alone, by itself: in between it stays for whoever is next.
"""

from __future__ import annotations

import ctypes
from collections.abc import Mapping

# https://man7.org/linux/man-pages/man3/mallopt.3.html; the numbers are those of glibc's malloc.h.
_M_MMAP_THRESHOLD, _M_ARENA_MAX = -3, -8
# Threads that do a piece of work each, now and then, need no more.  Each arena kept some 80 MiB of what a picture had
# taken to be drawn, and there may be eight for each core.
_ARENAS = 2
# What is larger is given back at once.  Unless it is said, glibc raises this to 32 MiB after the first such piece.
_LARGE = 512 * 1024
_SAID = ("MALLOC_ARENA_MAX", "MALLOC_MMAP_THRESHOLD_", "GLIBC_TUNABLES")


def few(environ: Mapping[str, str]) -> bool:
    """Let all threads share few arenas, and large pieces be given back; before there are threads.

    Returns whether that was done: another C library does as it likes, and what `environ` says is left as it is.
    """
    if any(environ.get(name) for name in _SAID):
        return False
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError, TypeError):
        return False
    return bool(mallopt(_M_ARENA_MAX, _ARENAS) and mallopt(_M_MMAP_THRESHOLD, _LARGE))


def give_back() -> bool:
    """Give every whole page of memory that is free back to the system, from the middle of all shares too.

    It takes some milliseconds, and whoever wants memory waits meanwhile.  Returns whether there was any:
    https://man7.org/linux/man-pages/man3/malloc_trim.3.html; another C library is not asked.
    """
    try:
        return bool(ctypes.CDLL(None).malloc_trim(ctypes.c_size_t(0)))
    except (OSError, AttributeError, TypeError):
        return False
