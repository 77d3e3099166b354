"""A feed that is a window: it shows the newest few entries, and sometimes fewer or none."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from email.utils import format_datetime
from random import Random

from tests.soak.dial import BEGINS

# A new entry comes so often, in seconds; of two, the first opens an incident and the second ends it.
_EVERY = 2 * 3600.0
_WINDOW = 4
# Within each such span the feed forgets nearly everything for a while.
_SHRINKS_EVERY, _SHRUNK_FOR = 5 * 3600.0, 1200.0


@dataclass(slots=True)
class Feed:
    """One feed; where in its day it is comes by the dice."""

    name: str
    dice: Random
    _offset: float = -1.0

    def body(self, seconds: float) -> bytes:
        """Return what it shows at a moment."""
        if self._offset < 0:
            self._offset = self.dice.uniform(0, _EVERY)
        last = int((seconds + self._offset) // _EVERY)
        window = 1 if (seconds + self._offset) % _SHRINKS_EVERY < _SHRUNK_FOR else _WINDOW
        shown = [number for number in range(last, last - window, -1) if number >= 0]
        items = "".join(map(self._item, shown))
        channel = f"<channel><title>{self.name}</title>{items}</channel>"
        return f'<?xml version="1.0"?><rss version="2.0">{channel}</rss>'.encode()

    def _item(self, number: int) -> str:
        incident, is_end = divmod(number, 2)
        at = BEGINS + timedelta(seconds=max(number * _EVERY - self._offset, 0))
        said = "Resolved: it works as it should." if is_end else "Investigating: some calls fail."
        return (
            f"<item><title>Trouble {incident} at {self.name}</title><guid>{self.name}-{number}</guid>"
            f"<link>https://{self.name}.example/incidents/{self.name}n{incident}</link>"
            f"<pubDate>{format_datetime(at)}</pubDate>"
            f"<description>{self.name}/{number}: {said}</description></item>"
        )
