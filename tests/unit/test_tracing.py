"""Spans: nothing where nobody asked for them, and of what is sent nothing that may be secret."""

from __future__ import annotations

import logging
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode

from bot import otel, settings, tracing

SECRET = "https://user:made-up@example.com"


def outer() -> Callable[[], None]:
    def work() -> None:
        raise ValueError(SECRET)

    return work


def test_while_nobody_asked_for_traces_a_span_is_nothing_and_nothing_is_imported() -> None:
    with tracing.span("poll", source="acme") as one:
        one.note("outcome", "changed")
    loaded = "import sys, bot.compose; sys.exit(any(name.startswith('opentelemetry') for name in sys.modules))"

    assert tracing.span("poll") is tracing.span("step")
    assert subprocess.run((sys.executable, "-c", loaded), check=False).returncode == 0


def test_of_an_error_its_kind_goes_out_and_not_its_words() -> None:
    kept = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(kept))
    traces, work = otel.Exported(provider.get_tracer("test")), outer()
    with pytest.raises(ValueError, match="made-up"), traces.span("transaction", {"of": work, "kind": "write"}):
        work()

    (one,) = kept.get_finished_spans()
    assert dict(one.attributes or {}) == {"sitrep.of": "outer", "sitrep.kind": "write", "error.type": "ValueError"}
    assert one.status.status_code is StatusCode.ERROR
    assert SECRET not in one.to_json()


async def test_traces_that_can_not_be_sent_for_want_of_a_package_are_no_harm_and_one_clear_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    chosen = settings.load(None, {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://localhost:4318"}, tmp_path)
    monkeypatch.setattr(otel, "_NEEDED", ("opentelemetry.not_there.at_all",))
    with caplog.at_level(logging.WARNING):
        async with otel.exporting(chosen, "one"):
            assert tracing.span("poll") is tracing.span("step")

    (line,) = caplog.messages
    assert line == (
        "no traces: OTEL_EXPORTER_OTLP_ENDPOINT is set, and OpenTelemetry is not installed: "
        "install it with `pip install 'sitrep[otel]'`"
    )


async def test_a_place_that_takes_no_traces_is_told_of_once_and_holds_up_no_end(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    chosen = settings.load(None, {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9"}, tmp_path)
    with caplog.at_level(logging.WARNING):
        async with otel.exporting(chosen, "one"):
            with tracing.span("poll"):
                pass

    assert caplog.messages in ([], ["traces are lost: nobody takes them"])
    assert tracing.span("poll") is tracing.span("step")
