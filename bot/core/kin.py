"""Other Sitreps: how one is known, and what it is not believed.  Pure."""

from __future__ import annotations

from collections.abc import Collection

from bot.core.witnesses import testimonies
from bot.model import Incident

# The id of every page that a Sitrep publishes begins so.
MARK = "sitrep-"


def is_relayed(incident: Incident, others: Collection[str]) -> bool:
    """Whether it is only known from other Sitreps: `others` are the keys of the sources that are such.

    A Sitrep does not believe another what that one has from a third: so two that watch each other tell everything once.
    """
    if not incident.claims or testimonies(incident.claims):
        return False
    return all(view.key.partition("|")[0] in others for view in incident.claims)
