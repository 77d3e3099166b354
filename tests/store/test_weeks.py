"""What the summary of a week is made of, as it comes out of either database."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import insert

from bot.core.report.material import Section
from bot.model import Destination, Digest, Hold, Source, SourceKind, State
from bot.store import incidents, sources, weeks
from bot.store.database import Database
from bot.store.tables import GAP, PROBE_MINUTE, REPORT_ADDITION
from tests.store.world import NOW, decision, entry, incident, later, source

DIGEST = Digest(
    name="digest:weekly:1",
    destination=Destination("fake", "ops"),
    why=Hold.WEEKLY,
    starts_at=NOW - timedelta(days=7),
    ends_at=NOW,
)
PROBE = Source(key="probe:api", vendor="acme", name="api", format="http", url="", kind=SourceKind.PROBE)


def minute(of: str, hours: float) -> dict[str, object]:
    counts = {"checks": 2, "failures": 1, "slow": 0, "latency": 0.2, "slowest": 0.2}
    return {"source": of, "minute": later(hours=hours), **counts}


async def test_a_week_is_read_at_once_and_nothing_of_another_week_is(database: Database) -> None:
    await sources.register(database, [source(), PROBE], later(days=-30))
    for name, hours in (("early", -400), ("mine", -20), ("late", 1)):
        one = replace(
            incident(name, state=State.RESOLVED), started_at=later(hours=hours), resolved_at=later(hours=hours + 1)
        )
        await incidents.commit(database, decision(one, entries=(entry(1, name),), now=later(hours=hours)))
    words = {"section": Section.FOLLOW_UP.value, "at": NOW, "person": "slack:U1", "author": "on-call", "text": "ask"}
    gap = {"source": "acme", "reason": "HTTP 503"}
    gaps = [{**gap, "began_at": later(hours=h), "ended_at": later(hours=h + 1)} for h in (-300, -10, 5)]
    await database.write(lambda c: c.execute(insert(REPORT_ADDITION), [{"incident": "mine", "number": 1, **words}]))
    await database.write(lambda c: c.execute(insert(GAP), gaps))
    await database.write(lambda c: c.execute(insert(PROBE_MINUTE), [minute(PROBE.key, h) for h in (-200, -5, 5)]))

    (found,) = weeks.gathered(await weeks.week(database, DIGEST))
    checks = await weeks.checks(database, found.probes, DIGEST)

    assert (found.vendor, found.called, found.probes) == ("acme", "Acme", (PROBE.key,))
    assert [(one.incident.id, len(one.entries)) for one in found.records] == [("mine", 1)]
    assert [[one.text for one in several] for several in found.additions] == [["ask"]]
    assert [one.start for one in checks[PROBE.key]] == [later(hours=-5)]
