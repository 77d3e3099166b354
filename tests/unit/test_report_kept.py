"""A report that is written once more, and what people write into it: nothing is lost, and nothing doubled."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.core.actions import Outcome
from bot.core.report.additions import Added, Wording, add, ended_by, follow_ups, read, spelt, told
from bot.core.report.attached import written
from bot.core.report.facts import facts
from bot.core.report.kept import Refusal, renewed
from bot.core.report.markdown import CLOSES, OPENS
from bot.core.report.material import Addition, Section
from bot.model import Person
from tests.unit.build import NOON, at, incident
from tests.unit.pictured import material, seed
from tests.unit.story import Story

ONCALL, LEAD = Person("slack", "U1", "on-call"), Person("slack", "U2", "lead")
OLD = written(facts(seed(), NOON + timedelta(minutes=140)), "md")
NEW = written(facts(seed(), NOON + timedelta(minutes=600)), "md")
WORDS = "Our *own* words, with <b>marks</b>:\n\n| a | b |\n\n- and a list\n"


def filled(text: str, part: str = "cause", words: str = WORDS) -> str:
    mark = OPENS.format(part)
    return text.replace(f"{mark}\n", f"{mark}\n{words}")


def test_what_was_written_between_the_marks_is_carried_over_to_the_letter() -> None:
    once = renewed(filled(OLD), NEW, "acme-seed", "md")
    assert isinstance(once, str)

    assert once == filled(NEW)
    assert renewed(once, OLD, "acme-seed", "md") == filled(OLD)
    assert once.count(WORDS) == 1


def test_a_report_in_which_nobody_wrote_is_simply_written_anew() -> None:
    assert renewed(OLD, NEW, "acme-seed", "md") == NEW
    # An editor that takes away spaces at line ends, or ends lines as Windows does, has changed nothing.
    trimmed = "\n".join(row.rstrip() for row in OLD.split("\n"))
    assert renewed(trimmed.replace("\n", "\r\n"), NEW, "acme-seed", "md") == NEW


@pytest.mark.parametrize(
    ("old", "why"),
    [
        (OLD.replace("17 min after us", "18 min after us"), "outside the places for your words"),
        (filled(OLD).replace(CLOSES, "", 1), "outside the places for your words"),
        (OLD.replace("## Lessons", "My words.\n\n## Lessons"), "outside the places for your words"),
        (OLD + "\nAn afterthought.\n", "no report of this incident"),
        ("# Shopping list\n", "no report of this incident"),
        ("", "no report of this incident"),
        (written(facts(material(Story(id="acme-2").vendor(0)), at(9)), "md"), "it is the report of acme-2"),
    ],
)
def test_a_file_that_may_hold_somebodys_words_elsewhere_is_left_as_it_is(old: str, why: str) -> None:
    found = renewed(old, NEW, "acme-seed", "md")

    assert isinstance(found, Refusal)
    assert why in found.reason


def test_words_under_a_part_that_there_is_no_more_are_not_dropped() -> None:
    gone = NEW.replace(f"{OPENS.format('cause')}\n{CLOSES}\n", "")

    found = renewed(filled(OLD), gone, "acme-seed", "md")

    assert isinstance(found, Refusal)
    assert "cause" in found.reason


def test_pages_and_programs_have_their_own_ways() -> None:
    one, other = (facts(seed(), NOON + timedelta(minutes=m)) for m in (140, 600))

    assert renewed(written(one, "html"), written(other, "html"), "acme-seed", "html") == written(other, "html")
    assert renewed(written(one, "json"), written(other, "json"), "acme-seed", "json") == written(other, "json")
    assert isinstance(renewed("[]", written(other, "json"), "acme-seed", "json"), Refusal)
    assert isinstance(renewed(written(one, "html").replace("<h1>", "<h1>My "), "", "acme-seed", "html"), Refusal)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("cause: a bad route", Wording(Section.CAUSE, "a bad route")),
        ("Follow-Up : ask: when?", Wording(Section.FOLLOW_UP, "ask: when?")),
        ("follow up done #2.", Wording(Section.FOLLOW_UP, done=2)),
        ("lessons:\nfirst\nsecond", Wording(Section.LESSON, "first\nsecond")),
        ("summary:", Wording(Section.SUMMARY, "")),
        ("cause unknown", None),
        ("follow-up ask them", None),
        ("a note", None),
        ("", None),
    ],
)
def test_what_is_to_be_written_is_read(typed: str, meant: Wording | None) -> None:
    assert read(typed) == meant
    assert meant is None or not (meant.text or meant.done) or read(spelt(meant)) == meant


def adding(before: tuple[Addition, ...], text: str, by: Person = ONCALL) -> Added:
    wording = read(text)
    assert wording is not None
    return add(incident(), before, wording, by, NOON)


def test_a_follow_up_is_open_until_somebody_says_that_it_is_done() -> None:
    first = adding((), "follow-up: ask for credits")
    noted = adding(first.additions, "cause: a bad route")
    second = adding((*first.additions, *noted.additions), "follow-up: add a probe")
    every = (*first.additions, *noted.additions, *second.additions)

    done = adding(every, "follow-up done 2", LEAD)

    assert [one.text for one in follow_ups(every)] == ["ask for credits", "add a probe"]
    assert (second.follow_up, done.follow_up) == (2, 2)
    assert [one.number for one in (*every, *done.additions)] == [1, 2, 3, 4]
    assert ended_by(second.additions[0], (*every, *done.additions)) == done.additions[0]
    assert ended_by(first.additions[0], (*every, *done.additions)) is None
    assert adding((*every, *done.additions), "follow-up done 2").outcome is Outcome.ALREADY
    assert adding(every, "follow-up done 3").outcome is Outcome.NOTHING


def test_the_same_words_of_the_same_person_are_written_once() -> None:
    once = adding((), "lesson: switch earlier")

    assert adding(once.additions, "lesson: switch earlier").outcome is Outcome.ALREADY
    assert adding(once.additions, "lesson: switch earlier", LEAD).outcome is Outcome.DONE
    assert adding((), "summary:").outcome is Outcome.EMPTY
    assert told(once, Wording(Section.LESSON, "x")) == "Added to the lesson"
