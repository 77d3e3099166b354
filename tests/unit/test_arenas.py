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


# After a piece of a MiB has come and gone: whether one as large as what a socket is read into goes back at once too.
# https://man7.org/linux/man-pages/man3/mallinfo.3.html: the fourth number counts those that do.
_LARGE = """
import ctypes, sys
from bot import arenas
if sys.argv[1] == "few":
    assert arenas.few({})
libc = ctypes.CDLL(None)
class Info(ctypes.Structure):
    _fields_ = [(name, ctypes.c_int) for name in "abchijklmn"]
libc.malloc.restype, libc.malloc.argtypes, libc.free.argtypes = ctypes.c_void_p, [ctypes.c_size_t], [ctypes.c_void_p]
libc.mallinfo.restype = Info
libc.free(libc.malloc(1 << 20))
before = libc.mallinfo().h
libc.malloc(256 * 1024)
print(libc.mallinfo().h - before)
"""


def _given_back(how: str) -> bool:
    done = subprocess.run([sys.executable, "-c", _LARGE, how], env={}, check=True, capture_output=True, text=True)
    return done.stdout == "1\n"


def test_what_is_large_goes_back_at_once_whatever_was_there_before() -> None:
    assert (_given_back("few"), _given_back("as it comes")) == (True, False)
