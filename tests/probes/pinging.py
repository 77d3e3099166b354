"""Pings in a network of its own, in which pinging is allowed: `python -m tests.probes.pinging` in a new namespace.

Prints, as JSON, what a check says of each case.  What is set here is set for the namespace; the machine's own stays.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import uvloop

from tests.probes.world import SECOND, checked

_SETTINGS = Path("/proc/sys/net/ipv4")
_CASES: dict[str, tuple[str, dict[str, Any]]] = {
    "well": ("127.0.0.1", {}),
    "six": ("::1", {"count": 2}),
    "slow": ("127.0.0.1", {"slower_than": "0.001ms"}),
    "deaf": ("127.0.0.1", {"count": 2}),
    "unreachable": ("203.0.113.7", {}),
    "no way out": ("192.0.2.7", {}),
    "nameless": ("nowhere.invalid", {}),
}


async def main() -> dict[str, object]:
    found: dict[str, object] = {}
    for case, (target, keys) in _CASES.items():
        (_SETTINGS / "icmp_echo_ignore_all").write_text(str(int(case == "deaf")), encoding="ascii")
        result = await checked("ping", target, within=SECOND, **keys)
        found[case] = [result.ok, result.reason, result.fault, dict(result.facts)]
    return found


if __name__ == "__main__":
    forbidden = asyncio.run(checked("ping", "127.0.0.1"))
    (_SETTINGS / "ping_group_range").write_text("0 0", encoding="ascii")
    subprocess.run(("ip", "link", "set", "lo", "up"), check=True)
    subprocess.run(("ip", "route", "add", "unreachable", "203.0.113.0/24"), check=True)
    # The program runs on uvloop, the tests on asyncio's own loop: both have to ping.
    found = [asyncio.run(main()), uvloop.run(main())]
    sys.stdout.write(json.dumps({"forbidden": [forbidden.reason, forbidden.fault], "found": found}))
