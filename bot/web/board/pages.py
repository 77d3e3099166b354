"""What every page of the board is made with: templates that escape everything, and what stands around a page."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from hashlib import blake2b
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from bot.addresses import Links, unlinked
from bot.clock import Clock
from bot.core.rules import Service
from bot.core.strangers import safe
from bot.store.database import Database
from bot.store.spells import Spells
from bot.web.board import looks
from bot.web.board.past import Past
from bot.web.entrance import visitor_of

_TYPES = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}
_STATIC = ("board.css", "views.css", "api.css", "board.js", "enter.js", "icon.svg")


@dataclass(frozen=True, slots=True)
class Board:
    """What the pages are made from; `url` is where people find the board, nothing if nobody said.

    `links` tells under which addresses people find what was announced, by destination.
    """

    database: Database
    clock: Clock
    services: tuple[Service, ...] = ()
    url: str = ""
    links: Links = unlinked
    spells: Spells = field(init=False, compare=False)
    past: Past = field(init=False, compare=False)

    def __post_init__(self) -> None:
        """What went on is remembered from one page to the next."""
        object.__setattr__(self, "spells", Spells(self.database))
        object.__setattr__(self, "past", Past(self.database))


@cache
def environment() -> Environment:
    """Return the templates.

    Whatever they are given is a stranger's until it is escaped, and that is the default; marks that turn the direction
    of what stands beside them are taken out of it.
    """
    made = Environment(
        loader=PackageLoader("bot.web.board"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        finalize=_shown,
    )
    made.filters.update(looks.FILTERS)
    made.globals["asset"] = cache(asset)
    return made


def ready(*names: str) -> None:
    """Make these templates, or all: the first visitor would wait for that, and everything else with them."""
    made = environment()
    for name in names or made.list_templates():
        made.get_template(name)


def _shown(value: object) -> object:
    """Return a value as it may be shown: of a stranger's text nothing that turns a line around or can not be seen."""
    if not isinstance(value, str) or isinstance(value, Markup) or (value.isascii() and value.isprintable()):
        return value
    return safe(value)


def page(request: Request, template: str, status: int = 200, **values: object) -> HTMLResponse:
    """Return a page; `template` extends `base.html`, and is given `values` and the `path` that was asked for.

    Of the values `base.html` itself takes `title`; `now`, when the page is made; `fresh`, when a page was last looked
    at; and `query`, on the page that was searched for.
    """
    given = {"path": request.url.path, "visitor": visitor_of(request), **values}
    html = environment().get_template(template).render(given)
    return HTMLResponse(html, status)


def missing(request: Request, title: str, text: str, now: datetime) -> HTMLResponse:
    """Return the page for what is not there."""
    return page(request, "missing.html", 404, title=title, text=text, now=now)


def static() -> list[Route]:
    """Return the routes of what pages link to: style sheets, a script, an icon."""
    return [Route(f"/static/{name}", _static(name)) for name in _STATIC]


def asset(name: str) -> str:
    """Return the address of one of these: another one as soon as there is anything else in it."""
    return f"/static/{name}?{blake2b(_body(name), digest_size=6).hexdigest()}"


@cache
def _body(name: str) -> bytes:
    return (files("bot.web.board") / "static" / name).read_bytes()


def _static(name: str) -> Callable[[Request], Awaitable[Response]]:
    body, media, current = _body(name), _TYPES[name.rpartition(".")[2]], asset(name).partition("?")[2]

    async def endpoint(request: Request) -> Response:
        age = "max-age=31536000, immutable" if request.url.query == current else "max-age=300"
        return Response(body, media_type=media, headers={"cache-control": age})

    return endpoint
