"""What changed, and the record that is kept of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from bot.model.bursts import Member
from bot.model.deeds import Ack, Card, Fallback, Mute, Witness
from bot.model.sources import Claim, Component, Update
from bot.model.words import ChangeKind, Confidence, Impact, Kind, PageSays, SourceKind, State, Who


@dataclass(frozen=True, slots=True)
class Transition:
    """One thing that was `before` and is `after`; `subject` names it (`impact`, `title`, a component)."""

    subject: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What the diff found: its reason, the claim as it is now, and the vendor's words that came with it."""

    kind: ChangeKind
    claim: Claim
    update: Update | None = None
    transitions: tuple[Transition, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimView:
    """What an incident keeps of one of its claims; `key` is `<source>|<external id>`.

    `teller` says who makes it, and `author` what they are called; `evidence` is what a witness of ours sees.  `seen_at`
    is when we knew of it, where it came from another incident.  `services` are our own that the team says suffer.
    """

    key: str
    kind: Kind
    title: str
    state: State
    impact: Impact
    components: tuple[Component, ...] = ()
    url: str | None = None
    started_at: datetime | None = None
    resolved_at: datetime | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    published_at: datetime | None = None
    teller: SourceKind = SourceKind.FEED
    author: str = ""
    evidence: str = ""
    seen_at: datetime | None = None
    services: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What our own witnesses amount to, as pure counts, so that it can be worded everywhere alike.

    `failing` of `asked` probes fail; `reports` are what programs of ours count, in their words; `affected` and `works`
    are people here.  `page` is what the vendor's own status page said of it at `page_at`: when that was is no part of
    what it says, and neither is `why` probes fail: the words of it may change with every check.  `surest` is how
    sure we ever were while it was open: that is said once.
    """

    confidence: Confidence
    failing: int = 0
    asked: int = 0
    reports: tuple[str, ...] = ()
    affected: int = 0
    works: int = 0
    page: PageSays = PageSays.UNWATCHED
    page_at: datetime | None = field(default=None, compare=False)
    why: str = field(default="", compare=False)
    surest: Confidence | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Calling:
    """Whom a message calls: written as the configuration does, `@here`, `slack:U0123`, `discord:role:5`.

    It does so in the destination `to`, and in no other; `level` is from which impact on a route asks for it.
    `by_root`: the entry lets a root be posted that was kept back, and it is the root that calls.
    """

    who: tuple[str, ...]
    to: str
    level: Impact | None = None
    by_root: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineEntry:
    """One line of an incident's history, never changed once written.

    `text` holds somebody's own words, verbatim; what Sitrep says about them is made from the other
    fields by the wording.  `state` and `impact` are the incident's after this entry, `said` is the state
    that the words themselves name.  A `quiet` entry is kept but never sent; a `hushed` one is told in the
    thread and not in the channel, because the incident was muted when it was written.

    `person` is the key of whoever did it, `until` when what they did ends by itself, `url` what they linked; `views`
    are the claims that came or went when somebody said that two incidents are one, or two; `calls` are those whom the
    message that tells it calls: they were found when it was written, so that every repetition calls the same.

    In a burst `of` is the member whose line it repeats, and `members` are those that it speaks of, as they are after
    it.  There it is hushed too if it is only one of many.
    """

    incident: str
    seq: int
    happened_at: datetime
    recorded_at: datetime
    who: Who
    author: str
    kind: ChangeKind
    state: State
    impact: Impact
    text: str = ""
    said: State | None = None
    transitions: tuple[Transition, ...] = ()
    claim: ClaimView | None = None
    quiet: bool = False
    hushed: bool = False
    person: str = ""
    until: datetime | None = None
    url: str | None = None
    evidence: Evidence | None = None
    views: tuple[ClaimView, ...] = ()
    calls: tuple[Calling, ...] = ()
    of: str = ""
    members: tuple[Member, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """The words quoted in a root message."""

    text: str
    author: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """Our record of one trouble: the fold of its timeline.

    `services` are our own that depend on it, and `cards` what the configuration says of them and of the vendor; they
    are no part of the fold.  `carded_at` is when the thread was given the plans, `fallbacks` who has switched over.
    `reminded_at` is when it was last said that a maintenance is about to begin.

    There are two clocks: `detected_at` is when the first witness of ours saw it, `acknowledged_at` when the vendor
    first wrote of it, `dated_from` when it began by the vendor's own account.

    `reopened_at` is when it last opened anew; `called` has for each destination the levels at which somebody was called
    there.  `untold` is one that no channel has heard of, because its vendor was muted when it began; `excused` are the
    mutes of its vendor that do not count for it.

    A burst is many incidents of one `cause`, and has them as its `members`; it makes no claims.  One that is told in a
    burst has that one's id (`burst`); `elsewhere` are the lines of its timeline that are told there, from and to, and
    it is `apart` once a person has taken it out.  `runs_on` is the platform that its vendor stands on, if known.
    `whole_at` are the places that somebody had told of a burst, which see all of it.

    Once it is over, `unreported_since` is since when there is something that no report has told, and `reported` the
    line of the last one that was posted.
    """

    id: str
    vendor: str
    name: str
    kind: Kind
    title: str
    state: State
    impact: Impact
    peak: Impact
    started_at: datetime
    first_seen_at: datetime
    resolved_at: datetime | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    url: str | None = None
    components: tuple[Component, ...] = ()
    latest: Statement | None = None
    claims: tuple[ClaimView, ...] = ()
    was_open_at_first_look: bool = False
    ending: ChangeKind | None = None
    services: tuple[str, ...] = ()
    last_seq: int = 0
    reminded_at: datetime | None = None
    acked: Ack | None = None
    muted: Mute | None = None
    witnesses: tuple[Witness, ...] = ()
    evidence: Evidence | None = None
    detected_at: datetime | None = None
    acknowledged_at: datetime | None = None
    dated_from: datetime | None = None
    cards: tuple[Card, ...] = ()
    carded_at: datetime | None = None
    fallbacks: tuple[Fallback, ...] = ()
    reopened_at: datetime | None = None
    called: tuple[tuple[str, Impact], ...] = ()
    cause: str = ""
    members: tuple[Member, ...] = ()
    burst: str = ""
    elsewhere: tuple[tuple[int, int | None], ...] = ()
    apart: bool = False
    runs_on: str = ""
    untold: bool = False
    excused: tuple[int, ...] = ()
    whole_at: tuple[str, ...] = ()
    unreported_since: datetime | None = None
    reported: int = 0

    @property
    def is_open(self) -> bool:
        """Whether any of its claims still stands."""
        return not self.state.is_over

    @property
    def affected(self) -> int:
        """How many people here say that it fails for them."""
        return sum(witness.is_affected for witness in self.witnesses)

    @property
    def works(self) -> int:
        """How many people here say that it works for them."""
        return len(self.witnesses) - self.affected
