"""Direct messages: a destination that is one person, and what of an incident is told there.

They are written `slack:U0123` and `discord:user:456`.  Nobody follows an incident there line by line: beside the root,
which is kept current, a person is told what a whole channel hears, and what is meant for them by name.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence

from bot.model import Calling, Destination

USER = "user:"
# Of another workspace it is named with that: T0123456789/U0123456789.
_SLACK = re.compile(r"(?:T[A-Z0-9]+/)?(?P<id>[UW][A-Z0-9]+)")
_NAMES = {"slack": "Slack", "discord": "Discord"}


def is_direct(to: Destination) -> bool:
    """Whether a destination is one person."""
    return key_of(to) != ""


def key_of(to: Destination) -> str:
    """Return whom a destination reaches, as a person's key: `slack:U0123`; nothing where it is no direct one."""
    if to.platform == "discord" and to.address.startswith(USER):
        return f"discord:{to.address.removeprefix(USER)}"
    found = _SLACK.fullmatch(to.address) if to.platform == "slack" else None
    return f"slack:{found['id']}" if found else ""


def of_keys(keys: Iterable[str]) -> tuple[Destination, ...]:
    """Return where somebody of these keys is told directly."""
    parted = (key.partition(":") for key in keys)
    return tuple(
        Destination(platform, id_ if platform == "slack" else f"{USER}{id_}")
        for platform, _, id_ in parted
        if platform in _NAMES
    )


def beside(keys: Sequence[str], told: Iterable[Destination], connected: Collection[str]) -> tuple[Destination, ...]:
    """Return where somebody is to be told directly because no channel that tells it can call them.

    A channel calls by the id that its own platform knows; `connected` are the platforms that can be written to.
    """
    callable_on = {to.platform for to in told if not is_direct(to) or key_of(to) in keys}
    if any(key.partition(":")[0] in callable_on for key in keys):
        return ()
    return everywhere(keys, connected)


def everywhere(keys: Iterable[str], connected: Collection[str]) -> tuple[Destination, ...]:
    """Return where somebody can be told directly."""
    return tuple(to for to in of_keys(keys) if to.platform in connected)


def calls(keys: Sequence[str], told: Iterable[Destination]) -> tuple[Calling, ...]:
    """Call somebody wherever it is told; of direct messages only in their own."""
    if not keys:
        return ()
    return tuple(Calling(who=tuple(keys), to=str(to)) for to in told if not is_direct(to) or key_of(to) in keys)


def platforms(places: Iterable[Destination]) -> str:
    """Write on which platforms somebody gets a direct message: `Slack and Discord`."""
    return " and ".join(dict.fromkeys(_NAMES.get(to.platform, to.platform) for to in places))
