"""`help`: what can be asked for, the five words of a bad night first; and `help WORD`, which explains one."""

from __future__ import annotations

from difflib import get_close_matches

from bot.core.message import Item, Line, Reply, Tone, heading, line
from bot.core.remarks import say
from bot.core.verbs import Verb
from bot.core.vocabulary import BY_ACTION, VERBS
from bot.model import Action

ALL = "all"
_FIRST = (
    ("ack", "you have it, and nobody else is called; `ack for 30m` for a while"),
    ("note WORDS", "tell the thread what you know or do"),
    ("mute 4h", "keep it out of the channel; its thread goes on"),
    ("timeline", "all that happened, in order"),
    ("escalate", "call the next one now"),
)
# Each thing that can be asked for stands under one of these: a test sees to it.
TOPICS: tuple[tuple[str, tuple[Action, ...]], ...] = (
    (
        "See",
        (
            Action.STATUS,
            Action.INCIDENTS,
            Action.DETAILS,
            Action.TIMELINE,
            Action.WRITE_UP,
            Action.HISTORY,
            Action.BOARD,
        ),
    ),
    ("Have it", (Action.ACK, Action.UNACK, Action.TAKE, Action.ASSIGN, Action.HANDOVER, Action.ESCALATE)),
    ("Say", (Action.NOTE, Action.WRITE, Action.LINK, Action.AFFECTED, Action.WORKS, Action.REPORT)),
    ("Quiet", (Action.MUTE, Action.UNMUTE, Action.MUTES)),
    ("Switch over", (Action.FALLBACK_ON, Action.FALLBACK_OFF)),
    ("Our own", (Action.DECLARE, Action.UPDATE, Action.RESOLVE, Action.REOPEN)),
    ("One or many", (Action.JOIN, Action.UNLINK, Action.UNGROUP)),
    ("On call", (Action.ONCALL, Action.OVERRIDE, Action.UNOVERRIDE)),
    ("Watched", (Action.WATCHES, Action.WATCH, Action.UNWATCH, Action.FOLLOW, Action.UNFOLLOW)),
    ("Sitrep", (Action.ROUTES, Action.ROUTES_TEST, Action.HEALTH, Action.AUDIT, Action.HELP)),
)


def usage(word: str = "") -> Reply:
    """Return what can be asked for; of one word how it is used, and with `all` that of every one."""
    wanted = " ".join(word.casefold().split())
    if not wanted:
        return _shortly()
    if wanted == ALL:
        return say("Everything that you can ask for", *_everything())
    found = [verb for verb in VERBS if any(_means(name, wanted) for name in verb.names)]
    if found:
        return say(f"How `{wanted}` is used", *(row for verb in found for row in _explained(verb)))
    names = [name for verb in VERBS for name in verb.names]
    close = get_close_matches(wanted, names, n=3)
    shown = _shortly().message.parts
    return say("There is no such word", *shown, choices=tuple((one, f"help {one}") for one in close))


def words() -> tuple[str, ...]:
    """Return all the words that can be explained, each by its first name."""
    return tuple(dict.fromkeys((*(verb.names[0] for verb in VERBS), ALL)))


def _means(name: str, wanted: str) -> bool:
    return wanted == name or name.partition(" ")[0] == wanted


def _shortly() -> Reply:
    first = (Item(Tone.NOTICE, used, (what,)) for used, what in _FIRST)
    rows = (line(f"{topic}: ", ", ".join(map(_word, some))) for topic, some in TOPICS)
    return say(
        "What you can ask for",
        heading("When something is broken"),
        *first,
        line("In an incident's thread it is meant; on Slack, `@Sitrep ack` there. Elsewhere name it: `ack openai`."),
        heading("All words"),
        *rows,
        line("`help mute` explains one of them, `help all` every one."),
    )


def _word(action: Action) -> str:
    """Return the word for it; where another has the same, with what it is about."""
    verb = BY_ACTION[action]
    is_shared = verb.of and any(verb.names[0] in other.names for other in VERBS if other is not verb)
    return f"incident {verb.names[0]}" if is_shared else verb.names[0]


def _everything() -> list[Line]:
    rows: list[Line] = []
    for topic, some in TOPICS:
        rows.append(heading(topic, level=2))
        rows += [line(f"{BY_ACTION[one].usage}: {BY_ACTION[one].about}") for one in some]
    return rows


def _explained(verb: Verb) -> list[Line]:
    others = [name for name in verb.names if not verb.usage.startswith(name)]
    also = [line("Also: ", ", ".join(others))] if others else []
    return [line(f"{verb.usage}: {verb.about}"), *also]
