"""What each method takes and needs: https://docs.slack.dev/reference/methods, and slack-web-openapi.json of 2021."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from tests.localslack.errors import Json, SlackError

BOT, APP, NOBODY = "bot", "app", "nobody"
TIER_1, TIER_2, TIER_3, TIER_4 = 1, 20, 50, 100
POSTING, UNPUBLISHED = -1, 600

_JSON_IN_FORMS = ("blocks", "attachments", "metadata", "view")
_WRITING = "channel text blocks attachments metadata markdown_text link_names parse as_user"


@dataclass(frozen=True, slots=True)
class Method:
    """A method: what it takes, which scope it needs, whose token, and how often a minute it may be called."""

    takes: frozenset[str]
    scope: str = ""
    token: str = BOT
    tier: int = TIER_3


def _method(takes: str, scope: str = "", *, token: str = BOT, tier: int = TIER_3) -> Method:
    return Method(frozenset(takes.split()), scope, token, tier)


# In scopes, `*` is the kind of the conversation: channels, groups, im.
METHODS: dict[str, Method] = {
    "auth.test": _method("", tier=UNPUBLISHED),
    # Tier 1 by the page; yet nobody reports that it refuses those who reconnect again and again within a minute, and
    # some do: https://github.com/slackapi/python-slack-sdk/issues/1940.
    "apps.connections.open": _method("", "connections:write", token=APP, tier=TIER_1 * 60),
    "chat.postMessage": _method(
        f"{_WRITING} thread_ts reply_broadcast unfurl_links unfurl_media username icon_emoji icon_url mrkdwn",
        "chat:write",
        tier=POSTING,
    ),
    "chat.update": _method(f"{_WRITING} ts reply_broadcast file_ids", "chat:write"),
    "chat.delete": _method("channel ts as_user", "chat:write"),
    "chat.postEphemeral": _method(f"{_WRITING} user thread_ts username icon_emoji icon_url", "chat:write", tier=TIER_4),
    "chat.getPermalink": _method("channel message_ts", tier=UNPUBLISHED),
    "conversations.history": _method(
        "channel oldest latest inclusive limit cursor include_all_metadata metadata_keys_to_include", "*:history"
    ),
    "conversations.replies": _method(
        "channel ts oldest latest inclusive limit cursor include_all_metadata metadata_keys_to_include", "*:history"
    ),
    "conversations.info": _method("channel include_locale include_num_members", "*:read"),
    "conversations.list": _method("types exclude_archived limit cursor team_id", "channels:read", tier=TIER_2),
    "conversations.members": _method("channel limit cursor", "*:read", tier=TIER_4),
    "conversations.join": _method("channel", "channels:join"),
    "conversations.open": _method("users channel return_im prevent_creation", "im:write"),
    "files.getUploadURLExternal": _method("filename length alt_txt snippet_type", "files:write", tier=TIER_4),
    "files.completeUploadExternal": _method(
        "files channel_id channels thread_ts initial_comment blocks", "files:write", tier=TIER_4
    ),
    "views.open": _method("trigger_id view interactivity_pointer", tier=TIER_4),
    "views.update": _method("view_id external_id hash view", tier=TIER_4),
    "views.publish": _method("user_id view hash", tier=TIER_4),
    "users.info": _method("user include_locale", "users:read", tier=TIER_4),
    "usergroups.list": _method("include_count include_users include_disabled team_id", "usergroups:read", tier=TIER_2),
    "usergroups.users.list": _method("usergroup include_disabled team_id", "usergroups:read", tier=TIER_2),
    "oauth.v2.access": _method(
        "client_id client_secret code redirect_uri grant_type refresh_token", token=NOBODY, tier=TIER_4
    ),
}


async def arguments(request: web.Request) -> Json:
    """Return what a call was given: from the query, a form or a JSON body.  An argument that is null was not given."""
    given: Json = dict(request.query)
    if request.content_type == "application/json":
        given |= _parsed(await request.text())
    elif request.can_read_body:
        given |= dict(await request.post())
    for name in _JSON_IN_FORMS:
        if isinstance(given.get(name), str):
            given[name] = _json(given[name], name)
    return {name: value for name, value in given.items() if value is not None}


def _parsed(body: str) -> Json:
    try:
        value: Any = json.loads(body or "{}")
    except ValueError:
        raise SlackError("invalid_json") from None
    if not isinstance(value, dict):
        raise SlackError("json_not_object")
    return value


def _json(value: str, name: str) -> Any:
    """Return the value of an argument that is JSON within a form."""
    if not value:
        return None
    try:
        return json.loads(value)
    except ValueError:
        known = {"blocks": "invalid_blocks_format", "metadata": "invalid_metadata_format"}
        raise SlackError(known.get(name, "invalid_arguments")) from None


def truth(value: object) -> bool:
    """Return what Slack takes a boolean argument for: JSON has booleans, forms have `1` and `true`."""
    return value is True or str(value).lower() in {"1", "true"}
