"""#link and the code: a customer proves that a number is theirs. What is answered never tells whether we know it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby

from functions.commands.registry import Changed, Command, Example, Question
from functions.commands.sms import Sms
from functions.shared.brand.catalogue import Brand
from functions.shared.carrier.accounts import Account, Line
from functions.shared.carrier.items import Unreadable
from functions.shared.conversation import linking
from functions.shared.conversation.cases import Case
from functions.shared.conversation.customers import Code, Consent, Customer
from functions.shared.conversation.linking import Found, Proofs
from functions.shared.wording import rules
from functions.shared.wording.reading import Plain
from functions.shared.wording.safety import LOCKED, SMS_CODE, SMS_LINKED, SMS_UNLINKED
from functions.shared.wording.saying import moment, time_of_day
from functions.shared.wording.text import LONGEST_REPLY, Reply, Text, assemble, below

HOW = Text(
    "link.how",
    "{hi}please send #link and your mobile number together, like #link {number}. By doing so you agree that we"
    " match your X account to that number.",
    needs=("brand.example_number",),
    asks_consent=True,
)
CODE_SENT = Text(
    "link.code_sent",
    "{hi}thank you. If that's a number with us, a six-digit code is on its way to it by text. Reply with the code"
    " within ten minutes. No text? Check the number and send #link again.",
    needs=("account.status", "line.number", "line.status", "line.sim_changed_at", "brand.name"),
)
AGREED_BY_CODE = Text(
    "link.agreed_by_code",
    "",
    next="With the code you agree that we match your X account to that number.",
    asks_consent=True,
)
"""Follows CODE_SENT where a customer has begun with #link, so that nothing has told them what they agree to."""
WRONG_CODE = Text(
    "link.wrong_code",
    "{hi}that code doesn't match. Please check the newest text from us and send it again ({tries} left).",
    needs=("customer.code",),
)
NO_CODE = Text(
    "link.no_code",
    "{hi}I have no code waiting, or it ran out. Send #link and your mobile number for a new one.",
    needs=("customer.code",),
)
PAUSED = Text(
    "link.paused",
    "{hi}to keep accounts safe, linking is paused for you until {until}. If you need help before then, reply #human.",
    needs=("customer.linking_paused_until", "customer.codes_at"),
)
DONE = Text(
    "link.done",
    "You're all set{name}: your X account is linked to the number ending {last3}, and we've texted that number to say"
    " so. Try #data or #charges. #delete undoes this any time.",
    needs=("line.number", "brand.name", "brand.lost_phone"),
)
DONE_AND = Text(
    "link.done_and",
    "You're all set{name}: your X account is linked to the number ending {last3}, and we've texted that number to say"
    " so. #delete undoes this any time.\n{answer}",
    needs=DONE.needs,
)


def say(question: Question) -> Reply | Changed:
    """Send a code, or do everything as if: the same reads, the same writes and the same words for any number."""
    if question.locked:
        return LOCKED.reply(lost_phone=question.catalogue.brand.lost_phone)
    # With every country's numbers: loaded for those who send one.
    from functions.commands.phone_numbers import number_in

    number = number_in(question.dm.text, question.catalogue.brand.country)
    if number is None:
        return HOW.reply(number=question.catalogue.brand.example_number)
    customer, now, proofs = question.customer, question.now, question.proofs
    asked = proofs.asked(number, now)
    if until := linking.paused_until(customer, now) or asked.paused_until():
        return _paused(question, until)
    found, digits = proofs.find(number, now), proofs.new_code()
    code = Code(
        digest=proofs.keyed.digest("code", question.dm.id, digits),
        salt=question.dm.id,
        until=now + linking.CODE_LIVES,
        tries_left=linking.CODE_TRIES,
        account_id=found.account.account_id if found.account else None,
        line_id=found.line.line_id if found.line else None,
    )
    why = _refused(question, found)
    text = SMS_CODE.format(brand=question.catalogue.brand.name, code=digits)
    return Changed(
        _code_sent(customer),
        linking.expecting(customer, code, now),
        sms=(Sms(number, text, really=found.line is not None),),
        asked=asked.again(now),
        refused=why and f"#link for the number ending {number[-3:]}, no code sent. {why}",
    )


def _code_sent(customer: Customer) -> Reply:
    if customer.wording:
        return CODE_SENT.reply()
    agreed = AGREED_BY_CODE.reply()
    return replace(CODE_SENT.reply(), next=agreed.next, wording=agreed.wording)


def check(question: Question, typed: str) -> Reply | Changed:
    """Look at a code that was typed back: the right one links, once."""
    customer, now, proofs = question.customer, question.now, question.proofs
    code = customer.code
    if question.locked:
        return LOCKED.reply(lost_phone=question.catalogue.brand.lost_phone)
    if until := customer.linking_paused_until if not code else None:
        return _paused(question, until) if until > now else NO_CODE.reply()
    if code is None or now >= code.until:
        return Changed(NO_CODE.reply(), replace(customer, code=None))
    if not proofs.keyed.is_code(typed, code):
        after = linking.tried(customer, code, now)
        if after.code is None:
            return Changed(_paused(question, now + linking.COOL_DOWN), after)
        return Changed(WRONG_CODE.reply(tries=_tries(after.code.tries_left)), after)
    found = proofs.still(code, now)
    if not found.account or not found.line:
        why = _refused(question, found) or "The account or its line is gone."
        return Changed(NO_CODE.reply(), replace(customer, code=None), refused=f"The code was right, but: {why}")
    return _linked(question, found.account, found.line)


def _refused(question: Question, found: Found) -> str | None:
    """Say to staff why a line may not be linked."""
    at = moment(found.at, question.now, question.catalogue.brand) if found.at else ""
    return found.refused and found.refused.format(at=at)


def _linked(question: Question, account: Account, line: Line) -> Changed:
    customer = question.customer
    after = linking.linked(customer, question.proofs.link(account, line, question.now))
    told = notice(line.number, SMS_LINKED, question.case, question.catalogue.brand, question.now)
    consent = Consent("link", given=True, wording=customer.wording or "")
    last3, sms = line.number[-3:], (told,) if told else ()
    return Linked(DONE.reply(last3=last3), after, sms=sms, consent=consent, account=account, last3=last3)


@dataclass(frozen=True)
class Linked(Changed):
    """A code matches: from now on the customer sees a line of an account."""

    account: Account | None = None
    last3: str = ""

    def answering(self, answers: Sequence[Reply]) -> Changed:
        """Say what has waited for the code in the DM that says that it matches, as much as there is room for."""
        handle = self.customer.handle
        for some in (answers, answers[:1]) if answers else ():
            said = DONE_AND.reply(last3=self.last3, answer=below(some, handle=handle))
            if len(assemble([said], handle=handle)) <= LONGEST_REPLY:
                return replace(self, reply=replace(said, quotes=next((one.quotes for one in some if one.quotes), None)))
        return self


def unlinked_notice(customer: Customer, case: Case | None, proofs: Proofs, brand: Brand, now: datetime) -> Sms | None:
    """Tell the number on file that its link has ended; not where the line is gone, and with it its owner."""
    link = customer.link
    try:
        account = proofs.account(link.account_id) if link else None
        if not (account and link) or account.status == "closed":
            return None
        line = account.line(link.line_id)
        if line is None or line.status == "closed":
            return None
        return notice(line.number, SMS_UNLINKED, case, brand, now)
    except Unreadable:
        return None


def notice(number: str, words: str, case: Case | None, brand: Brand, now: datetime) -> Sms | None:
    if case and case.discreet:
        return None
    return Sms(number, words.format(brand=brand.name, time=time_of_day(now, brand), lost_phone=brand.lost_phone))


def _paused(question: Question, until: datetime) -> Reply:
    return PAUSED.reply(until=moment(until, question.now, question.catalogue.brand))


def _tries(left: int) -> str:
    return "1 try" if left == 1 else f"{left} tries"


_SOMEBODY_ELSE = frozenset(
    ["him", "her", "he", "she", "they", "them", "someone", "somebody", "caller", "didnt", "havent", "never"]
)
"""Words beside six digits that tell of a code which went elsewhere, or which nobody asked for."""


def code_in(read: Plain, *, expected: bool) -> str | None:
    """Return the code that a whole message consists of: 123456, #123456, 123 456, "the code is 123456".

    While one is expected it may stand among other words, as the only group of six digits.
    """
    others = {word for word in read.words if not word.isdecimal()}
    whole = _digits("".join(word for word in read.words if word.isdecimal()))
    if len(whole) == DIGITS and not read.tags and others <= rules.filler() | {"code"}:
        return whole
    if not expected or others & _SOMEBODY_ELSE or not {"code", "link"} >= set(read.tags):
        return None
    groups = [tuple(group) for is_number, group in groupby(read.words, str.isdecimal) if is_number]
    codes = {_digits(group[0]) for group in groups if len(group) == 1 and len(group[0]) == DIGITS}
    return codes.pop() if len(codes) == 1 else None


DIGITS = 6


def _digits(written: str) -> str:
    """Write digits of any script as ours."""
    return "".join(str(int(sign)) for sign in written)


command = Command(
    tag="link",
    help="connect or remove your account",
    answer=say,
    examples=(
        Example("#link 07700 900123", "link.code_sent", by="new_customer"),
        Example("#link +44 7700 900111", "link.code_sent"),
        Example("#link", "link.how", by="new_customer"),
    ),
    home="general",
    menu=(17, 1),
    texts=(HOW, CODE_SENT, AGREED_BY_CODE, WRONG_CODE, NO_CODE, PAUSED, DONE, DONE_AND, LOCKED),
    changes=True,
    alone=True,
)
