"""A host and a port, as a target names them."""

from __future__ import annotations

import re

_ADDRESS = re.compile(r"(?:\[([0-9A-Fa-f:.%\w]+)\]|([^\s:/]+)):(\d{1,5})", re.ASCII)
_HIGHEST = 65535


def host_and_port(text: str, default: int | None = None) -> tuple[str, int]:
    """Return the two that `db.example.com:5432` or `[::1]:5432` names; ValueError if it names none."""
    found = _ADDRESS.fullmatch(
        text.strip() if default is None or re.search(r":\d+$", text) else f"{text.strip()}:{default}"
    )
    if found is None or not 0 < int(found[3]) <= _HIGHEST:
        raise ValueError("is not a host and a port; write for example db.example.com:5432")
    return found[1] or found[2], int(found[3])
