"""Whatever a page is poisoned with ends in one clean line of error or in a bounded snapshot, never in an all-clear."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache, partial

import pytest

from bot.errors import ParseError
from bot.feeds._text import LONGEST_ID, LONGEST_TEXT
from bot.model import Snapshot
from bot.plugins import discover, format_named
from tests.feeds import poison
from tests.feeds.bounds import flaws, flaws_of
from tests.feeds.samples import CASES, body, source
from tests.work import calls_of

# Every format that there is: one more takes part as soon as there are examples of it.
NAMES = tuple(discover("bot.feeds"))
GROUPS = poison.everything()
POISONS = {what: one for group in GROUPS.values() for what, one in group.items()}
# Where nothing else tells two incidents apart, what was poisoned is what they are known by.
OF_TITLES = "its items may have no id of their own: then a title stands for it"
DERIVED = {
    "aws-rss": "an incident is what statements with one subject make up: its id is the first one's",
    "azure-rss": OF_TITLES,
    "feed": OF_TITLES + ", with its time",
    "uptimekuma": "a repeated maintenance is told apart by when it begins",
}


# Their ids stand within addresses.
UNTOUCHED = {"ids are no text": {"aws-rss", "hund", "statuspage-atom"}}


def said(name: str, payload: bytes) -> Snapshot:
    return format_named(name).parse(payload, source(name))


def outcome(name: str, payload: bytes) -> tuple[Snapshot | None, list[str]]:
    """Return what a payload says, if anything, and what is wrong with that or with the error."""
    try:
        found = said(name, payload)
    except ParseError as error:
        return None, flaws_of(error)
    return found, flaws(found)


def open_ids(snapshot: Snapshot) -> set[str]:
    return {claim.external_id for claim in snapshot.incidents if claim.is_open}


def worst(snapshot: Snapshot) -> int:
    return max((component.status.impact.rank for component in snapshot.components), default=0)


def is_all_clear(what: str, name: str, before: Snapshot, after: Snapshot) -> bool:
    """Whether something that is open is no longer: by its id where that was left alone, else by the number of such."""
    was, now = open_ids(before), open_ids(after)
    if what == "all incidents have one id":
        return bool(was) and not now
    if what == "all components have one id" and worst(after) < worst(before):
        return True
    return len(now) < len(was) if "id" in what or name in DERIVED else not was <= now


@cache
def examples(name: str) -> tuple[tuple[str, bytes, Snapshot], ...]:
    """Return the sound examples of a format, the largest first: what each is called, its bytes, and what it says."""
    bodies = ((path.name, path.read_bytes()) for path in CASES if path.parent.name == name)
    return tuple((case, sound, said(name, sound)) for case, sound in sorted(bodies, key=lambda one: -len(one[1])))


def wrong(name: str, poisons: Mapping[str, poison.Poison], *, cases: int | None = None) -> Iterator[str]:
    """Give one line for each poison that does harm in some example of a format."""
    for case, sound, before in examples(name)[:cases]:
        for what, one in poisons.items():
            poisoned = one(sound, before)
            if poisoned is None or poisoned == sound:
                continue
            after, complaints = outcome(name, poisoned)
            yield from (f"{case}, {what}: {complaint}" for complaint in complaints)
            if after is not None and is_all_clear(what, name, before, after):
                yield f"{case}, {what}: a false all-clear"


@pytest.mark.parametrize("group", GROUPS)
@pytest.mark.parametrize("name", NAMES)
def test_poison_ends_in_one_clean_line_or_in_a_bounded_snapshot(name: str, group: str) -> None:
    assert list(wrong(name, GROUPS[group])) == []


@pytest.mark.parametrize("name", NAMES)
def test_so_does_what_is_very_long_or_very_many(name: str) -> None:
    assert list(wrong(name, poison.heavy(), cases=1)) == []


def changes(name: str, one: poison.Poison) -> bool:
    """Whether some example of a format is another with a poison."""
    return any(one(sound, before) not in {None, sound} for _, sound, before in examples(name))


def test_every_poison_is_one_for_some_format() -> None:
    """A poison that changes nothing anywhere would be a test of nothing."""
    assert [what for what, one in POISONS.items() if not any(changes(name, one) for name in NAMES)] == []


def test_every_format_is_poisoned_in_its_times_texts_and_ids() -> None:
    for what in ("times are the year 0", "texts with mentions", "ids are no text", "all is there twice"):
        untouched = {name for name in NAMES if not changes(name, POISONS[what])}

        assert untouched == UNTOUCHED.get(what, set()), what


@pytest.mark.parametrize("name", NAMES)
def test_every_format_has_texts_that_can_be_very_long(name: str) -> None:
    _, sound, before = examples(name)[0]

    assert all(poison.texts(text)(sound, before) != sound for text in poison.LONG_TEXTS.values())


def test_long_texts_are_cut_at_a_word() -> None:
    outage = body("statuspage", "summary-outage")
    for key in (b'"name": "', b'"body": "'):
        outage = outage.replace(key, key + b"word " * 20_000)

    claim = said("statuspage", outage).incidents[0]

    assert claim.title == "word " * 98 + "word…"
    assert claim.updates[0].body.endswith("word…")
    assert LONGEST_TEXT - 10 < len(claim.updates[0].body) <= LONGEST_TEXT


def test_an_id_that_no_database_could_find_is_refused_with_its_place() -> None:
    long = body("gcp", "outage").replace(b'"id": "', b'"id": "' + b"x" * LONGEST_ID, 1)

    with pytest.raises(ParseError, match=r"`id` of 5\d\d characters at \$\[0\]"):
        said("gcp", long)


def test_an_incident_that_is_listed_as_over_and_as_open_is_open() -> None:
    for first, second in (("investigating", "resolved"), ("resolved", "investigating")):
        twice = "".join(
            f'{{"id": "i1", "name": "Errors", "status": "{word}", "created_at": "2026-03-01T10:00:00Z"}},'
            for word in (first, second)
        ).rstrip(",")

        snapshot = said("statuspage", f'{{"page": {{"id": "p1"}}, "incidents": [{twice}]}}'.encode())

        assert open_ids(snapshot) == {"i1"}


def test_a_component_that_is_listed_as_well_and_as_ill_is_ill() -> None:
    for first, second in (("operational", "major_outage"), ("major_outage", "operational")):
        twice = ",".join(f'{{"id": "c1", "name": "API", "status": "{word}"}}' for word in (first, second))

        snapshot = said("statuspage", f'{{"page": {{"id": "p1"}}, "components": [{twice}]}}'.encode())

        assert [component.status for component in snapshot.components] == ["major_outage"]


@pytest.mark.parametrize("name", ["zendesk", "cachet"])
def test_one_text_that_many_incidents_refer_to_is_read_once_and_not_multiplied(name: str) -> None:
    few, many = (calls_of(partial(outcome, name, REFERRING[name](number, 100))) for number in (100, 200))
    long = REFERRING[name](2000, 50_000)

    assert many < 2.2 * few
    with pytest.raises(ParseError, match="characters together"):
        said(name, long)


def of_zendesk(number: int, length: int) -> bytes:
    told = {"description": "word " * length, "created_at": "2026-03-01T10:00:00Z"}
    relations = {"incident_updates": {"data": [{"id": "71", "type": "incident_update"}]}}
    one = {"type": "incident", "attributes": {"title": "Errors"}, "relationships": relations}
    included = [{"id": "71", "type": "incident_update", "attributes": told}]
    return json.dumps({"data": [{**one, "id": str(n)} for n in range(number)], "included": included}).encode()


def of_cachet(number: int, length: int) -> bytes:
    about = {"name": "Errors", "status": {"value": 1}, "created": {"string": "2026-03-01 10:00:00"}}
    one = {"type": "incidents", "attributes": about}
    one["relationships"] = {"updates": {"data": [{"type": "updates", "id": "1"}]}}
    included = [{"type": "updates", "id": "1", "attributes": {**about, "message": "word " * length}}]
    return json.dumps({"data": [{**one, "id": str(n)} for n in range(number)], "included": included}).encode()


REFERRING = {"zendesk": of_zendesk, "cachet": of_cachet}


def test_a_feed_of_more_tags_than_any_has_is_refused_before_it_is_read() -> None:
    tags = b"<rss>" + b"<a/>" * 100_000 + b"</rss>"

    with pytest.raises(ParseError, match="the feed has 100,002 tags"):
        said("feed", tags)
    assert calls_of(partial(outcome, "feed", tags)) < 1000


def test_a_text_of_adobes_is_read_once_however_many_statements_refer_to_it() -> None:
    entry = {"status": "Updated", "severity": "Minor", "titleToken": "t", "messageToken": "t"}

    def referring(number: int) -> bytes:
        history = {str(1772445900 + n): entry for n in range(number)}
        event = {"products": {"5": {"name": "API", "history": history}}}
        texts = {"t": {"textMessage": "word " * 1000}}
        listed = {"incidents": {"1": event}, "messages": {"en": texts}}
        return json.dumps({"incidentEvent": listed, "maintenanceEvent": {"maintenance": {}}}).encode()

    few, many = (calls_of(partial(outcome, "adobe", referring(number))) for number in (200, 400))

    assert many < 2.2 * few
    with pytest.raises(ParseError, match="characters together"):
        said("adobe", referring(2000))


def test_an_error_quotes_no_more_of_a_page_than_fits_in_a_line() -> None:
    error = ParseError("no usable id at $." + "\u202e\x1b[31m\n" * 1000 + ".products")

    assert flaws_of(error) == []
    assert str(error).startswith("no usable id at $.")
    assert str(error).endswith(".products")


@pytest.mark.parametrize("name", [name for name in NAMES if format_named(name).EXPECTS == "json"])
def test_what_is_no_number_is_no_value(name: str) -> None:
    for path in CASES:
        if path.parent.name != name or path.suffix != ".json":
            continue
        sound = path.read_text(errors="replace")

        numbers = {text: sound.replace("null", text) for text in ("NaN", "Infinity", "-Infinity")}

        assert all(said(name, one.encode()) == said(name, sound.encode()) for one in numbers.values())
