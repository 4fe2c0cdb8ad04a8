"""Answer the customer and end the case in one."""

from functions.escalate.acts import reply, resolve
from functions.escalate.acts.reply import ReplyAnswer, ReplyRequest
from functions.escalate.acts.resolve import ResolveRequest
from functions.escalate.contract import ErrorAnswer
from functions.escalate.desk_api import Desk, Refusal, Staff
from functions.escalate.registry import Act
from functions.shared.conversation.cases import Case
from functions.shared.conversation.conversations import Conversation


class CloseRequest(ReplyRequest, ResolveRequest):
    """Answer the customer by DM and end the case."""


def close(desk: Desk, staff: Staff, case_id: str, request: CloseRequest) -> ReplyAnswer:
    def closed(current: Conversation, case: Case) -> Conversation:
        if request.promises:
            raise Refusal(
                400, ErrorAnswer(error="Who ends a case promises nothing more: reply first, and end it then.")
            )
        answered = reply.with_answer(desk, staff, current, case, request)
        return resolve.with_end(desk, answered, answered.case or case, request)

    return reply.answer_stands(desk, desk.act(staff, case_id, request, request.audited("closed"), closed), request)


act = Act("close", CloseRequest, close, ReplyAnswer)
