"""What we depend on: as it was pinned, under licences that we can live with, and asked after."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from scripts import audit

ROOT = Path(__file__).parents[1]
# Permissive ones, and one that asks for changes of its own files alone, of which we make none.
ALLOWED = re.compile(
    r"MIT(-0|-CMU)?|BSD([ -][23]-Clause)?|3-Clause BSD|Apache( Software)?([ -]2\.0)?|ISC|PSF-2\.0|"
    r"Python Software Foundation|Mozilla Public 2\.0|MPL-2\.0"
)
# Whose metadata names none: read in their own LICENSE files.
READ = {"httpx-aiohttp": "BSD-3-Clause", "axe-playwright-python": "MIT"}
_WORDS = re.compile(r"\b(?:License|The|Clause License)\b|\(.*\)")


def installed(name: str) -> Distribution | None:
    try:
        return distribution(name)
    except PackageNotFoundError:  # it is for other systems
        return None


def licences(name: str, found: Distribution) -> list[str]:
    """Return what a package says that it is under, an "or" being as good as its first."""
    meta = found.metadata
    if name in READ:
        return [READ[name]]
    if "License-Expression" in meta:
        return re.split(r" (?:AND|OR) ", meta["License-Expression"])
    classified = [one.split(" :: ")[-1] for one in meta.get_all("Classifier") or () if one.startswith("License ::")]
    return [one for one in classified if one != "OSI Approved"] or (meta.get_all("License") or ["none"])[0].split(
        " OR "
    )


@pytest.mark.parametrize("file", audit.FILES)
def test_everything_is_under_a_licence_that_we_can_live_with(file: str) -> None:
    strange = {
        name: said
        for name, _ in audit.pins(ROOT / file)
        if (found := installed(name)) is not None
        for said in licences(name, found)
        if not ALLOWED.fullmatch(" ".join(_WORDS.sub("", said).split()))
    }

    assert strange == {}


def test_what_is_installed_is_what_is_pinned_and_nothing_that_it_needs_is_missing() -> None:
    wrong = []
    for name, version in audit.pins(*(ROOT / file for file in audit.FILES)):
        found = installed(name)
        if found is None:
            continue
        wrong += [f"{name} {found.version}, not {version}"] if found.version != version else []
        for line in found.requires or ():
            needed = Requirement(line)
            if needed.marker is None or needed.marker.evaluate({"extra": ""}):
                other = installed(needed.name)
                if other is None or not needed.specifier.contains(other.version, prereleases=True):
                    wrong.append(f"{name} needs {line}")

    assert wrong == []


@pytest.mark.parametrize("version", ["3.11", "3.12", "3.13", "3.14"])
@pytest.mark.parametrize("file", audit.FILES)
def test_one_file_pins_all_that_is_needed_on_every_python(file: str, version: str) -> None:
    """What pip refuses, where hashes are asked for, is a need without a pin: it ends the installation."""
    here = {"python_version": version, "python_full_version": f"{version}.0", "extra": ""}
    pinned = [name for name, _ in audit.pins(ROOT / file)]
    for_it = {canonicalize_name(name) for name in pinned if _is_for(ROOT / file, name, here)}
    missing = [
        f"{name} needs {line}"
        for name in pinned
        if (found := installed(name)) is not None
        for line in found.requires or ()
        if (needed := Requirement(line)).marker is None or needed.marker.evaluate(here)
        if canonicalize_name(needed.name) not in for_it
    ]

    assert missing == []


def _is_for(file: Path, name: str, here: dict[str, str]) -> bool:
    (line,) = (one for one in file.read_text(encoding="utf-8").splitlines() if one.startswith(f"{name}=="))
    marker = Requirement(line.removesuffix("\\").strip()).marker
    return marker is None or marker.evaluate(here)


@pytest.mark.parametrize("file", audit.FILES)
def test_every_pin_says_what_needs_it(file: str) -> None:
    lines = (ROOT / file).read_text(encoding="utf-8").replace("\\\n", " ").splitlines()
    loose = [name for name, _ in audit.pins(ROOT / file) if not any(line.startswith(f"{name}==") for line in lines)]

    assert loose == []
    assert (ROOT / file).read_text(encoding="utf-8").count("# via") >= len(audit.pins(ROOT / file))


@contextmanager
def database(answer: bytes, status: int = 200) -> Iterator[tuple[str, list[bytes]]]:
    """Run a database of holes that answers one thing; gives its address, and what it was asked."""
    asked: list[bytes] = []

    class Answers(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked.append(self.rfile.read(int(self.headers["content-length"])))
            self.send_response(status)
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Answers)
    serving = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    serving.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        serving.join()
        server.server_close()


@pytest.fixture
def two(tmp_path: Path) -> str:
    file = tmp_path / "requirements.txt"
    file.write_text(
        "# a comment\na==1.0 \\\n    --hash=sha256:00\nb==2.0 ; python_version > '3' \\\n    --hash=sha256:00\n"
    )
    return str(file)


def test_a_known_hole_is_named_and_fails(two: str, capsys: pytest.CaptureFixture[str]) -> None:
    with database(json.dumps({"results": [{}, {"vulns": [{"id": "GHSA-1"}]}]}).encode()) as (url, asked):
        assert audit.main(["--database", url, two]) == audit.HOLES

    assert [one["package"]["name"] for one in json.loads(asked[0])["queries"]] == ["a", "b"]
    assert "audit: b 2.0: https://osv.dev/vulnerability/GHSA-1" in capsys.readouterr().out


def test_where_none_is_known_all_is_well(two: str) -> None:
    with database(b'{"results": [{}, null]}') as (url, _):
        assert audit.main(["--database", url, two]) == audit.CLEAN


@pytest.mark.parametrize(
    ("answer", "status"), [(b"", 503), (b"<html>", 200), (b"{}", 200), (b'{"results": []}', 200), (b"[]", 200)]
)
def test_what_could_not_be_asked_is_never_called_well(
    two: str, answer: bytes, status: int, capsys: pytest.CaptureFixture[str]
) -> None:
    with database(answer, status) as (url, _):
        assert audit.main(["--database", url, two]) == audit.NOT_ASKED

    assert "NOT DONE" in capsys.readouterr().err
    assert audit.main(["--database", "http://127.0.0.1:1", two]) == audit.NOT_ASKED
