# ruff: noqa: E501  # one mistake, one line
"""Each kind of mistake in `sitrep.toml`, and the line that it gives."""

from pathlib import Path

import pytest

from bot import settings
from bot.errors import ConfigError


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('interval = "5s"', "interval: there is no such table; it is one of watch, probe, maintenance, service, route, oncall, "),
        ('[[watchs]]\nvendor = "openai"', 'watchs: there is no such table; did you mean "watch"?'),
        ('[watch]\nvendor = "openai"', "watch: a table is not a list of tables; write [[watch]], with two brackets"),
        ("watch = 1", "watch: 1 is not a list of tables; write [[watch]], with two brackets"),
        ("[[access]]", "access: is there as a list; write [access], with single brackets, and once"),
        ("access = 1", "access: 1 is not a table; write [access] and its keys below it"),
        ('watch = ["openai"]', 'watch[1]: "openai" is not a table; write [[watch]] and its keys below it'),
        ("[[watch]]\nvendor = 5", "watch[1].vendor: 5 is not text; write it in quotes"),
        ('[[watch]]\nvendor = " "', "watch[1].vendor: is empty; write a text or leave the key out"),
        ('[[watch]]\nvendor = "openai"\nurl = "https://b"', "watch[1]: has both a vendor and a url; keep the one that is meant"),
        ('[[watch]]\nvendor = "openai"\ncomponents = 5', 'watch[1].components: 5 is not a list; write for example components = ["ChatGPT"]'),
        ('[[watch]]\nvendor = "openai"\ncomponents = ["a", 5]', "watch[1].components[2]: 5 is not text; write it in quotes"),
        ('[[watch]]\nurl = "status.example.com"', 'watch[1].url: "status.example.com" is not a https or http address; write for example https://status.example.com'),
        ('[[watch]]\nurl = "https://[x"', 'watch[1].url: "https://[x" is not a https or http address;'),
        ('[[watch]]\nurl = "https://u:hunter2@example.com"', "watch[1].url: has a name and password in it; write the address without them"),
        ('[[watch]]\nvendor = "openai"\nfrequency = "5m"', "watch[1].frequency: there is no such key; the keys are vendor, url, name, format, components, regions, interval"),
        ('[[probe]]\nname = "a"\ntype = "smtp"\ntarget = "b"', 'probe[1].type: "smtp" is not known; it is one of llm, http, tcp, dns, tls, ping, heartbeat'),
        ('[[probe]]\nname = "a"\ntype = "htp"\ntarget = "b"', 'probe[1].type: "htp" is not known; did you mean "http"?'),
        ('[[probe]]\nname = "a"\ntype = "http"', 'probe[1].target: is missing; write for example target = "https://api.openai.com/v1/models"'),
        ('[[probe]]\nname = "a"\ntype = "heartbeat"\nfail_after = 0', "probe[1].fail_after: 0 is not a whole number from 1 up; write for example 3"),
        ('[[probe]]\nname = "a"\ntype = "heartbeat"\nfail_after = true', "probe[1].fail_after: true is not a whole number"),
        ('[[probe]]\nname = "a"\ntype = "heartbeat"\nfailafter = 2', 'probe[1].failafter: there is no such key; did you mean "fail_after"?'),
        ('[[probe]]\nname = "a"\ntype = "heartbeat"\ntimeout = "31s"', "probe[1].timeout: is longer than interval; write a shorter one"),
        ('[[probe]]\ntype = "heartbeat"', 'probe[1].name: is missing; write for example name = "openai-api"'),
        ('[[service]]\nname = "a"', 'service[1].depends_on: is missing; write for example depends_on = ["openai:Chat Completions"]'),
        ('[[service]]\nname = "a"\ndepends_on = []', "service[1].depends_on: is empty; name at least one"),
        ('[[service]]\nname = "a"\ndepends_on = ["openia:API"]', 'service[1].depends_on[1]: "openia" is neither watched nor in the catalog; the nearest are openai,'),
        ('[[service]]\nname = "a"\ndepends_on = "openai"\nfallback = "claude"', 'service[1].fallback: "claude" is not a table; write for example fallback = { vendor = "anthropic", steps = ["Set PROVIDER=anthropic"] }'),
        ('[[service]]\nname = "a"\ndepends_on = "openai"\nrunbook = "wiki"', 'service[1].runbook: "wiki" is not a https or http address;'),
        ("[[route]]", 'route[1].to: is missing; write for example to = ["slack:#vendor-status"]'),
        ("[[route]]\nto = []", "route[1].to: is empty; name at least one"),
        ('[[route]]\nto = "slack:vendor-status"', 'route[1].to[1]: "slack:vendor-status" is not a Slack channel; write "slack:#its-name" or "slack:C0123456789"'),
        ('[[route]]\nto = "discord:#general"', 'route[1].to[1]: "discord:#general" is not a Discord channel; write its id in digits, "discord:123456789"'),
        ('[[route]]\nto = "console:1"', 'route[1].to[1]: "console:1" has an address, which the console has not; write "console"'),
        ('[[route]]\nto = "teams:general"', 'route[1].to[1]: "teams:general" is on no known platform; the platforms are slack, discord, console'),
        ('[[route]]\nto = "console"\nmatch = { vendor = "calude" }', 'route[1].match.vendor[1]: "calude" is neither watched nor in the catalog; the nearest are '),
        ('[[route]]\nto = "console"\nmatch = { service = "Bot" }', 'route[1].match.service[1]: there is no [[service]] named "Bot"; write one, with name = "Bot"'),
        ('[[route]]\nto = "console"\nmatch = { kind = ["outage"] }', 'route[1].match.kind[1]: "outage" is not known; it is one of incident, maintenance, suspected'),
        ('[[route]]\nto = "console"\nmatch = { min_impct = "major" }', 'route[1].match.min_impct: there is no such key; did you mean "min_impact"?'),
        ('[[route]]\nto = "console"\nmatch = "openai"', 'route[1].match: "openai" is not a table; write for example match = { min_impact = "minor" }'),
        ('[[route]]\nto = "console"\nmention = { severe = "@here" }', "route[1].mention.severe: there is no such key; the keys are critical, major, minor"),
        ('[[route]]\nto = "console"\nmention = { major = "@leads" }', 'route[1].mention.major: "@leads" is nobody that can be found; write "@here", "slack:U0123", "discord:123", "discord:role:123" or "oncall:name"'),
        ('[[route]]\nto = "console"\nmention = { major = "oncall:x" }', 'route[1].mention.major: there is no [[oncall]] named "x"; write one, with name = "x"'),
        ('[[route]]\nto = "console"\nmention = { major = "oncall:" }', 'route[1].mention.major: "oncall:" names nobody; write "oncall:" and the name of an [[oncall]]'),
        ('[[route]]\nto = "console"\nquiet = "at night"', 'route[1].quiet: "at night" is not a span with a time zone; write for example "22:00-07:00 Europe/Berlin"'),
        ('[[route]]\nto = "console"\nquiet = "22:00-07:00"', 'route[1].quiet: "22:00-07:00" is not a span with a time zone;'),
        ('[[route]]\nto = "console"\nquiet = "22:00-25:00 UTC"', 'route[1].quiet: "25:00" is not a time of day; write one from "00:00" to "23:59"'),
        ('[[route]]\nto = "console"\nquiet = "7:00-07:00 UTC"', 'route[1].quiet: "7:00-07:00 UTC" begins when it ends; write two different times'),
        ('[[route]]\nto = "console"\nquiet = "22:00-07:00 Berlin"', 'route[1].quiet: "Berlin" is not a time zone; did you mean "Europe/Berlin"?'),
        ('[[route]]\nto = "console"\nquiet = "22:00-07:00 /etc/passwd"', 'route[1].quiet: "/etc/passwd" is not a time zone'),
        ('[[route]]\nto = "console"\ncontinue = "yes"', 'route[1].continue: "yes" is neither true nor false; write true or false, without quotes'),
        ('[[oncall]]\nname = "a"\npeople = []', "oncall[1].people: is empty; name at least one"),
        ('[[oncall]]\nname = "a"\npeople = [{ name = "b" }]', 'oncall[1].people[1]: can not be reached; add slack = "U…" or discord = "…"'),
        ('[[oncall]]\nname = "a"\npeople = [{ slack = "U1" }]', 'oncall[1].people[1].name: is missing; write for example name = "First engineer"'),
        ('[[oncall]]\nname = "a"\npeople = [{ name = "b", slack = "@b" }]', 'oncall[1].people[1].slack: "@b" is not a Slack member id;'),
        ('[[oncall]]\nname = "a"\npeople = [{ name = "b", discord = "b#1" }]', 'oncall[1].people[1].discord: "b#1" is not a Discord user id;'),
        ('[[oncall]]\nname = "a"\npeople = [{ name = "b", slak = "U1", discord = "1" }]', 'oncall[1].people[1].slak: there is no such key; did you mean "slack"?'),
        ('[[oncall]]\nname = "a"\npeople = [{ name = "b", slack = "U1" }]\nhandover = "Monday"', 'oncall[1].handover: "Monday" is not a time of day;'),
        ('[[oncall]]\nname = "a"\npeople = [{ name = "b", slack = "U1" }]\nhandover = "Mo 09:00"', 'oncall[1].handover: "Mo" is not a weekday; did you mean "Mon"?'),
        ('[[oncall]]\nname = "a"\npeople = [{ name = "b", slack = "U1" }]\nhandover = "every Mon 09:00"', 'oncall[1].handover: "every Mon 09:00" is not a time to hand over; write "Mon 09:00", or "09:00" for every day'),
        ('[[oncall]]\nname = "a"\npeople = [{ name = "b", slack = "U1" }]\nhandover = 09:00:00', "oncall[1].handover: 09:00:00 is not text; write it in quotes"),
        ('[[oncall]]\nname = "a"\npeople = [{ name = "b", slack = "U1" }]\ntimezone = "Europe/Berln"', 'oncall[1].timezone: "Europe/Berln" is not a time zone; did you mean "Europe/Berlin"?'),
        ('[[maintenance]]\nname = "X"', 'maintenance[1]: does not say when; write starts = 2026-12-05T22:00:00+01:00 and ends = 2026-12-06T02:00:00+01:00, or every = "Sun 02:00-04:00 Europe/Berlin"'),
        ('[[maintenance]]\nname = "X"\nstarts = 2026-12-05T22:00:00Z', "maintenance[1]: does not say when; write starts = "),
        ('[[maintenance]]\nname = "X"\nevery = "Sun 02:00-04:00 UTC"\nends = 2026-12-05T22:00:00Z', "maintenance[1]: has both starts or ends, and every; keep what is meant"),
        ('[[maintenance]]\nname = "X"\nstarts = 2026-12-05T22:00:00Z\nends = 2026-12-05T22:00:00+01:00', "maintenance[1].ends: is not after starts; write a later one"),
        ('[[maintenance]]\nname = "X"\nstarts = 2026-12-05T22:00:00\nends = 2026-12-06T00:00:00Z', "maintenance[1].starts: 2026-12-05 22:00:00 is not a time with a time zone; write for example 2026-12-05T22:00:00+01:00"),
        ('[[maintenance]]\nname = "X"\nstarts = 2026-12-05T22:00:00Z\nends = 2026-12-06', "maintenance[1].ends: 2026-12-06 is not a time with a time zone; write for example 2026-12-05T22:00:00+01:00"),
        ('[[maintenance]]\nname = "X"\nevery = "02:00-04:00 UTC"', 'maintenance[1].every: "02:00-04:00 UTC" names no day; write for example "Sun 02:00-04:00 Europe/Berlin"'),
        ('[[maintenance]]\nname = "X"\nevery = "Sum 02:00-04:00 UTC"', 'maintenance[1].every: "Sum" is not a weekday'),
        ('[[maintenance]]\nname = "X"\nevery = "Sun 02:00 UTC"', 'maintenance[1].every: "02:00 UTC" is not a span with a time zone; write for example "22:00-07:00 Europe/Berlin"'),
        ('[[maintenance]]\nname = "X"\nevery = "Sun 02:00-04:00 UTC"\nprobes = ["api"]', 'maintenance[1].probes[1]: there is no [[probe]] named "api"'),
        ('[[watch]]\nvendor = "openai"\nremind = "60d"', 'watch[1].remind[1]: "60d" is too early; the earliest reminder is "30d"'),
        ("[[escalation]]\nsteps = []", "escalation[1].steps: is empty; name at least one"),
        ('[[escalation]]\nsteps = [{ after = "5m" }]', 'escalation[1].steps[1].notify: is missing; write for example notify = "oncall:platform"'),
        ('[[escalation]]\nsteps = [{ after = "5m", notify = "console" }, { after = "1m", notify = "console" }]', "escalation[1].steps: are not in order; write the soonest first"),
        ('[[escalation]]\nsteps = [{ after = "5m", notify = "oncall:x" }]', 'escalation[1].steps[1].notify: there is no [[oncall]] named "x"'),
        ('[access]\nadmins = "everyone"', 'access.admins[1]: "everyone" is nobody that can be found; write "slack:U0123", "discord:123", "discord:role:123" or "oncall:name"'),
        ('[access]\nresponders = ["oncall:x"]', 'access.responders[1]: there is no [[oncall]] named "x"'),
        ('[egress]\nallow = ["10.0.0.1/8"]', 'egress.allow[1]: "10.0.0.1/8" is an address within a network; write "10.0.0.0/8"'),
        ('[egress]\nallow = ["host:80"]', 'egress.allow[1]: "host:80" is neither a host nor a network; write for example "status.internal.example" or "10.0.0.0/8", without scheme and port'),
    ],
)  # fmt: skip
def test_a_mistake_says_where_it_is_and_what_to_write(tmp_path: Path, text: str, line: str) -> None:
    (tmp_path / "sitrep.toml").write_text(text, encoding="utf-8")

    with pytest.raises(ConfigError) as caught:
        settings.load(None, {}, tmp_path)

    (found,) = caught.value.mistakes
    assert found.startswith(f"sitrep.toml: {line}")
    assert "Input should" not in found
    assert "hunter2" not in found
