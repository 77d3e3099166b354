"""Slack as a chat platform: announcements by `platform`, questions and clicks by `listen`."""

from adapters.slack.platform import Slack

__all__ = ["Slack"]
