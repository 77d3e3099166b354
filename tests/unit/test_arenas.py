"""Memory that is free is shared by all threads, and not kept by each: where the C library is glibc."""

from __future__ import annotations

import platform
import subprocess
import sys

import pytest

from bot import arenas

# Threads that are all there at once, each of which has taken memory: how many arenas there are then.
# https://man7.org/linux/man-pages/man3/malloc_info.3.html
_COUNT = """
import ctypes, sys, tempfile, threading
from bot import arenas
if sys.argv[1] == "few":
    assert arenas.few({})
libc = ctypes.CDLL(None)
libc.fopen.restype = libc.malloc.restype = ctypes.c_void_p
libc.malloc.argtypes = [ctypes.c_size_t]
libc.malloc_info.argtypes = [ctypes.c_int, ctypes.c_void_p]
libc.fclose.argtypes = [ctypes.c_void_p]
together = threading.Barrier(8)
def work():
    together.wait()
    libc.malloc(100_000)
    together.wait()
threads = [threading.Thread(target=work) for _ in range(8)]
for one in threads: one.start()
for one in threads: one.join()
with tempfile.NamedTemporaryFile() as found:
    file = libc.fopen(found.name.encode(), b"w")
    libc.malloc_info(0, file)
    libc.fclose(file)
    print(found.read().count(b"<heap nr="))
"""

pytestmark = pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="another C library than glibc keeps its own")


def _arenas(how: str, **environ: str) -> int:
    command = [sys.executable, "-c", _COUNT, how]
    done = subprocess.run(command, env=environ, check=True, capture_output=True, text=True)
    return int(done.stdout)


def test_many_threads_share_few_arenas() -> None:
    assert _arenas("few") <= 2 < _arenas("as it comes")


def test_what_the_environment_says_is_left_as_it_is() -> None:
    assert arenas.few({"MALLOC_ARENA_MAX": "4"}) is False


# Of what was taken in small pieces all but the last is free again: what is held before, then, and after.
_HELD = """
import ctypes, os
from bot import arenas
libc = ctypes.CDLL(None)
libc.malloc.restype, libc.malloc.argtypes, libc.free.argtypes = ctypes.c_void_p, [ctypes.c_size_t], [ctypes.c_void_p]
def held():
    with open("/proc/self/statm", "rb") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") >> 20
before = held()
pieces = [libc.malloc(20_000) for _ in range(4_000)]
for one in pieces: ctypes.memset(one, 1, 20_000)
for one in pieces[:-1]: libc.free(one)
free = held()
print(before, free, arenas.give_back(), held())
"""


def test_what_is_free_below_something_kept_is_given_back() -> None:
    done = subprocess.run([sys.executable, "-c", _HELD], env={}, check=True, capture_output=True, text=True)
    before, free, said, after = done.stdout.split()

    assert int(free) - int(before) > 60
    assert said == "True"
    assert int(after) - int(before) < 10
