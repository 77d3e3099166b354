"""A local Slack as a process of its own, until it is asked to end.

    python -m tests.localslack --port 0 --channel ops --no-limits

The first line it prints is JSON: url, tokens, secret, channels.  The rest by /control/…, see `control`.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import sys
from collections.abc import Sequence
from contextlib import AsyncExitStack

from tests.localslack.control import about
from tests.localslack.server import local_slack


async def run(args: argparse.Namespace) -> None:
    over = asyncio.Event()
    loop = asyncio.get_running_loop()
    for end in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(end, over.set)
    if args.until_eof:
        loop.add_reader(sys.stdin.fileno(), lambda: None if os.read(sys.stdin.fileno(), 1_024) else over.set())
    async with AsyncExitStack() as stack:
        slack = await stack.enter_async_context(local_slack(limits=not args.no_limits, port=args.port))
        if args.secret:
            slack.signing_secret = args.secret
        for name in args.channel:
            slack.world.channel(name)
        for number in range(args.channels):
            slack.world.channel(f"channel-{number:05d}")
        if args.events_url:
            await stack.enter_async_context(slack.signed(args.events_url))
        sys.stdout.write(json.dumps(about(slack)) + "\n")
        sys.stdout.flush()
        await over.wait()


def parsed(words: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.localslack")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--no-limits", action="store_true", help="never 429, unless it is asked for")
    parser.add_argument("--channel", action="append", default=[], help="a channel that the bot is in; may come again")
    parser.add_argument("--channels", type=int, default=0, help="so many channels besides, channel-00000 and on")
    parser.add_argument("--events-url", help="HTTP mode: where the app listens; otherwise it connects a socket")
    parser.add_argument("--until-eof", action="store_true", help="end with standard input, that is with the parent")
    parser.add_argument("--secret", help="the signing secret")
    return parser.parse_args(words)


if __name__ == "__main__":
    asyncio.run(run(parsed()))
