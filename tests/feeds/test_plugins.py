from __future__ import annotations

import subprocess
import sys

import pytest

from bot.errors import ConfigError, ParseError
from bot.feeds import (
    adobe,
    apple,
    aws,
    aws_datajson,
    aws_rss,
    azure_devops,
    azure_rss,
    betterstack,
    cachet,
    feed,
    freshstatus,
    gatus,
    gcp,
    heroku,
    hund,
    incidentio,
    instatus,
    m365,
    meta,
    oci,
    onlineornot,
    openstatus,
    rootly,
    salesforce_trust,
    slack,
    statusio,
    statuspage,
    statuspage_atom,
    statuspal,
    stripe,
    upptime,
    uptimekuma,
    uptimerobot,
    zendesk,
)
from bot.plugins import Format, detect, discover, format_named, formats
from tests.feeds.samples import source

# What the type checker looks at: a module that lacks a part of the interface is an error here.
COMPLETE: tuple[Format, ...] = (
    adobe,
    apple,
    aws,
    aws_datajson,
    aws_rss,
    azure_devops,
    azure_rss,
    betterstack,
    cachet,
    feed,
    freshstatus,
    gatus,
    gcp,
    heroku,
    hund,
    incidentio,
    instatus,
    m365,
    meta,
    oci,
    onlineornot,
    openstatus,
    rootly,
    salesforce_trust,
    slack,
    statusio,
    statuspage,
    statuspage_atom,
    statuspal,
    stripe,
    upptime,
    uptimekuma,
    uptimerobot,
    zendesk,
)


def test_formats_are_found_by_file_name_and_helpers_are_none() -> None:
    found = discover("bot.feeds")

    assert found["aws-datajson"] == "bot.feeds.aws_datajson"
    assert {"aws-datajson", "feed", "incidentio", "statuspage"} <= found.keys()
    assert not any(name.startswith(("_", "-")) for name in found)


def test_every_format_offers_the_whole_interface_and_nothing_to_register() -> None:
    public = {"EXPECTS", "VOLATILE", "HOSTS", "parse", "endpoints", "follow_up", "linked"}

    for name, module in formats().items():
        assert public <= set(dir(module)), name
        assert module.EXPECTS in {"json", "feed"}


def test_a_format_names_itself_in_its_snapshots() -> None:
    bodies = {
        "statuspage": b'{"page": {"id": "acme12345678"}, "incidents": []}',
        "incidentio": b'{"page": {"id": "01HZZZZZZZZZZZZZZZZZZZZPAG"}, "incidents": []}',
        "aws-datajson": b'{"current": [], "archive": []}',
        "feed": b"<rss version='2.0'><channel/></rss>",
        "rootly": b'{"page": {"time_zone": "UTC"}, "incidents": []}',
        "onlineornot": b'{"result": {"status_page": {"name": "A"}, "components": [], "active_incidents": []}}',
        "openstatus": b'{"statusReports": [], "maintenances": [], "monitors": []}',
        "cachet": b'{"meta": {"pagination": {"total": 0, "total_pages": 1, "links": {}}}, "data": []}',
        "statuspal": b'{"services": [], "status_page": {"name": "Acme"}}',
        "gatus": b'[{"key": "a", "results": []}]',
        "uptimekuma": b'{"config": {}, "publicGroupList": []}',
        "upptime": b'[{"slug": "a", "uptime": "1%"}]',
        "betterstack": b'{"data": {"id": "1", "type": "status_page", "attributes": {"aggregate_state": "up"}}}',
        "instatus": b'{"page": {"name": "Acme", "status": "UP"}}',
        "statusio": b'{"result": {"status_overall": {}, "status": []}}',
    }

    for name, body in bodies.items():
        assert format_named(name).parse(body, source(name)).format == name
        assert detect(body, source("auto"))[0] == name


def test_an_unknown_format_is_a_mistake_that_names_the_known_ones() -> None:
    with pytest.raises(ConfigError, match=r"no format 'statuspgae'; the formats are .*statuspage"):
        format_named("statuspgae")
    with pytest.raises(ConfigError):
        format_named("_json")


def test_a_body_that_no_format_reads_is_refused_with_each_reason_once() -> None:
    with pytest.raises(ParseError, match=r"no format reads this; adobe, .*zendesk: .*feed.*: ") as refused:
        detect(b"hello", source("auto"))

    assert str(refused.value).count("the body is not JSON") == 1


def test_feedparser_is_loaded_only_when_a_feed_is_parsed() -> None:
    script = (
        "import sys; from bot.plugins import formats, format_named; from bot.model import Source;"
        "s = Source(key='a', vendor='a', name='a', format='feed', url='https://a.example');"
        "formats(); assert 'feedparser' not in sys.modules;"
        "format_named('feed').parse(b'<rss version=\"2.0\"><channel/></rss>', s); assert 'feedparser' in sys.modules"
    )

    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
