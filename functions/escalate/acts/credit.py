"""Give a customer goodwill credit: to a proven and unlocked account only, within the limits of who gives it."""

from dataclasses import replace
from typing import Annotated

from pydantic import Field

from functions.escalate.contract import CaseAnswer, ClaimRequest, ErrorAnswer
from functions.escalate.desk_api import Desk, Refusal, Staff, used_otherwise
from functions.escalate.registry import Act
from functions.shared.aws.rows import booked_key, given_key, given_to_key
from functions.shared.aws.store import Check, Put, Write
from functions.shared.brand.catalogue import Brand, CreditLimits
from functions.shared.brand.hours import today
from functions.shared.carrier.accounts import Account
from functions.shared.carrier.items import Unreadable
from functions.shared.conversation.cases import Case, Entry
from functions.shared.conversation.conversations import Conversation
from functions.shared.conversation.goodwill import Credit, GivenLately, TooMuch, credit_id, too_much
from functions.shared.wording import saying

FOR = {"case": "for a case", "account": "for an account in 30 days", "day": "a day for one person"}


class CreditRequest(ClaimRequest):
    """Give the customer goodwill credit."""

    amount: Annotated[int, Field(strict=True, ge=1, le=10**9, description="In minor units of the brand's currency.")]
    reason: Annotated[str, Field(min_length=1, max_length=200, pattern=r"\S", description="For the books.")]


class CreditAnswer(CaseAnswer):
    credit: str = Field(description="Its id in the books, for good.")
    words: str = Field(description="The amount as it is said.")


def credited(desk: Desk, staff: Staff, case_id: str, request: CreditRequest) -> CreditAnswer:
    """Book a credit, once for a request id for good."""
    brand, number = desk.brand(), credit_id(staff.id, request.request_id)
    limits = _limits(brand, staff)
    said = saying.money(request.amount, brand)

    def booked(current: Conversation, case: Case) -> Conversation:
        account, now = _payable(desk, current), desk.sender.now()
        if desk.sender.store.get(*booked_key(number)):
            raise used_otherwise()  # so long ago that it is not known as a request any more
        given = Credit(
            number,
            request.amount,
            brand.currency,
            now,
            staff.id,
            account_id=account.account_id,
            case=case.id,
            reason=request.reason,
        )
        noted = Entry(request.request_id, "note", f"Credit of {said}, {number}: {request.reason}", now, by=staff.id)
        counted = _counted(desk, given, case, limits, brand)
        more = replace(case, credited_minor=case.credited_minor + request.amount)
        writes: tuple[Write, ...] = (*given.writes(case.customer), *counted, *_still_free(current))
        return replace(current.with_case(more, noted), writes=writes)

    case = desk.act(staff, case_id, request, "credited", booked)
    return CreditAnswer(case=desk.answer(case).case, credit=number, words=said)


def _limits(brand: Brand, staff: Staff) -> CreditLimits:
    limits: CreditLimits | None = getattr(brand.credit, staff.role) if brand.credit else None
    if limits is None:
        raise Refusal(403, ErrorAnswer(error="Nobody of your role gives credit here: ask a supervisor."))
    return limits


def _payable(desk: Desk, current: Conversation) -> Account:
    """Return the account that a credit goes to: its holder's own, and one that is still billed."""
    account, line = desk.proven(current)
    try:
        if line.role != "holder":
            raise Refusal(403, ErrorAnswer(error="The bill is the holder's: no credit for this customer."))
        if account.status == "closed":
            raise Refusal(403, ErrorAnswer(error="This account is closed: no credit reaches it."))
    except Unreadable:
        raise Refusal(403, ErrorAnswer(error="This account cannot be read: no credit until it can.")) from None
    return account


def _counted(desk: Desk, given: Credit, case: Case, limits: CreditLimits, brand: Brand) -> list[Put]:
    """Count a credit with what its giver and its account had before. Raises Refusal where it is too much."""
    keys = (given_key(given.staff), given_to_key(desk.keyed.digest("account", given.account_id or "")))
    by, to = (GivenLately.of(desk.sender.store.get(*key)) for key in keys)
    day = today(given.at, brand)
    if over := too_much(given.minor, limits, case.credited_minor, to, by, day):
        raise _refused(over, limits, brand)
    return [lately.plus(given.minor, day).put(key, given.at) for key, lately in zip(keys, (by, to), strict=True)]


def _still_free(current: Conversation) -> list[Check]:
    """The line is as it was read: no other chat has locked it meanwhile."""
    link = current.customer.link
    return [line.unchanged() for line in current.lines if link and line.digest == link.digest]


def _refused(over: TooMuch, limits: CreditLimits, brand: Brand) -> Refusal:
    limit, given = saying.money(over.of_minor, brand), saying.money(over.given_minor, brand)
    sentence = f"Your limit is {limit} {FOR[over.limit]}, and {given} of it is given: ask {limits.ask}."
    return Refusal(403, ErrorAnswer(error=sentence))


act = Act("credit", CreditRequest, credited, CreditAnswer)
