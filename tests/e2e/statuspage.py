"""A Statuspage whose owner is the test: it opens incidents, writes updates, edits them, and takes them down."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

Json = dict[str, object]

SUMMARY = "/api/v2/summary.json"
_LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
_ORDER = ("none", "minor", "major", "critical")


def iso(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


@dataclass(slots=True)
class Update:
    """One thing that the vendor wrote; `before` are the versions that an edit has replaced."""

    id: str
    status: str
    body: str
    at: datetime
    before: list[str] = field(default_factory=list[str])

    def json(self) -> Json:
        return {
            "id": self.id,
            "status": self.status,
            "body": self.body,
            "display_at": iso(self.at),
            "created_at": iso(self.at),
            "updated_at": iso(self.at),
        }


@dataclass(slots=True)
class Incident:
    """One incident of a page.  Whatever is done to it shows on the page from then on.

    `began` is when it was posted, `started` from when its vendor dates it, if that is another time.
    """

    page: StatusPage
    id: str
    title: str
    impact: str
    status: str
    began: datetime
    components: list[str]
    updates: list[Update] = field(default_factory=list[Update])
    impacts: list[str] = field(default_factory=list[str])
    ended: datetime | None = None
    started: datetime | None = None

    def says(self, status: str, body: str) -> Update:
        """Write an update."""
        self.status = status
        update = Update(f"{self.id}u{len(self.updates)}", status, body, self.page.moment())
        self.updates.append(update)
        return update

    def edits(self, update: Update, body: str) -> None:
        """Write an earlier update anew."""
        update.before.append(update.body)
        update.body = body

    def affects(self, **more: str) -> None:
        """Name more components, each with a status."""
        self.page.components |= more
        self.components += [name for name in more if name not in self.components]

    def becomes(self, impact: str) -> None:
        """Change how bad it is."""
        self.impacts.append(self.impact)
        self.impact = impact

    def spreads_to(self, component: str, status: str) -> None:
        """Let it affect one component more."""
        self.components.append(component)
        self.page.components[component] = status

    def vanishes(self, body: str | None) -> None:
        """Take it off the summary: with last words that its own document shows, or for good."""
        if body is None:
            self.page.struck.add(self.id)
        else:
            self.says("resolved", body)
        self.ended = self.page.moment()
        self.page.components |= dict.fromkeys(self.components, "operational")

    def json(self) -> Json:
        known = self.page.components
        return {
            "id": self.id,
            "name": self.title,
            "status": self.status,
            "impact": self.impact,
            "created_at": iso(self.began),
            "started_at": iso(self.started or self.began),
            "updated_at": iso(self.updates[-1].at if self.updates else self.began),
            "resolved_at": iso(self.ended) if self.ended else None,
            "incident_updates": [update.json() for update in reversed(self.updates)],
            "components": [self.page.component(name) for name in self.components if name in known],
        }


@dataclass(slots=True)
class StatusPage:
    """A page with its components' statuses and its incidents; `now` tells what time it is there."""

    slug: str
    now: Callable[[], datetime]
    components: dict[str, str] = field(
        default_factory=lambda: dict.fromkeys(("API", "Website", "Login", "Uploads"), "operational")
    )
    incidents: list[Incident] = field(default_factory=list[Incident])
    struck: set[str] = field(default_factory=set[str])
    _last: datetime = _LONG_AGO

    def opens(self, title: str, impact: str, body: str, **affected: str) -> Incident:
        """Open an incident that affects components, each with a status."""
        self.components |= affected
        key = f"{self.slug.replace('-', '')}{len(self.incidents):02}"
        incident = Incident(self, key, title, impact, "investigating", self.moment(), list(affected))
        incident.says("investigating", body)
        self.incidents.append(incident)
        return incident

    def moment(self) -> datetime:
        """Return the present time, always a little later than before: updates are sorted by it."""
        self._last = max(self.now(), self._last + timedelta(milliseconds=1))
        return self._last

    def component(self, name: str) -> Json:
        key = f"c{list(self.components).index(name):011}"
        return {"id": key, "name": name, "status": self.components[name], "group_id": None, "group": False}

    @property
    def open(self) -> list[Incident]:
        return [incident for incident in self.incidents if incident.ended is None]

    def about(self) -> Json:
        return {"id": f"{self.slug}page", "name": self.slug, "url": f"https://{self.slug}.example"}

    def summary(self) -> Json:
        worst = max((incident.impact for incident in self.open), key=_ORDER.index, default="none")
        return {
            "page": self.about(),
            "status": {"indicator": worst, "description": worst},
            "components": [self.component(name) for name in self.components],
            "incidents": [incident.json() for incident in reversed(self.open)],
            "scheduled_maintenances": [],
        }

    def documents(self) -> Iterator[tuple[str, Json]]:
        """Return everything that the page's server answers, by path; what was struck is answered by nothing."""
        yield SUMMARY, self.summary()
        kept = [incident for incident in self.incidents if incident.id not in self.struck]
        for incident in kept:
            yield f"/api/v2/incidents/{incident.id}.json", {"page": self.about(), "incident": incident.json()}
        yield "/api/v2/incidents.json", {"page": self.about(), "incidents": [one.json() for one in kept]}
        yield "/api/v2/scheduled-maintenances.json", {"page": self.about(), "scheduled_maintenances": []}
