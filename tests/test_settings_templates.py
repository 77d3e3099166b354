"""What `sitrep init` writes, and what the documentation says, against what is read."""

import re
import tomllib
from pathlib import Path

import pytest
from pydantic import BaseModel

from bot import catalog, settings
from bot.settings.document import LISTS, SINGLES
from bot.settings.mistakes import example, keys, table_within

ROOT = Path(__file__).parents[1]
TEMPLATE = (ROOT / "bot/templates/sitrep.toml").read_text(encoding="utf-8")
ENV = (ROOT / ".env.example").read_text(encoding="utf-8")
CONFIGURATION = (ROOT / "docs/configuration.md").read_text(encoding="utf-8")
FORMATS = ("statuspage", "incidentio", "feed")


def with_examples(template: str) -> str:
    """Take the mark from the examples; a # before a space only explains."""
    return re.sub(r"^#(?=\S)", "", template, flags=re.MULTILINE)


def models() -> list[type[BaseModel]]:
    found: list[type[BaseModel]] = [*LISTS.values(), *SINGLES.values()]
    for model in found:
        within = [table_within(field.annotation) for field in keys(model).values()]
        found += [table for table in within if table is not None and table not in found]
    return found


def test_env_example_names_exactly_the_variables_with_their_defaults() -> None:
    named = re.findall(r"^#([A-Z_]+)=(.*)$", ENV, flags=re.MULTILINE)

    assert named == [(variable.name, variable.default) for variable in settings.VARIABLES]


def test_env_example_is_what_init_writes_and_what_the_table_says() -> None:
    assert (ROOT / "bot/templates/env").read_text(encoding="utf-8") == ENV == settings.env_template()


def test_env_example_changes_nothing_as_it_is_nor_without_its_marks(tmp_path: Path) -> None:
    (tmp_path / "sitrep.toml").write_text("")
    nothing = settings.load(None, {}, tmp_path)

    (tmp_path / ".env").write_text(ENV, encoding="utf-8")
    assert settings.load(None, {}, tmp_path) == nothing

    (tmp_path / ".env").write_text(with_examples(ENV), encoding="utf-8")
    without_marks = settings.load(None, {}, tmp_path)
    assert without_marks.database_from_environment
    assert (without_marks.database, without_marks.port, without_marks.slack) == (
        nothing.database,
        nothing.port,
        nothing.slack,
    )


def test_the_template_works_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "sitrep.toml").write_text(TEMPLATE, encoding="utf-8")

    found = settings.load(None, {}, tmp_path, FORMATS)

    assert [watch.vendor for watch in found.watches] == [v.slug for v in catalog.load().watched_by_default]
    assert [str(to) for route in found.routes for to in route.to] == ["console"]
    assert settings.missing_tokens(found) == ()


def test_the_template_still_works_with_all_its_examples(tmp_path: Path) -> None:
    text = with_examples(TEMPLATE)
    (tmp_path / "sitrep.toml").write_text(text, encoding="utf-8")

    found = settings.load(None, {}, tmp_path, FORMATS)

    assert set(tomllib.loads(text)) == {*LISTS, *SINGLES}
    assert len(settings.sources(found, catalog.load(), FORMATS)) == len(catalog.load().watched_by_default) + 1


def test_the_template_shows_every_key() -> None:
    text = with_examples(TEMPLATE)

    missing = {key for model in models() for key in keys(model) if not re.search(rf"\b{key} = ", text)}
    # Not everything is worth a line there.
    rights = {"note", "link", "watch", "oncall", "escalate", "routes", "audit"}
    assert missing == {"discord", "minor", "region", *rights}


@pytest.mark.parametrize("variable", settings.VARIABLES, ids=lambda variable: variable.name)
def test_the_documentation_has_every_variable(variable: settings.Variable) -> None:
    default = f"`{variable.default}`" if variable.default else "none"

    assert f"| `{variable.name}` | {default} | {variable.doc} |\n" in CONFIGURATION
    assert not variable.secret or CONFIGURATION.count(f"`{variable.name}`") > 1


@pytest.mark.parametrize("model", models(), ids=lambda model: model.__name__)
def test_the_documentation_has_every_key(model: type[BaseModel]) -> None:
    rows = [f"| `{key}` | {field.description} | `{example(model, key)}` |" for key, field in keys(model).items()]

    assert "\n".join(rows) in CONFIGURATION


@pytest.mark.parametrize("model", models(), ids=lambda model: model.__name__)
def test_the_examples_of_keys_are_toml(model: type[BaseModel]) -> None:
    for key in keys(model):
        assert tomllib.loads(example(model, key)).keys() == {key}


def test_the_documentation_has_a_chapter_for_every_table() -> None:
    headers = re.findall(r"^### (.*)$", CONFIGURATION, flags=re.MULTILINE)

    assert sorted(headers) == sorted([*(f"[[{name}]]" for name in LISTS), *(f"[{name}]" for name in SINGLES)])
