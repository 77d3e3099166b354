"""On whose platform a vendor stands: because somebody said so, or because its own words name it.

Words are believed only where many agree on one platform at one time (`bursts`): one vendor that mentions another proves
nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from bot.model import Incident, Source, SourceKind, TimelineEntry, Who

# By the catalog's names for them: what they are called, and how those who stand on them write it.
PLATFORMS = {
    "aws": ("AWS", r"AWS|Amazon Web Services|us-east-1|us-west-2|eu-west-1|eu-central-1"),
    "azure": ("Azure", r"Azure"),
    "gcp": ("Google Cloud", r"Google Cloud(?: Platform)?|GCP"),
    "cloudflare": ("Cloudflare", r"Cloudflare"),
    "fastly": ("Fastly", r"Fastly"),
    "heroku": ("Heroku", r"Heroku"),
}
_NAMED = {slug: re.compile(rf"(?<![\w-])(?:{names})(?![\w])") for slug, (_, names) in PLATFORMS.items()}


def with_platform(incident: Incident, source: Source, entries: Iterable[TimelineEntry]) -> Incident:
    """Return an incident with the platform that its vendor stands on, as far as its `entries` tell by now."""
    found = source.runs_on or incident.runs_on or _in_words(incident, source, entries)
    return incident if found in {incident.runs_on, incident.vendor} else replace(incident, runs_on=found)


def _in_words(incident: Incident, source: Source, entries: Iterable[TimelineEntry]) -> str:
    if source.kind is not SourceKind.FEED:
        return ""
    said = "\n".join([incident.title, *(e.text for e in entries if e.who is Who.VENDOR)])
    named = [slug for slug, pattern in _NAMED.items() if pattern.search(said)]
    # Who names two of them does not say which it is.
    return named[0] if len(named) == 1 else ""
