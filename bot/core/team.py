"""Which incidents are the team's own: declared by somebody here, and no part of a vendor's trouble."""

from __future__ import annotations

from bot.core.totals import voices
from bot.core.witnesses import declarations
from bot.model import ClaimView, Incident

# Of every incident that the team declares, whatever it is about.
VENDOR, NAME = "ours", "Our own"
# Of what Sitrep tells of itself: what it can not do just now.
SITREP = "sitrep"
# A new incident and an old one that is over for too long to be opened again.
FOLLOWS, FOLLOWED = "follows", "followed"


def declared(incident: Incident) -> ClaimView | None:
    """Return what the team has declared of an incident that is its own."""
    return next(iter(declarations(voices(incident.claims))), None)


def is_ours(incident: Incident) -> bool:
    """Whether it is the team that says how it stands."""
    return declared(incident) is not None
