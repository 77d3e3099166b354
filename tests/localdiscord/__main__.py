"""A local Discord as a process of its own, until it is asked to end.

    python -m tests.localdiscord --port 0 --channel ops --no-limits

The first line it prints is JSON: urls, token, guild, channels.  The rest by /control/…, see `control`.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import sys
from collections.abc import Sequence

from tests.localdiscord.control import about
from tests.localdiscord.server import local_discord


async def run(args: argparse.Namespace) -> None:
    over = asyncio.Event()
    loop = asyncio.get_running_loop()
    for end in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(end, over.set)
    if args.until_eof:
        loop.add_reader(sys.stdin.fileno(), lambda: None if os.read(sys.stdin.fileno(), 1_024) else over.set())
    async with local_discord(limits=not args.no_limits, port=args.port) as local:
        for name in args.channel:
            local.world.channel(name)
        for name in args.forum:
            local.world.forum(name, tags=("open", "closed"))
        for number in range(args.channels):
            local.world.channel(f"channel-{number:05d}")
        sys.stdout.write(json.dumps(about(local)) + "\n")
        sys.stdout.flush()
        await over.wait()


def parsed(words: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.localdiscord")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--no-limits", action="store_true", help="never 429, unless it is asked for")
    parser.add_argument("--channel", action="append", default=[], help="a channel of the guild; may come again")
    parser.add_argument("--forum", action="append", default=[], help="a forum of the guild; may come again")
    parser.add_argument("--channels", type=int, default=0, help="so many channels besides, channel-00000 and on")
    parser.add_argument("--until-eof", action="store_true", help="end with standard input, that is with the parent")
    return parser.parse_args(words)


if __name__ == "__main__":
    asyncio.run(run(parsed()))
