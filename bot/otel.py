"""Spans sent out by OpenTelemetry, over OTLP/HTTP: the only place that knows it, imported where somebody asked for it.

https://opentelemetry.io/docs/specs/otel/protocol/exporter/ says what the variables mean.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from importlib.util import find_spec
from math import inf
from threading import Thread
from time import monotonic
from typing import TYPE_CHECKING, cast

from bot import __version__, tracing
from bot.settings import Settings
from bot.tracing import Value

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
    from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult
    from opentelemetry.trace import Span as OtelSpan
    from opentelemetry.trace import Tracer

log = logging.getLogger("sitrep")

# The extra that brings it along.
INSTALL = "install it with `pip install 'sitrep[otel]'`"
_NEEDED = ("opentelemetry.sdk.trace", "opentelemetry.exporter.otlp.proto.http.trace_exporter")
# Of the ten seconds that an end has the loops may take eight and a half.
_AT_THE_END, _PATIENCE = 1.0, 3.0


def is_installed() -> bool:
    """Whether traces can be sent; nothing is imported to find out but what its name spaces are."""
    try:
        return all(find_spec(name) is not None for name in _NEEDED)
    except ModuleNotFoundError:
        return False


@asynccontextmanager
async def exporting(settings: Settings, instance: str) -> AsyncIterator[None]:
    """Send traces for the length of the block, if somebody said where to; a place that does not answer is no harm."""
    if not settings.otlp_endpoint:
        yield
        return
    if not is_installed():
        log.warning("no traces: OTEL_EXPORTER_OTLP_ENDPOINT is set, and OpenTelemetry is not installed: %s", INSTALL)
        yield
        return
    provider, told = await asyncio.to_thread(_provider, settings, instance)
    tracing.begin(Exported(provider.get_tracer("sitrep", __version__)))
    log.info("traces are sent by OTLP/HTTP")
    try:
        yield
    finally:
        tracing.end()
        await asyncio.to_thread(_finish, provider, told)


def _provider(settings: Settings, instance: str) -> tuple[TracerProvider, Told]:
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415  (an extra)
    from opentelemetry.sdk.resources import OTELResourceDetector, Resource  # noqa: PLC0415  (an extra)
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415  (an extra)
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415  (an extra)
    from opentelemetry.util.re import parse_env_headers  # noqa: PLC0415  (an extra)

    # It would tell of each batch, with its address; that it fails, and that it does again, is told once, by us.
    logging.getLogger("opentelemetry").setLevel(logging.CRITICAL)
    headers = settings.otlp_headers.reveal() if settings.otlp_headers is not None else ""
    exporter = OTLPSpanExporter(
        endpoint=f"{settings.otlp_endpoint.rstrip('/')}/v1/traces",
        headers=parse_env_headers(headers, liberal=True),
        timeout=_PATIENCE,
    )
    about = {"service.name": "sitrep", "service.version": __version__, "service.instance.id": instance}
    # OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES win over ours.
    provider = TracerProvider(resource=Resource(about).merge(OTELResourceDetector().detect()), shutdown_on_exit=False)
    told = Told(exporter)
    provider.add_span_processor(BatchSpanProcessor(cast("SpanExporter", told)))
    return provider, told


def _finish(provider: TracerProvider, told: Told) -> None:
    """Send what is left, for as long as there is time for it; what hangs then ends with the process."""
    told.until = monotonic() + _AT_THE_END
    last = Thread(target=provider.shutdown, name="traces-end", daemon=True)
    last.start()
    last.join(_AT_THE_END)


class Told:
    """An exporter that tells once that nobody takes what it sends, and once that somebody does again.

    After `until` nothing is begun any more.
    """

    def __init__(self, inner: SpanExporter) -> None:
        """Send by `inner`."""
        self._inner = inner
        self._is_well = True
        self.until = inf

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Send some spans; those that nobody takes are lost."""
        from opentelemetry.sdk.trace.export import SpanExportResult  # noqa: PLC0415  (an extra)

        if monotonic() > self.until:
            return SpanExportResult.FAILURE
        result = self._inner.export(spans)
        is_well = result is SpanExportResult.SUCCESS
        if is_well != self._is_well:
            log.warning("traces %s", "arrive again" if is_well else "are lost: nobody takes them")
        self._is_well = is_well
        return result

    def shutdown(self) -> None:
        """End the exporter."""
        self._inner.shutdown()

    def force_flush(self, timeout_millis: int = 30000) -> bool:
        """Send what is kept."""
        return self._inner.force_flush(timeout_millis)


def _told(value: Value) -> str | int:
    """Return a value as it is sent; of a function within another the name of the outer one: `settle`."""
    return value if isinstance(value, str | int) else getattr(value, "__qualname__", "").partition(".<locals>")[0]


class _Open:
    """A span that goes out when it ends."""

    def __init__(self, span: OtelSpan) -> None:
        self._span = span

    def note(self, name: str, value: Value) -> None:
        self._span.set_attribute(f"sitrep.{name}", _told(value))


class Exported:
    """Traces that go out."""

    def __init__(self, tracer: Tracer) -> None:
        """Make spans of `tracer`."""
        self._tracer = tracer

    @contextmanager
    def span(self, name: str, attributes: Mapping[str, Value]) -> Iterator[_Open]:
        """Open a span; of an error only its kind goes out, for its words may hold an address."""
        named = {f"sitrep.{key}": _told(value) for key, value in attributes.items()}
        opened = self._tracer.start_as_current_span(
            name, attributes=named, record_exception=False, set_status_on_exception=False
        )
        with opened as one:
            try:
                yield _Open(one)
            except Exception as error:
                from opentelemetry.trace import StatusCode  # noqa: PLC0415  (an extra)

                one.set_attribute("error.type", type(error).__name__)
                one.set_status(StatusCode.ERROR)
                raise
