"""The real program with a marked secret in every place that takes one, and everything around it on a bad day."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, replace
from pathlib import Path

from tests import localdiscord, localslack
from tests.adapters.localpagers import LocalOpsgenie, LocalPagerDuty, Receiver, serving
from tests.databases import sqlite_in
from tests.e2e.test_both import OnBoth
from tests.e2e.test_callers import free_port
from tests.e2e.test_killed import Vendors, dice, vendors
from tests.localdiscord import LocalDiscord, local_discord
from tests.localslack import LocalSlack, local_slack
from tests.secrecy.canaries import CANARIES
from tests.secrecy.mirror import Mirror, mirror, parrot

VENDOR = "vendor-00"
MANNERS = ("503", "401", "html", "cut", "elsewhere", "gone")
CONFIG = """
network = {{ witnesses = [] }}
board = {{ url = "http://127.0.0.1:{port}" }}
[[route]]
to = [{slack}, "discord:{discord}", "pagerduty", "opsgenie", "webhook", "console"]
[[hook]]
name = "alerts"
type = "alertmanager"
token = "${{HOOK_TOKEN}}"
[[probe]]
name = "A job"
type = "heartbeat"
every = "1h"
token = "${{JOB_TOKEN}}"
[[watch]]
url = "{mirror}/cut/summary.json"
name = "Mirror"
format = "statuspage"
interval = "5s"
"""
PROBES = """
[[probe]]
name = "over TLS"
type = "http"
target = "https://me:${{TARGET_PASSWORD}}@127.0.0.1:{port}/?k=${{PROBE_KEY}}"
{often}
[[probe]]
name = "a model"
type = "llm"
model = "m"
target = "{mirror}/401/v1"
key = "${{LLM_KEY}}"
{often}
[[probe]]
name = "a port"
type = "tcp"
target = "{parrot}"
send = "AUTH ${{TCP_KEY}}"
expect = "welcome"
{often}
"""
# What every interaction's token on the local Discord begins with.
OF_AN_INTERACTION = "aW50ZXJhY3Rpb246"
ROOMS = ("ops", "team", "leads", "others")
OFTEN = 'interval = "2s"\ntimeout = "2s"\nfail_after = 1\nrecheck = "1s"\n'
OF_MANNERS = """
[[probe]]
name = "is {manner}"
type = "http"
target = "http://me:${{TARGET_PASSWORD}}@{where}/{manner}/x?k=${{PROBE_KEY}}"
headers = {{ X-Key = "${{PROBE_KEY}}" }}
values = {{ "$.error.message" = "nothing" }}
{often}
"""


@dataclass(slots=True)
class Day:
    """The program, and all that it talks with."""

    sitrep: OnBoth
    port: int
    slack: LocalSlack
    discord: LocalDiscord
    duty: LocalPagerDuty
    genie: LocalOpsgenie
    hook: Receiver
    mirror: Mirror
    them: Vendors

    def publish(self, number: int) -> None:
        self.them.pages[VENDOR].opens(f"Outage {number}", "major", "We look into it.", API="partial_outage")
        self.them.publish(VENDOR)

    def goes_wrong(self) -> None:
        """Let the next messages meet everything that can befall them on the chats."""
        on_slack = (
            *(localslack.status(code, CANARIES["SLACK_BOT_TOKEN"]) for code in (500, 400, 403)),
            localslack.html(),
            localslack.malformed(),
            localslack.drops(),
            localslack.rate_limited(1),
        )
        said = json.dumps({"message": CANARIES["DISCORD_TOKEN"], "code": 0, "errors": CANARIES["DISCORD_TOKEN"]})
        on_discord = (
            *(replace(localdiscord.status(code, said), content_type=localdiscord.faults.JSON) for code in (500, 400)),
            localdiscord.html(),
            localdiscord.malformed(),
            localdiscord.drops(),
            localdiscord.rate_limited(1),
        )
        for here in on_slack:
            self.slack.faults.add("chat.postMessage", here)
        for there in on_discord:
            self.discord.faults.add("create_message", there)

    @property
    def has_gone_wrong(self) -> bool:
        """Whether all that was to go wrong has."""
        left = [one.left for plans in self.slack.faults.plans.values() for one in plans]
        left += [one.left for plans in self.discord.faults.plans.values() for one in plans]
        return not any(left)

    @property
    def is_told(self) -> bool:
        """Whether there is something to read in both chats."""
        slack = self.slack.world
        return all(slack.roots(slack.named(name).id) for name in ROOMS) and len(self.discord.world.messages()) > 2

    def spoken_to(self) -> list[str]:
        """Return what the chats gave the program to answer people with: whoever knows it answers in its name."""
        world = self.slack.world
        return [*world.answers, *world.triggers, OF_AN_INTERACTION, "ticket="]

    def written(self) -> Iterator[tuple[str, str]]:
        """Give what the program wrote, and where."""
        ours = {".env", "sitrep.toml", "slack-token"}
        for path in self.sitrep.folder.rglob("*"):
            if path.is_file() and path.name not in ours:
                yield path.name, path.read_bytes().decode("utf-8", "replace")
        with closing(sqlite3.connect(self.sitrep.folder / "sitrep.db")) as database:
            yield "the database", "\n".join(database.iterdump())
        yield "Slack", repr(self.slack.world.channels) + repr(self.slack.world.uploads) + repr(self.slack.world.views)
        yield "Discord", repr(self.discord.world.messages())
        yield "the webhook", json.dumps([*self.hook.events.values()])
        for name, local in (("PagerDuty", self.duty), ("Opsgenie", self.genie)):
            bodies = b"\n".join(local.bodies).decode()
            # Which integration an event is for is what PagerDuty's key is there to say.
            yield name, re.sub(f'"routing_key": *"{CANARIES["PAGERDUTY_ROUTING_KEY"]}"', "", bodies)


@asynccontextmanager
async def day(folder: Path) -> AsyncIterator[Day]:
    duty, genie, hook, port = LocalPagerDuty(), LocalOpsgenie(), Receiver(), free_port()
    async with (
        vendors(1, dice()) as them,
        local_slack(limits=False) as slack,
        local_discord(limits=False) as discord,
        serving(duty),
        serving(genie),
        serving(hook),
        mirror() as one,
        parrot() as bare,
    ):
        _mark(slack, discord)
        environment = {
            **CANARIES,
            "DATABASE_URL": sqlite_in(folder),
            "WEBHOOK_URL": hook.url + CANARIES["WEBHOOK_URL"],
            "SITREP_HEARTBEAT_URL": one.url + "/503" + CANARIES["SITREP_HEARTBEAT_URL"],
            "OTEL_EXPORTER_OTLP_ENDPOINT": one.url + "/503",
            "SLACK_CLIENT_ID": "100.200",
            "SLACK_API_URL": slack.api_url,
            "DISCORD_API_URL": discord.api_url,
            "DISCORD_GATEWAY_URL": discord.gateway_url,
            "PAGERDUTY_API_URL": duty.url,
            "OPSGENIE_API_URL": genie.url,
            "PORT": str(port),
            "LOG_LEVEL": "DEBUG",
        }
        (folder / "slack-token").write_text(environment.pop("SLACK_BOT_TOKEN"), encoding="utf-8")
        sitrep = OnBoth(folder, sqlite_in(folder), more={**environment, "SLACK_BOT_TOKEN_FILE": "slack-token"})
        where = one.url.removeprefix("http://")
        # One message a second is what Slack lets anybody post into one of them.
        rooms = ", ".join(f'"slack:{slack.world.channel(name).id}"' for name in ROOMS)
        room = discord.world.channel("ops").id
        more = CONFIG.format(port=port, slack=rooms, discord=room, mirror=one.url)
        more += PROBES.format(port=one.port, mirror=one.url, parrot=bare, often=OFTEN)
        more += "".join(OF_MANNERS.format(manner=manner, where=where, often=OFTEN) for manner in MANNERS)
        sitrep.watches(them.urls, "5s")
        # Single tables come before the lists.
        head, _, rest = more.partition("[[route]]")
        sitrep.config.write_text(f"{head}{sitrep.config.read_text()}\n[[route]]{rest}", encoding="utf-8")
        try:
            yield Day(sitrep, port, slack, discord, duty, genie, hook, one, them)
        finally:
            if sitrep.process is not None:
                await sitrep.kill()


def _mark(slack: LocalSlack, discord: LocalDiscord) -> None:
    """Let both chats know the program by marked tokens."""
    installed = slack.world.installations.popitem()[1]
    installed.token = CANARIES["SLACK_BOT_TOKEN"]
    slack.world.installations[installed.token] = installed
    slack.world.app_tokens = {CANARIES["SLACK_APP_TOKEN"]: slack.world.app}
    slack.world.oauth.client_secret = CANARIES["SLACK_CLIENT_SECRET"]
    slack.signing_secret = CANARIES["SLACK_SIGNING_SECRET"]
    discord.world.token = CANARIES["DISCORD_TOKEN"]
