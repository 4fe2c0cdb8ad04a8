"""What staff read to write an answer: replies to begin with, what the bot says, times for a call, a picture."""

from collections.abc import Callable
from datetime import date, datetime
from functools import cache

from pydantic import Field

from functions.escalate import canned, look
from functions.escalate.canned import About, Missing
from functions.escalate.contract import Answer, ErrorAnswer
from functions.escalate.desk_api import Desk, Refusal, Staff
from functions.escalate.ringing import free_slots, number_of
from functions.shared.conversation import conversations, promises
from functions.shared.conversation.cases import Call, Case, Team
from functions.shared.conversation.conversations import Conversation, load
from functions.shared.wording import saying
from functions.shared.x.media import NotShown, Picture


class StillMissing(Answer):
    place: str = Field(description="What stands in braces in the text, or `fit`: the reply is not for this case.")
    why: str


class CannedReply(Answer):
    shortcut: str
    text: str
    missing: tuple[StillMissing, ...] = Field(description="While there is any the reply does not leave.")
    promises: datetime | None = Field(description="The time that it tells: give it to `reply`, so that it is kept.")


class CannedAnswer(Answer):
    replies: tuple[CannedReply, ...]


class FoundAnswer(Answer):
    subject: str
    says: str
    checked_on: date | None = Field(description="When somebody made sure; null = nobody has said.")
    checked_with: str | None


class LookAnswer(Answer):
    found: tuple[FoundAnswer, ...]


class FreeCall(Answer):
    at: datetime
    words: str = Field(description="As the customer reads it: today between 15:00 and 15:30.")


class CallsAnswer(Answer):
    number_ends: str = Field(description="The last three digits of the number that is rung.")
    slots: tuple[FreeCall, ...]


def replies_to_begin_with(desk: Desk, staff: Staff, case_id: str, to: Team | None) -> CannedAnswer:
    """Return the replies of a case's team, filled in as far as that may be; `to` takes the case over."""
    case = desk.case_for(staff, case_id)
    about = _about(desk, staff, case, load(desk.sender.store, case.customer), to)
    replies = (canned.fill(reply, about) for reply in canned.offered(desk.catalogue().canned(), case.team))
    return CannedAnswer(replies=tuple(map(_shown, replies)))


def what_is_known(desk: Desk, asked: str) -> LookAnswer:
    known = look.look(asked, desk.catalogue(), desk.sender.now())
    found = (
        FoundAnswer(subject=one.subject, says=one.says, checked_on=one.checked_on, checked_with=one.checked_with)
        for one in known
    )
    return LookAnswer(found=tuple(found))


def times_for_a_call(desk: Desk, staff: Staff, case_id: str) -> CallsAnswer:
    """Return when the customer can be rung, and how their number ends. Raises Refusal where nobody may ring."""
    case = desk.case_for(staff, case_id)
    number = number_of(desk, load(desk.sender.store, case.customer), case)
    now, brand = desk.sender.now(), desk.brand()
    free = free_slots(desk, case)
    slots = (FreeCall(at=call.at, words=saying.between(call.at, call.until, now, brand)) for call in free)
    return CallsAnswer(number_ends=number[-3:], slots=tuple(slots))


def picture_of(desk: Desk, staff: Staff, case_id: str, entry_id: str) -> Picture:
    """Fetch what came with a message. Raises Refusal."""
    case = desk.case_for(staff, case_id)
    entries = conversations.newest_entries(desk.sender.store, case.id)
    said = next((entry for entry in entries if entry.id == entry_id), None)
    if said is None:
        raise Refusal(404, ErrorAnswer(error="There is no such message in this case."))
    try:
        return desk.picture(said.media)
    except NotShown as why:
        raise Refusal(404, ErrorAnswer(error=str(why))) from None


def _shown(reply: canned.Filled) -> CannedReply:
    missing = tuple(StillMissing(place=place, why=why) for place, why in reply.missing)
    return CannedReply(shortcut=reply.shortcut, text=reply.text, missing=missing, promises=reply.promises)


def _about(desk: Desk, staff: Staff, case: Case, current: Conversation, to: Team | None) -> About:
    now, brand = desk.sender.now(), desk.brand()

    @cache
    def due_at(team: Team) -> datetime | None:
        waiting = 0 if team == case.team else desk.sender.store.waiting(team, up_to=promises.COUNTED)
        return promises.due_at(team, now, brand, waiting) if promises.tellable(team, waiting) else None

    return About(
        case=case,
        customer=current.customer,
        brand=brand,
        now=now,
        due_at=due_at,
        proven=_once(lambda: desk.looked_at(staff, case, current)),
        free_calls=_once(lambda: _free(desk, current, case)),
        to=to,
    )


def _free(desk: Desk, current: Conversation, case: Case) -> list[Call]:
    number_of(desk, current, case)
    return free_slots(desk, case)


def _once[T](read: Callable[[], T]) -> Callable[[], T]:
    """Read at the first time only; what is refused then is missing."""

    @cache
    def found() -> T | Refusal:
        try:
            return read()
        except Refusal as refusal:
            return refusal

    def given() -> T:
        known = found()
        if isinstance(known, Refusal):
            raise Missing(known.answer.error)
        return known

    return given
