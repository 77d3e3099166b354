"""Pagers and webhooks: their addresses stand in `sitrep.toml`, their keys in variables named after those."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType

from bot.core.paging import variable_of
from bot.model import Destination
from bot.settings import scalars
from bot.settings.environment import Environment, token
from bot.settings.values import Hooked, Pagers, Secret

_VARIABLES = {
    "pagerduty": ("PAGERDUTY_ROUTING_KEY",),
    "opsgenie": ("OPSGENIE_API_KEY",),
    "webhook": ("WEBHOOK_URL", "WEBHOOK_SECRET"),
}


# A route may name an address of its own to each of these: `PAGERDUTY_ROUTING_KEY_PLATFORM`.
OF_AN_ADDRESS = tuple(f"{name}_" for names in _VARIABLES.values() for name in names)


def pagers(env: Environment, told: Iterable[tuple[str, str]]) -> Pagers:
    """Return how whatever is told by a pager or a webhook is reached."""
    wanted = tuple(dict.fromkeys(Destination.parse(to) for _, to in told))

    def keys(platform: str, name: str, read: Callable[[str], str] = token) -> dict[str, Secret]:
        addresses = [to.address for to in wanted if to.platform == platform]
        found = {address: env.secret(variable_of(name, address), read) for address in addresses}
        return {address: secret for address, secret in found.items() if secret is not None}

    kinds = {name: keys(platform, name) for platform in ("pagerduty", "opsgenie") for name in _VARIABLES[platform]}
    urls, secrets = keys("webhook", "WEBHOOK_URL", _address), keys("webhook", "WEBHOOK_SECRET")
    there: Mapping[str, Mapping[str, Secret]] = {**kinds, "WEBHOOK_URL": urls, "WEBHOOK_SECRET": secrets}
    return Pagers(
        pagerduty=MappingProxyType(kinds["PAGERDUTY_ROUTING_KEY"]),
        pagerduty_url=env.value("PAGERDUTY_API_URL", scalars.web_address, None),
        opsgenie=MappingProxyType(kinds["OPSGENIE_API_KEY"]),
        opsgenie_url=env.value("OPSGENIE_API_URL", scalars.web_address, None),
        webhooks=MappingProxyType({at: Hooked(urls[at], secrets[at]) for at in urls if at in secrets}),
        missing=MappingProxyType({str(to): lacking for to in wanted if (lacking := _lacking(to, there))}),
    )


def _lacking(to: Destination, there: Mapping[str, Mapping[str, Secret]]) -> tuple[str, ...]:
    names = _VARIABLES.get(to.platform, ())
    return tuple(variable_of(name, to.address) for name in names if to.address not in there[name])


def missing(found: Pagers, told: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """Return a line for everything that is told where nobody can be reached, after the variable that is missing."""
    return tuple(
        (
            found.missing[to][0],
            (
                f"{where}: {to} needs {' and '.join(found.missing[to])}, which {_are(found.missing[to])} not set; set "
                f"{'it' if len(found.missing[to]) == 1 else 'them'}, or write console instead"
            ),
        )
        for where, to in told
        if to in found.missing
    )


def _are(names: Sequence[str]) -> str:
    return "is" if len(names) == 1 else "are"


def _address(text: str) -> str:
    """Read an address that may be a secret itself: it is never repeated in a message."""
    try:
        return scalars.web_address(token(text))
    except ValueError:
        raise ValueError(
            "is no http address without a name and password; write for example https://example.com/hook"
        ) from None
