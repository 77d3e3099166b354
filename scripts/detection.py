"""docs/detection.md, written anew: what `sitrep detect` finds on hosts that answer as each platform does.

`python -m scripts.detection`, or `make formats`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from pathlib import Path

from bot.loops.detection import Found
from tests.platforms.every import PLATFORMS
from tests.platforms.looking import Looked, found_without_html, look
from tests.platforms.world import Platform

PAGE = Path(__file__).parent.parent / "docs" / "detection.md"
_HEAD = """# What `sitrep detect` finds

Written by `make formats`, from `tests/platforms`: real servers on the machine that runs the tests, whose hosts have
the platforms' names and answer as each platform does. No live page was asked for this. The answers are ours, made
after what [formats.md](formats.md) names for each format: documentation, source code, captured answers, and what
others' clients read.

`sitrep detect URL` takes what a person pastes: the front page, any page below it, with a scheme or without, or a
document. How it looks, and why so: [decision 15](decisions/0015-how-a-page-is-recognised.md).

## Hits

- **read at**: the first document that is read; where a page has more than one, the others follow from it.
- **what it is**: the platform's own answer; an *imitation* of another platform's, which tells less; or a *feed*. A
  *window* does not list all that is open, so that an incident which is missing there has not ended.
- **requests**: how many it took, redirects and the page itself included. A watch asks so many once, and then only
  what it reads."""
_MISSES = """
## Misses

Nothing that answers is taken for a healthy page. This is what is said, after the address:

"""
_MARKS = """
## What is proven, and what is not

Where a page's HTML says nothing that is known, its documents are asked for where platforms keep them. **Without
HTML** tells how many of the addresses above are found in that way too: for those a mark that is wrong, or has
changed, costs some requests and no more. For the others the HTML has to name an id, an account, a repository or a
feed, or the page is missed. **Known from** tells what we know the HTML from. A captured page or source code can be
relied upon, until it changes; what others' clients look for was true for them once; documentation seldom shows
HTML. None of it was checked against live pages.

"""


async def page() -> str:
    """Return the whole page."""
    looked = [(platform, await look(platform)) for platform in PLATFORMS]
    hits = [_hit(one, one.detection.found) for _, some in looked for one in some if one.detection.found]
    missed = [_missed(one) for _, some in looked for one in some if one.detection.found is None]
    hosts = [platform for platform, some in looked if some[0].detection.found and platform.known_from != "its host"]
    marks = [_marked(platform, *await found_without_html(platform)) for platform in hosts]
    platforms = len({row[0] for row in hits})
    return "".join(
        (
            _HEAD,
            f"\n{len(hits)} addresses of {platforms} platforms are found.\n\n",
            _table(("platform", "pasted", "format", "read at", "what it is", "requests"), hits),
            _MISSES,
            _table(("host", "pasted", "what is said", "requests"), missed),
            _MARKS,
            _table(("platform", "without HTML", "known from"), marks),
        )
    )


def _hit(looked: Looked, found: Found) -> Sequence[str]:
    is_imitation = looked.platform.imitation and found.endpoint.endswith("/api/v2/summary.json")
    kind = "a feed" if found.format == "feed" else "an imitation" if is_imitation else "its own"
    window = "" if found.snapshot.complete_open_set else ", a window"
    return (
        looked.platform.name,
        f"`{looked.paste.address}`",
        f"[`{found.format}`](formats.md#{found.format})",
        f"`{found.endpoint}`",
        f"{kind}{window}",
        str(looked.requests),
    )


def _missed(looked: Looked) -> Sequence[str]:
    said = looked.detection.miss.replace("|", "\\|")
    return looked.platform.name, f"`{looked.paste.address}`", said, str(looked.requests)


def _marked(platform: Platform, found: int, pasted: int) -> Sequence[str]:
    return platform.name, f"{found} of {pasted}", platform.known_from


def _table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = (columns, ("---",) * len(columns), *rows)
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


if __name__ == "__main__":
    PAGE.write_text(asyncio.run(page()), encoding="utf-8")
