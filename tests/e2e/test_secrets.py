"""No secret is ever written anywhere: not to a log, a database, a page, a report, a number, or a chat.

Everything that the real program wrote on a bad day is searched for the marked secrets that it was given, in every form.
"""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import httpx
from aiohttp import web

from bot import settings
from bot.hiding import HIDDEN
from tests.e2e.badday import MANNERS, VENDOR, Day, day
from tests.e2e.program import until
from tests.secrecy.canaries import CANARIES, MARK, found_in
from tests.web.world import alert, group

FORMS = ("md", "html", "json")
# Of an incident there are many pages: so many of each kind are looked at.
ENOUGH = 4
_LINK = re.compile(r"""(?:href|src|action)=["']([^"'#]+)""")
_BESIDE = ("/metrics", "/healthz", "/readyz", "/api/v1/openapi.json", "/api/v2/summary.json", "/api/v2/incidents.json")


def test_every_variable_that_is_secret_has_its_canary() -> None:
    secret = {variable.name for variable in settings.VARIABLES if variable.secret}

    assert secret <= CANARIES.keys()
    assert [name for name, value in CANARIES.items() if not found_in(value)] == []


async def test_no_secret_is_written_anywhere_whatever_goes_wrong(tmp_path: Path) -> None:
    async with day(tmp_path) as at:
        checked = await at.sitrep.run("check", "--live", environment=at.sitrep.more)
        at.goes_wrong()
        for number in range(6):
            at.publish(number)
        with (
            at.duty.failing(503, text=CANARIES["PAGERDUTY_ROUTING_KEY"]),
            at.genie.failing(429, {"Retry-After": "1"}, CANARIES["OPSGENIE_API_KEY"]),
            at.hook.failing(500, text=CANARIES["WEBHOOK_SECRET"]),
        ):
            await at.sitrep.started()
            await until(lambda: at.duty.requests and at.genie.requests and at.hook.requests, "all were asked")
            refused = await _calls(at)
        await until(lambda: at.mirror.was_asked(*MANNERS), "everything was probed")
        await until(lambda: at.has_gone_wrong, "the chats have failed in every way")
        await until(lambda: at.is_told, "both have it after all")
        await _press(at)
        _leaves_no_core(at)
        pages = await _everything_served(at)
        at.slack.world.installation.state = "token_revoked"
        at.discord.revokes()
        at.duty.fault = web.Response(status=401, text=CANARIES["PAGERDUTY_ROUTING_KEY"])
        at.genie.fault = web.Response(status=401, text=f"GenieKey {CANARIES['OPSGENIE_API_KEY']}")
        at.hook.fault = web.Response(status=401, text=CANARIES["WEBHOOK_URL"])
        at.them.pages[VENDOR].incidents[0].says("identified", "We found it.")
        at.publish(9)
        await until(lambda: at.sitrep.err.count("stopped") > 1, "the chats are over")
        pages |= await _everything_served(at)
        assert await at.sitrep.stop() == 0
        ids = await at.sitrep.ask("SELECT id FROM incident LIMIT 2")
        ran = [await at.sitrep.run("report", one, "--format", form) for one in ids for form in FORMS]
        ran += [checked, await at.sitrep.run("audit")]

        said = [*at.written(), *pages.items(), *refused, *((f"status {one.status}", one.out + one.err) for one in ran)]
        assert [(where, one) for where, text in said for one in found_in(text)][:20] == []
        assert HIDDEN not in at.sitrep.err
        assert [one for one in at.spoken_to() if one in at.sitrep.err] == []
        assert len(pages) > 30


async def test_no_mistake_of_a_configuration_repeats_a_secret(tmp_path: Path) -> None:
    async with day(tmp_path) as at:
        wrong = {name: f"{value} \u00e4" for name, value in CANARIES.items()}
        mistakes = await at.sitrep.run("check", environment=wrong)
        addresses = ("htps://me:{}@x.example/", "https://me:{}@x.example:port/", "https://me:{}@x.example/")
        tables = [f'[[watch]]\nurl = "{one.format(MARK)}"\n' for one in addresses]
        (tmp_path / "sitrep.toml").write_text("\n".join(tables), encoding="utf-8")
        watches = await at.sitrep.run("check", environment={"DATABASE_URL": CANARIES["DATABASE_URL"]})
        (tmp_path / "sitrep.toml").write_text("watch = []\n", encoding="utf-8")
        unreachable = await at.sitrep.run("run", environment={"DATABASE_URL": CANARIES["DATABASE_URL"]})
        both = {"THERE": CANARIES["DATABASE_URL"], "NOWHERE": f"mysql://sitrep:{MARK}@127.0.0.1/sitrep"}
        ways = (tuple(both), ("THERE", "THERE"))
        copies = [await at.sitrep.run("db", "copy", *way, environment=both) for way in ways]
        ended = (mistakes, watches, unreachable, *copies)

        assert [ran.status for ran in ended] == [2] * len(ended)
        assert [one for ran in ended for one in found_in(ran.out + ran.err)] == []


def _leaves_no_core(at: Day) -> None:
    """What a process holds would be in its core."""
    limits = Path(f"/proc/{at.sitrep.process.pid}/limits") if at.sitrep.process else Path()
    if limits.is_file():
        assert re.search(r"Max core file size +0 ", limits.read_text())


async def _calls(at: Day) -> list[tuple[str, str]]:
    """Let others call, rightly and wrongly; returns what they were answered."""
    hook, job = f"Bearer {CANARIES['HOOK_TOKEN']}", CANARIES["JOB_TOKEN"]
    answers = []
    async with _client(at) as client:
        ways = ({"authorization": hook}, {"authorization": hook + "x"}, {"x-sitrep-signature": f"v1={MARK}"})
        answers += [await client.post("/hooks/alerts", json=group(alert()), headers=headers) for headers in ways]
        answers.append(await client.post("/hooks/alerts", content=b"[", headers={"authorization": hook}))
        answers.append(await client.post(f"/hooks/none?token={MARK}"))
        answers += [await client.get(f"/heartbeat/a-job/{path}") for path in (f"{job}/3", f"{job}x", f"{job}/no")]
        answers.append(await client.get(f"/enter?pass={MARK}"))
        answers.append(await client.get(f"/slack/oauth_redirect?code={MARK}&state={MARK}"))
    assert {answer.status_code for answer in answers} >= {200, 400, 401, 404}
    return [(f"the answer to {answer.request.url.path[:12]}", _whole(answer)) for answer in answers]


async def _press(at: Day) -> None:
    """Let somebody press a button in each chat, and be answered."""
    await at.slack.sockets.until_connected()
    await at.discord.gateway.until_ready()
    (root, *_) = at.slack.world.roots(at.slack.world.named("team").id)
    await (await at.slack.person().presses(root, "sitrep:ack")).acked()
    await until(lambda: at.discord.world.commands.get(""), "Discord has the commands")
    (there, *_) = at.discord.world.roots(at.discord.world.named("ops").id)
    await (await at.discord.person().presses(there, "Acknowledge")).said()


def _client(at: Day) -> httpx.AsyncClient:
    # It says that it watches a moment before it listens.
    transport = httpx.AsyncHTTPTransport(retries=8, verify=False)
    return httpx.AsyncClient(base_url=f"http://127.0.0.1:{at.port}", timeout=20, transport=transport)


async def _everything_served(at: Day) -> dict[str, str]:
    """Walk all that the board links to, as its visitor and as a program; returns what it answered, by address."""
    pages: dict[str, str] = {}
    ahead, kinds = ["/", *_BESIDE], dict[str, int]()
    token = {"authorization": f"Bearer {CANARIES['SITREP_BOARD_TOKEN']}", "accept": "text/html"}
    async with _client(at) as client:
        while ahead:
            path = ahead.pop(0)
            kind = re.sub(r"[^/]*\d[^/]*", "*", urlsplit(path).path)
            if path in pages or "/live" in path or kinds.get(kind, 0) >= ENOUGH:
                continue
            kinds[kind] = kinds.get(kind, 0) + 1
            answer = await client.get(path, headers=token)
            assert answer.status_code < 500 or path == "/readyz", (path, answer.text)
            pages[path] = _whole(answer)
            if "text/html" in answer.headers.get("content-type", ""):
                links = (urlsplit(urljoin(path, one.replace("&amp;", "&"))) for one in _LINK.findall(answer.text))
                ahead += [link._replace(fragment="").geturl() for link in links if not link.netloc]
    return pages


def _whole(answer: httpx.Response) -> str:
    return f"{answer.status_code} {answer.headers} {answer.text}"
