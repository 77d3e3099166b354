"""Whatever a person pastes of a page, its format is found, or the reason is told why there is none."""

from __future__ import annotations

import pytest

from bot import plugins
from tests.platforms.every import PLATFORMS
from tests.platforms.looking import Looked, look
from tests.platforms.world import Paste, Platform

# Asked of a page that a person waits for; the catalog's most used platforms need far fewer.
MOST = 40
HITS = [platform for platform in PLATFORMS if any(paste.format for paste in platform.pasted)]
MISSES = [platform for platform in PLATFORMS if any(not paste.format for paste in platform.pasted)]


def named(platform: Platform) -> str:
    return platform.name


async def looks(platform: Platform) -> list[Looked]:
    """Look at all that is pasted of a platform; no look may ask for more than is bearable."""
    found = await look(platform)
    # A redirect is a request more; the page that refuses is asked once.
    assert [one.paste.address for one in found if one.requests > 2 * MOST] == []
    return found


@pytest.mark.parametrize("platform", HITS, ids=named)
async def test_what_is_pasted_of_a_page_is_found_where_its_format_begins_to_read(platform: Platform) -> None:
    for looked in await looks(platform):
        if looked.paste.format is None:
            continue
        found, paste = looked.detection.found, looked.paste

        assert found is not None, (paste.address, looked.detection.miss)
        assert found.format == paste.format, paste.address
        assert found.endpoint == (paste.endpoint or found.endpoint), paste.address
        assert found.url == (paste.watch or found.url), paste.address


@pytest.mark.parametrize("platform", MISSES, ids=named)
async def test_where_no_format_reads_anything_the_reason_is_told_and_nothing_is_taken_for_health(
    platform: Platform,
) -> None:
    for looked in await looks(platform):
        if looked.paste.format is not None:
            continue

        assert looked.detection.found is None, (looked.paste.address, looked.detection.found)
        assert looked.paste.because in looked.detection.miss, looked.paste.address
        assert "\n" not in looked.detection.miss


@pytest.mark.parametrize("platform", PLATFORMS, ids=named)
async def test_what_was_found_is_found_again_from_the_address_that_it_is_to_be_watched_by(platform: Platform) -> None:
    for looked in await look(platform):
        found = looked.detection.found
        if found is not None:
            again = replaced(platform, found.url)
            (second,) = await look(again)

            assert second.detection.found is not None, found.url
            assert (second.detection.found.format, second.detection.found.url) == (found.format, found.url)


def test_every_format_has_a_host_that_speaks_it() -> None:
    spoken = {paste.format for platform in PLATFORMS for paste in platform.pasted if paste.format}

    # Two are of AWS's old page, which is gone; one is found only where its page's JSON is not.
    assert set(plugins.formats()) - spoken == {"aws-datajson", "aws-rss", "statuspage-atom"}


def replaced(platform: Platform, address: str) -> Platform:
    return Platform(
        name=platform.name, known_from=platform.known_from, sites=platform.sites, pasted=[Paste(address=address)]
    )
