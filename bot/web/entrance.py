"""Who comes to the board: by a link from the chat, with the session that it opened, or as a program with a token."""

from __future__ import annotations

from dataclasses import dataclass, field
from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

from bot.clock import Clock
from bot.core import passes
from bot.core.passes import SESSION_LASTS, Pass, Purpose
from bot.model import Person
from bot.store import passes as spent
from bot.store.database import Database
from bot.web import keys

_SAID_SECONDS = 60
_LONGEST_SAID = 900
# What a program subscribes to that can send no header, such as a calendar: it has the token in its address.
_SUBSCRIBED = (".ics", ".atom")


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody with a session: who, what their forms bring back, and what they were answered to the last one."""

    person: Person
    key: str = field(repr=False)
    said: str = ""

    @property
    def name(self) -> str:
        """What colleagues read."""
        return self.person.name


@dataclass(frozen=True, slots=True)
class Entrance:
    """How the board is entered.

    Without a `secret` nobody has a session, and so nobody acts.  `is_signed` keeps all others out, but for programs
    with the `token`.  `url` is where people find the board.
    """

    database: Database
    clock: Clock
    secret: str = field(default="", repr=False)
    token: str = field(default="", repr=False)
    is_signed: bool = False
    url: str = ""

    @property
    def cookie(self) -> str:
        """What the session is called; with the prefix only this very host can set it.

        https://developer.mozilla.org/en-US/docs/Web/HTTP/Reference/Headers/Set-Cookie#cookie_prefixes
        """
        return "__Host-sitrep" if self.is_https else "sitrep"

    @property
    def said(self) -> str:
        """What the cookie is called that carries an answer to the next page."""
        return f"{self.cookie}-said"

    @property
    def is_https(self) -> bool:
        """Whether people come over TLS."""
        return self.url.startswith("https:")

    def is_called(self, host: str) -> bool:
        """Whether this may be a name of ours: a page of somebody else's may have its own name lead to our address.

        An address in numbers can not be bent like that, nor a name without a dot; and where a session is asked for,
        such a page has none.
        """
        if self.is_signed:
            return True
        name = _name(host)
        return name == urlsplit(self.url).hostname or (bool(name) and "." not in name) or _is_number(name)

    def is_program(self, request: Request) -> bool:
        """Whether a program calls that has the token."""
        given = keys.bearer(request)
        if given is None and request.url.path.endswith(_SUBSCRIBED):
            given = request.query_params.get("token")
        return bool(self.token) and given is not None and keys.is_same(given, self.token)

    async def session(self, request: Request) -> Pass | None:
        """Return the pass of the session that a request belongs to."""
        text = request.cookies.get(self.cookie, "")
        if not self.secret or not text:
            return None
        found = passes.read(self.secret, Purpose.SESSION, text, self.clock.now())
        return None if found is None or await spent.is_spent(self.database, Purpose.SESSION, found) else found

    async def visitor(self, request: Request) -> Visitor | None:
        """Return who comes, None if nobody knows."""
        found = await self.session(request)
        if found is None:
            return None
        said = passes.opened(self.secret, Purpose.SAID, request.cookies.get(self.said, "")) or ""
        nonce, _, text = said.partition("\n")
        return Visitor(found.person, passes.form_key(self.secret, found), text if nonce == found.nonce else "")

    def keep(self, response: Response, one: Pass) -> None:
        """Have the browser keep a session."""
        text = passes.written(self.secret, Purpose.SESSION, one)
        self._set(response, self.cookie, text, int(SESSION_LASTS.total_seconds()))

    def say(self, response: Response, one: Pass, text: str) -> None:
        """Have the next page show an answer."""
        body = passes.signed(self.secret, Purpose.SAID, f"{one.nonce}\n{text[:_LONGEST_SAID]}")
        self._set(response, self.said, body, _SAID_SECONDS)

    def forget(self, response: Response, *names: str) -> None:
        """Have the browser keep these no longer."""
        for name in names:
            self._set(response, name, "", 0)

    def _set(self, response: Response, name: str, value: str, seconds: int) -> None:
        response.set_cookie(name, value, max_age=seconds, httponly=True, samesite="lax", secure=self.is_https)


def _name(host: str) -> str:
    """Return the name in a header `Host`; nothing where there is none that could be read."""
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


def _is_number(name: str) -> bool:
    try:
        return bool(ip_address(name))
    except ValueError:
        return False


def visitor_of(request: Request) -> Visitor | None:
    """Return who comes, as the gate has found out; None where nobody asked for a session."""
    found: Visitor | None = request.scope.get("state", {}).get("visitor")
    return found
