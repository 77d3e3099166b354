"""Every platform, in the order in which docs/detection.md shows them."""

from __future__ import annotations

from tests.platforms import central, foreign, hosted, own, selfhosted
from tests.platforms.world import Platform

PLATFORMS: tuple[Platform, ...] = (
    hosted.STATUSPAGE,
    hosted.INCIDENTIO,
    hosted.INSTATUS,
    hosted.CHECKLY,
    hosted.BETTERSTACK,
    central.STATUSIO,
    central.UPTIMEROBOT,
    hosted.HUND,
    central.FRESHSTATUS,
    hosted.ROOTLY,
    central.STATUSPAL,
    central.OPENSTATUS,
    central.ONLINEORNOT,
    selfhosted.CACHET_2,
    selfhosted.CACHET_3,
    selfhosted.KUMA,
    selfhosted.GATUS,
    central.UPPTIME,
    *own.OWN,
    own.STRIPE,
    *foreign.FOREIGN,
)
