"""`sitrep check` and `status` with probes of our own."""

from __future__ import annotations

from pathlib import Path

from tests.e2e.program import sitrep_in
from tests.probes.localllm import KEY, LLM, serving
from tests.servers import Answer, serve


def config_of(*probes: str) -> str:
    head = 'watch = []\negress = { allow = ["127.0.0.0/8"] }\n'
    return head + "".join(f'[[probe]]\ntype = "http"\n{text}\n' for text in probes)


async def test_every_probe_is_tried_once_and_told(tmp_path: Path) -> None:
    answers = {"/well": Answer(body="ok"), "/ill": Answer(status=503), "/key": Answer(status=401)}
    async with serve(answers) as server, sitrep_in(tmp_path) as sitrep:
        key = f'name = "key"\ntarget = "{server.url}/key"\nheaders = {{ Authorization = "${{API_KEY}}" }}'
        targets = [f'name = "{name}"\ntarget = "{server.url}/{name}"' for name in ("well", "ill")]
        sitrep.config.write_text(config_of(*targets, key), encoding="utf-8")
        secret = {"API_KEY": "hunter2"}
        checked = await sitrep.run("check", "--live", "--config", str(sitrep.config), environment=secret)

        assert checked.status == 2
        assert checked.out.splitlines()[0] == "sitrep.toml: 0 pages watched, 3 probes, 1 route"
        assert checked.out.splitlines()[2].startswith("ok    probe well: passes in ")
        assert checked.err.splitlines()[0] == "FAIL  probe ill: fails: HTTP 503"
        assert checked.err.splitlines()[1].startswith("FAIL  probe key: can not tell: ")
        assert "hunter2" not in checked.out + checked.err
        assert sorted(server.paths) == ["/ill", "/key", "/well"]


async def test_what_is_wrong_with_probes_is_said_at_once(tmp_path: Path) -> None:
    async with sitrep_in(tmp_path) as sitrep:
        wrong = 'name = "api"\ntarget = "nowhere"\nstatus = 99\nheaders = { X-Key = "${API_KEY}" }'
        sitrep.config.write_text(config_of(wrong), encoding="utf-8")
        checked = await sitrep.run("check", "--config", str(sitrep.config))

        assert checked.status == 2
        assert [line.partition(".")[2].partition(":")[0] for line in checked.err.splitlines()] == [
            "toml",
            "toml",
            "toml",
        ]


async def test_what_checks_cost_is_told_and_counts_once_sitrep_has_run(tmp_path: Path) -> None:
    llm = LLM(usage=(1000, 500))
    async with serving(llm), sitrep_in(tmp_path) as sitrep:
        prices = 'price_in = 2.0\nprice_out = 8.0\ndaily_limit = 0.01\nmax_tokens = 500\nkey = "${LLM_KEY}"'
        probe = f'[[probe]]\ntype = "llm"\nname = "model"\nmodel = "m"\ntarget = "{llm.url}"\n{prices}\n'
        sitrep.config.write_text(config_of() + probe, encoding="utf-8")
        config, key = ("--config", str(sitrep.config)), {"LLM_KEY": KEY}
        first = await sitrep.run("check", "--live", *config, environment=key)
        await sitrep.run("migrate", *config)
        second = await sitrep.run("check", "--live", *config, environment=key)
        third = await sitrep.run("check", "--live", *config, environment=key)

    assert [one.status for one in (first, second, third)] == [0, 0, 0]
    told = [one.out.splitlines()[2].partition("; today: ") for one in (first, second, third)]
    assert [today for _, _, today in told] == ["1 check, 0.006 of 0.01"] * 3
    assert third.out.splitlines()[2].startswith(
        "ok    probe model: not checked: its daily ceiling of 0.01 is reached; it checks again at 00:00 UTC"
    )
    assert len(llm.asked) == 2
