"""The real program with a chat, two pagers and a webhook: what is done in the chat shows on all of them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.adapters.localpagers import (
    API_KEY,
    ROUTING_KEY,
    SECRET,
    LocalOpsgenie,
    LocalPagerDuty,
    Receiver,
    serving,
)
from tests.databases import sqlite_in
from tests.e2e.program import sitrep_in, until
from tests.e2e.statuspage import StatusPage
from tests.e2e.test_both import OnBoth
from tests.e2e.test_killed import Vendors, dice, vendors
from tests.localslack import LocalSlack, local_slack

VENDOR = "vendor-00"
ROUTE = '[[route]]\nto = ["slack:{}", "pagerduty:platform", "opsgenie", "webhook"]\n'


@dataclass(slots=True)
class Oncall:
    """Everything around the program."""

    slack: LocalSlack
    duty: LocalPagerDuty
    genie: LocalOpsgenie
    hook: Receiver
    sitrep: OnBoth
    them: Vendors

    @property
    def page(self) -> StatusPage:
        return self.them.pages[VENDOR]

    def told(self) -> list[str]:
        """What the entries say that the webhook has heard."""
        return [entry["text"] for event in self.hook.events.values() for entry in event["entries"]]

    def statuses(self) -> tuple[str, ...]:
        duty = [alert.status for alert in self.duty.alerts]
        return (*duty, *(page.acked_by or page.status for page in self.genie.pages))


@asynccontextmanager
async def oncall(folder: Path) -> AsyncIterator[Oncall]:
    duty, genie, hook = LocalPagerDuty(), LocalOpsgenie(), Receiver()
    async with (
        vendors(1, dice()) as them,
        local_slack(limits=False) as slack,
        serving(duty),
        serving(genie),
        serving(hook),
        sitrep_in(folder) as plain,
    ):
        environment = {
            "SLACK_BOT_TOKEN": slack.token,
            "SLACK_APP_TOKEN": slack.app_token,
            "SLACK_API_URL": slack.api_url,
            "PAGERDUTY_ROUTING_KEY_PLATFORM": ROUTING_KEY,
            "PAGERDUTY_API_URL": duty.url,
            "OPSGENIE_API_KEY": API_KEY,
            "OPSGENIE_API_URL": genie.url,
            "WEBHOOK_URL": f"{hook.url}/sitrep",
            "WEBHOOK_SECRET": SECRET,
        }
        sitrep = OnBoth(folder, sqlite_in(folder), more=environment)
        sitrep.watches(them.urls, "5s", ROUTE.format(slack.world.channel("ops").id))
        try:
            yield Oncall(slack, duty, genie, hook, sitrep, them)
        finally:
            plain.process = sitrep.process


async def test_an_acknowledgement_in_slack_the_end_and_a_relapse_are_those_of_the_pagers_too(tmp_path: Path) -> None:
    async with oncall(tmp_path) as at:
        outage = at.page.opens("API is slow", "major", "We look into it.", API="partial_outage")
        at.them.publish(VENDOR)
        await at.sitrep.started()
        await until(lambda: at.statuses() == ("triggered", "open"), "both pagers ring")
        await at.slack.sockets.until_connected()

        ops = at.slack.world.named("ops").id
        await until(lambda: at.slack.world.roots(ops), "it stands in Slack")
        (root,) = at.slack.world.roots(ops)
        await (await at.slack.person().presses(root, "sitrep:ack")).acked()
        await until(lambda: at.statuses() == ("acknowledged", "reader"), "both pagers know who has it")

        outage.says("identified", "We found the cause.")
        at.them.publish(VENDOR)
        await until(lambda: "We found the cause." in at.told(), "the webhook has the update")
        outage.vanishes("All is well.")
        at.them.publish(VENDOR)
        await until(lambda: at.duty.alerts[0].status == "resolved", "PagerDuty is told the end")
        await until(lambda: at.genie.pages[0].status == "closed", "Opsgenie is told the end")

        outage.ended = None
        at.page.components["API"] = "partial_outage"
        outage.says("investigating", "It is back.")
        at.them.publish(VENDOR)
        await until(lambda: len(at.duty.alerts) == len(at.genie.pages) == 2, "both ring again")
        assert await at.sitrep.stop() == 0

        assert len(at.duty.rings) == len(at.genie.rings) == 2
        assert len({alert.dedup_key for alert in at.duty.alerts}) == 1
        assert any("We found the cause." in note.text for note in at.genie.pages[0].notes)
        seqs = [entry["seq"] for event in at.hook.events.values() for entry in event["entries"]]
        assert seqs == sorted(set(seqs))
        said = at.sitrep.err + at.sitrep.out
        assert not [secret for secret in (ROUTING_KEY, API_KEY, SECRET, "/sitrep HTTP") if secret in said]
        assert "Traceback" not in said


async def test_a_routing_key_that_is_wrong_is_told_in_slack_and_rings_when_it_is_mended(tmp_path: Path) -> None:
    async with oncall(tmp_path) as at:
        assert at.sitrep.more is not None
        right = at.sitrep.more["PAGERDUTY_ROUTING_KEY_PLATFORM"]
        at.sitrep.more["PAGERDUTY_ROUTING_KEY_PLATFORM"] = "f" * 32
        at.page.opens("API is slow", "major", "We look into it.", API="partial_outage")
        at.them.publish(VENDOR)
        await at.sitrep.started()
        ops = at.slack.world.named("ops").id
        await until(
            lambda: any("pagerduty:platform can not be posted to" in str(one) for one in at.slack.world.roots(ops)),
            "Slack hears of it",
        )
        assert at.duty.rings == []
        assert len(at.genie.pages) == 1
        assert await at.sitrep.stop() == 0
        assert "f" * 32 not in at.sitrep.err

        at.sitrep.more["PAGERDUTY_ROUTING_KEY_PLATFORM"] = right
        await at.sitrep.started()
        await until(lambda: len(at.duty.rings) == 1, "PagerDuty rings")
        assert await at.sitrep.stop() == 0


async def test_a_ring_of_which_nobody_learned_that_it_arrived_is_one_ring(tmp_path: Path) -> None:
    async with oncall(tmp_path) as at:
        at.page.opens("API is slow", "major", "We look into it.", API="partial_outage")
        at.them.publish(VENDOR)
        with at.duty.mute(), at.genie.mute(), at.hook.mute():
            await at.sitrep.started()
            await until(lambda: at.duty.requests and at.genie.requests and at.hook.requests, "all three were asked")
        asked = len(at.duty.requests)
        await until(lambda: len(at.duty.requests) > asked, "it is sent again")
        await until(lambda: len(at.genie.requests) > 1, "Opsgenie is asked what is there")
        await until(lambda: len(at.hook.requests) > 1, "the webhook hears it again")
        assert await at.sitrep.stop() == 0

        assert len(at.duty.rings) == len(at.genie.rings) == len(at.hook.roots()) == 1
        assert "Traceback" not in at.sitrep.err


async def test_a_live_check_names_every_pager_and_rings_nobody(tmp_path: Path) -> None:
    async with oncall(tmp_path) as at:
        at.them.publish(VENDOR)
        checked = await at.sitrep.run("check", "--live", "--config", str(at.sitrep.config), environment=at.sitrep.more)

        assert "ok    PagerDuty: can be reached" in checked.out
        assert "ok    Opsgenie: the API key is taken" in checked.out
        assert "ok    webhook: answers (HTTP 204 to HEAD)" in checked.out
        assert at.duty.rings == at.genie.rings == []
        assert at.hook.events == {}
