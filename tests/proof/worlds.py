"""What happens in the worlds: short scripts of customers and staff, on the real code."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from itertools import batched
from random import Random
from typing import Any

from functions.load.writing import Table as AccountsTable
from functions.shared.aws import telemetry
from functions.shared.aws.rows import audit_key, case_key, profile_key, reply_key, request_key
from functions.shared.aws.store import Item
from functions.shared.carrier import accounts
from functions.shared.carrier.accounts import Account, Document
from functions.shared.conversation import conversations, intake
from functions.shared.conversation.intake import Concern
from functions.shared.conversation.promises import COUNTED
from functions.shared.conversation.replies import Outgoing
from functions.shared.delivery import budget
from local.proof.invariants import broken
from tests.proof.demo import LINKED_A, LINKED_B, document
from tests.proof.world import COLLEAGUE, DYNAMO_SORTS, FAULTS, STAFF, Client, Fault, World

type Script = Callable[[World], None]
type Schedule = Mapping[int, Fault]

NOTHING: Schedule = {}

A_WINDOW = budget.WINDOW + timedelta(minutes=1)
YEAR_2286 = 9_999_999_999
OF_LATER = {"by": "a newer release"}
AFTERWARDS = timedelta(minutes=45)
"""Long enough for leases, look-ups, redeliveries and a window of X's limit, one after the other."""


def everything(world: World) -> None:
    """Two customers, four DMs, one of them a stop and one for people, an answer of staff and the ticks."""
    world.write(LINKED_A, "#data")
    world.write(LINKED_B, "#charges")
    world.work()
    world.write(LINKED_A, "my bill is wrong and I am furious")
    world.write(LINKED_B, "#stop")
    world.work()
    staff_answer(world)
    world.pass_time(AFTERWARDS)


def answer_and_stop(world: World) -> None:
    world.write(LINKED_A, "#data")
    world.work()
    world.write(LINKED_A, "#stop")
    world.work()
    world.pass_time(AFTERWARDS)


def two_stops(world: World) -> None:
    """X has had its one DM of the window: a customer says stop, and says it again before that is confirmed."""
    world.write(LINKED_B, "#data")
    world.work()
    world.write(LINKED_A, "#stop")
    world.write(LINKED_A, "please stop messaging me")
    world.work()
    world.pass_time(AFTERWARDS + 3 * budget.WINDOW)


def escalation_and_staff(world: World) -> None:
    world.write(LINKED_A, "my bill is wrong and I am furious")
    world.work()
    staff_answer(world)
    world.pass_time(AFTERWARDS)


def two_and_one_unit(world: World) -> None:
    """Two customers ask, and X takes one DM in each window: what a fault wastes is a window."""
    world.write(LINKED_A, "#data")
    world.write(LINKED_B, "#data")
    world.work()
    world.pass_time(AFTERWARDS + 3 * budget.WINDOW)


def stolen(world: World) -> None:
    """Figures are asked for, and right behind it the phone is reported stolen."""
    world.write(LINKED_A, "#data")
    world.write(LINKED_A, "my phone was stolen last night, please block it")
    world.write(LINKED_A, "#charges")
    world.work()
    world.pass_time(AFTERWARDS)


def second_chat(world: World) -> None:
    """Two chats see one line; its owner reports the theft in one, and the other asks for the bill before and after.

    The case then rests: nobody has checked who asks, so no clock may give the figures free.
    """
    world.introduce(LINKED_B, line_of=LINKED_A)
    world.points.clear()
    world.write(LINKED_B, "#charges")
    world.write(LINKED_A, "my phone was stolen last night, please block it")
    world.write(LINKED_B, "#data")
    world.work()
    staff_answer(world)
    world.pass_time(timedelta(days=4))
    world.write(LINKED_B, "#charges")
    world.work()
    world.pass_time(AFTERWARDS)


def loaded_meanwhile(world: World) -> None:
    """A load changes an account while its customer asks: the query sees some of its items before it, some after."""
    account_id, table = f"account-{LINKED_A}", AccountsTable(world.dynamo, "accounts", world.store)
    old, new = document(account_id), document(account_id)
    new["account"] |= {"owed_minor": 6789, "as_of": "2026-11-24T14:03:30Z"}
    new["bills"][0]["amount_minor"] = 6789
    new["lines"][0] |= {"allowances": {"data": {"limit": 30_000_000_000, "used": 2_000_000_000}}}
    new["lines"][0]["as_of"] = "2026-11-24T14:03:30Z"
    table.bring([Document.model_validate(old)], world.now)
    world.figures = (("£23.45", "12.4 GB"), ("£67.89", "28 GB"))

    def query(**request: Any) -> Any:
        before = world.dynamo.query(**request)
        table.bring([Document.model_validate(new)], world.now)
        after = world.dynamo.query(**request)
        return after | {"Items": before["Items"][:2] + after["Items"][2:]}

    def read(asked: str) -> Account | None:
        return accounts.read_account(Client(world, Meanwhile(query), DYNAMO_SORTS), "accounts", asked)

    world.bot = replace(world.bot, account=read)
    world.write(LINKED_A, "#charges #data")
    world.work()
    world.write(LINKED_A, "#data #charges")
    world.work()
    world.pass_time(AFTERWARDS)


def calls_promised(world: World) -> None:
    """Two customers are promised a call; one is answered in writing before, then rung, and nobody rings the other."""
    world.write(LINKED_A, "my bill is wrong and I am furious")
    world.write(LINKED_B, "my bill is wrong and I am furious")
    world.work()
    at = world.now.replace(hour=15, minute=0)
    for request in ("call-1", "call-2"):
        taken = world.next_case(f"take-{request}")
        if taken:
            world.promise_call(taken, request, at)
    world.write(LINKED_A, "it is still wrong")
    world.work()
    staff_answer(world)
    world.pass_time(timedelta(minutes=46))
    back = world.next_case("take-back")
    if back:
        world.ring(back, "rang")
    world.pass_time(AFTERWARDS)


def credits_given(world: World) -> None:
    """Two people give credit to one account from two chats, too much in the end; then its line is reported stolen."""
    world.introduce(LINKED_B, line_of=LINKED_A)
    world.points.clear()
    world.write(LINKED_A, "my bill is wrong and I am furious")
    world.write(LINKED_B, "my bill is wrong and I am furious")
    world.work()
    mine, theirs = world.next_case("take-1"), world.next_case("take-2", COLLEAGUE)
    if mine and theirs:
        world.meanwhile = lambda: world.give_credit(theirs, "credit-2", 998, COLLEAGUE)
        world.give_credit(mine, "credit-1", 400)
        world.store.delete(*request_key(STAFF.id, "credit-1"))  # as after ninety days
        world.give_credit(mine, "credit-1", 400)
        world.give_credit(mine, "credit-3", 601)
        world.give_credit(theirs, "credit-2", 998, COLLEAGUE)
        world.write(LINKED_A, "my phone was stolen last night, please block it")
        world.work()
        world.give_credit(theirs, "credit-4", 1, COLLEAGUE)
    world.pass_time(AFTERWARDS)


def moved_about(world: World) -> None:
    """A case goes to another team, is skimmed, taken, handed on, raised, lowered, rests, is raised again and closed.

    A colleague wants to take it while somebody has it. The one of a stolen phone is lowered without anybody having been
    checked; it rests too, and then nobody takes it.
    """
    world.write(LINKED_B, "my phone was stolen last night, please block it")
    world.work()
    stolen = world.next_case("take-1")
    world.meanwhile = lambda: world.next_case("colleague", COLLEAGUE)
    if stolen:
        world.act("not_urgent", stolen, "lower-1", team="devices", text="They are at the police.", lock_stays=True)
        world.act("park", stolen, "park-1", until=world.now + timedelta(hours=2), text="The shop blocks it.")
    world.write(LINKED_B, "#charges")
    world.write(LINKED_A, "my bill is wrong and I am furious")
    world.work()
    moved = world.next_case("take-2")
    if moved:
        world.act("transfer", moved, "transfer-2", team="devices", text="It is the phone.")
        world.act("seen", moved, "seen-3", COLLEAGUE)
        world.act("claim", moved, "take-3")
        world.act("claim", moved, "theirs-3", COLLEAGUE)
        world.hand_over("hand-3", to="line")
        world.next_case("take-4")
        world.act("urgent", moved, "raise-2")
        world.act("not_urgent", moved, "lower-2", team="billing", text="It can wait.")
        world.act("park", moved, "park-2", until=world.now + timedelta(hours=3), text="The shop has it.")
        world.work()
        world.act("urgent", moved, "raise-3")
        world.next_case("take-5")
        world.act("ask", moved, "ask-2", team="devices", text="Was it the mast?")
        world.act("advise", moved, "advise-2", text="It was.")
        world.act("close", moved, "close-2", text="You were charged twice, sorry.", wrap_up="credit")
    world.pass_time(timedelta(hours=2))
    world.pass_time(AFTERWARDS)


@dataclass(frozen=True)
class Meanwhile:
    """A client during whose queries something happens."""

    query: Callable[..., Any]


def locked_meanwhile(world: World) -> None:
    """The theft is reported between a look at the other chat's line and the claim of its answer.

    Its reporter has stopped automatic replies: nothing but the line tells the claim of it, not even the budget.
    """
    world.introduce(LINKED_B, line_of=LINKED_A)
    world.points.clear()
    world.write(LINKED_A, "#stop")
    world.work()
    commit = world.dynamo.transact_write_items

    def after_a_report(**request: Any) -> Any:
        if vars(world.dynamo).pop("transact_write_items", None):
            report = world.typed(LINKED_A, "my phone was stolen last night, please block it")
            world.survives(lambda: world.bot.receive(report))
            world.bring(report)
        return commit(**request)

    vars(world.dynamo)["transact_write_items"] = after_a_report
    world.write(LINKED_B, "#charges")
    world.work()
    world.pass_time(AFTERWARDS)


def greeting_and_case(world: World) -> None:
    """A greeting has its menu, which nobody asked for; right behind it a person is needed."""
    world.write(LINKED_A, "hello")
    world.write(LINKED_A, "my bill is wrong and I am furious")
    world.work()
    world.pass_time(AFTERWARDS)


def paused(world: World) -> None:
    """Operations hold automated replies back while two customers ask, one stops and staff answer the other."""
    world.pause()
    world.write(LINKED_A, "#data")
    world.write(LINKED_B, "my bill is wrong and I am furious")
    world.work()
    world.write(LINKED_A, "#stop")
    world.work()
    staff_answer(world)
    world.write(LINKED_B, "#charges")
    world.pass_time(timedelta(minutes=20))
    world.resume()
    world.pass_time(AFTERWARDS)


def paused_meanwhile(world: World) -> None:
    """Operations hold automated replies back between a function's look at the budget and its claim."""
    commit = world.dynamo.transact_write_items

    def after_a_pause(**request: Any) -> Any:
        if vars(world.dynamo).pop("transact_write_items", None):
            world.pause()
        return commit(**request)

    vars(world.dynamo)["transact_write_items"] = after_a_pause
    world.write(LINKED_A, "#data")
    world.work()
    world.pass_time(timedelta(minutes=20))
    world.resume()
    world.pass_time(AFTERWARDS)


def erased(world: World) -> None:
    """A customer has a case and asks to be erased; what they wrote before comes again afterwards."""
    world.write(LINKED_A, "my bill is wrong and I am furious")
    world.work()
    world.write(LINKED_A, "#delete")
    world.work()
    world.write(LINKED_A, "#delete yes")
    world.work()
    world.pass_time(timedelta(minutes=2))
    world.bring(next(iter(world.said.values())))
    world.pass_time(AFTERWARDS)


def nobody_in_time(world: World) -> None:
    """A customer is told a time, another one before that passes, and is answered when both have passed."""
    world.write(LINKED_A, "my bill is wrong and I am furious")
    world.work()
    world.pass_time(timedelta(hours=2))
    staff_answer(world)
    world.pass_time(AFTERWARDS)


def back(world: World) -> None:
    """A customer whom staff have answered asks to be erased, and has a new question in the same breath."""
    world.write(LINKED_A, "my bill is wrong and I am furious")
    world.work()
    staff_answer(world)
    world.write(LINKED_A, "#delete")
    world.work()
    world.write(LINKED_A, "#delete yes")
    world.write(LINKED_A, "my giraffe needs a new phone cable")
    world.work()
    world.pass_time(timedelta(minutes=2))
    world.bring(next(iter(world.said.values())))
    world.pass_time(AFTERWARDS)


def contradictory_headers(world: World) -> None:
    """X's window ends before ours, then its headers go wrong, then there are none, and then it cannot be reached.

    It takes two DMs in each window.
    """
    world.x.used_up_until(world.now + timedelta(seconds=12))
    asks(world, LINKED_A, "#data", room_from=world.now + timedelta(seconds=12))
    world.x.says = lambda limits: replace(limits, day_limit=1440, day_remaining=0, day_reset=YEAR_2286)
    asks(world, LINKED_B, "#data", room_from=world.now)
    asks(world, LINKED_A, "#charges", room_from=world.now)
    world.x.says = lambda _: None
    world.x.used_up_until(world.now + timedelta(minutes=14))
    world.write(LINKED_A, "#minutes")
    asks(world, LINKED_B, "#charges", room_from=world.now + 2 * A_WINDOW)
    world.pass_time(A_WINDOW)
    world.x.unreachable = 2
    asks(world, LINKED_B, "#text", room_from=world.now)


def from_the_future(world: World) -> None:
    """X names one DM as though it were written years ahead; what is said after it still counts."""
    world.bring(world.typed(LINKED_A, "#start", ahead=timedelta(days=3650)))
    world.write(LINKED_B, "#data")
    world.work()
    world.write(LINKED_A, "#stop")
    world.write(LINKED_A, "#data")
    world.work()
    world.pass_time(AFTERWARDS)


def menu(world: World) -> None:
    """An answer has a bare domain, which X makes a link of."""
    world.write(LINKED_A, "#help")
    world.work()
    world.pass_time(AFTERWARDS)


def asks(world: World, customer: str, text: str, room_from: datetime) -> None:
    """A customer writes what X will take the answer to from a moment on, and two windows go by."""
    world.room_from[world.write(customer, text)] = room_from
    world.work()
    world.pass_time(2 * A_WINDOW)


def a_hundred_waiting(world: World) -> None:
    """One customer has more waiting than a transaction takes; another one asks, is told a time, and a third goes."""
    world.troubled = {LINKED_A}
    have_waiting(world, LINKED_A, 101)
    world.write(LINKED_B, "my bill is wrong and I am furious")
    world.work()
    world.pass_time(timedelta(hours=1))
    staff_answer(world)
    world.pass_time(AFTERWARDS)


def a_hundred_and_erased(world: World) -> None:
    """Somebody with more waiting than a transaction takes asks to be erased."""
    world.troubled = {LINKED_A}
    x_goes(world)
    have_waiting(world, LINKED_A, 101)
    world.write(LINKED_A, "#delete")
    world.work()
    world.wants_to_go.add(LINKED_A)
    world.write(LINKED_A, "#delete yes")
    world.work()
    world.pass_time(timedelta(minutes=5))
    x_comes(world)
    world.pass_time(AFTERWARDS)


def a_hundred_held(world: World) -> None:
    """Operations hold back more replies to one customer than a transaction takes, and staff answer them."""
    world.troubled = {LINKED_A}
    world.pause()
    have_waiting(world, LINKED_A, 101)
    world.write(LINKED_A, "my bill is wrong and I am furious")
    world.work()
    staff_answer(world)
    world.pass_time(timedelta(minutes=10))
    world.resume()
    world.pass_time(AFTERWARDS)


def everybody_at_once(world: World) -> None:
    """Twenty customers write at the same moment; functions and threads side by side take from one budget."""
    for x_id in strangers(20):
        world.write(x_id, "hello")
    world.hear_at_once()
    world.work()
    world.pass_time(AFTERWARDS)


def a_limit_untold(world: World) -> None:
    """Twelve customers wait for X; then somebody else has used its window up, and it does not say until when."""
    x_goes(world)
    for x_id in strangers(12):
        world.write(x_id, "hello")
    world.work()
    world.x.says = lambda _: None
    world.x.used_up_until(world.now + budget.WINDOW)
    x_comes(world)
    world.pass_time(AFTERWARDS)


def a_long_line(world: World) -> None:
    """More cases wait than a time can be told for; one more comes, its customer stops, and another one asks."""
    in_line = Concern("billing", "bill", world.now + timedelta(minutes=30))
    for number, x_id in enumerate(strangers(COUNTED)):
        before = conversations.load(world.store, x_id)
        case = intake.noted(before, in_line, world.now, new_id=partial("L{:05}".format, number)).open_case
        assert case
        after = before.with_case(replace(case, ticketed_fence=case.fence))
        conversations.save(world.store, before, after, by="test", did="waited", now=world.now)
    world.write(LINKED_A, "my bill is wrong and I am furious")
    world.write(LINKED_A, "#stop")
    world.write(LINKED_B, "#data")
    world.work()
    world.pass_time(timedelta(minutes=20))


def a_refusal_of_one(world: World) -> None:
    """X does not say why it refuses what we write to one customer, who asks and then stops."""
    world.troubled = {LINKED_A}
    world.x.refuses[LINKED_A] = (403, f"User has been suspended: [{LINKED_A}].")
    world.write(LINKED_A, "#data")
    world.work()
    world.write(LINKED_A, "#stop")
    world.work()
    world.write(LINKED_B, "#charges")
    world.work()
    world.pass_time(AFTERWARDS)


def switch_storm(world: World) -> None:
    """One customer switches automatic replies off and on, many others off; staff answer somebody else all the same."""
    world.troubled = {LINKED_A}
    for number in range(9):
        world.write(LINKED_A, f"{'#start' if number % 2 else '#stop'} {number}")
        world.work()
        world.pass_time(timedelta(seconds=20))
    for x_id in strangers(12):
        world.write(x_id, "#stop")
    world.write(LINKED_B, "my bill is wrong and I am furious")
    world.work()
    staff_answer(world)
    world.pass_time(AFTERWARDS)


def slow_look_ups(world: World) -> None:
    """X loses what it was sent for six customers and hangs when it is asked for it; then two others write."""
    lost = strangers(6)
    world.troubled, world.x.loses = set(lost), set(lost)
    world.x.look_up_takes = timedelta(seconds=10)
    for x_id in lost:
        world.write(x_id, "hello")
    world.work()
    world.write(LINKED_A, "#data")
    world.write(LINKED_B, "my bill is wrong and I am furious")
    world.work()
    world.pass_time(timedelta(minutes=20))
    world.x.loses.clear()
    world.pass_time(AFTERWARDS)


def look_ups_used_up(world: World) -> None:
    """X loses what it was sent for twelve customers, and takes no look-up for a window without saying so before."""
    lost = strangers(12)
    world.troubled, world.x.loses = set(lost), set(lost)
    for some, asked in zip(batched(lost, 4, strict=True), ("#data", "#charges", "#text"), strict=True):
        for x_id in some:
            world.write(x_id, "hello")
        world.write(LINKED_A, asked)
        world.work()
    world.x.loses.clear()
    world.x.looks_from = world.now + budget.WINDOW
    world.pass_time(AFTERWARDS)


def untold(world: World) -> None:
    """X hangs when it is sent a DM and tells nothing when it is asked for it, for good; the customer writes on."""
    world.x.loses = {LINKED_A}
    world.write(LINKED_A, "#data")
    world.work()
    world.pass_time(timedelta(minutes=5))
    world.write(LINKED_A, "#charges")
    world.work()
    world.pass_time(AFTERWARDS)


def slow_x(world: World) -> None:
    """X takes twelve seconds for each DM, and many wait when somebody is told a time that passes."""
    many = strangers(150)
    world.troubled = {*many, LINKED_A}
    world.write(LINKED_A, "my phone was stolen last night, please block it")
    world.work()
    world.pass_time(timedelta(minutes=8))
    x_goes(world)
    for x_id in many:
        world.now += timedelta(milliseconds=10)  # as many as have one time would be in another order on each engine
        world.write(x_id, "hello")
        world.hear()
    world.work()
    world.x.send_takes = timedelta(seconds=12)
    world.pass_time(timedelta(minutes=1))
    x_comes(world)
    world.pass_time(AFTERWARDS)


def rolled_back(world: World) -> None:
    """A newer release has written to three customers, then this one is back, and they write again.

    Of the first it is not understood whether they have stopped, of the second what became of a reply; the third has a
    case with more in it than we know.
    """
    stranger = strangers(1)[0]
    world.troubled = {LINKED_A, stranger}
    world.write(LINKED_A, "#stop")
    world.write(LINKED_B, "my bill is wrong and I am furious")
    world.work()
    world.pass_time(timedelta(minutes=15))  # whatever has failed is done before the newer release comes
    x_goes(world)
    for x_id in (LINKED_A, stranger):
        have_waiting(world, x_id, 1)
    case = conversations.load(world.store, LINKED_B).customer.case
    world.newer_release(profile_key(LINKED_A), stopped_by=OF_LATER, later=OF_LATER)
    world.newer_release(reply_key(stranger, "0#reply"), state="SCHEDULED", look_at="2027-01-01T00:00:00.000000Z")
    world.newer_release(audit_key(stranger, 1), changes=["reply 0#reply new -> SCHEDULED"])
    world.newer_release(profile_key(LINKED_B), later=OF_LATER)
    if case:
        world.newer_release(case_key(case), later=OF_LATER)
    x_comes(world)
    world.pass_time(timedelta(minutes=2))
    world.write(LINKED_A, "my bill is wrong and I am furious")
    world.write(LINKED_B, "it is still wrong")
    world.write(stranger, "#help")
    world.work()
    world.pass_time(timedelta(minutes=10))
    for number in range(4):
        taken = world.next_case(f"next-{number}")
        if taken:
            world.reply_to(taken, f"staff-{number}", "I have looked at it: you were charged twice, sorry.")
    world.pass_time(AFTERWARDS)


def end_of_an_incident(world: World) -> None:
    """It ends while X's limit is used up, and a second time; of five who want to hear of it one stops and one goes.

    One asks something else meanwhile.
    """
    _, _, stops, goes, _, other = strangers(6)  # the last digit tells them from the linked ones
    world.notice("leeds")
    for x_id in (goes, LINKED_A, stops, LINKED_B, other):
        world.write(x_id, "#tellme in Leeds")
    world.work()
    world.write(stops, "#stop")
    world.write(goes, "#delete")
    world.work()
    world.write(goes, "#delete yes")
    world.work()
    world.pass_time(timedelta(minutes=20))
    world.to_hear = {LINKED_A, LINKED_B, other}
    world.x.used_up_until(world.now + timedelta(minutes=3))
    world.notice_ends("leeds")
    world.write(LINKED_B, "#data")
    world.work()
    world.notice_ends("leeds")
    world.pass_time(AFTERWARDS)


def have_waiting(world: World, x_id: str, number: int, says: str = "") -> None:
    """As X leaves it behind when it was away: so many replies to one customer wait."""
    for numbers in batched(range(number), 25, strict=False):
        before = conversations.load(world.store, x_id)
        since = world.now - timedelta(minutes=10)
        says = says or " is your answer."
        waiting = [
            Outgoing(f"{one}#reply", x_id, str(one), f"Hi, {one}{says}", "waited", "answer", since) for one in numbers
        ]
        conversations.save(world.store, before, before.having(*waiting), by="test", did="waited", now=world.now)


def strangers(number: int) -> list[str]:
    return [str(2_200_000_000_000_000_001 + one) for one in range(number)]


def x_goes(world: World) -> None:
    world.x.is_away = True
    world.look_at_x()


def x_comes(world: World) -> None:
    world.x.is_away = False
    world.look_at_x()


def staff_answer(world: World) -> None:
    world.meanwhile = lambda: world.next_case("colleague", COLLEAGUE)
    for attempt in range(3):
        case = world.next_case(f"next-{attempt}")
        if case:
            world.reply_to(case, "staff-request", "I have looked at it: you were charged twice, sorry.")
            return
        world.pass_time(timedelta(minutes=2))


WORLDS: dict[str, tuple[Script, int]] = {
    "everything": (everything, 15),
    "answer and stop": (answer_and_stop, 15),
    "two stops": (two_stops, 1),
    "escalation and staff": (escalation_and_staff, 15),
    "two and one unit": (two_and_one_unit, 1),
    "stolen": (stolen, 15),
    "second chat": (second_chat, 15),
    "locked meanwhile": (locked_meanwhile, 15),
    "loaded meanwhile": (loaded_meanwhile, 15),
    "greeting and case": (greeting_and_case, 15),
    "nobody in time": (nobody_in_time, 15),
    "paused": (paused, 15),
    "erased": (erased, 15),
    "erased and back": (back, 15),
    "paused meanwhile": (paused_meanwhile, 15),
    "contradictory headers": (contradictory_headers, 2),
    "menu": (menu, 15),
    "from the future": (from_the_future, 15),
    "a hundred waiting": (a_hundred_waiting, 15),
    "a hundred and erased": (a_hundred_and_erased, 15),
    "a hundred held": (a_hundred_held, 15),
    "a refusal of one": (a_refusal_of_one, 15),
    "a limit untold": (a_limit_untold, 60),
    "everybody at once": (everybody_at_once, 15),
    "a long line": (a_long_line, 15),
    "switch storm": (switch_storm, 15),
    "slow look-ups": (slow_look_ups, 15),
    "look-ups used up": (look_ups_used_up, 60),
    "untold": (untold, 15),
    "slow X": (slow_x, 1000),
    "rolled back": (rolled_back, 15),
    "end of an incident": (end_of_an_incident, 4),
    "credits": (credits_given, 15),
    "calls": (calls_promised, 15),
    "moved about": (moved_about, 15),
}
"""By name: the script, and how many DMs X takes in 15 minutes."""

IN_PAIRS = ("answer and stop", "escalation and staff", "two and one unit")
"""Small enough for pairs of faults at every run of the tests; those of the others are for a long evening."""

CALLS = 20_000
"""Of each world so many calls are made at every run of the tests, whatever it holds: small worlds are tried whole."""
FEWEST = 12
"""And at least so many schedules."""


def run(name: str, schedule: Schedule, rows: tuple[Item, ...] = ()) -> World:
    """Let a world pass; it may begin with rows of before."""
    script, limit = WORLDS[name]
    world = World(schedule, limit=limit, rows=rows)
    script(world)
    telemetry._metrics().clear_metrics()  # a hundred of one would be printed among the results
    return world


def wrong(name: str, schedule: Schedule, rows: tuple[Item, ...] = ()) -> list[str]:
    """Return what is broken after a schedule of faults, empty if every invariant holds."""
    return broken(run(name, schedule, rows).trace)


def faults_of(world: World, begin: int = 0) -> list[tuple[int, Fault]]:
    """Every fault that may strike at the points which a world has passed, from one of them on."""
    return [(at, fault) for at, (sort, _) in enumerate(world.points) if at >= begin for fault in FAULTS[sort]]


def singles(world: World) -> list[Schedule]:
    """Single faults of a world: every call of AWS or X and every acknowledgement, times what may befall it."""
    return [{at: fault} for at, fault in faults_of(world)]


def at_every_run(world: World, schedules: list[Schedule]) -> list[Schedule]:
    """As many of a world's schedules as each run of the tests has time for: by chance, and always the same."""
    so_many = max(FEWEST, CALLS // len(world.points))
    return schedules if len(schedules) <= so_many else Random(so_many).sample(schedules, so_many)


def combined(name: str, faults: int, before: Schedule = NOTHING) -> Iterator[Schedule]:
    """Every combination of so many faults at side effects: each among the points that the world passes after the last.

    What befalls a read befalls what is written next as well, so that reads are left to the single faults.
    """
    for at, fault in _at_effects(run(name, before), begin=max(before, default=-1) + 1):
        schedule = {**before, at: fault}
        yield from [schedule] if faults == 1 else combined(name, faults - 1, schedule)


def _at_effects(world: World, begin: int = 0) -> list[tuple[int, Fault]]:
    return [(at, fault) for at, fault in faults_of(world, begin) if world.points[at][0] != "read"]
