"""What somebody reads who may not, and what an admin reads of who did what."""

from __future__ import annotations

from bot.core.access import Access
from bot.core.audit import CameOf, Deed, shown
from bot.core.denials import not_permitted
from bot.core.message import Message
from bot.core.wanted import Wanted
from bot.model import Action
from tests.unit.build import at

_OPS = Access(admins=("slack:U9",), responders=("slack:S1", "slack:U1", "slack:U2"))
_NAMES = {"slack:U1": "First engineer", "slack:U2": "Second engineer"}


def _deed(minute: float, name: str, command: str, **more: object) -> Deed:
    action = command.partition(" ")[0]
    where = {"platform": "slack", "channel": "C0123456789", "incident": "acme-1"}
    return Deed(at=at(minute), person="slack:U1", name=name, action=action, command=command, **(where | more))  # type: ignore[arg-type]  # whatever it is about


_REFUSED = {"came_of": CameOf.DENIED, "answer": "Only responders may mute here", "platform": "discord"}
_NOTHING = {"came_of": CameOf.FAILED, "answer": "No open incident is called “nothing-01”", "incident": ""}
_DEEDS = (
    _deed(50, "First engineer", "watch add https://***@status.example.com", incident=""),
    _deed(44, "support", "mute acme-1 4h", **_REFUSED),
    _deed(31, "lead", "note acme-1 <!here> <script>alert(1)</script> We *switched* over"),
    _deed(9, "lead", "ack nothing-01", **_NOTHING),
    _deed(8, "root", "ack acme-1", platform="console", channel=""),
)
RIGHTS: dict[str, tuple[Message, ...]] = {
    "may-not": (not_permitted(Action.ACK, _OPS, _NAMES).message,),
    "who-did-what": (shown(_DEEDS, Wanted(), more=True).message,),
}
