"""What waited long for X's limit is said anew: with an apology, with figures and with a time that are of now."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from functions.commands.registry import Question, registry
from functions.commands.texts import FIRST_CONTACT, TOO
from functions.shared.brand.catalogue import Catalogue
from functions.shared.carrier.accounts import Account
from functions.shared.carrier.items import Unreadable
from functions.shared.conversation.cases import Case
from functions.shared.conversation.conversations import Conversation
from functions.shared.conversation.promises import Ahead, due_to_tell
from functions.shared.conversation.replies import Outgoing
from functions.shared.wording.country import team_name
from functions.shared.wording.saying import eta
from functions.shared.wording.text import ETA, Reply, form, worded
from functions.shared.x.messages import DirectMessage

SORRY_AFTER = timedelta(minutes=5)


@dataclass(frozen=True)
class Anew:
    """Says again what has waited. `account` and `catalogue` read the carrier's data and the brand's content."""

    account: Callable[[str], Account | None]
    catalogue: Callable[[datetime], Catalogue]
    now: Callable[[], datetime]
    ahead: Ahead

    def __call__(self, conversation: Conversation, reply: Outgoing) -> Outgoing:
        """Return the reply as it may leave now. AWS's errors rise: it waits on.

        What may have left already stays as it is: its echo is known by its text.
        """
        now = self.now()
        if reply.form is None or reply.unknown_since or now - reply.created_at <= SORRY_AFTER:
            return reply
        case = conversation.open_case
        case = case if case and case.id == reply.case else None
        holes = self._answered_again(conversation, reply, case) or reply.form
        told = self._told(reply, case)
        said = eta(told, now, self.catalogue(now).brand) if ETA in holes else ""
        text = worded(holes, handle=conversation.customer.handle, eta=said, late=True)
        return replace(reply, text=text, promises=told)

    def _told(self, reply: Outgoing, case: Case | None) -> datetime | None:
        """Return the time to tell: the one that was promised or, where it has passed meanwhile, a new one."""
        now = self.now()
        if reply.promises is None or reply.promises > now or case is None:
            return reply.promises
        return due_to_tell(case, now, self.catalogue(now).brand, self.ahead)

    def _answered_again(self, conversation: Conversation, reply: Outgoing, case: Case | None) -> str | None:
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
        too = reply.too
        if too and case:
            too = TOO.format(team=team_name(case.team, question.catalogue.brand), eta=ETA, case=case.number)
        return form(said, handle=customer.handle, too=too, first_contact=had_notice)
