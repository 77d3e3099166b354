"""Several workspaces: each one's installation, as Slack's OAuth hands it out, kept in our database.

https://docs.slack.dev/authentication/installing-with-oauth.  What is kept is bolt's own `Installation`, as JSON.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
import secrets
from collections.abc import Callable, Collection
from datetime import UTC, datetime, timedelta
from logging import Logger
from typing import Any

from slack_bolt.error import BoltError
from slack_sdk.oauth.installation_store import Bot, Installation
from slack_sdk.oauth.installation_store.async_installation_store import AsyncInstallationStore
from slack_sdk.oauth.state_store.async_state_store import AsyncOAuthStateStore

from adapters.slack.platform import ASKED, Slack
from bot.errors import StoreUnavailable
from bot.ports import Installations

_STATE_LIVES = timedelta(minutes=10)
_log = logging.getLogger("sitrep.slack")


class Installs(AsyncInstallationStore):
    """bolt's installation store on our database.  One installation for each workspace: the newest.

    Only workspaces that somebody who configures us has named are let in: anybody may open `/slack/install`.
    """

    def __init__(self, kept: Installations, home: Slack | None = None, named: Collection[str] = ()) -> None:
        """`home` is the workspace of the configured token, which nobody has to install; `named` are the others.

        `changed` is called with every workspace whose token is another one from now on, or none.
        """
        self._kept = kept
        self._home = home
        self._named = frozenset(named)
        self._last: dict[str, str | None] = {}
        self.changed: Callable[[str], None] = lambda _: None

    @property
    def logger(self) -> Logger:
        """What bolt logs to."""
        return _log

    async def async_save(self, installation: Installation) -> None:
        """Keep a new installation.  Raises bolt's own error for a workspace that nobody has named."""
        team = installation.team_id or ""
        if not await self._is_named(team):
            _log.warning("not installed in the workspace %s: no route names it; write slack:%s/C… first", team, team)
            raise BoltError("this Sitrep does not know the workspace: whoever runs it has to name it first")
        await self._kept.save(team, json.dumps(installation.to_dict(), default=str))
        self.changed(team)
        _log.info("installed in the workspace %s (%s)", installation.team_name, team)

    async def async_save_bot(self, bot: Bot) -> None:
        """Nothing more is kept of a bot than of its installation."""

    async def async_find_installation(
        self,
        *,
        enterprise_id: str | None,
        team_id: str | None,
        user_id: str | None = None,
        is_enterprise_install: bool | None = False,
    ) -> Installation | None:
        """Return a workspace's installation, whoever installed it."""
        del enterprise_id, user_id, is_enterprise_install
        team = team_id or ""
        if not await self._is_named(team):
            return None
        try:
            found = await self._kept.find(team)
        except StoreUnavailable:
            # Who asks while the database is away is to hear that, and can only be answered by who we are there.
            if team not in self._last:
                raise
            found = self._last[team]
        self._last[team] = found
        if found:
            return Installation(**_known(json.loads(found)))
        return await _installed(self._home, team_id) if self._home else None

    async def async_find_bot(
        self, *, enterprise_id: str | None, team_id: str | None, is_enterprise_install: bool | None = False
    ) -> Bot | None:
        """Return a workspace's bot."""
        found = await self.async_find_installation(
            enterprise_id=enterprise_id, team_id=team_id, is_enterprise_install=is_enterprise_install
        )
        return found.to_bot() if found else None

    async def async_delete_installation(
        self, *, enterprise_id: str | None, team_id: str | None, user_id: str | None = None
    ) -> None:
        """Forget a workspace."""
        del enterprise_id, user_id
        self._last.pop(team_id or "", None)
        await self._kept.drop(team_id or "")
        self.changed(team_id or "")

    async def async_delete_bot(self, *, enterprise_id: str | None, team_id: str | None) -> None:
        """Forget a workspace."""
        await self.async_delete_installation(enterprise_id=enterprise_id, team_id=team_id)

    async def token(self, team: str) -> str | None:
        """Return the bot token of a workspace, None if the app is not installed there."""
        bot = await self.async_find_bot(enterprise_id=None, team_id=team)
        return bot.bot_token if bot else None

    async def _is_named(self, team: str) -> bool:
        if team in self._named:
            return True
        return self._home is not None and bool(team) and (await self._home.who()).get("team_id") == team


async def _installed(home: Slack, team: str | None) -> Installation | None:
    me = await home.who()
    if me.get("team_id") != team:
        return None
    return Installation(
        app_id=me.get("app_id"),
        team_id=team,
        user_id=str(me.get("user_id")),
        bot_token=home.web.client.token,
        bot_id=me.get("bot_id"),
        bot_user_id=me.get("user_id"),
        bot_scopes=ASKED,
    )


def _known(kept: dict[str, Any]) -> dict[str, Any]:
    """Leave out what is derived, and what a newer SDK has added."""
    names = Installation.__init__.__code__.co_varnames
    return {name: value for name, value in kept.items() if name in names and value is not None}


class States(AsyncOAuthStateStore):
    """The state of an installation that has begun: signed, so that only one that was used needs a place to be kept."""

    def __init__(self, secret: str, now: Callable[[], datetime], kept: Installations) -> None:
        """Sign with `secret`, which whoever starts an installation does not know."""
        self._secret = secret.encode()
        self._now = now
        self._kept = kept

    @property
    def logger(self) -> Logger:
        """What bolt logs to."""
        return _log

    async def async_issue(self, *_: object, **__: object) -> str:
        """Return a new state."""
        body = f"{int(self._now().timestamp())}.{secrets.token_urlsafe(12)}"
        return f"{body}.{self._signed(body)}"

    async def async_consume(self, state: str) -> bool:
        """Whether a state is ours, young enough, and was not used before, with whichever instance."""
        body, _, signature = state.rpartition(".")
        now = self._now()
        if not hmac.compare_digest(self._signed(body).encode(), signature.encode()):
            return False
        until = datetime.fromtimestamp(float(body.partition(".")[0]), UTC) + _STATE_LIVES
        return now < until and await self._kept.spend(f"state:{body}", now, until)

    def _signed(self, body: str) -> str:
        return hmac.new(self._secret, body.encode(), hashlib.sha256).hexdigest()
