"""Discord's `<t:…>` as a reader of British English in UTC sees it."""

from __future__ import annotations

from datetime import UTC, datetime

# When the pages are looked at: the reviewed messages tell of the two hours before.
NOW = datetime(2026, 3, 1, 14, 10, tzinfo=UTC)

# https://docs.discord.com/developers/reference#message-formatting-timestamp-styles
_STYLES = {
    "t": "{at:%H:%M}",
    "T": "{at:%H:%M:%S}",
    "d": "{at:%d/%m/%Y}",
    "D": "{at.day} {at:%B %Y}",
    "f": "{at.day} {at:%B %Y %H:%M}",
    "F": "{at:%A} {at.day} {at:%B %Y %H:%M}",
    "s": "{at:%d/%m/%Y, %H:%M}",
    "S": "{at:%d/%m/%Y, %H:%M:%S}",
}
# The most seconds, what is said of one and of several, and the seconds of one; https://momentjs.com/docs/#/displaying/fromnow/
_SPANS = (
    (45, "a few seconds", "", 45),
    (90, "a minute", "", 60),
    (45 * 60, "", "minutes", 60),
    (90 * 60, "an hour", "", 3_600),
    (22 * 3_600, "", "hours", 3_600),
    (36 * 3_600, "a day", "", 86_400),
    (26 * 86_400, "", "days", 86_400),
    (46 * 86_400, "a month", "", 2_630_000),
    (320 * 86_400, "", "months", 2_630_000),
    (548 * 86_400, "a year", "", 31_557_600),
    (float("inf"), "", "years", 31_557_600),
)


def moment(seconds: int, style: str) -> str:
    """Return how an instant is shown."""
    if style == "R":
        return _from_now(seconds - int(NOW.timestamp()))
    try:
        at = datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, ValueError):
        return "Invalid date"
    return _STYLES[style].format(at=at)


def _from_now(seconds: int) -> str:
    away = abs(seconds)
    _, one, several, unit = next(span for span in _SPANS if away < span[0])
    said = one or f"{round(away / unit)} {several}"
    return f"in {said}" if seconds > 0 else f"{said} ago"
