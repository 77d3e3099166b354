"""Incidents in a list, page by page, and found by what was said of them: on either engine alike."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import delete

from bot.core.choosing import PER_PAGE, Choice
from bot.core.terms import asked
from bot.model import ChangeKind, Impact, Incident, Kind
from bot.store import listed, listing, searching
from bot.store.commits import write_entries, write_incidents
from bot.store.database import Database
from bot.store.tables import LISTED
from tests.unit.build import at, entry, incident


def numbered(number: int, **more: object) -> Incident:
    began = at(number // 2)
    said = replace(incident(), id=f"acme-{number:03}", started_at=began, first_seen_at=began)
    return replace(said, **more)  # type: ignore[arg-type]  # by name


async def happened(database: Database, *some: Incident) -> None:
    await database.write(lambda connection: write_incidents(connection, some, {}))


async def ids(database: Database, wanted: Choice, vendor: str = "") -> list[str]:
    found = await listing.found(database, wanted, vendor)
    return [one.id for one in found.incidents]


async def test_a_long_list_is_read_page_by_page_and_back_without_a_hole_or_a_repetition(database: Database) -> None:
    everything = [numbered(n) for n in range(2 * PER_PAGE + 7)]
    await happened(database, *everything)

    first = await listing.found(database, Choice())
    second = await listing.found(database, Choice(after=first.older))
    third = await listing.found(database, Choice(after=second.older))
    back = await listing.found(database, Choice(before=third.newer))

    expected = [one.id for one in sorted(everything, key=lambda one: (-one.started_at.timestamp(), one.id))]
    assert [one.id for page in (first, second, third) for one in page.incidents] == expected
    assert back.incidents == second.incidents
    assert (first.newer, third.older, first.total) == (None, None, len(everything))


async def test_a_list_holds_what_is_asked_for(database: Database) -> None:
    over, ours = numbered(4, resolved_at=at(9)), numbered(6, detected_at=at(3), acknowledged_at=at(9))
    over = replace(over, state=over.state.RESOLVED, peak=Impact.CRITICAL)
    planned = numbered(8, kind=Kind.MAINTENANCE)
    burst = numbered(10, cause="acme", vendor="acme")
    member = numbered(12, burst="acme-010")
    await happened(database, over, ours, planned, burst, member, numbered(1, vendor="other"))

    assert await ids(database, Choice(state="over")) == ["acme-004"]
    assert await ids(database, Choice(impact="critical")) == ["acme-004"]
    assert await ids(database, Choice(ours_first=True)) == ["acme-006"]
    assert await ids(database, Choice(kind="maintenance")) == ["acme-008"]
    assert await ids(database, Choice()) == ["acme-010", "acme-006", "acme-004", "acme-001"]
    assert await ids(database, Choice(), "acme") == ["acme-012", "acme-006", "acme-004"]
    assert await ids(database, Choice(since=(at(0) + timedelta(days=1)).date())) == []


async def found(database: Database, query: str) -> list[tuple[str, str]]:
    some, _ = await searching.incidents(database, asked(query))
    return [(one.incident.id, one.words) for one in some]


async def test_an_incident_is_found_by_all_that_it_was_called_and_all_that_was_said(database: Database) -> None:
    await happened(database, numbered(1, title="Élevated errors"), numbered(2, title="Login"))
    said = [
        replace(entry(1, "Requests in us-east-1 time out."), incident="acme-002"),
        replace(entry(2, "100% of them_ are \\fixed'."), incident="acme-002"),
    ]
    await database.write(lambda connection: write_entries(connection, said))

    assert await found(database, "ELEV erro") == [("acme-001", "")]
    assert await found(database, "requests us-east fixed") == [("acme-002", "100% of them_ are \\fixed'.")]
    assert await found(database, "equests") == []
    assert await found(database, "acme") == [("acme-002", ""), ("acme-001", "")]
    assert await found(database, "%") == []


async def test_who_is_called_so_comes_before_who_was_only_said_to_be(database: Database) -> None:
    await happened(database, numbered(1, title="Timeouts"), numbered(2, title="Errors"))
    said = [replace(entry(1, "There are timeouts."), incident="acme-002")]
    await database.write(lambda connection: write_entries(connection, said))

    assert [name for name, _ in await found(database, "timeout")] == ["acme-001", "acme-002"]


async def test_a_new_name_is_found_beside_the_old_one(database: Database) -> None:
    before = numbered(1, title="Errors")
    await happened(database, before)
    after = replace(before, title="Gateway outage", last_seq=1)
    await database.write(lambda connection: write_incidents(connection, [after], {before.id: before}))

    assert await found(database, "errors gateway") == [("acme-001", "")]


async def test_what_was_not_listed_is_caught_up_with(database: Database) -> None:
    await happened(database, numbered(1), numbered(2))
    said = [replace(entry(1, "A loose cable.", kind=ChangeKind.OPENED), incident="acme-001")]
    await database.write(lambda connection: write_entries(connection, said))
    await database.write(lambda connection: connection.execute(delete(LISTED)))

    assert await listed.catch_up(database) == 2
    assert await listed.catch_up(database) == 0
    assert [name for name, _ in await found(database, "loose cable")] == ["acme-001"]
