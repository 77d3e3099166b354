"""The body of an answer: decoded within its limits, checked for its shape, and hashed.  Pure."""

from __future__ import annotations

import re
import zlib
from hashlib import blake2b

from bot.errors import BadAnswer, FetchError
from bot.fetch.answer import Expect, FetchLimits

_PLAIN = frozenset({"", "identity"})
_GZIP = frozenset({"gzip", "x-gzip"})
_DEFLATE = "deflate"
ACCEPT_ENCODING = "gzip, deflate"

# What zlib calls the three containers.  https://docs.python.org/3/library/zlib.html#zlib.decompress
_GZIP_WBITS = 31
_ZLIB_WBITS = 15
_RAW_WBITS = -15
_ZLIB_METHOD = 8
# https://www.rfc-editor.org/rfc/rfc1952#page-6
_GZIP_FIRST = 0x1F

_HEAD = 1024
_MEBIBYTE = 1024 * 1024
# Declarations and comments may stand before the first element.  Possessive (`*+`): tried in one way only.
_PROLOGUE = rb"(?:\s+|<\?[^>]*>|<!--.*?-->)*+"
_HTML = re.compile(_PROLOGUE + rb"<(?:!doctype\s+html|html|head|body)[\s>]", re.IGNORECASE | re.DOTALL)
_XML = re.compile(rb"<(?:\?xml|rss|feed|rdf:rdf)\b", re.IGNORECASE)
_BYTE_ORDER_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")


class Body:
    """Takes the bytes of an answer as they come and never holds more than the limits allow."""

    def __init__(self, encoding: str, limits: FetchLimits) -> None:
        """Choose how to decode; an encoding that was not asked for is an error."""
        self._encoding = encoding.strip().lower()
        if self._encoding not in _PLAIN | _GZIP | {_DEFLATE}:
            raise BadAnswer("the answer is in an encoding that was not asked for")
        self._limits = limits
        self._received = 0
        self._size = 0
        self._parts: list[bytes] = []
        self._inflater: zlib._Decompress | None = None
        self._in_garbage = False

    def feed(self, chunk: bytes) -> None:
        """Take the next bytes from the wire."""
        self._received += len(chunk)
        if self._received > self._limits.max_received:
            raise too_large(self._limits.max_received)
        if self._encoding in _PLAIN:
            self._keep(chunk)
            return
        while chunk and not self._in_garbage:
            chunk = self._inflate(chunk)

    def take(self) -> bytes:
        """Return what has been decoded since the last time, and forget it; it goes on counting."""
        taken = b"".join(self._parts)
        self._parts.clear()
        return taken

    def finish(self) -> bytes:
        """Return the whole body, less what was taken, once the last byte has come."""
        if self._inflater and not self._inflater.eof:
            raise FetchError("the answer is cut short")
        return b"".join(self._parts)

    def _inflate(self, chunk: bytes) -> bytes:
        """Decode up to the end of a member and return what is left for the next one."""
        if self._inflater is None:
            self._inflater = zlib.decompressobj(self._wbits(chunk[0]))
        elif self._inflater.eof:
            return self._next_member(chunk)
        try:
            # One byte more than allowed is enough to know; zero would mean without limit.
            self._keep(self._inflater.decompress(chunk, self._limits.max_bytes - self._size + 1))
        except zlib.error:
            raise BadAnswer(f"the answer is not valid {self._encoding}") from None
        return self._inflater.unused_data

    def _next_member(self, chunk: bytes) -> bytes:
        """Start the next gzip member; like every browser, ignore what follows the last one."""
        if self._encoding in _GZIP and chunk[0] == _GZIP_FIRST:
            self._inflater = zlib.decompressobj(_GZIP_WBITS)
            return chunk
        self._in_garbage = True
        return b""

    def _wbits(self, first: int) -> int:
        """Choose the container: some servers send deflate without the one that the standard asks for."""
        if self._encoding in _GZIP:
            return _GZIP_WBITS
        return _ZLIB_WBITS if first & 0x0F == _ZLIB_METHOD else _RAW_WBITS

    def _keep(self, part: bytes) -> None:
        self._size += len(part)
        if self._size > self._limits.max_bytes:
            raise too_large(self._limits.max_bytes)
        if part:
            self._parts.append(part)


def too_large(limit: int) -> FetchError:
    """Return the error for an answer beyond `limit` bytes."""
    size = f"{limit / _MEBIBYTE:g} MiB" if limit >= _MEBIBYTE else f"{limit} bytes"
    return BadAnswer(f"the answer is larger than {size}")


def check_shape(body: bytes, content_type: str, expect: Expect) -> None:
    """Raise FetchError for an answer that can not be what was expected, whatever its status says.

    The body decides and the content type only where the body leaves it open: many servers
    name JSON text/plain and RSS text/html.
    """
    head = _readable_head(body)
    if not head:
        raise BadAnswer("the answer is empty")
    if expect is Expect.ANY:
        return
    wanted = "JSON" if expect is Expect.JSON else "a feed"
    if _HTML.match(head):
        raise BadAnswer(f"the answer is HTML, not {wanted}")
    if expect is Expect.JSON and head.startswith(b"<"):
        raise BadAnswer("the answer is XML, not JSON")
    if "html" in content_type.lower() and not _is_what(head, expect):
        raise BadAnswer(f"the answer is HTML, not {wanted}")


def _is_what(head: bytes, expect: Expect) -> bool:
    if expect is Expect.JSON:
        return head.startswith((b"{", b"["))
    return _XML.match(head) is not None


def _readable_head(body: bytes) -> bytes:
    """Return the first characters without byte order mark, white space and the zeros of UTF-16."""
    head = body[:_HEAD]
    for mark in _BYTE_ORDER_MARKS:
        head = head.removeprefix(mark)
    return head.replace(b"\0", b"").lstrip()


def digest(body: bytes, volatile: re.Pattern[bytes] | None) -> str:
    """Return a hash of the body in which the matches of `volatile` do not count."""
    if volatile:
        body = volatile.sub(b"", body)
    return blake2b(body, digest_size=16).hexdigest()
