"""Where people find what is linked: as the configuration says, else where they have just asked."""

from __future__ import annotations

import re
from urllib.parse import quote

from starlette.requests import Request

# A name or an IPv4 address, or an IPv6 address in brackets, and a port: nothing that could be more than that in a
# link.  https://www.rfc-editor.org/rfc/rfc9110#section-7.2
_HOST = re.compile(r"(?:[A-Za-z0-9](?:[A-Za-z0-9._-]{0,252})|\[[0-9A-Fa-f:.]{2,45}\])(?::\d{1,5})?")


class StrangeHost(Exception):
    """Somebody asks for a host of a name that no host has."""


def incident_page(where: str, name: str) -> str:
    """Return the address of an incident's page."""
    return f"{where}/incidents/{quote(name, safe='')}"


def vendor_page(where: str, slug: str) -> str:
    """Return the address of a vendor's page."""
    return f"{where}/vendors/{quote(slug, safe='')}"


def base(request: Request, configured: str) -> str:
    """Return the address of the board without a slash at its end.  Raises StrangeHost."""
    if configured:
        return configured.rstrip("/")
    host = request.headers.get("host", "")
    if _HOST.fullmatch(host) is None:
        raise StrangeHost
    return f"{request.url.scheme}://{host}"
