"""Platforms that host pages for others, on hosts of theirs and on the vendors' own domains."""

from __future__ import annotations

from tests.platforms.world import Paste, Platform, Site, atom, document, page, rss
from tests.servers import Answer

_EMPTY = Answer(status=404, body="", content_type="text/plain")
_CAPTURE = "a captured page"
_DOCUMENTS = "documentation"
_CLIENTS = "others' clients"

_STATUSPAGE = page(
    '<link rel="alternate" title="Acme Status History - Atom Feed" type="application/atom+xml" href="/history.atom">\n'
    '<link rel="alternate" title="Acme Status History - RSS Feed" type="application/rss+xml" href="/history.rss">\n'
    '<link rel="stylesheet" href="//dka575ofm4ao0.cloudfront.net/assets/status_manifest-0a1b.css">',
    '<div class="layout-content status status-index premium"></div>',
)
_STATUSPAGE_HOST = Site(
    answers={
        "/": _STATUSPAGE,
        "/history": _STATUSPAGE,
        "/incidents/0a1b2c3d4e5f": _STATUSPAGE,
        "/api/v2/summary.json": document("statuspage", "summary-outage"),
        "/api/v2/status.json": document("statuspage", "status"),
        "/api/v2/components.json": document("statuspage", "components"),
        "/api/v2/incidents.json": document("statuspage", "incidents-history"),
        "/history.atom": atom("statuspage-atom", "atom"),
        "/history.rss": rss("statuspage-atom", "rss"),
    },
    otherwise=_EMPTY,
)
_SP, _SP_SUMMARY = "https://status.statuspage.example", "https://status.statuspage.example/api/v2/summary.json"
STATUSPAGE = Platform(
    name="Statuspage",
    known_from=_CAPTURE,
    sites={"status.statuspage.example": _STATUSPAGE_HOST, "acmeco.statuspage.io": _STATUSPAGE_HOST},
    pasted=[
        *(
            Paste(address=address, format="statuspage", endpoint=_SP_SUMMARY, watch=_SP)
            for address in (
                _SP,
                f"{_SP}/",
                "status.statuspage.example",
                "http://status.statuspage.example/",
                f"{_SP}/history",
                f"{_SP}/incidents/0a1b2c3d4e5f",
                f"{_SP}/incidents/gone",
                f"{_SP}/history.atom",
                f"{_SP}/api/v2/status.json",
                f"{_SP}/api/v2/incidents.json",
            )
        ),
        Paste(address=_SP_SUMMARY, format="statuspage", endpoint=_SP_SUMMARY, watch=_SP_SUMMARY),
        Paste(
            address="https://acmeco.statuspage.io",
            format="statuspage",
            endpoint="https://acmeco.statuspage.io/api/v2/summary.json",
            watch="https://acmeco.statuspage.io",
        ),
    ],
)

_INCIDENTIO = page('<link rel="alternate" type="application/atom+xml" href="/feed.atom">', '<div id="__next"></div>')
_IIO, _IIO_NATIVE = (
    "https://status.incidentio.example",
    "https://status.incidentio.example/proxy/status.incidentio.example",
)
_ULID = "01JQ0000000000000000000000"
_SHARED = "https://statuspage.incident.io"
INCIDENTIO = Platform(
    name="incident.io",
    known_from=_CLIENTS,
    imitation=True,
    sites={
        "status.incidentio.example": Site(
            answers={
                "/": _INCIDENTIO,
                "/history": _INCIDENTIO,
                f"/incidents/{_ULID}": _INCIDENTIO,
                "/proxy/status.incidentio.example": document("incidentio", "native-outage"),
                f"/proxy/status.incidentio.example/incidents/{_ULID}": document("incidentio", "native-one-incident"),
                "/api/v2/summary.json": document("incidentio", "imitated-summary-outage"),
                "/api/v1/summary": document("incidentio", "widget"),
                "/feed.atom": atom("feed", "incidentio-atom"),
                "/history.rss": rss("feed", "incidentio-rss"),
            }
        ),
        "statuspage.incident.io": Site(
            answers={
                "/": page(title="incident.io"),
                "/acme": _INCIDENTIO,
                "/acme/history": _INCIDENTIO,
                "/proxy/statuspage.incident.io/acme": document("incidentio", "native-outage"),
            }
        ),
        # One whose own summary can not be had: what it imitates is read then.
        "status.old-incidentio.example": Site(
            answers={
                "/": _INCIDENTIO,
                "/api/v2/summary.json": document("incidentio", "imitated-summary-outage"),
                "/history.rss": rss("feed", "incidentio-rss"),
            }
        ),
    },
    pasted=[
        *(
            Paste(address=address, format="incidentio", endpoint=_IIO_NATIVE, watch=_IIO)
            for address in (
                _IIO,
                "status.incidentio.example",
                "http://status.incidentio.example",
                f"{_IIO}/history",
                f"{_IIO}/incidents/{_ULID}",
                f"{_IIO}/api/v2/summary.json",
                f"{_IIO}/api/v2/status.json",
                f"{_IIO}/feed.atom",
            )
        ),
        *(
            Paste(
                address=address,
                format="incidentio",
                endpoint=f"{_SHARED}/proxy/statuspage.incident.io/acme",
                watch=f"{_SHARED}/acme",
            )
            for address in (f"{_SHARED}/acme", f"{_SHARED}/acme/", f"{_SHARED}/acme/history")
        ),
        Paste(
            address="https://status.old-incidentio.example",
            format="incidentio",
            endpoint="https://status.old-incidentio.example/api/v2/summary.json",
            watch="https://status.old-incidentio.example",
        ),
    ],
)

_INSTATUS_PAGE = page('<div id="__next"></div><script id="__NEXT_DATA__" type="application/json">{"page":"/"}</script>')
_IN, _OLD_IN = "https://status.instatus.example", "https://status.old-instatus.example"
INSTATUS = Platform(
    name="Instatus",
    known_from=_DOCUMENTS,
    sites={
        "status.instatus.example": Site(
            answers={
                "/": _INSTATUS_PAGE,
                "/v3/summary.json": document("instatus", "outage"),
                "/summary.json": document("instatus", "outage"),
                "/v3/components.json": document("instatus", "components"),
                "/history.rss": rss("feed", "incidentio-rss"),
            }
        ),
        "status.old-instatus.example": Site(
            answers={
                "/": _INSTATUS_PAGE,
                "/summary.json": document("instatus", "quiet"),
                "/components.json": document("instatus", "components"),
            },
            otherwise=_INSTATUS_PAGE,
        ),
        "acme.instatus.com": Site(answers={"/": _INSTATUS_PAGE, "/v3/summary.json": document("instatus", "outage")}),
    },
    pasted=[
        *(
            Paste(address=address, format="instatus", endpoint=f"{_IN}/v3/summary.json", watch=_IN)
            for address in (
                _IN,
                "status.instatus.example",
                f"{_IN}/history",
                f"{_IN}/cm8incident",
                f"{_IN}/history.rss",
            )
        ),
        Paste(
            address=f"{_IN}/summary.json",
            format="instatus",
            endpoint=f"{_IN}/summary.json",
            watch=f"{_IN}/summary.json",
        ),
        Paste(address=_OLD_IN, format="instatus", endpoint=f"{_OLD_IN}/summary.json", watch=_OLD_IN),
        Paste(
            address="https://acme.instatus.com/",
            format="instatus",
            endpoint="https://acme.instatus.com/v3/summary.json",
            watch="https://acme.instatus.com",
        ),
    ],
)

# It answers the same page to every path that it does not know.
_CHECKLY_QUIET = {"page": {"status": "OPERATIONAL"}, "activeIncidents": [], "activeMaintenances": []}
_CHECKLY_NAMED = {**_CHECKLY_QUIET, "page": {"name": "Acme", "url": "https://a.example", "status": "OPERATIONAL"}}
_CHECKLY = {
    "https://acme.checkly-status-page.com": document("instatus", "checkly"),
    "https://quiet.checkly-status-page.com": Answer.json(_CHECKLY_QUIET),
    "https://status.checkly.example": Answer.json(_CHECKLY_NAMED),
}
CHECKLY = Platform(
    name="Checkly",
    known_from=_CLIENTS,
    sites={
        url.removeprefix("https://"): Site(answers={"/summary.json": answer}, otherwise=page())
        for url, answer in _CHECKLY.items()
    },
    pasted=[
        *(
            Paste(address=f"{url}{path}", format="instatus", endpoint=f"{url}/summary.json", watch=url)
            for url in _CHECKLY
            for path in ("", "/incident/44cb5e11")
        ),
        Paste(
            address="https://acme.checkly-status-page.com/summary.json",
            format="instatus",
            endpoint="https://acme.checkly-status-page.com/summary.json",
            watch="https://acme.checkly-status-page.com/summary.json",
        ),
    ],
)

_BS_PAGE = page(
    '<link rel="alternate" type="application/rss+xml" title="RSS" href="/feed.rss">',
    '<div class="status-page__overview"></div>',
)
_BS = "https://status.betterstack.example"
BETTERSTACK = Platform(
    name="Better Stack",
    known_from=_CLIENTS,
    sites={
        "status.betterstack.example": Site(
            answers={
                "/": _BS_PAGE,
                "/incidents/98765": _BS_PAGE,
                "/index.json": document("betterstack", "outage"),
                "/feed.rss": rss("feed", "several-entries-of-one-incident"),
                "/feed": rss("feed", "several-entries-of-one-incident"),
            }
        ),
        "acme.betteruptime.com": Site(answers={"/": _BS_PAGE, "/index.json": document("betterstack", "quiet")}),
    },
    pasted=[
        *(
            Paste(address=address, format="betterstack", endpoint=f"{_BS}/index.json", watch=_BS)
            for address in (_BS, "http://status.betterstack.example", f"{_BS}/incidents/98765", f"{_BS}/feed.rss")
        ),
        Paste(
            address=f"{_BS}/index.json", format="betterstack", endpoint=f"{_BS}/index.json", watch=f"{_BS}/index.json"
        ),
        Paste(
            address="https://acme.betteruptime.com",
            format="betterstack",
            endpoint="https://acme.betteruptime.com/index.json",
            watch="https://acme.betteruptime.com",
        ),
    ],
)

_HUND = "https://status.hund.example"
HUND = Platform(
    name="Hund",
    known_from=_CLIENTS,
    sites={
        "status.hund.example": Site(
            answers={
                "/": page(text='<footer>Powered by <a href="https://hund.io">Hund</a></footer>'),
                "/issues/62": page(),
                "/state_feed/feed.atom": atom("hund", "issues"),
            }
        )
    },
    pasted=[
        *(
            Paste(address=address, format="hund", endpoint=f"{_HUND}/state_feed/feed.atom", watch=_HUND)
            for address in (_HUND, "status.hund.example", f"{_HUND}/issues/62")
        ),
        Paste(
            address=f"{_HUND}/state_feed/feed.atom",
            format="hund",
            endpoint=f"{_HUND}/state_feed/feed.atom",
            watch=f"{_HUND}/state_feed/feed.atom",
        ),
    ],
)

_ROOTLY = "https://status.rootly.example"
ROOTLY = Platform(
    name="Rootly",
    known_from=_DOCUMENTS,
    sites={
        "status.rootly.example": Site(
            answers={
                "/": page(text='<a href="https://rootly.com">Powered by Rootly</a>'),
                "/api/v1/status.json": document("rootly", "outage"),
                "/api/v1/incidents.json?per_page=100": document("rootly", "incidents"),
                "/api/v1/incidents.json": document("rootly", "incidents"),
            }
        )
    },
    pasted=[
        Paste(address=address, format="rootly", endpoint=f"{_ROOTLY}/api/v1/status.json", watch=_ROOTLY)
        for address in (_ROOTLY, "status.rootly.example", f"{_ROOTLY}/incidents/7", "http://status.rootly.example")
    ],
)
