"""A secret is never in what a check says, nor in how anything prints, whatever goes wrong."""

from __future__ import annotations

import asyncio
import json
import logging
import traceback
from base64 import b64encode
from typing import Any
from urllib.parse import quote

import pytest
from pydantic import ValidationError

from bot.model import ProbeResult
from bot.plugins import discover, probe_named
from bot.ports import Setup
from bot.probes._keys import filled, references
from bot.probes._results import scrubbed, shown
from tests.probes import localllm
from tests.probes.nameserver import NameServer, serving
from tests.probes.world import BRIEF, HERE, checked, closed_port, options, resetting, silence, talking, tls_server
from tests.servers import Answer, serve, serve_raw

CANARY = 'sk-canary/0123456789+"ab cd'
FORMS = (CANARY, quote(CANARY), json.dumps(CANARY)[1:-1], b64encode(CANARY.encode()).decode(), CANARY[:18])
SECRETS = {"CANARY": CANARY}
TYPES = sorted(set(discover("bot.probes")) - {"heartbeat"})


def prints(what: object) -> list[str]:
    return [form for form in FORMS if form in f"{what!r} {what}"]


async def told(kind: str, target: str, **keys: Any) -> ProbeResult:
    return await checked(kind, target, secrets=SECRETS, within=BRIEF, **keys)


ECHOES = [
    ("http", {"headers": {"X-Key": "${CANARY}"}, "values": {"$.key": "x"}}),
    ("http", {"headers": {"X-Key": "${CANARY}"}, "answers": {"x-echo": "x"}}),
    ("http", {"headers": {"X-Key": "${CANARY}"}, "finds_no": "$.key"}),
    ("http", {"method": "POST", "body": "${CANARY}", "contains": "nothing"}),
    ("llm", {"model": "m", "key": "${CANARY}"}),
    ("llm", {"model": "m", "key": "${CANARY}", "api": "anthropic"}),
    ("tcp", {"send": "${CANARY}", "expect": "welcome"}),
]
ECHO = b"HTTP/1.1 200 OK\r\nX-Echo: %b\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b"


@pytest.mark.parametrize("case", ECHOES, ids=str)
async def test_a_server_that_repeats_it_is_not_quoted(
    case: tuple[str, dict[str, Any]], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    kind, keys = case
    body = json.dumps({"key": f"Bearer {CANARY}", "error": {"message": CANARY, "code": CANARY, "type": CANARY}})
    async with serve_raw(ECHO % (CANARY.encode(), len(body), body.encode())) as url:
        target = url.removeprefix("http://") if kind == "tcp" else f"{url}/?k=${{CANARY}}"
        result = await told(kind, target, **keys)

    assert not result.ok
    assert prints(result) == []
    assert prints(caplog.text) == []


@pytest.mark.parametrize("kind", ["http", "tcp", "tls", "dns", "llm", "ping"])
@pytest.mark.parametrize("fate", ["refused", "reset", "silent", "nameless", "cut short", "no protocol"])
async def test_no_failure_tells_it(kind: str, fate: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    all_keys: dict[str, dict[str, Any]] = {
        "http": {"headers": {"Authorization": "Bearer ${CANARY}"}, "contains": "x"},
        "llm": {"model": "m", "key": "${CANARY}", "headers": {"X-Api-Key": "${CANARY}"}},
        "tcp": {"send": "${CANARY}", "expect": "x"},
    }
    result = await _failed(kind, fate, all_keys.get(kind, {}))

    assert not result.ok or kind == "ping"
    assert prints(result) == []
    assert prints(caplog.text) == []


async def _failed(kind: str, fate: str, keys: dict[str, Any]) -> ProbeResult:
    async def cut(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(10)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\nhalf " + CANARY.encode())

    async def rude(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"550 " + CANARY.encode() + b"\r\n\r\n")

    if fate == "refused":
        return await _check(kind, f"{HERE}:{closed_port()}", keys)
    if fate == "nameless":
        return await _check(kind, "nowhere.invalid:1", keys)
    if fate == "reset":
        async with resetting() as address:
            return await _check(kind, address, keys)
    async with talking({"silent": silence, "cut short": cut, "no protocol": rude}[fate]) as address:
        return await _check(kind, address, keys)


async def _check(kind: str, address: str, keys: dict[str, Any]) -> ProbeResult:
    if kind == "dns":
        server = address if address.startswith(HERE) else f"{HERE}:{closed_port()}"
        return await told(kind, "api.test", servers=server, **keys)
    if kind == "ping":
        return await told(kind, address.partition(":")[0], **keys)
    return await told(kind, f"http://me:${{CANARY}}@{address}/" if kind in {"http", "llm"} else address, **keys)


async def test_a_resolver_or_a_certificate_does_not_tell_it_either() -> None:
    async with serving(NameServer({"api.test": (f'TXT "{CANARY[:18]}"',)})) as server:
        found = await checked("dns", "api.test", servers=server.address, record="TXT", secrets={"K": CANARY[:18]})
    async with talking(silence, tls=tls_server()) as address:
        shown_by_tls = await told("tls", address)

    assert prints(found) == prints(shown_by_tls) == []


async def test_what_a_model_says_is_not_quoted_where_it_repeats_the_key() -> None:
    llm = localllm.LLM(says=("Your key is ", localllm.KEY))
    async with localllm.serving(llm):
        result = await checked("llm", llm.url, model="m", key="${K}", secrets={"K": localllm.KEY})

    assert result.reason == 'answered "Your key is ***", not "pong"'


async def test_nothing_that_holds_it_prints_it() -> None:
    made = options("http", headers={"Authorization": "Bearer ${CANARY}"})
    setup = Setup(target="http://x/", options=made, timeout=BRIEF, secrets=SECRETS)

    assert prints(setup) == prints(made) == []


KEYS_IN_CLEAR = [
    "Bearer sk-abcdefghijklmnopqrst",
    "sk-proj-abcdefghijklmnopqrst",
    "xoxb-1234567890-abcdef",
    "ghp_abcdefghijklmnopqrst01",
    "Basic dXNlcjpwYXNzd29yZDEy",
    "postgres://me:hunter2@db.test/",
]


@pytest.mark.parametrize("text", KEYS_IN_CLEAR)
@pytest.mark.parametrize(
    ("kind", "place"),
    [("http", "headers"), ("http", "body"), ("tcp", "send"), ("llm", "extra"), ("llm", "headers")],
)
def test_a_key_in_clear_is_a_mistake_in_one_line_that_does_not_repeat_it(kind: str, place: str, text: str) -> None:
    value = {"headers": {"X-Whatever": text}, "extra": {"deep": [{"er": text}]}}.get(place, text)
    with pytest.raises(ValidationError) as caught:
        options(kind, **{place: value}, **({"model": "m"} if kind == "llm" else {}))

    (one,) = caught.value.errors()
    assert one["loc"] == (place,)
    assert one["msg"] == "Value error, holds a secret; write it as ${NAME}, and set NAME in the environment or .env"
    assert text not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize("kind", TYPES)
@pytest.mark.parametrize(
    "target",
    ["https://me:hunter2@api.test/", "https://api.test/?api_key=0123456789", "https://api.test/?a=b&token=01234567"],
)
def test_nor_does_one_belong_into_a_target(kind: str, target: str) -> None:
    with pytest.raises(ValueError, match="holds a secret; write it as") as caught:
        probe_named(kind).read_target(target)

    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    "target", ["https://me:${PASSWORD}@api.test/", "https://api.test/?api_key=${KEY}", "https://api.test:8080/a@b"]
)
def test_a_reference_does(target: str) -> None:
    probe_named("http").read_target(target)


def test_what_is_referred_to_is_found_however_deep() -> None:
    keys = {"headers": {"a": "${A} and ${B}"}, "list": [{"x": "${C}"}], "number": 3, "text": "$D {E}"}

    assert [*references(keys)] == ["A", "B", "C"]
    assert filled("${A}-${GONE}-$B", {"A": "1"}) == "1--$B"


def test_short_ones_are_left_where_they_are() -> None:
    assert scrubbed("HTTP 503 of abcd", {"A": "5", "B": "abcd"}) == "HTTP 503 of ***"


def test_what_is_shown_is_cut_after_it_was_scrubbed() -> None:
    assert shown("x" * 50 + CANARY, SECRETS) == '"' + "x" * 50 + '***"'
    assert shown([CANARY], SECRETS) == "a list"


async def test_the_answers_of_a_server_with_status_200_are_not_printed() -> None:
    async with serve({"/": Answer(body=CANARY)}) as server:
        result = await told("http", server.url + "/", contains="x")

    assert result.reason == 'the answer does not contain "x"'
