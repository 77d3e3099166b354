"""A dozen vendors with one of everything, up to this minute: what pages are looked at with.  Nothing of it happened.

Made in less than a second, through the program itself; only what probes measured, and what could not be read or
delivered, is written by hand.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from math import sin

from sqlalchemy import insert, update

from bot.core.rules import Service
from bot.model import Impact, State
from bot.store import incidents
from bot.store.database import Database
from bot.store.tables import ANNOUNCEMENT, GAP, POLL, PROBE_MINUTE
from tests.board.stage import DOWN, SLOW, Scene, Stage
from tests.board.stories import FOUND, PAST, PRESENT
from tests.board.vendor import Vendor

_PARTS = (
    ("API", "Platform"),
    ("Website", "Platform"),
    ("Console", "Platform"),
    ("Search", None),
    ("Webhooks", None),
    ("Uploads eu-west-1", "Regions"),
    ("Uploads us-east-1", "Regions"),
)
WORD = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft" * 4
HOSTILE_NAME = "<b>Evil</b> & \u202eCo\u202c"
HOSTILE_TITLE = "<script>alert('title')</script> {{ 7 * 7 }} \u202egnp.exe"
HOSTILE_WORDS = (
    f"<img src=x onerror=alert('words')> </script><script>alert(1)</script> [a](javascript:alert(2)) {WORD}\n"
    "javascript:alert(3) https://evil.invalid/<script> &lt;b&gt; \u202e\u2066reversed\u2069 \u0000\u0007"
)
CALM = ("Datadog", "Netlify", "Vercel", "Sentry")
# What befell whom: past days, then what goes on.
_PAST = (
    ("OpenAI", "we saw it first", 2),
    ("OpenAI", "said and mended", 9),
    ("OpenAI", "many at once", 16),
    ("OpenAI", "only we saw it", 31),
    ("Cloudflare", "a long day", 4),
    ("Cloudflare", "maintenance done", 11),
    ("GitHub", "taken back", 6),
    ("GitHub", "a colour without a word", 20),
    ("Stripe", "our own", 1),
)
_PROBED = ("openai", "github", "stripe")
_PRESENT = (
    ("GitHub", "down now"),
    ("Cloudflare", "slow now"),
    ("Stripe", "suspected now"),
    ("Anthropic", "planned"),
    ("Twilio", "under maintenance"),
    ("Vercel", "declared now"),
    ("Fastly", "many now"),
)
SERVICES = (
    Service(name="Support bot", depends_on=(("openai", "API"),), owner="@support", fallback_name="Anthropic"),
    Service(name="Checkout", depends_on=(("stripe", None), ("github", "API")), owner="@payments"),
)
TABLES = """
[[service]]
name = "Support bot"
depends_on = ["openai:API"]
owner = "@support"

[[service]]
name = "Checkout"
depends_on = ["stripe", "github:API"]
owner = "@payments"
runbook = "https://wiki.example.com/checkout"
fallback = { vendor = "adyen", steps = ["Set PAYMENTS=adyen", "Restart the shop"] }
"""


def vendor(name: str) -> Vendor:
    return Vendor(name.lower().replace(" ", "-"), name, _PARTS)


async def show(database: Database, now: datetime) -> None:
    """Fill an empty, migrated database."""
    stage = Stage(database, SERVICES)
    scenes: dict[str, Scene] = {}
    for number, (name, story, days) in enumerate(sorted(_PAST, key=lambda one: -one[2])):
        begins = now - timedelta(days=days) - PAST[story].takes
        before = scenes.get(name)
        scenes[name] = scene = Scene(stage, vendor(name), begins, f"-{number}")
        scene.watched = before.watched if before else None
        await PAST[story].happens(scene)
    for name, story in _PRESENT:
        before = scenes.get(name)
        scenes[name] = scene = Scene(stage, vendor(name), now - PRESENT[story].takes, "-now")
        scene.watched = before.watched if before else None
        scene.claims = dict(before.claims) if before else {}
        await PRESENT[story].happens(scene)
    for name in CALM:
        await Scene(stage, vendor(name), now - timedelta(minutes=1)).looks()
    await _hostile(stage, now)
    await _measured(database, now)


async def _hostile(stage: Stage, now: datetime) -> None:
    evil = Vendor("evil", HOSTILE_NAME, (("API", "<i>Group</i>"), (f"<u>{WORD[:90]}</u>", None)))
    scene = Scene(stage, evil, now - timedelta(minutes=50), "-<x>")
    scene.lists("bad", HOSTILE_TITLE, HOSTILE_WORDS, Impact.MAJOR, API=DOWN)
    scene.claims["bad"] = replace(scene.claims["bad"], url="javascript:alert('url')")
    await scene.looks()
    scene.passes(minutes=20)
    await scene.says("bad", State.IDENTIFIED, f"{WORD} {FOUND}")
    scene.lists("long", WORD, HOSTILE_WORDS, Impact.MINOR, API=SLOW)
    await scene.looks()


async def _measured(database: Database, now: datetime) -> None:
    """Write what probes measured for two days and 90, when nothing could be read, and what could not be delivered."""
    found = await incidents.recent_incidents(database, 100)
    seen = [(one.vendor, one.detected_at, one.resolved_at or now) for one in found if one.detected_at]
    minutes = [
        row
        for number, name in enumerate(_PROBED)
        for row in _minutes(f"probe:{name}-api", number, now, [(a, b) for whose, a, b in seen if whose == name])
    ]
    gap = {"source": "feed:openai", "reason": "nobody looked: Sitrep was not running, or far behind"}
    gaps = [
        gap | {"began_at": now - timedelta(days=2, hours=hour), "ended_at": now - timedelta(days=2, hours=hour - 1)}
        for hour in (5, 40)
    ]
    began = {"first_look": now - timedelta(days=120), "last_look": now, "last_try": now}
    lost = now - timedelta(hours=3)
    unread = {"failures": 40, "failing_since": lost, "last_look": lost, "failure": "HTTP 503"}
    await database.write(lambda connection: connection.execute(insert(PROBE_MINUTE), minutes))
    await database.write(lambda connection: connection.execute(insert(GAP), gaps))
    await database.write(lambda connection: connection.execute(update(POLL).values(began)))
    stale = update(POLL).where(POLL.c.source == "feed:sentry").values(unread)
    await database.write(lambda connection: connection.execute(stale))


async def park(database: Database) -> None:
    """Let the newest message wait for a person, as if its channel were gone.  A start of the program tries anew."""
    (newest, *_) = await incidents.recent_incidents(database, 1)
    said = {"state": "parked", "attempts": 1, "error": "channel_not_found: there is no channel C0123456789"}
    one = update(ANNOUNCEMENT).where(ANNOUNCEMENT.c.incident == newest.id).values(said)
    await database.write(lambda connection: connection.execute(one))


def _minutes(
    source: str, number: int, now: datetime, troubles: Sequence[tuple[datetime, datetime]]
) -> list[dict[str, object]]:
    """A minute of checks every two for two days, an hour before that, with failures in troubles and now and then."""
    fine = [now - timedelta(minutes=2 * n) for n in range(24 * 60)]
    rough = [now - timedelta(hours=n) for n in range(48, 24 * 89)]
    rows = []
    for place, at in enumerate((*fine, *rough)):
        is_down = any(begin <= at <= end for begin, end in troubles)
        failures = 2 if is_down else int((place + number * 7) % 331 == 0)
        took = 0.18 + 0.05 * sin(place / 9) + 0.02 * number
        rows.append({
            "source": source, "minute": at.replace(second=0, microsecond=0), "checks": 2, "failures": failures,
            "slow": 0, "latency": took * (2 - failures), "slowest": took * 1.4 if failures < 2 else 0.0,
        })  # fmt: skip
    return rows
