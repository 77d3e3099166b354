"""One incident, two clocks: what our witnesses see and what the vendor says, told in one thread, with who was first."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pytest

from bot.core import replies, wording
from bot.core.evidence import Panel, Standby
from bot.core.message import plain
from bot.core.replies import is_broadcast
from bot.model import (
    ChangeKind,
    Confidence,
    Kind,
    PageSays,
    State,
    TimelineEntry,
)
from tests.unit.build import ACME, claim, component, degraded, fine, quiet_page, snapshot, update
from tests.unit.desk import Desk
from tests.unit.witnessing import FOUND, ONE, THREE, TWO, desk_with, failing, hook, passing, probe


def root(desk: Desk, name: str = "") -> str:
    return plain(wording.root(desk.incidents[name] if name else desk.incident))


def told(desk: Desk) -> list[str]:
    """The headlines of the thread of the only incident."""
    return [headline(desk, entry) for entry in desk.timelines[desk.incident.id] if not entry.quiet]


def headline(desk: Desk, entry: TimelineEntry) -> str:
    return replies.reply(entry, desk.incident).headline


def thread(desk: Desk) -> str:
    loud = [entry for entry in desk.timelines[desk.incident.id] if not entry.quiet]
    return "\n".join(plain(replies.reply(entry, desk.incident)) for entry in loud)


def kinds(entries: Iterable[TimelineEntry]) -> list[ChangeKind]:
    return [entry.kind for entry in entries]


# Our own witnesses alone.


def test_a_probe_that_fails_is_a_suspicion_and_says_what_the_page_says() -> None:
    desk = desk_with(ONE, TWO)
    desk.sees(failing(ONE, 2, since=1), source=ONE)

    assert desk.incident.kind is Kind.SUSPECTED
    assert desk.incident.state is State.SUSPECTED
    assert "Acme: API is failing" in root(desk)
    assert "We see: 1 of 2 probes fail (HTTP 503) · one witness, not sure yet" in root(desk)
    assert "Acme's status page shows nothing of it." in root(desk)


@pytest.mark.parametrize(
    ("page", "says"),
    [
        (PageSays.UNREADABLE, "Acme's status page can not be read just now."),
        (PageSays.UNWATCHED, "Acme's status page is not watched."),
    ],
)
def test_a_page_that_says_nothing_because_it_can_not_be_read_is_not_called_silent(page: PageSays, says: str) -> None:
    desk = desk_with(ONE, page=page)
    desk.sees(failing(ONE, 2), source=ONE)

    assert says in root(desk)


def test_more_probes_join_the_same_incident_and_are_counted_not_listed() -> None:
    desk = desk_with(ONE, TWO, THREE)
    for one in (ONE, TWO, THREE):
        desk.sees(failing(one, 2), source=one)

    assert "3 of 3 probes fail" in root(desk)
    assert [line for line in told(desk) if "too" in line] == []
    assert desk.incident.evidence is not None
    assert desk.incident.evidence.confidence is Confidence.MEDIUM


def test_a_suspicion_that_becomes_surer_is_said_once_and_loudly() -> None:
    desk = desk_with(ONE, TWO)
    desk.sees(failing(ONE, 2), source=ONE)
    look = desk.sees(failing(TWO, 3), source=TWO)
    (rise,) = [entry for entry in look.entries if entry.kind is ChangeKind.WEIGHED]

    assert is_broadcast(rise)
    assert headline(desk, rise) == "We see now: 2 of 2 probes fail (HTTP 503)"
    assert desk.weighs(4) == []


def test_a_suspicion_that_wavers_is_not_called_likely_again_and_again() -> None:
    desk = desk_with(ONE, TWO)
    desk.sees(failing(ONE, 2), source=ONE)
    looks = [desk.sees(failing(TWO, 3), source=TWO)]
    for minute in (5, 8):
        looks.append(desk.sees(passing(TWO, minute, since=minute - 2), source=TWO))
        looks.append(desk.sees(failing(TWO, minute + 1), source=TWO))

    found = desk.incident.evidence
    assert found is not None
    assert found.confidence is Confidence.MEDIUM
    assert [is_broadcast(entry) for look in looks for entry in look.entries].count(True) == 1


def test_another_sort_of_witness_is_said_and_makes_it_all_but_certain() -> None:
    desk = desk_with(ONE, TWO)
    for one in (ONE, TWO):
        desk.sees(failing(one, 2), source=one)
    gateway = hook()
    look = desk.sees(failing(gateway, 3, why="38 % of 1,200 calls fail"), source=gateway)

    assert [headline(desk, entry) for entry in look.entries if not entry.quiet] == [
        "gateway tells of it too: 38 % of 1,200 calls fail",
        "We see now: 2 of 2 probes fail (HTTP 503), gateway: 38 % of 1,200 calls fail",
    ]
    assert desk.incident.evidence is not None
    assert desk.incident.evidence.confidence is Confidence.HIGH


def test_probes_of_other_parts_are_other_troubles() -> None:
    login = probe("login", "Login")
    desk = desk_with(ONE, login)
    desk.sees(failing(ONE, 2), source=ONE)
    desk.sees(failing(login, 3), source=login)

    assert [incident.title for incident in desk.open] == ["API is failing", "Login is failing"]


def test_a_suspicion_that_passes_without_the_vendor_is_unconfirmed() -> None:
    desk = desk_with(ONE)
    desk.sees(failing(ONE, 2), source=ONE)
    desk.sees(passing(ONE, 14, since=2), source=ONE)

    assert not desk.incident.is_open
    assert told(desk)[-1] == "Over after 12 min, unconfirmed"
    assert "Acme said nothing of it while we watched." in root(desk)


def test_one_probe_that_passes_again_ends_nothing_while_another_fails() -> None:
    desk = desk_with(ONE, TWO)
    for one in (ONE, TWO):
        desk.sees(failing(one, 2), source=one)
    desk.sees(passing(ONE, 5, since=2), source=ONE)

    assert desk.incident.state is State.SUSPECTED
    assert "1 of 2 probes fail" in root(desk)


def test_two_vendors_at_once_are_two_incidents() -> None:
    other = replace(probe("other"), vendor="other", vendor_name="Other")
    desk = desk_with(ONE)
    desk.sees(failing(ONE, 2), source=ONE)
    # The store gathers incidents of one vendor only.
    desk_of_other = Desk()
    desk_of_other.sees(failing(other, 2), source=other)

    assert (desk.incident.name, desk_of_other.incident.name) == ("Acme", "Other")


# The vendor joins.


def test_the_vendor_acknowledges_in_the_same_thread_and_the_lag_is_told_with_its_sign() -> None:
    desk = desk_with(ONE)
    desk.sees(failing(ONE, 2), source=ONE)
    before = desk.incident.id
    desk.sees(snapshot(20, claim("i1", FOUND, title="Elevated errors", components=[degraded("API")], started=19)))

    assert desk.incident.id == before
    assert desk.incident.kind is Kind.INCIDENT
    assert "Acme acknowledged it 17 min after us" in told(desk)
    assert "Acme: Elevated errors" in root(desk)
    assert "17 min after us" in root(desk)
    assert desk.incident.evidence is not None
    assert desk.incident.evidence.confidence is Confidence.CONFIRMED


def test_a_beginning_that_is_dated_back_is_shown() -> None:
    desk = desk_with(ONE)
    desk.sees(failing(ONE, 15), source=ONE)
    desk.sees(snapshot(20, claim("i1", FOUND, components=[degraded("API")], started=1, published=19)))

    assert "Acme acknowledged it 4 min after us" in told(desk)
    assert ", 18 min before its first word" in thread(desk)


def test_when_the_vendor_was_first_it_is_said() -> None:
    desk = desk_with(ONE)
    desk.sees(snapshot(2, claim("i1", update("u1", "We look.", 1), components=[degraded("API")], started=1)))
    desk.sees(failing(ONE, 7), source=ONE)

    assert "api-1 sees it too: HTTP 503" in told(desk)
    assert "Acme had posted it 6 min before." in thread(desk)
    assert "6 min before us" in root(desk)


def test_a_vendor_that_had_posted_before_we_saw_it_but_was_read_later_was_first_all_the_same() -> None:
    desk = desk_with(ONE)
    desk.sees(failing(ONE, 7), source=ONE)
    desk.sees(snapshot(8, claim("i1", update("u1", "We look.", 4), components=[degraded("API")], started=4)))

    assert "Acme had posted it 3 min before we saw it" in told(desk)


def test_the_vendor_joins_by_a_name_that_says_more() -> None:
    desk = desk_with(ONE)
    desk.sees(failing(ONE, 2), source=ONE)
    named = component("Public API (v2)")
    desk.sees(snapshot(20, claim("i1", FOUND, components=[named], started=19)))

    assert len(desk.incidents) == 1


def test_the_vendor_joins_by_its_words() -> None:
    desk = desk_with(ONE)
    desk.sees(failing(ONE, 2), source=ONE)
    desk.sees(snapshot(20, claim("i1", FOUND, title="Errors with the API", components=[fine("Edge")], started=19)))

    assert len(desk.incidents) == 1


def test_a_vendors_incident_of_other_parts_stays_apart() -> None:
    desk = desk_with(ONE)
    desk.sees(failing(ONE, 2), source=ONE)
    desk.sees(snapshot(20, claim("i1", FOUND, title="Slow mail", components=[degraded("Mail")], started=19)))

    assert len(desk.open) == 2


def test_an_incident_that_has_been_open_for_weeks_does_not_explain_a_failing_probe() -> None:
    desk = Desk(panel=Panel(probes=(Standby(key=ONE.key),)))
    desk.sees(snapshot(0, claim("old", started=-20_000)))
    desk.sees(quiet_page(1, "API"), source=replace(ACME, key="feed:other"))
    desk.sees(failing(ONE, 400), source=ONE)

    assert len(desk.open) == 2


# Who is over first.


def test_a_vendor_that_calls_it_over_while_probes_fail_leaves_it_open_and_that_is_said_to_all() -> None:
    desk = desk_with(ONE, TWO)
    for one in (ONE, TWO):
        desk.sees(failing(one, 2), source=one)
    listed = claim("i1", FOUND, components=[degraded("API")], started=19)
    desk.sees(snapshot(20, listed))
    over = update("u2", "All is well.", 40, State.RESOLVED)
    ended = claim("i1", FOUND, over, state=State.RESOLVED, components=[degraded("API")], started=19, resolved=40)
    look = desk.sees(snapshot(41, ended))

    assert desk.incident.is_open
    assert desk.incident.state is State.MONITORING
    (said,) = [entry for entry in look.entries if not entry.quiet]
    assert headline(desk, said) == "Acme calls it resolved, but we still see it"
    assert is_broadcast(said)
    assert "It stays open here: 2 of 2 probes fail (HTTP 503)." in thread(desk)


def test_it_ends_with_our_own_checks_and_that_the_vendor_called_it_over_long_before_is_said() -> None:
    desk = desk_with(ONE)
    desk.sees(failing(ONE, 2), source=ONE)
    desk.sees(snapshot(20, claim("i1", FOUND, components=[degraded("API")], started=19)))
    over = claim(
        "i1",
        FOUND,
        update("u2", "All is well.", 40, State.RESOLVED),
        state=State.RESOLVED,
        components=[degraded("API")],
        started=19,
        resolved=40,
    )
    desk.sees(snapshot(41, over))
    desk.sees(passing(ONE, 52, since=2), source=ONE)

    assert not desk.incident.is_open
    assert told(desk)[-1] == "Resolved after 50 min: our own checks pass again"
    assert "Acme called it over 12 min before." in thread(desk)


def test_probes_that_pass_while_the_vendor_is_open_are_said_too() -> None:
    desk = desk_with(ONE, TWO)
    for one in (ONE, TWO):
        desk.sees(failing(one, 2), source=one)
    desk.sees(snapshot(20, claim("i1", FOUND, components=[degraded("API")], started=19)))
    desk.sees(passing(ONE, 30, since=2), source=ONE)
    desk.sees(passing(TWO, 31, since=2), source=TWO)

    assert desk.incident.is_open
    assert told(desk)[-1] == "Our own checks pass again"
    assert "Acme's incident is still open." in thread(desk)
    assert "Our own checks pass." in root(desk)


def test_a_probe_that_fails_again_just_after_the_end_opens_the_same_incident_again() -> None:
    desk = desk_with(ONE)
    desk.sees(snapshot(2, claim("i1", FOUND, components=[degraded("API")], started=1)))
    over = update("u2", "All is well.", 40, State.RESOLVED)
    ended = claim("i1", FOUND, over, state=State.RESOLVED, components=[fine("API")], started=1, resolved=40)
    desk.sees(snapshot(41, ended))
    desk.sees(failing(ONE, 47), source=ONE)

    assert desk.incident.is_open
    assert "Acme called it over; now again: HTTP 503" in thread(desk)


def test_a_probe_that_fails_long_after_the_end_is_another_trouble() -> None:
    desk = desk_with(ONE)
    desk.sees(snapshot(2, claim("i1", FOUND, components=[degraded("API")], started=1)))
    over = update("u2", "All is well.", 40, State.RESOLVED)
    desk.sees(snapshot(41, claim("i1", FOUND, over, state=State.RESOLVED, started=1, resolved=40)))
    desk.sees(failing(ONE, 70), source=ONE)

    assert len(desk.incidents) == 2


# The vendor speaks late.


def test_a_vendor_that_writes_of_it_when_it_is_over_is_told_in_the_old_thread() -> None:
    desk = desk_with(ONE)
    desk.sees(failing(ONE, 2), source=ONE)
    desk.sees(passing(ONE, 14, since=2), source=ONE)
    desk.sees(quiet_page(60))
    said = update("u1", "Earlier today some requests failed.", 70, State.RESOLVED)
    late = claim("i1", said, state=State.RESOLVED, components=[fine("API")], started=1, published=70, resolved=15)
    desk.sees(snapshot(71, late))

    assert not desk.incident.is_open
    assert desk.incident.kind is Kind.INCIDENT
    assert "Acme wrote of it afterwards, 1 h 8 min after us" in told(desk)
    assert "Earlier today some requests failed." in thread(desk)
    assert "said nothing of it" not in root(desk)


def test_what_a_vendor_writes_down_afterwards_of_something_else_is_no_news() -> None:
    desk = desk_with(ONE)
    late = claim("i1", state=State.RESOLVED, started=-200, published=1, resolved=-100)
    look = desk.sees(snapshot(2, late))

    assert look.entries == ()


def test_a_vendor_that_opens_an_incident_after_our_suspicion_passed_confirms_it() -> None:
    desk = desk_with(ONE)
    desk.sees(failing(ONE, 2), source=ONE)
    desk.sees(passing(ONE, 14, since=2), source=ONE)
    desk.sees(snapshot(20, claim("i1", FOUND, components=[degraded("API")], started=3, published=19)))

    assert desk.incident.is_open
    assert "Acme acknowledged it 17 min after us" in told(desk)


# What is taken back.


def test_a_statement_that_is_taken_back_is_shown_once_with_its_words() -> None:
    desk = desk_with()
    first, second, third = (update(f"u{n}", f"Statement {n}.", n) for n in (1, 2, 3))
    desk.sees(snapshot(4, claim("i1", first, second, third, started=1)))
    look = desk.sees(snapshot(5, claim("i1", first, third, started=1)))

    assert kinds(look.entries) == [ChangeKind.RETRACTED]
    assert "Acme took an earlier update back" in told(desk)
    assert thread(desk).count("Statement 2.") == 2
    assert desk.sees(snapshot(6, claim("i1", first, third, started=1))).entries == ()
    assert desk.sees(snapshot(7, claim("i1", first, second, third, started=1))).entries == ()


def test_a_window_that_forgets_its_oldest_takes_nothing_back() -> None:
    desk = desk_with()
    first, second, third = (update(f"u{n}", f"Statement {n}.", n) for n in (1, 2, 3))
    desk.sees(snapshot(4, claim("i1", first, second, started=1)))

    assert kinds(desk.sees(snapshot(5, claim("i1", second, third, started=1))).entries) == [ChangeKind.UPDATED]
