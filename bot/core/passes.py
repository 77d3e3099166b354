"""Passes to the board: who comes with one, until when.  Signed, so that nobody writes one for themselves.

A link's pass is good for a few minutes and one time; the pass of a session, kept by the browser, for a working day.
What is signed for one of them is worth nothing as the other.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from bot.model import Person

LINK_LASTS = timedelta(minutes=15)
SESSION_LASTS = timedelta(hours=12)
# A name is as long as somebody makes it, and a browser keeps 4096 bytes of a cookie:
# https://www.rfc-editor.org/rfc/rfc6265#section-6.1
_LONGEST_NAME, _MOST_ROLES = 80, 40
_LONGEST = 4000


class Purpose(StrEnum):
    """What a pass is for."""

    LINK = "link"
    SESSION = "session"
    FORM = "form"
    SAID = "said"


@dataclass(frozen=True, slots=True)
class Pass:
    """Somebody, and until when they are let in.  `nonce` is this pass's alone; `to` is the page that they want."""

    person: Person
    until: datetime
    nonce: str
    to: str = "/"


def issued(person: Person, now: datetime, nonce: str, to: str = "/", named: frozenset[str] = frozenset()) -> Pass:
    """Return the pass of a link.  Of somebody's roles only those are in it that the configuration has `named`."""
    roles = tuple(role for role in person.roles if f"{person.platform}:role:{role}" in named)[:_MOST_ROLES]
    who = Person(person.platform, person.id, person.name[:_LONGEST_NAME], roles, team=person.team)
    return Pass(who, now + LINK_LASTS, nonce, inside(to))


def entered(link: Pass, now: datetime) -> Pass:
    """Return the pass of the session that a link opens."""
    return Pass(link.person, now + SESSION_LASTS, link.nonce)


def inside(path: str) -> str:
    """Return a path of the board, whatever somebody wrote: nobody is sent elsewhere."""
    is_ours = path.startswith("/") and path.isascii() and path.isprintable() and "\\" not in path
    return path if is_ours and not path.startswith("//") else "/"


def written(secret: str, purpose: Purpose, one: Pass) -> str:
    """Return a pass as it goes into an address or a cookie."""
    person = one.person
    said = [person.platform, person.id, person.name, list(person.roles), person.team]
    body = json.dumps([int(one.until.timestamp()), one.nonce, one.to, *said], separators=(",", ":"))
    return signed(secret, purpose, body)


def read(secret: str, purpose: Purpose, text: str, now: datetime) -> Pass | None:
    """Return the pass, None if it is none of ours, or over."""
    body = opened(secret, purpose, text)
    if body is None:
        return None
    until, nonce, to, platform, id_, name, roles, team = json.loads(body)
    one = Pass(Person(platform, id_, name, tuple(roles), team=team), datetime.fromtimestamp(until, UTC), nonce, to)
    return one if now < one.until else None


def signed(secret: str, purpose: Purpose, body: str) -> str:
    """Return a text with its signature, made of letters that may stand anywhere."""
    text = urlsafe_b64encode(body.encode()).decode().rstrip("=")
    return f"{text}.{_signature(secret, purpose, text)}"


def opened(secret: str, purpose: Purpose, text: str) -> str | None:
    """Return what was signed, None if the signature is not ours."""
    body, _, signature = text.partition(".")
    if not text.isascii() or len(text) > _LONGEST:
        return None
    if not hmac.compare_digest(signature.encode(), _signature(secret, purpose, body).encode()):
        return None
    return urlsafe_b64decode(body + "=" * (-len(body) % 4)).decode()


def form_key(secret: str, one: Pass) -> str:
    """Return what a form of this session brings back, so that no other site can send it."""
    return _signature(secret, Purpose.FORM, one.nonce)


def _signature(secret: str, purpose: Purpose, text: str) -> str:
    said = f"sitrep board {purpose}\n{text}".encode()
    return urlsafe_b64encode(hmac.new(secret.encode(), said, hashlib.sha256).digest()).decode().rstrip("=")
