"""Traces as another program gets them: over OTLP/HTTP, on a real socket, from a Sitrep that runs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from tests.e2e.program import sitrep_in, until
from tests.loops.acme import SUMMARY, component, incident, summary
from tests.servers import Answer, Server, serve

PAGE = summary(incident("i1", ("investigating", "Some requests fail.", 1)), components=[component("API")])
KEY = "made-up-key-of-ours"


def spans(collector: Server) -> Iterator[Span]:
    for request in collector.hits:
        batch = ExportTraceServiceRequest.FromString(request.body)
        yield from (one for of in batch.resource_spans for scope in of.scope_spans for one in scope.spans)


async def test_what_is_done_is_sent_as_spans_within_each_other_and_without_a_secret(tmp_path: Path) -> None:
    taken = {"/v1/traces": Answer(body="", headers={"content-type": "application/x-protobuf"})}
    async with serve({SUMMARY: Answer.json(PAGE)}) as page, serve(taken) as collector, sitrep_in(tmp_path) as sitrep:
        sitrep.watches({"Acme": page.url})
        env = f"OTEL_EXPORTER_OTLP_ENDPOINT={collector.url}\nOTEL_EXPORTER_OTLP_HEADERS=x-key={KEY}\n"
        (tmp_path / ".env").write_text(env, encoding="utf-8")
        await sitrep.start()
        await until(sitrep.told, "the incident is told")
        await sitrep.stop()

        found = list(spans(collector))
        by_id = {one.span_id: one for one in found}
        (posted,) = [one for one in found if one.name == "step" and _value(one, "sitrep.kind") == "post"]
        settled = [one for one in found if one.name == "transaction" and _value(one, "sitrep.of") == "settle"]

        assert {"poll", "take-in", "transaction", "step"} <= {one.name for one in found}
        assert _value(posted, "sitrep.platform") == "console"
        within = [by_id[one.parent_span_id] for one in settled if one.parent_span_id in by_id]
        assert {one.name for one in within} == {"take-in"}
        # What people and Sitrep itself tell is taken in too, and is part of no poll.
        assert {by_id[one.parent_span_id].name for one in within if one.parent_span_id} == {"poll"}
        assert all(request.headers["x-key"] == KEY for request in collector.hits)
        assert not any(KEY in str(one) or page.url in str(one) for one in found)


def _value(span: Span, name: str) -> str:
    return next((one.value.string_value for one in span.attributes if one.key == name), "")
