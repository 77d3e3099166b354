"""How the log is written: a line for people, or a JSON object on a line for programs that collect it."""

from __future__ import annotations

import json
import logging
import re
import sys
from datetime import UTC, datetime

HUMAN, JSON = "human", "json"

_FIELD = re.compile(r"(?:^|\s)([a-z_]+)=([^\s,]*[^\s,:])")


def to_stderr(level: str, form: str = HUMAN) -> None:
    """Write the log where a host looks for it."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Lines() if form == JSON else logging.Formatter("%(asctime)s %(levelname)-7s %(message)s"))
    logging.basicConfig(handlers=[handler], level=level, force=True)
    logging.getLogger("alembic").setLevel(logging.WARNING)


class Lines(logging.Formatter):
    """One JSON object a line: `at`, `level`, `logger`, `message`, what it says as `name=value`, and any `traceback`.

    `message` is whole all the same.  A name of its own that the record has already is not overwritten.
    """

    def format(self, record: logging.LogRecord) -> str:
        """Return the line of a record."""
        message = record.getMessage()
        said = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": message,
        }
        # Of a name that comes twice the first is ours: what strangers say comes after it.
        found = {name: value for name, value in reversed(_FIELD.findall(message)) if name not in said}
        line = {**dict(reversed(found.items())), **said}
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps({**said, **line}, ensure_ascii=False)
