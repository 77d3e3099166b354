"""What a burst makes of what its members say, and what each channel has of it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core import members, replies, roster, wording
from bot.core.carrying import Arrival, carried
from bot.core.converge import next_step
from bot.core.fold import fold
from bot.core.message import Item, plain
from bot.core.message import line as line_of
from bot.core.routing import matches
from bot.core.rules import Match
from bot.core.together import Burst, act_on_all, ungroup
from bot.model import (
    Action,
    Calling,
    ChangeKind,
    Destination,
    Impact,
    Incident,
    Kind,
    State,
    TimelineEntry,
    Transition,
    Who,
)
from tests.unit.build import CONSOLE, LEAD, ONCALL, announcement, asked, at
from tests.unit.burst import burst, ends, line, one

ACKED = Transition("acked", "on-call", "")
OPS, LEADS = Destination("slack", "OPS"), Destination("slack", "LEADS")
LONG = 4_000


def carry(of: Incident, *some: tuple[Incident, TimelineEntry]) -> tuple[Incident, tuple[TimelineEntry, ...]]:
    return carried(of, [Arrival(incident, (entry,)) for incident, entry in some])


def heads(of: Incident, entries: tuple[TimelineEntry, ...]) -> list[str]:
    return [replies.reply(entry, of).headline for entry in entries if not entry.quiet]


def test_a_line_of_a_member_is_told_with_whose_it_is() -> None:
    of, held = burst(one("api"), one("web"))

    after, told = carry(of, line(held["acme-api"], "We look.", state=State.IDENTIFIED))

    assert heads(after, told) == ["api errors · Identified"]
    assert "“We look.”" in plain(replies.reply(told[0], after))
    assert not replies.is_broadcast(told[0])


def test_members_of_several_vendors_are_named_by_vendor_and_those_of_one_by_the_part() -> None:
    of, held = burst(one("x", runs_on="aws"), one("y", vendor="beta", runs_on="aws"))
    mine, others = burst(one("a", part="EC2"), one("b", part="S3"))

    _, told = carry(of, line(held["beta-y"], "We look."))
    _, more = carry(mine, line(others["acme-a"], "We look."))

    assert heads(of, told) == ["Beta: y errors · Investigating"]
    assert heads(mine, more) == ["EC2: a errors · Investigating"]


def test_the_same_line_is_never_told_twice() -> None:
    of, held = burst(one("api"), one("web"))
    said = line(held["acme-api"], "We look.")
    once, _ = carry(of, said)

    assert carry(once, said) == (once, ())


def test_the_end_of_one_is_ticked_and_the_end_of_all_is_told_to_the_channel() -> None:
    of, held = burst(one("api"), one("web"))

    half, first = carry(of, ends(held["acme-api"]))
    over, last = carry(half, ends(held["acme-web"], minute=30))

    assert (half.is_open, over.is_open, over.resolved_at) == (True, False, at(30))
    assert [replies.is_broadcast(entry) for entry in (*first, *last)] == [False, False, True]
    assert heads(over, last) == ["web errors · Resolved after 30 min", "All 2 are over, after 30 min"]
    assert "- api errors · ✓ resolved" in plain(wording.root(half))
    assert "1 of 2 still open" in plain(wording.root(half))


def test_the_channel_hears_of_what_makes_the_whole_worse_and_of_nothing_else() -> None:
    of, held = burst(one("api"), one("web", impact=Impact.MAJOR))
    rise = (Transition("impact", "minor", "major"),)
    kind = ChangeKind.IMPACT_CHANGED

    _, as_bad = carry(of, line(held["acme-api"], kind=kind, impact=Impact.MAJOR, transitions=rise))
    worse, told = carry(of, line(held["acme-api"], kind=kind, impact=Impact.CRITICAL, transitions=rise))

    assert [replies.is_broadcast(entry) for entry in (*as_bad, *told)] == [False, True]
    assert worse.impact is Impact.CRITICAL


def test_what_begins_anew_after_all_were_over_is_told_to_the_channel() -> None:
    of, held = burst(one("api"), one("web"))
    gone = {name: ends(i) for name, i in held.items()}
    over, _ = carry(of, *gone.values())

    again, told = carry(over, line(gone["acme-api"][0], "Again.", kind=ChangeKind.REOPENED, minute=40))

    assert again.is_open
    assert [replies.is_broadcast(entry) for entry in told] == [True]
    assert heads(again, told) == ["api errors · Open again: investigating"]


def test_somebody_who_was_called_is_not_called_again_at_the_same_level() -> None:
    of, held = burst(one("api"), one("web"))
    of = replace(of, called=(("console", Impact.MAJOR),))
    major = Calling(who=("@here",), to="console", level=Impact.MAJOR)
    critical = replace(major, level=Impact.CRITICAL)

    _, same = carry(of, line(held["acme-api"], "x", calls=(major,)))
    _, worse = carry(of, line(held["acme-api"], "x", calls=(critical,)))

    assert [entry.calls for entry in (*same, *worse)] == [(), (critical,)]


def test_a_newcomer_is_told_by_its_first_words() -> None:
    of, _ = burst(one("api"), one("web"))
    new = replace(one("late"), burst=of.id, elsewhere=((1, None),))
    new, opened = line(replace(new, last_seq=0), kind=ChangeKind.OPENED)
    new, said = line(new, "Looking.")

    after, told = carried(of, [Arrival(new, (opened, said), (CONSOLE,))])

    assert heads(after, told) == ["late errors · Investigating"]
    assert after.title == "3 incidents at once"


def test_a_newcomer_without_a_word_is_told_all_the_same() -> None:
    of, _ = burst(one("api"), one("web"))
    new, opened = line(replace(one("late"), burst=of.id, elsewhere=((1, None),), last_seq=0), kind=ChangeKind.OPENED)

    after, told = carried(of, [Arrival(new, (opened,), (CONSOLE,))])

    assert heads(after, told) == ["Acme posted: late errors"]


def test_a_vendors_silence_is_told_once() -> None:
    of, held = burst(one("api"), one("web"))
    silence = [line(i, kind=ChangeKind.SILENT) for i in held.values()]

    after, told = carry(of, *silence)

    assert [head.partition(" for ")[0] for head in heads(after, told)] == ["api errors · No word from Acme"]


def test_reminders_in_one_breath_are_told_to_the_channel_once() -> None:
    plans = [one(n, kind=Kind.MAINTENANCE, impact=Impact.MAINTENANCE) for n in ("a", "b")]
    of, held = burst(*plans)
    until = at(80)
    said = [
        line(i, kind=ChangeKind.REMINDED, state=State.SCHEDULED, impact=Impact.MAINTENANCE, until=until)
        for i in held.values()
    ]

    _, told = carry(of, *said)

    assert [replies.is_broadcast(entry) for entry in told] == [True, False]


def test_a_burst_that_is_muted_keeps_its_members_out_of_the_channel() -> None:
    of, held = burst(one("api"), one("web"))
    done = act_on_all(Burst(of, tuple(held.values())), asked(Action.MUTE), at(5))
    kind, rise = ChangeKind.IMPACT_CHANGED, (Transition("impact", "minor", "major"),)

    _, told = carry(
        done.acted.incident, line(done.incidents["acme-api"], kind=kind, impact=Impact.MAJOR, transitions=rise)
    )

    assert [replies.is_broadcast(entry) for entry in told] == [False]


def test_the_list_has_the_worst_and_newest_first_and_says_how_many_more() -> None:
    some = [one(str(n), n / 10, impact=Impact.MAJOR if n == 3 else Impact.MINOR) for n in range(11)]
    of, held = burst(*some)
    of, _ = carry(of, ends(held["acme-10"]))

    parts = wording.root(of).parts
    items = [part.head for part in parts if isinstance(part, Item)]

    assert items[:3] == ["3 errors", "9 errors", "8 errors"]
    assert len(items) == roster.SHOWN
    assert "and 3 more" in plain(wording.root(of))
    assert [item.head for item in roster.every(of) if isinstance(item, Item)][-1] == "10 errors"


def test_each_channel_sees_the_members_that_routes_lead_there() -> None:
    of, held = burst(one("api", impact=Impact.MAJOR), one("web"), to=(OPS,))
    of = replace(
        of, members=tuple(replace(m, to=(*m.to, str(LEADS)) if m.id == "acme-api" else m.to) for m in of.members)
    )
    _, told = carried(of, [Arrival(*_split(line(held["acme-web"], "x")))])

    leads = members.seen_at(of, LEADS)

    assert (leads.title, leads.impact) == ("api errors", Impact.MAJOR)
    assert members.seen_at(of, OPS) is of
    assert members.told_at(of, told, LEADS) == ()
    assert members.told_at(of, told, OPS) == told


def _split(said: tuple[Incident, TimelineEntry]) -> tuple[Incident, tuple[TimelineEntry, ...]]:
    return said[0], (said[1],)


def test_where_no_route_leads_all_of_it_is_shown() -> None:
    of, _ = burst(one("api"), one("web"), to=(OPS,))

    assert members.seen_at(of, LEADS) is of


def test_a_plan_is_meant_by_any_member_that_goes_on_and_not_by_a_mixture_of_two() -> None:
    of, _ = burst(one("api", impact=Impact.MAJOR, part="API"), one("web", part="Web"))

    assert matches(Match(components=("Web",)), of)
    assert matches(Match(components=("API",), min_impact=Impact.MAJOR), of)
    assert not matches(Match(components=("Web",), min_impact=Impact.MAJOR), of)


def test_what_is_told_in_a_burst_has_no_message_of_its_own() -> None:
    _, held = burst(one("api"), one("web"))
    own, said = line(held["acme-api"], "x")

    assert next_step(announcement(), own, (said,), longest=LONG) is None
    assert members.told_at(own, (said,), CONSOLE) == ()


def test_who_has_a_burst_has_each_of_its_members_and_the_thread_is_told_once() -> None:
    of, held = burst(one("api"), one("web"))

    done = act_on_all(Burst(of, tuple(held.values())), asked(Action.ACK), at(5))
    after, told = carried(
        done.incidents[of.id],
        [
            Arrival(i, tuple(e for e in done.entries if e.incident == i.id))
            for i in done.incidents.values()
            if not i.cause
        ],
    )

    assert [i.acked.name for i in done.incidents.values() if i.acked] == ["on-call"] * 3
    assert told == ()
    assert after.acked == done.acted.incident.acked


def test_a_member_that_somebody_has_stays_theirs() -> None:
    of, held = burst(one("api"), one("web"))
    mine, said = line(held["acme-api"], kind=ChangeKind.ACKED, author="lead", person=LEAD.key, who=Who.PERSON)
    of, _ = carry(of, (mine, said))

    done = act_on_all(Burst(of, (mine, held["acme-web"])), asked(Action.ACK), at(25))

    assert sorted(done.incidents) == sorted(["acme-web", of.id])
    assert of.acked is None


def test_what_somebody_has_for_a_while_with_all_lapses_once() -> None:
    of, held = burst(one("api"), one("web"))
    done = act_on_all(Burst(of, tuple(held.values())), asked(Action.ACK), at(5))
    lapsed = [line(done.incidents[name], kind=ChangeKind.LAPSED, transitions=(ACKED,), who=Who.BOT) for name in held]

    after, told = carry(replace(done.acted.incident, acked=None), *lapsed)

    assert heads(after, told) == []
    assert [member.acked_by for member in after.members] == ["", ""]


def test_given_back_what_somebody_else_has_by_itself_stays_theirs() -> None:
    of, held = burst(one("api"), one("web"))
    theirs, said = line(held["acme-api"], kind=ChangeKind.ACKED, author="lead", person=LEAD.key, who=Who.PERSON)
    of, _ = carry(of, (theirs, said))
    done = act_on_all(Burst(of, (theirs, held["acme-web"])), asked(Action.ACK), at(25))
    now = {**held, "acme-api": theirs, **done.incidents}

    back = act_on_all(Burst(now[of.id], (theirs, now["acme-web"])), asked(Action.UNACK), at(26))

    assert sorted(back.incidents) == sorted(["acme-web", of.id])


def test_ungrouped_each_goes_on_by_itself_and_what_is_over_stays() -> None:
    of, held = burst(one("api"), one("web"), one("db"))
    gone, said = ends(held["acme-db"])
    of, _ = carry(of, (gone, said))

    done = ungroup(Burst(of, (held["acme-api"], held["acme-web"], gone)), (), asked(Action.UNGROUP), at(25))

    burst_now = done.incidents[of.id]
    assert sorted(done.destinations) == ["acme-api", "acme-web"]
    assert [member.id for member in burst_now.members] == ["acme-db"]
    assert (burst_now.is_open, wording.root(burst_now).parts[0]) == (
        False,
        line_of("Ungrouped · was minor · lasted 25 min"),
    )
    assert all(i.apart and not i.burst for name, i in done.incidents.items() if name != of.id)


def test_one_that_is_named_leaves_and_the_others_stay() -> None:
    of, held = burst(one("api"), one("web"))

    done = ungroup(Burst(of, tuple(held.values())), ("acme-api",), asked(Action.UNGROUP), at(25))

    assert names_of(done.incidents[of.id]) == ["acme-web"]
    assert heads(done.incidents[of.id], done.acted.entries) == ["on-call took one out: it goes on by itself"]
    own = done.incidents["acme-api"]
    assert own.elsewhere == ((1, own.last_seq - 1),)
    assert next_step(announcement(), own, (), longest=LONG) is not None


def names_of(of: Incident) -> list[str]:
    return [member.id for member in of.members]


STEPS = st.lists(
    st.tuples(st.sampled_from(["a", "b", "c"]), st.sampled_from(["word", "end", "again", "worse", "ack", "leave"])),
    max_size=12,
)


@pytest.mark.parametrize("by", [ONCALL])
@given(STEPS)
def test_a_burst_is_the_fold_of_its_timeline_and_loses_no_line(by: object, steps: list[tuple[str, str]]) -> None:
    del by
    of, held = burst(one("a"), one("b"), one("c"))
    beginning = of
    timeline: list[TimelineEntry] = []
    said: list[tuple[str, int]] = []
    for number, (name, what) in enumerate(steps):
        key = f"acme-{name}"
        own = held[key]
        if what == "leave":
            done = ungroup(
                Burst(of, tuple(i for i in held.values() if i.burst)), (key,), asked(Action.UNGROUP), at(30 + number)
            )
            if done.entries:
                of, held = done.incidents[of.id], {**held, key: done.incidents[key]}
                timeline += done.acted.entries
            continue
        if not own.burst:
            continue
        own, entry = _step(own, what, 30 + number)
        held[key] = own
        of, told = carry(of, (own, entry))
        timeline += told
        said.append((key, entry.seq))

    assert [(e.of, e.members[0].seq) for e in timeline if e.of] == said
    assert [e.seq for e in timeline] == list(range(beginning.last_seq + 1, of.last_seq + 1))
    again = fold(beginning, timeline)
    assert replace(again, services=of.services, cards=of.cards) == of
    assert of.is_open == any(member.is_open for member in of.members)


def _step(own: Incident, what: str, minute: float) -> tuple[Incident, TimelineEntry]:
    if what == "end":
        return ends(own, minute)
    if what == "ack":
        return line(own, kind=ChangeKind.ACKED, minute=minute, author="lead", person=LEAD.key, who=Who.PERSON)
    impact = Impact.CRITICAL if what == "worse" else Impact.MINOR
    kind = ChangeKind.REOPENED if what == "again" else ChangeKind.UPDATED
    return line(own, "Words.", kind=kind, impact=impact, minute=minute)


def muted_with(of: Incident, what: str) -> tuple[Incident, TimelineEntry]:
    """Return a member that is muted with its vendor, or with a component of that."""
    change = (Transition("with", "1", what),)
    return line(of, kind=ChangeKind.MUTED, who=Who.PERSON, author="lead", transitions=change, hushed=True)


def test_that_a_vendor_is_muted_is_said_of_the_whole_and_not_of_each_member() -> None:
    of, held = burst(one("x"), one("y"))

    _, whole = carry(of, muted_with(held["acme-x"], "Acme"), muted_with(held["acme-y"], "Acme"))
    after, part = carry(of, muted_with(held["acme-x"], "Acme (API)"))

    assert [entry.quiet for entry in whole] == [True, True]
    assert heads(after, part) == ["x errors · Muted with Acme (API) by lead"]


def test_that_a_vendor_is_muted_is_said_of_its_own_where_others_are_told_as_well() -> None:
    of, held = burst(one("x", runs_on="acme"), one("y", vendor="beta", runs_on="acme"))

    after, told = carry(of, muted_with(held["acme-x"], "Acme"))

    assert heads(after, told) == ["Acme: x errors · Muted with Acme by lead"]
