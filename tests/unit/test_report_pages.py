"""The report as a page: on a phone each cell says what it is, and on paper links say where they lead."""

from __future__ import annotations

from dataclasses import replace

from bot.core.report.facts import facts
from bot.core.report.html import html
from bot.core.report.markdown import markdown
from bot.model import Card, Component
from tests.unit.build import at, down, fine
from tests.unit.pictured import material
from tests.unit.story import Story


def page(*components: Component, cards: tuple[Card, ...] = ()) -> tuple[str, str]:
    gathered = material(Story().vendor(0))
    (entry,) = gathered.entries
    assert entry.claim is not None
    told = replace(entry, claim=replace(entry.claim, components=components))
    one = replace(gathered.incident, components=components, services=tuple(card.name for card in cards), cards=cards)
    found = facts(replace(gathered, incident=one, entries=(told,)), at(30))
    return html(found), markdown(found)


def test_each_cell_names_its_column_and_times_leave_the_zone_to_the_head() -> None:
    text, _ = page(down("API"))

    assert '<th scope="col">Time (UTC)</th>' in text
    assert '<td data-of="Time (UTC)"><time datetime="2026-03-01T12:00:00Z">2026-03-01 12:00</time></td>' in text
    assert '<td data-of="First seen listed"><time datetime="2026-03-01T12:00:00Z">2026-03-01 12:00 UTC</time>' in text


def test_a_link_that_does_not_show_where_it_leads_is_marked_for_paper() -> None:
    runbook = "https://wiki.example.com/support-bot"
    text, _ = page(down("API"), cards=(Card(name="Support bot", runbook=runbook),))

    assert f'<a class="named" href="{runbook}"' in text
    assert "a.named::after { content:" in text


def test_of_many_components_those_without_trouble_are_told_in_one_line() -> None:
    regions = [fine(name) for name in ("Delhi", "Global", "Iowa", "Tokyo")]
    few, many = page(down("API"), *regions[:3])[1], page(down("API"), *regions)[1]

    assert "| Delhi | no trouble shown |" in few
    assert "| Delhi |" not in many
    assert "Listed with it as well, and never shown in trouble (4): Delhi, Global, Iowa, Tokyo." in many
    assert "| Delhi | no trouble shown |" in page(*regions)[1]
