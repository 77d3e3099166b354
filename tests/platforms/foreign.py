"""Pages of platforms that no format of ours reads, feeds of nobody's platform, and hosts that are no status page."""

from __future__ import annotations

from tests.platforms.world import Paste, Platform, Site, at, page, rss
from tests.servers import Answer

_NOTHING = "no format reads anything there"
_NEWS = "how anything stands: that is news, not a status"
_MADE_UP = "nobody: a page like many"


def _rss(*items: str, title: str = "Acme") -> Answer:
    return Answer(
        body=f'<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>{title}</title>'
        f"<link>https://acme.example</link>{''.join(items)}</channel></rss>",
        content_type="application/rss+xml; charset=utf-8",
    )


def _item(title: str, text: str = "", number: int = 1, *, category: str = "") -> str:
    tag = f"<category>{category}</category>" if category else ""
    return (
        f"<item><title>{title}</title><guid>https://acme.example/{number}</guid>{tag}"
        f"<pubDate>Mon, 0{number} Mar 2026 10:00:00 +0000</pubDate><description>{text}</description></item>"
    )


def _missed(name: str, site: Site, *paths: str, because: str = _NOTHING, known_from: str = _MADE_UP) -> Platform:
    """Return a host at which nothing is found, whatever is pasted of it."""
    host = f"{name.lower().replace(' ', '-').replace(',', '')}.example"
    pasted = [Paste(address=f"https://{host}{path}", because=because) for path in paths or ("",)]
    return Platform(name=name, known_from=known_from, sites={host: site}, pasted=pasted)


_TWO = (
    _item("[Resolved] Mail is late", "Mail was late for an hour.", 2),
    _item("Web is slow", "We look into it.", 3),
)
_CSTATE_PAGE = page(
    '<link rel="alternate" type="application/rss+xml" href="/index.xml" title="Acme">\n'
    '<meta name="generator" content="cState v5.5.1 - https://github.com/cstate/cstate">'
)
CSTATE = Platform(
    name="cState, as a feed",
    known_from="source code",
    sites={
        "status.cstate.example": Site(
            answers={
                "/": _CSTATE_PAGE,
                "/issues/2026-03-02-mail": _CSTATE_PAGE,
                "/index.xml": _rss(*_TWO),
                "/index.json": Answer.json({"is": "index", "cStateVersion": "5.5.1", "systems": []}),
            }
        )
    },
    pasted=[
        Paste(
            address=address,
            format="feed",
            endpoint="https://status.cstate.example/index.xml",
            watch="https://status.cstate.example/index.xml",
        )
        for address in (
            "https://status.cstate.example",
            "https://status.cstate.example/issues/2026-03-02-mail",
            "https://status.cstate.example/index.xml",
        )
    ],
)
PLAIN_FEEDS = Platform(
    name="A status feed of nobody's platform",
    known_from=_MADE_UP,
    sites={
        "status.feeds.example": Site(
            answers={
                "/": page('<link rel="alternate" type="application/rss+xml" href="/notices.rss">'),
                "/notices.rss": _rss(*_TWO),
            }
        ),
        "status.unlinked.example": Site(
            answers={"/": page(), "/feed.rss": rss("feed", "incidentio-rss"), "/somewhere.xml": _rss(*_TWO)}
        ),
    },
    pasted=[
        Paste(
            address="https://status.feeds.example",
            format="feed",
            endpoint="https://status.feeds.example/notices.rss",
            watch="https://status.feeds.example/notices.rss",
        ),
        Paste(
            address="https://status.unlinked.example",
            format="feed",
            endpoint="https://status.unlinked.example/feed.rss",
            watch="https://status.unlinked.example/feed.rss",
        ),
        Paste(
            address="https://status.unlinked.example/somewhere.xml",
            format="feed",
            endpoint="https://status.unlinked.example/somewhere.xml",
            watch="https://status.unlinked.example/somewhere.xml",
        ),
    ],
)

UNREADABLE = (
    # It answers the same page with status 200 to every path, and its own documents below /api.
    Platform(
        name="PagerDuty",
        known_from="others' clients",
        sites={
            "acme.trust.pagerduty.com": Site(
                answers={
                    "/api/data": Answer.json({"layout": {"layout_settings": {"statusPage": {}}}}),
                    "/api/services": Answer.json({"services": [{"id": "P1", "display_name": "Web"}]}),
                    "/api/posts": Answer.json({"posts": [], "continuationToken": None}),
                },
                otherwise=page(text='<div id="root"></div>'),
            )
        },
        pasted=[
            Paste(address=f"https://acme.trust.pagerduty.com{path}", because="a PagerDuty page")
            for path in ("", "/posts/dashboard")
        ],
    ),
    Platform(
        name="Datadog",
        known_from="its host",
        sites={
            "acme.statuspage.datadoghq.com": Site(
                answers={"/": page(), "/config.json": Answer.json({"id": "1", "components": [], "incidents": []})},
                otherwise=Answer(
                    status=403, content_type="application/xml", body="<Error><Code>AccessDenied</Code></Error>"
                ),
            )
        },
        pasted=[Paste(address="https://acme.statuspage.datadoghq.com", because="a Datadog page")],
    ),
    Platform(
        name="StatusCast",
        known_from="its host",
        sites={"acme.statuscast.com": Site(answers={"/": page(text='<div ng-app="app"></div>')})},
        pasted=[Paste(address="https://acme.statuscast.com/#!/incidentlist", because="a StatusCast page")],
    ),
    Platform(
        name="StatusHub",
        known_from="its host",
        sites={"acme.statushub.io": Site(answers={"/": page()})},
        pasted=[Paste(address="https://acme.statushub.io", because="a StatusHub page")],
    ),
    # Without the token of its owner the API answers nothing.
    Platform(
        name="Sorry",
        known_from="its host",
        sites={"acme.sorryapp.com": Site(answers={"/": page()})},
        pasted=[Paste(address="https://acme.sorryapp.com", because="a Sorry page")],
    ),
    Platform(
        name="cState without its feed",
        known_from="source code",
        sites={"status.mute-cstate.example": Site(answers={"/": _CSTATE_PAGE})},
        pasted=[Paste(address="https://status.mute-cstate.example", because="a cState page")],
    ),
)

_BLOG_HEAD = '<link rel="alternate" type="application/rss+xml" title="Acme Blog" href="/feed/">'
_POSTS = (
    _item("We are hiring", "Come and work with us.", 1, category="Company"),
    _item("Monitoring: how we watch ten thousand pages", "It began with one page.", 2, category="Monitoring"),
    _item("What a resolved incident taught us", "Investigating it took a week.", 3, category="Engineering"),
    _item("Release 4.2", "Faster and smaller.", 4, category="Product"),
)
_LOST = at(page(title="Not found"), 404)
_CHALLENGE = page('<meta name="robots" content="noindex,nofollow">', title="Just a moment...")
_LOGIN = page(text='<form action="/login" method="post"><input type="password" name="password"></form>', title="Log in")
STRANGERS = (
    _missed(
        "A blog",
        Site(
            answers={
                "/": page(
                    _BLOG_HEAD,
                    '<footer>We use <a href="https://acme.statuspal.io">StatusPal</a>, statuspage.io, incident.io, '
                    "UptimeRobot and Upptime</footer>",
                ),
                "/2026/outage": page(_BLOG_HEAD),
                "/feed/": _rss(*_POSTS),
                "/feed": Answer.redirect("/feed/", 301),
            },
            otherwise=_LOST,
        ),
        "",
        "/2026/outage",
        "/feed/",
        because=_NEWS,
    ),
    _missed(
        "A WordPress site",
        Site(
            answers={
                "/": page(
                    '<meta name="generator" content="WordPress 6.7">\n'
                    '<link rel="alternate" type="application/rss+xml" title="Feed" href="/feed/">\n'
                    '<link rel="alternate" type="application/rss+xml" title="Comments" href="/comments/feed/">\n'
                    '<link rel="https://api.w.org/" href="/wp-json/">'
                ),
                "/feed/": _rss(*_POSTS),
                "/comments/feed/": _rss(_item("By: somebody", "Nice.", 1)),
                "/wp-json/": Answer.json({"name": "Acme", "namespaces": ["wp/v2"]}),
            },
            otherwise=_LOST,
        ),
        because=_NEWS,
    ),
    _missed("A blog without entries", Site(answers={"/": page(_BLOG_HEAD), "/feed/": _rss()}), because=_NEWS),
    _missed("A parked domain", Site(answers={}, otherwise=page(title="This domain is for sale")), "", "/history"),
    _missed("A search engine, 200 to everything", Site(answers={}, otherwise=page(title="Search"))),
    _missed("A shop", Site(answers={"/": page(title="Acme")}, otherwise=_LOST)),
    _missed(
        "A page without a doctype",
        Site(answers={}, otherwise=Answer(body="\n<title>Acme</title><p>All is well", content_type="text/html")),
    ),
    _missed(
        "An XHTML page",
        Site(
            answers={},
            otherwise=Answer(
                body='<?xml version="1.0"?>\n<!DOCTYPE html><html xmlns="http://www.w3.org/1999/xhtml"></html>',
                content_type="application/xhtml+xml",
            ),
        ),
    ),
    _missed("A host of an empty list", Site(answers={}, otherwise=Answer(body="[]"))),
    _missed("A host of an empty object", Site(answers={}, otherwise=Answer(body="{}"))),
    _missed("A host that says it is ok", Site(answers={}, otherwise=Answer.json({"status": "ok"}))),
    _missed("A host that answers ok", Site(answers={}, otherwise=Answer(body="ok", content_type="text/plain"))),
    _missed("A host of empty answers", Site(answers={}, otherwise=Answer(body=""))),
    _missed(
        "A host of empty lists",
        Site(
            answers={},
            otherwise=Answer.json(
                {"data": [], "included": [], "incidents": [], "components": [], "scheduled_maintenances": []}
            ),
        ),
    ),
    _missed(
        "A host of an empty JSON API",
        Site(answers={}, otherwise=Answer.json({"data": [], "included": []})),
    ),
    _missed(
        "A login wall",
        Site(
            answers={"/login": _LOGIN, "/login?next=/": _LOGIN},
            otherwise=Answer.redirect("/login?next=/", 302),
        ),
        because="it leads to a login",
    ),
    _missed(
        "A page behind a password", Site(answers={}, otherwise=at(_LOGIN, 401)), because="lets no program in (HTTP 401)"
    ),
    _missed("A bot wall", Site(answers={}, otherwise=at(_CHALLENGE, 403)), because="lets no program in (HTTP 403)"),
    _missed("A bot wall, 503", Site(answers={}, otherwise=at(_CHALLENGE, 503)), because="HTTP 503"),
    _missed("A host that has had enough", Site(answers={}, otherwise=at(_CHALLENGE, 429)), because="HTTP 429"),
    _missed("A page that is gone", Site(answers={}, otherwise=Answer(status=410)), because="HTTP 410"),
    _missed(
        "A circle of redirects",
        Site(answers={}, otherwise=Answer.redirect("/again", 302)),
        because="more than 5 redirects",
    ),
)
_WALLED = Platform(
    name="A login at another host",
    known_from=_MADE_UP,
    sites={
        "private.acme.example": Site(
            answers={}, otherwise=Answer.redirect("https://login.acme.example/sso/start?back=private", 302)
        ),
        "login.acme.example": Site(answers={}, otherwise=_LOGIN),
    },
    pasted=[Paste(address="https://private.acme.example", because="it leads to a login")],
)
_NOWHERE = Platform(
    name="A host that does not exist",
    known_from=_MADE_UP,
    sites={},
    pasted=[Paste(address="https://status.nowhere.example", because="does not answer (no address for")],
)
FOREIGN = (CSTATE, PLAIN_FEEDS, *UNREADABLE, *STRANGERS, _WALLED, _NOWHERE)
