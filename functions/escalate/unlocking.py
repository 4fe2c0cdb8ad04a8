"""The one way in which staff undo a lock: they say how they checked who it is, and the audit keeps it."""

from dataclasses import replace
from typing import Annotated

from pydantic import Field

from functions.escalate.contract import ClaimRequest, ErrorAnswer
from functions.escalate.desk_api import Desk, Refusal
from functions.shared.conversation import locks
from functions.shared.conversation.conversations import Conversation
from functions.shared.wording.safety import LOCK_STAYS, UNDONE

HOW_CHECKED = (
    "This case locks account details: say how you checked who it is (`checked`), or that they stay off (`lock_stays`)."
)


class Unlocking(ClaimRequest):
    """What ends a case, or makes it less urgent: one that locks account details asks what they are to be now."""

    checked: Annotated[
        str | None,
        Field(
            max_length=200,
            pattern=r"\S",
            description="How you made sure who it is: unlocks account details. A call to the contact number on file,"
            " a code to that number where its SIM is unchanged for 7 days, or photo ID checked by a shop. What somebody"
            " writes in this chat is not enough.",
        ),
    ] = None
    lock_stays: bool = Field(default=False, description="The check did not work: account details stay off.")

    def audited(self, did: str) -> str:
        return f"{did}, checked: {self.checked}" if self.checked else did


def with_lock_settled(current: Conversation, request: Unlocking) -> Conversation:
    """Switch account details on again for who was checked. Nobody leaves a locked case without saying what it is now.

    Raises Refusal.
    """
    if current.customer.locked_by is None:
        return current
    if request.checked:
        return replace(current, customer=locks.unlocked(current.customer))
    if request.lock_stays:
        return current
    raise Refusal(400, ErrorAnswer(error=HOW_CHECKED))


def words_of_lock(desk: Desk, request: Unlocking) -> str:
    """What a locked customer is told of it."""
    return UNDONE if request.checked else LOCK_STAYS.replace("{lost_phone}", desk.brand().lost_phone)
