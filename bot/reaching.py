"""Who and what can be reached, as it is configured: places, people directly, and the plans for both."""

from __future__ import annotations

from collections.abc import Iterable

from bot.commands.boarding import Boarding
from bot.core import direct
from bot.core.escalation import Plans
from bot.core.rota import Rotas
from bot.core.rules import EscalationStep
from bot.core.summoning import ROTA
from bot.model import Destination
from bot.ports import Chat
from bot.settings import Settings


def plans_of(settings: Settings) -> Plans:
    """Return what is done about incidents that nobody acknowledges, and how people are reached."""
    rotas = Rotas(settings.oncalls)
    places = frozenset(everywhere(settings))
    return Plans(
        settings.escalations,
        settings.services,
        rotas,
        connected=connected(settings),
        places=places,
        routes=settings.routes,
    )


def boarding_of(settings: Settings) -> Boarding:
    """Return how people come to the board."""
    secret = settings.board_secret.reveal() if settings.board_secret is not None else ""
    return Boarding(settings.board_url, secret, frozenset(settings.access.everybody))


def connected(settings: Settings) -> frozenset[str]:
    """Return the platforms on which people can be written to directly."""
    slack = {"slack"} if settings.slack.bot_token is not None else set[str]()
    discord = {"discord"} if settings.discord.token is not None else set[str]()
    return frozenset(slack | discord)


def routed(settings: Settings) -> tuple[Destination, ...]:
    """Return where something is told."""
    return tuple(dict.fromkeys(to for route in settings.routes for to in route.to))


def everywhere(settings: Settings) -> tuple[Destination, ...]:
    """Return where something is told, and where that may be escalated to."""
    notified = (step.notify for step in _steps(settings))
    escalated = (Destination.parse(to) for to in notified if not to.startswith(ROTA))
    return tuple(dict.fromkeys((*routed(settings), *escalated)))


def addressed(settings: Settings) -> tuple[Destination, ...]:
    """Return all that may be written to."""
    return tuple(dict.fromkeys((*everywhere(settings), *directly(settings))))


def directly(settings: Settings) -> tuple[Destination, ...]:
    """Return who may get a direct message: who is named as a place, and on call where no channel can call them."""
    named = [to for to in everywhere(settings) if direct.is_direct(to)]
    here, told = connected(settings), routed(settings)
    rotas = Rotas(settings.oncalls)
    for step in _steps(settings):
        rota = rotas.named(step.notify.removeprefix(ROTA))
        for person in rota.people if rota is not None and step.notify.startswith(ROTA) else ():
            named += direct.everywhere(person.keys, here) if step.direct else direct.beside(person.keys, told, here)
    return tuple(dict.fromkeys(named))


def _steps(settings: Settings) -> Iterable[EscalationStep]:
    return (step for plan in settings.escalations for step in plan.steps)


def conditions(chats: Iterable[Chat]) -> tuple[str, ...]:
    """Return what is wrong with the platforms now, a line each."""
    return tuple(line for chat in chats for line in chat.condition().splitlines())


def cut_off(chats: Iterable[Chat]) -> tuple[str, ...]:
    """Return why platforms do not hear us, or we them."""
    return tuple(filter(None, (chat.cut_off() for chat in chats)))
