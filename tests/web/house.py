"""A board that listens on a real socket, put together as the program does it, with a desk and a clock moved by hand."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

import httpx

from bot import boards, reaching, settings
from bot.callers import Loops
from bot.model import Person
from bot.settings import Settings
from bot.store.database import is_ready
from bot.vitals import Vitals
from bot.web.metrics import Prometheus
from tests.commands.office import ONCALL, Office

SECRET = "a-secret-of-more-than-32-characters!"
TOKEN = "a-token-for-programs-0123456789"
HTML = {"accept": "text/html"}


@dataclass(slots=True)
class House:
    """The board, who asks for links, and what they have in their browser."""

    office: Office
    settings: Settings
    gauges: Prometheus = field(default_factory=Prometheus)
    vitals: Vitals = field(init=False)
    url: str = ""

    def __post_init__(self) -> None:
        self.vitals = Vitals(partial(is_ready, self.office.database))
        self.office.desk.board = reaching.boarding_of(self.settings)
        self.office.desk.trail.gauges = self.gauges

    def browser(self, **headers: str) -> httpx.AsyncClient:
        # Certificates that nobody asks for take longer to read than all the rest.
        return httpx.AsyncClient(base_url=self.url, timeout=20, verify=False, headers={**HTML, **headers})  # noqa: S501  (likewise)

    async def link(self, person: Person = ONCALL) -> str:
        """Ask for a link in chat, and return what it has in its address."""
        reply = await self.office.says("board", person)
        found = re.search(r"/enter\?pass=([\w.-]+)", repr(reply.message))
        assert found is not None, reply
        return found[1]

    @asynccontextmanager
    async def entered(self, person: Person = ONCALL) -> AsyncIterator[httpx.AsyncClient]:
        """Have somebody come by a link of their own."""
        async with self.browser() as browser:
            answer = await browser.post("/enter", data={"pass": await self.link(person)})
            assert answer.status_code == 303, answer.text
            yield browser

    async def key(self, browser: httpx.AsyncClient) -> str:
        """Return what the forms of a page bring back."""
        found = re.search(r'name="key" value="([^"]+)"', (await browser.get("/")).text)
        assert found is not None
        return found[1]

    async def does(self, browser: httpx.AsyncClient, **fields: str) -> httpx.Response:
        """Send a form about the incident `acme-1`, as its page has it."""
        form = {"key": await self.key(browser), "request": "r1", **fields}
        return await browser.post("/incidents/acme-1/do", data=form)

    async def says(self, browser: httpx.AsyncClient) -> str:
        """Return what the next page shows of an answer, nothing if it shows none."""
        found = re.search(r'<p class="answer"[^>]*>([^<]+)</p>', (await browser.get("/")).text)
        return found[1] if found else ""


def configured(folder: Path, text: str = "", **environ: str) -> Settings:
    (folder / "sitrep.toml").write_text(f'[board]\nurl = "http://127.0.0.1"\n{text}')
    return replace(settings.load(None, environ, folder), port=0)


@asynccontextmanager
async def open_house(office: Office, chosen: Settings) -> AsyncIterator[House]:
    """Serve the board for the length of the block."""
    house, loops = House(office, chosen), Loops()
    around = boards.Around(office.database, office.clock, office.desk, house.vitals, house.gauges)
    boards.serve(chosen, around, (), loops)
    web = loops["web"]
    assert isinstance(web, partial)
    house.url = f"http://127.0.0.1:{web.args[1].getsockname()[1]}"
    serving = asyncio.create_task(web())
    try:
        yield house
    finally:
        serving.cancel()
        await asyncio.wait([serving])


def secrets_of(answer: httpx.Response) -> Mapping[str, str]:
    """Return the cookies that an answer sets, with all that is said of them."""
    found = (one.partition("=") for one in answer.headers.get_list("set-cookie"))
    return {name: rest for name, _, rest in found}
