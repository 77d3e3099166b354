"""Vendors that keep one status page of their own, in a format that nobody else speaks."""

from __future__ import annotations

from collections.abc import Mapping

from tests.feeds.samples import body
from tests.platforms.world import Paste, Platform, Site, atom, document, page, rss
from tests.servers import Answer

_CLIENTS, _DOCUMENTS = "others' clients", "documentation"
_APP = page(text='<div id="root"></div>')


def _one(
    name: str,
    form: str,
    where: str,
    answer: Answer,
    *pasted: str,
    sites: Mapping[str, Site] | None = None,
    watch: str | None = None,
) -> Platform:
    """Return a vendor whose page is an application at a host, with its document at an address."""
    host, _, path = where.removeprefix("https://").partition("/")
    own = Site(answers={"/": _APP, f"/{path}": answer}, otherwise=_APP)
    page_address = watch or f"https://{host}"
    return Platform(
        name=name,
        known_from="its host",
        sites={**(sites or {}), host: own},
        pasted=[
            *(Paste(address=address, format=form, endpoint=where, watch=page_address) for address in pasted),
            Paste(address=where, format=form, endpoint=where, watch=where),
        ],
    )


_HISTORY = Site(answers={}, otherwise=_APP)
OWN = (
    _one(
        "AWS",
        "aws",
        "https://health.aws.amazon.com/public/currentevents",
        Answer(body=body("aws", "outage").decode().encode("utf-16"), content_type="application/json"),
        "https://health.aws.amazon.com/health/status",
        "health.aws.amazon.com",
    ),
    _one(
        "Google Cloud",
        "gcp",
        "https://status.cloud.google.com/incidents.json",
        document("gcp", "outage"),
        "https://status.cloud.google.com/",
        "https://status.cloud.google.com/incidents/abc",
        "status.cloud.google.com/summary",
    ),
    _one(
        "Google Workspace",
        "gcp",
        "https://www.google.com/appsstatus/dashboard/incidents.json",
        document("gcp", "outage"),
        "https://www.google.com/appsstatus/dashboard/",
        watch="https://www.google.com/appsstatus/dashboard",
    ),
    _one(
        "Firebase",
        "gcp",
        "https://status.firebase.google.com/incidents.json",
        document("gcp", "quiet"),
        "https://status.firebase.google.com",
    ),
    _one(
        "Google Play",
        "gcp",
        "https://status.play.google.com/incidents.json",
        document("gcp", "outage"),
        "https://status.play.google.com/summary",
    ),
    _one(
        "Azure",
        "azure-rss",
        "https://rssfeed.azure.status.microsoft/en-us/status/feed/",
        rss("azure-rss", "outage"),
        "https://azure.status.microsoft/en-us/status",
        "status.azure.com",
        watch="https://azure.status.microsoft",
        sites={
            "azure.status.microsoft": Site(answers={}, otherwise=_APP),
            "status.azure.com": Site(
                answers={}, otherwise=Answer.redirect("https://azure.status.microsoft/en-us/status", 301)
            ),
        },
    ),
    _one(
        "Azure DevOps",
        "azure-devops",
        "https://status.dev.azure.com/_apis/status/health?api-version=7.1-preview.1",
        document("azure-devops", "outage"),
        "https://status.dev.azure.com",
        "https://status.dev.azure.com/_history",
    ),
    # An address of its API that does not exist answers 200 with the application's shell.
    _one(
        "Microsoft 365",
        "m365",
        "https://status.cloud.microsoft/api/posts/m365Consumer",
        document("m365", "outage"),
        "https://status.cloud.microsoft/",
        "https://status.cloud.microsoft/m365/referrer=serviceStatusRedirect",
    ),
    _one(
        "Slack",
        "slack",
        "https://slack-status.com/api/v2.0.0/current",
        document("slack", "outage"),
        "https://slack-status.com",
        "status.slack.com",
        "https://slack-status.com/2026-03/abc",
        sites={"status.slack.com": Site(answers={}, otherwise=Answer.redirect("https://slack-status.com/", 301))},
    ),
    _one(
        "Heroku",
        "heroku",
        "https://status.heroku.com/api/v4/current-status",
        document("heroku", "outage"),
        "https://status.heroku.com/",
        "https://status.heroku.com/incidents/2963",
    ),
    _one(
        "Salesforce",
        "salesforce-trust",
        "https://api.status.salesforce.com/v1/incidents/active",
        document("salesforce-trust", "outage"),
        "https://status.salesforce.com",
        "https://status.salesforce.com/products/Heroku",
        watch="https://status.salesforce.com",
        sites={"status.salesforce.com": Site(answers={}, otherwise=_APP)},
    ),
    _one(
        "Zendesk",
        "zendesk",
        "https://status.zendesk.com/api/incidents/active",
        document("zendesk", "outage", "application/vnd.api+json"),
        "https://status.zendesk.com",
        "status.zendesk.com/history",
    ),
    _one(
        "Apple",
        "apple",
        "https://www.apple.com/support/systemstatus/data/system_status_en_US.js",
        document("apple", "outage", "application/x-javascript"),
        "https://www.apple.com/support/systemstatus/",
        watch="https://www.apple.com/support/systemstatus",
    ),
    _one(
        "Oracle Cloud",
        "oci",
        "https://ocistatus.oraclecloud.com/api/v2/incident-summary.rss",
        rss("oci", "events"),
        "https://ocistatus.oraclecloud.com/",
        "https://ocistatus.oraclecloud.com/#/history",
    ),
    _one(
        "Adobe",
        "adobe",
        "https://data.status.adobe.com/adobestatus/StatusEvents",
        document("adobe", "outage"),
        "https://status.adobe.com",
        "https://status.adobe.com/products/503489",
        watch="https://status.adobe.com",
        sites={"status.adobe.com": Site(answers={}, otherwise=_APP)},
    ),
    _one(
        "Meta",
        "meta",
        "https://metastatus.com/data/orgs.json",
        document("meta", "services-in-trouble"),
        "https://metastatus.com",
        "https://metastatus.com/",
    ),
)

# The page of old says for ever what it said that day; its history leads to the page of today, which is on Statuspage.
_FROZEN = {"largestatus": "up", "message": "All services are online.", "time": "February 09, 2024 @ 06:08PM +00:00"}
_OLD, _TODAY = "https://status.stripe.com", "https://www.stripestatus.com"
_FULL = f"{_OLD}/current/full"
STRIPE = Platform(
    name="Stripe",
    known_from="its host",
    sites={
        "status.stripe.com": Site(
            answers={
                "/": _APP,
                "/current": Answer.json(_FROZEN),
                "/current/full": document("stripe", "full"),
                "/current/atom.xml": Answer.redirect(f"{_TODAY}/history.atom", 301),
            }
        ),
        "www.stripestatus.com": Site(
            answers={
                "/": _APP,
                "/api/v2/summary.json": document("statuspage", "summary-outage"),
                "/history.atom": atom("statuspage-atom", "atom"),
            }
        ),
    },
    pasted=[
        *(
            Paste(address=address, format="statuspage", endpoint=f"{_TODAY}/api/v2/summary.json", watch=_TODAY)
            for address in (
                _OLD,
                "status.stripe.com",
                f"{_OLD}/current",
                f"{_OLD}/current/atom.xml",
                _TODAY,
                f"{_TODAY}/history.atom",
            )
        ),
        # It tells no time, and so no health: but who asks for this document gets what it says of trouble.
        Paste(address=_FULL, format="stripe", endpoint=_FULL, watch=_FULL),
    ],
)
