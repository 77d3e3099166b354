"""Who is in a user group of Slack's: read when it matters, remembered for a while, and never made up."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from adapters.slack.directory import AGAIN, FRESH, SlackDirectory
from adapters.slack.platform import Slack
from adapters.slack.workspaces import Workspaces
from bot.errors import PlatformStopped
from bot.model import Person
from tests import localslack
from tests.adapters.fakedesk import Kept
from tests.fakes import ManualClock
from tests.localslack import LocalSlack, local_slack
from tests.localslack.nouns import SCOPES

GROUP, OTHER = "slack:S0OPS", "T0OTHER"
LEAD, SUPPORT = Person("slack", "U1", "lead"), Person("slack", "U2", "support")
READ = "usergroups.users.list"


class Scene:
    """A workspace with the group `ops`, of which the lead is a member, and those who ask for it."""

    def __init__(self, slack: LocalSlack) -> None:
        self.slack = slack
        self.clock, self.kept = ManualClock(), Kept()
        self.group = slack.world.group("S0OPS", "ops", LEAD.id)
        self.made: list[Slack] = []
        self.directory = self.begins()

    def begins(self, *, for_many: bool = False) -> SlackDirectory:
        """Begin as a new process does, which remembers what was kept."""

        def make(token: str, _team: str = "") -> Slack:
            self.made.append(Slack(token, api_url=self.slack.api_url, now=self.clock.now))
            return self.made[-1]

        async def token(team: str) -> str | None:
            return next((one.token for one in self.slack.world.installations.values() if one.team == team), None)

        self.home = make(self.slack.token)
        workspaces = Workspaces(self.home, token, make)
        self.directory = SlackDirectory(workspaces.workspace, self.kept, self.clock.now, for_many=for_many)
        return self.directory

    async def has(self, person: Person, *groups: str) -> bool:
        return bool(await self.directory.groups_of(person, groups or (GROUP,)))

    @property
    def calls(self) -> int:
        return sum(one.method == READ for one in self.slack.journal.calls)

    def waits(self, span: timedelta) -> None:
        self.clock.move(seconds=span.total_seconds())


@pytest.fixture
async def at() -> AsyncIterator[Scene]:
    async with local_slack(limits=False) as slack:
        scene = Scene(slack)
        yield scene
        for one in scene.made:
            await one.close()


async def test_a_member_is_known_and_nobody_else(at: Scene) -> None:
    assert await at.directory.groups_of(LEAD, ("slack:S0OPS", "discord:role:1", "slack:U1")) == [GROUP]
    assert not await at.has(SUPPORT)
    assert at.directory.condition() == ""


async def test_a_group_is_read_once_in_a_while_however_often_it_is_asked_for(at: Scene) -> None:
    for _ in range(5):
        assert await at.has(LEAD)
    assert not await at.has(SUPPORT)

    assert at.calls == 1


async def test_who_leaves_loses_its_rights_within_five_minutes(at: Scene) -> None:
    assert await at.has(LEAD)
    at.group.users.clear()
    at.waits(FRESH)

    assert not await at.has(LEAD)


async def test_who_comes_in_has_them_soon(at: Scene) -> None:
    assert not await at.has(SUPPORT)
    at.group.users.append(SUPPORT.id)
    at.waits(AGAIN)

    assert await at.has(SUPPORT)
    assert at.calls == 2


@pytest.mark.parametrize(
    "fault",
    [
        localslack.status(500),
        localslack.drops(),
        localslack.error("internal_error"),
        localslack.rate_limited(30),
        localslack.error("missing_scope"),
        localslack.error("plan_upgrade_required"),
    ],
    ids=["500", "dropped", "internal", "limited", "scope", "plan"],
)
async def test_while_slack_can_not_be_asked_those_last_known_hold(at: Scene, fault: localslack.Fault) -> None:
    assert await at.has(LEAD)
    at.waits(FRESH)
    at.slack.faults.add(READ, fault, times=9)

    assert await at.has(LEAD)
    assert not await at.has(SUPPORT)
    assert "the members of the user group S0OPS can not be read (" in at.directory.condition()
    assert "whoever was in it at 2026-03-01 12:00 UTC still counts" in at.directory.condition()


async def test_also_after_a_restart(at: Scene) -> None:
    assert await at.has(LEAD)
    at.begins()
    at.waits(FRESH)
    at.slack.faults.add(READ, localslack.status(500), times=9)

    assert await at.has(LEAD)
    assert not await at.has(SUPPORT)


async def test_of_a_group_that_was_never_read_nobody_is_known(at: Scene) -> None:
    at.slack.faults.add(READ, localslack.status(500), times=9)

    assert not await at.has(LEAD)
    assert at.directory.condition().endswith("nobody is known to be in it")


async def test_a_slack_that_says_nothing_holds_nobody_up(at: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adapters.slack.directory._PATIENCE", 0.05)
    at.slack.faults.add(READ, localslack.hangs())

    assert not await at.has(LEAD)
    assert "(no answer in time)" in at.directory.condition()
    at.slack.faults.release()


async def test_when_it_can_be_asked_again_all_is_well(at: Scene) -> None:
    at.slack.faults.add(READ, localslack.status(500))
    assert not await at.has(LEAD)
    at.waits(AGAIN)

    assert await at.has(LEAD)
    assert at.directory.condition() == ""


async def test_the_scope_that_is_missing_for_groups_stops_nothing_else(at: Scene) -> None:
    at.slack.world.installation.scopes = tuple(one for one in SCOPES if one != "usergroups:read")

    assert not await at.has(LEAD)
    assert "the app lacks a scope; compare it with manifest.yaml" in at.directory.condition()
    assert (await at.home.web.call("auth.test"))["ok"]


async def test_a_token_that_is_revoked_stops_it_as_ever(at: Scene) -> None:
    assert await at.has(LEAD)
    at.slack.world.installation.state = "token_revoked"
    at.waits(FRESH)

    assert await at.has(LEAD)
    with pytest.raises(PlatformStopped):
        await at.home.web.call("auth.test")


async def test_a_group_that_is_gone_has_nobody_in_it(at: Scene) -> None:
    assert await at.has(LEAD)
    at.group.disabled = True
    at.waits(FRESH)

    assert not await at.has(LEAD)
    assert "(there is no such group)" in at.directory.condition()


async def test_a_group_counts_in_the_workspace_that_it_is_in(at: Scene) -> None:
    at.slack.world.workspace(OTHER, token="xoxb-other")
    at.slack.world.group("S0ELSE", "ops", "U7", team=OTHER)
    at.begins(for_many=True)
    there, home = Person("slack", "U7", "lead", team=OTHER), Person("slack", "U1", "lead", team=localslack.TEAM)

    assert await at.directory.groups_of(there, (GROUP, "slack:S0ELSE")) == ["slack:S0ELSE"]
    assert await at.directory.groups_of(home, (GROUP, "slack:S0ELSE")) == [GROUP]
    assert at.directory.condition() == ""


async def test_in_a_workspace_that_we_are_not_in_nobody_is_known(at: Scene) -> None:
    at.begins(for_many=True)

    assert not await at.has(Person("slack", "U1", "lead", team="T0NOWHERE"))
    assert "not installed in the workspace T0NOWHERE" in at.directory.condition()


async def test_a_channel_is_found_by_its_name(at: Scene) -> None:
    ops = at.slack.world.channel("incidents")
    at.slack.world.workspace(OTHER, token="xoxb-other")
    there = at.slack.world.channel("incidents", team=OTHER)

    assert await at.directory.id_of("#incidents") == ops.id
    assert await at.directory.id_of(f"{OTHER}/#incidents") == there.id
    assert await at.directory.id_of(f"{OTHER}/{there.id}") == there.id
    assert await at.directory.id_of("C0123") == "C0123"


async def test_a_channel_that_is_not_there_is_looked_for_again_after_a_while(at: Scene) -> None:
    for _ in range(3):
        assert await at.directory.id_of("#war-room") == ""
    before = sum(one.method == "conversations.list" for one in at.slack.journal.calls)
    said = at.directory.condition()
    room = at.slack.world.channel("war-room")
    at.waits(AGAIN)

    assert before == 1
    assert said == "Slack: the channel #war-room of [[access.channel]] can not be found: its rules hold in all channels"
    assert await at.directory.id_of("#war-room") == room.id
    assert at.directory.condition() == ""


async def test_what_can_not_be_told_is_known_before_anybody_needs_it(at: Scene) -> None:
    at.slack.world.channel("ops")

    await at.directory.learn((GROUP, "slack:S404"), ("#ops", "#nowhere", "C0123"))

    said = at.directory.condition()
    assert said.startswith("Slack: the members of the user group S404 can not be read (there is no such group)")
    assert "the channel #nowhere of [[access.channel]] can not be found" in said
    assert "S0OPS" not in said
    assert "#ops" not in said


async def test_of_several_workspaces_none_is_asked_before_somebody_writes_from_it(at: Scene) -> None:
    await at.begins(for_many=True).learn((GROUP,), ())

    assert at.calls == 0
