"""Which reply is a DM of ours that X tells of?"""

from functions.shared.conversation.conversations import Conversation
from functions.shared.conversation.replies import Outgoing
from functions.shared.delivery.claim import text_of
from functions.shared.wording.normal import same
from functions.shared.x.ids import is_older

MAY_COME_BACK = ("SENDING", "UNKNOWN", "UNREADABLE")
"""A newer release may have sent what we do not understand."""


def echoed(current: Conversation, dm_id: str, text: str) -> Outgoing | None:
    sending = (reply for reply in current.replies if reply.state in MAY_COME_BACK and not reply.carried_by)
    return next((reply for reply in sending if matches(current, reply, dm_id, text)), None)


def matches(current: Conversation, reply: Outgoing, dm_id: str, text: str) -> bool:
    return is_said(reply, text_of(current, reply), dm_id, text)


def is_said(reply: Outgoing, words: str, dm_id: str, text: str) -> bool:
    """Whether a DM of ours is a reply in these words: its text, and no id from before the DM it answers."""
    return not is_older(dm_id, reply.cause, reply.created_at) and same(text, words)
