"""A workspace, put together: announcements, and questions by Socket Mode or by signed HTTP."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from slack_bolt.async_app import AsyncApp
from slack_bolt.oauth.async_oauth_settings import AsyncOAuthSettings
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.directory import SlackDirectory
from adapters.slack.filed import Filing
from adapters.slack.installs import Installs, States
from adapters.slack.listen import Listener, log
from adapters.slack.pace import Pace
from adapters.slack.places import Places
from adapters.slack.platform import ASKED, Slack
from adapters.slack.served import EVENTS, INSTALL, REDIRECT, routes
from adapters.slack.sockets import Socket
from adapters.slack.web import API, quiet, with_slash
from adapters.slack.workspaces import Workspaces, split
from bot.core.waits import Waits
from bot.errors import SitrepError
from bot.ports import Chat, Desk, Installations, Visit


@dataclass(frozen=True, slots=True, repr=False)
class Keys:
    """What the app is known by: https://docs.slack.dev/authentication/tokens."""

    bot_token: str | None = None
    app_token: str | None = None
    signing_secret: str | None = None
    client_id: str | None = None
    client_secret: str | None = None
    api_url: str | None = None

    @property
    def for_many(self) -> bool:
        """Whether any workspace may install the app."""
        return bool(self.client_id and self.client_secret and self.signing_secret)


@dataclass(frozen=True, slots=True)
class Around:
    """What there is around the adapter.

    `revive` is called with the platform's name when the bot was invited to a channel; `addresses` are where
    announcements go; `installations` is where those of other workspaces are kept; `groups` and `rooms` are the user
    groups and the channels that somebody's rights depend on.  `elapsing` is a time that nobody sets, for waits.
    """

    now: Callable[[], datetime]
    revive: Callable[[str], Awaitable[None]]
    installations: Installations
    addresses: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    rooms: tuple[str, ...] = ()
    elapsing: Callable[[], datetime] | None = None


def connect(keys: Keys, desk: Desk, around: Around) -> Chat:
    """Return Slack; nothing is connected before its loops run.

    With an app token people are heard by Socket Mode, else with a signing secret at `/slack/events`, else not at all.
    With the app's client id and secret too, other workspaces install it at `/slack/install`.
    """
    waits = Waits()

    def make(token: str, team: str = "") -> Slack:
        pace = Pace(around.elapsing or around.now, waits, f"{team}/" if team else "")
        return Slack(token, api_url=keys.api_url, now=around.now, pace=pace)

    home = make(keys.bot_token) if keys.bot_token else None
    others = frozenset(split(address)[0] for address in around.addresses) - {""}
    installs = Installs(around.installations, home, others)
    platform = Workspaces(home, installs.token, make)
    installs.changed = platform.forget
    app = _app(keys, installs, around)

    async def left(team: str) -> None:
        if home is not None and (not keys.for_many or (await home.who()).get("team_id") == team):
            home.web.stop("the app was removed from the workspace, or its tokens were revoked")
        await installs.async_delete_installation(enterprise_id=None, team_id=team)

    async def invited(channel: str) -> None:
        log.info("invited to %s: what could not be posted to Slack is tried again", channel)
        await around.revive(platform.name)

    filing = Filing(desk, platform.post, Places(others))
    listener = Listener(filing, invited=invited, left=left, others=others)
    listener.attach(app)
    loops: dict[str, Callable[[], Awaitable[None]]] = {}
    socket = Socket(app, keys.app_token) if keys.app_token else None
    if socket is not None:
        loops["slack-socket"] = socket.run
    elif not keys.signing_secret:
        log.warning("neither SLACK_APP_TOKEN nor SLACK_SIGNING_SECRET is set: announcements only, no commands")

    async def close() -> None:
        await listener.drain()
        await platform.close()

    directory = SlackDirectory(platform.workspace, around.installations, around.now, for_many=keys.for_many)

    def condition() -> str:
        return "\n".join(filter(None, (_condition(home, socket), directory.condition())))

    async def check() -> None:
        await _check(platform, around.addresses)
        await directory.learn(around.groups, around.rooms)

    by_http = bool(keys.signing_secret) and not keys.app_token
    served = routes(app, keys.signing_secret or "", events=by_http, install=keys.for_many)
    visit, cut_off = partial(_visit, platform), partial(_condition, home, socket)
    return Chat(platform, loops, served, check, condition, close, directory, visit, cut_off, waits, is_one_place=True)


def _app(keys: Keys, installs: Installs, around: Around) -> AsyncApp:
    client = AsyncWebClient(
        token=keys.bot_token, base_url=with_slash(keys.api_url or API), retry_handlers=[], timeout=10, logger=quiet
    )
    by_http = keys.signing_secret if not keys.app_token else None
    if not keys.for_many:
        return AsyncApp(
            logger=quiet,
            name=quiet.name,  # bolt sets the level of the logger of that name
            client=client,
            signing_secret=by_http,
            request_verification_enabled=bool(by_http),
        )
    oauth = AsyncOAuthSettings(
        client_id=keys.client_id,
        client_secret=keys.client_secret,
        scopes=ASKED,
        install_path=INSTALL,
        redirect_uri_path=REDIRECT,
        installation_store=installs,
        installation_store_bot_only=True,
        state_store=States(keys.signing_secret or "", around.now, around.installations),
        logger=quiet,
    )
    # In a workspace that installed the app its own token counts, not the configured one.
    client.token = None
    return AsyncApp(
        logger=quiet,
        name=quiet.name,  # bolt sets the level of the logger of that name
        client=client,
        signing_secret=keys.signing_secret,
        oauth_settings=oauth,
        request_verification_enabled=bool(by_http),
    )


def _condition(home: Slack | None, socket: Socket | None) -> str:
    """Say what is wrong with it now."""
    if home is not None and home.web.stopped is not None:
        return f"Slack has stopped: {home.web.stopped}"
    if socket is not None and not socket.connected:
        return f"Slack hears nobody, announcements go on: {socket.reason}"
    return ""


async def _visit(platform: Workspaces, address: str) -> Visit:
    """Look at a channel, by its id or its name."""
    team, channel = split(address)
    slack = await platform.workspace(team)
    id_ = await slack.channels.id_of(channel)
    return Visit(f"{team}/{id_}" if team else id_, tuple(await slack.channels.shortcomings(channel)))


async def _check(platform: Workspaces, addresses: tuple[str, ...]) -> None:
    """Say once what can not be guaranteed as the app is set up."""
    for team in dict.fromkeys(split(address)[0] for address in addresses):
        here = tuple(split(address)[1] for address in addresses if split(address)[0] == team)
        try:
            for line in await (await platform.workspace(team)).shortcomings(here):
                log.warning("slack: %s", line)
        except SitrepError as error:
            log.warning("slack: could not be asked what the bot may do: %s", error)


__all__ = ["EVENTS", "INSTALL", "REDIRECT", "Around", "Keys", "connect"]
