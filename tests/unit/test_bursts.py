"""Which incidents are one burst."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.bursts import OFF, Terms, causes, group, is_news
from bot.core.platforms import with_platform
from bot.model import Calling, ChangeKind, Impact, Incident, Kind, SourceKind
from tests.unit.build import ACME, at, entry
from tests.unit.burst import TERMS, bursts, grouped, kin, names, one

FOUR = [one(str(n)) for n in range(4)]


def test_four_of_one_vendor_in_one_minute_are_a_burst() -> None:
    (found,) = bursts(grouped(*FOUR))

    assert (found.name, found.title, found.cause) == ("Acme", "4 incidents at once", "acme")
    assert names(found) == ["0", "1", "2", "3"]


def test_three_are_three() -> None:
    assert grouped(*FOUR[:3]).entries == ()


def test_the_fourth_brings_in_those_that_were_told_by_themselves() -> None:
    found = grouped(FOUR[3], others=FOUR[:3])

    assert [i.burst for i in found.incidents.values() if not i.cause] == [bursts(found)[0].id] * 4


def test_what_was_told_by_itself_says_where_it_goes_on_and_what_was_not_is_quiet() -> None:
    around = kin(FOUR, posted=["acme-0", "acme-1"])

    found = group(FOUR, (), around, TERMS, at(0))

    said = {e.incident: e.quiet for e in found.entries if e.kind is ChangeKind.GROUPED}
    assert said == {"acme-0": False, "acme-1": False, "acme-2": True, "acme-3": True}


def test_one_that_comes_later_joins_as_long_as_it_begins_with_the_last() -> None:
    (found,) = bursts(grouped(*FOUR))

    assert len(grouped(one("late", 2), bursts=[found]).entries) == 1
    assert grouped(one("too-late", 2.1), bursts=[found]).entries == ()


def test_each_that_joins_may_draw_the_next_one_in() -> None:
    (found,) = bursts(grouped(*FOUR))

    joined = grouped(one("b", 3.5), one("a", 2), bursts=[found])

    assert sorted(joined.incidents) == ["acme-a", "acme-b"]


def test_those_that_begin_slowly_one_after_the_other_are_no_burst() -> None:
    assert grouped(*(one(str(n), 1.9 * n) for n in range(9))).entries == ()


@pytest.mark.parametrize(
    "changed",
    [
        {"kind": Kind.SUSPECTED},
        {"apart": True},
        {"burst": "acme-burst-1"},
        {"claims": ()},
        {"vendor": "other"},
    ],
)
def test_who_is_suspected_wanted_apart_grouped_already_or_of_another_vendor_does_not_count(
    changed: dict[str, object],
) -> None:
    other = replace(FOUR[3], **changed)  # type: ignore[arg-type]  # one field of many

    assert grouped(*FOUR[:3], other).entries == ()


def test_what_is_told_nowhere_does_not_count() -> None:
    around = kin(FOUR[:3])

    assert group(FOUR, (), around, TERMS, at(0)).entries == ()


def test_maintenances_that_are_announced_together_are_apart_from_incidents() -> None:
    plans = [one(f"plan{n}", kind=Kind.MAINTENANCE, impact=Impact.MAINTENANCE) for n in range(5)]

    planned, at_once = bursts(grouped(*plans, *FOUR))

    assert (planned.title, planned.kind, planned.id) == (
        "5 planned maintenances",
        Kind.MAINTENANCE,
        "acme-planned-20260301T120000",
    )
    assert names(at_once) == ["0", "1", "2", "3"]


def test_at_the_first_look_only_what_really_began_together_is_a_burst() -> None:
    old = [replace(one(str(n)), was_open_at_first_look=True, started_at=at(-1_000 * n)) for n in range(9)]

    assert grouped(*old).entries == ()
    assert bursts(grouped(*(replace(i, started_at=at(-500)) for i in old)))


def test_vendors_on_one_platform_are_a_burst_that_accuses_nobody_falsely() -> None:
    some = [one("x", vendor=v, runs_on="aws") for v in ("acme", "beta", "gamma", "delta")]

    (found,) = bursts(grouped(*some))

    assert (found.name, found.cause) == ("On AWS", "aws")
    assert len(found.members) == 4


def test_the_platform_itself_gives_the_burst_its_name() -> None:
    own = replace(one("ec2", vendor="aws"), name="Amazon Web Services")

    (found,) = bursts(grouped(own, *(one("x", vendor=v, runs_on="aws") for v in ("acme", "beta", "gamma"))))

    assert found.name == "Amazon Web Services"


def test_many_of_one_vendor_are_its_own_whatever_it_stands_on() -> None:
    (found,) = bursts(grouped(*(one(str(n), runs_on="aws") for n in range(4))))

    assert (found.cause, found.name) == ("acme", "Acme")


def test_switched_off_nothing_is_grouped() -> None:
    assert not OFF.are_on
    assert Terms(at_least=2).are_on


def test_whoever_was_to_be_called_by_any_is_called_once_by_the_worst() -> None:
    low = Calling(who=("@here",), to="console", level=Impact.MINOR)
    high = Calling(who=("slack:U1",), to="console", level=Impact.MAJOR)
    lines = [replace(entry(1), incident=i.id, calls=(high if n == 2 else low,)) for n, i in enumerate(FOUR)]

    found = group(FOUR, lines, kin(FOUR), TERMS, at(0))

    assert found.entries[0].calls == (high,)


def test_whoever_was_called_already_is_not_called_again() -> None:
    low = Calling(who=("@here",), to="console", level=Impact.MINOR)
    told = [replace(i, called=(("console", Impact.MINOR),)) for i in FOUR[:3]]
    lines = [replace(entry(1), incident=FOUR[3].id, calls=(low,))]
    around = kin([FOUR[3]], told, posted=[i.id for i in told])

    found = group([FOUR[3]], lines, around, TERMS, at(0))

    assert found.entries[0].calls == ()


def test_what_is_no_news_asks_for_nothing() -> None:
    before = FOUR[0]

    assert is_news(before, None)
    assert not is_news(replace(before, title="Other words"), before)
    assert is_news(replace(before, runs_on="aws"), before)
    assert is_news(replace(before, impact=Impact.MAJOR), before)


@pytest.mark.parametrize(
    ("text", "platform"),
    [
        ("Our upstream provider AWS has an outage", "aws"),
        ("We see errors in us-east-1.", "aws"),
        ("Google Cloud has confirmed an incident.", "gcp"),
        ("Cloudflare is having issues", "cloudflare"),
        ("Both AWS and Cloudflare are down", ""),
        ("We drew flaws on azurean paper", ""),
        ("The database is slow", ""),
    ],
)
def test_a_vendors_own_words_name_the_platform(text: str, platform: str) -> None:
    said = replace(entry(1, text), incident="acme-0")

    assert with_platform(FOUR[0], ACME, [said]).runs_on == platform


def test_what_the_file_says_of_the_platform_counts_more_than_words() -> None:
    said = replace(entry(1, "Cloudflare is down"), incident="acme-0")

    assert with_platform(FOUR[0], replace(ACME, runs_on="aws"), [said]).runs_on == "aws"


def test_nobody_stands_on_themselves_and_a_witness_tells_of_no_platform() -> None:
    said = replace(entry(1, "Cloudflare is down"), incident="cloudflare-x")
    own = one("x", vendor="cloudflare")

    assert with_platform(own, replace(ACME, vendor="cloudflare"), [said]).runs_on == ""
    assert with_platform(own, replace(ACME, kind=SourceKind.PROBE), [said]).runs_on == ""


MINUTES = st.lists(st.integers(0, 40).map(lambda n: n / 4), min_size=1, max_size=14)


@given(MINUTES, st.integers(2, 5))
def test_in_one_snapshot_each_is_in_one_burst_at_most_and_none_is_lost(minutes: list[float], at_least: int) -> None:
    some = [one(str(n), minute) for n, minute in enumerate(minutes)]
    terms = Terms(at_least=at_least)

    found = grouped(*some, terms=terms)

    held = [member.id for burst in bursts(found) for member in burst.members]
    assert len(held) == len(set(held))
    assert {i.id for i in found.incidents.values() if i.burst} == set(held)
    assert all(len(burst.members) >= at_least for burst in bursts(found))
    assert all(found.incidents[member.id].burst == b.id for b in bursts(found) for member in b.members)


@given(MINUTES)
def test_however_they_come_the_same_are_together_in_the_end(minutes: list[float]) -> None:
    some = sorted((one(str(n), minute) for n, minute in enumerate(minutes)), key=lambda i: (i.first_seen_at, i.id))

    at_once = grouped(*some)
    there: dict[str, Incident] = {}
    held: dict[str, str] = {}
    for new in some:
        alone = [i for i in there.values() if not i.cause and not i.burst]
        more = grouped(new, others=alone, bursts=_growing(there, held))
        there |= {new.id: new} | dict(more.incidents)
        held |= {i.id: i.burst for i in more.incidents.values() if i.burst}

    assert held == {i.id: i.burst for i in at_once.incidents.values() if i.burst}


def _growing(there: dict[str, Incident], held: dict[str, str]) -> list[Incident]:
    """Return the bursts as they are once everybody is in them who was taken in."""
    found = []
    for burst in (i for i in there.values() if i.cause):
        known = {member.id: member for member in burst.members}
        late = [there[name] for name, of in held.items() if of == burst.id and name not in known]
        more = tuple(replace(burst.members[0], id=i.id, first_seen_at=i.first_seen_at) for i in late)
        found.append(replace(burst, members=(*burst.members, *more)))
    return found


def test_causes_are_the_vendor_and_what_it_stands_on() -> None:
    assert causes(one("x", runs_on="aws")) == ("acme", "aws")
    assert causes(one("x")) == ("acme",)
    assert timedelta(minutes=2) == TERMS.within
