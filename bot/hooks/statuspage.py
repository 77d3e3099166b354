"""The webhook by which a page made with Statuspage tells its subscribers that something has changed.

It is not signed, and an address with a token in it is all that a subscriber can give; so it is never believed: the page
itself is read, at once.  https://support.atlassian.com/statuspage/docs/enable-webhook-notifications/
"""

from __future__ import annotations

from bot.core.hooks import Heard, Hook, Way
from bot.hooks._json import decode

WAYS = frozenset({Way.BEARER, Way.QUERY})


def parse(body: bytes, _hook: Hook) -> Heard:
    """Return the id of the page that has news."""
    return Heard(pages=(decode(body).thing("page").required("id"),))
