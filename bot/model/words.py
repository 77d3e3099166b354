"""The words: states, impacts, kinds."""

from __future__ import annotations

from enum import StrEnum


class State(StrEnum):
    """Where an incident or a maintenance stands; a word that no format knows becomes UNKNOWN."""

    SUSPECTED = "suspected"
    INVESTIGATING = "investigating"
    IDENTIFIED = "identified"
    MONITORING = "monitoring"
    RESOLVED = "resolved"
    POSTMORTEM = "postmortem"
    SCHEDULED = "scheduled"
    IN_PROGRESS = "in_progress"
    VERIFYING = "verifying"
    COMPLETED = "completed"
    UNKNOWN = "unknown"

    @property
    def is_over(self) -> bool:
        """Whether nothing more is expected; UNKNOWN is never over, because unknown is never green."""
        return self in {State.RESOLVED, State.POSTMORTEM, State.COMPLETED}


class Impact(StrEnum):
    """How bad it is.  UNKNOWN is what a feed that tells no severity leaves us with."""

    NONE = "none"
    MINOR = "minor"
    MAJOR = "major"
    CRITICAL = "critical"
    MAINTENANCE = "maintenance"
    UNKNOWN = "unknown"

    @property
    def rank(self) -> int:
        """The order of severity; UNKNOWN counts like MINOR: never green, never an alarm of its own."""
        return _RANKS[self]


_RANKS = {
    Impact.NONE: 0,
    Impact.MAINTENANCE: 1,
    Impact.UNKNOWN: 2,
    Impact.MINOR: 2,
    Impact.MAJOR: 3,
    Impact.CRITICAL: 4,
}


class ComponentStatus(StrEnum):
    """How one component of a vendor is, in Statuspage's words, which most formats share."""

    OPERATIONAL = "operational"
    DEGRADED_PERFORMANCE = "degraded_performance"
    PARTIAL_OUTAGE = "partial_outage"
    MAJOR_OUTAGE = "major_outage"
    UNDER_MAINTENANCE = "under_maintenance"
    UNKNOWN = "unknown"

    @property
    def impact(self) -> Impact:
        """What this status means for severity.

        A partial outage of one component is what Statuspage's own indicator calls minor, a major one
        major (counted on GitHub's page, 2020 to 2026).
        """
        return _STATUS_IMPACT[self]


_STATUS_IMPACT = {
    ComponentStatus.OPERATIONAL: Impact.NONE,
    ComponentStatus.DEGRADED_PERFORMANCE: Impact.MINOR,
    ComponentStatus.PARTIAL_OUTAGE: Impact.MINOR,
    ComponentStatus.MAJOR_OUTAGE: Impact.MAJOR,
    ComponentStatus.UNDER_MAINTENANCE: Impact.MAINTENANCE,
    ComponentStatus.UNKNOWN: Impact.UNKNOWN,
}


class Kind(StrEnum):
    """What sort of thing a claim or an incident is."""

    INCIDENT = "incident"
    MAINTENANCE = "maintenance"
    NOTICE = "notice"
    COMPONENT = "component"
    SUSPECTED = "suspected"


class SourceKind(StrEnum):
    """Who is speaking: a vendor's feed, one of our own probes, a program of ours that calls in, or people here.

    PEOPLE are witnesses, each for themselves; the TEAM is who declares an incident, and says how it stands.
    """

    FEED = "feed"
    PROBE = "probe"
    HOOK = "hook"
    PEOPLE = "people"
    TEAM = "team"


class Fault(StrEnum):
    """What sort of failure a check met.  The classes are kept apart because they mean different things.

    TIMEOUT, CONNECTION (refused, reset, no address, no TLS), SERVER (5xx), WRONG (an answer, but not the expected one),
    EMPTY and SLOW speak of what was checked.  The others stand in our own way and accuse nobody: a KEY that is refused,
    a QUOTA that is used up, LIMITED (429: we ask too often), the BUDGET that we set ourselves, a host that we do not
    let ourselves go to (REFUSED), our own NETWORK, and a SETUP that can not work: a model that nobody has, a ping that
    this machine does not allow.
    """

    TIMEOUT = "timeout"
    CONNECTION = "connection"
    SERVER = "server"
    WRONG = "wrong"
    EMPTY = "empty"
    SLOW = "slow"
    KEY = "key"
    QUOTA = "quota"
    LIMITED = "limited"
    BUDGET = "budget"
    REFUSED = "refused"
    NETWORK = "network"
    SETUP = "setup"

    @property
    def is_ours(self) -> bool:
        """Whether it tells nothing about what was checked, because something of our own is in the way."""
        return self in _OURS


_OURS = frozenset({Fault.KEY, Fault.QUOTA, Fault.LIMITED, Fault.BUDGET, Fault.REFUSED, Fault.NETWORK, Fault.SETUP})


class Confidence(StrEnum):
    """How sure we are of a trouble: a lone witness is LOW; CONFIRMED is when the vendor says it too."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CONFIRMED = "confirmed"


class PageSays(StrEnum):
    """What a vendor's own status page says about a trouble that we see ourselves."""

    NOTHING = "nothing"
    TROUBLE = "trouble"
    UNREADABLE = "unreadable"
    UNWATCHED = "unwatched"


class ChangeKind(StrEnum):
    """Why something is said."""

    OPENED = "opened"
    UPDATED = "updated"
    EDITED = "edited"
    IMPACT_CHANGED = "impact_changed"
    COMPONENTS_CHANGED = "components_changed"
    RENAMED = "renamed"
    RESOLVED = "resolved"
    REOPENED = "reopened"
    WITHDRAWN = "withdrawn"
    POSTMORTEM = "postmortem"
    REMINDED = "reminded"
    COMPONENT_CHANGED = "component_changed"
    # Not found by the diff but by correlation: the vendor's own incident joins one that was ours first,
    # or one of ours turns out to be part of a vendor's.
    ACKNOWLEDGED = "acknowledged"
    MERGED = "merged"
    # A vendor writes of it when it is over; one of our own witnesses comes to see what is known already.
    BACKFILLED = "backfilled"
    SEEN = "seen"
    # What our witnesses amount to has changed; nobody has heard of an incident for long; a statement was taken back.
    WEIGHED = "weighed"
    SILENT = "silent"
    RETRACTED = "retracted"
    # What people here say and do.  ACKED is one of us; ACKNOWLEDGED above is the vendor.
    ACKED = "acked"
    UNACKED = "unacked"
    NOTED = "noted"
    MUTED = "muted"
    UNMUTED = "unmuted"
    AFFECTED = "affected"
    WORKS = "works"
    LINKED = "linked"
    # Somebody here has opened an incident of our own; how it goes on is told by the kinds above.
    DECLARED = "declared"
    # It goes from one of us to another: taken, given, or given with words on how it stands.
    TAKEN = "taken"
    ASSIGNED = "assigned"
    HANDED_OVER = "handed_over"
    # What time brings about while an incident is open: nobody has it, or nobody says how it stands.  A person may
    # escalate by hand.
    ESCALATED = "escalated"
    LAPSED = "lapsed"
    NUDGED = "nudged"
    # A person says that two incidents are one, or that what was taken for one is two: claims come and go.
    JOINED = "joined"
    LEFT = "left"
    # What to do instead, told once; and that people here have switched over, or back.
    CARD = "card"
    FALLBACK_ON = "fallback_on"
    FALLBACK_OFF = "fallback_off"
    # Its report is posted: all that was written before this line, as it is known then.
    REPORTED = "reported"
    # It is one of many of one cause, which are told together; a person has taken it out of them.
    GROUPED = "grouped"
    UNGROUPED = "ungrouped"
    # What quiet hours kept back is told from now on, and calls whom it would have called.
    RELEASED = "released"


class Who(StrEnum):
    """Whose doing a timeline entry is."""

    VENDOR = "vendor"
    PROBE = "probe"
    PERSON = "person"
    BOT = "bot"


class AnnouncementState(StrEnum):
    """`parked` waits for a person (the channel is gone, forbidden); `dead` was given up after its last attempt."""

    LIVE = "live"
    PARKED = "parked"
    DEAD = "dead"


class Hold(StrEnum):
    """Why a channel hears of an incident later: its quiet hours, its hourly cap, or that it wants digests only.

    WEEKLY holds nothing back: it is the summary of a week, beside all else.
    """

    QUIET = "quiet"
    HOURLY = "hourly"
    DIGEST = "digest"
    WEEKLY = "weekly"


class StepKind(StrEnum):
    """What can be done to an announcement.  `broadcast` is for platforms where the channel does not see its threads."""

    POST = "post"
    BROADCAST = "broadcast"
    REPLY = "reply"
    CATCH_UP = "catch_up"
    EDIT = "edit"
