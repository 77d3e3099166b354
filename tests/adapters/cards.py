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


def _switched(*deeds: Action) -> tuple[Message, ...]:
    """The root after what people did, and what the thread says of the last of it."""
    done = actions.act(outage(), asked(deeds[0]), at(12))
    for minute, action in enumerate(deeds[1:], 40):
        done = actions.act(done.incident, asked(action), at(minute))
    return wording.root(done.incident), *(replies.reply(entry, done.incident) for entry in done.entries)


def _service(**grounds: Ground) -> Message:
    return serving.one(impact.view(BOT, grounds, Names()), at(10)).message


_BROKEN = Ground(_page("acme").pages, (outage(),))
CARDS: dict[str, tuple[Message, ...]] = {
    "what-to-do-instead": (wording.root(outage()), _card("operational")),
    "what-to-do-instead-not-told": (wording.root(outage()), _card("its page can not be read")),
    "fallback-activated": _switched(Action.FALLBACK_ON),
    "back-to-normal": _switched(Action.FALLBACK_ON, Action.FALLBACK_OFF),
    "our-service-suffers": (_service(acme=_BROKEN, bolt=_page("bolt")),),
    "our-service-can-not-be-told": (_service(acme=_page("acme", stale_since=at(0))),),
}
