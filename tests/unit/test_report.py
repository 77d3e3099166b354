"""The report of an incident: every blank filled, nothing that the facts do not support, strangers' words inert."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.core.message import Line, plain_part
from bot.core.report import glance
from bot.core.report.as_json import as_json
from bot.core.report.attached import reply, written
from bot.core.report.blocks import Bullets, Pairs, Table, Text, Theirs, Words
from bot.core.report.facts import facts
from bot.core.report.html import html
from bot.core.report.known import Facts
from bot.core.report.markdown import markdown
from bot.core.report.material import Addition, Found, Material, Section
from bot.core.report.sections import sections
from bot.core.report.story import retold
from bot.model import (
    Announcement,
    AnnouncementState,
    Card,
    ChangeKind,
    Destination,
    Fallback,
    Impact,
    Kind,
    Ref,
    State,
    Transition,
    Who,
)
from tests.unit.build import NOON, at, down
from tests.unit.pictured import CASES, material
from tests.unit.story import Story

LATER = timedelta(hours=3)


def known(story: Story, now: datetime = NOON + LATER, **more: object) -> Facts:
    return facts(replace(material(story), **more), now)  # type: ignore[arg-type]  # whatever a case is about


def answers(found: Facts) -> dict[str, str]:
    """Return what is asked first, and the answers as plain words."""
    return {name: plain_part(Line(spans)) for name, spans in (*glance.glance(found), *glance.talk(found))}


def gaps(found: Facts) -> str:
    return "\n".join(one.what for one in found.lacks)


def cells(found: Facts) -> Iterator[str]:
    for part in sections(found):
        assert part.blocks, part.key
        for block in part.blocks:
            match block:
                case Text(spans):
                    yield plain_part(Line(spans))
                case Pairs(_, rows):
                    yield from (plain_part(Line(value)) for _, value in rows)
                case Table(_, _, rows):
                    assert rows
                    yield from (plain_part(Line(cell)) for row in rows for cell in row)
                case Bullets(items):
                    yield from (plain_part(Line(item)) for item in items)
                case Words(head, text):
                    yield from (plain_part(Line(head)), text)
                case Theirs(author, _, text):
                    yield from (author, text)


@pytest.mark.parametrize(("make", "after"), CASES.values(), ids=CASES)
def test_no_blank_is_left_in_any_dress(make: Callable[[], Material], after: timedelta) -> None:
    gathered, now = make(), NOON + after
    found = facts(gathered, now)

    assert [cell for cell in cells(found) if not cell.strip() or re.search(r"None(?! (are|as|that|it)|:)", cell)] == []
    assert facts(gathered, now) == found
    assert markdown(found).count("\n## ") == 12
    assert html(found).count("<h2") == 12
    assert json.loads(written(found, "json"))["id"] == gathered.incident.id


@pytest.mark.parametrize(("make", "after"), CASES.values(), ids=CASES)
def test_the_history_told_again_ends_where_the_incident_is(make: Callable[[], Material], after: timedelta) -> None:
    del after
    gathered = make()
    *_, (_, then) = retold(gathered.incident, gathered.entries)

    one = gathered.incident
    assert (then.state, then.resolved_at, then.peak, then.impact) == (one.state, one.resolved_at, one.peak, one.impact)
    assert (then.detected_at, then.acknowledged_at) == (one.detected_at, one.acknowledged_at)


def outage() -> Story:
    story = Story(id="acme-1").probe(0, name="api").vendor(17, kind=ChangeKind.ACKNOWLEDGED, started=-5)
    story.vendor(59, State.RESOLVED, kind=ChangeKind.RESOLVED)
    return story.probe(60, fails=False, name="api")


def test_both_clocks_and_the_lag_are_told() -> None:
    found = answers(known(outage()))

    assert found["By our own witnesses"].startswith("1 h: from 2026-03-01 12:00 UTC")
    assert found["By Acme's account"].startswith("1 h 4 min: from 2026-03-01 11:55 UTC (from when it dates it)")
    assert found["Who was first"] == "we; Acme 17 min later (lag +17 min)"
    assert found["Dated back"].startswith("by 22 min")


def test_a_vendor_that_was_first_says_so_with_a_minus() -> None:
    story = Story().vendor(0).probe(5, name="api").probe(9, fails=False, name="api")
    story.vendor(10, State.RESOLVED, kind=ChangeKind.RESOLVED)

    found = known(story)

    assert answers(found)["Who was first"] == "Acme; we 5 min later (lag −5 min)"  # noqa: RUF001  (a minus sign)
    assert as_json(found)["acknowledgement"]["lag_seconds"] == -300  # type: ignore[index]  # it is a mapping


def test_what_was_interrupted_is_told_with_its_breaks() -> None:
    story = Story().vendor(0).vendor(30, State.RESOLVED, kind=ChangeKind.RESOLVED)
    story.vendor(60, State.INVESTIGATING, kind=ChangeKind.REOPENED).vendor(90, State.RESOLVED, kind=ChangeKind.RESOLVED)

    found = answers(known(story))

    assert found["How long"].endswith("; 1 h without the breaks")
    assert found["By Acme's account"].endswith("; 1 h without the breaks")
    assert found["All-clears"].startswith("2026-03-01 12:30 UTC, false")


def test_a_suspicion_that_nobody_confirmed_reads_as_one() -> None:
    story = Story().probe(0, name="api").probe(40, fails=False, name="api")

    found = known(story)

    assert "A suspicion of ours that was never confirmed; it lasted 40 min" in found.summary
    assert "Acme said nothing of it while we watched." in found.summary
    assert answers(found)["Who was first"] == "we alone: Acme said nothing of it while we watched"
    assert not found.follow_ups


def test_what_vanished_has_no_end_of_the_vendors() -> None:
    story = Story().vendor(0).vendor(20, text="we look into it")
    story.vendor(50, State.RESOLVED, kind=ChangeKind.WITHDRAWN, text="")

    found = known(story)

    assert "until it was listed no longer at 12:50 UTC" in found.summary
    assert "its end is not known: it was no longer listed" in answers(found)["By Acme's account"]
    assert answers(found)["Silent at the end"].startswith("30 min, from 2026-03-01 12:20 UTC")
    assert answers(found)["All-clears"] == "none: it never called it over"


def test_what_goes_on_says_so_far() -> None:
    found = known(Story().vendor(0), at(45))

    assert markdown(found).startswith("# Acme: Errors (so far)")
    assert "45 min so far" in found.summary
    assert answers(found)["Root cause"] == "Not published as of 2026-03-01 12:45 UTC; it was not over then."
    assert [one.text for one in found.follow_ups] == ["It is not over."]


def test_what_had_begun_at_the_first_look_has_no_order() -> None:
    found = known(Story(at_first_look=True).vendor(0, heard=90).vendor(100, State.RESOLVED, kind=ChangeKind.RESOLVED))

    assert "nobody can tell who was first" in answers(found)["Who was first"]
    assert "It had begun already when Sitrep first read the page" in found.summary
    assert "for the first time when it had begun already" in gaps(found)


def test_a_maintenance_is_told_as_one() -> None:
    story = Story().vendor(0, State.IN_PROGRESS, impact=Impact.MAINTENANCE, of=Kind.MAINTENANCE)
    story.vendor(60, State.COMPLETED, kind=ChangeKind.RESOLVED, impact=Impact.MAINTENANCE, of=Kind.MAINTENANCE)

    found = known(story)

    assert "a maintenance of Acme's" in found.summary
    assert "It was completed at 2026-03-01 13:00 UTC, after 1 h" in found.summary
    assert answers(found)["Root cause"] == "A maintenance has none."
    assert "Who was first" not in answers(found)


def test_the_root_cause_is_quoted_with_how_long_it_took() -> None:
    story = outage()
    story.vendor(180, State.POSTMORTEM, kind=ChangeKind.POSTMORTEM, text="A bad route.", said=State.POSTMORTEM)

    found = known(story, at(200))

    assert answers(found)["Root cause"] == "published at 2026-03-01 15:00 UTC, 2 h after the end (statement 3)"
    assert not any("root cause" in one.text for one in found.follow_ups)
    assert markdown(found).split("## Root cause")[1].split("##")[0].count("> A bad route.") == 1


def test_last_words_that_were_rewritten_afterwards_are_shown_and_not_taken_for_a_cause() -> None:
    story = outage()
    last = story.entries[-2]
    edit = replace(
        last,
        seq=last.seq + 2,
        kind=ChangeKind.EDITED,
        text="It was a bad route.",
        recorded_at=at(600),
        happened_at=at(600),
        transitions=(Transition("text", last.text, "It was a bad route."),),
    )
    story.entries.append(edit)

    found = known(story, at(700))

    assert found.statements[-1].text == "It was a bad route."
    assert found.statements[-1].edits[0].before == "words"
    assert answers(found)["Root cause"].startswith("None is marked as such as of ")
    assert "what Acme said or rewrote after the end may tell of it (statement 2)" in answers(found)["Root cause"]
    assert any("marked nothing as the root cause" in one.text for one in found.follow_ups)


def test_our_own_gaps_are_told_with_their_reasons() -> None:
    story = Story().vendor(0).vendor(30, heard=75).vendor(90, State.RESOLVED, kind=ChangeKind.RESOLVED)
    parked = Announcement(
        id=1,
        incident="acme-1",
        destination=Destination("slack", "C1"),
        due_at=NOON,
        state=AnnouncementState.PARKED,
        error="the channel is archived",
    )
    found = facts(replace(material(story, unread=((10, 25),)), announcements=(parked,)), NOON + LATER)
    (blind,) = [one for one in found.lacks if one.began_at == at(10)]

    assert (blind.what, blind.ended_at, blind.reason) == ("Not watching Acme's status page", at(25), "HTTP 503")
    assert "No probe of ours watches Acme" in gaps(found)
    assert "Statement 2 was read 45 min after it was written" in gaps(found)
    assert "slack:C1: waits for a person: the channel is archived" in gaps(found)
    assert "Nobody here acknowledged it" in gaps(found)
    assert any("slack:C1 was not told all of it" in one.text for one in found.follow_ups)


def test_a_fallback_that_is_still_on_is_left_to_be_done() -> None:
    story = outage()
    one = replace(
        material(story).incident,
        services=("Support bot",),
        cards=(Card(name="Support bot", owner="support", fallback="Anthropic"),),
        fallbacks=(Fallback(card="Support bot", name="on-call", at=at(20)),),
        components=(down("API"),),
    )

    found = known(story, incident=one)

    assert "Support bot has been on its fallback since 12:20 UTC." in found.summary
    assert any("nobody has switched back" in one.text for one in found.follow_ups)
    assert "Support bot · owner support · fallback Anthropic" in "\n".join(cells(found))


def test_what_people_added_is_theirs() -> None:
    added = (
        Addition(number=1, section=Section.CAUSE, at=at(90), person="slack:U1", author="on-call", text="Our VPN, too."),
        Addition(number=2, section=Section.FOLLOW_UP, at=at(91), person="slack:U1", author="on-call", text="Credits"),
        Addition(number=3, section=Section.FOLLOW_UP, at=at(92), person="slack:U1", author="on-call", text="Probe it"),
        Addition(number=4, section=Section.FOLLOW_UP, at=at(93), person="slack:U2", author="lead", done=2),
    )
    found = known(outage(), additions=added)

    text = markdown(found)
    assert "Added by on-call, 2026-03-01 13:30 UTC:\n\n> Our VPN, too." in text
    assert "- [ ] 2" in text
    assert "- [x] 1" in text
    assert "done: lead, 2026-03-01 13:33 UTC" in text
    assert "VPN" not in found.summary
    assert [(one.number, one.is_open) for one in found.follow_ups if one.number] == [(2, True), (1, False)]


def test_the_answer_in_a_chat_has_the_files_with_it() -> None:
    answer = reply(known(outage()))

    assert answer.message.headline == "Report: Acme: Errors"
    assert [one.name for one in answer.message.files] == ["report-acme-1.md", "report-acme-1.html"]
    assert "lag +17 min" in "\n".join(plain_part(part) for part in answer.message.parts)


def test_quiet_lines_of_one_witness_claim_nothing_of_the_others() -> None:
    story = Story().probe(0, name="api").probe(1, name="db").vendor(10, kind=ChangeKind.ACKNOWLEDGED)
    story.probe(20, fails=False, name="db")
    last = story.entries[-1]
    still = (Transition("still", ChangeKind.RESOLVED, "API is failing"),)
    story.entries[-1] = replace(last, kind=ChangeKind.UPDATED, quiet=True, transitions=still)

    rows = [row.what for row in known(story, at(30)).timeline]

    assert "db passes again" in rows
    assert not any("Our own checks pass again" in row for row in rows)
    assert story.entries[-1].who is Who.PROBE


def test_where_it_was_told_leads_to_the_message_as_far_as_anybody_knows_its_address() -> None:
    places = (Destination("slack", "C1"), Destination("console"))
    told = tuple(
        Announcement(id=1, incident="acme-1", destination=to, due_at=None, root=Ref("C1:1.2")) for to in places
    )
    found = known(outage(), announcements=told, links=(Found("slack:C1", "https://acme.slack.com/archives/C1/p12"),))

    assert "slack:C1 ([root message and thread](https://acme.slack.com/archives/C1/p12))" in markdown(found)
    assert "console (root message and thread)" in markdown(found)
    assert [one["url"] for one in json.loads(written(found, "json"))["told_in"]] == [
        "https://acme.slack.com/archives/C1/p12",
        None,
    ]
