"""What a failed system call says about whose fault it is."""

from __future__ import annotations

import errno

from bot.model import Fault

# Our machine has no way out, no more sockets, or a firewall of its own.
# https://man7.org/linux/man-pages/man2/connect.2.html#ERRORS
_OUR_NETWORK = frozenset(
    {
        errno.ENETUNREACH,
        errno.ENETDOWN,
        errno.EADDRNOTAVAIL,
        errno.EACCES,
        errno.EPERM,
        errno.EMFILE,
        errno.ENFILE,
        errno.ENOBUFS,
    }
)


def fault_of(number: int | None) -> Fault:
    """Return what sort of failure an error number of a connection is."""
    if number == errno.ETIMEDOUT:
        return Fault.TIMEOUT
    return Fault.NETWORK if number in _OUR_NETWORK else Fault.CONNECTION
