"""From the tables of a file, in which everything is right by now, to frozen values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from types import MappingProxyType

from bot.core.access import Access, Right, Who
from bot.core.evidence import Thresholds
from bot.core.reports import Terms
from bot.core.rules import Detail, Escalation, EscalationStep, Match, Oncall, Person, Route, Service
from bot.core.slugs import slug
from bot.core.windows import Window
from bot.model import Confidence, Destination, Impact, Kind
from bot.settings.access_table import AccessTable, ChannelTable, MayTable
from bot.settings.checks import MaintenanceTable, ProbeTable
from bot.settings.document import Placed
from bot.settings.names import Names
from bot.settings.routes import EscalationTable, MatchTable, MentionTable, OncallTable, RouteTable
from bot.settings.sources import resolve
from bot.settings.tables import EvidenceTable, FallbackTable, PeopleTable, ServiceTable, WatchTable
from bot.settings.values import Probe, Watch

DEFAULT_ROUTE = Route(name="default", to=(Destination("console"),))
DEFAULT_TIMEOUT = timedelta(seconds=10)
DEFAULT_RECHECK = timedelta(seconds=5)
# The types of which the time that an answer takes says something.
DEFAULT_SLOW = dict.fromkeys(("llm", "http", "tcp", "dns", "ping"), 3.0)


def watch(row: Placed[WatchTable], file: str) -> Watch:
    """Return what to watch; which page that is, is found out by `sources`."""
    return Watch(
        where=f"{file}: {row.where}",
        vendor=row.table.vendor,
        url=row.table.url,
        name=row.table.name,
        format=row.table.format,
        components=tuple(row.table.components),
        regions=tuple(row.table.regions),
        interval=row.table.interval,
        exact="interval" in row.table.model_fields_set,
        owner=row.table.owner,
        runbook=row.table.runbook,
        fallback_vendor=row.table.fallback.vendor if row.table.fallback else None,
        fallback_steps=tuple(row.table.fallback.steps) if row.table.fallback else (),
        remind=tuple(sorted(set(row.table.remind), reverse=True)),
        runs_on=row.table.runs_on or "",
    )


def probe(row: Placed[ProbeTable], names: Names) -> Probe:
    """Return a check of our own; its type has not seen its keys yet."""
    table = row.table
    vendor = names.catalog.find(table.vendor) if table.vendor else None
    component = table.component
    if vendor is not None and component is not None:
        # Of several that a word stands for, the first is what it is called.
        component = vendor.components.get(component.casefold(), (component,))[0].rstrip("*").strip()
    return Probe(
        name=table.name,
        type=table.type,
        vendor=table.vendor or slug(table.name),
        vendor_name=names.title(table.vendor) if table.vendor else "",
        component=component,
        target=table.target,
        interval=table.interval,
        timeout=table.timeout or min(DEFAULT_TIMEOUT, table.interval),
        fail_after=table.fail_after,
        pass_after=table.pass_after,
        recheck=table.recheck or min(DEFAULT_RECHECK, table.interval),
        impact=Impact(table.impact),
        slow=table.slow if "slow" in table.model_fields_set else DEFAULT_SLOW.get(table.type),
        options=MappingProxyType({key: _frozen(value) for key, value in (table.model_extra or {}).items()}),
    )


def window(row: Placed[MaintenanceTable]) -> Window:
    """Return a time in which probes may fail because we work on something ourselves."""
    table = row.table
    return Window(
        name=table.name,
        probes=tuple(dict.fromkeys(table.probes)),
        starts=table.starts,
        ends=table.ends,
        every=table.every,
    )


def service(row: Placed[ServiceTable], names: Names) -> Service:
    """Return something of the team's own."""
    needs: list[tuple[str, str | None]] = []
    for vendor, _, component in (need.partition(":") for need in row.table.depends_on):
        needs += [(vendor, name or None) for name in names.components([vendor], [component])]
    fallback = row.table.fallback or FallbackTable()
    return Service(
        name=row.table.name,
        depends_on=tuple(dict.fromkeys(needs)),
        owner=row.table.owner,
        runbook=row.table.runbook,
        fallback_vendor=fallback.vendor,
        fallback_name=names.title(fallback.vendor) if fallback.vendor else None,
        fallback_steps=tuple(fallback.steps),
    )


def plans(watches: Iterable[Watch], names: Names) -> Iterator[Service]:
    """Give what is said of vendors themselves: whose they are here, and what to do while they are down."""
    for watch in watches:
        if watch.owner or watch.runbook or watch.fallback_vendor or watch.fallback_steps:
            for source in resolve((watch,), names.catalog, None)[0]:
                yield Service(
                    name=source.name,
                    depends_on=((source.vendor, None),),
                    owner=watch.owner,
                    runbook=watch.runbook,
                    fallback_vendor=watch.fallback_vendor,
                    fallback_name=names.title(watch.fallback_vendor) if watch.fallback_vendor else None,
                    fallback_steps=watch.fallback_steps,
                    of_vendor=True,
                )


def route(row: Placed[RouteTable], names: Names) -> Route:
    """Return where matching incidents are told."""
    return Route(
        name=row.where,
        match=_match(row.table.match, names),
        to=tuple(dict.fromkeys(row.table.to)),
        mention=_mention(row.table.mention),
        quiet=row.table.quiet,
        hourly=row.table.hourly,
        digest=row.table.digest,
        weekly=row.table.weekly,
        detail=Detail(row.table.detail),
        go_on=row.table.go_on,
    )


def oncall(row: Placed[OncallTable]) -> Oncall:
    """Return a rota."""
    return Oncall(
        name=row.table.name,
        people=tuple(Person(name=p.name, slack=p.slack, discord=p.discord) for p in row.table.people),
        handover=row.table.handover,
        timezone=row.table.timezone,
        duty=row.table.duty or "",
        starts=row.table.starts,
    )


def escalation(row: Placed[EscalationTable], names: Names) -> Escalation:
    """Return what happens while nobody acknowledges."""
    return Escalation(
        name=row.where,
        match=_match(row.table.match, names),
        steps=tuple(EscalationStep(step.after, step.notify, direct=step.direct) for step in row.table.steps),
        remind_after=row.table.remind_after,
    )


def access(table: AccessTable, rotas: Sequence[Oncall]) -> Access:
    """Return who may do what: people, roles and groups, in place of a rota all its people."""
    everywhere = Access(admins=tuple(table.admins), responders=_who(table.responders), may=_may(table.may))
    channels = tuple((one.channel, _there(one, everywhere)) for one in table.channel)
    return replace(everywhere, channels=channels).with_rotas({rota.name: tuple(_keys(rota.people)) for rota in rotas})


def _there(table: ChannelTable, everywhere: Access) -> Access:
    """Return what holds in one channel: what it says, and for the rest what holds everywhere."""
    own = "responders" in table.model_fields_set
    responders = _who(table.responders) if own else everywhere.responders
    return replace(everywhere, responders=responders, may={**everywhere.may, **_may(table.may)})


def _may(table: MayTable) -> dict[Right, Who]:
    return {Right(key): _who(getattr(table, key)) for key in sorted(table.model_fields_set)}


def _who(some: Iterable[str] | None) -> Who:
    return None if some is None else tuple(dict.fromkeys(some))


def people(table: PeopleTable) -> Terms:
    """Return when the channel hears of what people report."""
    return Terms(announce_after=table.announce_after, fades=table.fades)


def evidence(table: EvidenceTable) -> Thresholds:
    """Return how much evidence makes a suspicion surer."""
    return Thresholds(medium=table.medium, high=table.high)


def _keys(people: Iterable[Person]) -> Iterator[str]:
    for person in people:
        if person.slack:
            yield f"slack:{person.slack}"
        if person.discord:
            yield f"discord:{person.discord}"


def _match(table: MatchTable, names: Names) -> Match:
    return Match(
        vendors=tuple(dict.fromkeys(table.vendor)),
        components=names.components(table.vendor, table.component),
        services=tuple(table.service),
        regions=tuple(table.region),
        min_impact=Impact(table.min_impact),
        kinds=tuple(map(Kind, table.kind)),
        confidence=Confidence(table.confidence),
    )


def _mention(table: MentionTable) -> tuple[tuple[Impact, str], ...]:
    pairs = ((Impact.CRITICAL, table.critical), (Impact.MAJOR, table.major), (Impact.MINOR, table.minor))
    return tuple((impact, who) for impact, who in pairs if who)


def _frozen(value: object) -> object:
    if isinstance(value, dict):
        return MappingProxyType({key: _frozen(item) for key, item in value.items()})
    return tuple(map(_frozen, value)) if isinstance(value, list) else value
