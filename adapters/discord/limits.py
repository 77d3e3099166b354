"""Discord's numbers.  None of them is ever exceeded, whatever a vendor writes.

Sources: https://docs.discord.com/developers/resources/message#embed-object-embed-limits,
…/resources/message#create-message (content), …/components/reference (rows, buttons, menus), …/resources/channel
(threads), …/interactions/application-commands (choices).
"""

from __future__ import annotations

from typing import Final

CONTENT: Final = 2_000
DESCRIPTION: Final = 4_096
NONCE: Final = 25
CUSTOM_ID: Final = 100
LABEL: Final = 80
ROWS: Final = 5
# Of five that there may be: two rows of three read better than one of five and one of one.
IN_A_ROW: Final = 3
OPTIONS: Final = 25
OPTION: Final = 100
THREAD_NAME: Final = 100
TAGS: Final = 5
PAGE: Final = 100
MODAL_TITLE: Final = 45
NOTE: Final = 2_000
EMBED_URL: Final = 2_048
# A week, the longest there is: https://docs.discord.com/developers/resources/channel#channel-object, in minutes.
ARCHIVE_AFTER: Final = 10_080
