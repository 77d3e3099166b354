"""What somebody is answered whose words may mean several, or several parts of one: all of them, never a guess."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.core.access import Access
from bot.model import Component, Snapshot
from bot.store import sources
from bot.store.database import Database
from tests.commands.office import Office, commands, text
from tests.unit.build import degraded, down, fine

ADMINS = Access(admins=("fake:1",))
MEMBERS = ("Conversations", "Search", "GPTs", "Agent", "Voice mode", "File uploads", "Deep Research", "Login")


def of(group: str, part: Component) -> Component:
    return replace(part, id=f"{group}/{part.name}", group=group)


@pytest.fixture
def office(database: Database) -> Office:
    return Office(database, access=ADMINS)


async def watched(office: Office) -> set[str]:
    return {one.source.vendor for one in await sources.all_watched(office.database)}


async def test_chatgpt_is_all_that_the_page_has_in_the_group_of_that_name(office: Office) -> None:
    chat = (of("ChatGPT", fine("Conversations")), of("ChatGPT", down("Login")))
    await office.watches("OpenAI", *chat, of("APIs", fine("Login")), of("APIs", degraded("Batch")))

    for asked in ("chatgpt", "openai ChatGPT", "status chatgpt"):
        said = text(await office.says(asked)).splitlines()
        assert said[2:4] == ["Conversations: operational", "Login: major outage"]
        assert "Login: operational" not in said


async def test_chatgpt_is_its_parts_by_name_where_the_page_tells_no_groups(office: Office) -> None:
    await office.watches("OpenAI", fine("Conversations"), degraded("Voice mode"), fine("Batch"))

    said = text(await office.says("chatgpt"))

    assert "Conversations: operational" in said
    assert "Voice mode: degraded" in said
    assert "Batch" not in said


async def test_of_many_parts_those_that_are_well_are_only_named(office: Office) -> None:
    await office.watches("OpenAI", *(fine(name) for name in MEMBERS), degraded("Image Generation"))

    said = text(await office.says("chatgpt")).splitlines()

    assert said[2] == "Image Generation: degraded"
    assert said[3].startswith("Operational: Conversations, Search, ")
    assert not [line for line in said if line.startswith("Not well")]


async def test_copilot_is_everything_whose_name_begins_so(office: Office) -> None:
    await office.watches("GitHub", fine("Copilot"), degraded("Copilot AI Model Providers"), fine("Actions"))

    answer = await office.says("copilot")

    assert "Copilot: operational" in text(answer)
    assert "Copilot AI Model Providers: degraded" in text(answer)
    assert commands(answer) == ["status microsoft-365"]


async def test_a_part_of_a_page_that_nobody_watches_is_told_of_too(office: Office) -> None:
    office.pages["openai"] = Snapshot(vendor="openai", format="incidentio", components=(fine("Conversations"),))

    answer = await office.answers("chatgpt")

    assert answer.later is not None
    assert "Conversations: operational" in text(await answer.later())


async def test_a_word_that_several_share_is_answered_with_all_of_them(office: Office) -> None:
    answer = await office.answers("google")

    assert answer.later is None
    assert "Which one? “google” may mean several" in text(answer.reply)
    assert commands(answer.reply)[:3] == ["status gcp", "status google-workspace", "status firebase"]


async def test_the_one_that_is_watched_is_shown_and_the_others_are_offered(office: Office) -> None:
    await office.watches("GCP", fine("Cloud Run"))

    answer = await office.says("google")

    assert answer.message.headline == "GCP: operational"
    assert "may also mean one of these" in text(answer)
    assert commands(answer)[0] == "status google-workspace"
    assert "status gcp" not in commands(answer)


async def test_beside_one_that_is_watched_and_called_just_so_nobody_is_offered(office: Office) -> None:
    await office.watches("Grafana")

    assert commands(await office.says("grafana")) == []


async def test_several_that_are_watched_are_all_shown(office: Office) -> None:
    await office.watches("GCP", fine("Cloud Run"))
    await office.watches("Firebase", fine("Hosting"))

    answer = await office.says("google")

    assert "2 that “google” may mean" in text(answer)
    assert commands(answer)[:3] == ["status firebase", "status gcp", "status google-workspace"]


async def test_whoever_is_called_just_so_is_looked_at_and_the_others_are_offered(office: Office) -> None:
    office.pages["atlassian"] = Snapshot(vendor="atlassian", format="statuspage", components=(fine("Jira"),))

    answer = await office.answers("atlassian")

    assert answer.later is not None
    assert commands(await answer.later())[:2] == ["status jira", "status confluence"]


async def test_the_beginning_of_many_names_is_answered_with_some_and_how_many_more(office: Office) -> None:
    answer = await office.says("open")

    assert len(commands(answer)) == 5
    assert "more are called like it: type more of the name" in text(answer)


@pytest.mark.parametrize("typed", ["google", "gogle"])
async def test_nothing_is_watched_as_long_as_it_is_not_clear_whom_it_means(office: Office, typed: str) -> None:
    answer = await office.answers(f"watch add {typed}")

    assert answer.later is None
    assert commands(answer.reply)[:2] == ["watch add gcp", "watch add google-workspace"]
    assert await watched(office) == set()


async def test_what_is_watched_comes_with_the_others_of_that_name(office: Office) -> None:
    answer = await office.answers("watch add atlassian")

    assert await watched(office) == {"atlassian"}
    assert answer.later is not None
    for reply in (answer.reply, await answer.later(), await office.says("watch add atlassian")):
        assert commands(reply)[0] == "watch add jira"


async def test_a_page_that_nobody_knows_can_be_named_by_its_address(office: Office) -> None:
    answer = await office.says("watch add qqqqqq")

    assert commands(answer) == []
    assert "`watch add https://…`" in text(answer)


async def test_nothing_is_taken_out_as_long_as_it_is_not_clear_what(office: Office) -> None:
    await office.says("watch add gcp")
    await office.says("watch add firebase")

    answer = await office.says("watch remove google")

    assert commands(answer) == ["watch remove firebase", "watch remove gcp"]
    assert await watched(office) == {"gcp", "firebase"}
    await office.says(commands(answer)[0])
    assert await watched(office) == {"gcp"}


async def test_health_tells_what_a_filter_wants_that_the_page_does_not_have(office: Office) -> None:
    await office.watches("Acme", fine("API"), wanted=("Api", "Lgoin"))
    await office.watches("OpenAI", fine("Conversations"), wanted=("ChatGPT", "Conversations", "Voice mode"))

    answer = await office.says("health")

    assert "Something needs a look" in text(answer)
    assert "`components` of its [[watch]] wants what nothing on its page is called: Lgoin" in text(answer)
    assert "OpenAI" not in text(answer)


async def test_a_filter_that_fits_is_nothing_to_look_at(office: Office) -> None:
    await office.watches("Acme", fine("API"), wanted=("api",))

    assert "Everything watched can be read" in text(await office.says("health"))


async def test_a_filter_of_which_the_page_has_nothing_hides_nothing(office: Office) -> None:
    await office.watches("Acme", fine("API"), down("Login"), wanted=("Sign-in",))
    await office.opens(title="No logins", components=(down("Login"),))
    await office.watches("Beta", fine("API"), down("Login"), wanted=("API",))
    await office.opens("beta-1", vendor="beta", title="No logins at Beta", components=(down("Login"),))

    assert "No logins" in text(await office.says("status acme"))
    assert "No logins at Beta" not in text(await office.says("status beta"))


@pytest.mark.parametrize("typed", ["gtihub", "githu"])
async def test_nobody_is_said_to_have_no_incident_as_long_as_it_is_not_clear_who(office: Office, typed: str) -> None:
    await office.opens("github-1", vendor="github")

    assert commands(await office.says(f"incidents {typed}"))[0] == "incidents github"
    assert (await office.says("incidents gh")).message.headline == "1 open incident of GitHub"
