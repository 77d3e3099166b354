"""The real program on Slack: an incident of the team's own, by forms alone, from its declaration to its end."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.e2e.program import patiently, until
from tests.e2e.test_killed import dice, vendors
from tests.e2e.test_slack import OnSlack, on_slack
from tests.localslack import readable
from tests.localslack.nouns import Channel, Message


def line(value: str) -> dict[str, Any]:
    return {"type": "plain_text_input", "value": value}


async def filled(sitrep: OnSlack, known: int, values: dict[str, Any]) -> None:
    """Fill in the form that is opened next, and wait until it is answered."""
    views = sitrep.slack.world.views
    assert await patiently(lambda: len(views) > known)
    await (await sitrep.slack.person().submits([*views.values()][known], values)).acked()


def root(sitrep: OnSlack, channel: Channel) -> Message:
    return sitrep.slack.world.roots(channel.id)[0]


def thread(sitrep: OnSlack, channel: Channel) -> list[Message]:
    return sitrep.slack.world.thread(channel.id, root(sitrep, channel).ts)


async def test_it_is_declared_and_resolved_by_forms_and_the_program_may_die_between(tmp_path: Path) -> None:
    async with vendors(1, dice()) as them, on_slack(tmp_path, ["vendor-00"]) as sitrep:
        channel = sitrep.slack.world.named("vendor-00")
        sitrep.watches(them.urls, more=f'[[route]]\nmatch = {{ vendor = "ours" }}\nto = ["slack:{channel.id}"]\n')
        await sitrep.started()
        await sitrep.slack.sockets.until_connected()

        await (await sitrep.slack.person().runs("/incident", "declare", channel.id)).acked()
        impact = {"type": "static_select", "selected_option": {"value": "major"}}
        said = {"title": {"title": line("Checkout is down")}, "impact": {"impact": impact}}
        await filled(sitrep, 0, {**said, "words": {"words": line("Cards are refused.")}})
        await until(lambda: len(sitrep.told()) > 1, "the incident is told")
        await sitrep.kill()
        await sitrep.started()
        await sitrep.slack.sockets.until_connected()
        await (await sitrep.slack.person().presses(root(sitrep, channel), "sitrep:resolve")).acked()
        await filled(sitrep, 1, {"words": {"words": line("It was the gateway.")}})

        assert await patiently(lambda: "Resolved · was major" in readable(root(sitrep, channel)))
        assert await patiently(lambda: len(thread(sitrep, channel)) == 2)
        declared, resolved = (readable(one) for one in thread(sitrep, channel))
        assert "Declared by reader" in declared
        assert "Cards are refused." in declared
        assert "Resolved by reader after" in resolved
        assert len(sitrep.slack.world.roots(channel.id)) == 1
        assert await sitrep.stop() == 0
        assert "Traceback" not in sitrep.err
