"""What a body of each kind says, and what of it can not be used."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from bot.core.hooks import Heard, Way
from bot.errors import ConfigError, ParseError
from bot.hooks import alertmanager, grafana, rates, statuspage
from bot.model import Impact
from bot.plugins import HookKind, discover, hook_named
from bot.settings.fields import HOOK_TYPES
from tests.hooks.samples import SAMPLES, body, hook

# What the type checker looks at: a module that lacks a part of the interface is an error here.
COMPLETE: tuple[HookKind, ...] = (alertmanager, grafana, rates, statuspage)


def parsed(kind: str, **change: object) -> Heard:
    return hook_named(kind).parse(body(kind, **change), hook(kind))


def alert(**change: object) -> dict[str, object]:
    first: dict[str, object] = json.loads(body("alertmanager"))["alerts"][0]
    return {**first, **change}


def test_kinds_are_found_by_file_name_and_are_those_that_can_be_configured() -> None:
    assert tuple(discover("bot.hooks")) == HOOK_TYPES == tuple(sorted(SAMPLES))
    with pytest.raises(ConfigError, match="no hook type 'pagerduty'; the types are alertmanager, grafana"):
        hook_named("pagerduty")


def test_only_a_sender_that_can_do_nothing_else_may_have_its_token_in_the_address() -> None:
    assert [name for name in HOOK_TYPES if Way.QUERY in hook_named(name).WAYS] == ["statuspage"]
    assert [name for name in HOOK_TYPES if Way.SIGNED in hook_named(name).WAYS] == ["rates"]
    assert all(Way.BEARER in hook_named(name).WAYS for name in HOOK_TYPES)


def test_alertmanager_tells_alerts_one_by_one() -> None:
    heard = parsed("alertmanager")

    first, second = heard.alerts
    assert (first.series, first.name, first.fires) == ("a1b2c3d4e5f60718", "Slow", True)
    assert first.starts_at == datetime(2026, 3, 1, 10, 50, 0, 123456, UTC)
    assert first.ends_at is None
    assert (first.vendor, first.component, first.impact) == ("openai", "Chat Completions", Impact.CRITICAL)
    assert first.words == "p99 is 40 s\nIt was 2 s yesterday."
    assert first.url == "http://prometheus.example/graph"
    assert (second.fires, second.vendor, second.url) == (False, None, None)
    assert second.ends_at == datetime(2026, 3, 1, 11, 58, tzinfo=UTC)
    assert heard.left_out == 2


def test_grafana_tells_the_same_and_leads_to_its_dashboard() -> None:
    (only,) = parsed("grafana").alerts

    assert (only.vendor, only.words, only.url) == ("anthropic", "too many", "https://grafana.example/d/1")


@pytest.mark.parametrize(
    ("alertname", "name"),
    [("DatasourceNoData", "Grafana has no data: Errors"), ("DatasourceError", "Grafana can not evaluate: Errors")],
)
def test_a_rule_that_grafana_can_not_evaluate_accuses_nobody(alertname: str, name: str) -> None:
    labels = {"alertname": alertname, "rulename": "Errors", "vendor": "openai", "component": "API"}
    raw = body("grafana", alerts=[alert(labels=labels)])

    (one,) = grafana.parse(raw, hook("grafana", "openai", "API")).alerts

    assert (one.name, one.vendor, one.component) == (name, None, None)


@pytest.mark.parametrize("reason", ["MissingSeries", "NoData", "Paused"])
def test_what_grafana_ends_for_a_reason_of_its_own_is_lost(reason: str) -> None:
    notes = {"grafana_state_reason": reason}
    lost, well = parsed(
        "grafana",
        alerts=[alert(status="resolved", annotations=notes), alert(status="resolved", annotations={})],
    ).alerts

    assert (lost.lost, well.lost) == (True, False)


def test_statuspage_tells_only_which_page_has_news() -> None:
    assert parsed("statuspage") == Heard(pages=("acme12345678",))


def test_rates_tells_what_was_counted() -> None:
    (report,) = parsed("rates").reports

    assert (report.calls, report.failures, report.window) == (1200, 456, timedelta(minutes=1))
    assert (report.vendor, report.component, report.host) == ("openai", "Chat Completions", "api.openai.com")


def test_without_a_fingerprint_an_alert_is_known_by_its_labels_in_whatever_order() -> None:
    def series(labels: dict[str, str]) -> str:
        return parsed("alertmanager", alerts=[alert(fingerprint=None, labels=labels)]).alerts[0].series

    assert series({"a": "1", "b": "2"}) == series({"b": "2", "a": "1"}) != series({"a": "2", "b": "1"})


def test_a_strange_fingerprint_is_made_one_that_can_be_kept() -> None:
    (one,) = parsed("alertmanager", alerts=[alert(fingerprint="ä b/" * 30)]).alerts

    assert len(one.series) == 16
    assert one.series.isalnum()


def test_more_alerts_than_anybody_can_read_are_counted_and_every_end_is_heard() -> None:
    firing = [alert(fingerprint=f"f{number}") for number in range(60)]
    over = [alert(fingerprint=f"e{number}", status="resolved") for number in range(60)]

    heard = parsed("alertmanager", alerts=[*over, *firing])

    assert [one.series for one in heard.alerts if one.fires] == [f"f{number}" for number in range(50)]
    assert sum(not one.fires for one in heard.alerts) == 60
    assert heard.left_out == 12


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        ({"alertname": "A"}, ("openai", "Batch")),
        ({"alertname": "A", "vendor": "openai"}, ("openai", "Batch")),
        ({"alertname": "A", "vendor": "anthropic"}, ("anthropic", None)),
        ({"alertname": "A", "component": "Files"}, ("openai", "Files")),
    ],
)
def test_what_the_sender_does_not_say_is_as_configured(labels: dict[str, str], expected: tuple[str, str]) -> None:
    raw = body("alertmanager", alerts=[alert(labels=labels)])
    (one,) = alertmanager.parse(raw, hook("alertmanager", "openai", "Batch")).alerts

    assert (one.vendor, one.component) == expected


@pytest.mark.parametrize("severity", ["critical", "page", "CRITICAL"])
def test_severities_are_read_in_the_words_that_people_use(severity: str) -> None:
    (one,) = parsed("alertmanager", alerts=[alert(labels={"severity": severity})]).alerts

    assert one.impact is Impact.CRITICAL


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "file:///etc/passwd", "http://a b", "https://u:p@h", 7, "http://"]
)
def test_an_address_that_is_none_is_left_out(url: object) -> None:
    (one,) = parsed("alertmanager", alerts=[alert(generatorURL=url)]).alerts

    assert one.url is None


def test_long_and_noisy_texts_are_cut_and_cleaned() -> None:
    labels = {"alertname": "a\x00b\n c" * 100, "vendor": "v" * 500}
    (one,) = parsed("alertmanager", alerts=[alert(labels=labels, annotations={"summary": "s" * 9_000})]).alerts

    assert one.name.startswith("ab cab c")
    assert (len(one.name), len(one.vendor or ""), len(one.words)) == (120, 120, 4_000)


@pytest.mark.parametrize(
    ("kind", "change", "reason"),
    [
        (
            "alertmanager",
            {"alerts": [alert(startsAt="0001-01-01T00:00:00Z")]},
            r"\$\.alerts\[0\]\.startsAt must be a time",
        ),
        ("alertmanager", {"alerts": [alert(startsAt="2026-03-01T10:00:00")]}, "must be a time with a zone"),
        ("alertmanager", {"alerts": [alert(labels=[])]}, r"\$\.alerts\[0\]\.labels must be an object"),
        ("alertmanager", {"alerts": [alert(fingerprint="", labels={})]}, "neither a fingerprint nor labels"),
        ("alertmanager", {"truncatedAlerts": -1}, r"\$\.truncatedAlerts must be a whole number"),
        ("alertmanager", {"version": "5"}, 'only "4" can be read'),
        ("grafana", {"ruleName": "x"}, "legacy alerting"),
        ("statuspage", {"page": {}}, r"\$\.page\.id must be a text"),
        ("statuspage", {"page": None}, r"\$\.page\.id must be a text"),
        ("rates", {"failures": 1201}, r"\$\.failures is 1201, more than the 1200 calls"),
        ("rates", {"calls": "many"}, r"\$\.calls must be a whole number"),
        ("rates", {"calls": True}, r"\$\.calls must be a whole number"),
        ("rates", {"calls": 1e9}, r"\$\.calls must be a whole number"),
        ("rates", {"window": "2h"}, r"\$\.window must be a duration up to an hour"),
        ("rates", {"window": "soon"}, r"\$\.window must be a duration"),
        ("rates", {"at": None}, r"\$\.at must be a time with a zone"),
    ],
)
def test_what_can_not_be_used_is_said_with_its_place(kind: str, change: dict[str, object], reason: str) -> None:
    with pytest.raises(ParseError, match=reason):
        parsed(kind, **change)


@pytest.mark.parametrize("kind", HOOK_TYPES)
def test_a_body_that_is_no_json_is_refused(kind: str) -> None:
    for raw in (b"", b"{", b"null", b"[]", b'"x"', b"\xff\xfe", b"[" * 100_000, b"1" * 5_000):
        with pytest.raises(ParseError):
            hook_named(kind).parse(raw, hook(kind))
