"""What `sitrep.toml` may say, and what is said of what it may not."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from textwrap import dedent

import pytest

from bot import catalog, settings
from bot.core.access import Right
from bot.core.bursts import Terms as Bursts
from bot.core.evidence import DEFAULT, Thresholds
from bot.core.keeping import Keep
from bot.core.rules import (
    Detail,
    Escalation,
    EscalationStep,
    Handover,
    Match,
    Oncall,
    Person,
    Quiet,
    Route,
    Service,
    Summary,
)
from bot.core.windows import Weekly, Window
from bot.model import Confidence, Destination, Impact, Kind
from bot.settings import Access, Probe, Settings, Watch


def load(cwd: Path, text: str) -> Settings:
    (cwd / "sitrep.toml").write_text(dedent(text), encoding="utf-8")
    return settings.load(None, {}, cwd)


def test_an_empty_file_is_like_none(tmp_path: Path) -> None:
    found = load(tmp_path, "")

    assert found.defaulted_watches
    assert found.config_path == tmp_path / "sitrep.toml"
    assert [route.to for route in found.routes] == [(Destination("console"),)]


def test_an_empty_list_of_watches_watches_nobody(tmp_path: Path) -> None:
    found = load(tmp_path, "watch = []")

    assert found.watches == ()
    assert not found.defaulted_watches


def test_a_watch_is_kept_as_it_was_asked_for(tmp_path: Path) -> None:
    found = load(
        tmp_path,
        """
        [[watch]]
        vendor = "ChatGPT"
        components = ["Codex*", "gpt-api"]
        regions = "us-east-1"
        interval = "1m"
        remind = ["1h", "1d", "1h"]

        [[watch]]
        url = "https://status.example.com"
        name = "Example"
        format = "statuspage"
        """,
    )

    assert found.watches == (
        Watch(
            where="sitrep.toml: watch[1]",
            vendor="ChatGPT",
            components=("Codex*", "gpt-api"),
            regions=("us-east-1",),
            interval=timedelta(minutes=1),
            exact=True,
            remind=(timedelta(days=1), timedelta(hours=1)),
        ),
        Watch(
            where="sitrep.toml: watch[2]",
            url="https://status.example.com",
            name="Example",
            format="statuspage",
        ),
    )
    assert not found.defaulted_watches


def test_no_reminder_is_what_an_empty_list_asks_for(tmp_path: Path) -> None:
    found = load(tmp_path, '[[watch]]\nvendor = "openai"\nremind = []\n[[watch]]\nvendor = "github"\nremind = "2h"')

    assert [watch.remind for watch in found.watches] == [(), (timedelta(hours=2),)]
    assert [source.remind for source in settings.sources(found, catalog.load(), {"statuspage", "incidentio"})] == [
        (),
        (timedelta(hours=2),),
    ]


def test_a_maintenance_of_our_own_is_once_or_every_week(tmp_path: Path) -> None:
    found = load(
        tmp_path,
        """
        [[probe]]
        name = "API"
        type = "tcp"
        target = "a:1"

        [[maintenance]]
        name = "Upgrade"
        probes = ["api", "API"]
        starts = 2026-12-05T22:00:00+01:00
        ends = "2026-12-06T02:00:00+01:00"

        [[maintenance]]
        name = "Deployment"
        every = "Fri-Sun,tue 22:00-02:00 Europe/Berlin"

        [[maintenance]]
        name = "Backup"
        every = "daily 03:00-03:30 UTC"
        """,
    )

    assert found.windows == (
        Window(
            name="Upgrade",
            probes=("API",),
            starts=datetime(2026, 12, 5, 21, tzinfo=UTC),
            ends=datetime(2026, 12, 6, 1, tzinfo=UTC),
        ),
        Window(name="Deployment", every=Weekly(frozenset({4, 5, 6, 1}), Quiet(time(22), time(2), "Europe/Berlin"))),
        Window(name="Backup", every=Weekly(frozenset(range(7)), Quiet(time(3), time(3, 30), "UTC"))),
    )


def test_a_route_says_who_is_told_what_and_when(tmp_path: Path) -> None:
    found = load(
        tmp_path,
        """
        [[route]]
        match.vendor = ["claude", "openai"]
        match.component = "Login"
        match.region = "eu"
        match.min_impact = "major"
        match.kind = "incident"
        to = ["slack:#vendor-status", "slack:C0123", "discord:123", "console", "console"]
        mention = { critical = "@here", major = "oncall:platform", minor = "discord:role:5" }
        quiet = "22:00-07:00 Europe/Berlin"
        continue = true

        [[route]]
        to = "console"

        [[oncall]]
        name = "platform"
        people = [{ name = "First engineer", slack = "U1" }]
        """,
    )

    assert found.routes == (
        Route(
            name="route[1]",
            match=Match(
                vendors=("anthropic", "openai"),
                components=("Login",),
                regions=("eu",),
                min_impact=Impact.MAJOR,
                kinds=(Kind.INCIDENT,),
            ),
            to=(
                Destination("slack", "#vendor-status"),
                Destination("slack", "C0123"),
                Destination("discord", "123"),
                Destination("console"),
            ),
            mention=((Impact.CRITICAL, "@here"), (Impact.MAJOR, "oncall:platform"), (Impact.MINOR, "discord:role:5")),
            quiet=Quiet(time(22), time(7), "Europe/Berlin"),
            go_on=True,
        ),
        Route(name="route[2]", match=Match(), to=(Destination("console"),)),
    )


def test_a_route_says_how_much_of_it_and_in_which_words(tmp_path: Path) -> None:
    found = load(
        tmp_path,
        """
        [[route]]
        match.confidence = "medium"
        to = "console"
        hourly = 10
        detail = "stakeholder"
        weekly = "Fri 16:00 UTC"

        [[route]]
        to = "console"
        digest = "Mon 09:00 Europe/Berlin"

        [[route]]
        to = "console"
        digest = "09:00 UTC"
        """,
    )

    first, weekly, daily = found.routes
    assert (first.match.confidence, first.hourly, first.detail) == (Confidence.MEDIUM, 10, Detail.STAKEHOLDER)
    assert first.weekly == Summary(Handover(4, time(16)), "UTC")
    assert weekly.digest == Summary(Handover(0, time(9)), "Europe/Berlin")
    assert daily.digest == Summary(Handover(None, time(9)), "UTC")


def test_a_route_may_name_a_vendor_as_a_watch_or_a_probe_does(tmp_path: Path) -> None:
    found = load(
        tmp_path,
        """
        [[watch]]
        url = "https://status.example.com"
        name = "Example Corp"
        format = "statuspage"
        [[watch]]
        vendor = "github"
        name = "The forge"
        [[probe]]
        name = "gateway"
        type = "tcp"
        target = "a:1"
        vendor = "Our Gateway"
        [[route]]
        match = { vendor = ["example corp", "status.example.com", "the forge", "our-gateway"] }
        to = "console"
        """,
    )

    assert found.routes[0].match.vendors == ("example-corp", "github", "our-gateway")
    assert found.probes[0].vendor == "our-gateway"


def test_the_catalogs_short_names_of_components_are_written_out(tmp_path: Path) -> None:
    found = load(
        tmp_path,
        """
        [[service]]
        name = "Deploys"
        depends_on = ["github:gh-actions", "pypi"]
        [[route]]
        match = { vendor = "openai", component = ["gpt-api", "Login"] }
        to = "console"
        """,
    )

    assert found.routes[0].match.components == ("gpt-api", "Login", "Chat Completions")
    assert found.services[0].depends_on == (("github", "gh-actions"), ("github", "Actions"), ("pypi", None))


def test_a_service_says_what_it_needs_and_what_to_do_without(tmp_path: Path) -> None:
    found = load(
        tmp_path,
        """
        [[service]]
        name = "Support bot"
        depends_on = ["openai: Files: upload", "claude"]
        owner = "support"
        runbook = "https://wiki.example.com/bot"
        fallback = { vendor = "claude", steps = ["Switch", "Tell support"] }
        [[service]]
        name = "Search"
        depends_on = "openai"
        fallback = { vendor = "our own model" }
        [[route]]
        match = { service = "support BOT" }
        to = "console"
        """,
    )

    assert found.services == (
        Service(
            name="Support bot",
            depends_on=(("openai", "Files: upload"), ("anthropic", None)),
            owner="support",
            runbook="https://wiki.example.com/bot",
            fallback_vendor="anthropic",
            fallback_name="Anthropic",
            fallback_steps=("Switch", "Tell support"),
        ),
        Service(
            name="Search",
            depends_on=(("openai", None),),
            fallback_vendor="our own model",
            fallback_name="our own model",
        ),
    )
    assert found.routes[0].match.services == ("Support bot",)


def test_a_probe_keeps_the_keys_of_its_type(tmp_path: Path) -> None:
    found = load(
        tmp_path,
        """
        [[probe]]
        name = "api"
        type = "http"
        vendor = "ChatGPT"
        component = "Chat Completions"
        target = "https://api.openai.com/v1/models"
        interval = "5s"
        fail_after = 5
        expect = { status = [200, 204], json = { ok = true } }
        """,
    )

    (probe,) = found.probes
    assert probe == Probe(
        name="api",
        type="http",
        vendor="openai",
        vendor_name="OpenAI",
        component="Chat Completions",
        target="https://api.openai.com/v1/models",
        interval=timedelta(seconds=5),
        timeout=timedelta(seconds=5),
        fail_after=5,
        pass_after=2,
        recheck=timedelta(seconds=5),
        impact=Impact.MINOR,
        slow=3.0,
        options={"expect": {"status": (200, 204), "json": {"ok": True}}},
    )
    with pytest.raises(TypeError):
        probe.options["expect"] = 1  # type: ignore[index]  # that is the test


def test_a_rota_and_an_escalation_are_read(tmp_path: Path) -> None:
    found = load(
        tmp_path,
        """
        [[oncall]]
        name = "platform"
        people = [{ name = "First engineer", slack = "U1" }, { name = "Second engineer", discord = "2" }]
        handover = "fri 17:30"
        timezone = "Europe/Berlin"
        [[oncall]]
        name = "night"
        people = [{ name = "Third engineer", slack = "W3" }]
        handover = "21:00"
        duty = "platform"
        starts = 2026-03-02
        [[escalation]]
        match = { min_impact = "critical" }
        steps = [
            { after = "5m", notify = "oncall:Platform", direct = true },
            { after = "15m", notify = "slack:#leads" },
            { after = "20m", notify = "discord:user:5" },
        ]
        remind_after = "30m"
        """,
    )

    people = (Person(name="First engineer", slack="U1"), Person(name="Second engineer", discord="2"))
    assert found.oncalls == (
        Oncall(name="platform", people=people, handover=Handover(4, time(17, 30)), timezone="Europe/Berlin"),
        Oncall(
            name="night",
            people=(Person(name="Third engineer", slack="W3"),),
            handover=Handover(None, time(21)),
            timezone="UTC",
            duty="platform",
            starts=date(2026, 3, 2),
        ),
    )
    assert found.escalations == (
        Escalation(
            name="escalation[1]",
            match=Match(min_impact=Impact.CRITICAL),
            steps=(
                EscalationStep(timedelta(minutes=5), "oncall:platform", direct=True),
                EscalationStep(timedelta(minutes=15), "slack:#leads"),
                EscalationStep(timedelta(minutes=20), "discord:user:5"),
            ),
            remind_after=timedelta(minutes=30),
        ),
    )


@pytest.mark.parametrize(
    ("text", "access"),
    [
        ("", Access()),
        ('[access]\nresponders = "everyone"', Access()),
        ("[access]\nresponders = []", Access(responders=())),
        (
            '[access]\nadmins = "slack:U1"\nresponders = ["discord:2", "slack:S3"]',
            Access(admins=("slack:U1",), responders=("discord:2", "slack:S3")),
        ),
        (
            """
            [access]
            responders = ["oncall:web", "discord:role:5"]
            [[oncall]]
            name = "web"
            people = [{ name = "First", slack = "U1", discord = "7" }, { name = "Second", slack = "U2" }]
            """,
            Access(responders=("slack:U1", "discord:7", "slack:U2", "discord:role:5")),
        ),
    ],
)
def test_everyone_may_respond_unless_somebody_is_named(tmp_path: Path, text: str, access: Access) -> None:
    assert load(tmp_path, text).access == access


def test_single_rights_and_channels_are_read_with_what_holds_everywhere(tmp_path: Path) -> None:
    text = """
    [access]
    admins = "slack:U9"
    responders = ["oncall:web"]
    [access.may]
    mute = ["admins", "slack:group:S3", "slack:S3"]
    override = "everyone"
    [[access.channel]]
    channel = "slack:#incidents"
    may = { mute = ["oncall:web"], ack = "everyone" }
    [[access.channel]]
    channel = "discord:5"
    responders = "everyone"
    [[oncall]]
    name = "web"
    people = [{ name = "First", slack = "U1", discord = "7" }]
    """

    access = load(tmp_path, text).access

    people = ("slack:U1", "discord:7")
    may = {Right.MUTE: ("admins", "slack:S3"), Right.ONCALL: None}
    general = Access(admins=("slack:U9",), responders=people, may=may)
    incidents = replace(general, may={**may, Right.MUTE: people, Right.ACK: None})
    discord = replace(general, responders=None)
    assert access == replace(general, channels=(("slack:#incidents", incidents), ("discord:5", discord)))


@pytest.mark.parametrize(("text", "days"), [("", 400), ('[audit]\nkeep = "90d"', 90)])
def test_how_long_deeds_are_kept_can_be_said(tmp_path: Path, text: str, days: int) -> None:
    assert load(tmp_path, text).keep.deeds == timedelta(days=days)


@pytest.mark.parametrize(
    ("text", "keep"),
    [
        ("", Keep()),
        ('[retention]\nincidents = "forever"', Keep()),
        ('[retention]\nincidents = " Forever "', Keep()),
        ('[retention]\nincidents = "730d"', Keep(incidents=timedelta(days=730))),
        ('[retention]\nrecord = "400d"\nminutes = "7d"', Keep(record=timedelta(days=400), minutes=timedelta(days=7))),
    ],
)
def test_how_long_things_are_kept_can_be_said(tmp_path: Path, text: str, keep: Keep) -> None:
    assert load(tmp_path, text).keep == keep


def test_for_how_long_what_is_over_may_be_opened_again_can_be_changed(tmp_path: Path) -> None:
    assert load(tmp_path, "").reopen_within == timedelta(hours=24)
    assert load(tmp_path, '[incidents]\nreopen_within = "2h"').reopen_within == timedelta(hours=2)


def test_a_route_may_be_for_what_the_team_declares(tmp_path: Path) -> None:
    (route,) = load(tmp_path, '[[route]]\nmatch = { vendor = "ours" }\nto = "console"').routes

    assert route.match.vendors == ("ours",)


def test_how_much_evidence_it_takes_can_be_changed(tmp_path: Path) -> None:
    assert load(tmp_path, "").thresholds == DEFAULT == Thresholds(medium=2, high=4)
    assert load(tmp_path, "[evidence]\nhigh = 3.5").thresholds == Thresholds(medium=2, high=3.5)
    assert load(tmp_path, "[evidence]\nmedium = 3\nhigh = 3").thresholds == Thresholds(medium=3, high=3)


def test_many_at_once_are_told_as_one_unless_somebody_says_otherwise(tmp_path: Path) -> None:
    assert load(tmp_path, "").bursts == Bursts(at_least=4, within=timedelta(minutes=2))
    assert load(tmp_path, '[bursts]\nat_least = 10\nwithin = "5m"').bursts == Bursts(
        at_least=10, within=timedelta(minutes=5)
    )
    assert not load(tmp_path, "[bursts]\nat_least = 0").bursts.are_on


def test_on_whose_platform_a_vendor_stands_is_kept_with_what_that_is_called(tmp_path: Path) -> None:
    found = load(
        tmp_path,
        """
        [[watch]]
        vendor = "github"
        runs_on = "Amazon Web Services"
        [[watch]]
        vendor = "npm"
        runs_on = "our-own-cloud"
        """,
    )

    assert [watch.runs_on for watch in found.watches] == ["aws", "our-own-cloud"]
    assert dict(found.bursts.names)["our-own-cloud"] == "our-own-cloud"
    assert [source.runs_on for source in settings.sources(found, catalog.load(), {"statuspage"})] == [
        "aws",
        "our-own-cloud",
    ]


def test_what_to_do_while_a_vendor_is_down_can_be_said_with_its_watch(tmp_path: Path) -> None:
    found = load(
        tmp_path,
        """
        [[watch]]
        vendor = "openai"
        owner = "@platform"
        fallback = { vendor = "claude", steps = "Switch" }
        [[watch]]
        vendor = "github"
        """,
    )

    assert found.services == (
        Service(
            name="OpenAI",
            depends_on=(("openai", None),),
            owner="@platform",
            fallback_vendor="anthropic",
            fallback_name="Anthropic",
            fallback_steps=("Switch",),
            of_vendor=True,
        ),
    )
