from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from bot.core.joining import joined
from bot.model import Claim, Component, ComponentStatus, Impact, Snapshot, State, Update

UP, DOWN, UNKNOWN = ComponentStatus.OPERATIONAL, ComponentStatus.MAJOR_OUTAGE, ComponentStatus.UNKNOWN


def said(
    *parts: Component,
    claims: tuple[Claim, ...] = (),
    indicator: Impact = Impact.UNKNOWN,
    is_all: bool = False,
    words: tuple[str, ...] = (),
) -> Snapshot:
    return Snapshot(
        vendor="acme",
        format="x",
        incidents=claims,
        components=parts,
        indicator=indicator,
        complete_open_set=is_all,
        page_id="p",
        unknown_words=words,
    )


def claim(key: str, title: str = "Errors") -> Claim:
    return Claim(external_id=key, title=title, state=State.INVESTIGATING)


def test_one_document_is_what_it_is() -> None:
    alone = said(Component("1", "API", UP))

    assert joined([alone]) is alone


def test_the_name_is_told_by_one_and_the_status_by_the_other() -> None:
    names, beats = (
        said(Component("1", "API", UNKNOWN, "Core")),
        said(Component("1", "1", DOWN), Component("2", "2", UP)),
    )

    assert joined([names, beats]).components == (Component("1", "API", DOWN, "Core"), Component("2", "2", UP))
    assert joined([beats, names]).components == joined([names, beats]).components


def test_a_status_that_the_page_itself_tells_stands() -> None:
    assert joined([said(Component("1", "API", UP)), said(Component("1", "API", DOWN))]).components[0].status is UP


def test_an_incident_that_several_tell_is_told_once_as_the_page_itself_tells_it() -> None:
    found = joined([said(claims=(claim("b"),)), said(claims=(claim("b", "Other"), claim("a")))])

    assert [(one.external_id, one.title) for one in found.incidents] == [("a", "Errors"), ("b", "Errors")]


def test_of_two_that_tell_of_an_incident_the_one_that_says_more_is_taken() -> None:
    words = Update("u", State.IDENTIFIED, "We found it.", datetime(2026, 3, 1, tzinfo=UTC))
    fuller = replace(claim("a", "Fuller"), updates=(words,))

    assert joined([said(claims=(claim("a"),)), said(claims=(fuller,))]).incidents == (fuller,)
    assert joined([said(claims=(fuller,)), said(claims=(claim("a"),))]).incidents == (fuller,)


def test_what_it_does_not_know_is_told_by_the_other() -> None:
    words = Update("u", State.IDENTIFIED, "We found it.", datetime(2026, 3, 1, tzinfo=UTC))
    fuller = replace(claim("a", "Fuller"), updates=(words,))
    severe = replace(
        claim("a"), impact=Impact.MAJOR, components=(Component("1", "API", DOWN),), url="https://a.example"
    )

    (found,) = joined([said(claims=(fuller,)), said(claims=(severe,))]).incidents

    assert (found.title, found.updates) == ("Fuller", (words,))
    assert (found.impact, found.components, found.url) == (Impact.MAJOR, severe.components, severe.url)


def test_parts_that_one_knows_by_number_are_named_by_the_other() -> None:
    numbered = replace(claim("a"), components=(Component("1", "1"), Component("2", "2")))

    (found,) = joined([said(claims=(numbered,)), said(Component("1", "API", DOWN, "Core"))]).incidents

    assert found.components == (Component("1", "API", DOWN, "Core"), Component("2", "2"))


def test_the_worst_word_for_the_page_counts_and_an_unknown_one_says_nothing() -> None:
    assert joined([said(indicator=Impact.MINOR), said(indicator=Impact.MAJOR)]).indicator is Impact.MAJOR
    assert joined([said(indicator=Impact.NONE), said()]).indicator is Impact.NONE
    assert joined([said(), said()]).indicator is Impact.UNKNOWN


def test_absence_means_something_if_one_of_them_lists_all() -> None:
    assert joined([said(), said(is_all=True)]).complete_open_set
    assert not joined([said(), said()]).complete_open_set


def test_the_rest_is_of_the_page_itself() -> None:
    found = joined([said(words=("b",)), said(words=("a", "b"))])

    assert (found.page_id, found.unknown_words) == ("p", ("a", "b"))
