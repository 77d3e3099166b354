"""The workshop's own promises: pins, targets, start lines, reasons."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PIN_FILES = ("requirements.txt", "requirements-dev.txt")
TARGETS = ("run", "test", "bench", "demo", "lint", "audit", "pins", "clean")

PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^ ;]+)")
HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}")
PLACE = re.compile(r"://|^-|(?:^|\s)/\w|(?:index|find-links|trusted-host)")
IGNORE = re.compile(r'^ +"[A-Z]+[0-9]*", +(.*)$', re.MULTILINE)


def text_of(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def requirements(name: str) -> tuple[str, ...]:
    """Return one line for each requirement, its continuation lines joined, without comments."""
    joined = text_of(name).replace("\\\n", " ")
    return tuple(line for line in joined.splitlines() if line.strip() and not line.lstrip().startswith("#"))


def pins(name: str) -> dict[str, str]:
    found = (PIN.match(line) for line in requirements(name))
    return {normal(match[1]): match[2] for match in found if match}


def normal(package: str) -> str:
    """Return the name as package indexes compare it."""
    return re.sub(r"[-_.]+", "-", package).lower()


@pytest.mark.parametrize("name", PIN_FILES)
def test_pins_name_no_place_to_fetch_from(name: str) -> None:
    places = [line for line in text_of(name).splitlines() if PLACE.search(line)]

    assert places == []


@pytest.mark.parametrize("name", PIN_FILES)
def test_every_requirement_is_pinned_and_has_a_hash(name: str) -> None:
    loose = [line for line in requirements(name) if not (PIN.match(line) and HASH.search(line))]

    assert loose == []
    assert requirements(name)


def test_tests_run_on_the_packages_that_the_bot_runs_on() -> None:
    running, developing = pins("requirements.txt"), pins("requirements-dev.txt")

    assert running.items() <= developing.items()


def test_every_runtime_dependency_is_pinned() -> None:
    project = tomllib.loads(text_of("pyproject.toml"))["project"]
    needed = {normal(re.split(r"[\[<>=!~; ]", dependency)[0]) for dependency in project["dependencies"]}

    assert needed <= pins("requirements.txt").keys()


def test_every_development_tool_is_pinned() -> None:
    project = tomllib.loads(text_of("pyproject.toml"))["project"]
    needed = {normal(re.split(r"[\[<>=!~; ]", tool)[0]) for tool in project["optional-dependencies"]["dev"]}

    assert needed <= pins("requirements-dev.txt").keys()


def test_pip_itself_is_pinned() -> None:
    assert "pip" in pins("requirements-dev.txt")


@pytest.mark.parametrize("target", TARGETS)
def test_the_makefile_has_the_target(target: str) -> None:
    makefile = text_of("Makefile")

    assert re.search(rf"^{target}:", makefile, re.MULTILINE)


def test_the_procfile_migrates_on_release_and_runs_as_web_or_worker() -> None:
    lines = dict(line.split(": ", 1) for line in text_of("Procfile").splitlines() if not line.startswith("#"))

    assert lines["release"] == "python -m bot migrate"
    assert lines["worker"] == "python -m bot run"
    assert lines["web"].endswith("python -m bot run")


def test_each_ignored_rule_has_its_reason() -> None:
    linter = text_of("pyproject.toml").split("[tool.ruff.lint]")[1].split("[tool.ruff.lint.flake8")[0]
    reasons = IGNORE.findall(linter)

    assert reasons
    assert all(re.fullmatch(r"# \S.*", reason) for reason in reasons)


def test_each_module_of_the_bot_has_its_layer() -> None:
    contracts = tomllib.loads(text_of("pyproject.toml"))["tool"]["importlinter"]["contracts"]
    layers = " ".join(next(contract["layers"] for contract in contracts if contract["id"] == "layers"))
    modules = {path.stem for path in (ROOT / "bot").iterdir() if path.suffix == ".py" or any(path.glob("*.py"))}

    assert modules - {"__init__"} <= set(re.findall(r"bot\.(\w+)", layers))


def test_nothing_is_mocked() -> None:
    # Put together here, so that this file does not find itself.
    mock = re.compile(r"unittest" + r"\.mock|from unittest import .*\bmock\b|\bmocker\b")
    files = [path for folder in ("bot", "adapters", "tests") for path in (ROOT / folder).rglob("*.py")]

    assert [path.name for path in files if mock.search(path.read_text(encoding="utf-8"))] == []
