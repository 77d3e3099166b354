"""Recordings of our own, after the shapes of real ones, and what spoils a recording."""

from __future__ import annotations

import json
import shutil
from html import escape
from pathlib import Path

from tests.loops.acme import alone, component, incident, summary

BROKEN = {"empty": b"", "html": b"<!doctype html><title>502 Bad Gateway</title>", "cut": b'{"page": {"id": "acm'}


def statuspage(folder: Path) -> Path:
    """Record an outage of Acme's with everything that real ones have shown."""
    begun = ("investigating", "Some requests fail.", 1.0)
    found = ("identified", "We found the cause.<br /><br />A roll-back is under way.", 5.0)
    edited = ("identified", "We found the cause & know more.<br />A roll-back is under way.", 5.0)
    again = ("investigating", "Some requests fail.", 7.0)
    api, site = component("API", "partial_outage"), component("Website")
    fine = (component("API"), site)
    other = incident("i2", ("investigating", "Logins are slow.", 6.0), impact="minor", title="Slow logins")
    over = incident("i0", ("investigating", "Mail was late.", -30.0), ("resolved", "Mail is well.", -20.0))
    pages = [
        summary(over, components=fine),
        summary(incident("i1", begun, impact="minor"), components=(api, site)),
        summary(incident("i1", begun, found, impact="major"), components=(api, site)),
        summary(incident("i1", begun, edited, again, impact="critical", title="Most requests fail"), other),
        summary(incident("i1", begun, edited, again, impact="minor"), other, components=(api, site)),
        summary(other, components=fine),
        summary(components=fine),
    ]
    for number, page in enumerate(pages):
        body = json.dumps({**page, "status": {"indicator": "none"}})
        (folder / f"{number:02d}-20260301T12{number:02d}00Z.json").write_text(body, encoding="utf-8")
    ended = incident("i2", ("investigating", "Logins are slow.", 6.0), ("resolved", "Logins are well.", 6.5))
    (folder / "follow-up").mkdir()
    (folder / "follow-up" / "i2.json").write_text(json.dumps(alone(ended)), encoding="utf-8")
    return folder


def atom(folder: Path) -> Path:
    """Record a window of Acme's that shows an entry that is over, then new ones, one of them edited."""
    seen = [
        {"old": [("Resolved", "11:00", "It is over.")]},
        {
            "old": [("Resolved", "11:00", "It is over now.")],
            "new": [("Investigating", "12:01", "Logins fail.<br />All.")],
        },
        {
            "late": [("Investigating", "12:02", "Mail is late."), ("Resolved", "12:02", "Mail is well.")],
            "new": [("Investigating", "12:01", "Logins fail.<br />All."), ("Update", "12:02", "We look on.")],
        },
        {"late": [("Investigating", "12:02", "Mail is late."), ("Resolved", "12:02", "Mail is well & more.")]},
        {"new": [("Investigating", "12:01", "Most logins fail."), ("Resolved", "12:04", "Logins are well.")]},
    ]
    for number, entries in enumerate(seen):
        body = "".join(_entry(key, said) for key, said in entries.items())
        feed = f'<feed xmlns="http://www.w3.org/2005/Atom"><title>Acme - Incident History</title>{body}</feed>'
        (folder / f"{number:02d}-20260301T12{number:02d}30Z.atom").write_text(feed, encoding="utf-8")
    return folder


def _entry(key: str, said: list[tuple[str, str, str]]) -> str:
    content = "".join(
        f"<p><small>Mar <var data-var='date'> 1</var>, <var data-var='time'>{at}</var> UTC</small><br>"
        f"<strong>{state}</strong> - {text}</p>"
        for state, at, text in reversed(said)
    )
    times = "<published>2026-03-01T11:59:00Z</published><updated>2026-03-01T12:04:00Z</updated>"
    link = f'<link rel="alternate" type="text/html" href="https://status.acme.example/incidents/{key}"/>'
    about = f"<id>{key}</id>{times}{link}<title>{key}</title>"
    return f'<entry>{about}<content type="html">{escape(content)}</content></entry>'


def aws(folder: Path) -> Path:
    """Record a list like AWS's: one item goes on at the first look, one comes later, both end."""
    said = [("8:05 AM", "We look into it."), ("8:20 AM", "We found it."), ("8:40 AM", "It is well.")]
    other = [("8:22 AM", "The console is slow."), ("8:45 AM", "The console is well.")]
    seen = [
        [("ec2", 2, said[:1])],
        [("ec2", 2, said[:2]), ("console", 1, other[:1])],
        [("ec2", 0, said), ("console", 0, other)],
    ]
    for number, items in enumerate(seen):
        current = [
            {
                "service": service,
                "service_name": f"Acme {service}",
                "summary": "[RESOLVED] Errors" if status == 0 else "Errors",
                "date": "1772381100",
                "status": str(status),
                "details": "",
                "description": "".join(
                    f'<div><span class="yellowfg"> {at} PST</span>&nbsp;{text}</div>' for at, text in told
                ),
            }
            for service, status, told in items
        ]
        page = {"current": current, "archive": []}
        (folder / f"{number:02d}-20260301T16{number + 10}00Z.json").write_text(json.dumps(page), encoding="utf-8")
    return folder


def with_broken_answers(folder: Path, target: Path) -> Path:
    """Copy a recording and put an answer that is none behind each of its snapshots, with and without a time."""
    target.mkdir()
    for number, path in enumerate(sorted(folder.iterdir())):
        if path.is_dir():
            shutil.copytree(path, target / path.name)
            continue
        shutil.copy(path, target / path.name)
        kind, body = list(BROKEN.items())[number % 3]
        name = f"{path.stem}-{kind}{path.suffix}" if number % 2 else f"{path.stem[:2]}~{kind}{path.suffix}"
        (target / name).write_bytes(body)
    return target
