"""The environment and `.env`: from names and texts to values."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import TypeVar

from dotenv.parser import parse_stream

from bot.settings import scalars
from bot.settings.database import normalised
from bot.settings.mistakes import Report, one_of, shown
from bot.settings.scalars import HIGHEST_PORT
from bot.settings.values import Discord, Secret, Slack
from bot.settings.variables import DEFAULTS

V = TypeVar("V")

_LOG_FORMATS = ("human", "json")
_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")


@dataclass(frozen=True, slots=True)
class Found:
    """A variable's text and where it was found, such as `environment: PORT`."""

    where: str
    text: str


class Environment:
    """The variables, each read from the real environment or else from `.env`; what is wrong is reported.

    A variable that is set to nothing counts as not given, and hides the one in `.env`.
    """

    def __init__(self, environ: Mapping[str, str], cwd: Path, report: Report) -> None:
        """Read `.env` if there is one."""
        self._layers = (("environment", environ), (".env", _dotenv(cwd / ".env", report)))
        self._cwd = cwd
        self._report = report

    def find(self, name: str, *others: str) -> list[Found]:
        """Return what is said under these names in the first place that has any of them."""
        for place, variables in self._layers:
            given = [n for n in (name, *others) if n in variables]
            if given:
                return [Found(f"{place}: {n}", variables[n]) for n in given if variables[n].strip()]
        return []

    def names(self) -> tuple[str, ...]:
        """Return every name that there is."""
        return tuple(dict.fromkeys(name for _, variables in self._layers for name in variables))

    def value(self, name: str, read: Callable[[str], V], default: V) -> V:
        """Return the variable as `read` understands it."""
        for found in self.find(name):
            try:
                return read(found.text.strip())
            except ValueError as e:
                self._report(found.where, str(e))
        return default

    def secret(self, name: str, read: Callable[[str], str]) -> Secret | None:
        """Return the secret that stands in `name`, or in the file that `name`_FILE names."""
        found = self.find(name, f"{name}_FILE")
        if len(found) > 1:
            self._report(found[0].where, f"is given twice, as {name} and as {name}_FILE; keep one of them")
            return None
        for one in found:
            text = self._from_file(one) if one.where.endswith("_FILE") else one.text.strip()
            try:
                return None if text is None else Secret(read(text))
            except ValueError as e:
                self._report(one.where, str(e))
        return None

    def _from_file(self, found: Found) -> str | None:
        file = self._cwd / found.text.strip()
        try:
            text = file.read_text(encoding="utf-8").rstrip("\r\n")
        except OSError as e:
            self._report(found.where, f"{file} can not be read ({e.strerror}); name a file that holds only the secret")
            return None
        except UnicodeDecodeError:
            self._report(found.where, f"{file} is not text; name a file that holds only the secret")
            return None
        if not text.strip():
            self._report(found.where, f"{file} is empty; write the secret into it")
            return None
        return text


def database(env: Environment) -> tuple[Secret, bool]:
    """Return the database's URL, and whether somebody gave one."""
    given = bool(env.find("DATABASE_URL", "DATABASE_URL_FILE"))
    return env.secret("DATABASE_URL", normalised) or Secret(DEFAULTS["DATABASE_URL"]), given


def slack(env: Environment, report: Report) -> Slack:
    """Return how Slack is reached."""
    found = Slack(
        bot_token=env.secret("SLACK_BOT_TOKEN", _slack_token("xoxb-", "SLACK_BOT_TOKEN")),
        app_token=env.secret("SLACK_APP_TOKEN", _slack_token("xapp-", "SLACK_APP_TOKEN")),
        signing_secret=env.secret("SLACK_SIGNING_SECRET", token),
        client_id=env.value("SLACK_CLIENT_ID", token, None),
        client_secret=env.secret("SLACK_CLIENT_SECRET", token),
        api_url=env.value("SLACK_API_URL", scalars.web_address, None),
    )
    _complain_of_half_an_app(env, found, report)
    if not found.is_for_many and not env.find("SLACK_BOT_TOKEN", "SLACK_BOT_TOKEN_FILE"):
        for name in ("SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET"):
            for one in env.find(name, f"{name}_FILE")[:1]:
                report(one.where, "is of no use alone; set SLACK_BOT_TOKEN too")
    return found


def _complain_of_half_an_app(env: Environment, found: Slack, report: Report) -> None:
    """Other workspaces can install the app only if all three of its secrets are there."""
    parts = ("SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET", "SLACK_SIGNING_SECRET")
    there = [one for name in parts for one in env.find(name, f"{name}_FILE")[:1]]
    if found.client_id is None and found.client_secret is None:
        return
    missing = [name for name in parts if not env.find(name, f"{name}_FILE")]
    if missing and there:
        report(there[0].where, f"is for several workspaces, which need {' and '.join(missing)} too")


def discord(env: Environment) -> Discord:
    """Return how Discord is reached."""
    return Discord(
        token=env.secret("DISCORD_TOKEN", _discord_token),
        api_url=env.value("DISCORD_API_URL", scalars.web_address, None),
        gateway_url=env.value("DISCORD_GATEWAY_URL", _socket_address, None),
    )


def port(text: str) -> int:
    """Read a port's number."""
    if not (text.isascii() and text.isdecimal() and 1 <= int(text[:6]) <= HIGHEST_PORT):
        raise ValueError(f"{shown(text)} is not a port; write a number from 1 to {HIGHEST_PORT}")
    return int(text)


def host(text: str) -> str:
    """Read the address to listen on."""
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        if re.fullmatch(r"[A-Za-z0-9_.-]*[A-Za-z][A-Za-z0-9_.-]*", text):
            return text
        raise ValueError(f"{shown(text)} is not an address to listen on; write 127.0.0.1 or 0.0.0.0") from None


def log_level(text: str) -> str:
    """Read how much is logged."""
    if text.upper() not in _LEVELS:
        raise ValueError(f"{shown(text)} is not known{one_of(text, _LEVELS)}")
    return text.upper()


def log_format(text: str) -> str:
    """Read how is logged."""
    if text.lower() not in _LOG_FORMATS:
        raise ValueError(f"{shown(text)} is not known{one_of(text, _LOG_FORMATS)}")
    return text.lower()


def hosts(text: str) -> tuple[str, ...]:
    """Read a list of hosts and networks, separated by commas."""
    return tuple(scalars.allowed_host(item) for item in text.split(",") if item.strip())


def token(text: str) -> str:
    """Read a token or a key: one word that can be sent in a header.  It is never repeated in a message."""
    if not (text.isascii() and text.isprintable()) or " " in text:
        raise ValueError("holds a space, a line break or a strange character; paste it again, whole")
    return text


def _slack_token(prefix: str, name: str) -> Callable[[str], str]:
    kinds = {"xoxb-": "a bot token", "xapp-": "an app-level token", "xoxp-": "a person's token"}

    def read(text: str) -> str:
        for other, kind in kinds.items():
            if text.startswith(other) and other != prefix:
                raise ValueError(f"holds {kind} ({other}…); {name} takes {kinds[prefix]}, {prefix}…")
        return token(text)

    return read


def _discord_token(text: str) -> str:
    if text.lower().startswith("bot "):
        raise ValueError('begins with "Bot "; write the token alone')
    return token(text)


def _socket_address(text: str) -> str:
    return scalars.address(text, ("wss", "ws"), "wss://gateway.example.com")


def _dotenv(file: Path, report: Report) -> dict[str, str]:
    # `.env` may also be a directory: some people keep their virtual environment there.
    if not file.exists() or file.is_dir():
        return {}
    try:
        text = file.read_text(encoding="utf-8-sig")
    except OSError as e:
        report(".env", f"can not be read ({e.strerror}); see to its permissions or remove it")
        return {}
    except UnicodeDecodeError:
        report(".env", "is not UTF-8 text; save it as UTF-8")
        return {}
    lines = list(parse_stream(StringIO(text)))
    for line in lines:
        if line.error:
            report(
                f".env: line {line.original.line}", "is not NAME=value; put the value in quotes or a # before the line"
            )
    return {line.key: line.value for line in lines if line.key and line.value is not None}
