"""Why there is no answer, in words for the operator.

No message of another library passes: it may hold a url, and a url may hold a secret.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import aiohttp
import httpx

from bot.errors import FetchError

# Whatever httpx, aiohttp, ssl and the sockets can throw.  RuntimeError is what aiohttp says of a
# session that was closed meanwhile; ValueError what its parsers say of nonsense.
_FAILURES = (httpx.HTTPError, httpx.InvalidURL, aiohttp.ClientError, OSError, ValueError, RuntimeError)

# The first that fits; what has more bases stands before its bases.
_REASONS: tuple[tuple[type[BaseException], str], ...] = (
    (aiohttp.ClientProxyConnectionError, "no connection to the proxy: {detail}"),
    (aiohttp.ClientHttpProxyError, "the proxy answered HTTP {detail}"),
    (aiohttp.ClientConnectorDNSError, "no address for {host}"),
    (aiohttp.ClientConnectorCertificateError, "the certificate of {host} is not valid: {detail}"),
    (aiohttp.ClientSSLError, "no secure connection to {host}"),
    (aiohttp.ServerTimeoutError, "no connection to {host} within {connect:g} s"),
    (aiohttp.ClientConnectorError, "no connection to {host}: {detail}"),
    (aiohttp.ClientPayloadError, "the answer is cut short"),
    (aiohttp.ClientResponseError, "the answer of {host} is not valid HTTP"),
    (aiohttp.ClientConnectionError, "{host} broke off the connection"),
    (OSError, "{host} broke off the connection"),
    (BaseException, "no usable answer from {host}"),
)


@contextmanager
def plainly(host: str, connect: float) -> Iterator[None]:
    """Turn what goes wrong with one host into a FetchError.

    The chain is cut on purpose: a traceback that shows the cause shows the url.
    """
    try:
        yield
    except _FAILURES as error:
        cause = error.__cause__ if isinstance(error, httpx.HTTPError) and error.__cause__ else error
        template = next(template for kind, template in _REASONS if isinstance(cause, kind))
        raise FetchError(template.format(host=host, connect=connect, detail=_detail(cause))) from None


def _detail(cause: BaseException) -> str:
    match cause:
        case aiohttp.ClientHttpProxyError():
            return str(cause.status)
        case aiohttp.ClientConnectorCertificateError():
            return str(getattr(cause.certificate_error, "verify_message", "")) or "it does not fit"
        case aiohttp.ClientConnectorError() if cause.os_error.errno:
            return os.strerror(cause.os_error.errno).lower()
        case _:
            return "it failed"
