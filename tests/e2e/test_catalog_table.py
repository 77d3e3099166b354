"""The catalog beside the table of vendors that it was made from: every row is there, and says the same.

The table is not ours to publish.  It lies beside the recordings: SITREP_CORPUS names their folder.
"""

from __future__ import annotations

import csv
import os
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from bot import catalog
from bot.catalog import Vendor

CORPUS = os.environ.get("SITREP_CORPUS")
TABLE = Path(CORPUS).parent / "catalog" / "vendors.tsv" if CORPUS else None

pytestmark = pytest.mark.skipif(
    TABLE is None or not TABLE.is_file(),
    reason="SITREP_CORPUS does not name a folder with recordings, beside which ../catalog/vendors.tsv lies",
)

# What the table calls a format, and what it is called here.
FORMATS = {"rss": "feed", "google-workspace": "gcp"}
# Rows that say something else here, and why.
FORMAT_DIFFERS = {
    "stripe": "the table's page has a format of its own; www.stripestatus.com is Stripe's page on Statuspage",
    "openrouter": "it went from OnlineOrNot to Datadog in September 2026, after the table; no format reads that",
    "playstation": "nothing here reads Sony's own format: it is found out at the first look",
}
PAGE_DIFFERS = {
    "stripe": "see its format",
    "grafana": "status.grafana.com is the page that its own name leads to; the table has it as grafana-labs",
    "grafana-labs": "see grafana",
}
CONFIDENCE_DIFFERS = {"stripe": "that www.stripestatus.com is on Statuspage is listed by others, and was not probed"}

Row = dict[str, str]


def rows() -> list[tuple[Row, Vendor | None]]:
    assert TABLE is not None
    with TABLE.open(encoding="utf-8", newline="") as lines:
        table = list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))
    return [(row, catalog.find(row["slug"])) for row in table]


def test_every_row_has_a_vendor_of_its_own() -> None:
    found = [vendor.slug if vendor else None for _, vendor in rows()]

    assert None not in found
    assert len(set(found)) == len(found) >= 1_010


def test_every_vendor_has_the_page_of_its_row() -> None:
    other = {row["slug"] for row, vendor in rows() if vendor and place(vendor.page) != place(row["status_page_url"])}

    assert other == PAGE_DIFFERS.keys()


def test_every_vendor_has_the_format_of_its_row() -> None:
    said = [(row["slug"], FORMATS.get(row["format"], row["format"]), vendor) for row, vendor in rows()]

    assert {slug for slug, form, vendor in said if vendor and vendor.format != form} == FORMAT_DIFFERS.keys()


def test_every_vendor_keeps_how_its_row_is_known() -> None:
    other = {row["slug"] for row, vendor in rows() if vendor and vendor.confidence != row["confidence"]}

    assert other == CONFIDENCE_DIFFERS.keys()


def place(address: str) -> str:
    """Return an address without what is the same page in two spellings: http or https, a slash at the end."""
    parts = urlsplit(address)
    return f"{parts.hostname}{parts.path.rstrip('/')}?{parts.query}"
