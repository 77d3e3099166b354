"""What befalls vendors: short and long outages, late words, false alarms; each told on a scene of its own.

`PAST` are over when they end, `PRESENT` go on.  Every one says how long it takes from its first moment to its last.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import timedelta

from bot.model import Impact, State
from tests.board.stage import DOWN, FINE, LEAD, PARTLY, SLOW, SUPPORT, Scene

LOOKING = "We are investigating elevated error rates. Customers may see timeouts and failed calls."
FOUND = (
    "A recent change to the configuration of an internal load balancer contributes to it. We are rolling that change "
    "back and expect to be done within the hour. The next update follows within 30 minutes."
)
WORKS = "A fix is in place and error rates are back to normal. We keep an eye on it."
OVER = "This incident is resolved. All systems work as they should."
CAUSE = (
    "Between 14:02 and 15:31 UTC a part of all requests failed. A change of the routing in our gateways sent requests "
    "to a cluster that was being emptied. We have taken the change back, and will check routes before they are used."
)


@dataclass(frozen=True, slots=True)
class Story:
    """What happens, how long it takes, and how often it happens among all."""

    happens: Callable[[Scene], Awaitable[None]]
    takes: timedelta
    weight: int = 1


async def we_saw_it_first(scene: Scene) -> None:
    """Our probe fails, the vendor says so 17 minutes later, rewrites what it said, and calls it over too early."""
    await scene.looks()
    probe = f"{scene.vendor.slug}-api"
    await scene.checks(probe, "..xxx")
    await scene.does("ack {it}")
    scene.passes(minutes=4)
    await scene.does("note {it} the support bot answers by another model until this is over")
    await scene.does("affected {it}", SUPPORT)
    scene.passes(minutes=12)
    await scene.opens("late", "Elevated error rates", LOOKING, Impact.MINOR, API=PARTLY)
    scene.passes(minutes=11)
    await scene.says("late", State.IDENTIFIED, FOUND, impact=Impact.CRITICAL)
    scene.passes(minutes=40)
    await scene.edits("late", FOUND.replace(" The next update follows within 30 minutes.", ""))
    scene.passes(minutes=6)
    await scene.resolves("late", OVER)
    scene.passes(minutes=5)
    await scene.checks(probe, "t..")
    scene.passes(hours=9)
    await scene.says("late", State.POSTMORTEM, CAUSE)


async def said_and_mended(scene: Scene) -> None:
    await scene.opens("short", "Degraded performance of the API", LOOKING, Impact.MINOR, API=SLOW)
    scene.passes(minutes=18)
    await scene.says("short", State.MONITORING, WORKS)
    scene.passes(minutes=25)
    await scene.resolves("short", OVER)


async def a_long_day(scene: Scene) -> None:
    """Many words, more and more parts, and several of us."""
    await scene.opens("long", "Errors when signing in, and slow pages", LOOKING, Impact.MAJOR, Website=PARTLY)
    for number in range(9):
        scene.passes(minutes=29)
        await scene.says("long", State.INVESTIGATING, f"{LOOKING} There is no news yet. ({number + 1})")
        if number == 1:
            await scene.does("ack {it}")
        if number == 4:
            await scene.does("handover {it} to lead: three calls with their support, ticket 4711", LEAD)
    await scene.says("long", State.IDENTIFIED, FOUND, impact=Impact.CRITICAL)
    scene.passes(minutes=20)
    await scene.says("long", State.MONITORING, WORKS, impact=Impact.MINOR)
    scene.passes(minutes=45)
    await scene.resolves("long", OVER)


async def a_colour_without_a_word(scene: Scene) -> None:
    await scene.looks()
    scene.passes(minutes=1)
    await scene.turns(API=SLOW)
    scene.passes(minutes=14)
    await scene.turns(API=FINE)


async def taken_back(scene: Scene) -> None:
    await scene.opens("gone", "Possible data loss", "We are looking into reports of lost uploads.", Impact.MAJOR)
    scene.passes(minutes=9)
    await scene.withdraws("gone")


async def maintenance_done(scene: Scene) -> None:
    begins = scene.now + timedelta(hours=4)
    words = "We will upgrade the database. Writes may fail for a minute."
    await scene.plans("plan", "Database upgrade", words, begins, begins + timedelta(hours=1))
    scene.passes(hours=4)
    await scene.says("plan", State.IN_PROGRESS, "The upgrade has begun.")
    scene.passes(minutes=50)
    await scene.says("plan", State.COMPLETED, "The upgrade is done.")


async def only_we_saw_it(scene: Scene) -> None:
    await scene.looks()
    await scene.checks(f"{scene.vendor.slug}-api", "..ttt")
    scene.passes(minutes=6)
    await scene.checks(f"{scene.vendor.slug}-api", "x..")


async def our_own(scene: Scene) -> None:
    await scene.does("declare Checkout refuses cards: every third payment fails impact=major")
    scene.passes(minutes=12)
    await scene.does("update {it} the last deploy is being rolled back", LEAD)
    scene.passes(minutes=21)
    await scene.does("resolve {it} the deploy was rolled back")


async def many_at_once(scene: Scene) -> None:
    """Five incidents in one look, which are told as one."""
    await scene.looks()
    scene.passes(minutes=1)
    regions = ("eu-west", "eu-north", "us-east", "us-west", "ap-south")
    for region in regions:
        scene.lists(f"in-{region}", f"Connectivity issues in {region}", LOOKING, Impact.MAJOR)
    await scene.looks()
    scene.passes(minutes=33)
    for region in regions:
        one = scene.claims[f"in-{region}"]
        scene.claims[f"in-{region}"] = replace(one, state=State.RESOLVED, resolved_at=scene.now)
    await scene.looks()


async def down_now(scene: Scene) -> None:
    await scene.checks(f"{scene.vendor.slug}-api", "..xxx")
    scene.passes(minutes=6)
    await scene.opens("now", "Requests fail in all regions", LOOKING, Impact.CRITICAL, API=DOWN, Website=PARTLY)
    scene.passes(minutes=15)
    await scene.does("ack {it}")
    await scene.says("now", State.IDENTIFIED, FOUND)
    scene.passes(minutes=9)


async def slow_now(scene: Scene) -> None:
    await scene.opens("slow", "Slow responses", LOOKING, Impact.MINOR, API=SLOW)
    scene.passes(minutes=21)


async def suspected_now(scene: Scene) -> None:
    await scene.looks()
    await scene.checks(f"{scene.vendor.slug}-api", "..xxxx")
    scene.passes(minutes=3)


async def planned(scene: Scene) -> None:
    begins = scene.now + timedelta(days=2)
    await scene.plans(
        "soon", "Certificates are renewed", "Nothing should be felt.", begins, begins + timedelta(hours=2)
    )
    later = begins + timedelta(days=9)
    words = "All regions move to new machines, one after the other."
    await scene.plans("later", "Move to new machines", words, later, later + timedelta(hours=6))
    scene.passes(minutes=5)


async def under_maintenance(scene: Scene) -> None:
    begins = scene.now + timedelta(minutes=30)
    await scene.plans("work", "Index rebuild", "Searches may be stale.", begins, begins + timedelta(hours=3))
    scene.passes(minutes=30)
    await scene.says("work", State.IN_PROGRESS, "The rebuild has begun.")
    scene.passes(minutes=20)


async def declared_now(scene: Scene) -> None:
    await scene.does("declare Orders are not shipped: the warehouse sees none impact=critical")
    scene.passes(minutes=7)
    await scene.does("update {it} the queue of the warehouse stands still", LEAD)
    scene.passes(minutes=8)


async def many_now(scene: Scene) -> None:
    await scene.looks()
    scene.passes(minutes=1)
    for region in ("fra", "ams", "iad", "sin"):
        scene.lists(f"at-{region}", f"Elevated latency at {region}", LOOKING, Impact.MINOR)
    await scene.looks()
    scene.passes(minutes=17)


def _lasting(**span: float) -> timedelta:
    return timedelta(**span)


PAST = {
    "we saw it first": Story(we_saw_it_first, _lasting(hours=11), 8),
    "said and mended": Story(said_and_mended, _lasting(minutes=44), 44),
    "a long day": Story(a_long_day, _lasting(hours=6), 12),
    "a colour without a word": Story(a_colour_without_a_word, _lasting(minutes=16), 10),
    "taken back": Story(taken_back, _lasting(minutes=10), 2),
    "maintenance done": Story(maintenance_done, _lasting(hours=5), 14),
    "only we saw it": Story(only_we_saw_it, _lasting(minutes=11), 6),
    "our own": Story(our_own, _lasting(minutes=34), 2),
    "many at once": Story(many_at_once, _lasting(minutes=36), 2),
}
PRESENT = {
    "down now": Story(down_now, _lasting(minutes=33), 6),
    "slow now": Story(slow_now, _lasting(minutes=21), 20),
    "suspected now": Story(suspected_now, _lasting(minutes=6), 4),
    "planned": Story(planned, _lasting(minutes=5), 20),
    "under maintenance": Story(under_maintenance, _lasting(minutes=50), 4),
    "declared now": Story(declared_now, _lasting(minutes=15), 1),
    "many now": Story(many_now, _lasting(minutes=18), 1),
}
