"""What goes wrong with both chats: they are slow, they refuse, and they lie."""

from __future__ import annotations

import asyncio

from tests.chaos.day import Day, Mishap
from tests.localdiscord import faults as discords
from tests.localslack import faults as slacks

POST, CREATE = "chat.postMessage", "create_message"


async def drop_connections(day: Day) -> None:
    """Both chats take what they are told, and drop the connection before they say so."""
    day.note("both chats drop connections after they have taken a message")
    day.slack.faults.add(POST, slacks.after(slacks.drops()), times=day.dice.randint(1, 3))
    day.discord.faults.add(CREATE, discords.after(discords.drops()), times=day.dice.randint(1, 3))


async def are_slow(day: Day) -> None:
    """Both chats answer late, and some calls not at all."""
    day.note("both chats are slow")
    late = day.dice.uniform(0.5, 3)
    day.slack.faults.add(POST, slacks.after(slacks.slow(late)), times=4)
    day.discord.faults.add(CREATE, discords.after(discords.slow(late)), times=4)
    day.slack.faults.add(POST, slacks.after(slacks.hangs()))
    day.discord.faults.add(CREATE, discords.after(discords.hangs()))


async def ask_to_wait(day: Day) -> None:
    """Both chats answer that there are too many calls."""
    day.note("both chats ask to wait")
    day.slack.faults.add(POST, slacks.rate_limited(day.dice.randint(1, 3)), times=3)
    day.discord.faults.add(CREATE, discords.rate_limited(day.dice.uniform(0.5, 3)), times=3)


async def ask_oddly_to_wait(day: Day) -> None:
    """Both chats answer that there are too many calls, and say strangely, or not at all, for how long."""
    day.note("both chats ask to wait for no time, or for one that they do not say")
    day.slack.faults.add(POST, slacks.rate_limited(0), times=2)
    day.slack.faults.add(POST, slacks.status(429))
    day.slack.faults.add("chat.update", slacks.rate_limited(-1))
    day.discord.faults.add(CREATE, discords.rate_limited(0), times=2)
    day.discord.faults.add(CREATE, discords.rate_limited(0.5, scope="shared"))
    day.discord.faults.add("edit_message", discords.status(429))


async def fail(day: Day) -> None:
    """Both chats answer with an error of their own, before or after they have taken the message."""
    day.note("both chats answer 503")
    day.slack.faults.add(POST, slacks.status(503), times=2)
    day.slack.faults.add(POST, slacks.after(slacks.status(503)))
    day.discord.faults.add(CREATE, discords.status(503), times=2)
    day.discord.faults.add(CREATE, discords.after(discords.status(502)))


async def answer_nonsense(day: Day) -> None:
    """Both chats take a message, and answer 200 with a page, or with half an answer."""
    day.note("both chats take messages and answer 200 with nonsense")
    day.slack.faults.add(POST, slacks.after(slacks.html()))
    day.slack.faults.add(POST, slacks.after(slacks.malformed()))
    day.slack.faults.add("chat.update", slacks.html())
    day.discord.faults.add(CREATE, discords.after(discords.html()))
    day.discord.faults.add(CREATE, discords.after(discords.malformed()))
    day.discord.faults.add("edit_message", discords.malformed())


async def show_late(day: Day) -> None:
    """Both chats take a message, say nothing, and do not show it yet to whoever looks whether it is there."""
    day.note("both chats lose answers, and show late what they have")
    lag = day.dice.uniform(0.5, 2)
    day.slack.world.rules.lag = day.discord.world.rules.lag = lag
    await drop_connections(day)
    await asyncio.sleep(day.dice.uniform(1, 4))


async def take_late(day: Day) -> None:
    """What both chats are told arrives when its sender waits no longer: before he has looked for it, or after.

    Discord has forgotten its nonce by then.
    """
    day.note("both chats take some messages when nobody waits for their answers any more")
    day.discord.world.rules.nonce_window = 3
    for _ in range(day.dice.randint(1, 3)):
        day.slack.faults.add(POST, slacks.long_under_way(day.dice.uniform(10, 20)))
        day.discord.faults.add(CREATE, discords.long_under_way(day.dice.uniform(10, 20)))
    day.slack.faults.add("chat.update", slacks.long_under_way(day.dice.uniform(10, 20)))
    day.discord.faults.add("edit_message", discords.long_under_way(day.dice.uniform(10, 20)))


async def do_not_show_whether(day: Day) -> None:
    """Whoever looks whether a message is there gets no answer."""
    day.note("both chats lose answers, and what they have can not be read for a while")
    for method in ("conversations.history", "conversations.replies"):
        day.slack.faults.add(method, slacks.status(500), times=2)
        day.slack.faults.add(method, slacks.drops())
    day.discord.faults.add("get_messages", discords.status(503), times=2)
    day.discord.faults.add("get_messages", discords.drops())
    await drop_connections(day)


async def disconnect(day: Day) -> None:
    """Everybody who listens is thrown out again and again, in every way that there is."""
    day.note("both chats throw out who listens, again and again")
    for _ in range(day.dice.randint(3, 6)):
        slack, discord = day.slack.sockets, day.discord.gateway
        slack.refuse(1, dead=day.dice.random() < 1 / 2)
        slack_does = day.dice.choice(("aborts", "disconnects", "freezes"))
        if slack_does == "disconnects":
            await slack.disconnects(day.dice.choice(("warning", "refresh_requested")))
        else:
            getattr(slack, slack_does)()
        discord_does = day.dice.choice(("aborts", "reconnects", "resumable", "invalid", "freezes", "forgets"))
        if discord_does in {"resumable", "invalid"}:
            discord.invalidates(resumable=discord_does == "resumable")
        else:
            getattr(discord, discord_does)()
        await asyncio.sleep(day.dice.uniform(0.1, 1))


ALL: tuple[Mishap, ...] = (
    drop_connections,
    are_slow,
    ask_to_wait,
    ask_oddly_to_wait,
    fail,
    answer_nonsense,
    show_late,
    take_late,
    do_not_show_whether,
    disconnect,
)
