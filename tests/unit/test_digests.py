"""What a digest says, however much there is to say."""

from __future__ import annotations

from dataclasses import replace

from bot.core import digests
from bot.core.digests import Listed
from bot.core.message import Item, plain
from bot.model import Hold, Incident
from tests.adapters.held import DAY, FLOOD, GOES_ON, HOUR, LATE, NIGHT, PLANNED

LONG = tuple(
    replace(one, title=f"{'long words ' * 40}{n}", url=f"https://status.acme.example/{'x' * 300}/{n}")
    for n, one in enumerate(FLOOD)
)


def said(digest: object, *some: Incident) -> str:
    return plain(digests.message(digest, [Listed(one) for one in some]))  # type: ignore[arg-type]  # a Digest


def test_what_goes_on_comes_first_and_the_worst_of_it() -> None:
    message = digests.message(NIGHT, [Listed(one) for one in (LATE, PLANNED, GOES_ON)])

    heads = [part.head for part in message.parts if isinstance(part, Item)]
    assert heads == ["Acme: Errors on the API", "Acme: Database upgrade", "Acme: Webhooks are late"]
    assert message.headline == "While it was quiet (22:00–07:00): 3 incidents, 1 goes on, 1 planned"


def test_what_has_no_room_is_counted_by_vendor() -> None:
    others = tuple(replace(one, name="Other", vendor="other") for one in FLOOD)

    text = said(NIGHT, *FLOOD, *others)

    shown = text.count("incident details")
    assert f"{40 - shown} more: " in text
    assert "Other" in text
    assert "`incidents all` lists them." in text


def test_it_fits_into_one_message_however_long_the_words_are() -> None:
    for digest in (NIGHT, HOUR, DAY):
        text = said(digest, *LONG)

        assert len(text) < 3_200
        assert "more: Acme" in text


def test_an_hour_counts_what_was_told_since() -> None:
    note = digests.message(HOUR, [Listed(GOES_ON), Listed(LATE, is_held=False)])

    assert note.headline == "2 held back in this hour, 1 of them told since"
    assert digests.message(HOUR, [Listed(LATE, is_held=False)]).headline == (
        "1 held back in this hour, all of them told since"
    )
    assert digests.message(HOUR, []).headline == "Nothing is held back any more"


def test_a_digest_of_nothing_is_owed_once_and_only_where_one_is_wanted() -> None:
    assert digests.is_owed(DAY, (), was_empty=False)
    assert not digests.is_owed(DAY, (), was_empty=True)
    assert not digests.is_owed(NIGHT, (), was_empty=False)
    assert digests.is_owed(NIGHT, (Listed(LATE),), was_empty=False)


def test_what_ended_is_told_by_one_digest_and_what_goes_on_by_each() -> None:
    assert digests.is_listed(GOES_ON, "an-earlier-one", DAY)
    assert digests.is_listed(LATE, "", DAY)
    assert digests.is_listed(LATE, DAY.name, DAY)
    assert not digests.is_listed(LATE, "an-earlier-one", DAY)
    assert DAY.why is Hold.DIGEST
