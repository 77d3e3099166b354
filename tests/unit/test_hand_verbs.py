"""How somebody asks to hand an incident on: as they type it, and back."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.core.grammar import Misunderstood, parse, spell
from bot.core.whom import worded
from bot.model import Action, Command

ID = "openai-01JM3X"


def test_whatever_takes_it_over_is_one_verb() -> None:
    for words in ("take", "take over", "incident take", "@sitrep take over", "/incident takeover"):
        assert parse(words) == Command(action=Action.TAKE)
    assert parse(f"take over {ID}") == parse(f"{ID} take") == Command(action=Action.TAKE, incident=ID)


@pytest.mark.parametrize(
    ("words", "which", "whom"),
    [
        ("assign to lead", None, "lead"),
        ("assign lead", None, "lead"),
        ("incident assign to me", None, "me"),
        (f"assign {ID} to lead", ID, "lead"),
        (f"assign {ID} lead", ID, "lead"),
        ("assign github to First engineer", "github", "First engineer"),
        ("assign to <@U0123|lead>", None, "<@U0123|lead>"),
        ("assign to oncall:platform", None, "oncall:platform"),
        ("assign on-call", None, "on-call"),
    ],
)
def test_it_is_given_to_somebody(words: str, which: str | None, whom: str) -> None:
    assert parse(words) == Command(action=Action.ASSIGN, incident=which, query=whom)


@pytest.mark.parametrize(
    "words", ["assign", f"assign {ID}", "assign to", "handover", "handover to lead:", f"handover {ID}"]
)
def test_what_is_missing_is_asked_for(words: str) -> None:
    found = parse(words)

    assert isinstance(found, Misunderstood)
    assert found.hint.endswith(("as sitrep.toml has it", "support at noon`"))


@pytest.mark.parametrize(
    ("words", "which", "whom", "said"),
    [
        ("handover to lead: it is quiet now", None, "lead", "it is quiet now"),
        ("hand over to lead: it is quiet", None, "lead", "it is quiet"),
        (f"handover {ID} to oncall:platform: watch it", ID, "oncall:platform", "watch it"),
        (f"handover {ID}: watch it", ID, "", "watch it"),
        (f"handover {ID} watch it", ID, "", "watch it"),
        ("handover watch it, and go to bed", None, "", "watch it, and go to bed"),
        ("handover Remember: call the vendor", None, "", "Remember: call the vendor"),
        ("handover <@U0123|lead>: it is quiet", None, "<@U0123|lead>", "it is quiet"),
        ("handover @lead: it is quiet", None, "@lead", "it is quiet"),
        ("handover oncall:platform: watch it", None, "oncall:platform", "watch it"),
        ("handover to lead:\nfirst\nsecond", None, "lead", "first\nsecond"),
        ("handover github to lead: watch it", "github", "lead", "watch it"),
    ],
)
def test_words_are_handed_over_with_it(words: str, which: str | None, whom: str, said: str) -> None:
    assert parse(words) == Command(action=Action.HANDOVER, incident=which, query=whom, text=said)


@pytest.mark.parametrize(
    ("words", "which", "whom"),
    [
        ("escalate", None, ""),
        (f"escalate {ID}", ID, ""),
        ("escalate github", "github", ""),
        ("escalate to oncall:platform", None, "oncall:platform"),
        (f"{ID} escalate to slack:#leads", ID, "slack:#leads"),
        ("escalate to <#C0123|leads>", None, "<#C0123|leads>"),
    ],
)
def test_it_is_escalated_by_hand(words: str, which: str | None, whom: str) -> None:
    assert parse(words) == Command(action=Action.ESCALATE, incident=which, query=whom)


WHICH = st.none() | st.from_regex(r"[a-z]{1,8}-[0-9][A-Za-z0-9]{1,20}", fullmatch=True)
WHOM = st.sampled_from(["lead", "First engineer", "oncall:platform", "on-call", "<@U0123|lead>", "slack:#leads", "me"])
WORDS = st.text(min_size=1, max_size=40).map(str.strip).filter(bool)
SPELT = st.one_of(
    st.builds(Command, action=st.just(Action.TAKE), incident=WHICH),
    st.builds(Command, action=st.just(Action.ASSIGN), incident=WHICH, query=WHOM),
    st.builds(Command, action=st.just(Action.ESCALATE), incident=WHICH, query=st.just("") | WHOM),
    st.builds(Command, action=st.just(Action.HANDOVER), incident=WHICH, query=st.just("") | WHOM, text=WORDS),
)


@given(SPELT)
@example(Command(action=Action.HANDOVER, text="to lead: and more"))
@example(Command(action=Action.HANDOVER, text="openai-01JM3X is quiet"))
@example(Command(action=Action.HANDOVER, text=": it is quiet"))
def test_what_is_spelt_is_read_back_as_it_was(one: Command) -> None:
    assert parse(spell(one)) == one


def test_in_words_there_are_names_where_a_chat_program_has_put_ids() -> None:
    assert worded("ask <@U1|lead> in <#C1|ops>") == "ask @lead in #ops"
    assert worded("<@!5> see <https://a.example/x|a.example>") == "@5 see https://a.example/x"
    assert worded("a < b > c, <here>") == "a < b > c, <here>"
