"""What somebody is answered who asks in a chat, and what comes of what they press."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from bot.core.access import Access
from bot.core.message import Quote, Tone
from bot.model import Action, Asked, Command, Impact, Kind, Ref, Snapshot, State
from bot.store import incidents, sources
from bot.store.database import Database
from tests.commands.office import LEAD, ONCALL, Office, commands, text
from tests.store.world import OPS, later
from tests.unit.build import ACME, at, component, degraded, down, fine
from tests.unit.build import claim as claimed


async def test_everything_watched_is_on_one_screen_the_worst_first(database: Database) -> None:
    office = Office(database)
    await office.watches("Zeta", fine("API"))
    await office.watches("Beta", degraded("Search"))
    await office.watches("Acme")
    await office.watches("Lost", fine("API"), stale="HTTP 503")
    await office.opens(impact=Impact.CRITICAL)

    said = text(await office.says("status")).splitlines()

    assert said[0] == "2 of 4 not operational, 1 can not be told"
    assert said[1:4] == ["- Acme · critical", "  Errors · investigating since 2026-03-01 12:00 UTC", "- Beta · minor"]
    assert "- Lost · can not be read, last known: operational" in said
    assert said[-1] == "Operational: Zeta"


async def test_what_can_not_be_read_is_never_green(database: Database) -> None:
    office = Office(database)
    await office.watches("Acme", fine("API"), stale="HTTP 503")

    alone, every = await office.says("status acme"), await office.says("status")

    assert {alone.message.tone, every.message.tone} == {Tone.NOTICE}
    assert alone.message.headline == "Acme: can not be read, last known: operational"
    assert "Can not be read for 1 h: HTTP 503" in text(alone)


async def test_a_vendor_is_shown_with_its_page_the_last_words_and_what_is_planned(database: Database) -> None:
    office = Office(database)
    await office.watches("Acme", fine("API"), down("Login"), degraded("Search"))
    await office.opens(components=(down("Login"),))
    planned = {"kind": Kind.MAINTENANCE, "state": State.SCHEDULED, "impact": Impact.MAINTENANCE, "title": "Upgrade"}
    await office.opens("acme-2", **planned, starts_at=later(days=1))

    answer = await office.says("status acme")
    said = text(answer)

    assert answer.shareable
    assert answer.message.headline == "Acme: major"
    assert "status.acme.example (https://status.acme.example), checked 0 s ago" in said
    assert "“We are looking into it.”" in said
    assert "Affects: Login" in said
    assert "Not well: Search (degraded)" in said
    assert "Upgrade · Planned for 2026-03-02 12:00 UTC" in said


async def test_a_component_that_is_asked_for_is_shown_well_or_not(database: Database) -> None:
    office = Office(database)
    await office.watches("OpenAI", fine("Conversations"), degraded("Sora"))

    said = text(await office.says("chatgpt"))

    assert "Conversations: operational" in said
    assert "OpenAI: minor" in said


async def test_a_vendor_and_a_part_of_it_may_be_named_together(database: Database) -> None:
    office = Office(database)
    await office.watches("GitHub", fine("Pages"), degraded("Actions"))

    for asked in ("github pages", "github gh-pages", "pages"):
        said = text(await office.says(asked))
        assert "GitHub: minor" in said
        assert "Pages: operational" in said
        assert "is taken for" not in said


async def test_a_slip_of_the_finger_finds_who_was_meant_and_says_so(database: Database) -> None:
    office = Office(database)
    await office.watches("OpenAI")
    await office.watches("Intranet")

    assert "“opnai” is taken for OpenAI." in text(await office.says("status opnai"))
    assert "“intrnet” is taken for Intranet." in text(await office.says("status intrnet"))


async def test_several_that_may_be_meant_are_offered(database: Database) -> None:
    office = Office(database)
    await office.watches("Acme", fine("Login"))
    await office.watches("Beta", fine("Login page"))

    answer = await office.says("status login")

    assert commands(answer) == ["status acme", "status beta"]


async def test_a_vendor_that_nobody_watches_is_looked_at_after_an_answer_at_once(database: Database) -> None:
    office = Office(database)
    office.pages["github"] = Snapshot(
        vendor="github", format="statuspage", incidents=(claimed("1", title="No pushes"),), components=(fine("Git"),)
    )

    answer = await office.answers("status github")
    assert "looking" in answer.reply.message.headline
    assert answer.later is not None
    said = text(await answer.later())

    assert "No pushes" in said
    assert "GitHub is not watched: this is its page just now." in said
    assert await incidents.recent_incidents(database, 10) == ()


async def test_a_page_that_nobody_watches_and_nobody_can_read_is_not_green(database: Database) -> None:
    answer = await Office(database).answers("status github")
    assert answer.later is not None

    late = await answer.later()

    assert late.message.tone is Tone.NOTICE
    assert "can not be read" in text(late)


@pytest.mark.parametrize("can_be_read", [True, False])
async def test_what_our_own_witnesses_tell_of_a_vendor_is_shown_though_nobody_watches_its_page(
    database: Database,
    *,
    can_be_read: bool,
) -> None:
    office = Office(database)
    if can_be_read:
        office.pages["github"] = Snapshot(vendor="github", format="statuspage", components=(fine("Actions"),))
    await office.says("report github actions")

    answer = await office.answers("status github")
    assert answer.later is not None
    late = await answer.later()

    assert "Actions is failing" in text(late)
    assert "1 person is affected" in text(late)
    assert "not watched" in text(late)
    assert late.message.tone is not Tone.RESOLVED


async def test_what_nobody_knows_is_said_to_be_unknown(database: Database) -> None:
    assert "Nothing is called “qqqqqq”" in text(await Office(database).says("qqqqqq"))


async def test_a_name_that_is_almost_a_verb_is_a_name(database: Database) -> None:
    office = Office(database)
    await office.watches("Acks")

    assert (await office.says("acks")).message.headline == "Acks: operational"
    assert "ack" in commands(await office.says("akc"))


async def test_an_ack_reaches_the_root_and_the_thread_and_says_so_to_who_pressed(database: Database) -> None:
    office = Office(database)
    await office.opens()
    delivery = await office.tells()
    root = delivery.fake.root("ops")

    answer = await office.desk.ask(
        Asked(command=Command(action=Action.ACK, incident="acme-1"), person=ONCALL, thread=root.ref)
    )
    assert office.due.is_set()
    await delivery.settles()

    assert answer.reply.message.headline == "You have it"
    assert [posted.headline for posted in root.thread] == ["Acknowledged by on-call"]
    assert "Acknowledged by on-call at " in text(replace(answer.reply, message=root.message))


async def test_in_a_thread_its_incident_is_meant(database: Database) -> None:
    office = Office(database)
    await office.opens("acme-1")
    root = (await office.tells()).fake.root("ops").ref
    office.clock.move(minutes=1)
    await office.opens("acme-2")

    await office.says("ack", thread=root)

    assert (await office.now("acme-1")).acked is not None
    assert (await office.now("acme-2")).acked is None


@pytest.mark.parametrize("thread", [None, Ref("somewhere else")])
async def test_elsewhere_the_newest_is_meant_and_the_others_are_offered(database: Database, thread: Ref | None) -> None:
    office = Office(database)
    await office.opens("acme-1")
    office.clock.move(minutes=1)
    await office.opens("acme-2")

    answer = await office.says("ack", thread=thread)

    assert (await office.now("acme-2")).acked is not None
    assert commands(answer) == ["ack acme-1"]


async def test_an_incident_is_found_by_the_beginning_of_its_id_and_by_its_vendor(database: Database) -> None:
    office = Office(database)
    await office.opens("acme-1a")
    await office.opens("beta-2b", vendor="beta")

    assert "acme-1a" in text(await office.says("ack ACME-1"))
    assert "beta-2b" in text(await office.says("ack beta"))
    assert "No open incident is called “gamma-9”" in text(await office.says("ack gamma-9"))


async def test_what_is_only_planned_is_not_what_is_acknowledged(database: Database) -> None:
    office = Office(database)
    await office.opens("acme-1a")
    office.clock.move(minutes=1)
    await office.opens("acme-2b", state=State.SCHEDULED)
    await office.opens("acme-3c", state=State.RESOLVED, resolved_at=at(5))

    await office.says("ack acme")
    answer = await office.says("note on it")

    assert (await office.now("acme-1a")).acked is not None
    assert commands(answer) == []


async def test_a_vendor_without_an_open_incident_has_none_to_acknowledge(database: Database) -> None:
    office = Office(database)
    for number in (1, 2):
        await office.opens(f"acme-{number}", state=State.RESOLVED, resolved_at=at(5))

    assert "No open incident is called “acme”" in text(await office.says("ack acme"))
    assert commands(await office.says("incident acme")) == ["details acme-1", "details acme-2"]


async def test_a_beginning_that_several_share_is_asked_back(database: Database) -> None:
    office = Office(database)
    await office.opens("acme-1a")
    await office.opens("acme-1b")

    answer = await office.says("mute acme-1 4h")

    assert sorted(commands(answer)) == ["mute acme-1a 4h", "mute acme-1b 4h"]
    assert (await office.now("acme-1a")).muted is None


async def test_two_at_once_are_not_both_the_first(database: Database) -> None:
    office = Office(database)
    await office.opens()

    said = await asyncio.gather(office.says("ack", ONCALL), office.says("ack", LEAD), office.says("ack", ONCALL))

    assert sum(reply.message.headline == "You have it" for reply in said) == 1
    assert len(await incidents.timeline(database, "acme-1")) == 2


async def test_an_ack_that_crosses_the_end_never_reopens(database: Database) -> None:
    office = Office(database)
    await office.opens(state=State.RESOLVED, resolved_at=at(5))

    answer = await office.says("ack acme-1")

    assert answer.message.headline == "Already resolved: nothing was changed"
    assert (await office.now()).state is State.RESOLVED
    assert not office.due.is_set()


async def test_a_note_may_begin_with_what_looks_like_an_id(database: Database) -> None:
    office = Office(database)
    await office.opens()

    await office.says("note us-east-1 is back")
    await office.says("note acme-1 we failed over")

    said = [entry.text for entry in await incidents.timeline(database, "acme-1")]
    assert said[1:] == ["us-east-1 is back", "we failed over"]


async def test_details_are_the_timeline_with_times_and_sources(database: Database) -> None:
    office = Office(database)
    await office.opens()
    await office.says("note we failed over")

    said = text(await office.says("incident acme-1"))

    assert "2026-03-01 12:00 UTC · Acme posted: Errors" in said
    assert "2026-03-01 12:00 UTC · Note by on-call\n“we failed over”" in said


async def test_incidents_are_listed_and_those_of_one_vendor_too(database: Database) -> None:
    office = Office(database)
    await office.opens("acme-1")
    await office.opens("openai-2", vendor="openai")
    await office.opens("acme-0", state=State.RESOLVED, resolved_at=at(5))

    assert (await office.says("incidents")).message.headline == "2 open incidents"
    assert (await office.says("incidents chatgpt")).message.headline == "1 open incident of OpenAI"
    assert commands(await office.says("incidents all"))
    assert (await office.says("incidents all")).message.headline == "3 incidents"
    assert text(await office.says("incidents nobody")) == "No open incident of nobody"


async def test_health_calls_nothing_well_that_nobody_has_looked_at(database: Database) -> None:
    office = Office(database)
    before = (await office.says("health")).message
    await sources.register(database, [ACME], at(0))
    after = (await office.says("health")).message

    assert before.headline == "Nothing is watched yet: `sitrep run` has not begun to"
    assert after.headline == "Nothing has been looked at yet"
    assert before.tone is after.tone is Tone.NOTICE


async def test_health_says_what_is_wrong_with_the_platforms_themselves(database: Database) -> None:
    office = Office(database)
    office.desk.platforms = lambda: ("Slack has stopped: the token was revoked",)

    said = text(await office.says("health"))

    assert "Something needs a look" in said
    assert "Slack has stopped: the token was revoked" in said


async def test_health_names_what_can_not_be_read_and_what_could_not_be_told(database: Database) -> None:
    office = Office(database)
    await office.watches("Zeta")
    assert "everything was told" in text(await office.says("health"))
    await office.watches("Acme", stale="HTTP 503")
    await office.opens()
    await office.tells(forbidden=OPS.address)

    said = text(await office.says("health"))

    assert "Acme · can not be read for 1 h, since 2026-03-01 11:00 UTC" in said
    assert "HTTP 503" in said
    assert "fake:ops · parked: no access to ops" in said


async def test_help_shows_everything_that_can_be_asked(database: Database) -> None:
    said = text(await Office(database).says("help"))

    assert all(word in said for word in ("status", "incidents", "ack", "mute", "note", "health"))


async def test_while_somebody_types_open_incidents_are_offered(database: Database) -> None:
    office = Office(database)
    await office.opens("acme-1", title="No logins")
    await office.opens("beta-2", vendor="beta")

    assert [name for _, name in await office.desk.complete("")] == ["acme-1", "beta-2"]
    assert await office.desk.complete("logi") == (("Acme: No logins (major)", "acme-1"),)
    assert [name for _, name in await office.desk.complete("BETA-")] == ["beta-2"]
    assert await office.desk.complete("zzz") == ()


async def test_while_somebody_types_what_is_watched_is_offered_before_what_is_not(database: Database) -> None:
    office = Office(database)
    await office.watches("Zeta Open", down("API"))
    await office.watches("Acme")

    everything = await office.desk.suggest("")
    some = await office.desk.suggest("open")

    assert everything == (("Zeta Open", "Zeta Open"), ("Acme", "Acme"))
    assert some[0] == ("Zeta Open", "Zeta Open")
    assert ("OpenAI", "openai") in some


async def test_what_is_offered_is_understood(database: Database) -> None:
    office = Office(database)
    await office.watches("Zeta Open")

    for typed in ("zeta", "chatgt", "gpt", "cloudflr"):
        offered = await office.desk.suggest(typed)

        assert offered
        for name, value in offered:
            assert name in text(await office.says(f"status {value}"))


async def test_what_nobody_has_ever_heard_of_is_offered_as_nothing(database: Database) -> None:
    assert await Office(database).desk.suggest("qqqqqqqqqq") == ()


async def test_when_nothing_can_be_offered_there_is_no_error_either(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    office = Office(database)
    await database.write(lambda connection: connection.exec_driver_sql("DROP TABLE incident"))

    assert await office.desk.complete("acme") == ()
    assert await office.desk.suggest("") == ()
    assert caplog.text.count("nothing could be offered") == 2


async def test_who_may_not_respond_is_told_so_and_nothing_changes(database: Database) -> None:
    office = Office(database, access=Access(responders=("fake:role:ops", LEAD.key)))
    await office.opens()

    for words in ("ack", "note We switched over.", "mute 4h", "unack", "unmute", "link https://wiki.example"):
        answer = text(await office.says(words, ONCALL))
        assert "Only responders may" in answer
        assert "sitrep.toml" in answer
    before = await office.now()
    counted = text(await office.says("affected", ONCALL))
    await office.says("ack", replace(ONCALL, roles=("ops",)))

    assert before.acked is None
    assert "Counted" in counted
    assert (await office.now()).acked is not None


async def test_at_home_are_the_open_incidents_and_everything_watched(database: Database) -> None:
    office = Office(database)
    await office.watches("Zeta")
    await office.opens()

    home = await office.desk.home(ONCALL)

    assert "Acme: Errors" in text(home)
    assert "Operational: Zeta" in text(home)
    assert commands(home) == ["details acme-1"]


async def test_an_error_of_ours_is_logged_and_answered_in_one_sentence(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    office = Office(database)
    await database.write(lambda connection: connection.exec_driver_sql("DROP TABLE source"))

    answer = await office.says("status")

    assert "on our side" in answer.message.headline
    assert "Traceback" in caplog.text


async def test_a_page_with_hundreds_of_broken_parts_is_still_readable(database: Database) -> None:
    office = Office(database)
    await office.watches("Acme", *(down(f"Region {number}") for number in range(300)))
    for number in range(30):
        parts = tuple(component(f"Part {number} {n}") for n in range(300))
        await office.opens(f"acme-{number}", title="Errors " * 200, components=parts)

    for asked in ("status", "status acme", "incidents", "details acme-1", "health", "help"):
        answer = await office.says(asked)
        assert len(text(answer)) < 8_000
        assert len(answer.message.parts) <= 40
        assert len(answer.choices) <= 25
        assert sum(isinstance(part, Quote) for part in answer.message.parts) <= 5
