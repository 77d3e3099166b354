"""Strangers' words in a report: inert in Markdown and in HTML, and to the letter for programs."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser

from bot.core.report.as_json import as_json
from bot.core.report.facts import facts
from bot.core.report.html import html
from bot.core.report.known import Facts
from bot.core.report.markdown import markdown
from bot.core.report.material import Addition, Section
from bot.model import ChangeKind, State
from tests.unit.build import NOON, at
from tests.unit.pictured import material
from tests.unit.story import Story

LATER = timedelta(hours=3)

HOSTILE = (
    "<script>alert(1)</script> <img src=x onerror=alert(1)> @here <!channel> ![x](https://evil.example/x.png) "
    "[safe](javascript:alert(1)) | cell | **bold** `code` <!-- /yours --> &lt;b&gt; #123 :skull: \u202egnp\n"
    "# heading\n1. one\n- two\n    code\n```\nfence\n> quote\n==="
)


class Tags(HTMLParser):
    """What a browser would make of it: the names of tags, and the attributes that do or fetch something."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [tag, *(name for name, _ in attrs if name.startswith("on") or name in {"src", "srcset"})]


def hostile() -> Facts:
    story = Story().vendor(0, text=HOSTILE).vendor(60, State.RESOLVED, kind=ChangeKind.RESOLVED, text=HOSTILE)
    gathered = material(story, name="<b>Acme</b> @here", title=HOSTILE)
    evil = Addition(number=1, section=Section.LESSON, at=at(90), person="x", author="<i>", text=HOSTILE)
    one = replace(gathered.incident, url="javascript:alert(1)")
    return facts(replace(gathered, incident=one, additions=(evil,)), NOON + LATER)


def test_nothing_in_the_page_runs_or_fetches() -> None:
    page = Tags()
    page.feed(html(hostile()))

    assert not {"script", "img", "b", "i", "onerror", "src", "iframe"} & set(page.found)
    assert "javascript:" not in re.findall(r'href="([^"]*)"', html(hostile()))
    assert "\u202e" not in html(hostile())


def test_no_mark_of_a_stranger_takes_effect_in_markdown() -> None:
    text = markdown(hostile())

    body = re.sub(r"^<!-- .* -->$", "", text, flags=re.MULTILINE)
    assert "<" not in body
    # The only links are those to the page that is watched.
    assert set(re.findall(r"(?<!\\)\]\(([^)]*)\)", body)) == {"https://status.acme.example"}
    assert not re.search(r"(?<!\\)!\[", body)
    assert "@here" not in body
    assert not re.search(r"#\d", body.replace("## ", "").replace("# ", ""))
    quoted = [row.removeprefix("> ") for row in body.splitlines() if row.startswith("> ")]
    assert not [row for row in quoted if re.match(r"(#|-|\d+\.|>|`|=|    )", row)]
    assert all(row.count(" | ") in {1, 2, 3, 4} for row in body.splitlines() if row.startswith("| "))
    assert len(re.findall(r"^<!-- /yours -->$", text, re.MULTILINE)) == len(Section)


def test_the_words_are_verbatim_for_programs() -> None:
    assert as_json(hostile())["statements"][0]["text"] == HOSTILE  # type: ignore[index]  # it is a list of mappings
