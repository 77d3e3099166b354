"""The methods beside chat and history: auth, conversations, users, OAuth; https://docs.slack.dev/reference/methods."""

from __future__ import annotations

from typing import Any

from tests.localslack.arguments import truth
from tests.localslack.calls import Asked
from tests.localslack.errors import Json, SlackError
from tests.localslack.places import needs, of_id, to_read
from tests.localslack.reading import cursor_to, page_size, start


def auth_test(asked: Asked) -> Json:
    workspace = asked.world.workspaces[asked.by.team]
    return {
        "ok": True,
        "url": f"https://{workspace.domain}.slack.com/",
        "team": workspace.name,
        "user": asked.world.users[asked.by.bot_user].name,
        "team_id": workspace.id,
        "user_id": asked.by.bot_user,
        "bot_id": asked.by.bot_id,
        "is_enterprise_install": False,
    }


def info(asked: Asked) -> Json:
    return {"ok": True, "channel": to_read(asked, "read").public(asked.by.bot_user)}


def listed(asked: Asked) -> Json:
    """The channels that the bot can see, by the types asked for: a type without its scope is an error."""
    types = str(asked.args.get("types") or "public_channel").replace(" ", "").split(",")
    kinds = {"public_channel": "channels", "private_channel": "groups", "im": "im", "mpim": "mpim"}
    if not set(types) <= set(kinds):
        raise SlackError("invalid_types")
    for one in types:
        needs(asked, f"{kinds[one]}:read")
    wanted = {kinds[one] for one in types}
    seen = [one for one in asked.world.channels.values() if one.team == asked.by.team and one.kind in wanted]
    seen = [one for one in seen if one.kind == "channels" or asked.by.bot_user in one.members]
    if truth(asked.args.get("exclude_archived")):
        seen = [one for one in seen if not one.archived]
    page, cursor = _page(asked, [(one.id, one.public(asked.by.bot_user)) for one in seen], 1_000)
    return {"ok": True, "channels": page, "response_metadata": {"next_cursor": cursor}}


def members(asked: Asked) -> Json:
    channel = to_read(asked, "read")
    page, cursor = _page(asked, [(one, one) for one in sorted(channel.members)], 1_000)
    return {"ok": True, "members": page, "response_metadata": {"next_cursor": cursor}}


def join(asked: Asked) -> Json:
    channel = of_id(asked)
    if channel.private or channel.dm_with:
        raise SlackError("method_not_supported_for_channel_type")
    if channel.archived:
        raise SlackError("is_archived")
    there_before = asked.by.bot_user in channel.members
    channel.members.add(asked.by.bot_user)
    if not there_before:
        words = f"<@{asked.by.bot_user}> has joined the channel"
        asked.world.add(channel, user=asked.by.bot_user, text=words, subtype="channel_join")
    warned = {"warning": "already_in_channel", "response_metadata": {"warnings": ["already_in_channel"]}}
    return {"ok": True, "channel": channel.public(asked.by.bot_user)} | (warned if there_before else {})


def opened(asked: Asked) -> Json:
    users = [one for one in str(asked.args.get("users", "")).split(",") if one]
    if len(users) != 1:
        raise SlackError("users_list_not_supplied" if not users else "too_many_users")
    user = asked.world.users.get(users[0])
    if user is None or user.team != asked.by.team:
        raise SlackError("user_not_found")
    if user.deleted:
        raise SlackError("user_disabled")
    if user.is_bot:
        raise SlackError("cannot_dm_bot")
    channel = asked.world.direct(user.id, asked.by.team)
    shown = channel.public(asked.by.bot_user) if truth(asked.args.get("return_im")) else {"id": channel.id}
    return {"ok": True, "channel": shown}


def user_info(asked: Asked) -> Json:
    user = asked.world.users.get(str(asked.args.get("user", "")))
    if user is None or user.team != asked.by.team:
        raise SlackError("user_not_found")
    return {"ok": True, "user": user.public()}


def usergroups(asked: Asked) -> Json:
    mine = [one for one in asked.world.groups.values() if one.team == asked.by.team]
    users = truth(asked.args.get("include_users"))
    return {"ok": True, "usergroups": [one.public() | ({"users": one.users} if users else {}) for one in mine]}


def usergroup_users(asked: Asked) -> Json:
    """https://docs.slack.dev/reference/methods/usergroups.users.list; it takes forms alone, and no JSON."""
    if not asked.args.get("usergroup"):
        raise SlackError("missing_argument" if "usergroup" not in asked.args else "no_such_subteam")
    if asked.by.team in asked.world.without_groups:
        raise SlackError("plan_upgrade_required")
    found = asked.world.groups.get(str(asked.args["usergroup"]))
    hidden = found is not None and found.disabled and not truth(asked.args.get("include_disabled"))
    if found is None or found.team != asked.by.team or hidden:
        raise SlackError("no_such_subteam")
    return {"ok": True, "users": list(found.users)}


def oauth_access(asked: Asked) -> Json:
    """https://docs.slack.dev/reference/methods/oauth.v2.access; a code is good once."""
    oauth, code = asked.world.oauth, str(asked.args.get("code", ""))
    if asked.args.get("client_id") != oauth.client_id:
        raise SlackError("invalid_client_id")
    if asked.args.get("client_secret") != oauth.client_secret:
        raise SlackError("bad_client_secret")
    if code in oauth.used:
        raise SlackError("code_already_used")
    if code not in oauth.codes:
        raise SlackError("invalid_code")
    oauth.used.add(code)
    team = oauth.codes[code]
    one = next(one for one in asked.world.installations.values() if one.team == team)
    one.state = ""
    return {
        "ok": True,
        "access_token": one.token,
        "token_type": "bot",
        "scope": ",".join(one.scopes),
        "bot_user_id": one.bot_user,
        "app_id": one.app,
        "team": {"id": team, "name": asked.world.workspaces[team].name},
        "enterprise": None,
        "authed_user": {"id": "U0READER"},
        "is_enterprise_install": False,
    }


def _page(asked: Asked, items: list[tuple[str, Any]], most: int) -> tuple[list[Any], str]:
    limit = page_size(asked, 100, most)
    begin = start(asked.args.get("cursor"), [key for key, _ in items])
    rest = items[begin + limit :]
    return [value for _, value in items[begin : begin + limit]], cursor_to(rest[0][0]) if rest else ""
