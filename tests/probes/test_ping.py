from __future__ import annotations

import json
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from bot.model import Fault
from bot.plugins import probe_named
from bot.probes._results import Facts, Objection
from bot.probes.ping import Options, _Echoes, _judged
from tests.probes.world import checked

_APART = ("unshare", "--user", "--map-root-user", "--net")


@cache
def told() -> dict[str, Any]:
    """Return what a process of its own says, which pings in a network of its own."""
    if shutil.which("unshare") is None or shutil.which("ip") is None:
        pytest.skip("this machine has no unshare or no ip")
    if subprocess.run((*_APART, "true"), check=False, capture_output=True).returncode:
        pytest.skip("this machine lets nobody have a network of his own")
    done = subprocess.run(
        (*_APART, sys.executable, "-m", "tests.probes.pinging"),
        check=True,
        capture_output=True,
        cwd=Path(__file__).parents[2],
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize("loop", [0, 1], ids=["asyncio", "uvloop"])
@pytest.mark.parametrize(
    ("case", "fault", "reason"),
    [
        ("well", None, ""),
        ("six", None, ""),
        ("slow", Fault.SLOW, "replied in "),
        ("deaf", Fault.TIMEOUT, "no reply to 2 pings"),
        ("unreachable", Fault.CONNECTION, "no connection to 203.0.113.7: no route to host"),
        ("no way out", Fault.NETWORK, "no connection to 192.0.2.7: network is unreachable"),
        ("nameless", Fault.CONNECTION, "no address for nowhere.invalid"),
    ],
)
def test_pings_that_are_allowed(loop: int, case: str, fault: Fault | None, reason: str) -> None:
    ok, said, found, facts = told()["found"][loop][case]

    assert (ok, found) == (fault is None, fault)
    assert said.startswith(reason)
    assert ok is False or (facts["loss"] == "0 %" and facts["round trip"].endswith(" ms"))


def test_pings_that_are_not_allowed_accuse_nobody_and_say_what_to_do() -> None:
    reason, fault = told()["forbidden"]

    assert Fault(fault).is_ours
    assert reason == (
        "this machine does not let Sitrep ping; as root, run: "
        'sysctl -w net.ipv4.ping_group_range="0 2147483647" (in a container, set it for the container)'
    )


async def test_whatever_this_machine_allows_is_a_result() -> None:
    result = await checked("ping", "127.0.0.1")

    assert result.ok or result.is_ours


def judged(options: Options, echoes: _Echoes) -> tuple[Facts, str]:
    try:
        return _judged(options, echoes, "db.test"), ""
    except Objection as objection:
        return objection.facts, objection.reason


@pytest.mark.parametrize(
    ("came", "loss", "reason"),
    [
        ((1, 2, 3, 4), 0, ""),
        ((1, 2, 3), 25, ""),
        ((1, 2, 3), 20, "1 of 4 pings were lost"),
        ((1, 2), 50, ""),
        ((1,), 50, "3 of 4 pings were lost"),
    ],
)
def test_so_many_may_be_lost(came: tuple[int, ...], loss: int, reason: str) -> None:
    facts, said = judged(Options(count=4, loss=loss), _Echoes(took=dict.fromkeys(came, 0.02)))

    assert said == reason
    assert facts == (("loss", f"{100 - 25 * len(came)} %"), ("round trip", "20 ms"))


@pytest.mark.parametrize("text", ["", " ", "http://db.test/", "a b"])
def test_a_target_that_is_none(text: str) -> None:
    with pytest.raises(ValueError, match="is not a host; write for example"):
        probe_named("ping").read_target(text)
