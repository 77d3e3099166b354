"""What the keys of `sitrep.toml` hold: how each kind of value is read, and whether what it names exists.

The names that must exist are in the context of the validation: see `Names`.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Annotated, Any, cast

from pydantic import AfterValidator, BeforeValidator, PlainValidator, ValidationInfo

from bot.core import windows
from bot.core.rules import Handover, Quiet, Summary
from bot.model import Destination
from bot.settings import scalars
from bot.settings.mistakes import shown
from bot.settings.names import Names, instead_of

HOOK_TYPES = ("alertmanager", "grafana", "rates", "statuspage")
PROBE_TYPES = ("llm", "http", "tcp", "dns", "tls", "ping", "heartbeat")


def some(items: list[Any]) -> list[Any]:
    if not items:
        raise ValueError("is empty; name at least one")
    return items


def _within_interval(timeout: timedelta, info: ValidationInfo) -> timedelta:
    if timeout > info.data.get("interval", timeout):
        raise ValueError("is longer than interval; write a shorter one")
    return timeout


def _of_a_rota(is_direct: bool, info: ValidationInfo) -> bool:  # noqa: FBT001  (it is what is validated)
    notify = info.data.get("notify", "oncall:")
    if is_direct and not notify.startswith("oncall:"):
        raise ValueError(f'is for a rota, and {shown(notify)} is none; leave it out, or write notify = "oncall:name"')
    return is_direct


def _everyone_as_none(value: object) -> object:
    return None if value in ("everyone", ["everyone"]) else value


def _names(info: ValidationInfo) -> Names:
    return cast("Names", info.context)


def _in_catalog(word: str, info: ValidationInfo) -> str:
    catalog = _names(info).catalog
    if catalog.find(word) is None:
        raise ValueError(f"{shown(word)} is not in the catalog{instead_of(word, catalog)}")
    return word


def _vendor(word: str, info: ValidationInfo) -> str:
    return _names(info).vendor(word)


def _vendor_or_other(word: str, info: ValidationInfo) -> str:
    return _names(info).find_vendor(word) or word


def _need(word: str, info: ValidationInfo) -> str:
    vendor, colon, component = word.partition(":")
    return f"{_names(info).vendor(vendor.strip())}{colon}{component.strip()}".removesuffix(":")


def _service(word: str, info: ValidationInfo) -> str:
    return _names(info).service(word)


def _probe(word: str, info: ValidationInfo) -> str:
    return _names(info).probe(word)


def _rota(who: str, info: ValidationInfo) -> str:
    return _names(info).rota(who)


Text = Annotated[str, PlainValidator(scalars.text)]
Texts = Annotated[list[Text], BeforeValidator(scalars.as_list)]
YesNo = Annotated[bool, PlainValidator(scalars.yes_no)]
Directly = Annotated[YesNo, AfterValidator(_of_a_rota)]
Count = Annotated[int, PlainValidator(scalars.count)]
Duration = Annotated[timedelta, PlainValidator(scalars.duration)]
Timeout = Annotated[Duration, AfterValidator(_within_interval)]
CheckInterval = Annotated[timedelta, PlainValidator(scalars.check_interval)]
Recheck = Annotated[CheckInterval, AfterValidator(_within_interval)]
Times = Annotated[float | None, PlainValidator(scalars.times)]
HowBad = Annotated[str, PlainValidator(scalars.choice("minor", "major", "critical"))]
Witnesses = Annotated[list[Annotated[str, PlainValidator(scalars.host_and_port)]], BeforeValidator(scalars.as_list)]
Reminders = Annotated[list[Annotated[timedelta, PlainValidator(scalars.reminder)]], BeforeValidator(scalars.as_list)]
Fading = Annotated[timedelta, PlainValidator(scalars.fading)]
Grace = Annotated[timedelta, PlainValidator(scalars.grace)]
Moment = Annotated[datetime, PlainValidator(scalars.moment)]
Day = Annotated[date, PlainValidator(scalars.day)]
Weekly = Annotated[windows.Weekly, PlainValidator(scalars.weekly)]
Interval = Annotated[timedelta, PlainValidator(scalars.interval)]
WebAddress = Annotated[str, PlainValidator(scalars.web_address)]
CatalogVendor = Annotated[Text, AfterValidator(_in_catalog)]
VendorOrOther = Annotated[Text, AfterValidator(_vendor_or_other)]
Mention = Annotated[str, PlainValidator(scalars.mention), AfterValidator(_rota)]
Notify = Annotated[str, PlainValidator(scalars.notify), AfterValidator(_rota)]
Actor = Annotated[str, PlainValidator(scalars.actor), AfterValidator(_rota)]
Least = Annotated[str, PlainValidator(scalars.choice("none", "minor", "major", "critical"))]
ProbeType = Annotated[str, PlainValidator(scalars.choice(*PROBE_TYPES))]
HookType = Annotated[str, PlainValidator(scalars.choice(*HOOK_TYPES))]
Points = Annotated[float, PlainValidator(scalars.points)]
Percent = Annotated[float, PlainValidator(scalars.percent)]
Reference = Annotated[str, PlainValidator(scalars.reference)]
Word = Annotated[str, PlainValidator(scalars.word)]
Hosts = Annotated[list[Annotated[str, PlainValidator(scalars.allowed_host)]], BeforeValidator(scalars.as_list)]
Destinations = Annotated[
    list[Annotated[Destination, PlainValidator(scalars.destination)]],
    BeforeValidator(scalars.as_list),
    AfterValidator(some),
]
Vendors = Annotated[list[Annotated[Text, AfterValidator(_vendor)]], BeforeValidator(scalars.as_list)]
ProbeNames = Annotated[list[Annotated[Text, AfterValidator(_probe)]], BeforeValidator(scalars.as_list)]
Services = Annotated[list[Annotated[Text, AfterValidator(_service)]], BeforeValidator(scalars.as_list)]
Needs = Annotated[list[Annotated[Text, AfterValidator(_need)]], BeforeValidator(scalars.as_list), AfterValidator(some)]
Kinds = Annotated[
    list[Annotated[str, PlainValidator(scalars.choice("incident", "maintenance", "suspected"))]],
    BeforeValidator(scalars.as_list),
]
Actors = Annotated[list[Actor], BeforeValidator(scalars.as_list)]
Allowed = Annotated[
    list[Annotated[str, PlainValidator(scalars.allowed), AfterValidator(_rota)]] | None,
    BeforeValidator(scalars.as_list),
    BeforeValidator(_everyone_as_none),
]
Room = Annotated[str, PlainValidator(scalars.room)]
Keeping = Annotated[timedelta, PlainValidator(scalars.keeping)]
Responders = Annotated[list[Actor] | None, BeforeValidator(scalars.as_list), BeforeValidator(_everyone_as_none)]
SummaryTime = Annotated[Summary, PlainValidator(scalars.summary)]
WeeklyTime = Annotated[Summary, PlainValidator(scalars.once_a_week)]
HowWorded = Annotated[str, PlainValidator(scalars.choice("engineer", "stakeholder"))]
Sureness = Annotated[str, PlainValidator(scalars.choice("low", "medium", "high"))]
QuietSpan = Annotated[Quiet, PlainValidator(scalars.quiet)]
HandoverTime = Annotated[Handover, PlainValidator(scalars.handover)]
Timezone = Annotated[str, PlainValidator(scalars.timezone)]
SlackUser = Annotated[str, PlainValidator(scalars.slack_user)]
DiscordUser = Annotated[str, PlainValidator(scalars.discord_user)]
