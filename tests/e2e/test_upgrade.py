"""An upgrade and the way back, with programs of two later releases; while vendors have a bad day: tests/chaos."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from tests.e2e.program import Sitrep, sitrep_in, until
from tests.e2e.releases import made, told
from tests.e2e.statuspage import StatusPage
from tests.servers import Answer, Server, serve

REVISION = "SELECT version_num FROM alembic_version"


def publish(page: StatusPage, server: Server) -> None:
    server.answers = {path: Answer.json(document) for path, document in page.documents()}


async def until_told(sitrep: Sitrep, word: str) -> None:
    await until(lambda: any(word in one.text for one in sitrep.told()), f"{word} is told")


async def test_this_release_works_on_what_the_next_one_made_and_is_refused_by_what_the_one_after_left(
    postgres_url: str, tmp_path: Path
) -> None:
    releases = made(tmp_path / "releases")
    page = StatusPage("acme", lambda: datetime.now(UTC))
    async with serve() as server, sitrep_in(tmp_path, postgres_url) as sitrep:
        incident = page.opens("API is slow", "minor", "We look into it.")
        publish(page, server)
        sitrep.watches({"acme": f"{server.url}/acme"}, "5s")
        await sitrep.started()
        await until_told(sitrep, "We look into it.")

        # While it runs, the next release adds to its tables; it goes on, and comes again after a crash.
        assert (await told(sitrep, releases.next, "migrate")).status == 0
        assert await sitrep.ask(REVISION) == ["0003"]
        incident.says("identified", "A cable is cut.")
        publish(page, server)
        await until_told(sitrep, "A cable is cut.")
        await sitrep.kill()
        await sitrep.started()
        assert "the database is of a newer Sitrep, and serves this one as well revision=0003" in sitrep.err

        # The one after takes something away that this one can not do without: not while it works, and then it is over.
        refused = await told(sitrep, releases.last, "migrate")
        assert refused.status == 2
        assert "works on this database and would not survive this upgrade" in refused.err
        incident.says("resolved", "It is mended.")
        publish(page, server)
        await until_told(sitrep, "It is mended.")
        assert await sitrep.stop() == 0
        assert (await told(sitrep, releases.last, "migrate")).status == 0
        await sitrep.start()
        assert sitrep.process is not None
        assert await sitrep.process.wait() == 2

        assert sitrep.err.splitlines()[-1].startswith("sitrep: DATABASE_URL: this database belongs to a newer Sitrep (")
        assert "Traceback" not in sitrep.err
        shown = [one.key.rpartition("/")[2] for one in sitrep.told() if one.incident == "acme-acme00"]
        assert [one for one in shown if "edit" not in one] == ["root", "2", "3", "4"]
