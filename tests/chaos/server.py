"""A PostgreSQL that is stopped and started in the middle of the day, by its own program for that, also elsewhere."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from itertools import count

from tests.databases import Postgres, borrowed, migrate_by_hand, start_by_hand

# How clients are got rid of: https://www.postgresql.org/docs/current/app-pg-ctl.html
SMART, FAST, IMMEDIATE = "smart", "fast", "immediate"
_NUMBERS = count(1)


@dataclass(slots=True)
class Server:
    """A server, and where its socket is just now."""

    postgres: Postgres
    home: Postgres

    def stop(self, mode: str, *, waits: bool = True) -> None:
        """Let it end, in one of three ways; without waiting, for who goes on is not got rid of by all of them.

        One that has not ended by itself after 20 s is ended as an operator would; one that was told to wait for all to
        leave may have ended by now.
        """
        try:
            self._control("stop", "-m", mode, "-w" if waits else "-W", "-t", "20")
        except subprocess.CalledProcessError:
            if not self._runs():
                return
            if mode == IMMEDIATE:
                raise
            self._control("stop", "-m", IMMEDIATE, "-w")

    def start(self, *, elsewhere: bool = False) -> None:
        """Let it begin anew with the same data, at the same place or in another folder."""
        if elsewhere:
            folder = self.home.folder / f"there-{next(_NUMBERS)}"
            folder.mkdir()
            if owner := borrowed():
                os.chown(folder, owner["user"], owner["group"])
            self.postgres = replace(self.home, folder=folder)
        options = f"-k {self.postgres.folder} -c listen_addresses= -c fsync=off -c full_page_writes=off"
        self._control("start", "-w", "-l", str(self.home.folder / "data" / "log"), "-o", options)

    def close(self) -> None:
        with suppress(subprocess.CalledProcessError):
            self.stop(IMMEDIATE)
        self.home.stop()

    def _runs(self) -> bool:
        # https://www.postgresql.org/docs/current/app-pg-ctl.html: status 3 says that it does not.
        command = (str(self.home.programs / "pg_ctl"), "-D", str(self.home.folder / "data"), "status")
        return subprocess.run(command, check=False, stdout=subprocess.DEVNULL, **borrowed()).returncode == 0

    def _control(self, *words: str) -> None:
        command = (str(self.home.programs / "pg_ctl"), "-D", str(self.home.folder / "data"), *words)
        subprocess.run(command, check=True, cwd=self.home.folder, stdout=subprocess.DEVNULL, **borrowed())


@contextmanager
def a_server() -> Iterator[Server]:
    """Give a server of one's own, with a migrated database to copy."""
    postgres = start_by_hand()
    server = Server(postgres, postgres)
    try:
        migrate_by_hand(postgres)
        yield server
    finally:
        server.close()
