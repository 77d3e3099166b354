"""What a configuration says that leads nowhere, or further than anybody may have meant."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from bot.core.answers import listed
from bot.core.diagnosis.finding import Area, Finding, look, wrong
from bot.core.muting import Muting
from bot.core.rota import Override
from bot.core.rules import Escalation, Match, Oncall, Person, Route, Service

# Where clouds hand out credentials: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-retrieval.html
_METADATA = ip_address("169.254.169.254")
# A network of more addresses than this is nobody's list of hosts.
_WIDEST = 2**16
_ROTA = "oncall:"
_NAMES = {"slack": "Slack", "discord": "Discord"}
_ROOM = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Configured:
    """What is configured, and what was agreed in chats besides.

    `known` are the vendors, by slug, that a page, a probe or somebody who calls in tells of, each with its name.
    `reached` are the platforms that something is told on, or on which people can be written to directly.
    """

    known: Mapping[str, str] = field(default_factory=dict[str, str])
    routes: Sequence[Route] = ()
    services: Sequence[Service] = ()
    rotas: Sequence[Oncall] = ()
    escalations: Sequence[Escalation] = ()
    overrides: Sequence[Override] = ()
    mutes: Sequence[Muting] = ()
    allowed: Sequence[str] = ()
    reached: Collection[str] = ()


def findings(given: Configured) -> Iterator[Finding]:
    """Return all that is wrong with it, or worth a look."""
    yield from _rules(given)
    yield from _untold(given)
    yield from _services(given)
    yield from _people(given)
    yield from _mutes(given.mutes)
    yield from _egress(given.allowed)


def mistaken(mistake: str) -> Finding:
    """Return a mistake of the configuration; such a line says after its `;` what to write instead."""
    what, _, instead = mistake.partition("; ")
    return wrong(Area.CONFIGURATION, what, f"{instead[:1].upper()}{instead[1:]}" or "docs/configuration.md says how.")


def _rules(given: Configured) -> Iterator[Finding]:
    """Rules for vendors of which nobody tells never come to anything."""
    rules: list[tuple[str, Match]] = [(one.name, one.match) for one in given.routes]
    rules += [(one.name, one.match) for one in given.escalations]
    for name, match in rules:
        lost = [vendor for vendor in match.vendors if vendor not in given.known]
        if not lost:
            continue
        never = "nothing ever comes of it" if len(lost) == len(match.vendors) else "nothing comes of that part"
        yield look(
            Area.ROUTES,
            f"{name} is for {listed(lost, room=_ROOM)}, which nothing watches: {never}",
            "Watch it with a [[watch]], or take it out there.",
        )


def _untold(given: Configured) -> Iterator[Finding]:
    """Whatever is watched should be told somewhere."""
    if any(not one.match.vendors for one in given.routes):
        return
    told = {vendor for one in given.routes for vendor in one.match.vendors}
    lost = sorted(name for vendor, name in given.known.items() if vendor not in told)
    if lost:
        yield wrong(
            Area.ROUTES,
            f"no route is for {listed(lost, room=_ROOM)}: what befalls there is told nowhere",
            "Add a [[route]] without a `match` at the end, or name it in one; `sitrep routes test` explains.",
        )


def _services(given: Configured) -> Iterator[Finding]:
    for one in given.services:
        lost = sorted({vendor for vendor, _ in one.depends_on if vendor not in given.known})
        if lost and not one.of_vendor:
            all_of_it = len(lost) == len({vendor for vendor, _ in one.depends_on})
            so = "it is never shown as affected" if all_of_it else "trouble there is not seen to affect it"
            kind = wrong if all_of_it else look
            yield kind(
                Area.SOURCES,
                f"service {one.name} depends on {listed(lost, room=_ROOM)}, which nothing watches: {so}",
                "Watch it with a [[watch]] or a [[probe]], or take it out of `depends_on`.",
            )


def _people(given: Configured) -> Iterator[Finding]:
    called = {step.notify.removeprefix(_ROTA) for plan in given.escalations for step in plan.steps}
    for rota in given.rotas:
        if rota.name in called:
            yield from (_uncalled(rota, person) for person in rota.people if not _is_reached(person, given.reached))
        elif given.escalations:
            yield look(
                Area.PEOPLE,
                f"no [[escalation]] calls the rota {rota.name}: it is shown, and wakes nobody",
                f'Add a step with notify = "{_ROTA}{rota.name}", if it should.',
            )
    names = {rota.name for rota in given.rotas}
    for one in given.overrides:
        if one.rota not in names:
            yield look(
                Area.PEOPLE,
                f"{one.person.name} was given a duty of {one.rota}, and there is no such rota any more",
                "Give it in the rota that took its place: `/sitrep oncall`.",
            )


def _is_reached(person: Person, reached: Collection[str]) -> bool:
    return any(key.partition(":")[0] in reached for key in person.keys)


def _uncalled(rota: Oncall, person: Person) -> Finding:
    there = " and ".join(_NAMES[key.partition(":")[0]] for key in person.keys)
    why = f"is known on {there} only, where nothing is told" if there else "has no id on Slack or Discord"
    return wrong(
        Area.PEOPLE,
        f"{person.name} takes turns in {rota.name} and {why}: nobody is called while it is their turn",
        f"Write their id into the people of [[oncall]] {rota.name}; docs/oncall.md says where to find it.",
    )


def _mutes(mutes: Iterable[Muting]) -> Iterator[Finding]:
    for one in mutes:
        if one.for_good:
            why = f" ({one.why})" if one.why else ""
            yield look(
                Area.ROUTES,
                f"{one.what} is muted for good, since {one.at:%Y-%m-%d} by {one.by}{why}: nobody hears of it, ever",
                f"`/sitrep unmute {one.vendor}` takes it back; stop watching it if nobody wants to know.",
            )


def _egress(allowed: Iterable[str]) -> Iterator[Finding]:
    for word in allowed:
        network = _network(word)
        if network is None:
            continue
        if _METADATA in network:
            yield look(
                Area.NETWORK,
                f"{word} may be fetched from, and holds {_METADATA}, where clouds hand out credentials",
                "Allow the hosts that are watched, by name, in [egress] allow.",
            )
        elif network.num_addresses > _WIDEST:
            yield look(
                Area.NETWORK,
                f"{word} may be fetched from: {network.num_addresses:,} addresses, more than anybody watches",
                "Allow the hosts that are watched, by name, in [egress] allow.",
            )


def _network(word: str) -> IPv4Network | IPv6Network | None:
    try:
        return ip_network(word)
    except ValueError:
        return None
