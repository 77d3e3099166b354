"""How the C library keeps memory that is free: by default a share of its own for each thread, which grows and stays."""

from __future__ import annotations

import ctypes
from collections.abc import Mapping

# https://man7.org/linux/man-pages/man3/mallopt.3.html; the numbers are those of glibc's malloc.h.
_M_MMAP_THRESHOLD, _M_ARENA_MAX = -3, -8
# Threads that do a piece of work each, now and then, need no more.  Each arena kept some 80 MiB of what a picture had
# taken to be drawn, and there may be eight for each core.
_ARENAS = 2
# What is larger is given back at once, and leaves no hole that something small which stays is put into.  That is where
# glibc begins itself; unless it is said, it raises this up to 32 MiB with each such piece.
_LARGE = 128 * 1024
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
