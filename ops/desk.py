"""`tweetserve desk`: answer customers from the terminal. It speaks HTTP to the desk's API and keeps your claim."""

import hashlib
import json
import os
import sys
import time
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any
from uuid import uuid4

import httpx
import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from functions.escalate.lists import View
from functions.shared.conversation.cases import Team, WrapUp
from ops import sign_in
from ops.options import PORT, AsJson, Port, Stage, connected_by
from ops.place import Trouble, place_of

LINE_EMPTY = 3
CLAIM_LOST = 4

TIMEOUT = httpx.Timeout(30, connect=5)
TRY_AGAIN_AFTER = (0.5, 2.0)
"""Seconds. The request id stays the same, so that nothing is done twice."""
SAFE = "The same command again does nothing twice."

EXAMPLES = """
Examples:

  tweetserve desk login --url https://care.example.com   sign in, for the day

  tweetserve desk next --local                     take the most pressing case

  tweetserve desk reply --local "It is credited."  answer it

  tweetserve desk resolve --local credit           end it, saying how

Exit codes: 0 done, 1 not done, 3 nothing is waiting, 4 the claim is lost.
"""

app = typer.Typer(
    add_completion=False,
    help="Answer customers from the terminal.",
    epilog=EXAMPLES,
    no_args_is_help=True,
    rich_markup_mode="markdown",
)


@dataclass
class Memory:
    """What is remembered between two commands: claims by case, and requests that were not answered."""

    path: Path
    current: str | None = None
    claims: dict[str, dict[str, Any]] = field(default_factory=dict)
    unanswered: dict[str, str] = field(default_factory=dict)
    """Request ids by a hash of what was asked: asking again, after a break of the line, does nothing twice."""

    @classmethod
    def of(cls, url: str, who: str) -> "Memory":
        folder = Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state") / "tweetserve"
        name = hashlib.sha256(f"{url} {who}".encode()).hexdigest()[:16]
        path = folder / f"desk-{name}.json"
        try:
            return cls(path, **json.loads(path.read_text()))
        except (FileNotFoundError, ValueError, TypeError):
            return cls(path)

    def save(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        kept = {name: value for name, value in vars(self).items() if name != "path"}
        fresh = self.path.with_suffix(f".{os.getpid()}")
        fresh.touch(mode=0o600)
        fresh.write_text(json.dumps(kept))
        fresh.replace(self.path)

    def claimed(self, case: dict[str, Any]) -> None:
        self.current = case["id"]
        self.claims[case["id"]] = {"fence": case["fence"], "seen": case["wrote_at"]}

    def read(self, case: dict[str, Any]) -> None:
        """The newest that the customer wrote has been seen."""
        if case["id"] in self.claims:
            self.current = case["id"]
            self.claims[case["id"]]["seen"] = case["wrote_at"]

    def forget(self, case: str) -> None:
        self.claims.pop(case, None)
        self.current = None if self.current == case else self.current


@dataclass(frozen=True)
class Desk:
    """The desk at the other end. Raises Trouble with one sentence where it does not do what it is asked."""

    http: httpx.Client
    memory: Memory
    as_json: bool

    def case(self, number: str | None) -> str:
        """Return the id of the case that is meant: the one named, else the one worked on."""
        meant = number.replace("-", "").upper() if number else self.memory.current
        if not meant:
            raise Trouble("You have no case open: take one with `tweetserve desk next`, or name one with --case.")
        return meant

    def get(self, path: str, query: Mapping[str, str]) -> Any:
        return _read(self._send("GET", path, params=query))

    def ask(self, path: str, seen: str | None = None, **body: Any) -> Any:
        """Ask for one act, under a request id that stays the same until there is an answer. None if that is empty."""
        asked = hashlib.sha256(json.dumps([path, body], sort_keys=True).encode()).hexdigest()
        request_id = self.memory.unanswered.setdefault(asked, str(uuid4()))
        self.memory.save()
        response = self._send("POST", path, json={"request_id": request_id, **body, **({"seen": seen} if seen else {})})
        if response.status_code < httpx.codes.INTERNAL_SERVER_ERROR:
            del self.memory.unanswered[asked]
        return _read(response)

    def act(self, number: str | None, act: str, *, reads: bool = False, **body: Any) -> Any:
        """Do something with a claimed case. `reads`: only if the customer's newest message has been seen."""
        case = self.case(number)
        claim = self.memory.claims.get(case)
        if claim is None:
            raise Trouble(f"You have not taken case {case}: `tweetserve desk next` takes one.", CLAIM_LOST)
        try:
            return self.ask(f"cases/{case}/{act}", claim["seen"] if reads else None, fence=claim["fence"], **body)
        except Trouble as trouble:
            if trouble.code == CLAIM_LOST:
                self.memory.forget(case)
            raise

    def named(self, number: str, brief: str) -> dict[str, Any]:
        """Name a claimed case for a handover."""
        case = self.case(number)
        if case not in self.memory.claims:
            raise Trouble(f"You have not taken case {number}: `tweetserve desk next` takes one.", CLAIM_LOST)
        return {"id": case, "fence": self.memory.claims[case]["fence"]} | ({"brief": brief} if brief else {})

    def taken(self, answer: Any) -> None:
        """Remember a claim that was just made, and print its case."""
        self.memory.claimed(answer["case"])
        self.memory.save()
        if self.as_json:
            self.tell(answer)
        else:
            self.show(answer["case"]["id"])

    def show(self, case: str, before: str | None = None) -> None:
        """Print the newest page of a case, or an older one; what is newest counts as seen from now on."""
        answer = self.get(f"cases/{case}", {"cursor": before} if before else {})
        if before is None:
            self.memory.read(answer["case"])
        self.tell(answer, *_whole(answer))

    def tell(self, answer: Any, *lines: str | Text | Table) -> None:
        if self.as_json:
            typer.echo(json.dumps(answer, indent=2))
            return
        console = Console()
        for line in lines:
            console.print(line, markup=False, highlight=False)

    def _send(self, method: str, path: str, **request: Any) -> httpx.Response:
        """Send a request until it is answered, three times at most, and return what was answered."""
        for pause in (*TRY_AGAIN_AFTER, None):
            with suppress(httpx.TransportError):
                response = self.http.request(method, path, **request)
                if not response.is_server_error or pause is None:
                    return response
            if pause is not None:
                time.sleep(pause)
        raise Trouble(f"The desk at {self.http.base_url} does not answer. {SAFE}")


def _read(response: httpx.Response) -> Any:
    """Return what the desk answered, None if that is nothing. Raises Trouble where it did not do what it was asked."""
    if response.status_code == httpx.codes.NO_CONTENT:
        return None
    try:
        answer = response.json()
        if response.is_success:
            return answer
        sentence = str(answer.get("error") or answer["message"])
    except (ValueError, LookupError, AttributeError):
        raise Trouble(f"What answers at {response.url} is not the desk.") from None
    raise _trouble(response, sentence)


def _trouble(response: httpx.Response, sentence: str) -> Trouble:
    match response.status_code:
        case httpx.codes.UNAUTHORIZED:
            return Trouble("The desk does not know this token: `tweetserve desk login`.")
        case httpx.codes.CONFLICT:
            return Trouble(sentence, CLAIM_LOST)
        case httpx.codes.PRECONDITION_FAILED:
            return Trouble(f"{sentence} `tweetserve desk show` shows it.")
    return Trouble(f"{sentence} {SAFE}" if response.is_server_error else sentence)


@contextmanager
def connected(
    local: Annotated[bool, typer.Option("--local", help="The desk of `tweetserve local`, on this machine.")] = False,
    as_: Annotated[str, typer.Option("--as", metavar="STAFF", help="With --local: who you are.")] = "agent-1",
    port: Port = PORT,
    url: Annotated[str, typer.Option(envvar="TWEETSERVE_DESK_URL", help="Address of the desk's API.")] = "",
    token: Annotated[str, typer.Option(envvar="TWEETSERVE_DESK_TOKEN", help="Your token.")] = "",
    as_json: AsJson = False,
) -> Iterator[Desk]:
    """Give the desk to a command, and turn trouble into one sentence and an exit code."""
    try:
        base, who, bearer = _on_this_machine(port, as_) if local else _identity(_address(url), token)
        headers = {"authorization": f"Bearer {bearer}"}
        memory = Memory.of(base, who)
        with httpx.Client(base_url=f"{base}/desk/api/", headers=headers, timeout=TIMEOUT) as http:
            try:
                yield Desk(http, memory, as_json)
            finally:
                memory.save()
    except Trouble as trouble:
        typer.echo(str(trouble), err=True)
        raise typer.Exit(trouble.code) from None


def _on_this_machine(port: int, name: str) -> tuple[str, str, str]:
    """Return what `_identity` does: there the name is the token."""
    return f"http://127.0.0.1:{port}", name, name


def _identity(url: str, token: str) -> tuple[str, str, str]:
    """Return the desk's address, who one is there, and the token that proves it."""
    if url and token:
        return url, token, token
    known = None if token else sign_in.signed_in(url)
    if known is None:
        raise Trouble("Which desk? Say --local, or sign in: `tweetserve desk login --url https://...`.")
    return known.url, known.name, known.token


def _address(url: str) -> str:
    """Take the address of the page for that of the desk: the stack's output names the page."""
    return url.rstrip("/").removesuffix("/desk")


@app.command()
def login(
    name: Annotated[str, typer.Option(help="Your e-mail address, if it is not to be asked for.")] = "",
    url: Annotated[str, typer.Option(envvar="TWEETSERVE_DESK_URL", help="Address of the desk.")] = "",
    stage: Stage = "",
) -> None:
    """Sign in with your password and second factor. It holds for a working day, on this machine."""
    if stage and not url:
        with place_of(stage=stage) as place:
            url = place.settings["desk_url"]
    try:
        if not url:
            raise Trouble("Which desk? Say its --url (TWEETSERVE_DESK_URL).", 2)
        known = sign_in.sign_in(_address(url), name or typer.prompt("E-mail"), _asked, typer.echo)
    except Trouble as trouble:
        typer.echo(str(trouble), err=True)
        raise typer.Exit(trouble.code) from None
    typer.echo(f"{known.name} is signed in at {known.url}.")


def _asked(what: str, hidden: bool) -> str:
    return str(typer.prompt(what, hide_input=hidden)).strip()


def at_desk(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options of `connected` to a command, and call it with the desk."""
    return app.command()(connected_by(connected, command))


Number = Annotated[str | None, typer.Option("--case", metavar="NUMBER", help="Another case of yours: 7KD-2MX.")]
Words = Annotated[str, typer.Argument(help="The text; - reads it from standard input.")]


@at_desk
def next(desk: Desk) -> None:  # noqa: A001 - the command's name
    """Take the next case: urgent ones first, then whoever answered you, then what is due first."""
    answer = desk.ask("next")
    if answer is None:
        raise Trouble("Nothing is waiting.", LINE_EMPTY)
    desk.taken(answer)


@at_desk
def claim(
    desk: Desk, number: Annotated[str, typer.Argument(metavar="NUMBER", help="A case that nobody has: 7KD-2MX.")]
) -> None:
    """Take a case that you see in a list, if nobody has it."""
    case = desk.case(number)
    fence = desk.get(f"cases/{case}", {})["case"]["fence"]
    desk.taken(desk.ask(f"cases/{case}/claim", fence=fence))


def print_list(
    desk: Desk,
    view: Annotated[View, typer.Argument(help="What waits, yours, whose turn the customer's is, or ended.")] = "line",
    team: Annotated[Team | None, typer.Option(help="Of one of your teams only.")] = None,
    find: Annotated[str, typer.Option(metavar="WHO", help="A case's number, a handle or an X id: recorded.")] = "",
    after: Annotated[str, typer.Option(metavar="PAGE", help="The next page of a long list.")] = "",
) -> None:
    """List cases in the order of taking."""
    asked = {"view": view, "team": team, "q": find, "cursor": after}
    answer = desk.get("cases", {name: value for name, value in asked.items() if value})
    rows = Table.grid(padding=(0, 2))
    for case in answer["cases"]:
        rows.add_row(*_row(case))
    more = [f"There are more: --after '{answer['cursor']}'"] if answer["cursor"] else []
    desk.tell(answer, rows if answer["cases"] else "There are none.", *more)


app.command("list")(connected_by(connected, print_list))


def _row(case: dict[str, Any]) -> Iterator[str | Text]:
    """A line of a list; the sign says whether somebody has opened the case since its customer wrote."""
    yield "●" if case["unseen"] else "○"
    yield case["number"]
    yield f"@{case['handle']}" if case["handle"] else case["customer"]
    yield case["team"]
    yield f"due {_when(case['due_at'])}"
    yield case["owner"] or ""
    yield Text(_harmless(case["first_words"]))


@at_desk
def show(
    desk: Desk,
    number: Annotated[str | None, typer.Argument(metavar="[NUMBER]", help="Another case: 7KD-2MX.")] = None,
    before: Annotated[str | None, typer.Option(metavar="PAGE", help="An older page of a long case.")] = None,
) -> None:
    """Read a case. One of yours becomes the one you work on."""
    desk.show(desk.case(number), before)


@at_desk
def renew(desk: Desk, case: Number = None) -> None:
    """Keep a case for 15 more minutes."""
    answer = desk.act(case, "renew")
    desk.tell(answer, f"{answer['case']['number']} is yours until {_when(answer['case']['lease_until'])}.")


@at_desk
def release(desk: Desk, case: Number = None) -> None:
    """Give a case back: it waits for the customer if they have been answered, else for a colleague."""
    answer = desk.act(case, "release")
    desk.memory.forget(answer["case"]["id"])
    where = {"NEW": "is back in the line", "WAITING_CUSTOMER": "waits for the customer"}
    state = answer["case"]["state"]
    desk.tell(answer, f"{answer['case']['number']} {where.get(state, 'is given back')}.")


@at_desk
def reply(desk: Desk, text: Words, case: Number = None) -> None:
    """Answer the customer by DM. It cannot be taken back."""
    answer = desk.act(case, "reply", reads=True, text=_text(text))
    desk.tell(answer, f"{answer['case']['number']}: {answer['reply']['words']}.")


@at_desk
def note(desk: Desk, text: Words, case: Number = None) -> None:
    """Keep a note in the case. The customer never sees it."""
    answer = desk.act(case, "note", text=_text(text))
    desk.tell(answer, f"{answer['case']['number']}: noted.")


@at_desk
def callback(
    desk: Desk,
    slot: Annotated[datetime, typer.Argument(formats=["%Y-%m-%dT%H:%M"], help="When it begins, by the clock here.")],
    case: Number = None,
) -> None:
    """Promise the customer a call. The case waits until then, and is yours again when it is time."""
    answer = desk.act(case, "callback", reads=True, slot=slot.astimezone().isoformat())
    desk.memory.forget(answer["case"]["id"])
    desk.tell(answer, f"{answer['case']['number']}: a call at {_when(answer['case']['call_at'])}, {_said(answer)}.")


@at_desk
def call_off(desk: Desk, case: Number = None) -> None:
    """Call off a promised call. The customer reads by when they are written to instead."""
    answer = desk.act(case, "call_off")
    desk.tell(answer, f"{answer['case']['number']}: no call, {_said(answer)}.")


@at_desk
def called(
    desk: Desk,
    reached: Annotated[bool, typer.Option("--reached/--missed", help="Whether you spoke to them.")],
    slot: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%dT%H:%M"], help="When you will try once more.")
    ] = None,
    case: Number = None,
) -> None:
    """Say that you have rung. Who was missed is told; after a second time it is their turn."""
    more: dict[str, Any] = {"slot": slot.astimezone().isoformat()} if slot else {}
    answer = desk.act(case, "called", reached=reached, **more)
    if answer["case"]["state"] != "CLAIMED":
        desk.memory.forget(answer["case"]["id"])
    desk.tell(answer, f"{answer['case']['number']}: {'spoke to them' if reached else 'they are told'}.")


@at_desk
def number(desk: Desk, case: Number = None) -> None:
    """Read the whole number at which the customer is rung. It is recorded that you have."""
    answer = desk.act(case, "number")
    desk.tell(answer, answer["number"])


@at_desk
def credit(
    desk: Desk,
    amount: Annotated[int, typer.Argument(help="In minor units: 500 is £5.")],
    reason: Annotated[str, typer.Argument(help="For the books; the customer never sees it.")],
    case: Number = None,
) -> None:
    """Give the customer goodwill credit, within your limits. It is booked once and cannot be taken back."""
    answer = desk.act(case, "credit", amount=amount, reason=reason)
    desk.tell(answer, f"{answer['case']['number']}: credit of {answer['words']}, {answer['credit']} in the books.")


@at_desk
def transfer(
    desk: Desk,
    team: Team,
    text: Annotated[str | None, typer.Argument(help="What they need to know; - reads it from standard input.")] = None,
    case: Number = None,
) -> None:
    """Give a case to another team, with a note. What the customer was told stands."""
    note: dict[str, Any] = {"text": _text(text)} if text else {}
    answer = desk.act(case, "transfer", team=team, **note)
    desk.memory.forget(answer["case"]["id"])
    desk.tell(answer, f"{answer['case']['number']} is with the {team} team.")


@at_desk
def ask(desk: Desk, team: Team, text: Words, case: Number = None) -> None:
    """Ask another team something. The case stays yours, and their answer comes as a note."""
    answer = desk.act(case, "ask", team=team, text=_text(text))
    desk.tell(answer, f"{answer['case']['number']}: the {team} team is asked.")


@at_desk
def asked(desk: Desk) -> None:
    """List the cases about which your teams are asked something. `show` has the question, `advise` answers it."""
    answer = desk.get("cases", {"view": "asked"})
    desk.tell(answer, *(f"{case['number']}  {case['team']}  due {_when(case['due_at'])}" for case in answer["cases"]))


@at_desk
def advise(
    desk: Desk, number: Annotated[str, typer.Argument(metavar="NUMBER", help="The case: 7KD-2MX.")], text: Words
) -> None:
    """Answer what your team is asked about a case of another one. The customer never sees it."""
    case = desk.case(number)
    fence = desk.get(f"cases/{case}", {})["case"]["fence"]
    answer = desk.ask(f"cases/{case}/advise", fence=fence, text=_text(text))
    desk.tell(answer, f"{answer['case']['number']}: noted for who has it.")


@at_desk
def park(
    desk: Desk,
    until: Annotated[
        datetime, typer.Argument(help="By when the customer hears from us: 2026-11-25T15:30, as your clock has it.")
    ],
    text: Annotated[str, typer.Argument(help="Who you wait for; - reads it from standard input.")],
    case: Number = None,
) -> None:
    """Let a case rest until a time, which the customer is told. It comes back to you before."""
    answer = desk.act(case, "park", reads=True, until=until.astimezone().isoformat(), text=_text(text))
    desk.memory.forget(answer["case"]["id"])
    desk.tell(answer, f"{answer['case']['number']} rests until {_when(answer['case']['parked_until'])}.")


@at_desk
def handover(
    desk: Desk,
    to: Annotated[str, typer.Argument(help="A team, line (each goes to its own), or a colleague, who is asked first.")],
    case: Annotated[list[str] | None, typer.Option(metavar="NUMBER", help="Only this one; may be repeated.")] = None,
    brief: Annotated[str, typer.Option(help="What who works on has to know, as a note in each --case.")] = "",
    of: Annotated[str, typer.Option(metavar="STAFF", help="Whose cases, if not yours: for supervisors.")] = "",
) -> None:
    """Hand on all that you have, or the cases that you name. What was promised stands."""
    if brief and not case:
        raise Trouble("Say which cases the brief is for: --case.", 2)
    asked: dict[str, Any] = {"cases": [desk.named(number, brief) for number in case]} if case else {}
    answer = desk.ask("handover", to=to, **asked, **({"of": of} if of else {}))
    left = {one["id"] for one in answer["left"]}
    for number in [desk.case(number) for number in case] if case else list(desk.memory.claims) if not of else []:
        if number not in left:
            desk.memory.forget(number)
    lines = [f"{one['number']} is not handed on. {one['why']}" for one in answer["left"]]
    desk.tell(answer, f"Handed on: {answer['handed']}. Left: {len(left)}.", *lines)


Checked = Annotated[str, typer.Option(help="How you made sure who it is: account details are shown again.")]
LockStays = Annotated[bool, typer.Option("--lock-stays", help="The check did not work: they stay off.")]


@at_desk
def urgent(
    desk: Desk, number: Annotated[str | None, typer.Argument(metavar="[NUMBER]", help="Any case.")] = None
) -> None:
    """Raise a case: it comes first, for everybody. It need not be yours."""
    case = desk.case(number)
    fence = desk.get(f"cases/{case}", {})["case"]["fence"]
    answer = desk.ask(f"cases/{case}/urgent", fence=fence)
    desk.tell(answer, f"{answer['case']['number']} is urgent.")


@at_desk
def not_urgent(
    desk: Desk, team: Team, text: Words, case: Number = None, checked: Checked = "", lock_stays: LockStays = False
) -> None:
    """Lower an urgent case into a team's line, saying why. One that locks account details asks how that was checked."""
    answer = desk.act(case, "not_urgent", team=team, text=_text(text), **_lock(checked, lock_stays))
    desk.tell(answer, f"{answer['case']['number']} is not urgent: it is for the {team} team.")


@at_desk
def resolve(
    desk: Desk, wrap_up: WrapUp, case: Number = None, checked: Checked = "", lock_stays: LockStays = False
) -> None:
    """End a case, saying how it ended. One that locks account details asks what they are to be now."""
    answer = desk.act(case, "resolve", reads=True, wrap_up=wrap_up, **_lock(checked, lock_stays))
    desk.memory.forget(answer["case"]["id"])
    desk.tell(answer, f"{answer['case']['number']} is resolved.")


@at_desk
def close(
    desk: Desk, wrap_up: WrapUp, text: Words, case: Number = None, checked: Checked = "", lock_stays: LockStays = False
) -> None:
    """Answer the customer and end the case, in one. It cannot be taken back."""
    answer = desk.act(case, "close", reads=True, wrap_up=wrap_up, text=_text(text), **_lock(checked, lock_stays))
    desk.memory.forget(answer["case"]["id"])
    desk.tell(answer, f"{answer['case']['number']}: {answer['reply']['words']}, and resolved.")


def _lock(checked: str, lock_stays: bool) -> dict[str, Any]:
    return {"checked": checked} if checked else {"lock_stays": True} if lock_stays else {}


def _said(answer: dict[str, Any]) -> str:
    return str(answer["reply"]["words"])


def _text(words: str) -> str:
    return sys.stdin.read().strip() if words == "-" else words


def _whole(answer: dict[str, Any]) -> Iterator[str | Text | Table]:
    case = answer["case"]
    handle = f"@{case['handle']}" if case["handle"] else case["customer"]
    yield Text(f"{case['number']}  {handle} · {case['team']} · {case['kind']} · due {_when(case['due_at'])}", "bold")
    if case["promised_at"] not in (None, case["due_at"]):
        yield f"The customer was told {_when(case['promised_at'])}"
    if case["call_at"]:
        yield Text(f"To be rung at {_when(case['call_at'])}", "bold")
    if case["lease_until"]:
        yield f"{case['owner']} has it until {_when(case['lease_until'])}"
    for step in answer["card"]:
        yield Text(f"! {step}", "bold red")
    if answer["older"]:
        number = case["number"]
        yield Text(f"More was said before: `tweetserve desk show {number} --before '{answer['older']}'`", "dim")
    said = Table.grid(padding=(0, 2))
    for entry in answer["entries"]:
        delivery = f"[{entry['delivery']['words']}]" if entry["delivery"] else ""
        words = Text(_harmless(entry["text"])).append(f"  {delivery}" if delivery else "", "dim")
        said.add_row(Text(entry["by"] or entry["who"], "bold"), Text(_when(entry["at"]), "dim"), words)
    yield said
    yield from _account(answer["account"])


def _account(account: dict[str, Any]) -> Iterator[str | Text | Table]:
    if not account["verified"]:
        yield Text("Not verified. Do not discuss the account.", "bold yellow")
        return
    figures = Table.grid(padding=(0, 2))
    for figure in account["figures"]:
        figures.add_row(Text(figure["name"], "dim"), Text(_harmless(figure["value"])))
    yield f"Account, verified, as of {_when(account['as_of'])}" if account["as_of"] else "Account, verified"
    yield figures


def _when(at: str) -> str:
    """Write a time as the clock on the wall here has it."""
    return f"{datetime.fromisoformat(at).astimezone():%a %H:%M}"


BIDI = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
"""Signs that turn the writing of what follows them, as Unicode classes them."""


def _harmless(text: str) -> str:
    """Show a text as one piece, whatever its writer sends: lines, turned writing, sequences that steer a terminal."""
    return "".join(" " if _steers(sign) else sign for sign in " ⏎ ".join(text.splitlines()))


def _steers(sign: str) -> bool:
    return unicodedata.category(sign) == "Cc" or unicodedata.bidirectional(sign) in BIDI
