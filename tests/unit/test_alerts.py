"""Alerts come twice, late, out of order, and some never end: each is told once, and truly."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.core import alerts, told
from bot.core.hooks import Alert, source_of
from bot.model import ChangeKind, Impact, Kind, State
from tests.unit.witness import ALERTS, NOON, Told, at

OPENED, UPDATED, RESOLVED = ChangeKind.OPENED, ChangeKind.UPDATED, ChangeKind.RESOLVED
HOUR = timedelta(hours=1)


def alert(start: float = 0, end: float | None = None, *, series: str = "ab12", words: str = "slow") -> Alert:
    return Alert(
        series=series,
        name="HighErrorRate",
        fires=end is None,
        starts_at=at(start),
        ends_at=None if end is None else at(end),
        vendor="openai",
        component="Chat Completions",
        words=words,
    )


class Alerts(Told):
    """A witness of OpenAI's trouble that alerts come to."""

    def hears(self, *some: Alert, now: datetime | None = None, left_out: int = 0) -> tuple[ChangeKind, ...]:
        return self.take(alerts.snapshot_of(self.source, some, left_out, now or at(60)), alerts.heard)

    def grows_old(self, now: datetime) -> tuple[ChangeKind, ...]:
        nothing = replace(alerts.snapshot_of(self.source, (), 0, now))
        return self.take(nothing, lambda known, snapshot: told.unrepeated(["ab12"], 12 * HOUR, known, snapshot))


def test_an_alert_that_accuses_a_vendor_is_a_suspicion_with_its_component_and_its_words() -> None:
    heard = Alerts()

    assert heard.hears(alert()) == (OPENED, UPDATED)
    (claim,) = heard.open
    assert (claim.kind, claim.state, claim.title) == (Kind.SUSPECTED, State.SUSPECTED, "Chat Completions is failing")
    assert [part.name for part in claim.components] == ["Chat Completions"]
    assert claim.evidence == "HighErrorRate fires"
    assert heard.words == ["HighErrorRate: slow"]
    assert claim.started_at == NOON


def test_an_alert_without_a_vendor_is_something_of_our_own_called_like_it() -> None:
    heard = Alerts(source_of(ALERTS, None))

    heard.hears(replace(alert(), vendor=None, component=None, impact=Impact.CRITICAL))

    (claim,) = heard.open
    assert (claim.kind, claim.state, claim.title) == (Kind.INCIDENT, State.INVESTIGATING, "HighErrorRate")
    assert claim.impact is Impact.CRITICAL
    assert heard.source.vendor == "hook-alerts"
    assert heard.source.whose == "alerts"


def test_resolved_closes_it_at_the_time_it_says() -> None:
    heard = Alerts()
    heard.hears(alert())

    assert heard.hears(alert(end=17)) == (RESOLVED,)
    assert heard.open == []
    assert heard.news[-1].claim.resolved_at == at(17)


def test_a_repetition_says_nothing_new_whatever_its_words() -> None:
    heard = Alerts()
    heard.hears(alert(words="94 % fail"))

    assert heard.hears(alert(words="95 % fail")) == ()
    assert heard.hears(alert(words="96 % fail"), now=at(70)) == ()


def test_the_end_twice_is_told_once() -> None:
    heard = Alerts()
    heard.hears(alert())
    heard.hears(alert(end=17))

    assert heard.hears(alert(end=17)) == ()
    assert heard.hears(alert(end=18)) == ()


def test_a_late_firing_after_its_end_does_not_reopen() -> None:
    heard = Alerts()
    heard.hears(alert())
    heard.hears(alert(end=17))

    assert heard.hears(alert(), now=at(70)) == ()
    assert heard.open == []


def test_an_end_that_comes_before_its_beginning_is_remembered() -> None:
    heard = Alerts()

    assert heard.hears(alert(end=17)) == ()
    assert heard.hears(alert()) == ()
    assert heard.open == []


def test_the_same_alert_later_is_a_new_trouble() -> None:
    heard = Alerts()
    heard.hears(alert())
    heard.hears(alert(end=17))

    assert heard.hears(alert(30)) == (OPENED, UPDATED)
    assert len(heard.open) == 1


def test_firing_anew_ends_the_time_before_whose_end_was_never_told() -> None:
    heard = Alerts()
    heard.hears(alert(0))

    assert set(heard.hears(alert(30))) == {OPENED, UPDATED, RESOLVED}
    (claim,) = heard.open
    assert claim.started_at == at(30)
    assert "It fires anew since then; nobody told its end." in heard.words


def test_a_late_end_of_an_earlier_time_leaves_the_later_one_open() -> None:
    heard = Alerts()
    heard.hears(alert(0))
    heard.hears(alert(30))

    assert heard.hears(alert(0, end=17)) == ()
    assert len(heard.open) == 1


def test_an_end_whose_beginning_has_moved_to_earlier_still_ends_it() -> None:
    heard = Alerts()
    heard.hears(alert(10))

    assert heard.hears(alert(5, end=20)) == (RESOLVED,)
    assert heard.hears(alert(5)) == ()
    assert heard.open == []


def test_each_alert_of_a_group_is_one_claim() -> None:
    heard = Alerts()

    heard.hears(alert(), alert(series="cd34"), alert(series="ef56", end=5))

    assert sorted(told.series_of(claim) for claim in heard.open) == ["ab12", "cd34"]


def test_what_the_sender_left_out_is_said() -> None:
    heard = Alerts()

    heard.hears(alert(), left_out=7)

    assert heard.words == ["HighErrorRate: slow\n\n7 more alerts of this group are left out here."]


def test_the_begin_is_never_in_the_future_nor_the_end() -> None:
    heard = Alerts()
    heard.hears(alert(90), now=at(60))

    assert heard.open[0].started_at == at(60)
    heard.hears(alert(90, end=120), now=at(61))
    assert heard.news[-1].claim.resolved_at == at(61)


def test_what_is_not_repeated_grows_old_and_that_is_no_end() -> None:
    heard = Alerts()
    heard.hears(alert())

    assert heard.grows_old(at(12 * 60)) == (UPDATED,)
    (claim,) = heard.open
    assert claim.state is State.UNKNOWN
    assert heard.words[-1] == "It was not told again for 12 h: nobody knows whether it still holds."


def test_what_is_not_repeated_for_twice_as_long_is_given_up() -> None:
    heard = Alerts()
    heard.hears(alert())
    heard.grows_old(at(12 * 60))

    assert heard.grows_old(at(24 * 60)) == (ChangeKind.WITHDRAWN,)
    assert heard.open == []
    assert heard.grows_old(at(36 * 60)) == ()


def test_what_is_repeated_after_it_grew_old_is_known_again() -> None:
    heard = Alerts()
    heard.hears(alert())
    heard.grows_old(at(12 * 60))

    assert heard.hears(alert(), now=at(13 * 60)) == (UPDATED,)
    assert heard.open[0].state is State.SUSPECTED
    assert heard.words[-1] == "It is told again."
    assert heard.hears(alert(end=800), now=at(14 * 60)) == (RESOLVED,)


def test_what_ends_because_nothing_is_measured_any_more_is_given_up_and_not_called_well() -> None:
    heard = Alerts()
    heard.hears(alert(), alert(series="cd34"))

    assert heard.hears(replace(alert(end=17), lost=True)) == (ChangeKind.WITHDRAWN,)
    assert [told.series_of(claim) for claim in heard.open] == ["cd34"]
    assert heard.hears(replace(alert(end=17), lost=True)) == ()
    assert heard.hears(alert()) == ()


def test_a_lost_end_of_something_never_heard_of_is_remembered() -> None:
    heard = Alerts()

    assert heard.hears(replace(alert(end=17), lost=True)) == ()
    assert heard.hears(alert()) == ()


TIMES = st.tuples(st.integers(0, 3), st.booleans(), st.sampled_from(["ab12", "cd34"]))


@given(st.lists(TIMES, max_size=12), st.randoms(use_true_random=False))
def test_whatever_order_and_however_often_nothing_is_told_twice_and_an_end_stays_an_end(
    some: list[tuple[int, bool, str]], dice: object
) -> None:
    heard = Alerts()
    ended = set()
    for start, fires, series in some:
        one = alert(start * 10, None if fires else start * 10 + 5, series=series)
        heard.hears(one)
        assert heard.hears(one) == ()
        if not fires:
            ended.add(told.identity(series, one.starts_at))
        assert not ended & {claim.external_id for claim in heard.open}

    opened = [change.claim.external_id for change in heard.news if change.kind is OPENED]
    assert len(opened) == len(set(opened))
    assert all(change.kind is not ChangeKind.REOPENED for change in heard.news)
