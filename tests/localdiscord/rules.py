"""What nobody outside Discord knows, or what may be one way or the other."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True, kw_only=True)
class Rules:
    """`nonce_window`: seconds for which a nonce is remembered, "the past few minutes".
    `lag`: seconds until the list of messages shows a new one.
    `old_edits`: how many edits of messages older than an hour a channel takes in `old_window` seconds before 30046.
    No number is published (discord/discord-api-docs#4413); these are from use.
    `intents`: the privileged intents that the app was granted.
    `obfuscates`: of channels that the bot can not view it learns no more than that they are there; announced, and
    before that it was told everything.
    `archives`: threads in which nothing happens are archived as soon as their time is up; in real life, some time then.
    `upload_limit`: how many bytes a file may have, "20 MiB for all users"
    (https://docs.discord.com/developers/reference#uploading-files).
    """

    nonce_window: float = 180
    lag: float = 0
    old_edits: int = 3
    old_window: float = 20
    intents: int = 0
    obfuscates: bool = True
    archives: bool = True
    upload_limit: int = 20 * 1024 * 1024
