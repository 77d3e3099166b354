"""Platforms whose pages live on the vendors' domains, and whose documents at one host of the platform's."""

from __future__ import annotations

from tests.platforms.world import Paste, Platform, Site, document, page

_CLIENTS, _DOCUMENTS, _SOURCE = "others' clients", "documentation", "source code"

_ID = "5a1b2c3d4e5f6a7b8c9d0e1f"
_STATUSIO_API = f"https://api.status.io/1.0/status/{_ID}"
_STATUSIO_PAGE = page(
    f'<script>var statuspage_id = "{_ID}";</script>',
    '<div id="statusio_status_bar"></div>',
)
_SIO = "https://status.statusio.example"
STATUSIO = Platform(
    name="Status.io",
    known_from=_CLIENTS,
    sites={
        "status.statusio.example": Site(
            answers={"/": _STATUSIO_PAGE, f"/pages/incident/{_ID}/1": _STATUSIO_PAGE, f"/pages/history/{_ID}": page()}
        ),
        "api.status.io": Site(answers={f"/1.0/status/{_ID}": document("statusio", "outage")}),
    },
    pasted=[
        *(
            Paste(address=address, format="statusio", endpoint=_STATUSIO_API, watch=_STATUSIO_API)
            for address in (_SIO, "status.statusio.example", "http://status.statusio.example", f"{_SIO}/subscribe")
        ),
        *(
            Paste(address=address, format="statusio", endpoint=_STATUSIO_API)
            for address in (f"{_SIO}/pages/incident/{_ID}/1", f"{_SIO}/pages/history/{_ID}", _STATUSIO_API)
        ),
    ],
)

_FRESH_API = "https://public-api.freshstatus.io/v1/public-incidents/?account_id=4711&end_time__isempty=true"
_FRESH_PAGE = page(
    '<link rel="icon" href="https://static.freshstatus.io/favicon.ico">',
    f'<script id="__NEXT_DATA__" type="application/json">{{"account_id": 4711, "theme": "{_ID}"}}</script>',
)
FRESHSTATUS = Platform(
    name="Freshstatus",
    known_from=_CLIENTS,
    sites={
        "status.freshstatus.example": Site(answers={"/": _FRESH_PAGE}),
        "acme.freshstatus.io": Site(answers={"/": _FRESH_PAGE}),
        "public-api.freshstatus.io": Site(
            answers={_FRESH_API.removeprefix("https://public-api.freshstatus.io"): document("freshstatus", "outage")}
        ),
    },
    pasted=[
        Paste(address=address, format="freshstatus", endpoint=_FRESH_API, watch=_FRESH_API)
        for address in (
            "https://status.freshstatus.example",
            "acme.freshstatus.io",
            "https://status.freshstatus.example/incident/9",
            _FRESH_API,
        )
    ],
)

_ROBOT_PAGE = page('<meta name="author" content="UptimeRobot">', '<div class="psp-main"></div>')
_ROBOT_OWN = "https://status.uptimerobot.example"
UPTIMEROBOT = Platform(
    name="UptimeRobot",
    known_from=_CLIENTS,
    sites={
        "stats.uptimerobot.com": Site(
            answers={
                "/AbCdEfGhIj": _ROBOT_PAGE,
                "/api/getMonitorList/AbCdEfGhIj": document("uptimerobot", "outage"),
            }
        ),
        "status.uptimerobot.example": Site(
            answers={"/": _ROBOT_PAGE, "/api/getMonitorList/x": document("uptimerobot", "outage")}
        ),
    },
    pasted=[
        Paste(
            address="https://stats.uptimerobot.com/AbCdEfGhIj",
            format="uptimerobot",
            endpoint="https://stats.uptimerobot.com/api/getMonitorList/AbCdEfGhIj",
            watch="https://stats.uptimerobot.com/AbCdEfGhIj",
        ),
        Paste(
            address=_ROBOT_OWN, format="uptimerobot", endpoint=f"{_ROBOT_OWN}/api/getMonitorList/x", watch=_ROBOT_OWN
        ),
    ],
)

_OON_API = "https://api.onlineornot.com/v1/status_pages/{}/summary"
ONLINEORNOT = Platform(
    name="OnlineOrNot",
    known_from=_DOCUMENTS,
    sites={
        "status.onlineornot.example": Site(
            answers={"/": page(text='<a href="https://onlineornot.com">Powered by OnlineOrNot</a>')}
        ),
        "acme.onlineornot.com": Site(answers={"/": page()}),
        "api.onlineornot.com": Site(
            answers={
                f"/v1/status_pages/{name}/summary": document("onlineornot", "outage")
                for name in ("status.onlineornot.example", "acme")
            }
        ),
    },
    pasted=[
        Paste(
            address=address,
            format="onlineornot",
            endpoint=_OON_API.format(name),
            watch=watch,
        )
        for address, name, watch in (
            ("https://status.onlineornot.example", "status.onlineornot.example", "https://status.onlineornot.example"),
            ("acme.onlineornot.com", "acme", "https://acme.onlineornot.com"),
            ("https://acme.onlineornot.com/incidents/x1", "acme", "https://acme.onlineornot.com"),
        )
    ],
)

_PAL = "https://statuspal.io/api/v2/status_pages/acme/summary"
_PAL_PAGE = page('<script src="https://acme.statuspal.io/js/app.js"></script>')
STATUSPAL = Platform(
    name="StatusPal",
    known_from="nobody: that the page names its subdomain is a guess",
    sites={
        "acme.statuspal.io": Site(answers={"/": _PAL_PAGE, "/incidents/7": _PAL_PAGE}),
        "status.statuspal.example": Site(answers={"/": _PAL_PAGE}),
        "status.silent-statuspal.example": Site(answers={"/": page()}),
        "statuspal.io": Site(answers={"/api/v2/status_pages/acme/summary": document("statuspal", "outage")}),
    },
    pasted=[
        Paste(
            address="https://acme.statuspal.io", format="statuspal", endpoint=_PAL, watch="https://acme.statuspal.io"
        ),
        Paste(
            address="https://acme.statuspal.io/incidents/7",
            format="statuspal",
            endpoint=_PAL,
            watch="https://acme.statuspal.io",
        ),
        Paste(address="https://status.statuspal.example", format="statuspal", endpoint=_PAL, watch=_PAL),
        Paste(address=_PAL, format="statuspal", endpoint=_PAL, watch=_PAL),
        Paste(address="https://status.silent-statuspal.example", because="no format reads anything there"),
    ],
)

_OPEN = "https://status.openstatus.example"
OPENSTATUS = Platform(
    name="OpenStatus",
    known_from=_SOURCE,
    sites={
        "status.openstatus.example": Site(
            answers={
                "/": page('<link rel="icon" href="https://www.openstatus.dev/favicon.ico">'),
                "/feed/json": document("openstatus", "outage"),
            }
        ),
        "acme.openstatus.dev": Site(answers={"/": page(), "/feed/json": document("openstatus", "quiet")}),
    },
    pasted=[
        Paste(address=_OPEN, format="openstatus", endpoint=f"{_OPEN}/feed/json", watch=_OPEN),
        Paste(address=f"{_OPEN}/events/report/3", format="openstatus", endpoint=f"{_OPEN}/feed/json", watch=_OPEN),
        Paste(
            address="acme.openstatus.dev",
            format="openstatus",
            endpoint="https://acme.openstatus.dev/feed/json",
            watch="https://acme.openstatus.dev",
        ),
    ],
)

_RAW = "https://raw.githubusercontent.com/acme/upptime/HEAD/history/summary.json"
_UPPTIME_PAGE = page(
    '<meta property="og:url" content="https://upptime.js.org/">',
    '<div id="sapper"><nav><a href="https://github.com/acme/upptime">GitHub</a></nav></div>',
)
UPPTIME = Platform(
    name="Upptime",
    known_from=_SOURCE,
    sites={
        "status.upptime.example": Site(answers={"/": _UPPTIME_PAGE}),
        "acme.github.io": Site(answers={"/": page(), "/upptime": _UPPTIME_PAGE, "/upptime/": _UPPTIME_PAGE}),
        "github.com": Site(answers={"/acme/upptime": page()}),
        "raw.githubusercontent.com": Site(
            answers={
                "/acme/upptime/HEAD/history/summary.json": document("upptime", "outage", "text/plain; charset=utf-8")
            }
        ),
    },
    pasted=[
        Paste(address="https://status.upptime.example", format="upptime", endpoint=_RAW, watch=_RAW),
        Paste(address="https://status.upptime.example/history/web", format="upptime", endpoint=_RAW, watch=_RAW),
        Paste(address="https://acme.github.io/upptime/", format="upptime", endpoint=_RAW),
        Paste(
            address="https://github.com/acme/upptime",
            format="upptime",
            endpoint=_RAW,
            watch="https://github.com/acme/upptime",
        ),
    ],
)
