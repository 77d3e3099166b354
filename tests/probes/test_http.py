from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from bot.fetch import EgressPolicy
from bot.model import Fault, ProbeResult
from bot.ports import WebRequest
from tests.fetch.world import local_fetcher, server_tls
from tests.probes.world import BRIEF, authority_file, checked, closed_port, mistake, options, resetting, tls_server
from tests.servers import Answer, serve, serve_raw

KEY = "s3cret-key-0123456789"


async def asked(answer: Answer, path: str = "/", **keys: Any) -> ProbeResult:
    async with serve({"/": answer}) as server:
        return await checked("http", server.url + path, **keys)


async def test_any_2xx_will_do_and_what_was_seen_is_told() -> None:
    result = await asked(Answer(status=204))

    assert (result.ok, result.reason, result.fault, result.facts) == (True, "", None, (("status", "204"),))
    assert result.latency is not None


async def test_what_is_sent_is_what_was_configured() -> None:
    async with serve({"/": Answer()}) as server:
        await checked(
            "http",
            server.url + "/?q=${ID}",
            secrets={"KEY": KEY, "ID": "7"},
            method="POST",
            headers={"Authorization": "Bearer ${KEY}", "X-Team": "sitrep"},
            body='{"key": "${KEY}"}',
        )
        (hit,) = server.hits

    assert (hit.method, hit.query, hit.body) == ("POST", "q=7", f'{{"key": "{KEY}"}}'.encode())
    assert (hit.headers["authorization"], hit.headers["x-team"]) == (f"Bearer {KEY}", "sitrep")


@pytest.mark.parametrize("pasted", ["two\nlines", "one\r\nX-Other: header", "nothing\0"])
@pytest.mark.parametrize(
    ("kind", "keys"), [("http", {"headers": {"X-Key": "${KEY}"}}), ("llm", {"model": "m", "key": "${KEY}"})]
)
async def test_a_secret_that_no_header_can_have_is_our_own_fault(kind: str, keys: dict[str, Any], pasted: str) -> None:
    async with serve({"/": Answer()}) as server:
        result = await checked(kind, server.url + "/", secrets={"KEY": pasted}, **keys)

    assert (result.fault, result.is_ours) == (Fault.SETUP, True)
    assert result.reason == "the request has a header that can not be sent"
    assert server.hits == []


@pytest.mark.parametrize("name", ["Content-Length", "transfer-encoding", "X Key", "", "X-Key:"])
def test_a_header_that_can_not_be_sent_is_a_mistake(name: str) -> None:
    assert mistake("http", headers={name: "7"}) == f"has a header that can not be sent ({name}); leave it out"


@pytest.mark.parametrize(
    ("status", "fault"),
    [
        (500, Fault.SERVER),
        (503, Fault.SERVER),
        (404, Fault.WRONG),
        (301, Fault.WRONG),
        (401, Fault.WRONG),
    ],
)
async def test_a_status_that_will_not_do(status: int, fault: Fault) -> None:
    result = await asked(Answer(status=status))

    assert (result.ok, result.reason, result.fault) == (False, f"HTTP {status}", fault)


@pytest.mark.parametrize("status", [401, 403])
async def test_a_key_that_is_refused_accuses_nobody(status: int) -> None:
    result = await asked(Answer(status=status), headers={"Authorization": "Bearer ${KEY}"}, secrets={"KEY": KEY})

    assert (result.fault, result.is_ours) == (Fault.KEY, True)
    assert result.reason == f"our key is not accepted (HTTP {status})"


async def test_that_we_ask_too_often_accuses_nobody() -> None:
    result = await asked(Answer(status=429))

    assert (result.fault, result.is_ours) == (Fault.LIMITED, True)
    assert result.reason == "we ask too often (HTTP 429)"


async def test_a_status_that_is_wanted_is_none_that_fails() -> None:
    assert (await asked(Answer(status=401), status=["2xx", 401])).ok
    assert (await asked(Answer(status=302), status="3xx", redirects=False)).ok


async def test_redirects_are_followed_unless_they_are_not_to_be() -> None:
    answers = {"/": Answer.redirect("/there"), "/there": Answer(body="ok")}
    async with serve(answers) as server:
        followed = await checked("http", server.url + "/", contains="ok")
        stayed = await checked("http", server.url + "/", redirects=False)

    assert followed.ok
    assert stayed.reason == "HTTP 302"


async def test_what_is_sent_does_not_follow_a_redirect_to_another_host() -> None:
    async with serve() as other, serve({"/": Answer.redirect(other.url + "/", 307)}) as server:
        result = await checked(
            "http", server.url + "/", method="POST", body="${KEY}", headers={"X-Key": "${KEY}"}, secrets={"KEY": KEY}
        )

    assert other.hits == []
    assert result.fault is Fault.WRONG
    assert result.reason == "127.0.0.1 redirects what we send to 127.0.0.1, where we do not send it"


async def test_headers_do_not_follow_a_redirect_to_another_host() -> None:
    async with serve({"/": Answer()}) as other, serve({"/": Answer.redirect(other.url + "/")}) as server:
        result = await checked("http", server.url + "/", headers={"X-Key": "${KEY}"}, secrets={"KEY": KEY})

    assert result.ok
    assert KEY not in str(other.hits)


async def test_a_redirect_that_never_ends() -> None:
    result = await asked(Answer.redirect("/"))

    assert (result.reason, result.fault) == ("more than 5 redirects", Fault.WRONG)


async def test_an_answer_that_is_too_slow() -> None:
    result = await asked(Answer(), slower_than="0.001ms")

    assert result.fault is Fault.SLOW
    assert result.reason.startswith("answered in ")
    assert result.latency is not None
    assert (await asked(Answer(), slower_than="1h")).ok


async def test_no_answer_in_time() -> None:
    result = await asked(Answer.never(), within=BRIEF)

    assert (result.reason, result.fault) == ("no answer within 0.3 s", Fault.TIMEOUT)


async def test_nobody_listens() -> None:
    result = await checked("http", f"http://127.0.0.1:{closed_port()}/")

    assert (result.reason, result.fault) == ("no connection to 127.0.0.1: connection refused", Fault.CONNECTION)


async def test_the_connection_is_reset() -> None:
    async with resetting() as address:
        result = await checked("http", f"http://{address}/")

    assert (result.reason, result.fault) == ("127.0.0.1 broke off the connection", Fault.CONNECTION)


async def test_a_name_without_an_address() -> None:
    result = await checked("http", "http://nowhere.test/")

    assert (result.reason, result.fault) == ("no address for nowhere.test", Fault.CONNECTION)


async def test_an_answer_that_breaks_off() -> None:
    async with serve_raw(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf") as url:
        result = await checked("http", url)

    assert (result.reason, result.fault) == ("the answer is cut short", Fault.CONNECTION)


async def test_an_answer_that_is_no_http() -> None:
    async with serve_raw(b"SSH-2.0-OpenSSH_9.6\r\n\r\n") as url:
        result = await checked("http", url)

    assert (result.reason, result.fault) == ("the answer of 127.0.0.1 is not valid HTTP", Fault.WRONG)


async def test_an_answer_that_is_too_large() -> None:
    result = await asked(Answer(body=b"x" * (4 * 1024 * 1024 + 1)))

    assert (result.reason, result.fault) == ("the answer is larger than 4 MiB", Fault.WRONG)


async def test_a_private_host_is_not_asked_unless_it_is_allowed() -> None:
    async with serve() as server:
        result = await checked("http", server.url, egress=EgressPolicy())

    assert (result.fault, result.is_ours) == (Fault.REFUSED, True)
    assert result.reason == (
        '127.0.0.1 is not a public address: to watch it all the same, add "127.0.0.1" to [egress] allow'
    )
    assert server.hits == []


async def test_a_certificate_that_nobody_trusts() -> None:
    async with serve({"/": Answer()}, tls=server_tls()) as server:
        strict = await checked("http", server.url + "/")
        lax = await checked("http", server.url + "/", verify=False)

    assert strict.reason == "the certificate of 127.0.0.1 is not valid: self-signed certificate"
    assert strict.fault is Fault.CONNECTION
    assert lax.ok


async def test_a_certificate_of_our_own_authority(tmp_path: Path) -> None:
    async with serve({"/": Answer()}, tls=tls_server()) as server:
        known = await checked("http", server.url + "/", ca=authority_file(tmp_path))
        unknown = await checked("http", server.url + "/")
        gone = await checked("http", server.url + "/", ca=str(tmp_path / "gone.pem"))

    assert known.ok
    assert unknown.fault is Fault.CONNECTION
    assert (gone.fault, gone.is_ours) == (Fault.SETUP, True)
    assert gone.reason == f"the file of certificates {tmp_path / 'gone.pem'} can not be read"


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({"method": "BREW"}, "is not a method; it is one of GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"),
        ({"body": "{}"}, 'goes with no GET; write method = "POST"'),
        ({"method": "HEAD", "contains": "ok"}, 'method = "HEAD" brings no text to look at; write method = "GET"'),
        ({"status": "fine"}, 'is not a status; write for example 200 or "2xx"'),
        ({"slower_than": 3}, 'is not a duration; write for example "500ms", "2s" or "1m"'),
        ({"matches": "("}, "is not a regular expression (unclosed group)"),
        (
            {"matches": "(?<=a)b"},
            "is not a regular expression (look-around, including look-ahead and look-behind, is not supported)",
        ),
        (
            {"values": {"$.a[": 1}},
            'is not a path of JSONPath (unexpected end of query); write for example "$.status.indicator"',
        ),
        (
            {"headers": {"Authorization": "Bearer abc"}},
            "holds a secret (Authorization); write it as ${NAME}, and set NAME in the environment or .env",
        ),
        ({"values": {"$.a": ["x"]}}, "has no simple value for $.a; write a text, a number, true or false"),
        ({"values": "x"}, 'is not a table; write for example { "status.indicator" = "none" }'),
        ({"answers": {"x": 1}}, 'is not a table of texts; write for example { content-type = "application/json*" }'),
        ({"contians": "ok"}, "Extra inputs are not permitted"),
    ],
)
def test_mistakes_are_said_in_one_line(keys: dict[str, Any], said: str) -> None:
    assert mistake("http", **keys) == said


def test_a_text_stands_for_a_list_of_one() -> None:
    assert options("http", status=200).status == ["200"]


async def test_checks_of_one_host_do_not_wait_for_each_other() -> None:
    async with serve({"/hangs": Answer.never(), "/": Answer()}) as server, local_fetcher() as web:
        hanging = [asyncio.create_task(web.send(WebRequest(url=server.url + "/hangs"))) for _ in range(20)]
        await server.wait_for_hits(20)

        assert (await web.send(WebRequest(url=server.url + "/"))).status == 200
        for task in hanging:
            task.cancel()


async def test_every_check_has_a_connection_of_its_own() -> None:
    async with serve({"/": Answer()}) as server, local_fetcher() as web:
        for _ in range(3):
            await web.send(WebRequest(url=server.url + "/"))

        assert len(server.connections) == 3
