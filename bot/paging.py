"""Pagers and webhooks, put together: nobody is heard there, so there is nothing to run and nothing to serve."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import aclosing
from datetime import datetime
from typing import TYPE_CHECKING

from bot.ports import Chat, Installations, Platform
from bot.settings import Secret, Settings
from bot.store.database import Database
from bot.store.installations import Kept

if TYPE_CHECKING:
    from adapters.opsgenie import Opsgenie
    from adapters.pagerduty import PagerDuty
    from adapters.webhook import Webhook

Now = Callable[[], datetime]
Tried = list[tuple[bool, str]]


def chats(settings: Settings, database: Database, now: Now) -> Iterator[Chat]:
    """Yield the pagers that there are keys for."""
    found = settings.pagers
    if found.pagerduty:
        pager = _pagerduty(settings, Kept(database, "pagerduty"), now)
        yield _chat(pager, pager.line.condition, pager.aclose)
    if found.opsgenie:
        genie = _opsgenie(settings, Kept(database, "opsgenie"), now)
        yield _chat(genie, genie.line.condition, genie.aclose)
    if found.webhooks:
        webhook = _webhook(settings, now)
        yield _chat(webhook, webhook.line.condition, webhook.aclose)


def _chat(platform: Platform, condition: Callable[[], str], close: Callable[[], Awaitable[None]]) -> Chat:
    async def check() -> None:
        """Nothing is short: what a key allows shows only when it is used."""

    return Chat(platform, {}, (), check, condition, close)


async def live(settings: Settings, now: Now) -> list[tuple[str, Tried]]:
    """Try what can be tried without ringing anybody; what each is called, and how it went."""
    found, tried = settings.pagers, list[tuple[str, Tried]]()
    if found.pagerduty:
        from adapters.pagerduty import check as check_pagerduty  # noqa: PLC0415  (for those who use it)

        async with aclosing(_pagerduty(settings, _Nothing(), now)) as pager:
            tried.append(("PagerDuty", await check_pagerduty(pager)))
    if found.opsgenie:
        from adapters.opsgenie import check as check_opsgenie  # noqa: PLC0415  (as above)

        async with aclosing(_opsgenie(settings, _Nothing(), now)) as genie:
            tried.append(("Opsgenie", await check_opsgenie(genie, tuple(found.opsgenie))))
    if found.webhooks:
        from adapters.webhook import check as check_webhook  # noqa: PLC0415  (as above)

        async with aclosing(_webhook(settings, now)) as webhook:
            tried.append(("webhook", await check_webhook(webhook, tuple(found.webhooks))))
    return tried


def _pagerduty(settings: Settings, kept: Installations, now: Now) -> PagerDuty:
    from adapters.pagerduty import PagerDuty  # noqa: PLC0415  (as above)

    return PagerDuty(_revealed(settings.pagers.pagerduty), kept, now=now, api_url=settings.pagers.pagerduty_url)


def _opsgenie(settings: Settings, kept: Installations, now: Now) -> Opsgenie:
    from adapters.opsgenie import Opsgenie  # noqa: PLC0415  (as above)

    return Opsgenie(_revealed(settings.pagers.opsgenie), kept, now=now, api_url=settings.pagers.opsgenie_url)


def _webhook(settings: Settings, now: Now) -> Webhook:
    from adapters.webhook import Target, Webhook  # noqa: PLC0415  (as above)

    targets = {at: Target(one.url.reveal(), one.secret.reveal()) for at, one in settings.pagers.webhooks.items()}
    return Webhook(targets, now=now)


def _revealed(keys: Mapping[str, Secret]) -> dict[str, str]:
    return {address: secret.reveal() for address, secret in keys.items()}


class _Nothing(Installations):
    """What is kept where nothing is sent."""

    async def find(self, workspace: str) -> str | None:
        """Return nothing."""

    async def save(self, workspace: str, body: str) -> None:
        """Keep nothing."""

    async def drop(self, workspace: str) -> None:
        """Forget nothing."""

    async def spend(self, mark: str, now: datetime, until: datetime) -> bool:
        """Say that nothing was good."""
        del mark, now, until
        return False
