"""Why there is no answer, in words for the operator, and what sort of failure that is.

No message of another library passes: it may hold a url, and a url may hold a secret.
"""

from __future__ import annotations

import os
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager

import aiohttp
import httpx

from bot.core.faults import fault_of
from bot.errors import BadAnswer, FetchError, NoConnection, Offline
from bot.model import Fault

# Whatever httpx, aiohttp, ssl and the sockets can throw.  RuntimeError is what aiohttp says of a
# session that was closed meanwhile; ValueError what its parsers say of nonsense.
_FAILURES = (httpx.HTTPError, httpx.InvalidURL, aiohttp.ClientError, OSError, ValueError, RuntimeError)

# The first that fits; what has more bases stands before its bases.
_REASONS: tuple[tuple[type[BaseException], type[FetchError], str], ...] = (
    (aiohttp.ClientProxyConnectionError, Offline, "no connection to the proxy: {detail}"),
    (aiohttp.ClientHttpProxyError, Offline, "the proxy answered HTTP {detail}"),
    (aiohttp.ClientConnectorDNSError, FetchError, "no address for {host}{detail}"),
    (
        aiohttp.ClientConnectorCertificateError,
        FetchError,
        "the certificate of {host} is not valid: {detail}",
    ),
    (aiohttp.ClientSSLError, FetchError, "no secure connection to {host}"),
    (aiohttp.ServerTimeoutError, NoConnection, "no connection to {host} within {connect:g} s"),
    (aiohttp.ClientConnectorError, FetchError, "no connection to {host}: {detail}"),
    (aiohttp.ClientPayloadError, FetchError, "the answer is cut short"),
    (aiohttp.ClientResponseError, BadAnswer, "the answer of {host} is not valid HTTP"),
    (aiohttp.ClientConnectionError, FetchError, "{host} broke off the connection"),
    (OSError, FetchError, "{host} broke off the connection"),
    (BaseException, BadAnswer, "no usable answer from {host}"),
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
        sort, template = next((sort, template) for kind, sort, template in _REASONS if isinstance(cause, kind))
        if sort is FetchError:
            sort = _sort(cause)
        raise sort(template.format(host=host, connect=connect, detail=_detail(cause))) from None


def _sort(cause: BaseException) -> type[FetchError]:
    """Return whether it is the connection that failed, or our own way out."""
    # The numbers of TLS and of the resolver are others than those of the system.
    if not isinstance(cause, aiohttp.ClientConnectorError) or isinstance(
        cause.os_error, ssl.SSLError | socket.gaierror
    ):
        return FetchError
    return {Fault.NETWORK: Offline, Fault.TIMEOUT: NoConnection}.get(fault_of(cause.os_error.errno), FetchError)


def _detail(cause: BaseException) -> str:
    match cause:
        case aiohttp.ClientHttpProxyError():
            return str(cause.status)
        case aiohttp.ClientConnectorCertificateError():
            return str(getattr(cause.certificate_error, "verify_message", "")) or "it does not fit"
        case aiohttp.ClientConnectorDNSError():
            # https://man7.org/linux/man-pages/man3/getaddrinfo.3.html: no resolver could tell, for now.
            return ": nobody could tell it just now" if cause.os_error.errno == socket.EAI_AGAIN else ""
        case aiohttp.ClientConnectorError() if cause.os_error.errno:
            return os.strerror(cause.os_error.errno).lower()
        case _:
            return "it failed"
