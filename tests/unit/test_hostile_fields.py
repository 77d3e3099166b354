"""Every text of the model that somebody else may write, hostile at once, in everything that is made of an incident.

Which texts there are is found out from the types: a new one is hostile here by itself, or named as ours with a reason.
"""

from __future__ import annotations

import io
import json
import re
from datetime import timedelta
from functools import cache
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

import pytest
from PIL import Image

from bot.core.afterwards import Form, Written
from bot.core.attached import about, file_name
from bot.core.picture.incident import of_incident
from bot.core.picture.svg import standalone
from bot.core.report.as_json import as_json
from bot.core.report.facts import facts
from bot.core.report.html import html
from bot.core.report.known import Facts
from bot.core.report.markdown import markdown
from bot.core.report.material import Material
from bot.model import ChangeKind, State
from bot.store.published import Gathered, Told
from bot.web.api.atom import feed
from bot.web.api.page import Place
from bot.written import posted
from tests.secrecy.poisoning import NOON, OURS, POISON, held, poisoned, texts
from tests.unit.pictured import material
from tests.unit.story import Story

_ATOM = "{http://www.w3.org/2005/Atom}"
LATER = NOON + timedelta(hours=5)
# All that a report is made of; nothing else is in a page of ours that strangers' words stand in.
ELEMENTS = re.compile(
    r"html|head|meta|title|style|body|main|header|section|article|nav|footer|h[1-6]|p|ul|ol|li|dl|dt|dd|div|span|a|"
    r"table|caption|thead|tbody|tr|th|td|blockquote|cite|time|strong|em|code|pre|br|figure|figcaption|details|summary"
)
DRAWN = re.compile(r"svg|style|title|desc|g|path|rect|line|circle|polygon|polyline|text|tspan|defs|pattern")


class Tree(HTMLParser):
    """What a browser would make of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.elements: set[str] = set()
        self.acts: list[str] = []
        self.leads: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.add(tag)
        self.acts += [name for name, _ in attrs if name.startswith("on") or name in {"style", "srcdoc", "formaction"}]
        self.leads |= {value or "" for name, value in attrs if name in {"href", "src", "action", "xlink:href"}}


@cache
def gathered() -> Material:
    story = Story().vendor(0, text="x").probe(3).people(4).probe(50, fails=False)
    return poisoned(material(story.vendor(60, State.RESOLVED, kind=ChangeKind.RESOLVED, text="y")))  # type: ignore[no-any-return]  # as it came


@cache
def known() -> Facts:
    return facts(gathered(), LATER)


@pytest.fixture
def written() -> Written:
    return posted(gathered(), Form.HTML, LATER)


def test_every_text_that_others_write_is_hostile_here() -> None:
    assert set(texts(Material)) - set(held(gathered())) == set()
    assert all(OURS.values())


def test_the_page_is_made_of_our_elements_and_leads_only_to_the_web(written: Written) -> None:
    page = Tree()
    page.feed(written.files[0].content.decode())

    assert [one for one in page.elements if not (ELEMENTS.fullmatch(one) or DRAWN.fullmatch(one))] == []
    assert page.acts == []
    assert [one for one in page.leads if not re.match(r"https?://|#[\w-]*$", one)] == []
    assert not re.search("[\u202a-\u202e\u2066-\u2069\u0000\u0007\u001b]", written.files[0].content.decode())
    assert "alert(1)" in html(known())


def test_the_markdown_has_no_element_no_image_and_no_link_that_acts() -> None:
    body = re.sub(r"^<!-- .* -->$", "", markdown(known()), flags=re.MULTILINE)

    assert "<" not in body
    assert re.findall(r"(?<!\\)!\[", body) == []
    links = re.findall(r"(?<!\\)\]\(([^)]*)\)", body)
    assert [to for to in links if not re.fullmatch(r"https?://[^\s<>\"]+", to)] == []
    assert not re.search(r"@(everyone|here)\b", re.sub(r"\]\([^)]*\)", "", body))
    assert not re.search("[\u202a-\u202e\u2066-\u2069\u0000\u0007\u001b]", body)


def test_the_numbers_for_programs_stay_one_document_with_the_words_as_they_were() -> None:
    text = json.dumps(as_json(known()))

    assert json.loads(text)["statements"][0]["text"] == POISON
    assert "<" not in json.dumps(json.loads(text)["id"])


def test_the_feed_is_one_document_of_a_few_elements_and_leads_to_the_board_alone() -> None:
    told = Told(gathered().incident, gathered().entries)
    place = Place(id="board", name=POISON, url="https://board.example", base="https://board.example")
    root = ET.fromstring(feed(place, Gathered((told,), (), frozenset(), NOON)))  # noqa: S314  (ours)
    page = Tree()
    for content in root.iter(f"{_ATOM}content"):
        page.feed(content.text or "")

    assert {one.tag.rpartition("}")[2] for one in root} == {
        *("id", "title", "updated", "link", "author", "generator", "entry")
    }
    assert page.elements <= {"p", "small", "var", "br", "strong"}
    assert page.elements
    assert page.leads == set()
    assert all(one.get("href", "").startswith("https://board.example") for one in root.iter(f"{_ATOM}link"))


def test_the_drawing_is_one_and_nothing_in_it_acts() -> None:
    drawing = of_incident(gathered(), LATER)
    assert drawing is not None
    root = ET.fromstring(standalone(drawing))  # noqa: S314  (ours)
    elements = list(root.iter())

    assert [one.tag for one in elements if not DRAWN.fullmatch(one.tag.rpartition("}")[2])] == []
    names = {name.rpartition("}")[2] for one in elements for name in one.attrib}
    assert [name for name in names if name.startswith("on") or name in {"href", "style"}] == []


def test_files_have_plain_names_and_their_titles_stay_in_one_line(written: Written) -> None:
    for file in written.files:
        assert re.fullmatch(r"[\w.-]+\.(html|png|md)", file_name(file.name))
        assert "\n" not in about(file)
    assert file_name(POISON).isascii()
    assert not {"/", "\\", '"', "\r", "\n"} & set(file_name(f"{POISON}.html"))
    assert file_name("../../etc/passwd") == "etc-passwd"


def test_the_picture_is_one_whatever_stands_in_it(written: Written) -> None:
    (picture,) = (file for file in written.files if file.media_type == "image/png")
    with Image.open(io.BytesIO(picture.content)) as opened:
        opened.verify()

        # Nothing is written beside what is drawn: no words, which programs that show pictures might believe.
        assert set(opened.info) <= {"dpi", "Title", "Description", "Software"}
