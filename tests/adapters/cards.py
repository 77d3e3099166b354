"""Messages about our own services: whom it affects, what to do instead, and that people have switched over."""

from __future__ import annotations

from dataclasses import replace

from bot.core import actions, cards, impact, replies, serving, wording
from bot.core.impact import Ground, Names, Page
from bot.core.message import Message
from bot.core.rules import Service
from bot.core.standing import Standing
from bot.model import Action, Impact, Incident, TimelineEntry
from tests.unit.build import asked, at, down, fine, incident

BOT = Service(
    name="Support bot",
    depends_on=(("acme", "API"),),
    owner="@support",
    runbook="https://wiki.example.com/support-bot",
    fallback_vendor="bolt",
    fallback_name="Bolt",
    fallback_steps=("Set PROVIDER=bolt", "Tell support that answers are slower"),
)
CHECKOUT = Service(name="Checkout", depends_on=(("acme", None),))


def outage() -> Incident:
    base = replace(incident(down("API")), title="Errors on the API", name="Acme", impact=Impact.MAJOR, last_seq=1)
    return cards.with_services(base, (BOT, CHECKOUT))


def _page(vendor: str, **changed: object) -> Ground:
    stands = Standing(vendor=vendor, name=vendor.capitalize(), impact=Impact.NONE, checked_at=at(9))
    return Ground((Page(replace(stands, **changed), (fine("API"),)),))  # type: ignore[arg-type]  # what a case is about


def _card(condition: str) -> Message:
    entry = cards.handed_out(outage(), {"bolt": condition}, at(2))
    assert isinstance(entry, TimelineEntry)
    return replies.reply(entry, outage())


def _switched() -> tuple[Message, ...]:
    on = actions.act(outage(), asked(Action.FALLBACK_ON), at(12))
    off = actions.act(on.incident, asked(Action.FALLBACK_OFF), at(40))
    (activated,), (back,) = on.entries, off.entries
    return (
        wording.root(on.incident),
        replies.reply(activated, on.incident),
        wording.root(off.incident),
        replies.reply(back, off.incident),
    )


def _service(**grounds: Ground) -> Message:
    return serving.one(impact.view(BOT, grounds, Names()), at(10)).message


_BROKEN = Ground(_page("acme").pages, (outage(),))
CARDS: dict[str, tuple[Message, ...]] = {
    "what-to-do-instead": (wording.root(outage()), _card("operational")),
    "what-to-do-instead-not-told": (wording.root(outage()), _card("can not be told: its page can not be read")),
    "fallback-activated-and-back": _switched(),
    "our-service-suffers": (_service(acme=_BROKEN, bolt=_page("bolt")),),
    "our-service-can-not-be-told": (_service(acme=_page("acme", stale_since=at(0))),),
}
