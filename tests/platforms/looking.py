"""What is found where, as a table: each address that is pasted, asked of the hosts of its platform alone."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bot.loops.detection import Detection, detect
from tests.platforms.world import Paste, Platform, Site, page, web


@dataclass(frozen=True, slots=True)
class Looked:
    """One address that was pasted, what came of it, and how many requests that took."""

    platform: Platform
    paste: Paste
    detection: Detection
    requests: int


async def look(platform: Platform) -> list[Looked]:
    """Return what comes of every address that is pasted of a platform."""
    async with web([platform]) as there:
        found = []
        for paste in platform.pasted:
            there.forget()
            detection = await detect(there.fetcher, paste.address)
            found.append(Looked(platform, paste, detection, there.requests))
        return found


async def found_without_html(platform: Platform) -> tuple[int, int]:
    """Return how many of the addresses are found as well if no web page says anything, and of how many."""
    bare = {host: _bare(site) for host, site in platform.sites.items()}
    pasted = [paste for paste in platform.pasted if paste.format]
    looked = await look(replace(platform, sites=bare, pasted=pasted))
    found = [one for one in looked if one.detection.found and one.detection.found.format == one.paste.format]
    return len(found), len(pasted)


def _bare(site: Site) -> Site:
    mute = page(title="")
    answers = {
        path: mute if answer.content_type.startswith("text/html") and answer.status == mute.status else answer
        for path, answer in site.answers.items()
    }
    is_page = site.otherwise.content_type.startswith("text/html") and site.otherwise.status == mute.status
    return replace(site, answers=answers, otherwise=mute if is_page else site.otherwise)
