"""The environment variables: one table, from which `.env.example` and the documentation are checked."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Variable:
    """One variable; a secret may also be given as a file, under its name and `_FILE`."""

    name: str
    default: str
    doc: str
    secret: bool = False


VARIABLES = (
    Variable(
        "DATABASE_URL",
        "sqlite+aiosqlite:///sitrep.db",
        "Where incidents are kept: a SQLite file, or postgresql://… for several instances.",
        secret=True,
    ),
    Variable("SITREP_CONFIG", "sitrep.toml", "The configuration file; without one, well-known vendors are watched."),
    Variable("HOST", "127.0.0.1", "The address that the board listens on; 0.0.0.0 opens it to the network."),
    Variable("PORT", "8080", "The port that the board listens on."),
    Variable("SLACK_BOT_TOKEN", "", "Slack: the bot token, xoxb-…", secret=True),
    Variable("SLACK_APP_TOKEN", "", "Slack by Socket Mode: the app-level token, xapp-…", secret=True),
    Variable("SLACK_SIGNING_SECRET", "", "Slack by HTTP, instead of Socket Mode: the signing secret.", secret=True),
    Variable("SLACK_CLIENT_ID", "", "Slack in several workspaces, by HTTP: the app's client id."),
    Variable("SLACK_CLIENT_SECRET", "", "Slack in several workspaces: the app's client secret.", secret=True),
    Variable("DISCORD_TOKEN", "", "Discord: the bot token.", secret=True),
    Variable(
        "PAGERDUTY_ROUTING_KEY", "", "PagerDuty: the integration key of an Events API v2 integration.", secret=True
    ),
    Variable("PAGERDUTY_API_URL", "", "PagerDuty in the EU: https://events.eu.pagerduty.com."),
    Variable("OPSGENIE_API_KEY", "", "Opsgenie: the key of an API integration.", secret=True),
    Variable("OPSGENIE_API_URL", "", "Opsgenie in the EU: https://api.eu.opsgenie.com."),
    Variable("WEBHOOK_URL", "", "A webhook of your own: where its events go.", secret=True),
    Variable("WEBHOOK_SECRET", "", "A webhook of your own: what its events are signed with.", secret=True),
    Variable(
        "SITREP_BOARD_SECRET",
        "",
        "The board: what links from the chat are signed with, at least 32 random characters; with it people can act.",
        secret=True,
    ),
    Variable(
        "SITREP_BOARD_TOKEN",
        "",
        "The board: what programs send as a bearer token for /metrics, and for the API of a signed board.",
        secret=True,
    ),
    Variable(
        "SITREP_HEARTBEAT_URL",
        "",
        "Called every minute while all is well, so that another service notices when Sitrep does not run.",
        secret=True,
    ),
    Variable(
        "OTEL_EXPORTER_OTLP_ENDPOINT",
        "",
        "Where traces are sent by OTLP/HTTP, such as http://localhost:4318; it takes the extra sitrep[otel].",
    ),
    Variable(
        "OTEL_EXPORTER_OTLP_HEADERS", "", "What is sent along with them, such as a key: name=value,…", secret=True
    ),
    Variable("SLACK_API_URL", "", "For a proxy or a test: the address to use instead of Slack's."),
    Variable("DISCORD_API_URL", "", "For a proxy or a test: the address to use instead of Discord's."),
    Variable("DISCORD_GATEWAY_URL", "", "For a proxy or a test: the address to use instead of Discord's gateway."),
    Variable(
        "SITREP_CONSOLE_LOG",
        "",
        "Where the console destination writes its lines; default: sitrep.console.jsonl beside the SQLite file.",
    ),
    Variable("SITREP_ALLOW_HOSTS", "", "Private hosts and networks that may be fetched from, separated by commas."),
    Variable("LOG_LEVEL", "INFO", "How much is logged: DEBUG, INFO, WARNING, ERROR or CRITICAL."),
    Variable("LOG_FORMAT", "human", "How it is logged: human, or json, an object on a line."),
)

DEFAULTS = {variable.name: variable.default for variable in VARIABLES}

_HEAD = """\
# What Sitrep reads from its environment.  As `.env` in the directory where Sitrep is started, this file is read too;
# the real environment wins over it.  Every line shows the default; take its # away to change it.
# A secret can also come from a file: DISCORD_TOKEN_FILE=/run/secrets/discord instead of DISCORD_TOKEN.
"""


def env_template() -> str:
    """Return the text of `.env.example`."""
    return _HEAD + "".join(f"\n# {v.doc}\n#{v.name}={v.default}\n" for v in VARIABLES)
