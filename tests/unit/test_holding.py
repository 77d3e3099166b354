"""Whether a channel may have a message now, or why not, and until when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core import holding, windows
from bot.core.holding import Channel, Kept, Listing, Ruling, Verdict, as_heard, as_meant, judge
from bot.core.rules import Detail, Route
from bot.model import Announcement, ChangeKind, Destination, Hold, Impact, Incident, Ref, State, TimelineEntry
from bot.settings import scalars
from tests.unit.build import NOON, entry, incident

SLACK, PAGER, HOOK = Destination("slack", "C1"), Destination("pagerduty"), Destination("webhook")
QUIET = Route(name="route[1]", to=(SLACK, PAGER, HOOK), quiet=scalars.quiet("22:00-07:00 Europe/Berlin"))
CAPPED = Route(name="route[1]", to=(SLACK, PAGER, HOOK), hourly=2)
DAILY = Route(name="route[1]", to=(SLACK,), digest=scalars.summary("09:00 Europe/Berlin"))
MINOR = replace(incident(), impact=Impact.MINOR, peak=Impact.MINOR)
CRITICAL = replace(MINOR, impact=Impact.CRITICAL, peak=Impact.CRITICAL)
OVER = replace(MINOR, state=State.RESOLVED, resolved_at=NOON)
# 1 March 2026, 23:00 in Berlin.
NIGHT = datetime(2026, 3, 1, 22, tzinfo=UTC)
MORNING = datetime(2026, 3, 2, 6, tzinfo=UTC)


def announced(to: Destination, **changed: object) -> Announcement:
    new = Announcement(id=1, incident="acme-1", destination=to, due_at=NOON)
    return replace(new, **changed)  # type: ignore[arg-type]  # whatever a test is about


def judged(
    about: Incident,
    route: Route | None,
    now: datetime,
    *,
    to: Destination = SLACK,
    posted: Sequence[datetime] = (),
    listing: Listing = Listing(),  # noqa: B008  (frozen)
    **changed: object,
) -> Verdict | Kept:
    meant = as_meant(route, to) if route is not None else None
    return judge(announced(to, **changed), about, meant, Channel(posted), listing, now)


def held(verdict: Verdict | Kept) -> tuple[Hold, datetime | None]:
    assert isinstance(verdict, Kept)
    return verdict.why, verdict.until


def test_at_night_only_what_is_critical_passes() -> None:
    assert held(judged(MINOR, QUIET, NIGHT)) == (Hold.QUIET, MORNING)
    assert judged(CRITICAL, QUIET, NIGHT) is Verdict.GO
    assert judged(CRITICAL, QUIET, NIGHT, held=Hold.QUIET, listing=Listing(is_pending=True)) is Verdict.GO
    assert judged(MINOR, QUIET, NOON) is Verdict.GO


def test_the_digest_of_a_night_has_the_same_name_whoever_asks_and_when() -> None:
    first, second = (judged(MINOR, QUIET, NIGHT + timedelta(hours=n)) for n in (0, 5))

    assert isinstance(first, Kept)
    assert isinstance(second, Kept)
    assert first.digest == second.digest


def test_what_a_night_held_back_waits_for_its_digest() -> None:
    waiting = Listing(is_pending=True)

    assert judged(MINOR, QUIET, MORNING, held=Hold.QUIET, listing=waiting) is Verdict.WAIT
    assert judged(MINOR, replace(QUIET, hourly=1), MORNING, held=Hold.QUIET, listing=waiting) is Verdict.WAIT
    assert judged(MINOR, QUIET, MORNING, held=Hold.QUIET) is Verdict.GO
    assert judged(OVER, QUIET, MORNING, held=Hold.QUIET, told_in="digest") is Verdict.DONE
    assert judged(OVER, QUIET, MORNING, held=Hold.QUIET) is Verdict.GO


def test_a_root_that_was_begun_or_deleted_is_never_held_back() -> None:
    assert judged(MINOR, QUIET, NIGHT, root=Ref("1")) is Verdict.GO
    assert judged(MINOR, QUIET, NIGHT, generation=1) is Verdict.GO


def test_a_cap_has_room_again_when_the_oldest_of_the_newest_is_an_hour_old() -> None:
    posted = (NOON, NOON + timedelta(minutes=20), NOON + timedelta(minutes=40))

    assert judged(MINOR, CAPPED, NOON, posted=posted[:1]) is Verdict.GO
    assert held(judged(MINOR, CAPPED, NOON, posted=posted[:2])) == (Hold.HOURLY, NOON + timedelta(hours=1))
    assert held(judged(MINOR, CAPPED, NOON, posted=posted)) == (Hold.HOURLY, NOON + timedelta(minutes=80))
    assert judged(CRITICAL, CAPPED, NOON, posted=posted) is Verdict.GO


def test_what_is_over_before_there_was_room_waits_until_the_note_says_so() -> None:
    current = Listing(is_kept_current=True)

    assert judged(OVER, CAPPED, NOON, held=Hold.HOURLY, listing=current) is Verdict.WAIT
    assert judged(OVER, CAPPED, NOON, held=Hold.HOURLY, listing=current, told_in="note") is Verdict.DONE


def test_a_channel_of_digests_gets_nothing_else() -> None:
    assert held(judged(CRITICAL, DAILY, NOON)) == (Hold.DIGEST, None)


def test_a_pager_sleeps_at_night_and_knows_neither_caps_nor_digests() -> None:
    assert held(judged(MINOR, QUIET, NIGHT, to=PAGER)) == (Hold.QUIET, MORNING)
    assert judged(CRITICAL, QUIET, NIGHT, to=PAGER) is Verdict.GO
    assert judged(MINOR, CAPPED, NOON, to=PAGER, posted=(NOON, NOON)) is Verdict.GO
    assert judged(MINOR, QUIET, MORNING, to=PAGER, held=Hold.QUIET) is Verdict.GO
    assert judged(OVER, QUIET, MORNING, to=PAGER, held=Hold.QUIET) is Verdict.DONE


def test_a_program_is_told_everything_at_once() -> None:
    assert judged(MINOR, replace(QUIET, hourly=1), NIGHT, to=HOOK, posted=(NIGHT,)) is Verdict.GO
    assert as_meant(replace(QUIET, detail=Detail.STAKEHOLDER), HOOK).detail is Detail.ENGINEER


def test_our_own_trouble_waits_for_no_morning() -> None:
    assert judged(replace(MINOR, vendor="sitrep"), QUIET, NIGHT) is Verdict.GO


def test_where_no_route_leads_any_more_nothing_new_is_told() -> None:
    assert judged(MINOR, None, NOON, held=Hold.QUIET, listing=Listing(is_pending=True)) is Verdict.WAIT
    assert judged(MINOR, None, NOON, held=Hold.QUIET) is Verdict.DONE
    assert judged(MINOR, None, NOON) is Verdict.GO


def test_the_first_route_that_leads_somewhere_decides() -> None:
    second = replace(DAILY, match=replace(DAILY.match, vendors=("other",)))
    ruling = Ruling((second, QUIET))

    assert ruling.route(MINOR, SLACK) == QUIET
    assert ruling.route(replace(MINOR, vendor="other"), SLACK) == second


@pytest.mark.parametrize(
    ("now", "following"),
    [
        # Put forward at 2:00 on 29 March: 02:30 is then 03:30 of summer time.
        ("2026-03-28T23:00+00:00", "2026-03-29T01:30+00:00"),
        # Put back at 3:00 on 25 October: of the two the first.
        ("2026-10-24T23:00+00:00", "2026-10-25T00:30+00:00"),
        ("2026-03-01T01:30+00:00", "2026-03-02T01:30+00:00"),
    ],
)
def test_a_digest_is_due_by_the_clock_on_the_wall(now: str, following: str) -> None:
    summary = scalars.summary("02:30 Europe/Berlin")

    assert windows.following(summary, datetime.fromisoformat(now)) == datetime.fromisoformat(following)


def test_a_weekly_digest_is_due_on_its_day() -> None:
    summary = scalars.summary("Mon 09:00 Europe/Berlin")

    assert windows.following(summary, NOON) == datetime(2026, 3, 2, 8, tzinfo=UTC)
    assert windows.following(summary, datetime(2026, 3, 2, 8, tzinfo=UTC)) == datetime(2026, 3, 9, 8, tzinfo=UTC)


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001  (given a zone)
    st.sampled_from(("09:00 Europe/Berlin", "02:30 America/New_York", "Sun 02:00 Europe/London", "00:00 UTC")),
)
def test_digests_follow_each_other_without_a_gap(now: datetime, said: str) -> None:
    summary = scalars.summary(said)
    first = windows.following(summary, now)

    assert first > now
    assert windows.following(summary, first - timedelta(seconds=1)) == first
    longest = timedelta(days=1 if summary.when.weekday is None else 7, hours=1)
    assert timedelta(hours=22) < windows.following(summary, first) - first <= longest


def _said(kind: ChangeKind, at: datetime, impact: Impact = Impact.MINOR) -> TimelineEntry:
    found = entry(2, kind=kind, impact=impact)
    state = State.RESOLVED if kind is ChangeKind.RESOLVED else State.INVESTIGATING
    return replace(found, recorded_at=at, state=state)


def loud(one: TimelineEntry, about: Incident = MINOR, route: Route | None = QUIET, **changed: object) -> bool:
    (heard,) = as_heard([one], announced(SLACK, root=Ref("1"), **changed), about, route)
    return not heard.hushed


def test_at_night_the_thread_goes_on_and_the_channel_sleeps() -> None:
    assert loud(_said(ChangeKind.RESOLVED, NOON))
    assert not loud(_said(ChangeKind.RESOLVED, NIGHT))
    assert loud(_said(ChangeKind.RESOLVED, NIGHT), replace(OVER, peak=Impact.CRITICAL))
    assert loud(_said(ChangeKind.REOPENED, NIGHT, Impact.CRITICAL), CRITICAL)
    assert loud(_said(ChangeKind.ESCALATED, NIGHT))
    assert not loud(_said(ChangeKind.LAPSED, NIGHT))


def test_what_came_before_the_root_that_was_held_back_is_no_news() -> None:
    later = NOON + timedelta(hours=1)

    assert not loud(_said(ChangeKind.REOPENED, NOON), route=None, held_at=NOON, posted_at=later)
    assert loud(_said(ChangeKind.REOPENED, later + timedelta(1)), route=None, held_at=NOON, posted_at=later)
    assert loud(_said(ChangeKind.REOPENED, NOON), route=None, posted_at=later)


@given(
    st.sampled_from((QUIET, CAPPED, replace(QUIET, hourly=1), replace(CAPPED, quiet=QUIET.quiet))),
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001  (given a zone)
    st.sampled_from((None, Hold.QUIET, Hold.HOURLY)),
    st.sampled_from((Listing(), Listing(is_pending=True), Listing(is_kept_current=True))),
    st.integers(0, 5),
)
def test_what_is_critical_is_never_held(
    route: Route, now: datetime, before: Hold | None, listing: Listing, count: int
) -> None:
    posted = [now - timedelta(minutes=n) for n in range(count)]

    found = judged(CRITICAL, route, now, held=before, listing=listing, posted=posted)

    assert found is Verdict.GO


@given(
    st.sampled_from((QUIET, CAPPED, replace(QUIET, hourly=1))),
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001  (given a zone)
    st.integers(1, 5),
)
def test_what_is_held_back_is_looked_at_again(route: Route, now: datetime, count: int) -> None:
    posted = [now - timedelta(minutes=n) for n in range(count)]

    found = judged(MINOR, route, now, posted=posted)

    if isinstance(found, Kept):
        assert found.until is not None
        assert now < found.until <= now + timedelta(hours=10)
        assert found.digest is not None


def test_the_digest_of_a_night_waits_where_the_next_one_has_begun() -> None:
    kept = judged(MINOR, QUIET, NIGHT)
    assert isinstance(kept, Kept)
    assert kept.digest is not None
    ruling = Ruling((QUIET,))

    assert holding.still_quiet(kept.digest, ruling, MORNING) is None
    assert holding.still_quiet(kept.digest, ruling, NIGHT + timedelta(days=1)) == MORNING + timedelta(days=1)
