"""A vendor's record as an answer: each number with what it is made of, and what is not known said as such."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from bot.core.answers import cut, listed
from bot.core.message import Item, Line, Message, Moment, Part, Reply, Tone, line
from bot.core.remarks import say
from bot.core.scorecard import LEAST_WATCHED, NEVER_TOLD, SCALE, WORST_GRADE, Extreme, Scorecard
from bot.core.spans import duration
from bot.core.wording import capital
from bot.model import Impact

_TONES = {"A": Tone.RESOLVED, "B": Tone.RESOLVED, "C": Tone.MINOR, "D": Tone.MAJOR, WORST_GRADE: Tone.CRITICAL}
_CHOICES, _LABEL, _NAMED = 5, 70, 3
_WORDS = {
    Impact.CRITICAL: "critical",
    Impact.MAJOR: "major",
    Impact.MINOR: "minor",
    Impact.UNKNOWN: "impact not stated",
    Impact.MAINTENANCE: "maintenance",
    Impact.NONE: "no impact stated",
}


def record(card: Scorecard) -> Reply:
    """Return a vendor's record for one who has to decide whether to trust its page."""
    tone = _TONES.get(card.grade or "", Tone.NOTICE)
    known = f"grade {card.grade}" if card.grade else "no grade"
    parts: tuple[Part, ...] = (*_watch(card), *_told(card))
    ids = dict.fromkeys(one.incident for one in _extremes(card))
    choices = tuple((cut(f"Details of {name}", _LABEL), f"details {name}") for name in (*ids, *card.false_clears))
    return Reply(
        message=Message(tone=tone, headline=f"{card.name}: 90 days, {known}", parts=parts),
        shareable=True,
        choices=tuple(dict.fromkeys(choices))[:_CHOICES],
    )


def never(name: str, slug: str) -> Reply:
    """Return that there is no record, because nobody has watched."""
    text = f"{name} has not been watched: there is no record of it"
    return say(text, line("A record begins when it is watched."), choices=((f"Watch {name}", f"watch add {slug}"),))


def unread(name: str) -> Reply:
    """Return that there is no record yet, though somebody watches."""
    return say(f"{name} has not been read yet: there is no record of it", line("A record begins with the first look."))


def which(query: str, found: Sequence[tuple[str, str]]) -> Reply:
    """Return whose record may be meant: names and slugs."""
    choices = [(cut(name, _LABEL), f"history {slug}") for name, slug in found[:_CHOICES]]
    text = f"Whose history? “{cut(query, 60)}” may be {listed([name for name, _ in found])}"
    return say(text if found else f"Nothing is called “{cut(query, 60)}”", choices=choices)


def _extremes(card: Scorecard) -> Iterator[Extreme]:
    yield from (one for one in (card.lags.worst, card.words.longest, card.backdated_most) if one is not None)


def _watch(card: Scorecard) -> Iterator[Part]:
    """Say first how much of the time the rest speaks of."""
    if card.watched_since is None:
        yield line("Its status page was never read: only what we saw ourselves is known.")
        return
    blind = f"not watching for {duration(card.unwatched)} of it" if card.unwatched else "without a gap"
    if card.watched >= card.until - card.since:
        yield line(f"Watched all the time, {blind}.")
    else:
        yield line(f"Watched for {duration(card.watched)} only, since ", Moment(card.watched_since), f", {blind}.")
    if card.watched < LEAST_WATCHED:
        yield line(f"That is too short for a grade: it takes {LEAST_WATCHED.days} days.")
    if card.cut:
        yield line("There were more incidents than are counted here: these are the newest.")


def _told(card: Scorecard) -> Iterator[Part]:
    yield Item(Tone.NOTICE, "Trouble", (_counts(card),), tuple(_trouble(card)))
    yield Item(Tone.NOTICE, "Acknowledgement", (_grade(card),), tuple(_acknowledgement(card)))
    yield Item(Tone.NOTICE, "Words", (_cadence(card),), tuple(_honesty(card)))
    yield Item(Tone.NOTICE, "Suspected by us alone", (_suspected(card),))


def _counts(card: Scorecard) -> str:
    if not card.incidents:
        return "no incident"
    many = "1 incident" if card.incidents == 1 else f"{card.incidents:,} incidents"
    going_on = f", {card.going_on} of them open" if card.going_on else ""
    return f"{duration(card.in_trouble)} in {many}{going_on}"


def _trouble(card: Scorecard) -> Iterator[Line]:
    if card.spent:
        yield line(capital(by_impact(card)))
    if card.summed > card.in_trouble:
        yield line(f"Some went on at the same time: one by one they come to {duration(card.summed)}.")
    if card.early:
        yield line(f"{card.early} had begun before we watched: counted from when the vendor says.")
    if card.maintenances:
        many = "1 maintenance" if card.maintenances == 1 else f"{card.maintenances} maintenances"
        yield line(f"Apart from that {many}, {duration(card.maintained)}")


def by_impact(card: Scorecard) -> str:
    """Write how long it was how bad, the worst first."""
    return ", ".join(f"{_WORDS[impact]} {duration(span)}" for impact, span in card.spent)


def _grade(card: Scorecard) -> str:
    if card.lags.average is None:
        return "nothing of ours saw a trouble of it, so nothing can be said"
    seen = card.lags.count + card.lags.never
    many = "1 trouble" if seen == 1 else f"{seen} troubles"
    grade = f"{card.grade}: " if card.grade else ""
    return f"{grade}{duration(card.lags.average)} late on average, in {many} that we saw ourselves"


def _acknowledgement(card: Scorecard) -> Iterator[Line]:
    lags = card.lags
    if lags.median is not None:
        worst = f"; worst {signed(lags.worst.span)} ({lags.worst.incident})" if lags.worst else ""
        yield line(f"Median {signed(lags.median)}{worst}")
    if lags.first:
        yield line(f"First with its word {'once' if lags.first == 1 else f'{lags.first} times'}, of {lags.count}")
    if lags.never:
        count = "counts" if lags.never == 1 else "each count"
        yield line(f"Never told of {lags.never}, which {count} {duration(NEVER_TOLD)}")
    if card.backdated_most is not None:
        most = card.backdated_most
        whose = f"{card.backdated} of {card.incidents} began before its first word, as it says itself"
        yield line(f"{whose}: by {duration(most.span)} at most ({most.incident})")
    if card.grade:
        yield line(_scale())


def signed(lag: timedelta) -> str:
    """Write by how much a vendor was later than us, or earlier."""
    return f"{duration(lag)} after us" if lag > timedelta() else f"{duration(-lag)} before us" if lag else "with us"


def _scale() -> str:
    steps = ", ".join(f"{letter} < {duration(timedelta(minutes=minutes))}" for letter, minutes in SCALE)
    return f"Grades as StatusGator gives them: {steps}, else {WORST_GRADE}"


def _cadence(card: Scorecard) -> str:
    words = card.words
    if words.median is None:
        return "too few statements to tell a cadence"
    return f"every {duration(words.median)} while something is open (median of {words.count})"


def _honesty(card: Scorecard) -> Iterator[Line]:
    if card.words.longest is not None:
        longest = card.words.longest
        yield line(f"Longest silence {duration(longest.span)} ({longest.incident})")
    if card.all_clears:
        names = listed(list(dict.fromkeys(card.false_clears))[:_NAMED]) if card.false_clears else ""
        yield line(f"{clears(card)} ({names})" if names else clears(card))
    if card.ended:
        after = f", {duration(card.cause_after)} after the end (median)" if card.cause_after is not None else ""
        yield line(f"Root cause published for {card.causes} of {card.ended}{after}")


def clears(card: Scorecard) -> str:
    """Write how many of a vendor's all-clears were false."""
    many, whole = len(card.false_clears), card.all_clears
    if whole == 1:
        return f"Its only all-clear was {'false' if many else 'not false'}"
    if not many:
        return f"None of its {whole} all-clears was false"
    return f"{many} of {whole} all-clears {'was' if many == 1 else 'were'} false"


def _suspected(card: Scorecard) -> str:
    now = f"{card.pending} open now" if card.pending else ""
    if not card.unconfirmed:
        return now or "nothing"
    times = "once" if card.unconfirmed == 1 else f"{card.unconfirmed} times"
    lone = f", {card.lone} of these by a single witness" if card.lone else ""
    return f"{times}, for {duration(card.suspected)}, and never confirmed{lone}{now and '; '}{now}"


def as_json(card: Scorecard) -> Mapping[str, object]:
    """Return a record for programs: lengths of time in minutes, nothing for what is not known."""
    return {
        "vendor": card.vendor,
        "name": card.name,
        "since": _iso(card.since),
        "until": _iso(card.until),
        "watched_since": _iso(card.watched_since),
        "watched_minutes": _minutes(card.watched),
        "unwatched_minutes": _minutes(card.unwatched),
        "grade": card.grade,
        "incidents": card.incidents,
        "open": card.going_on,
        "open_when_watching_began": card.early,
        "incomplete": card.cut,
        "trouble_minutes": _minutes(card.in_trouble),
        "trouble_minutes_summed": _minutes(card.summed),
        "minutes_by_impact": {impact.value: _minutes(span) for impact, span in card.spent},
        "maintenances": card.maintenances,
        "maintenance_minutes": _minutes(card.maintained),
        "acknowledgement": {
            "counted": card.lags.count,
            "vendor_first": card.lags.first,
            "never_told": card.lags.never,
            "median_minutes": _minutes(card.lags.median),
            "average_minutes": _minutes(card.lags.average),
            "worst": _extreme(card.lags.worst),
        },
        "backdated": {"counted": card.backdated, "most": _extreme(card.backdated_most)},
        "cadence": {
            "counted": card.words.count,
            "median_minutes": _minutes(card.words.median),
            "longest": _extreme(card.words.longest),
        },
        "all_clears": card.all_clears,
        "false_all_clears": list(card.false_clears),
        "unconfirmed": {
            "counted": card.unconfirmed,
            "open": card.pending,
            "single_witness": card.lone,
            "minutes": _minutes(card.suspected),
        },
        "root_causes": {"published": card.causes, "of": card.ended, "median_minutes": _minutes(card.cause_after)},
    }


def _minutes(span: timedelta | None) -> float | None:
    return None if span is None else round(span / timedelta(minutes=1), 1)


def _extreme(one: Extreme | None) -> Mapping[str, object] | None:
    return None if one is None else {"minutes": _minutes(one.span), "incident": one.incident}


def _iso(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z") if moment else None
