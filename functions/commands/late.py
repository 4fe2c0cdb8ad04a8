"""What waited long for X's limit is said anew: with an apology, with figures and with a time that are of now."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from functions.commands.registry import Question, registry
from functions.commands.texts import FIRST_CONTACT
from functions.shared.brand.catalogue import Catalogue
from functions.shared.carrier.accounts import Account
from functions.shared.carrier.items import Unreadable
from functions.shared.conversation.conversations import Conversation
from functions.shared.conversation.promises import Ahead, due_to_tell
from functions.shared.conversation.replies import Outgoing
from functions.shared.wording.saying import NO_TIME, eta
from functions.shared.wording.text import Reply, assemble, sorry
from functions.shared.x.messages import DirectMessage

SORRY_AFTER = timedelta(minutes=5)

_GREETING = re.compile(r"Hi(?: @\w+)?, ")
_DAY = r"\w+ \d+ \w+(?: \d{4})?|\w+, \w+ \d+(?:, \d{4})?"  # in both orders of a date
_ETA = re.compile(NO_TIME + rf"|in about \d+ minutes|by \d\d?:\d\d(?: [AaPp][Mm])?(?: tomorrow| on (?:{_DAY}))?")


@dataclass(frozen=True)
class Anew:
    """Says again what has waited. `account` and `catalogue` read the carrier's data and the brand's content."""

    account: Callable[[str], Account | None]
    catalogue: Callable[[datetime], Catalogue]
    now: Callable[[], datetime]
    ahead: Ahead

    def __call__(self, conversation: Conversation, reply: Outgoing) -> Outgoing:
        """Return the reply as it may leave now. AWS's errors rise: it waits on."""
        if not reply.automated or self.now() - reply.created_at <= SORRY_AFTER:
            return reply
        reply = self._promised_again(conversation, reply)
        handle = conversation.customer.handle
        text = self._answered_again(conversation, reply) or _GREETING.sub(sorry(handle), reply.text, count=1)
        return replace(reply, text=text)

    def _promised_again(self, conversation: Conversation, reply: Outgoing) -> Outgoing:
        """Tell the time that was promised as it is said now; one that has passed meanwhile is a new one."""
        case = conversation.open_case
        if reply.promises is None or case is None or case.id != reply.case:
            return reply
        now, brand = self.now(), self.catalogue(self.now()).brand
        told = reply.promises if reply.promises > now else due_to_tell(case, now, brand, self.ahead)
        said = eta(told, now, brand)
        too = _with_time(reply.too, said) if reply.too else None
        return replace(reply, text=_with_time(reply.text, said), too=too, promises=told)

    def _answered_again(self, conversation: Conversation, reply: Outgoing) -> str | None:
        """Ask the hashtags with figures again; None where there are none, or where they make no sense now."""
        commands = [registry().by_tag[tag] for tag in reply.tags if tag in registry().by_tag]
        if not commands or not all(command.shows_account for command in commands):
            return None
        customer = conversation.customer
        question = Question(
            dm=DirectMessage(
                id=reply.cause, customer=reply.customer, text="", sent_at=int(reply.created_at.timestamp() * 1000)
            ),
            customer=customer,
            now=self.now().astimezone(UTC),
            account=lambda: self.account(customer.link.account_id) if customer.link else None,
            catalogue=self.catalogue(self.now()),
            case=conversation.open_case,
        )
        try:
            answers = [command.answer(question) for command in commands]
        except Unreadable:
            return None
        said = [answer for answer in answers if isinstance(answer, Reply)]
        if len(said) < len(answers):
            return None
        notice = FIRST_CONTACT.format(privacy_url=question.catalogue.brand.privacy_url)
        had_notice = notice if reply.text.endswith(notice) else None
        return assemble(said, handle=customer.handle, late=True, too=reply.too, first_contact=had_notice)


def _with_time(text: str, said: str) -> str:
    """Put another time into a text, in the place of the last one that is told there."""
    told = [*_ETA.finditer(text)][-1:]
    return "".join(text[: found.start()] + said + text[found.end() :] for found in told) or text
