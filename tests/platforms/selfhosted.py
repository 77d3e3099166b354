"""Status pages that people run themselves, often inside and without TLS."""

from __future__ import annotations

from tests.platforms.world import Paste, Platform, Site, document, page, rss

_SOURCE = "source code"

_CACHET = page(
    '<link rel="alternate" type="application/rss+xml" href="/rss">', '<body class="status-page">', "Acme | Cachet"
)
_C2 = "https://status.cachet2.example"
CACHET_2 = Platform(
    name="Cachet 2",
    known_from=_SOURCE,
    sites={
        "status.cachet2.example": Site(
            answers={
                "/": _CACHET,
                "/incidents/12": _CACHET,
                "/api/v1/incidents": document("cachet", "outage"),
                "/rss": rss("feed", "plain-atom"),
            }
        )
    },
    pasted=[
        Paste(address=address, format="cachet", watch=_C2)
        for address in (_C2, "status.cachet2.example", f"{_C2}/incidents/12", "http://status.cachet2.example")
    ],
)

_C3 = "https://status.cachet3.example"
CACHET_3 = Platform(
    name="Cachet 3",
    known_from=_SOURCE,
    sites={
        "status.cachet3.example": Site(
            answers={
                "/": page('<link rel="shortcut icon" href="/vendor/cachethq/cachet/favicon.ico">'),
                "/api/incidents": document("cachet", "version-3-outage"),
            }
        )
    },
    pasted=[Paste(address=address, format="cachet", watch=_C3) for address in (_C3, f"{_C3}/incidents/0a1b")],
)

# Since 2025 the configuration is written over several lines.
_GATUS = page(
    '<script type="text/javascript">\n(function() {\n  window.config = {\n    logo: "",\n  };\n})();\n'
    '</script>\n<meta name="description" content="How Acme is">',
    '<div id="app"></div>',
)
_GA, _GA_LIST = "https://status.gatus.example", "https://status.gatus.example/api/v1/endpoints/statuses"
_SUB = "http://tools.gatus.example/health"
GATUS = Platform(
    name="Gatus",
    known_from=_SOURCE,
    sites={
        "status.gatus.example": Site(
            answers={
                "/api/v1/endpoints/statuses": document("gatus", "outage"),
                "/api/v1/endpoints/web_api/statuses": document("gatus", "one-endpoint"),
            },
            otherwise=_GATUS,
        ),
        "tools.gatus.example": Site(
            answers={"/health": _GATUS, "/health/api/v1/endpoints/statuses": document("gatus", "outage")},
            http=True,
            https=False,
        ),
    },
    pasted=[
        *(
            Paste(address=address, format="gatus", endpoint=_GA_LIST, watch=_GA)
            for address in (_GA, f"{_GA}/", f"{_GA}/endpoints/web_api", "status.gatus.example")
        ),
        Paste(address=_GA_LIST, format="gatus", endpoint=_GA_LIST, watch=_GA_LIST),
        Paste(
            address=f"{_GA}/api/v1/endpoints/web_api/statuses",
            format="gatus",
            endpoint=f"{_GA}/api/v1/endpoints/web_api/statuses",
            watch=f"{_GA}/api/v1/endpoints/web_api/statuses",
        ),
        Paste(address=_SUB, format="gatus", endpoint=f"{_SUB}/api/v1/endpoints/statuses", watch=_SUB),
        Paste(
            address="tools.gatus.example/health",
            format="gatus",
            endpoint=f"{_SUB}/api/v1/endpoints/statuses",
            watch=_SUB,
        ),
    ],
)

# The page's own slug stands in the manifest's address; an unknown path answers with the application's shell.
_KUMA = page('<link rel="manifest" href="/api/status-page/acme/manifest.json">', '<div id="app"></div>', "Acme")
_SHELL = page(text='<div id="app"></div>', title="Uptime Kuma")
_KU, _KU_API = "https://kuma.example/status/acme", "https://kuma.example/api/status-page/acme"
KUMA = Platform(
    name="Uptime Kuma",
    known_from=_SOURCE,
    sites={
        "kuma.example": Site(
            answers={
                "/status/acme": _KUMA,
                "/status/acme/": _KUMA,
                "/api/status-page/acme": document("uptimekuma", "outage"),
                "/api/status-page/heartbeat/acme": document("uptimekuma", "heartbeats"),
                "/status/acme/rss": rss("feed", "healthy-without-items"),
            },
            otherwise=_SHELL,
        ),
        # The page of a domain of its own, at its root.
        "status.kuma.example": Site(
            answers={"/": _KUMA, "/api/status-page/acme": document("uptimekuma", "outage")}, otherwise=_SHELL
        ),
    },
    pasted=[
        Paste(address=_KU, format="uptimekuma", endpoint=_KU_API, watch=_KU),
        Paste(address=f"{_KU}/", format="uptimekuma", endpoint=_KU_API, watch=_KU),
        Paste(address=_KU_API, format="uptimekuma", endpoint=_KU_API, watch=_KU_API),
        Paste(
            address="https://status.kuma.example",
            format="uptimekuma",
            endpoint="https://status.kuma.example/api/status-page/acme",
            watch="https://status.kuma.example/api/status-page/acme",
        ),
        Paste(address="https://kuma.example/dashboard", because="no format reads anything there"),
    ],
)
