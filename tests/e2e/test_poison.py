"""A poisoned page, on the whole way: served, fetched, read, kept, and told on Slack, on Discord and on the terminal."""

from __future__ import annotations

import re
from pathlib import Path

from tests.e2e.program import until
from tests.e2e.statuspage import SUMMARY, Incident, Json
from tests.e2e.test_both import VENDOR, Team, begun, team
from tests.servers import Answer

# What terminals obey, what turns the direction of a line, whom a stranger would call.
_EVIL = "\x1b[2J\x1b]0;owned\x07\u202eyllaer\u2066 <!channel> @everyone <@U1> \x00\x9b31m "
_SEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_MANY = 10_000


def poisoned(at: Team) -> Json:
    """Return the summary of a page with one more incident, as bad as one can be, and ten thousand components."""
    page = at.page
    parts = [_part(number) for number in range(_MANY)]
    first = page.incidents[0].json()
    bad = page.opens("Worse", "critical", "It is worse.").json()
    bad["name"] = f"Worse {_EVIL}" + "and worse " * 10_000
    said: list[Json] = bad["incident_updates"]  # type: ignore[assignment]  # what it is made of
    said[0]["body"] = _EVIL + "It is worse. " * 8000
    bad["components"] = parts
    over = {**bad, "status": "resolved", "resolved_at": said[0]["created_at"], "components": []}
    twice = {**bad, "incident_updates": said * 2, "components": []}
    return {**page.summary(), "incidents": [twice, bad, over, first], "components": parts}


def _part(number: int) -> Json:
    return {"id": f"p{number}", "name": f"\u202ePart {number}", "status": "major_outage"}


def serves(at: Team, summary: Json) -> None:
    at.them.servers[VENDOR].answers = {SUMMARY: Answer.json(summary)}


async def test_a_poisoned_page_is_told_once_and_cleanly_on_every_platform(tmp_path: Path) -> None:
    async with team(tmp_path) as at:
        at.sitrep.config.write_text(at.sitrep.config.read_text().replace('to = ["', 'to = ["console", "'))
        await begun(at)
        serves(at, poisoned(at))
        await until(lambda: len(at.slack_roots()) == 2, "Slack has it")
        await until(lambda: len(at.discord_roots()) == 2, "Discord has it")
        await until(lambda: "Worse" in at.sitrep.out, "the terminal has it")
        worse: Incident = at.page.incidents[1]

        worse.vanishes("It is over.")
        at.them.publish(VENDOR)
        await until(lambda: any("It is over." in said for said in at.slack_roots()), "Slack says that it is over")
        await until(lambda: any("It is over." in said for said in at.discord_roots()), "Discord says so")
        await at.sitrep.until_content()

        assert len(at.slack_roots()) == 2
        assert sum(row.step == "post" for row in at.sitrep.told()) == 2
        shown = [*at.slack_roots(), *at.slack_thread(), *at.discord_roots(), *at.discord_thread()]
        assert [_SEEN.findall(one) for one in (*shown, at.sitrep.out, at.sitrep.err) if _SEEN.search(one)] == []
        assert await at.sitrep.stop() == 0
        assert "Traceback" not in at.sitrep.err


async def test_a_page_of_ten_thousand_troubles_is_refused_in_one_line_and_what_is_open_stays_open(
    tmp_path: Path,
) -> None:
    async with team(tmp_path) as at:
        await begun(at)
        serves(at, {**at.page.summary(), "incidents": [], "components": [_part(number) for number in range(_MANY)]})
        await until(lambda: "10,000 troubles at once" in at.sitrep.err, "the operator is told")

        assert (len(at.slack_roots()), len(at.discord_roots())) == (1, 1)
        assert "investigating" in at.slack_roots()[0]
        assert await at.sitrep.stop() == 0
