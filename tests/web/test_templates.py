from __future__ import annotations

from bot.web.board.pages import environment, ready


def test_every_template_is_made_before_anybody_asks_for_it() -> None:
    ready()

    made = environment()
    assert made.cache is not None
    assert len(made.cache) == len(made.list_templates())
