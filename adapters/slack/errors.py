"""What Slack's errors mean for us: wait, read back, park the channel, stop the workspace, or say it without blocks.

The words are those of https://docs.slack.dev/reference/methods/chat.postMessage#errors and /chat.update#errors.  An
error that is on no list is taken as one of the channel: nothing was posted, and a person has to look at it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from bot.errors import (
    Busy,
    MessageGone,
    PermanentFailure,
    PlatformStopped,
    SitrepError,
    TemporaryFailure,
    UnknownOutcome,
)

WAIT = frozenset({"ratelimited", "rate_limited"})
UNKNOWN = frozenset(
    {"fatal_error", "internal_error", "request_timeout", "service_unavailable", "accesslimited", "team_added_to_org"}
)
GONE = frozenset({"message_not_found", "thread_not_found", "cannot_reply_to_message"})
# Slack keeps the message but lets nobody change it any more.
FROZEN = frozenset({"edit_window_closed", "cant_update_message"})
STOPPED = {
    "token_revoked": "the bot token was revoked; install the app again and set SLACK_BOT_TOKEN",
    "token_expired": "the bot token has expired; install the app again and set SLACK_BOT_TOKEN",
    "invalid_auth": "Slack does not know the bot token; copy SLACK_BOT_TOKEN again",
    "not_authed": "there is no bot token; set SLACK_BOT_TOKEN",
    "account_inactive": "the app was removed from the workspace, or the workspace is gone; install it again",
    "missing_scope": "the app lacks a scope; compare it with manifest.yaml and install it again",
    "team_access_not_granted": "the app may not use this workspace; ask its admins",
    "no_permission": "the bot token may not do this; compare the app with manifest.yaml and install it again",
    "ekm_access_denied": "the workspace's admins have suspended access",
    "org_login_required": "the workspace is moving to an organisation; start Sitrep again when it is done",
}
TOO_BIG = frozenset(
    {
        "invalid_blocks",
        "invalid_blocks_format",
        "invalid_attachments",
        "msg_too_long",
        "msg_blocks_too_long",
        "metadata_too_large",
        "too_many_attachments",
        "attachment_payload_limit_exceeded",
        "no_text",
    }
)
CHANNEL = {
    "channel_not_found": "there is no such channel, or it is private and the bot is not in it: invite the bot",
    "not_in_channel": "the bot is not in the channel: invite it",
    "is_archived": "the channel is archived",
    "is_inactive": "the channel is frozen",
    "restricted_action": "the workspace's admins do not let the bot post there",
    "restricted_action_read_only_channel": "the channel is read-only",
    "restricted_action_thread_only_channel": "the channel takes only threads",
    "restricted_action_non_threadable_channel": "the channel takes no threads",
    "restricted_action_thread_locked": "the thread is locked",
    "no_such_subteam": "there is no such user group in this workspace",
    "plan_upgrade_required": "user groups need a paid plan of Slack",
    "user_is_bot": "that is a bot, not a channel",
    # Of direct messages: https://docs.slack.dev/reference/methods/conversations.open#errors
    "user_not_found": "nobody in the workspace has this id: copy it from their profile",
    "users_not_found": "nobody in the workspace has this id: copy it from their profile",
    "user_disabled": "this person is deactivated",
    "user_not_visible": "the bot may not see this person",
    "cannot_dm_bot": "that is a bot: name a person",
    "messages_tab_disabled": (
        "the app takes part in no direct messages: turn on App Home, Messages Tab; compare it with manifest.yaml"
    ),
}


def of_answer(error: str, answer: Mapping[str, object], retry_after: timedelta | None) -> SitrepError:
    """Return what an answer with `ok: false` means."""
    if error in WAIT:
        return Busy("Slack asks to wait", retry_after or timedelta(seconds=30))
    if error in UNKNOWN:
        return UnknownOutcome(f"Slack answered {error}")
    if error in GONE:
        return MessageGone(f"the message is gone ({error})")
    needed = answer.get("needed")
    if error == "missing_scope" and isinstance(needed, str) and needed.startswith("im:"):
        # What only direct messages need holds up nothing else.
        return PermanentFailure(f"the app lacks {needed}, for direct messages: add the scope and install the app again")
    if error in STOPPED:
        return PlatformStopped(f"{STOPPED[error]} ({error}{f': {needed}' if isinstance(needed, str) else ''})")
    return PermanentFailure(f"{CHANNEL.get(error, 'Slack refuses it')} ({error})")


def of_status(status: int, retry_after: timedelta | None) -> SitrepError:
    """Return what an answer means that is not Slack's JSON."""
    if status == 429:  # noqa: PLR2004  (an HTTP status)
        return Busy("Slack asks to wait", retry_after or timedelta(seconds=30))
    if status >= 500 or status < 400:  # noqa: PLR2004  (an HTTP status)
        return UnknownOutcome(f"Slack answered {status} and nothing that can be read")
    return TemporaryFailure(f"Slack answered {status} and nothing that can be read")
