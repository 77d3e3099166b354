"""How probes are shown: one line for a vendor's, one for each that stands alone."""

from __future__ import annotations

from dataclasses import replace

from bot.core import answers, health
from bot.core.health import Health
from bot.core.message import line, plain_part
from bot.core.probe_views import ProbeView, alone, probe_view, summary
from bot.core.probing import ProbeState, Rule, advance
from bot.core.spending import Day, day_of, reached
from bot.core.standing import Standing, details, standing
from bot.model import Ceiling, Fault, ProbeResult, Spent
from tests.unit.build import ACME, at
from tests.unit.test_probing import ACCUSING, UPGRADE, after, result

SEEN = health.seen(Health(), at(9))


def view(state: ProbeState, well: Health = SEEN, name: str = "acme-api") -> ProbeView:
    return probe_view(replace(ACCUSING, name=name), well, state)


def text(views: list[ProbeView]) -> str:
    return plain_part(line(*summary(views, at(10))))


def test_a_vendor_without_probes_has_no_such_line() -> None:
    assert summary([], at(10)) == ()


def test_those_that_fail_are_named_with_since_when_and_what_is_seen() -> None:
    fails = view(after(".xxx"))

    assert text([view(after("..."), name="web"), fails]) == (
        "Probes: 1 of 2 fail; acme-api fails since 2026-03-01 12:01 UTC: HTTP 503"
    )


def test_who_can_not_tell_does_not_pass() -> None:
    lost = health.missed(SEEN, "can not tell: the key was refused (HTTP 401)", at(10))
    blind = health.missed(SEEN, "not watching: our own connection is gone", at(10))

    assert text([view(after("..."), lost)]) == (
        "Probes: 0 of 1 pass; acme-api can not tell since 2026-03-01 12:09 UTC: the key was refused (HTTP 401)"
    )
    assert text([view(after("..."), blind)]) == (
        "Probes: 0 of 1 pass; acme-api does not watch since 2026-03-01 12:09 UTC: our own connection is gone"
    )


def test_who_was_never_checked_does_not_pass() -> None:
    assert text([view(ProbeState(), Health())]) == "Probes: 0 of 1 pass; acme-api is not checked yet"


def test_a_maintenance_of_our_own_is_said() -> None:
    resting = advance(after("."), result("x", 1), Rule(interval=ACCUSING.interval), (UPGRADE, at(60)))

    assert text([view(resting)]) == (
        "Probes: 0 of 1 pass; acme-api is in maintenance (“Upgrade”) until 2026-03-01 13:00 UTC"
    )


def test_only_some_are_named() -> None:
    many = [view(after("xxx"), name=f"p{number}") for number in range(8)]

    assert text(many).endswith("p4 fails since 2026-03-01 12:00 UTC: HTTP 503; and 3 more do not")


def test_one_that_stands_alone_says_how_it_is() -> None:
    assert plain_part(line(*alone(view(after("." * 9)), at(10)))) == "Passes, usually in 97 ms"
    assert plain_part(line(*alone(view(after("xxx")), at(10)))) == "Fails since 2026-03-01 12:00 UTC: HTTP 503"


def costly(state: ProbeState, well: Health = SEEN, *, checks: int = 2880, money: float = 0.06) -> ProbeView:
    ceiling, spent = Ceiling(checks=5000, money=0.5), Spent(checks=checks, money=money)
    last = ProbeResult(ok=True, at=at(9), ceiling=ceiling)
    return probe_view(replace(ACCUSING, name="model"), well, replace(state, last=last), Day(day_of(at(9)), spent))


def test_what_checks_cost_today_is_said() -> None:
    assert text([view(after("...")), costly(after("..."))]) == (
        "Probes: 2 of 2 pass; model today: 2,880 checks, 0.06 of 0.50"
    )
    assert plain_part(line(*alone(costly(ProbeState()), at(10)))) == "Passes; today: 2,880 checks, 0.06 of 0.50"


def test_on_another_day_it_is_another_sum() -> None:
    assert plain_part(line(*alone(costly(ProbeState()), at(24 * 60)))) == "Passes; today: 0 checks, 0.00 of 0.50"


def test_a_probe_at_its_ceiling_is_not_broken_and_says_until_when() -> None:
    full = health.missed(SEEN, reached(Ceiling(checks=5000, money=0.5), Spent(money=0.5), Spent(money=0.01)), at(10))

    assert text([costly(after("..."), full, money=0.5)]) == (
        "Probes: 0 of 1 pass; model does not check: its daily ceiling of 0.50 is reached; it checks again at 00:00 UTC"
        "; model today: 2,880 checks, 0.50 of 0.50"
    )


def stands(*views: ProbeView, well: Health = SEEN) -> Standing:
    return standing(ACME, well, None, (), views)


def test_a_vendors_probes_stand_with_it() -> None:
    found = stands(view(after("...")))

    assert details(found, at(10)) == ["checked 1 min ago", "Probes: 1 of 1 pass"]
    assert "Probes: 1 of 1 pass" in [plain_part(part) for part in answers.one(found, at(10)).message.parts]


def test_where_no_page_is_watched_a_probe_stands_for_its_vendor() -> None:
    found = standing(ACCUSING, SEEN, None, (), (view(after("xxx")), view(after(".."), name="web")))

    assert (found.name, found.vendor) == ("Acme", "acme")
    assert details(found, at(10)) == [
        "Probes: 1 of 2 fail; acme-api fails since 2026-03-01 12:00 UTC: HTTP 503",
    ]


def test_a_probe_that_can_not_tell_is_not_called_operational() -> None:
    lost = health.missed(SEEN, "can not tell: the key was refused (HTTP 401)", at(10))
    only = standing(ACCUSING, lost, None, (), (view(after("."), lost),), for_vendor=False)

    said = answers.one(only, at(20)).message
    assert said.headline == "acme-api: can not tell, last known: operational"
    assert plain_part(said.parts[-1]) == "Can not tell since 2026-03-01 12:09 UTC: the key was refused (HTTP 401)"
    assert ProbeResult(ok=False, at=at(0), fault=Fault.KEY).is_ours
