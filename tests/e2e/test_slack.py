"""The real program and a local Slack that loses answers, under kill -9: no update is lost, none is told twice."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from tests import localslack
from tests.databases import sqlite_in
from tests.e2e.program import Sitrep, Told, patiently, until
from tests.e2e.test_killed import dice, kills_of, last_life, life_and_death, vendors, weather
from tests.localslack import LocalSlack, local_slack, readable
from tests.localslack.nouns import Message

POST, EDIT = "chat.postMessage", "chat.update"
FAULTS: Sequence[tuple[str, localslack.Fault]] = (
    (POST, localslack.after(localslack.drops())),
    (POST, localslack.after(localslack.resets())),
    (POST, localslack.after(localslack.status(500))),
    (POST, localslack.after(localslack.error("internal_error"))),
    (POST, localslack.status(503)),
    (POST, localslack.drops()),
    (POST, localslack.error("fatal_error")),
    (POST, localslack.rate_limited(1)),
    (POST, localslack.html(502)),
    (EDIT, localslack.after(localslack.drops())),
    (EDIT, localslack.rate_limited(1)),
    ("conversations.history", localslack.status(500)),
    ("conversations.replies", localslack.drops()),
)


@dataclass(slots=True)
class OnSlack(Sitrep):
    """A program whose channels are Slack's, one for each vendor; what it has told is what stands there."""

    slack: LocalSlack = field(default_factory=LocalSlack)

    def watches(self, urls: Mapping[str, str], interval: str = "5s", more: str = "") -> None:
        """Watch as always, and tell in each vendor's channel."""
        Sitrep.watches(self, urls, interval, self._routes(urls) + more)

    @property
    def environment(self) -> dict[str, str]:
        return {
            **Sitrep.environment.fget(self),  # type: ignore[attr-defined]  # a dataclass with slots knows no super()
            "SLACK_BOT_TOKEN": self.slack.token,
            "SLACK_APP_TOKEN": self.slack.app_token,
            "SLACK_API_URL": self.slack.api_url,
        }

    def _routes(self, names: Iterable[str]) -> str:
        return "".join(
            f'[[route]]\nmatch = {{ vendor = ["{name}"] }}\nto = ["slack:{self.slack.world.named(name).id}"]\n'
            for name in names
        )

    def told(self) -> list[Told]:
        return [row for channel in self.slack.world.channels for row in self._in(channel)]

    def _in(self, channel: str) -> list[Told]:
        rows = []
        for root in self.slack.world.roots(channel):
            key = _key(root)
            if root.thread_ts and root.thread_ts != root.ts:
                continue
            rows.append(Told(key, "post", key, _said(root)))
            thread = self.slack.world.thread(channel, root.ts)
            rows += [Told(_key(one), "reply", key, _said(one)) for one in thread]
            rows.append(Told(f"{key}#edit", "edit", key, _said(root)))
        return rows


def _key(message: Message) -> str:
    return str((message.metadata or {}).get("event_payload", {}).get("key", "nobody's"))


def _said(message: Message) -> str:
    return readable(message).lstrip("🔴🟠🟡🔵🟣🟢 ")


@asynccontextmanager
async def on_slack(folder: Path, names: Sequence[str]) -> AsyncIterator[OnSlack]:
    async with local_slack(limits=False) as slack:
        for name in names:
            slack.world.channel(name)
        sitrep = OnSlack(folder, sqlite_in(folder), slack=slack)
        try:
            yield sitrep
        finally:
            if sitrep.process is not None:
                with suppress(ProcessLookupError):
                    sitrep.process.kill()
                await sitrep.process.wait()


@asynccontextmanager
async def bad_days(slack: LocalSlack, chance: Random) -> AsyncIterator[None]:
    """Let something go wrong with some call every now and then, as long as the block lasts."""

    async def go_wrong() -> None:
        while True:
            await asyncio.sleep(chance.uniform(0.05, 0.5))
            method, fault = chance.choice(FAULTS)
            slack.faults.add(method, fault)
            if chance.random() < 1 / 10:
                slack.sockets.refuse(1, dead=True)
                slack.sockets.aborts()

    going = asyncio.create_task(go_wrong())
    try:
        yield
    finally:
        going.cancel()
        with suppress(asyncio.CancelledError):
            await going
        slack.faults.clear()


async def test_killed_again_and_again_while_slack_loses_answers_it_loses_and_repeats_nothing(tmp_path: Path) -> None:
    chance, kills = dice(), kills_of(2)
    names = [f"vendor-{number:02}" for number in range(2 * kills)]
    async with vendors(2 * kills, chance) as them, on_slack(tmp_path, names) as sitrep, weather(them, sitrep):
        async with bad_days(sitrep.slack, chance):
            for _ in range(kills):
                them.begin(4)
                await life_and_death(them, sitrep)
        await last_life(them, sitrep)
        assert sitrep.slack.journal.unknown() == []


async def test_a_command_is_answered_by_the_real_program(tmp_path: Path) -> None:
    async with vendors(1, dice()) as them, on_slack(tmp_path, ["vendor-00"]) as sitrep:
        page = them.pages["vendor-00"]
        page.opens("API is slow", "major", "We look into it.", API="partial_outage")
        them.publish("vendor-00")
        sitrep.watches(them.urls)
        await sitrep.started()
        channel = sitrep.slack.world.named("vendor-00")
        await until(lambda: len(sitrep.told()) > 1, "the incident is told")
        await sitrep.slack.sockets.until_connected()

        sent = await sitrep.slack.person().runs("/status", "vendor-00", channel.id)
        await sent.acked()
        (root,) = sitrep.slack.world.roots(channel.id)
        await (await sitrep.slack.person().presses(root, "sitrep:ack")).acked()

        ephemerals = sitrep.slack.world.ephemerals(channel.id)
        assert await patiently(lambda: len(ephemerals) == 2)
        assert "API is slow" in readable(ephemerals[0])
        assert await patiently(lambda: "Acknowledged by reader" in readable(sitrep.slack.world.roots(channel.id)[0]))
        assert any("reader" in row.text for row in sitrep.told() if row.step == "reply")
        assert await sitrep.stop() == 0
        assert "Traceback" not in sitrep.err
