"""`watch … here`, `watch stop`, `watch list`: channels that choose what they hear."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest

from bot.core.access import Access, Right
from bot.core.audit import CameOf
from bot.core.message import Reply
from bot.core.wanted import Wanted
from bot.errors import PermanentFailure
from bot.model import Destination, Impact, Kind, Person, Snapshot
from bot.ports import Visit
from bot.store import announcements, audit, chat_routes, sources
from bot.store.database import Database
from tests.commands.office import LEAD, ONCALL, Office, commands, text
from tests.unit.build import component, down, fine

SUPPORT, OTHER = "C5", "C6"
FASTLY = Snapshot(vendor="fastly", format="statuspage", components=(fine("CDN"),), complete_open_set=True)


@dataclass(slots=True)
class Channels:
    """The channels of a platform: `names` lead to ids; the bot is in all but `strange` ones."""

    names: Mapping[str, str] = field(default_factory=lambda: {"#vendor-status": "C1"})
    strange: frozenset[str] = frozenset({"C9"})

    async def visit(self, address: str) -> Visit:
        if address == "C404":
            raise PermanentFailure("the bot sees no channel C404")
        here = self.names.get(address, address)
        return Visit(here, ("C9: the bot is not a member: /invite it there",) if here in self.strange else ())


@pytest.fixture
async def office(database: Database) -> Office:
    one = Office(database, access=Access(admins=("fake:1",)), pages={"fastly": FASTLY})
    one.desk.visits = {"fake": Channels().visit}
    one.desk.configured = (Destination("fake", "#vendor-status"),)
    await one.watches("Acme", fine("API"), down("Sora"))
    return one


async def says(office: Office, words: str, where: str = SUPPORT, by: Person = ONCALL) -> Reply:
    return (await office.desk.say(words, by, address=where)).reply


async def made(office: Office) -> list[tuple[str, str, str]]:
    return [(one.vendor, str(one.to), one.by) for one in await chat_routes.made(office.database)]


async def told_in(office: Office, incident: str = "acme-1") -> list[str]:
    return [str(one.destination) for one in await announcements.of_incident(office.database, incident)]


async def test_a_channel_is_told_what_it_asks_for_from_now_on_and_what_is_open_at_once(office: Office) -> None:
    await office.opens(components=(component("Sora"),), impact=Impact.MAJOR)
    await office.opens("acme-2", components=(component("API"),), impact=Impact.MAJOR)

    said = text(await says(office, "watch acme components=sora min=major here"))

    assert said.split("\n") == [
        "From now on this channel is told Acme's incidents",
        "Which: about sora, major or worse.",
        "1 is open, and told there now.",
    ]
    assert await made(office) == [("acme", "fake:C5", "on-call")]
    assert await told_in(office) == ["fake:ops", "fake:C5"]
    assert await told_in(office, "acme-2") == ["fake:ops"]


async def test_what_is_open_is_told_there_as_it_stands_without_all_that_was_said_before(office: Office) -> None:
    await office.opens()
    await office.says("note we look into it")
    await says(office, "watch acme here")

    delivery = await office.tells()

    (root,) = delivery.fake.channels[SUPPORT]
    assert (root.headline, root.thread) == ("Acme: Errors", [])
    assert len(delivery.fake.channels["ops"][0].thread) == 1


async def test_other_filters_take_the_place_of_the_first_and_the_same_change_nothing(office: Office) -> None:
    await says(office, "watch acme min=major here")

    assert "This channel is told Acme's incidents already" in text(await says(office, "watch here acme min=major"))
    changed = text(await says(office, "watch acme kind=incident,maintenance here"))

    assert "Which: incidents and maintenances. Before: major or worse." in changed
    (one,) = await chat_routes.made(office.database)
    assert one.filters.kinds == (Kind.INCIDENT, Kind.MAINTENANCE)


async def test_a_channel_that_the_file_names_too_is_told_once(office: Office) -> None:
    await says(office, "watch acme here", where="C1")

    assert await made(office) == [("acme", "fake:#vendor-status", "on-call")]


async def test_the_list_tells_which_are_this_channels_and_who_said_so(office: Office) -> None:
    await says(office, "watch acme min=major here", where=OTHER)
    await says(office, "watch acme here")

    said = text(await says(office, "watch list", by=LEAD)).split("\n")

    assert said[-3:] == [
        "Channels that chose what they hear",
        "Acme → this channel: whatever is told of it · by on-call at 2026-03-01 12:00 UTC",
        "Acme → fake:C6: major or worse · by on-call at 2026-03-01 12:00 UTC",
    ]


@pytest.mark.parametrize("words", ["watch stop acme", "watch remove acme here", "watch remove ACME to fake:C5"])
async def test_it_is_taken_back_and_what_is_open_stays(office: Office, words: str) -> None:
    await says(office, "watch acme here")
    if "to fake" in words:
        words = "watch stop Acme"

    said = text(await says(office, words))

    assert "This channel no longer asks for Acme's incidents" in said
    assert await made(office) == []
    assert "Nobody has asked for “acme” in this channel" in text(await says(office, "watch stop acme"))
    assert await sources.entry(office.database, "feed:acme") is not None


async def test_what_another_channel_asked_for_is_offered_to_be_stopped(office: Office) -> None:
    await says(office, "watch acme here", where=OTHER)

    reply = await says(office, "watch stop acme")

    assert commands(reply) == ["watch stop acme to fake:C6"]


async def test_a_vendor_that_nobody_watches_is_watched_as_well(office: Office) -> None:
    answer = await office.desk.say("watch fastly here", ONCALL, address=SUPPORT)

    assert "From now on this channel is told Fastly's incidents" in text(answer.reply)
    assert await made(office) == [("fastly", "fake:C5", "on-call")]
    entry = await sources.entry(office.database, "feed:fastly")
    assert entry is not None
    assert entry.origin == sources.CHAT
    assert answer.later is not None
    assert "Fastly is watched from now on." in text(await answer.later())


async def test_a_name_that_may_be_several_is_asked_back_and_changes_nothing(office: Office) -> None:
    reply = await says(office, "watch fastli min=major here")

    assert "watch here fastly min=major" in commands(reply)
    assert await made(office) == []


async def test_a_filter_that_fits_nothing_is_told_with_what_is_like_it(office: Office) -> None:
    reply = await says(office, "watch acme components=API, Soar min=major here")

    assert "Nothing on Acme's page is called “Soar”. Nothing was changed" in text(reply)
    assert commands(reply) == ["watch here acme components=API, Sora min=major"]
    assert await made(office) == []


async def test_what_the_file_leaves_out_is_said(office: Office) -> None:
    await office.watches("Other", fine("API"), fine("Login"), wanted=("Login",))

    said = text(await says(office, "watch other here"))

    assert "sitrep.toml watches only this of it: Login. The rest is told nowhere." in said


@pytest.mark.parametrize(
    ("words", "where", "why"),
    [
        ("watch acme here", "C9", "Nothing can be told in this channel yet\nC9: the bot is not a member"),
        ("watch acme to slack:C404", "C5", "Sitrep is not connected to Slack."),
        ("watch acme here", "C404", "the bot sees no channel C404"),
        ("watch acme here", "", "“here” is no channel"),
        ("watch acme to #elsewhere", "C5", "“#elsewhere” is no channel"),
    ],
)
async def test_a_channel_that_can_not_be_told_is_answered_plainly(
    office: Office, words: str, where: str, why: str
) -> None:
    assert why in text(await says(office, words, where))
    assert await made(office) == []


@pytest.mark.parametrize("words", ["watch acme here", "watch stop acme"])
async def test_only_admins_choose(office: Office, words: str) -> None:
    assert "Only admins may choose what a channel hears" in text(await says(office, words, by=LEAD))
    assert await made(office) == []


async def test_at_a_terminal_here_is_the_console(office: Office) -> None:
    person = Person("console", "somebody", "somebody")
    office.desk.trail.access = Access(admins=(person.key,))
    office.desk.visits = None

    assert "told Acme's incidents" in text(await says(office, "watch acme here", where="", by=person))
    assert "to slack:#ops" in commands(await says(office, "watch acme to slack:#ops", where="", by=person))[0]
    assert {to for _, to, _ in await made(office)} == {"console", "slack:#ops"}


async def test_what_only_one_person_reports_is_told_nowhere_yet(office: Office) -> None:
    await office.says("report acme: it fails", by=LEAD)

    assert "is open" not in text(await says(office, "watch acme here"))


async def test_what_is_muted_is_not_told_there_before_that_is_over(office: Office) -> None:
    await office.opens(untold=True)

    said = text(await says(office, "watch acme here"))

    assert "1 is open and muted: told when that is over." in said
    assert (await office.tells()).fake.channels == {}
    assert await told_in(office) == ["fake:ops", "fake:C5"]


EVERYBODY = {Right.ROUTES: ("everyone",)}


@pytest.mark.parametrize("words", ["watch acme min=major to <#C1|vendor-status>", "watch acme to <#C6|other>"])
async def test_who_may_choose_for_one_channel_may_not_for_another(office: Office, words: str) -> None:
    office.desk.trail.access = Access(admins=("fake:1",), channels=((f"fake:{SUPPORT}", Access(may=EVERYBODY)),))

    mine, another = [(await says(office, said, by=LEAD)).message.headline for said in ("watch acme here", words)]

    assert mine == "From now on this channel is told Acme's incidents"
    assert another == "Only admins may choose what a channel hears"
    assert await made(office) == [("acme", f"fake:{SUPPORT}", "lead")]
    assert [one.came_of for one in await audit.deeds(office.database, Wanted(), None)] == [CameOf.DENIED, CameOf.DONE]


async def test_who_chooses_for_another_channel_takes_nothing_from_it(office: Office) -> None:
    await says(office, "watch acme here", OTHER)
    office.desk.trail.access = Access(admins=("fake:1",), channels=((f"fake:{SUPPORT}", Access(may=EVERYBODY)),))

    denied = await says(office, f"watch stop acme to <#{OTHER}>", by=LEAD)

    assert denied.message.headline == "Only admins may choose what a channel hears"
    assert await made(office) == [("acme", f"fake:{OTHER}", "on-call")]


async def test_who_may_choose_what_a_channel_hears_may_not_for_that_change_what_is_watched(office: Office) -> None:
    office.desk.trail.access = Access(admins=("fake:1",), may=EVERYBODY)

    denied = await says(office, "watch fastly here", by=LEAD)

    assert denied.message.headline == "Only admins may change what is watched"
    assert await made(office) == []
    assert await sources.entry(office.database, "feed:fastly") is None
    (deed,) = await audit.deeds(office.database, Wanted(), None)
    assert (deed.action, deed.came_of) == ("follow", CameOf.DENIED)


async def test_what_a_channel_is_told_already_is_recorded_as_that(office: Office) -> None:
    await office.opens()

    for words in ("watch acme here", "watch acme here", "watch acme min=major here"):
        await says(office, words)

    came = [one.came_of for one in await audit.deeds(office.database, Wanted(), None)]
    assert came == [CameOf.DONE, CameOf.ALREADY, CameOf.DONE]
