"""What a report says of ends that are told late, before the beginning, elsewhere, twice, or by nobody but ourselves."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot.core import afterwards, clock_rows, elsewhere, lanes, linking, replies
from bot.core.message import plain, plain_part
from bot.core.report.facts import facts
from bot.core.report.known import Facts
from bot.core.report.markdown import markdown
from bot.core.report.material import Material, Watched
from bot.core.team import SITREP
from bot.model import Action, ChangeKind, ComponentStatus, Impact, Incident, Kind, State
from tests.unit.build import ACME, asked, at, claim, component, fine, quiet_page, snapshot, update
from tests.unit.desk import Desk
from tests.unit.pictured import material
from tests.unit.story import Story
from tests.unit.test_report import answers
from tests.unit.witnessing import ONE, desk_with, failing, passing

FOUND = update("u1", "We look into it.", 70)


def read(*snapshots: object) -> Desk:
    """Return a desk that has read these pages, after one on which all was well."""
    desk = Desk()
    for one in (quiet_page(0), *snapshots):
        desk.sees(one)  # type: ignore[arg-type]  # snapshots, from our own makers
    return desk


def reported(desk: Desk, incident: Incident | None = None) -> Facts:
    one, now = incident or desk.incident, at(300)
    page = Watched(source=ACME, first_look=at(0), last_look=now)
    entries = tuple(desk.timelines[one.id])
    return facts(Material(incident=one, entries=entries, since=at(-30), until=now, sources=(page,)), now)


def thread(desk: Desk) -> str:
    return "\n".join(plain(replies.reply(entry, desk.incident)) for entry in desk.timelines[desk.incident.id])


def test_an_end_that_is_dated_back_is_one_length_everywhere_and_is_said_to_be_dated() -> None:
    over = update("u2", "All is well since 13:50.", 120, State.RESOLVED)
    desk = read(
        snapshot(71, claim("i1", FOUND, started=60, published=70)),
        snapshot(121, claim("i1", FOUND, over, state=State.RESOLVED, started=60, published=70, resolved=110)),
    )

    found = reported(desk)
    account = answers(found)["By Acme's account"]

    assert "Resolved after 50 min" in thread(desk)
    assert "Acme dates the end to 2026-03-01 13:50 UTC." in thread(desk)
    assert "It lasted 50 min, from 2026-03-01 13:00 UTC to 13:50 UTC" in found.summary
    assert account.startswith("50 min: from 2026-03-01 13:00 UTC")
    assert account.endswith("13:50 UTC (when it says that it ended; it said so at 2026-03-01 14:00 UTC)")
    assert answers(found)["All-clears"] == "2026-03-01 14:00 UTC"


def test_what_is_told_of_when_it_is_over_has_no_length() -> None:
    only = update("u1", "Some requests failed on Sunday night.", 70, State.RESOLVED)
    late = claim("i1", only, state=State.RESOLVED, impact=Impact.UNKNOWN, started=70, resolved=70)
    desk = read(snapshot(90, late))

    found = reported(desk)

    assert "It was over when Acme first told of it; its feed dates the end to 2026-03-01 13:10 UTC" in found.summary
    assert "how long it lasted is not known" in found.summary
    assert answers(found)["How long"].startswith("Not known: Acme first told of it when it was over")
    assert answers(found)["Statements"] == "1, made when it was over"
    assert answers(found)["All-clears"] == "none: it was over when it was first told of"
    assert found.whole.lasted is found.vendors.lasted is None
    assert "0 s" not in markdown(found) + thread(desk)


def test_a_page_that_shows_no_impact_of_what_is_over_says_nothing_of_the_time_before() -> None:
    better, over = update("u2", "It gets better.", 100), update("u3", "It is over.", 130, State.RESOLVED)
    desk = read(
        snapshot(71, claim("i1", FOUND, impact=Impact.MAJOR, started=70)),
        snapshot(
            140,
            claim("i1", FOUND, better, over, state=State.RESOLVED, impact=Impact.NONE, started=70, resolved=130),
        ),
    )

    found = reported(desk)

    assert found.severity == ((Impact.MAJOR, timedelta(minutes=60)),)
    assert answers(found)["How bad"] == "major for 1 h"


def test_what_went_on_as_part_of_another_says_of_which_and_keeps_what_was_told_of_it() -> None:
    desk = desk_with(ONE)
    desk.sees(snapshot(20, claim("i1", FOUND, title="Slow mail", started=19)))
    desk.sees(snapshot(22, claim("i1", FOUND, title="Slow mail", started=19), claim("i2", title="Errors", started=21)))
    away, host = desk.incidents["acme-i1"], desk.incidents["acme-i2"]
    moved = linking.join(away, host, asked(Action.JOIN), at(25))
    desk.incidents["acme-i1"] = moved.loses
    desk.timelines["acme-i1"].append(moved.entries[0])

    found = reported(desk, moved.loses)
    said = answers(found)

    assert "It was told here for 6 min, from 2026-03-01 12:19 UTC to 12:25 UTC, and went on as part of" in found.summary
    assert "“Acme: Errors” (acme-i2)" in found.summary
    assert said["Acme told of it"].startswith("2026-03-01 12:19 UTC, as “Slow mail”")
    assert said["By Acme's account"].endswith(
        "its end is not known: from 2026-03-01 12:25 UTC on it is told as part of “Acme: Errors” (acme-i2)"
    )
    assert said["All-clears"] == "none until it went on elsewhere"
    assert not found.follow_ups
    assert "said nothing" not in found.summary
    went = elsewhere.as_it_went(moved.loses, desk.timelines["acme-i1"])
    rows = clock_rows.facts(went, lanes.clocks(went, desk.timelines["acme-i1"], at(60)), at(60))
    assert any(plain_part(row.words).endswith("it went on as part of another incident") for row in rows)


def test_what_a_page_only_shows_is_not_said_to_be_posted() -> None:
    down = component("Login", ComponentStatus.PARTIAL_OUTAGE)
    pages = (snapshot(10, components=[fine("API"), down]), quiet_page(20, "API", "Login"))
    desk = Desk()
    for page in (quiet_page(0, "API", "Login"), *pages):
        desk.sees(page)

    first, last = reported(desk).timeline

    assert first.what == "Acme's status page shows Login in partial outage"
    assert plain_details(first.details) == "It has posted no incident."
    assert plain_details(last.details) == "Acme's status page shows Login well again."


def plain_details(details: tuple[tuple[object, ...], ...]) -> str:
    return " ".join("".join(map(str, spans)) for spans in details)


def test_a_part_that_only_our_witnesses_name_is_not_said_to_show_no_trouble() -> None:
    desk = desk_with(ONE)
    desk.sees(failing(ONE, 2), source=ONE)
    desk.sees(passing(ONE, 12, since=2), source=ONE)

    assert "| API | failing, by what they saw |" in markdown(reported(desk))


def test_a_time_after_a_reason_with_another_day_names_its_day_again() -> None:
    story = Story(at_first_look=True).vendor(-1440, heard=0)

    found = facts(material(story), at(30))

    assert "when Sitrep first read the page, at 2026-03-01 12:00 UTC. Acme told of it at 2026-02-28 12:00 UTC" in (
        found.summary
    )


def test_an_all_clear_that_was_false_twice_over_is_told_as_both() -> None:
    story = Story().probe(0, name="api").vendor(5, kind=ChangeKind.ACKNOWLEDGED)
    story.vendor(20, State.RESOLVED, kind=ChangeKind.UPDATED).probe(40, fails=False, name="api")
    story.vendor(50, State.INVESTIGATING, kind=ChangeKind.REOPENED).vendor(60, State.RESOLVED, kind=ChangeKind.RESOLVED)

    found = facts(material(story), at(90))

    assert answers(found)["All-clears"].startswith(
        "2026-03-01 12:20 UTC, false: our own witnesses went on failing and it was opened again; "
    )
    assert (
        "Acme called it over at 12:20 UTC while our own witnesses went on failing, and had to open it again."
        in found.summary
    )


def test_what_sitrep_tells_of_itself_accuses_no_vendor_and_has_its_report_only_where_it_is_asked_for() -> None:
    story = Story().vendor(0, text="Nothing can be reached.").vendor(7, State.RESOLVED, kind=ChangeKind.RESOLVED)
    gathered = material(story)
    own = replace(gathered.incident, vendor=SITREP, name="Sitrep", title="We can not see", kind=Kind.INCIDENT)

    found = facts(replace(gathered, incident=own, sources=()), at(30))
    text = markdown(found)

    assert not afterwards.is_worth_it(own, afterwards.Terms())
    assert "We knew of it at 12:00 UTC, from Sitrep itself." in found.summary
    assert "Nothing can be reached." in text
    assert "status page" not in text
    assert "## What Sitrep said" not in text
    assert not found.follow_ups
