"""What people type, and what is understood."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.core.controls import MUTES, pressed
from bot.core.grammar import VERBS, Misunderstood, parse, span_of, spell
from bot.core.verbs import is_id
from bot.model import Action, Command, Impact, State

HOUR = timedelta(hours=1)


def command(action: Action, **rest: object) -> Command:
    return Command(action=action, **rest)  # type: ignore[arg-type]  # whatever a case is about


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("status", command(Action.STATUS)),
        ("STATUS ChatGPT", command(Action.STATUS, query="ChatGPT")),
        ("/status chatgpt", command(Action.STATUS, query="chatgpt")),
        ("sitrep status chatgpt", command(Action.STATUS, query="chatgpt")),
        ("<@U0123ABC> chatgpt", command(Action.STATUS, query="chatgpt")),
        ("<@U0123|sitrep>: status", command(Action.STATUS)),
        ("<@!4711> ack", command(Action.ACK)),
        ("@sitrep github actions", command(Action.STATUS, query="github actions")),
        ("status “chat gpt”", command(Action.STATUS, query="chat gpt")),
        ("is chatgpt down?", command(Action.STATUS, query="chatgpt")),
        ("status openai history", command(Action.HISTORY, query="openai")),
        ("@sitrep history github actions", command(Action.HISTORY, query="github actions")),
        ("status history", command(Action.STATUS, query="history")),
        ("report chatgpt", command(Action.REPORT, query="chatgpt")),
        ("<@U0123> report github actions no runners", command(Action.REPORT, query="github actions no runners")),
        ("report github actions: no runners: at all", command(Action.REPORT, query="github actions", text="no runners: at all")),  # noqa: E501  (a row of a table)
        ("report acme because it’s slow", command(Action.REPORT, query="acme", text="it’s slow")),
        ("report: acme\nall is red\nhere", command(Action.REPORT, query="acme", text="all is red\nhere")),
        ("report openai:login", command(Action.REPORT, query="openai:login")),
        ("report openai-01JM3", command(Action.REPORT, query="openai-01JM3")),
        ("incident report", command(Action.WRITE_UP)),
        ("/incident report openai-01JM3", command(Action.WRITE_UP, incident="openai-01JM3")),
        ("openai-01JM3 report", command(Action.WRITE_UP, incident="openai-01JM3")),
        ("write cause: a bad route", command(Action.WRITE, text="cause: a bad route")),
        ("write Root Cause: a bad route", command(Action.WRITE, text="cause: a bad route")),
        ("write openai-01JM3 followup: ask: when?", command(Action.WRITE, incident="openai-01JM3", text="follow-up: ask: when?")),  # noqa: E501  (a row of a table)
        ("write openai api lessons: look", command(Action.WRITE, incident="openai api", text="lesson: look")),
        ("incident write follow-up done #2", command(Action.WRITE, text="follow-up done 2")),
        ("write openai follow-up done 2", command(Action.WRITE, incident="openai", text="follow-up done 2")),
        ("incidents", command(Action.INCIDENTS)),
        ("incidents all", command(Action.INCIDENTS, query="all")),
        ("incident", command(Action.DETAILS)),
        ("incident openai-01JM3", command(Action.DETAILS, incident="openai-01JM3")),
        ("incident show openai-01JM3", command(Action.DETAILS, incident="openai-01JM3")),
        ("incident ack", command(Action.ACK)),
        ("incident ack openai-01JM3", command(Action.ACK, incident="openai-01JM3")),
        ("incident openai-01JM3 ack", command(Action.ACK, incident="openai-01JM3")),
        ("openai-01JM3 ack", command(Action.ACK, incident="openai-01JM3")),
        ("ack openai-01JM3_", command(Action.ACK, incident="openai-01JM3_")),
        ("ack _openai-01JM3_", command(Action.ACK, incident="openai-01JM3")),
        ("ack *_openai-01JM3__*?", command(Action.ACK, incident="openai-01JM3_")),
        ("incident openai-01JM3_", command(Action.DETAILS, incident="openai-01JM3_")),
        ("mute ____", command(Action.MUTE)),
        ("ack chatgpt login", command(Action.ACK, incident="chatgpt login")),
        ("Acknowledge", command(Action.ACK)),
        ("unack", command(Action.UNACK)),
        ("note we switched to the fallback", command(Action.NOTE, text="we switched to the fallback")),
        ("note openai-01JM3 we’re on it\n\nsoon", command(Action.NOTE, incident="openai-01JM3", text="we’re on it\n\nsoon")),  # noqa: E501  (a row of a table)
        ("note: us-east-1 is back", command(Action.NOTE, text="us-east-1 is back")),
        ("mute", command(Action.MUTE)),
        ("mute 4h", command(Action.MUTE, span=4 * HOUR)),
        ("mute for 90 minutes", command(Action.MUTE, span=1.5 * HOUR)),
        ("mute 1h30m openai", command(Action.MUTE, span=1.5 * HOUR, incident="openai")),
        ("mute openai-01JM3 2d", command(Action.MUTE, span=48 * HOUR, incident="openai-01JM3")),
        ("mute until it’s resolved", command(Action.MUTE)),
        ("mute 4h because it is known", command(Action.MUTE, span=4 * HOUR, text="it is known")),
        ("unmute", command(Action.UNMUTE)),
        ("I’m affected too", command(Action.AFFECTED)),
        ("works for me", command(Action.WORKS)),
        ("link <https://chat.example/1|here> the call", command(Action.LINK, url="https://chat.example/1", text="the call")),  # noqa: E501  (a row of a table)
        ("health", command(Action.HEALTH)),
        ("help", command(Action.HELP)),
        ("", command(Action.HELP)),
        ("sitrep", command(Action.HELP)),
        ("aws", command(Action.STATUS, query="aws")),
    ],
)  # fmt: skip
def test_what_is_typed_is_understood(typed: str, meant: Command) -> None:
    assert parse(typed) == meant


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("akc", "ack"),
        ("statsu openai", "status openai"),
        ("incident akc openai-1", "ack openai-1"),
        ("reprot chatgpt", "report chatgpt"),
    ],
)
def test_a_slip_of_the_finger_is_pointed_out_with_what_was_meant(typed: str, meant: str) -> None:
    answer = parse(typed)

    assert isinstance(answer, Misunderstood)
    assert meant in [spell(one) for one in answer.meant]


def test_a_name_that_is_like_a_verb_may_still_be_a_name() -> None:
    answer = parse("slack")

    assert isinstance(answer, Misunderstood)
    assert answer.otherwise == command(Action.STATUS, query="slack")


@pytest.mark.parametrize(
    "typed",
    ["note", "note openai-01JM3", "mute 4", "mute 0h", "mute 400d", "link", "link it", "report", "report :", "history"],
)
def test_what_is_half_said_is_asked_back(typed: str) -> None:
    answer = parse(typed)

    assert isinstance(answer, Misunderstood)
    assert answer.hint


def test_of_a_report_without_a_colon_no_word_is_lost() -> None:
    long = " ".join(f"word{number}" for number in range(200))

    answer = parse(f"report chatgpt {long}")

    assert isinstance(answer, Command)
    assert f"{answer.query} {answer.text}" == f"chatgpt {long}"


def test_every_action_has_one_verb() -> None:
    assert {verb.action for verb in VERBS} == set(Action)
    for verbs in ([verb for verb in VERBS if verb.of], [verb for verb in VERBS if not verb.of]):
        assert len({name for verb in verbs for name in verb.names}) == sum(len(verb.names) for verb in verbs)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        (
            "mute vendor openai 4h because known",
            command(Action.MUTE, query="vendor openai", span=4 * HOUR, text="known"),
        ),
        ("mute 4h vendor openai", command(Action.MUTE, query="vendor openai", span=4 * HOUR)),
        ("mute vendor openai", command(Action.MUTE, query="vendor openai")),
        (
            "incident mute component openai: Sora, “Codex CLI” forever",
            command(Action.MUTE, query="component openai: Sora, Codex CLI", when="for good"),
        ),
        ("mute vendor openai until resolved", command(Action.MUTE, query="vendor openai", when="until resolved")),
        ("mute openai-01JM3 until Mon 09:00", command(Action.MUTE, incident="openai-01JM3", when="Mon 09:00")),
        ("mute until 18:00 because lunch", command(Action.MUTE, when="18:00", text="lunch")),
        ("mute for good", command(Action.MUTE, when="for good")),
        ("mute until resolved", command(Action.MUTE)),
        ("unmute vendor OpenAI", command(Action.UNMUTE, query="vendor OpenAI")),
        ("unmute component openai: Sora", command(Action.UNMUTE, query="component openai: Sora")),
        ("unmute openai-01JM3", command(Action.UNMUTE, incident="openai-01JM3")),
        ("muted", command(Action.MUTES)),
        ("mute list", command(Action.MUTES)),
        ("watch openai here", command(Action.FOLLOW, query="openai")),
        ("watch here openai", command(Action.FOLLOW, query="openai")),
        ("watch add openai here", command(Action.FOLLOW, query="openai")),
        (
            "watch openai components=ChatGPT, Chat Completions min=MAJOR here",
            command(Action.FOLLOW, query="openai", text="components=ChatGPT, Chat Completions min=major"),
        ),
        (
            "watch openai here kind=incident,maintenance regions=us-east-1",
            command(Action.FOLLOW, query="openai", text="regions=us-east-1 kind=incident, maintenance"),
        ),
        ("watch openai to slack:#other", command(Action.FOLLOW, query="openai", url="slack:#other")),
        (
            "watch <https://status.acme.example> to <#C1|ops>",
            command(Action.FOLLOW, query="https://status.acme.example", url="<#C1|ops>"),
        ),
        ("watch remove openai here", command(Action.UNFOLLOW, query="openai")),
        ("watch stop openai to discord:7", command(Action.UNFOLLOW, query="openai", url="discord:7")),
        ("watch remove openai", command(Action.UNWATCH, query="openai")),
    ],
)
def test_what_makes_it_quiet_and_what_a_channel_wants_is_read_and_spelt(typed: str, meant: Command) -> None:
    assert parse(typed) == meant
    assert parse(spell(meant)) == meant


@pytest.mark.parametrize(
    ("typed", "hint"),
    [
        ("mute vendor", "`mute vendor openai`"),
        ("mute component openai", "`mute component openai: Sora`"),
        ("unmute component", "`unmute component openai: Sora`"),
        ("mute until whenever", "How long?"),
        ("mute vendor openai until then", "How long?"),
        ("watch here", "Whose incidents?"),
        ("watch stop", "Whose incidents"),
        ("watch openai colour=red here", "“colour” is no filter"),
        ("watch openai min=bad here", "How bad at least?"),
        ("watch openai kind=outage here", "Which kind?"),
        ("watch openai components= here", "Which components?"),
        ("watch openai regions=, here", "Which regions?"),
        ("watch openai", "`watch … here`"),
    ],
)
def test_what_is_half_said_of_quiet_and_channels_is_asked_back(typed: str, hint: str) -> None:
    answer = parse(typed)

    assert isinstance(answer, Misunderstood)
    assert hint in answer.hint


@pytest.mark.parametrize(("option", "span"), [(value, span_of(value)) for _, value in MUTES])
def test_a_press_means_what_typing_it_would(option: str, span: timedelta | None) -> None:
    assert pressed(Action.MUTE, "acme-1", option) == parse(f"mute acme-1 {option}")
    assert pressed(Action.MUTE, "acme-1", option).span == span


@given(st.text())
@example("\u017ftatus")
@example("mute " + "9999w" * 50_000)
@example("<@1>" * 1_000 + "note " * 1_000)
@example("incident \x00 ack")
@example("note #")
def test_there_is_an_answer_to_any_text(text: str) -> None:
    assert isinstance(parse(text), Command | Misunderstood)


WORDS = st.sampled_from(["chatgpt", "we", "switched", "openai-01JM3", "over", "1h", "until", "ack", "us-east-1", "#1"])


@given(
    st.lists(st.one_of(st.sampled_from([n for v in VERBS for n in v.names]), WORDS, st.text(max_size=5))).map(" ".join)
)
def test_there_is_an_answer_to_any_order_of_words(text: str) -> None:
    assert isinstance(parse(text), Command | Misunderstood)


IDS = st.from_regex(r"[a-z]{1,8}-[A-Za-z0-9_]{1,30}", fullmatch=True)
TEXTS = st.text(min_size=1, max_size=30).map(str.strip).filter(bool)
SPANS = st.none() | st.integers(1, 90 * 24 * 60).map(lambda minutes: timedelta(minutes=minutes))
SPELT = st.one_of(
    st.builds(Command, action=st.just(Action.STATUS), query=st.sampled_from(["", "chatgpt", "github actions", "ack"])),
    st.builds(
        Command,
        action=st.sampled_from(
            [Action.DETAILS, Action.ACK, Action.UNACK, Action.UNMUTE, Action.AFFECTED, Action.WORKS]
        ),
        incident=st.none() | IDS,
    ),
    st.builds(Command, action=st.just(Action.NOTE), incident=st.none() | IDS, text=TEXTS),
    st.builds(Command, action=st.just(Action.MUTE), incident=st.none() | IDS, span=SPANS, text=st.just("") | TEXTS),
    st.builds(
        Command,
        action=st.just(Action.LINK),
        incident=st.none() | IDS,
        url=st.sampled_from(["https://chat.example/a/p1?x=1", "http://a.b"]),
        text=st.just("") | TEXTS,
    ),
    st.builds(
        Command,
        action=st.just(Action.REPORT),
        query=st.sampled_from(["chatgpt", "github actions", "acme:api"]),
        text=st.just("") | TEXTS,
    ),
    st.builds(Command, action=st.just(Action.HISTORY), query=st.sampled_from(["chatgpt", "github actions"])),
    st.sampled_from([Command(action=Action.HEALTH), Command(action=Action.HELP), Command(action=Action.INCIDENTS)]),
)


@given(SPELT)
@example(Command(action=Action.ACK, incident="acme-abc_"))
@example(Command(action=Action.MUTE, incident="acme-__", span=HOUR, text="known"))
@example(Command(action=Action.LINK, incident="acme-1_", url="http://a.b"))
@example(Command(action=Action.NOTE, text=", and: more"))
@example(Command(action=Action.DETAILS, incident="acme-_"))
def test_what_is_spelt_is_read_back_as_it_was(one: Command) -> None:
    assert parse(spell(one)) == one


@pytest.mark.parametrize(
    "word", ["openai-01JM3", "acme-i2", "github-hqbwvzljrfnt", "#acme-api", "acme-api-20260301T1200"]
)
def test_an_id_is_known_when_it_is_seen(word: str) -> None:
    assert is_id(word)


@pytest.mark.parametrize("word", ["chatgpt", "fail-over", "re-deployed", "ok", "-", "#", "1h"])
def test_a_word_is_no_id(word: str) -> None:
    assert not is_id(word)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("declare", command(Action.DECLARE)),
        ("/incident declare Checkout is down", command(Action.DECLARE, title="Checkout is down")),
        (
            "declare Checkout is down: cards are refused impact=major service=“Support bot”",
            command(
                Action.DECLARE,
                title="Checkout is down",
                text="cards are refused",
                impact=Impact.MAJOR,
                services=("Support bot",),
            ),
        ),
        ("declare impact=CRITICAL a=b is wrong\nsince noon", command(Action.DECLARE, title="a=b is wrong", text="since noon", impact=Impact.CRITICAL)),  # noqa: E501
        ("declare x service=shop service='Support bot'", command(Action.DECLARE, title="x", services=("shop", "Support bot"))),  # noqa: E501
        ("update we found it state=identified", command(Action.UPDATE, text="we found it", state=State.IDENTIFIED)),
        ("update ours-x-20260301T1202 title='All is down'", command(Action.UPDATE, incident="ours-x-20260301T1202", title="All is down")),  # noqa: E501
        ("update: us-east-1 is back", command(Action.UPDATE, text="us-east-1 is back")),
        ("resolve", command(Action.RESOLVE)),
        ("resolve ours-x-20260301T1202 it works", command(Action.RESOLVE, incident="ours-x-20260301T1202", text="it works")),  # noqa: E501
        ("ours-x-20260301T1202 reopen", command(Action.REOPEN, incident="ours-x-20260301T1202")),
        ("timeline", command(Action.TIMELINE)),
        ("timeline 2", command(Action.TIMELINE, query="2")),
        ("timeline openai 2", command(Action.TIMELINE, incident="openai", query="2")),
        ("merge ours-x-1 to openai-01JM3", command(Action.JOIN, incident="ours-x-1", query="openai-01JM3")),
        ("open", command(Action.STATUS, query="open")),
        ("openai ChatGPT", command(Action.STATUS, query="openai ChatGPT")),
    ],
)  # fmt: skip
def test_what_is_said_of_our_own_is_understood_and_spelt_so_that_it_is_understood_again(
    typed: str, meant: Command
) -> None:
    assert parse(typed) == meant
    assert parse(spell(meant)) == meant


@pytest.mark.parametrize("typed", ["declare x impact=sev1", "update x impact=none", "update x state=done"])
def test_a_value_that_is_none_is_asked_back(typed: str) -> None:
    answer = parse(typed)

    assert isinstance(answer, Misunderstood)
    assert answer.hint.startswith("How")


def test_a_title_that_is_far_too_long_loses_no_word() -> None:
    words = " ".join(f"word{number}" for number in range(60))
    found = parse(f"declare {words}: and more")

    assert isinstance(found, Command)
    assert len(found.title) <= 120
    assert f"{found.title} {found.text}".replace("\n", " ") == f"{words} and more"


@given(
    st.text("abc '\"“”:=x1-", max_size=30),
    st.text("abc '\"“”:=x1-\n", max_size=30),
    st.sampled_from([None, Impact.MAJOR]),
)
def test_whatever_is_typed_of_our_own_is_answered(title: str, text: str, impact: Impact | None) -> None:
    for verb in ("declare", "update", "resolve", "reopen", "timeline"):
        assert isinstance(parse(f"{verb} {title}: {text} impact={impact}"), Command | Misunderstood)
