"""Slack's numbers.  None of them is ever exceeded, whatever a vendor writes.

Sources: https://docs.slack.dev/reference/methods/chat.postMessage (text), /reference/methods/chat.update (text of an
edit), /reference/block-kit/blocks, /reference/block-kit/block-elements.  The sum over all blocks is documented nowhere:
https://github.com/slackapi/bolt-js/issues/2509 reports `msg_blocks_too_long` at about 13,200 characters.
"""

from __future__ import annotations

from typing import Final

# An edit with more is refused (`msg_too_long`), so a root never has more to begin with.
TEXT: Final = 4_000
BLOCKS: Final = 50
ALL_BLOCKS: Final = 12_000
SECTION: Final = 3_000
HEADER: Final = 150
CONTEXT: Final = 2_000
BUTTON: Final = 75
OPTION: Final = 75
OPTION_VALUE: Final = 150
ACTION_VALUE: Final = 2_000
ELEMENTS: Final = 25
MODAL_TITLE: Final = 24
PRIVATE_METADATA: Final = 3_000
VIEW_BLOCKS: Final = 100
# https://docs.slack.dev/reference/methods/conversations.history advises at most 200.
PAGE: Final = 200
# https://docs.slack.dev/reference/methods/conversations.list takes up to 1,000, and 20 calls a minute.
CHANNELS_PAGE: Final = 999
