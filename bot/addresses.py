"""What some platforms can do beside their four verbs: say under which address people find a message."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Protocol, TypeAlias, runtime_checkable

from bot.model import Announcement, Ref

# The address of each root message by its destination, as far as anybody tells.
Links: TypeAlias = Callable[[Sequence[Announcement]], Awaitable[Mapping[str, str]]]


@runtime_checkable
class Linking(Protocol):
    """A platform whose messages have addresses."""

    @abstractmethod
    async def link(self, root: Ref) -> str | None:
        """Return under which address people see a message, None if it has none; raises what `edit` does."""
        ...


async def unlinked(told: Sequence[Announcement]) -> Mapping[str, str]:
    """Return no address: where no platform is connected, nobody knows any."""
    del told
    return {}
