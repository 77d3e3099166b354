"""Until when anybody looked: what has not been looked at since may be another by now."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from bot.core.health import absence
from bot.core.report.material import Material, Watched
from bot.model import ClaimView, SourceKind

_READ = frozenset({SourceKind.FEED, SourceKind.PROBE})


def looked_until(material: Material, now: datetime) -> datetime:
    """Return until when anybody looked at what is open; that is now while somebody does, and of what is over."""
    if not material.incident.is_open:
        return now
    still = [view for view in _views(material) if not view.state.is_over]
    looks = [_looked(_source(material, view), now) for view in still]
    return min(now, max([material.incident.first_seen_at, *looks])) if looks else now


def page_read_until(material: Material, now: datetime) -> datetime:
    """Return when the pages that told of it were read last; that is now while they are read at their pace."""
    keys = {view.key.partition("|")[0] for view in _views(material)}
    feeds = [one for one in material.sources if one.source.kind is SourceKind.FEED and one.source.key in keys]
    return max((_looked(one, now) for one in feeds), default=now)


def _views(material: Material) -> Iterable[ClaimView]:
    yield from material.incident.claims
    for member in material.members:
        yield from member.incident.claims


def _source(material: Material, view: ClaimView) -> Watched | None:
    key = view.key.partition("|")[0]
    return next((one for one in material.sources if one.source.key == key), None)


def _looked(watched: Watched | None, now: datetime) -> datetime:
    if watched is None or watched.last_look is None or watched.source.kind not in _READ:
        return now
    gaps = [gap.began_at for gap in watched.gaps if gap.ended_at >= now]
    is_off = not watched.is_active or absence(watched.last_look, now, watched.source.interval) is not None
    return min([*gaps, *([watched.last_look] if is_off else [])], default=now)
