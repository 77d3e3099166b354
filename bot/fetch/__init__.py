"""The one HTTP client: conditional GET within limits, and only to where the egress policy lets us.

    url -> Target          parsed once, the host exactly as the connector will see it
        -> egress          literal addresses here, names in the resolver, again at every redirect
        -> Response        aiohttp's sockets, TLS and pool behind httpx's request and response
        -> body            raw bytes, decoded here so that no answer inflates beyond its limit
        -> shape           not empty, and not HTML where a feed was expected
        -> Fetched         body None when it is what the caller already knows

Whatever goes wrong is a FetchError whose text can be shown to the operator.
"""

from bot.fetch.answer import NOTHING_KNOWN, Expect, Fetched, FetchLimits, Validators
from bot.fetch.client import Fetcher
from bot.fetch.egress import EgressPolicy, GuardedResolver, is_public

__all__ = [
    "NOTHING_KNOWN",
    "EgressPolicy",
    "Expect",
    "FetchLimits",
    "Fetched",
    "Fetcher",
    "GuardedResolver",
    "Validators",
    "is_public",
]
