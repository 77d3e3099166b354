"""`sitrep doctor` beside a Sitrep that runs, and `--live`, against pages and chats of our own."""

from __future__ import annotations

import asyncio
import socket
from contextlib import closing
from pathlib import Path

from tests.e2e.program import sitrep_in, until
from tests.localslack import local_slack
from tests.loops.acme import SUMMARY, component, summary
from tests.servers import Answer, serve

PAGE = summary(components=[component("API")])


def free() -> int:
    with closing(socket.create_server(("127.0.0.1", 0))) as one:
        port: int = one.getsockname()[1]
        return port


async def test_what_is_tried_live_and_does_not_go_well_is_found(tmp_path: Path) -> None:
    async with (
        serve({SUMMARY: Answer.json(PAGE)}) as well,
        serve({SUMMARY: Answer.html()}) as ill,
        local_slack() as slack,
        sitrep_in(tmp_path) as sitrep,
    ):
        silent = f'[network]\nwitnesses = ["127.0.0.1:{free()}", "127.0.0.1:{ill.url.rpartition(":")[2]}"]\n'
        route = '[[route]]\nto = ["console", "slack:#nowhere"]\n'
        sitrep.watches({"Well": f"{well.url}/", "Ill": f"{ill.url}/ill"}, more=silent + route)
        tokens = {"SLACK_BOT_TOKEN": slack.token, "SLACK_APP_TOKEN": slack.app_token, "SLACK_API_URL": slack.api_url}
        told = await sitrep.run("doctor", "--live", "--config", str(sitrep.config), environment=tokens)

    assert (told.status, told.err) == (2, "")
    assert "look   network: a witness does not answer: 127.0.0.1:" in told.out
    assert "WRONG  what is watched: Ill: " in told.out
    assert "WRONG  chats and pagers: Slack: #nowhere: the bot sees no channel #nowhere" in told.out
    assert "Well: " not in told.out
    assert slack.token not in told.out


async def test_beside_a_sitrep_that_runs_well_nothing_is_wrong_and_it_is_asked_itself(tmp_path: Path) -> None:
    port = {"PORT": str(free())}
    async with serve({SUMMARY: Answer.json(PAGE)}) as page, sitrep_in(tmp_path) as sitrep:
        sitrep.watches({"Acme": page.url})
        (tmp_path / ".env").write_text(f"PORT={port['PORT']}\n", encoding="utf-8")
        (tmp_path / ".env").chmod(0o600)
        await sitrep.started()
        await until(lambda: page.hits, "the page is read")
        told = await sitrep.run("doctor", "--config", str(sitrep.config))
        elsewhere = await sitrep.run("doctor", "--config", str(sitrep.config), environment={"PORT": str(free())})
        away = {"DATABASE_URL": f"postgresql://sitrep@127.0.0.1:{free()}/sitrep"}
        without = await sitrep.run("doctor", "--config", str(sitrep.config), environment=away)
        await asyncio.wait_for(sitrep.stop(), 20)

    assert "not to be had (" not in without.out
    assert without.status == 2
    assert (told.status, told.err) == (0, "")
    assert "a Sitrep works on it" in told.out
    assert elsewhere.status == 2
    assert "WRONG  board: a Sitrep runs on this machine, and nobody listens on http://127.0.0.1:" in elsewhere.out
