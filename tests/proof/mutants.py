"""Deliberate breaks of the code: each must be caught by the checker of its invariant, else the proof proves nothing."""

import inspect
import textwrap
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from functions.commands import bot, decide, end_of_incident, promise_watch, switches
from functions.commands import tick as commands_tick
from functions.escalate import desk_api, unlocking
from functions.escalate import tick as escalate_tick
from functions.escalate.acts import advise, ask, seen
from functions.escalate.acts import claim as claim_act
from functions.shared.aws import store, stored
from functions.shared.carrier import accounts
from functions.shared.conversation import cases, conversations, erasure, goodwill, locks, moves, promises, replies
from functions.shared.delivery import budget, claim, sender
from functions.shared.wording import normal
from functions.shared.x import ids
from tests.proof.worlds import Schedule, faults_of, run, wrong


@dataclass(frozen=True)
class Mutant:
    """A break: in the source of `function`, `old` is replaced by `new`. `world` is where it shows."""

    name: str
    invariant: str
    world: str
    function: Callable[..., Any]
    old: str
    new: str

    @contextmanager
    def applied(self) -> Iterator[None]:
        """Swap the function's code in place, so that everybody who has imported it runs the broken one."""
        source = textwrap.dedent(inspect.getsource(self.function))
        if source.count(self.old) != 1:
            raise ValueError(f"the mutant '{self.name}' does not fit the code any more")
        broken: dict[str, Any] = {}
        exec(compile(source.replace(self.old, self.new), self.name, "exec"), self.function.__globals__, broken)
        whole = self.function.__code__
        self.function.__code__ = broken[self.function.__name__].__code__
        try:
            yield
        finally:
            self.function.__code__ = whole


MUTANTS = (
    Mutant(
        "no stop check at the claim",
        "STOP",
        "answer and stop",
        claim.obstacle,
        "if reply.automated and customer.stopped:",
        "if False:",
    ),
    Mutant(
        "a stop that is said twice is never confirmed",
        "STOP",
        "two stops",
        claim.obstacle,
        "customer.stopped and not is_older(reply.cause, customer.started_by, now)",
        "customer.stopped_by == reply.cause",
    ),
    Mutant(
        "an id from the future is compared as any other",
        "LAST_WISH",
        "from the future",
        ids.is_ahead,
        "x_id.isdecimal() and",
        "False and",
    ),
    Mutant(
        "every switch is confirmed at once",
        "FAIR",
        "switch storm",
        switches.confirmed_or_put_off,
        "if len(lately) < AT_ONCE:",
        "if True:",
    ),
    Mutant(
        "what is switched too often is never confirmed",
        "LAST_WISH",
        "switch storm",
        switches.confirmed_or_put_off,
        "confirm_at=lately[0] + WINDOW",
        "confirm_at=None",
    ),
    Mutant(
        "customers use up what is kept for staff",
        "BUDGET",
        "switch storm",
        budget.Budget.floor,
        "self.reserve // 2 if kind in RESERVED_FOR else self.reserve",
        "0 if kind in RESERVED_FOR else self.reserve",
    ),
    Mutant(
        "the bot uses the reserve",
        "BUDGET",
        "a hundred waiting",
        budget.Budget.floor,
        "self.reserve // 2 if kind in RESERVED_FOR else self.reserve",
        "self.reserve // 2",
    ),
    Mutant(
        "no lock check at the claim",
        "LOCKED",
        "stolen",
        claim.obstacle,
        "and not conversation.locked",
        "",
    ),
    Mutant(
        "a report locks its chat and not its line",
        "LOCKED",
        "second chat",
        locks.reported,
        "customer.link.digest if customer.link else None",
        "None",
    ),
    Mutant(
        "the line is not looked at in the claim's transaction",
        "LOCKED",
        "locked meanwhile",
        conversations._line_writes,
        "elif quotes:",
        "elif False:",
    ),
    Mutant(
        "a lock falls when its case has been quiet",
        "LOCKED",
        "second chat",
        escalate_tick._look_at,
        """return current.with_case(cases.in_line(current.case, now))""",
        """free = current.customer.__replace__(locked_by=None, locked_line=None)
                return current.__replace__(customer=free).with_case(cases.resolved(current.case, "no_answer", now))""",
    ),
    Mutant(
        "unasked replies leave while a person has the conversation",
        "BOT_SILENT",
        "greeting and case",
        claim.obstacle,
        "if reply.unasked and conversation.known_case:",
        "if False:",
    ),
    Mutant(
        "no order gate",
        "ORDER",
        "stolen",
        claim.together,
        "elif hindered not in NEVER and replies.holds_up(other, now):",
        "elif False:",
    ),
    Mutant(
        "an ambiguous outcome is sent again",
        "ONE_REPLY",
        "answer and stop",
        replies.after,
        "return unknown(reply, now)",
        "return put_off(reply, now)",
    ),
    Mutant(
        "a bare domain is compared as it was written",
        "ONE_REPLY",
        "menu",
        normal.compared,
        '"<link>" if _IS_LINKED.search(word) else word',
        'LINK.sub("<link>", word)',
    ),
    Mutant(
        "a reply is sent again after another has left",
        "ORDER",
        "everything",
        replies.not_found,
        'reply.kind in ("answer", "news") and reply.may_resend',
        "True",
    ),
    Mutant(
        "the lease is not looked at before the socket",
        "ONE_REPLY",
        "answer and stop",
        replies.may_send,
        "return reply.lease_until is not None and now + SEND_TAKES < reply.lease_until",
        "return True",
    ),
    Mutant(
        "an expired lease counts as not sent",
        "ONE_REPLY",
        "answer and stop",
        sender.Sender.lease_ran_out,
        "replies.unknown(r, r.lease_until or self.now())",
        "replies.put_off(r, self.now())",
    ),
    Mutant(
        "several writes instead of one transaction",
        "AUDIT",
        "everything",
        store.Store.commit,
        "self._client.transact_write_items(TransactItems=requests)",
        "[self._client.transact_write_items(TransactItems=[request]) for request in requests]",
    ),
    Mutant(
        "no version on what is written",
        "AUDIT",
        "everything",
        conversations.save,
        "expected=before.customer.version",
        "expected=None",
    ),
    Mutant(
        "the DM's text is not kept in its case",
        "NO_LOSS",
        "escalation and staff",
        conversations.save,
        "writes += [Put(_entry_row(after.case.id, entry)) for entry in after.entries]",
        "pass",
    ),
    Mutant(
        "a failed decision is dropped",
        "NO_LOSS",
        "answer and stop",
        bot.Bot.receive,
        "except Cancelled:\n            continue",
        "except Cancelled:\n            return None",
    ),
    Mutant(
        "the answer goes to somebody else",
        "RIGHT_CUSTOMER",
        "answer and stop",
        sender.Sender.post,
        "self.messenger.send(reply.customer,",
        'self.messenger.send("2000000000000000005",',
    ),
    Mutant(
        "items of two loads are taken for one account",
        "ONE_LOAD",
        "loaded meanwhile",
        accounts.of,
        'if PARTS in by_part["account"] and',
        "if False and",
    ),
    Mutant(
        "a window opens with one too many",
        "BUDGET",
        "two and one unit",
        budget.take,
        '"left": budget.limit - budget.late - 1',
        '"left": budget.limit - budget.late',
    ),
    Mutant(
        "what is left is looked at before the claim and not in it",
        "BUDGET",
        "everybody at once",
        budget.take,
        """conditions = ["ends = :ends", "#left > :floor"]
        values |= {"one": 1, "floor": floor}""",
        """conditions = ["ends = :ends"]
        values |= {"one": 1}""",
    ),
    Mutant(
        "our guess of a window's end outranks X's",
        "BUDGET",
        "contradictory headers",
        budget._in_window,
        "ends=ends, named",
        "ends=max(ends, budget.ends), named",
    ),
    Mutant(
        "a day until the year 2286 is believed",
        "LIVE",
        "contradictory headers",
        budget._is_plausible,
        "reset <= latest.timestamp() + SKEW",
        "reset",
    ),
    Mutant(
        "a refused connection uses the window up",
        "BUDGET",
        "contradictory headers",
        budget.learnt,
        "return _given_back(budget, claimed, now)",
        "return budget",
    ),
    Mutant(
        "a refusal without headers is forgotten",
        "BUDGET",
        "a limit untold",
        budget.learnt,
        "if used_up and not is_late:",
        "if used_up and limits and not is_late:",
    ),
    Mutant(
        "a refused look-up is forgotten",
        "BUDGET",
        "look-ups used up",
        budget.look_up_refused,
        "else now + WINDOW",
        "else now",
    ),
    Mutant(
        "a time is told however long the line is",
        "PROMISE",
        "a long line",
        promises.tellable,
        "waiting < COUNTED or",
        "True or",
    ),
    Mutant(
        "no ticket for a case that lost its own",
        "CASE_NOT_LOST",
        "escalation and staff",
        escalate_tick._look_at,
        "sender.line.ticket(sender.store, conversations.load(sender.store, case.customer), now)",
        "pass",
    ),
    Mutant(
        "a claim does not raise the fence",
        "ONE_OWNER",
        "escalation and staff",
        cases.claimed,
        "fence=case.fence + 1,",
        "",
    ),
    Mutant(
        "two people may claim one case",
        "ONE_OWNER",
        "escalation and staff",
        desk_api.Desk._claim,
        ' or waiting.fence != case.fence or waiting.state != "NEW"',
        "",
    ),
    Mutant(
        "who gives a case away keeps a claim on it",
        "ONE_OWNER",
        "moved about",
        moves.transferred,
        "return released(replace(case, team=team, last_owner=None, back_until=None))",
        'return replace(case, team=team, state="NEW", owner=None)',
    ),
    Mutant(
        "who hands a case on keeps a claim on it",
        "ONE_OWNER",
        "moved about",
        moves.handed_on,
        "free = released(given)",
        'free = replace(given, state="NEW", owner=None)',
    ),
    Mutant(
        "a case is taken from a list though somebody has it",
        "ONE_OWNER",
        "moved about",
        claim_act.take_from_list,
        "if case.state not in FREE:",
        "if False:",
    ),
    Mutant(
        "who skims a case takes it out of the line",
        "ONE_OWNER",
        "moved about",
        seen.mark_seen,
        "seen_at=desk.sender.now()",
        'seen_at=desk.sender.now(), state="WAITING_CUSTOMER"',
    ),
    Mutant(
        "a case that rests is raised under its old fence",
        "ONE_OWNER",
        "moved about",
        moves.made_urgent,
        "in_line(replace(case, back_until=None), due_at)",
        'replace(case, state="NEW")',
    ),
    Mutant(
        "a lowered case is taken from its owner",
        "ONE_OWNER",
        "moved about",
        moves.made_less_urgent,
        "replace(case, team=team,",
        'replace(case, state="NEW", owner=None, team=team,',
    ),
    Mutant(
        "who lowers a case undoes its lock without having checked",
        "LOCKED",
        "moved about",
        unlocking.with_lock_settled,
        "if request.checked:",
        "if True:",
    ),
    Mutant(
        "a parked case does not come back",
        "CASE_NOT_LOST",
        "moved about",
        cases.look_at,
        "case.parked_until or quiet_end(case)",
        "quiet_end(case)",
    ),
    Mutant(
        "a parked case comes back without what its customer was told",
        "PROMISE",
        "moved about",
        moves.back_from_rest,
        "in_line(case, told)",
        "in_line(replace(case, promise=None), told)",
    ),
    Mutant(
        "what another team is asked is said nowhere",
        "NO_LOSS",
        "moved about",
        ask.ask_team,
        "current.with_case(case, question)",
        "current.with_case(case)",
    ),
    Mutant(
        "what another team answers is said nowhere",
        "NO_LOSS",
        "moved about",
        advise.advise,
        "moves.back_from_rest(case, now) if rests else case, answer",
        "moves.back_from_rest(case, now) if rests else case",
    ),
    Mutant(
        "who closes a case keeps a claim on it",
        "ONE_OWNER",
        "moved about",
        cases.resolved,
        "fence=case.fence + 1,",
        "",
    ),
    Mutant(
        "nobody settles what a dead sender held",
        "LIVE",
        "answer and stop",
        commands_tick.settle,
        "sender.lease_ran_out(customer)",
        "pass",
    ),
    Mutant(
        "an erasure leaves cases behind",
        "ERASE",
        "erased",
        erasure._going,
        "chain.from_iterable(_case_rows(store, case_id) for case_id in case_ids(old, but=but))",
        "iter(())",
    ),
    Mutant(
        "an erasure that was broken off is not finished",
        "ERASE",
        "erased",
        bot.Bot.forget,
        "erasure.sweep(self.marks, x_id, now)",
        "pass",
    ),
    Mutant(
        "what comes from before an erasure is answered",
        "ERASE",
        "erased",
        erasure.dropped,
        "return int(message.id) <= int(newest)",
        "return False",
    ),
    Mutant(
        "a reply from before an erasure becomes a case",
        "ERASE",
        "erased",
        erasure.is_before,
        "return int(reply.cause) <= int(customer.erased_up_to)",
        "return False",
    ),
    Mutant(
        "the audit tells who wrote",
        "PRIVACY",
        "answer and stop",
        conversations.changes,
        "return said",
        'return [*said, after.customer.handle or ""]',
    ),
    Mutant(
        "a ticket tells what was said last",
        "PRIVACY",
        "escalation and staff",
        bot._with_case,
        "return intake.taken(after, concern, now,",
        "return intake.taken(after, replace(concern, kind=_said(message, now).text), now,",
    ),
    Mutant(
        "a pause is not looked at in the claim's transaction",
        "PAUSED",
        "paused meanwhile",
        budget.take,
        'conditions.append("attribute_not_exists(paused)")',
        "pass",
    ),
    Mutant(
        "what a pause holds back leaves after a person's answer",
        "ORDER",
        "paused",
        claim.claim,
        'if reply.kind == "staff":',
        "if False:",
    ),
    Mutant(
        "the time that a reply tells is not put on its case",
        "PROMISE",
        "nobody in time",
        claim._promised,
        "cases.promised(case, reply.promises, now, instead=reply.updates_promise)",
        "case",
    ),
    Mutant(
        "nobody watches what was promised",
        "PROMISE",
        "nobody in time",
        conversations._profile_row,
        "owed = (promises.look_at(customer, case), customer.confirm_at)",
        "owed = (customer.confirm_at,)",
    ),
    Mutant(
        "a promise breaks without a word",
        "PROMISE",
        "nobody in time",
        promises.may_update,
        "return not",
        "return False and not",
    ),
    Mutant(
        "a promise is updated again and again",
        "PROMISE",
        "nobody in time",
        promise_watch._updated,
        "replace(case, updated=True)",
        "case",
    ),
    Mutant(
        "what never leaves is suppressed in one transaction, however much",
        "NO_LOSS",
        "a hundred held",
        claim.claim,
        "if len(held) > A_PART:",
        "if False:",
    ),
    Mutant(
        "an erasure drops all that waits in one transaction",
        "ERASE",
        "a hundred and erased",
        erasure._unsaid,
        "waiting[:BATCH]",
        "waiting",
    ),
    Mutant(
        "in a flood nobody can be erased",
        "ERASE",
        "a hundred and erased",
        decide._counts_always,
        "return bool(known) and",
        "return False and",
    ),
    Mutant(
        "what waits leaves as one DM, however long",
        "LIVE",
        "a hundred waiting",
        claim.together,
        "tuple(waiting[:TOGETHER])",
        "tuple(waiting)",
    ),
    Mutant(
        "a refusal of one opens the breaker",
        "LIVE",
        "a refusal of one",
        budget.judged,
        "if len(agree) < AGREE:",
        "if False:",
    ),
    Mutant(
        "what X declines is tried for ever",
        "LIVE",
        "a refusal of one",
        replies._declined,
        "if reply.declined < DECLINED_TRIES:",
        "if True:",
    ),
    Mutant(
        "X is asked for ever what it does not tell",
        "LIVE",
        "untold",
        replies.not_told,
        "if reply.untold > len(LOOK_AGAIN):",
        "if reply.untold > len(LOOK_AGAIN) and (reply := replace(reply, untold=1)) is None:",
    ),
    Mutant(
        "nobody hears of what X does not tell",
        "NO_LOSS",
        "untold",
        sender.Sender._not_seen,
        'if dm[0].state != "UNCONFIRMED":',
        "if True:",
    ),
    Mutant(
        "a slow X takes the time of promises",
        "PROMISE",
        "slow X",
        commands_tick.tick,
        "promise_watch.watch(sender, bot.catalogue, turns.share(1 / 8))",
        "send_waiting(sender, Turns.within(10 * TIMES_OUT, sender.now), each),"
        " promise_watch.watch(sender, bot.catalogue, turns)",
    ),
    Mutant(
        "what a row holds beyond our fields is dropped when it is saved",
        "KEPT",
        "rolled back",
        stored._whole,
        "return inner | {name: value for name, value in thing.beyond.items() if name not in given}",
        "return inner",
    ),
    Mutant(
        "a value that nobody here understands raises",
        "NO_LOSS",
        "rolled back",
        stored.read_as,
        "unread = {str(",
        "raise\n        unread = {str(",
    ),
    Mutant(
        "an automated reply leaves though it is not understood whether its customer has stopped",
        "STOP",
        "rolled back",
        claim.obstacle,
        "if reply.automated and conversation.is_held:",
        "if False:",
    ),
    Mutant(
        "who is not reached at once is never told that an incident has ended",
        "TOLD_OF_END",
        "end of an incident",
        end_of_incident.tell,
        "notice.ended_at + AFTERWARDS",
        "notice.ended_at + AFTERWARDS / 2000",
    ),
    Mutant(
        "news of an end takes the room of answers",
        "BUDGET",
        "end of an incident",
        budget.Budget.floor,
        'if kind == "news":',
        'if kind == "nothing":',
    ),
    Mutant(
        "what was given before is not counted",
        "CREDIT",
        "credits",
        goodwill.too_much,
        "if given + minor > of",
        "if minor > of",
    ),
    Mutant(
        "a locked account is given credit",
        "CREDIT",
        "credits",
        desk_api.Desk.proven,
        "if current.locked:",
        "if False:",
    ),
    Mutant(
        "the same request is another line of the books each time",
        "CREDIT",
        "credits",
        goodwill.credit_id,
        'f"{staff}\\x1f{request_id}".encode()',
        "repr(object()).encode()",
    ),
    Mutant(
        "an answer in writing counts as the call that was promised",
        "PROMISE",
        "calls",
        cases.promise_judged,
        " or case.call:",
        ":",
    ),
    Mutant(
        "a case whose call is due is not back in its line",
        "CASE_NOT_LOST",
        "calls",
        cases.look_at,
        "case.call.at if case.call else",
        "",
    ),
)


def caught_by(name: str) -> Schedule | None:
    """Return the first schedule of at most one fault with which a break shows; None if it survives."""
    mutant = next(mutant for mutant in MUTANTS if mutant.name == name)
    schedules: list[Schedule] = [{}, *({at: fault} for at, fault in faults_of(run(mutant.world, {})))]
    with mutant.applied():
        return next((s for s in schedules if any(w.startswith(mutant.invariant) for w in wrong(mutant.world, s))), None)
