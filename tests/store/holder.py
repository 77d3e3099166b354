"""A second process: takes the database for itself, says how that went, and keeps it until it is killed."""

from __future__ import annotations

import sys
import time

from bot.errors import StoreBusy
from bot.store.database import open_database

if __name__ == "__main__":
    database = open_database(sys.argv[1])
    try:
        database.hold()
    except StoreBusy as e:
        sys.exit(str(e))
    sys.stdout.write("held\n")
    sys.stdout.flush()
    time.sleep(600)
