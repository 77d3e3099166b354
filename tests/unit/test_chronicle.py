"""The whole history of an incident: in order, with who said what, page by page."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.discord import limits, render
from bot.core import actions, chronicle
from bot.core.actions import DEEDS
from bot.core.message import Reply, plain
from bot.model import Action, ChangeKind, Incident, Kind, Mute, SourceKind, TimelineEntry, Who
from tests.adapters.declaring import declared
from tests.unit.build import asked, at, entry, incident, view


def lines(reply: Reply) -> list[str]:
    return plain(reply.message).splitlines()


def many(count: int, text: str = "We are looking into it.") -> list[TimelineEntry]:
    return [entry(seq, text) for seq in range(1, count + 1)]


def test_each_line_has_its_time_who_it_was_and_the_words() -> None:
    bot = replace(entry(3, kind=ChangeKind.SILENT), who=Who.BOT, author="Sitrep", claim=None)
    witness = replace(view("p"), kind=Kind.SUSPECTED, title="API is failing", teller=SourceKind.PROBE)
    probe = replace(entry(2, kind=ChangeKind.OPENED), who=Who.PROBE, author="acme-api", claim=witness)
    noted = actions.act(incident(), asked(Action.NOTE, text="We switched over."), at(4)).entries

    said = lines(chronicle.page(incident(), [entry(1, "We look into it."), probe, bot, *noted]))

    assert said == [
        "Acme: Errors: everything in order",
        "2026-03-01 12:01 UTC · vendor · Acme: Investigating",
        "“We look into it.”",
        "2026-03-01 12:02 UTC · probe · acme-api suspects that API is failing",
        "2026-03-01 12:03 UTC · bot · Sitrep: No word from Acme for 0 s",
        "2026-03-01 12:04 UTC · person · Note by on-call",
        "“We switched over.”",
        "acme-1",
    ]


def test_a_long_history_comes_in_pages_and_says_how_many_lines_are_left() -> None:
    entries = many(60, "")
    first, second, last = (chronicle.page(incident(), entries, number) for number in (1, 2, 99))

    assert lines(first)[-2] == "… 40 more, the first 20 shown; `timeline acme-1 2`"
    assert first.choices == (("What came next", "timeline acme-1 2"),)
    assert lines(second)[-2] == "… 20 more, 21 to 40 shown; `timeline acme-1 3`"
    assert lines(last)[0].endswith("page 3 of 3")
    assert last.choices == ()


@settings(max_examples=40)
@given(st.lists(st.text(max_size=3_000), max_size=40), st.integers(-2, 9))
def test_every_page_fits_and_all_pages_together_tell_everything_once(texts: list[str], wanted: int) -> None:
    entries = [entry(seq, text) for seq, text in enumerate(texts, 1)]
    asked_for, seen, number = chronicle.page(incident(), entries, wanted), 0, 1
    while True:
        page = chronicle.page(incident(), entries, number)
        seen += sum(" · vendor · " in row for row in lines(page))
        assert len(plain(page.message)) < chronicle.MOST_LETTERS + 1_000
        if not page.choices:
            break
        number += 1

    assert seen >= len(texts)
    assert asked_for.message.headline


def test_words_full_of_marks_are_cut_where_discord_ends() -> None:
    page = chronicle.page(incident(), many(40, "*_`~|[x](y) " * 60))

    assert len(render.described(page.message.parts, None)) <= limits.DESCRIPTION


@pytest.mark.parametrize("action", sorted(DEEDS))
def test_whatever_a_person_does_is_a_line_of_it(action: Action) -> None:
    busy: Incident = replace(incident(), muted=Mute(person="fake:1", name="on-call", at=at(0)))
    if action is Action.UNACK:
        busy = actions.act(busy, asked(Action.ACK), at(1)).incident
    if action is Action.FALLBACK_OFF:
        busy = actions.act(busy, asked(Action.FALLBACK_ON), at(1)).incident
    busy = replace(busy, muted=None) if action is Action.MUTE else busy
    done = actions.act(busy, asked(action, text="why", url="https://wiki.example"), at(5))

    said = lines(chronicle.page(done.incident, done.entries))

    assert done.entries, action
    assert any(" · person · " in row and "on-call" in row for row in said)


def test_a_press_without_words_is_told_here_though_the_thread_does_not() -> None:
    done = actions.act(incident(), asked(Action.AFFECTED), at(5))

    assert done.entries[0].quiet
    assert "2026-03-01 12:05 UTC · person · on-call is affected" in lines(chronicle.page(done.incident, done.entries))


def test_what_another_feed_repeats_is_no_line_and_a_declaration_is_one() -> None:
    echo = entry(2, "We look into it.", quiet=True)
    mine = declared()

    assert len(lines(chronicle.page(incident(), [entry(1, "We look into it."), echo]))) == 4
    said = lines(chronicle.page(mine.incident, mine.entries))
    assert [row for row in said if "Declared by on-call" in row] == [
        "2026-03-01 12:00 UTC · person · Declared by on-call"
    ]
