"""Messages about many incidents that are told as one: for what they show, like the other cases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.core import replies, wording
from bot.core.carrying import Arrival, carried
from bot.core.message import Message
from bot.core.together import Burst, act_on_all, ungroup
from bot.model import Action, Impact, Incident, Kind, State, TimelineEntry
from tests.unit.build import asked, at
from tests.unit.burst import burst, ends, grouped, line, one

_NAMES = ("EC2", "S3", "Lambda", "RDS", "DynamoDB", "SQS", "SNS", "ECS", "EKS", "Route 53", "IAM", "STS", "ELB", "KMS")


def _service(name: str, number: int, **more: object) -> Incident:
    impact = Impact.MAJOR if number < 2 else Impact.MINOR
    made = one(name.lower().replace(" ", "-"), number / 10, impact=impact, part=f"{name} (N. Virginia)")
    return replace(made, title="Increased Error Rates", **more)  # type: ignore[arg-type]  # a field of it


def _carry(of: Incident, *some: tuple[Incident, TimelineEntry]) -> tuple[Incident, list[Message]]:
    after, told = carried(of, [Arrival(incident, (entry,)) for incident, entry in some])
    return after, [replies.reply(entry, after) for entry in told if not entry.quiet]


def _life() -> tuple[Message, ...]:
    """Fourteen at once: one is told more of, one ends, somebody has all, one is taken out, and then all end."""
    of, held = burst(*(_service(name, number) for number, name in enumerate(_NAMES)))
    root = wording.root(of)
    of, more = _carry(
        of, line(held["acme-ec2"], "We have found the cause.", state=State.IDENTIFIED, impact=Impact.MAJOR)
    )
    of, ended = _carry(of, ends(held["acme-kms"], 25))
    done = act_on_all(Burst(of, tuple(i for i in held.values() if i.id != "acme-kms")), asked(Action.ACK), at(27))
    of, held = done.incidents[of.id], {**held, **done.incidents}
    acked = replies.reply(done.acted.entries[0], of)
    halfway = wording.root(of)
    return (root, *more, *ended, acked, halfway)


def _over() -> tuple[Message, ...]:
    of, held = burst(*(_service(name, number) for number, name in enumerate(_NAMES[:4])))
    of, said = _carry(of, *(ends(i, 40) for i in held.values()))
    return (wording.root(of), *said[-2:])


def _apart() -> tuple[Message, ...]:
    of, held = burst(*(_service(name, number) for number, name in enumerate(_NAMES[:5])))
    done = ungroup(Burst(of, tuple(held.values())), ("acme-s3",), asked(Action.UNGROUP), at(30))
    own = done.incidents["acme-s3"]
    alone = next(entry for entry in done.entries if entry.incident == own.id)
    gone = done.incidents[of.id]
    return (replies.reply(done.acted.entries[0], gone), wording.root(own), replies.reply(alone, own))


def _on_one_platform() -> tuple[Message, ...]:
    vendors: Sequence[str] = ("acme", "beta", "gamma", "delta")
    of, held = burst(*(one("logins", n / 4, vendor=name, runs_on="aws") for n, name in enumerate(vendors)))
    _, said = _carry(of, line(held["beta-logins"], "Our provider AWS has trouble."))
    return (wording.root(of), *said)


def _told_before() -> tuple[Message, ...]:
    some = [_service(name, number) for number, name in enumerate(_NAMES[:4])]
    found = grouped(*some[3:], others=some[:3], posted=[i.id for i in some[:3]])
    own = found.incidents["acme-s3"]
    came = next(entry for entry in found.entries if entry.incident == own.id)
    return (wording.root(own), replies.reply(came, own))


def _plans() -> tuple[Message, ...]:
    some = [
        replace(
            one(f"rack-{n}", kind=Kind.MAINTENANCE, impact=Impact.MAINTENANCE),
            title=f"Rack {n} is moved",
            starts_at=at(60 * n),
            ends_at=at(60 * n + 30),
        )
        for n in range(1, 11)
    ]
    of, _ = burst(*some)
    return (wording.root(of),)


def _hostile() -> tuple[Message, ...]:
    bad = "<!channel> @everyone [your bank](https://evil.example) *bold* " + "long " * 60
    of, held = burst(*(replace(one(str(n)), title=f"{n} {bad}", name=bad) for n in range(20)))
    _, said = _carry(of, line(held["acme-3"], bad))
    return (wording.root(of), *said)


BURSTS: dict[str, tuple[Message, ...]] = {
    "many-at-once": _life(),
    "many-at-once-over": _over(),
    "many-at-once-one-taken-out": _apart(),
    "many-at-once-told-before": _told_before(),
    "many-on-one-platform": _on_one_platform(),
    "many-maintenances": _plans(),
    "many-at-once-hostile": _hostile(),
}
