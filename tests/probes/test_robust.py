"""Whatever a server says, a check has a result."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import ParseError
from bot.model import Fault
from bot.ports import WebAnswer
from bot.probes._llm_apis import APIS, Piece
from bot.probes._llm_errors import Trouble, fault_of, reason_of, trouble_in_body
from bot.probes._paths import found_at
from bot.probes._sse import Event
from bot.probes.http import _first_wrong
from tests.probes.world import BRIEF, checked, options, silence, talking

WORDS = [
    "type", "error", "code", "message", "details", "error_code", "choices", "delta", "content", "finish_reason",
    "usage", "prompt_tokens", "completion_tokens", "completion_tokens_details", "reasoning_tokens", "response",
    "incomplete_details", "reason", "input_tokens", "output_tokens", "output_tokens_details", "text", "stop_reason",
]  # fmt: skip
VALUES = [
    "message_start", "message_delta", "content_block_delta", "text_delta", "message_stop", "response.completed",
    "response.failed", "response.incomplete", "response.output_text.delta", "error", "insufficient_quota", "stop",
]  # fmt: skip
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.sampled_from(VALUES),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(WORDS), inner, max_size=6),
    max_leaves=25,
)


@pytest.mark.parametrize("api", APIS)
@given(document=JSON, name=st.sampled_from(["", *VALUES]))
def test_any_event_is_read_or_refused(api: str, document: object, name: str) -> None:
    piece = APIS[api].read(Event(name, json.dumps(document)))

    assert isinstance(piece, Piece)
    assert isinstance(piece.text, str)
    assert isinstance(piece.finish, str)
    assert all(count is None or count >= 0 for count in (piece.tokens_in, piece.tokens_out, piece.tokens_hidden))


@pytest.mark.parametrize("api", APIS)
@given(data=st.text())
def test_any_text_of_an_event_is_read_or_refused(api: str, data: str) -> None:
    try:
        piece = APIS[api].read(Event("", data))
    except ParseError:
        return

    assert isinstance(piece, Piece)


@given(body=st.binary() | JSON.map(lambda document: json.dumps(document).encode()), status=st.integers(100, 599))
def test_any_refusal_is_of_a_class_and_has_a_short_reason(body: bytes, status: int) -> None:
    trouble = trouble_in_body(body)

    assert isinstance(fault_of(status, trouble), Fault)
    assert 0 < len(reason_of(status, trouble, "tiny-1")) < 200
    assert "\n" not in reason_of(status, trouble, "tiny-1")


@pytest.mark.parametrize("status", range(500, 600, 7))
def test_a_server_error_stays_one_whatever_words_it_has(status: int) -> None:
    trouble = Trouble(("insufficient_quota", "invalid_api_key"), "credit balance is too low")

    assert fault_of(status, trouble) is Fault.SERVER


ALL = options(
    "http",
    status=["2xx", "4xx"],
    answers={"x-a": "*"},
    contains="a",
    lacks="zzz",
    matches="[a-z]",
    values={"$..type": "error"},
    finds="$[?@.code]",
    finds_no="$..[?search(@.message, 'x+')]",
)


@given(
    body=st.binary() | JSON.map(lambda document: json.dumps(document).encode()),
    content_type=st.sampled_from(["", "text/plain; charset=utf-16", "text/x; charset=rot13", "x; charset=base64"]),
    status=st.integers(100, 599),
)
def test_any_answer_is_well_or_has_a_short_reason(body: bytes, content_type: str, status: int) -> None:
    answer = WebAnswer(
        status=status,
        headers={"content-type": content_type, "x-a": "1"},
        body=body,
        url="http://x/",
        latency=timedelta(),
    )
    wrong = _first_wrong(ALL, answer, {})

    assert wrong is None or (0 < len(wrong[1]) < 300 and "\n" not in wrong[1])


@given(document=JSON)
def test_no_document_makes_a_path_raise(document: object) -> None:
    for path in ("$..*", "$[?@.code == 1]", "$[?match(@.type, '(a+)+')]", "$[-1:0:-1]", "$..[?length(@) > 2]"):
        assert isinstance(found_at(path, document), list | tuple)


@pytest.mark.parametrize("kind", ["http", "tcp", "tls", "dns", "ping", "llm"])
@pytest.mark.parametrize("host", ["", " ", "a b", "x" * 70 + ".test", "a..b", "[::1", "/", "\n", "é" * 70, "x:y:z:1"])
async def test_a_target_that_the_environment_spoils_accuses_nobody(kind: str, host: str) -> None:
    target = {"http": "http://${HOST}/", "llm": "http://${HOST}/v1", "tcp": "${HOST}:5432"}.get(kind, "${HOST}")
    # Nobody answers there, for as long as it is waited for; all others end at once, however slow the machine.
    nobody: dict[str, Any] = {"servers": "127.0.0.1:1", "within": BRIEF}
    all_keys: dict[str, dict[str, Any]] = {"llm": {"model": "m"}, "dns": nobody}

    result = await checked(kind, target, secrets={"HOST": host}, **all_keys.get(kind, {}))

    assert not result.ok
    # A name server may be asked for the oddest names; here there is none.
    asked = result.reason.startswith(("no address for ", "no answer from 127.0.0.1:1", "no connection to 127.0.0.1:1"))
    assert result.is_ours or asked, result


@pytest.mark.parametrize("name", ["", ".example.com", "x" * 300])
async def test_nor_does_a_name_that_no_certificate_has(name: str) -> None:
    async with talking(silence) as address:
        result = await checked("tls", address, name=name, within=BRIEF)

    assert not result.ok
    assert result.is_ours or result.fault is Fault.TIMEOUT
