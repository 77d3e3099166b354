import errno

import pytest

from bot.core.faults import fault_of
from bot.model import Fault


@pytest.mark.parametrize(
    ("number", "fault"),
    [
        (errno.ECONNREFUSED, Fault.CONNECTION),
        (errno.ECONNRESET, Fault.CONNECTION),
        (errno.EHOSTUNREACH, Fault.CONNECTION),
        (errno.ETIMEDOUT, Fault.TIMEOUT),
        (errno.ENETUNREACH, Fault.NETWORK),
        (errno.EMFILE, Fault.NETWORK),
        (errno.EPERM, Fault.NETWORK),
        (None, Fault.CONNECTION),
    ],
)
def test_what_is_wrong_with_our_own_machine_accuses_nobody(number: int | None, fault: Fault) -> None:
    assert fault_of(number) is fault


def test_what_speaks_of_what_was_checked_and_what_does_not() -> None:
    theirs = {fault for fault in Fault if not fault.is_ours}

    assert theirs == {Fault.TIMEOUT, Fault.CONNECTION, Fault.SERVER, Fault.WRONG, Fault.EMPTY, Fault.SLOW}
