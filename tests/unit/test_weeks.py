"""A week in numbers and words, from histories in which everything can be counted by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.core import holding, week_words, weeks
from bot.core.health import Gap
from bot.core.message import Message, Tone, plain
from bot.core.picture.shapes import Box, Drawing, Ink, Words, bounds
from bot.core.picture.week import of_week
from bot.core.rules import Match, Route, Service
from bot.core.scorecard import Watch
from bot.core.weeks import Gathered
from bot.model import ChangeKind, Destination, Impact, Kind, State
from bot.settings import scalars
from tests.unit import weekly
from tests.unit.build import at
from tests.unit.story import Story
from tests.unit.weekly import DAY, DIGEST, EVERYBODY, acme, bolt, calm, checks, cove, new, vendor

OPS = Destination("slack", "ops")
ANY = Route(name="route[1]", to=(OPS,))


def told(*gathered: Gathered) -> Message:
    return week_words.message(DIGEST, [weeks.week_of(one, DIGEST) for one in gathered])


def drawn(*gathered: Gathered) -> Drawing:
    found = weeks.shown([weeks.week_of(one, DIGEST) for one in gathered])
    picture = of_week(DIGEST, found, checks(), "3 incidents")
    assert picture is not None
    return picture


def test_a_week_is_told_vendor_by_vendor() -> None:
    assert plain(told(*EVERYBODY)).splitlines() == [
        "The week Mon 23 Feb 09:00 to Mon 2 Mar 09:00: 3 incidents of 2 vendors, 1 that only we saw, 1 open now",
        "- Bolt · 1 incident, 7 d in trouble · 1 maintenance, 2 h",
        "  Open: Errors (bolt-1), since 2026-02-20 12:00 UTC",
        "- Acme · 2 incidents, 2 h in trouble",
        "  Critical 43 min, minor 1 h 17 min",
        "  Longest: 1 h 30 min, Errors (acme-1)",
        "  It told of it 17 min after us",
        "  1 of 2 all-clears was false",
        "  1 follow-up is left open",
        "- Cove · 1 that only we saw, 12 min",
        "  It never told of 1 that we were sure of",
        "Nothing at Dune, Elm, Fjord",
        "Not watched all the time: Elm 4 d 4 h, Cove 2 h",
    ]


def test_that_nothing_happened_is_one_line_and_whom_that_is_said_of() -> None:
    message = told(calm(), calm("Fjord"))

    assert message.headline == "The week Mon 23 Feb 09:00 to Mon 2 Mar 09:00: nothing happened at 2 vendors"
    assert plain(message).splitlines()[1:] == ["Watched: Dune, Fjord"]
    assert message.tone is Tone.RESOLVED


def test_what_was_not_watched_is_not_called_well() -> None:
    message = told(calm(), new())

    assert "nothing is known to have happened at 2 vendors" in message.headline
    assert "Not watched all the time: Elm 4 d 4 h" in plain(message)


def test_a_week_without_anybody_says_so() -> None:
    assert told().headline.endswith("nothing was watched")


def test_what_ended_before_the_week_and_what_began_after_it_do_not_count() -> None:
    early = Story("a").vendor(-9 * DAY).vendor(-8 * DAY, State.RESOLVED, kind=ChangeKind.RESOLVED)
    late = Story("b").vendor(DAY)

    found = weeks.week_of(vendor("Acme", early, late), DIGEST)

    assert found.card.in_trouble == timedelta()
    assert found.told == ()


def test_what_is_told_as_another_one_is_not_counted_twice() -> None:
    story = Story("a").vendor(-DAY)
    assert story.incident is not None
    story.incident = replace(story.incident, ending=ChangeKind.MERGED)

    assert weeks.week_of(vendor("Acme", story), DIGEST).is_quiet


def test_the_worst_come_first_and_what_there_is_no_room_for_is_named() -> None:
    minor = [
        vendor(f"Vendor {n:02}", Story(f"v-{n}").vendor(-DAY, impact=Impact.MINOR).vendor(0, State.RESOLVED, text=""))
        for n in range(30)
    ]

    text = plain(told(*minor, acme()))

    assert text.splitlines()[1].startswith("- Acme")
    assert "And of 19 more: Vendor" in text
    assert len(text) < 3_500


def test_a_route_hears_of_its_own_vendors_and_of_what_it_would_have_been_told() -> None:
    found = (acme(), bolt(), calm())
    mine = replace(ANY, match=Match(vendors=("acme", "dune"), min_impact=Impact.MAJOR))

    kept = weeks.matched(found, (mine,), ())

    assert [(one.vendor, len(one.records)) for one in kept] == [("acme", 1), ("dune", 0)]


def test_a_route_for_a_service_hears_of_whom_that_needs() -> None:
    needs = Service(name="Bot", depends_on=(("bolt", None),))
    mine = replace(ANY, match=Match(services=("bot",)))

    assert [one.vendor for one in weeks.matched((acme(), bolt(), calm()), (mine,), (needs,))] == ["bolt"]


@pytest.mark.parametrize(
    ("due", "hours"),
    [
        # Put forward on 29 March, put back on 25 October.
        ("2026-03-30T07:00+00:00", 167),
        ("2026-10-26T08:00+00:00", 169),
        ("2026-03-02T08:00+00:00", 168),
    ],
)
def test_a_week_begins_at_the_same_time_by_the_clock_on_the_wall(due: str, hours: int) -> None:
    route = replace(ANY, weekly=scalars.once_a_week("Mon 09:00 Europe/Berlin"))

    found = holding.week_of(OPS, route, datetime.fromisoformat(due))

    assert found.ends_at - found.starts_at == timedelta(hours=hours)
    again = of_week(found, [weeks.week_of(calm(), found)], {})
    assert again is not None
    assert [one.text for one in again.shapes if isinstance(one, Words)].count("Mon 30") in {0, 1}


def test_each_hour_is_drawn_as_high_as_its_worst_was_bad() -> None:
    picture = drawn(acme())

    heights = {one.ink: one.height for one in picture.shapes if isinstance(one, Box) and not one.hatched}
    assert heights[Ink.CRITICAL] > heights[Ink.MINOR] > 0
    hour = (744 - 164) / 168
    critical = [one for one in picture.shapes if isinstance(one, Box) and one.ink is Ink.CRITICAL]
    assert critical[0].width == pytest.approx(hour)


def test_what_nobody_watched_is_hatched_in_the_week_too() -> None:
    picture = drawn(new())

    hatched = [one for one in picture.shapes if isinstance(one, Box) and one.hatched]
    share = (hatched[0].width) / (744 - 164)
    assert share == pytest.approx(100 / 168, abs=0.001)


@pytest.mark.parametrize("found", [EVERYBODY, (acme(),), (calm(),), (replace(calm(), name="W" * 200),)])
def test_nothing_leaves_the_picture_of_a_week(found: tuple[Gathered, ...]) -> None:
    picture = drawn(*found)

    for shape in picture.shapes:
        left, upper, right, lower = bounds(shape)
        assert 0 <= left <= right <= picture.width, shape
        assert 0 <= upper <= lower <= picture.height, shape


def test_it_says_in_words_what_the_week_was_like() -> None:
    assert drawn(acme(), calm(), new()).about == (
        "The week Mon 23 Feb 09:00 to Mon 2 Mar 09:00, hour by hour. Acme: 2 incidents, 2 h in trouble. Dune: nothing. "
        "Elm: nothing known, not watched for 4 d 4 h."
    )


def test_a_week_alarms_nobody_with_what_is_over() -> None:
    assert told(acme()).tone is Tone.NOTICE
    assert told(acme(), bolt()).tone is Tone.MAJOR


def test_what_the_team_has_declared_is_told_as_its_own() -> None:
    story = Story("ours-1").people(-DAY).people(-DAY + 45, report=False)
    ours = replace(vendor("ours", story, watch=Watch()), name="Our own")

    message = told(ours, calm())

    assert message.headline.endswith(": 1 declared by us")
    assert plain(message).splitlines()[1:] == ["- Our own · 1 declared by us, 45 min", "Nothing at Dune"]


def test_a_page_that_nobody_could_read_all_week_is_not_among_those_at_which_nothing_happened() -> None:
    blind = vendor("Gulf", watch=Watch(since=weekly.ALWAYS.since, gaps=(Gap(at(-99 * DAY), at(DAY), "HTTP 503"),)))

    assert plain(told(calm(), blind)).splitlines()[1:] == ["Watched: Dune", "Not watched all the time: Gulf 7 d"]


def test_a_week_of_which_not_all_was_read_says_so() -> None:
    assert "There were more incidents than are counted here" in plain(told(replace(acme(), is_cut=True)))


def test_what_is_only_planned_is_not_open() -> None:
    plan = Story("plan").vendor(-DAY, State.SCHEDULED, of=Kind.MAINTENANCE, impact=Impact.MAINTENANCE)

    assert weeks.week_of(vendor("Acme", plan), DIGEST).is_quiet


def test_what_only_we_saw_is_told_as_that() -> None:
    found = weeks.week_of(cove(), DIGEST)

    assert (found.card.incidents, found.card.unconfirmed) == (0, 1)
    assert weekly.DIGEST.ends_at == found.card.until
