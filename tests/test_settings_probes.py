"""Probes: what their types say of their keys, whose trouble they tell of, and the secrets that they refer to."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from textwrap import dedent

import pytest

from bot import checks, plugins, settings
from bot.errors import ConfigError
from bot.model import SourceKind
from bot.settings import Probe, Settings
from bot.settings.values import WITNESSES

HTTP = '[[probe]]\nname = "api"\ntype = "http"\ntarget = "https://api.example.com"\n'


def load(cwd: Path, text: str, environ: Mapping[str, str] | None = None) -> Settings:
    (cwd / "sitrep.toml").write_text(dedent(text), encoding="utf-8")
    return settings.load(None, environ or {}, cwd, None, plugins.probe_named)


def mistakes(cwd: Path, text: str, environ: Mapping[str, str] | None = None) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        load(cwd, text, environ)
    return [line.removeprefix("sitrep.toml: ") for line in caught.value.mistakes]


def only(found: Settings) -> Probe:
    (probe,) = found.probes
    return probe


def test_a_probe_accuses_its_vendor_by_the_name_that_people_know(tmp_path: Path) -> None:
    found = load(
        tmp_path,
        """
        watch = [{ vendor = "github", name = "The forge" }]
        [[probe]]
        name = "Chat API"
        type = "http"
        vendor = "ChatGPT"
        component = "gpt-api"
        target = "https://api.openai.com/v1/models"
        [[probe]]
        name = "clone"
        type = "http"
        vendor = "github"
        target = "https://github.com"
        [[probe]]
        name = "gateway"
        type = "http"
        vendor = "Our Gateway"
        target = "https://gateway.example.com"
        """,
    )
    sources = [settings.source_of(one) for one in found.probes]

    assert [(one.key, one.vendor, one.vendor_name) for one in sources] == [
        ("probe:chat-api", "openai", "OpenAI"),
        ("probe:clone", "github", "The forge"),
        ("probe:gateway", "our-gateway", "Our Gateway"),
    ]
    # The catalog's short name of a component is written out, as the vendor's page writes it.
    assert sources[0].components == ("Chat Completions",)
    assert {one.kind for one in sources} == {SourceKind.PROBE}


def test_a_probe_without_a_vendor_accuses_nobody(tmp_path: Path) -> None:
    text = f'{HTTP}[[route]]\nmatch = {{ vendor = "API" }}\nto = "console"'
    found = load(tmp_path, text)
    source = settings.source_of(only(found))

    assert (source.vendor, source.vendor_name, source.whose) == ("api", "", "api")
    assert found.routes[0].match.vendors == ("api",)


def test_its_type_reads_its_own_keys(tmp_path: Path) -> None:
    probe = only(load(tmp_path, f'{HTTP}method = "POST"\nbody = "{{}}"\nslower_than = "2s"'))

    assert (probe.keys.method, probe.keys.slower_than) == ("POST", timedelta(seconds=2))


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        (f"{HTTP}redirect = false", ['probe[1].redirect: there is no such key; did you mean "redirects"?']),
        (f"{HTTP}failafter = 2", ['probe[1].failafter: there is no such key; did you mean "fail_after"?']),
        (f"{HTTP}status = [200, 999]", ['probe[1].status[2]: is not a status; write for example 200 or "2xx"']),
        (f'{HTTP}values = {{ "a.b" = [1] }}', ["probe[1].values: has no simple value for a.b; write"]),
        (f'{HTTP}interval = "10ms"', ['probe[1].interval: "10ms" is too often; the shortest interval of a check']),
        (f'{HTTP}recheck = "1m"', ["probe[1].recheck: is longer than interval; write a shorter one"]),
        (f'{HTTP}impact = "none"', ['probe[1].impact: "none" is not known; it is one of minor, major, critical']),
        (f"{HTTP}slow = 3", ['probe[1].slow: 3 is not how many times the usual; write for example "3x", or "off"']),
        (f'{HTTP}slow = "1x"', ['probe[1].slow: "1x" is not how many times the usual']),
        (
            '[[probe]]\nname = "a"\ntype = "http"\ntarget = "api.example.com"\nmethod = "FETCH"\nstatus = "ok"',
            ["probe[1].target: is not a web address", "probe[1].method: is not a method", "probe[1].status[1]: is not"],
        ),
        (HTTP.replace("http", "ftp", 1), ['probe[1].type: "ftp" is not known']),
        (HTTP + HTTP, ['probe[2].name: "api" is also the name of probe[1]; write another']),
        (HTTP + HTTP.replace('"api"', '"API!"'), ["probe[2].name: differs from the name of probe[1] only in signs"]),
        (HTTP.replace('"api"', '"!"'), ["probe[1].name: has no letter and no digit; write another"]),
        (HTTP.replace('"api"', '"GitHub"'), ['probe[1].name: is the name of a vendor; add vendor = "github", or']),
        ('[network]\nwitnesses = ["1.1.1.1"]', ['network.witnesses[1]: "1.1.1.1" is not a host and a port; write for']),
    ],
)  # fmt: skip
def test_all_mistakes_are_said_with_their_places(tmp_path: Path, text: str, lines: list[str]) -> None:
    found = mistakes(tmp_path, text)

    assert len(found) == len(lines)
    assert all(line.startswith(begins) for line, begins in zip(found, lines, strict=True))


def test_secrets_come_from_the_environment_a_file_or_dot_env(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("FIRST=one\n")
    (tmp_path / "second").write_text("two\n")
    text = f'{HTTP}headers = {{ Authorization = "Bearer ${{FIRST}}", X-Key = "${{SECOND}}-${{THIRD}}" }}'
    probe = only(load(tmp_path, text, {"SECOND_FILE": "second", "THIRD": "three"}))

    assert {name: secret.reveal() for name, secret in probe.secrets.items()} == {
        "FIRST": "one",
        "SECOND": "two",
        "THIRD": "three",
    }


def test_no_secret_is_ever_shown(tmp_path: Path) -> None:
    text = f'{HTTP.replace("api.example.com", "api.example.com/${PART}")}headers = {{ Authorization = "${{KEY}}" }}'
    found = load(tmp_path, text, {"KEY": "hunter2", "PART": "hunter2"})
    (probe,) = checks.probes_of(found).values()

    assert "hunter2" not in repr(found)
    assert "hunter2" not in repr(probe)
    assert "hunter2" not in repr(settings.source_of(only(found)))
    assert probe.setup.secrets == {"KEY": "hunter2", "PART": "hunter2"}


def test_a_secret_that_is_not_there_is_a_mistake_that_names_it(tmp_path: Path) -> None:
    text = f'{HTTP}headers = {{ Authorization = "Bearer ${{API_KEY}}", X-Other = "${{API_KEY}}" }}'
    how = "set it in the environment or in .env, or name a file that holds it in API_KEY_FILE"

    assert mistakes(tmp_path, text) == [f"probe[1].headers.Authorization: API_KEY is not set; {how}"]


def test_a_secret_in_the_file_itself_is_a_mistake_that_does_not_repeat_it(tmp_path: Path) -> None:
    (line,) = mistakes(tmp_path, f'{HTTP}headers = {{ Authorization = "Bearer hunter2" }}')

    assert line.startswith("probe[1].headers: holds a secret (Authorization)")
    assert "hunter2" not in line


def test_who_does_not_check_needs_no_secret(tmp_path: Path) -> None:
    (tmp_path / "sitrep.toml").write_text(f'{HTTP}headers = {{ Authorization = "Bearer ${{API_KEY}}" }}')

    assert only(settings.load(None, {}, tmp_path)).keys is None


def test_what_is_not_said_has_good_defaults(tmp_path: Path) -> None:
    probe = only(load(tmp_path, HTTP))

    assert (probe.interval, probe.timeout, probe.recheck) == (
        timedelta(seconds=30),
        timedelta(seconds=10),
        timedelta(seconds=5),
    )
    assert (probe.fail_after, probe.pass_after, probe.impact, probe.slow) == (3, 2, "minor", 3.0)
    assert only(load(tmp_path, HTTP + 'interval = "2s"')).recheck == timedelta(seconds=2)
    assert only(load(tmp_path, HTTP + 'slow = "off"')).slow is None
    assert only(load(tmp_path, HTTP + 'slow = "2.5x"')).slow == 2.5
    certificate = '[[probe]]\nname = "cert"\ntype = "tls"\ntarget = "example.com"'
    assert only(load(tmp_path, certificate)).slow is None


def test_witnesses_are_well_known_hosts_unless_others_are_named(tmp_path: Path) -> None:
    assert load(tmp_path, HTTP).witnesses == WITNESSES
    assert load(tmp_path, f"{HTTP}[network]\nwitnesses = []").witnesses == ()
    assert load(tmp_path, f'{HTTP}[network]\nwitnesses = "[::1]:53"').witnesses == ("[::1]:53",)
