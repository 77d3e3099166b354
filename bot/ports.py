"""What a chat platform must be able to do, and what it may ask of us; everything else about it is its own affair."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Coroutine, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from bot.core.forms import Form
from bot.core.message import Message, Reply
from bot.core.waits import Waits
from bot.model import Asked, Person, Ref, Spent

if TYPE_CHECKING:
    from starlette.routing import Route


@dataclass(frozen=True, slots=True, kw_only=True)
class WebRequest:
    """A request as a probe wants it sent.  Header values may be secret: they are neither shown nor sent elsewhere.

    Certificates are checked against `trust`, a file of certificates, instead of the usual ones if it is given;
    not at all if `verify` is false.
    """

    url: str = field(repr=False)
    method: str = "GET"
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    body: bytes | None = field(default=None, repr=False)
    redirects: bool = True
    within: timedelta = timedelta(seconds=10)
    trust: str = ""
    verify: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class WebAnswer:
    """Whatever a server answered, decoded, and how long that took to its last byte; header names are lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    url: str = field(repr=False)
    latency: timedelta


@dataclass(frozen=True, slots=True)
class WebChunk:
    """A piece of an answer, decoded, and how long after the request was begun it came."""

    data: bytes
    at: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class WebStream:
    """An answer that is read while it comes; reading on may raise FetchError."""

    status: int
    headers: Mapping[str, str]
    chunks: AsyncIterator[WebChunk]


class Web(Protocol):
    """The web, as far as a probe needs it."""

    @abstractmethod
    async def send(self, request: WebRequest) -> WebAnswer:
        """Return the answer, whatever its status; raise FetchError if there is none, EgressDenied if it is private."""
        ...

    @abstractmethod
    def stream(self, request: WebRequest) -> AbstractAsyncContextManager[WebStream]:
        """Open the answer, whatever its status, for reading while it comes.  It all has to come `within` the time.

        Redirects are not followed.  Raise FetchError as `send` does, and TimedOut from wherever time ran out.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """What one check is given.  `options` are the keys of the probe's type; `secrets` what they refer to by name.

    `spent` is the sum of what the checks of this probe have cost today (`ProbeResult.cost`), days being those of UTC.
    """

    target: str
    options: Any
    timeout: timedelta
    secrets: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    spent: Spent = field(default_factory=Spent)


class Platform(Protocol):
    """One chat platform.  Four verbs, which raise nothing but these.

    TemporaryFailure    nothing was posted, try again (after `retry_after`); Busy if only a rate limit has no room
    PermanentFailure    nothing was posted, a person must act; MessageGone if the root was deleted, PlatformStopped
                        if the whole platform will not have us
    UnknownOutcome      it may have been posted: `find` tells

    `name` is what destinations begin with; `longest` is how many characters one reply may hold.
    """

    name: str
    longest: int

    @abstractmethod
    async def post(self, address: str, message: Message, key: str, earlier: Ref | None = None) -> Ref:
        """Post a root message and return the handle on it.  `key` is the same for every try of this post.

        `earlier` is a root that was deleted and that this one replaces; its thread may still be there.
        """
        ...

    @abstractmethod
    async def reply(self, root: Ref, message: Message, key: str) -> Ref:
        """Add a message to the thread of `root`, in the channel too if it asks for that."""
        ...

    @abstractmethod
    async def edit(self, root: Ref, message: Message, earlier: Ref | None = None) -> None:
        """Make the root say `message`; doing it twice does no harm.  `earlier` is what `post` was told of it."""
        ...

    @abstractmethod
    async def find(self, address: str, root: Ref | None, key: str, since: datetime) -> Ref | None:
        """Return the message that was sent with `key` at or after `since`, or None if there is none.

        `root` is the thread to look in; without it the message is a root itself.
        """
        ...


@runtime_checkable
class Apart(Protocol):
    """A platform on which a message of a thread can not be shown in the channel too.

    There what the whole channel shall hear is a message of its own, sent first; `find` looks for it in the channel,
    and `reply` passes over the wish, and does not call again whom the channel has called.
    """

    @abstractmethod
    async def broadcast(self, root: Ref, message: Message, key: str) -> Ref:
        """Say it in the channel of `root`; raises what `reply` does."""
        ...


@runtime_checkable
class Carries(Protocol):
    """A platform on which files go with a message: `largest` is how many bytes each may have.

    Where one can not go for a reason of the place, the message says so, and what can be read in it as text.
    """

    largest: int


@runtime_checkable
class Retracts(Protocol):
    """A platform that takes a message of a key twice, and lets its sender take one of the two back."""

    @abstractmethod
    async def retract(
        self, address: str, root: Ref | None, key: str, since: datetime, *, keep: Ref | None = None
    ) -> int:
        """Take back all but one of the messages that `find` could find: all but `keep`, or but the first of them.

        Returns how many that were; none if what is to be kept is not there.  Raises what `find` does.
        """
        ...


@dataclass(frozen=True, slots=True)
class Answer:
    """What to show at once, and, where that is not all, how to get what shall take its place."""

    reply: Reply
    later: Callable[[], Awaitable[Reply]] | None = None


class Directory(Protocol):
    """What a platform knows of people and channels and says only when it is asked.  Nothing is ever raised."""

    @abstractmethod
    async def groups_of(self, person: Person, among: Collection[str]) -> Collection[str]:
        """Return those of some groups, as the configuration writes them, that somebody is in, as far as is known."""
        ...

    @abstractmethod
    async def id_of(self, address: str) -> str:
        """Return the id of a channel that is written by its name or id; nothing if it can not be told just now."""
        ...


@dataclass(frozen=True, slots=True)
class Visit:
    """A channel as it was found: its own id, however it was written, and why nothing should be told there."""

    place: str
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Chat:
    """A platform that is connected: its announcements, and what must run and be served so that people are heard.

    The loops never end by themselves; `check` says once, in the log, what can not be guaranteed as the platform is set
    up; `condition` says what is wrong with it now, a line each, nothing if all is well; `close` gives back what is
    held; `directory` tells of groups and channels, where that has to be asked for.  `visit` looks at a channel that
    somebody names, where people can name one; it raises SitrepError if there is none.  `cut_off` says why the platform
    does not hear us, or we it; nothing while we are connected.  `waits` is what it has asked to be left alone.
    It `is_one_place` if its addresses are reached together or not at all.
    """

    platform: Platform
    loops: Mapping[str, Callable[[], Awaitable[None]]]
    routes: tuple[Route, ...]
    check: Callable[[], Coroutine[Any, Any, None]]
    condition: Callable[[], str]
    close: Callable[[], Awaitable[None]]
    directory: Directory | None = None
    visit: Callable[[str], Awaitable[Visit]] | None = None
    cut_off: Callable[[], str] = lambda: ""
    waits: Waits = field(default_factory=Waits)
    is_one_place: bool = False


class Installations(Protocol):
    """What a platform has handed us for each workspace that it let us into; secrets among it."""

    @abstractmethod
    async def find(self, workspace: str) -> str | None:
        """Return what was saved of a workspace, None if nothing was."""

    @abstractmethod
    async def save(self, workspace: str, body: str) -> None:
        """Keep `body`, in place of what was kept."""

    @abstractmethod
    async def drop(self, workspace: str) -> None:
        """Forget a workspace."""

    @abstractmethod
    async def spend(self, mark: str, now: datetime, until: datetime) -> bool:
        """Whether something that is good once was good until now; it is not any more, and forgotten after `until`."""


class Desk(Protocol):
    """Where people's questions and clicks go, from whatever platform.  It never raises for what a person did wrong."""

    @abstractmethod
    async def ask(self, asked: Asked) -> Answer:
        """Do what is asked, from the database alone: an answer never waits for a feed."""
        ...

    @abstractmethod
    async def say(
        self, text: str, asked_by: Person, *, address: str = "", thread: Ref | None = None, request: str = ""
    ) -> Answer:
        """Do what somebody typed: `status chatgpt`, `ack`, `mute 4h`; in a thread its incident is meant.

        `request` is what `Asked.request` is.
        """
        ...

    @abstractmethod
    async def refusal(self, asked: Asked) -> Reply | None:
        """Return what to tell somebody who may not do this, None if they may: before a form for it is opened."""
        ...

    @abstractmethod
    async def form(self, asked: Asked) -> Form | Reply:
        """Return what is to be filled in by somebody who wants this, or the answer if it can not be done."""
        ...

    @abstractmethod
    async def complete(self, typed: str) -> tuple[tuple[str, str], ...]:
        """Return open incidents that the words may mean, the likeliest first: label and id."""
        ...

    @abstractmethod
    async def suggest(self, typed: str) -> tuple[tuple[str, str], ...]:
        """Return what a status may be asked of and what to ask for it, the likeliest first."""
        ...

    @abstractmethod
    async def services(self, typed: str) -> tuple[tuple[str, str], ...]:
        """Return services of our own that may be meant while somebody types, several with commas between them."""
        ...

    @abstractmethod
    async def home(self, person: Person) -> Reply:
        """Return what a person sees when they look at the bot itself: open incidents, everything watched."""
        ...
