"""The phone page in a real browser, against a stand-in that answers as each test scripts it."""

import asyncio
import re
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import uvicorn
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from tests.accessible import hindrances
from tests.places import ROOT

pytestmark = pytest.mark.browser

PHONE = ROOT / "local" / "phone"
LINKED, NEW, STOPPED = "2000000000000000002", "2000000000000000003", "2000000000000000004"
WIDTHS = {1280: 800, 768: 1024, 390: 844}
NOW = datetime(2026, 11, 24, 14, 15, tzinfo=UTC)
WHOLE = [
    {"id": LINKED, "handle": "linked_customer", "state": "linked", "note": "the usual case", "main": True},
    {"id": NEW, "handle": "new_customer", "state": "not linked", "note": "a stranger so far", "main": True},
    {"id": STOPPED, "handle": "stopped_customer", "state": "stopped", "note": "wants silence", "main": True},
]
NOTES = {
    "no_bill_yet": "joined this month, no bill so far",
    "unlimited_plan": "everything without limit",
    "used_up_stops": "no data left, paused until it renews",
    "two_lines": "two numbers on one account",
    "overdue_bill": "a bill five days late",
    "stolen_phone": "line marked lost: no figures",
}
SPECIAL = [
    {"id": f"2000000000000000{101 + n}", "handle": handle, "state": "linked", "note": note, "main": False}
    for n, (handle, note) in enumerate(NOTES.items())
]
HELP = {
    "charges": "your bill",
    "data": "what you have left",
    "text": "what you have left",
    "minutes": "what you have left",
    "ios": "phone help",
    "android": "phone help",
    "windows": "phone help",
    "offers": "what's on",
    "handsets": "what's on",
    "status": "a question you asked us",
    "human": "a person",
    "urgent": "phone stolen, or someone unsafe",
    "link": "connect your account",
    "delete": "remove your account",
    "stop": "no more automatic replies",
}
ANSWERS = {
    "#data": "Hi @linked_customer, you have 12.4 GB of your 30 GB of data left (as of 14:03). "
    "It renews on Fri 4 Dec: about 1.2 GB a day until then. #text and #minutes show the rest.",
    "#data #minutes": "Hi @linked_customer, here you are:\nData: 12.4 GB of 30 GB left\n"
    "Minutes: 160 of 500 left\nAs of 14:03; both renew on Fri 4 Dec.",
}

COUNTS = ("asked", "answered", "with_people", "waiting", "lost", "twice", "silent")
FAULTS = {
    "deliver twice": "Every event comes twice.",
    "hang after sending": "X sends the DM and never answers.",
    "restrict our account": "403: our account may not send.",
}


def step(text: str, ms: int | None, ok: bool | None = True, case: str | None = None) -> dict[str, Any]:
    return {"text": text, "at": None, "ms": ms, "ok": ok, "case": case}


@dataclass
class StandIn:
    """The local run as the page sees it. Tests change it while it serves."""

    state: dict[str, Any] = field(
        default_factory=lambda: {
            "ready": True,
            "starting": [{"name": name, "done": True} for name in ("database", "queues", "webhook")],
            "engine": "up",
            "brand": {
                "id": "1000000000000000001",
                "handle": "ExampleCare",
                "name": "ExampleCare",
                "timezone": "Europe/London",
            },
            "commands": [{"tag": tag, "help": line} for tag, line in HELP.items()],
            "customers": [dict(customer) for customer in WHOLE + SPECIAL],
        }
    )
    dms: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    sms: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    statuses: list[int] = field(default_factory=list)
    """What the webhook answers next, one by one; then 200."""
    posted: list[dict[str, Any]] = field(default_factory=list)
    streams: bool = True
    open: threading.Event = field(default_factory=threading.Event)
    """Cleared = a POST of a DM gets no answer for now."""
    stories: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    """What happened, by DM; without an entry nothing has come of it yet."""
    counter: dict[str, int] = field(default_factory=lambda: dict.fromkeys(COUNTS, 0))
    switches: dict[str, bool] = field(default_factory=lambda: dict.fromkeys(FAULTS, False))
    ahead: float = 0
    kills: int = 0
    notices: list[dict[str, Any]] = field(default_factory=list)
    closing: bool = False
    changes: int = 0
    url: str = ""

    def __post_init__(self) -> None:
        self.open.set()

    def says(self, user: str, text: str, *, by: str = "brand", status: int | None = None) -> dict[str, Any]:
        """Put a DM into a chat, a minute after the one before."""
        chat = self.dms.setdefault(user, [])
        at = (NOW + timedelta(minutes=len(chat))).isoformat()
        dm = {"id": str(3000 + self.changes), "from": by, "text": text, "at": at, "state": "sent", "status": status}
        chat.append(dm)
        self.changes += 1
        return dm

    def texts(self, user: str, text: str) -> None:
        at = (NOW + timedelta(hours=1)).isoformat()
        self.sms.setdefault(user, []).append({"number": "+447700900123", "text": text, "at": at})
        self.changes += 1

    def take(self, body: dict[str, Any]) -> dict[str, Any]:
        """Deliver a DM, or the one with its id again, as the simulator does."""
        self.posted.append(body)
        status = self.statuses.pop(0) if self.statuses else 200
        user, text = body["user_id"], body["text"]
        again = (dm for dm in self.dms.get(user, []) if dm["id"] == body.get("id"))
        dm = next(again, None) or self.says(user, text, by="customer")
        dm["status"] = status
        stopped = any(one["id"] == user and one["state"] == "stopped" for one in self.state["customers"])
        if status == 200 and text in ANSWERS and not stopped:
            self.says(user, ANSWERS[text])
        return {"id": dm["id"], "status": status}

    def story(self, dm: str) -> dict[str, Any]:
        steps = self.stories.get(dm)
        nothing = [step("Nothing of it has reached the service.", None, None)]
        done = steps is not None and all(one["ok"] is not None for one in steps)
        return {"dm": dm, "customer": LINKED, "asked_at": None, "steps": steps or nothing, "done": done}

    def faults(self) -> dict[str, Any]:
        switches = [
            {"name": name, "on": on, "main": name != "restrict our account", "explained": FAULTS[name]}
            for name, on in self.switches.items()
        ]
        return {"switches": switches, "random": None, "script": 0}

    def app(self) -> Starlette:
        async def state(_: Request) -> Response:
            return JSONResponse(self.state)

        async def post(request: Request) -> Response:
            body = await request.json()
            await asyncio.to_thread(self.open.wait, 30)
            return JSONResponse(self.take(body))

        async def dms(request: Request) -> Response:
            return JSONResponse(self.dms.get(request.query_params["user_id"], []))

        async def sms(request: Request) -> Response:
            return JSONResponse(self.sms.get(request.query_params["user_id"], []))

        async def events(_: Request) -> Response:
            return StreamingResponse(self.events(), 200 if self.streams else 503, media_type="text/event-stream")

        async def clock(request: Request) -> Response:
            if request.method == "PUT":
                self.ahead = (await request.json())["ahead_seconds"]
            return JSONResponse({"ahead_seconds": self.ahead, "now": NOW.isoformat()})

        async def counter(_: Request) -> Response:
            return JSONResponse(self.counter)

        async def what_happened(request: Request) -> Response:
            return JSONResponse(self.story(request.query_params["dm"]))

        async def kill(_: Request) -> Response:
            self.kills += 1
            return JSONResponse({"function": "commands", "killed": 4711})

        async def notices(request: Request) -> Response:
            body = await request.json() if request.method == "POST" else {}
            if "id" in body:
                self.notices[0] |= {"says": body["says"], "on": False, "waits": [], "told": ["linked_customer"]}
            elif body and not body["areas"]:
                return JSONResponse({"message": "Say whom it touches."}, 400)
            elif body:
                who = {"knows": ["linked_customer", "new_customer"], "waits": ["linked_customer"], "told": []}
                self.notices = [{"id": "leeds", "says": body["says"], "on": True, **who}]
            return JSONResponse({"notices": self.notices})

        async def faults(request: Request) -> Response:
            if request.method == "PUT":
                self.switches |= (await request.json())["switches"]
            if request.method == "DELETE":
                self.switches = dict.fromkeys(FAULTS, False)
            return JSONResponse(self.faults())

        async def static(request: Request) -> Response:
            return FileResponse(PHONE / (request.path_params.get("name") or "index.html"))

        return Starlette(
            routes=[
                Route("/local/state", state),
                Route("/sim/dms", post, methods=["POST"]),
                Route("/sim/dms", dms),
                Route("/sim/sms", sms),
                Route("/sim/events", events),
                Route("/sim/faults", faults, methods=["GET", "PUT", "DELETE"]),
                Route("/local/clock", clock, methods=["GET", "PUT"]),
                Route("/local/counter", counter),
                Route("/local/what-happened", what_happened),
                Route("/local/kill", kill, methods=["POST"]),
                Route("/local/notices", notices, methods=["GET", "POST"]),
                Route("/local/notices/end", notices, methods=["POST"]),
                Route("/", static),
                Route("/{name:str}", static),
            ]
        )

    async def events(self) -> AsyncIterator[str]:
        seen = -1
        while self.streams and not self.closing:
            if seen != self.changes:
                seen = self.changes
                yield "data: changed\n\n"
            await asyncio.sleep(0.02)


@contextmanager
def serving(stand_in: StandIn) -> Iterator[StandIn]:
    server = uvicorn.Server(uvicorn.Config(stand_in.app(), port=0, log_level="error", timeout_graceful_shutdown=1))
    sockets = [server.config.bind_socket()]
    stand_in.url = "http://{}:{}".format(*sockets[0].getsockname())
    thread = threading.Thread(target=server.run, kwargs={"sockets": sockets})
    thread.start()
    try:
        yield stand_in
    finally:
        stand_in.closing = True
        stand_in.open.set()
        server.should_exit = True
        thread.join()


@pytest.fixture
def local() -> Iterator[StandIn]:
    with serving(StandIn()) as stand_in:
        yield stand_in


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport={"width": 1280, "height": 800}, timezone_id="Asia/Tokyo")
    context.set_default_timeout(10_000)
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext, local: StandIn) -> Page:
    """An open page, without a word on its console."""
    page = context.new_page()
    page.on("pageerror", lambda error: pytest.fail(f"the page's script broke: {error}"))
    page.goto(local.url)
    expect(chips(page).first).to_be_visible()
    return page


def box(page: Page) -> Locator:
    return page.get_by_role("textbox", name="Message")


def chips(page: Page) -> Locator:
    return page.get_by_role("toolbar", name="Hashtags").get_by_role("button")


def own(page: Page) -> Locator:
    return page.locator(".dm.own")


def answers(page: Page) -> Locator:
    return page.locator(".dm.answer")


def person(page: Page, handle: str) -> Locator:
    return page.get_by_role("region", name="Customers").get_by_role("button", name=f"@{handle}")


def scroll(log: Locator, top: int) -> None:
    """Scroll, and again if the page got another size meanwhile: it then stays at the end, where it was."""
    log.evaluate(
        """async (log, top) => {
             const drawn = () => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
             do {
               await drawn();
               log.scrollTop = top;
               await drawn();
             } while (log.scrollTop !== top);
           }""",
        top,
    )


# ---- sending and reading ----


def test_a_question_is_asked_and_answered_with_the_keyboard_alone(page: Page) -> None:
    page.keyboard.press("/")
    page.keyboard.type("#data")
    page.keyboard.press("Enter")

    expect(own(page).locator(".words")).to_have_text("#data")
    expect(own(page)).to_contain_text("✓ taken by the service")
    expect(answers(page).locator(".words")).to_have_text(ANSWERS["#data"])
    expect(box(page)).to_be_focused()
    expect(box(page)).to_have_value("")


def test_shift_enter_makes_a_line_and_the_line_arrives(page: Page, local: StandIn) -> None:
    box(page).press_sequentially("first")
    box(page).press("Shift+Enter")
    box(page).press_sequentially("second")
    box(page).press("Enter")

    expect(own(page)).to_contain_text("✓")
    assert [dm["text"] for dm in local.posted] == ["first\nsecond"]


def test_an_answer_keeps_its_lines(page: Page) -> None:
    box(page).fill("#data #minutes")
    box(page).press("Enter")

    expect(answers(page).locator(".words")).to_have_css("white-space", "pre-wrap")
    assert answers(page).locator(".words").text_content() == ANSWERS["#data #minutes"]


def test_times_are_the_brands_wherever_the_browser_is(page: Page, local: StandIn) -> None:
    local.says(LINKED, "Good morning.")

    expect(answers(page).locator("time")).to_have_text("14:15")
    expect(page.locator(".day")).to_have_text("Tue 24 Nov")


def test_a_brand_elsewhere_reads_its_own_time(page: Page, local: StandIn) -> None:
    local.state["brand"]["timezone"] = "America/New_York"
    local.says(LINKED, "Good morning.")

    page.reload()

    expect(answers(page).locator("time")).to_have_text("09:15")


def test_nothing_is_sent_for_an_empty_box(page: Page, local: StandIn) -> None:
    box(page).fill("  \n ")
    box(page).press("Enter")
    chips(page).first.click()
    expect(own(page)).to_contain_text("✓")

    assert [dm["text"] for dm in local.posted] == ["#charges"]


def test_fast_presses_arrive_once_each_in_their_order(page: Page, local: StandIn) -> None:
    for chip in chips(page).all()[:8]:
        chip.click()

    expect(own(page).filter(has_text="taken by the service")).to_have_count(8)
    assert [dm["text"] for dm in local.posted] == [f"#{tag}" for tag in list(HELP)[:8]]


def test_the_chips_are_the_registry_in_the_order_of_the_menu(page: Page, local: StandIn) -> None:
    expect(chips(page)).to_have_text([f"#{tag}{line}" for tag, line in HELP.items()])
    assert [chip.get_attribute("title") for chip in chips(page).all()] == list(HELP.values())


def test_a_hashtag_added_to_the_registry_is_on_the_phone(context: BrowserContext, local: StandIn) -> None:
    local.state["commands"].append({"tag": "roaming", "help": "what it costs abroad"})
    page = context.new_page()

    page.goto(local.url)

    expect(page.get_by_role("button", name="#roaming")).to_have_attribute("title", "what it costs abroad")


def test_a_hashtag_in_an_answer_puts_itself_in_the_box(page: Page, local: StandIn) -> None:
    local.says(LINKED, "Try #text or ＃ｄａｔａ, a/b#c and 1#2 are none. Ask @stopped_customer.")
    expect(answers(page).get_by_role("button")).to_have_text(["#text", "＃ｄａｔａ"])

    answers(page).get_by_role("button", name="#text").click()

    expect(box(page)).to_be_focused()
    expect(box(page)).to_have_value("#text ")
    expect(answers(page).locator(".handle")).to_have_text("@stopped_customer")
    assert local.posted == []


def test_a_script_in_a_dm_stays_text(page: Page, local: StandIn) -> None:
    nasty = "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script> #<b>data</b>"
    box(page).fill(nasty)
    box(page).press("Enter")
    local.says(LINKED, nasty)
    local.texts(LINKED, nasty)
    expect(answers(page)).to_have_count(1)
    expect(page.locator("#sms-list .words")).to_have_text(nasty)

    assert [words.text_content() for words in page.locator(".dm .words").all()] == [nasty, nasty]
    assert page.locator(".dm img, .dm script, .dm b, .sms img").count() == 0
    assert page.title() == "Phone · Tweetserve"


def test_right_to_left_words_do_not_turn_their_neighbours_round(page: Page, local: StandIn) -> None:
    local.says(LINKED, "שלום #data")
    local.says(LINKED, "\u202ehidden")

    expect(answers(page).locator(".words").first).to_have_css("direction", "rtl")
    expect(answers(page).locator(".words").first).to_have_css("unicode-bidi", "plaintext")
    expect(answers(page).locator(".at").first).to_have_css("direction", "ltr")


def test_an_empty_chat_suggests_three_things_to_say(page: Page, local: StandIn) -> None:
    suggestions = page.locator("#suggestions").get_by_role("button")
    expect(page.get_by_text("Say hello to the bot. Try:")).to_be_visible()
    expect(suggestions).to_have_text(["#data", "#charges", "“my bill is wrong and I am furious”"])

    expect(page.get_by_role("log")).to_contain_text("@linked_customer: the usual case")

    suggestions.last.click()

    expect(own(page).locator(".words")).to_have_text("my bill is wrong and I am furious")
    expect(page.get_by_text("Say hello")).to_be_hidden()
    expect(box(page)).to_be_focused()


# ---- customers ----


def test_the_three_people_stand_with_their_state_in_a_word(page: Page) -> None:
    expect(page.locator("#main-people button")).to_have_text(
        ["@linked_customerlinked", "@new_customernot linked", "@stopped_customerstopped"]
    )
    expect(person(page, "linked_customer")).to_have_attribute("aria-current", "true")


def test_the_edge_cases_are_folded_away_with_half_a_line_each(page: Page) -> None:
    expect(person(page, "two_lines")).to_be_hidden()

    page.get_by_text(f"{len(SPECIAL)} more").click()

    expect(person(page, "two_lines")).to_contain_text("two numbers on one account")


def test_a_chosen_edge_case_is_named_where_the_others_are_folded(page: Page) -> None:
    page.set_viewport_size({"width": 768, "height": 1024})
    page.get_by_text(f"{len(SPECIAL)} more").click()

    person(page, "two_lines").click()

    expect(page.locator("#more-title")).to_have_text(
        f"@two_lines, {len(SPECIAL) - 1} more, each with one thing special"
    )
    expect(person(page, "no_bill_yet")).to_be_hidden()


def test_each_customer_has_a_chat_and_a_draft_of_their_own(page: Page, local: StandIn) -> None:
    local.says(STOPPED, "Done, @stopped_customer: no more automatic replies.")
    box(page).fill("half a thou")

    page.keyboard.press("Alt+3")

    expect(answers(page).locator(".words")).to_contain_text("Done, @stopped_customer")
    expect(page.get_by_role("log")).to_have_attribute("aria-label", "Chat of @stopped_customer with @ExampleCare")
    expect(box(page)).to_have_value("")

    page.keyboard.press("Alt+1")

    expect(box(page)).to_have_value("half a thou")
    expect(answers(page)).to_have_count(0)


def test_a_state_that_changes_is_seen_without_a_reload(page: Page, local: StandIn) -> None:
    local.state["customers"][1]["state"] = "linked"
    local.changes += 1

    expect(person(page, "new_customer")).to_contain_text("linked")
    expect(person(page, "new_customer")).not_to_contain_text("not linked")


def test_silence_after_a_stop_is_explained(page: Page, local: StandIn) -> None:
    page.clock.install()
    person(page, "stopped_customer").click()
    box(page).fill("#data")
    box(page).press("Enter")
    expect(own(page)).to_contain_text("✓")

    page.clock.run_for(3_000)

    expect(own(page).locator(".note")).to_have_text(
        "No answer: this customer has sent #stop. Send #start to switch it back on."
    )


# ---- text messages ----


def test_a_code_is_used_with_one_press(page: Page, local: StandIn) -> None:
    person(page, "new_customer").click()
    local.texts(NEW, "ExampleCare: 482913 is your code to link your X account.")
    sms = page.get_by_role("region", name="Their text messages")
    expect(sms).to_contain_text("new")
    box(page).fill("a draft")

    sms.get_by_role("button", name="use this code").click()

    expect(own(page).locator(".words")).to_have_text("482913")
    expect(box(page)).to_have_value("a draft")
    expect(box(page)).to_be_focused()


def test_an_older_code_cannot_be_used(page: Page, local: StandIn) -> None:
    local.texts(LINKED, "ExampleCare: 111111 is your code.")
    local.texts(LINKED, "ExampleCare: 222222 is your code.")

    expect(page.locator("#sms-list li")).to_have_count(2)
    expect(page.get_by_role("button", name="use this code")).to_have_count(1)
    expect(page.locator("#sms-list li").first).to_contain_text("222222")


# ---- states ----


def test_while_starting_the_box_takes_typing_and_sends_when_ready(context: BrowserContext, local: StandIn) -> None:
    local.state["ready"] = False
    local.state["starting"][2]["done"] = False
    page = context.new_page()
    page.goto(local.url)
    expect(page.get_by_role("status").first).to_have_text("Starting: database ✓ queues ✓ webhook …")
    expect(chips(page).first).to_be_disabled()

    box(page).fill("#data")
    box(page).press("Enter")
    expect(own(page)).to_contain_text("Sends when the service is ready.")
    assert local.posted == []
    local.state["ready"] = True

    expect(answers(page)).to_have_count(1)
    expect(page.get_by_role("status").first).to_be_empty()
    expect(chips(page).first).to_be_enabled()


def test_what_is_sent_before_anybody_is_known_is_the_first_customers(context: BrowserContext, local: StandIn) -> None:
    known = local.state
    local.state = {"ready": False, "starting": [], "engine": "up", "brand": None, "commands": [], "customers": []}
    page = context.new_page()
    page.goto(local.url)
    box(page).fill("#data")
    box(page).press("Enter")
    box(page).fill("a draft")
    expect(own(page)).to_contain_text("Sends when the service is ready.")

    local.state = known

    expect(answers(page)).to_have_count(1)
    expect(own(page)).to_have_count(1)
    expect(box(page)).to_have_value("a draft")
    assert local.posted == [{"user_id": LINKED, "text": "#data"}]


def test_a_dm_on_its_way_shows_three_dots(page: Page, local: StandIn) -> None:
    local.open.clear()

    box(page).fill("#data")
    box(page).press("Enter")

    expect(own(page).locator(".at")).to_contain_text("… sending")
    local.open.set()
    expect(own(page).locator(".at")).to_contain_text("✓")
    expect(own(page)).to_have_count(1)


def test_a_dm_that_was_not_taken_is_delivered_again_as_the_same_dm(page: Page, local: StandIn) -> None:
    page.clock.install()
    local.statuses = [503]
    box(page).fill("#data")
    box(page).press("Enter")
    expect(own(page).locator(".note")).to_have_text(
        "The service did not take it (503). X would try again, and so does this page: in 3 s."
    )
    expect(own(page).locator(".at")).to_contain_text("✗")

    page.clock.run_for(3_000)

    expect(own(page)).to_contain_text("✓")
    expect(own(page).locator(".note")).to_have_count(0)
    expect(own(page)).to_have_count(1)
    assert [dm.get("id") for dm in local.posted] == [None, "3000"]


def test_a_dm_that_was_not_taken_is_delivered_again_after_a_reload(page: Page, local: StandIn) -> None:
    local.statuses = [503, 503]
    box(page).fill("#data")
    box(page).press("Enter")
    expect(own(page).locator(".note")).to_contain_text("(503)")

    page.reload()

    expect(own(page)).to_contain_text("✓")
    expect(own(page)).to_have_count(1)
    assert {dm.get("id") for dm in local.posted[1:]} == {"3000"}


def test_a_dm_that_somebody_else_delivered_is_not_sent_again(page: Page, local: StandIn) -> None:
    page.clock.install()
    local.statuses = [503]
    box(page).fill("#data")
    box(page).press("Enter")
    expect(own(page).locator(".note")).to_contain_text("(503)")

    local.dms[LINKED][0]["status"] = 200
    local.changes += 1
    expect(own(page)).to_contain_text("✓")
    page.clock.run_for(3_000)
    box(page).fill("next")
    box(page).press("Enter")
    expect(own(page).last).to_contain_text("✓")

    assert [dm["text"] for dm in local.posted] == ["#data", "next"]


def test_a_service_that_cannot_be_reached_is_said_in_words(page: Page, local: StandIn) -> None:
    page.clock.install()
    local.statuses = [0]

    box(page).fill("#data")
    box(page).press("Enter")

    expect(own(page).locator(".note")).to_contain_text("The service did not take it (no answer).")


def test_a_slow_service_is_said_after_five_seconds(page: Page, local: StandIn) -> None:
    page.clock.install()
    local.open.clear()
    box(page).fill("#data")
    box(page).press("Enter")
    expect(own(page).locator(".at")).to_contain_text("… sending")

    page.clock.run_for(5_000)

    expect(own(page).locator(".note")).to_contain_text("has not answered yet")
    local.open.set()
    expect(own(page).locator(".note")).to_have_count(0)
    assert len(local.posted) == 1


def test_a_refused_signature_names_the_setting_and_waits_for_a_person(page: Page, local: StandIn) -> None:
    local.statuses = [401]
    box(page).fill("#data")
    box(page).press("Enter")
    expect(own(page).locator(".note")).to_contain_text(
        "The service refused the signature: X_CONSUMER_SECRET differs between this page and the service."
    )

    own(page).get_by_role("button", name="Send again").click()

    expect(own(page)).to_contain_text("✓")
    assert [dm.get("id") for dm in local.posted] == [None, "3000"]


def test_a_database_that_stopped_is_said_in_one_bar(page: Page, local: StandIn) -> None:
    local.state["engine"] = "gone"
    local.changes += 1

    expect(page.get_by_role("status").first).to_have_text(
        "The local database has stopped. Press Ctrl-C in the terminal and start again; nothing you saw is lost."
    )


def test_a_run_that_stopped_is_said_and_the_draft_is_kept(page: Page, local: StandIn) -> None:
    box(page).fill("still here")

    page.route("**/local/state", lambda route: route.abort())
    local.changes += 1
    expect(page.get_by_role("status").first).to_contain_text("The local run has stopped.")
    page.unroute("**/local/state")

    expect(page.get_by_role("status").first).to_be_empty()
    expect(box(page)).to_have_value("still here")


def test_without_the_event_stream_the_page_asks_by_itself(context: BrowserContext, local: StandIn) -> None:
    local.streams = False
    page = context.new_page()
    page.goto(local.url)
    expect(chips(page).first).to_be_enabled()

    local.says(LINKED, "You did not ask for this.")

    expect(answers(page)).to_have_count(1)


def test_two_open_pages_both_live_and_keep_their_own_drafts(
    page: Page, context: BrowserContext, local: StandIn
) -> None:
    other = context.new_page()
    other.goto(local.url)
    box(other).fill("the other's draft")

    box(page).fill("#data")
    box(page).press("Enter")

    expect(answers(other)).to_have_count(1)
    expect(own(other)).to_contain_text("✓")
    expect(box(other)).to_have_value("the other's draft")
    assert len(local.posted) == 1


def test_a_reload_keeps_person_place_and_draft(page: Page, local: StandIn) -> None:
    for number in range(30):
        local.says(NEW, f"Message {number}\nwith a second line")
    person(page, "new_customer").click()
    expect(answers(page)).to_have_count(30)
    log = page.get_by_role("log")
    box(page).fill("half a thou")
    scroll(log, 200)

    page.reload()

    expect(answers(page)).to_have_count(30)
    expect(person(page, "new_customer")).to_have_attribute("aria-current", "true")
    expect(box(page)).to_have_value("half a thou")
    expect(log).to_have_js_property("scrollTop", 200)


def test_an_answer_below_the_fold_is_announced_not_forced(page: Page, local: StandIn) -> None:
    for number in range(30):
        local.says(LINKED, f"Message {number}")
    expect(answers(page)).to_have_count(30)
    expect(answers(page).last).to_be_in_viewport()
    scroll(page.get_by_role("log"), 0)

    local.says(LINKED, "The newest")
    page.get_by_role("button", name="New answer").click()

    expect(answers(page).last).to_be_in_viewport()


# ---- keyboard and access ----


def test_up_in_an_empty_box_brings_the_last_message_back(page: Page) -> None:
    box(page).fill("#data #minutes")
    box(page).press("Enter")
    expect(answers(page)).to_have_count(1)

    box(page).press("ArrowUp")

    expect(box(page)).to_have_value("#data #minutes")


def test_the_chips_are_one_stop_with_arrows_inside(page: Page, local: StandIn) -> None:
    chips(page).first.focus()
    for key in ("ArrowRight", "ArrowRight", "End", "ArrowRight", "ArrowLeft", "Home", "ArrowRight"):
        page.keyboard.press(key)
    expect(chips(page).nth(1)).to_be_focused()
    assert page.locator("#chips button[tabindex='0']").count() == 1
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('#chips')") is None
    page.keyboard.press("Shift+Tab")
    expect(chips(page).nth(1)).to_be_focused()

    page.keyboard.press("Enter")

    expect(own(page).locator(".words")).to_have_text("#data")


def test_alt_and_arrows_walk_through_the_dms(page: Page, local: StandIn) -> None:
    for text in ("one", "two", "three"):
        local.says(LINKED, text)
    expect(answers(page)).to_have_count(3)
    box(page).focus()

    page.keyboard.press("Alt+ArrowUp")
    page.keyboard.press("Alt+ArrowUp")
    expect(answers(page).nth(1)).to_be_focused()
    page.keyboard.press("Alt+ArrowDown")
    page.keyboard.press("Alt+ArrowDown")

    expect(box(page)).to_be_focused()


def test_a_question_mark_lists_the_keys_and_escape_closes_them(page: Page) -> None:
    box(page).fill("really")
    box(page).press("?")
    expect(page.get_by_role("dialog")).to_be_hidden()
    page.get_by_role("log").focus()

    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    page.keyboard.press("Escape")

    expect(page.get_by_role("dialog")).to_be_hidden()


def test_all_hashtags_open_with_their_help_and_close_with_escape(page: Page) -> None:
    page.get_by_role("button", name="All", exact=True).click()
    expect(chips(page).last.get_by_text("no more automatic replies")).to_be_visible()

    page.keyboard.press("Escape")

    expect(page.get_by_text("no more automatic replies")).to_be_hidden()


def test_on_a_phone_the_customers_are_behind_the_button_in_the_header(page: Page, local: StandIn) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    local.texts(NEW, "ExampleCare: 482913 is your code.")
    switch = page.get_by_role("button", name="@linked_customer linked")
    expect(person(page, "new_customer")).to_be_hidden()

    switch.click()
    person(page, "new_customer").click()

    expect(person(page, "new_customer")).to_be_hidden()
    expect(page.get_by_role("button", name="@new_customer not linked")).to_be_focused()
    expect(page.get_by_role("button", name="use this code")).to_be_visible()


def test_the_chat_is_a_polite_log(page: Page) -> None:
    expect(page.get_by_role("log", name="Chat of @linked_customer with @ExampleCare")).to_have_attribute(
        "aria-live", "polite"
    )


def test_everything_that_can_be_pressed_has_a_name_and_all_that_has_an_id_has_its_own(
    page: Page, local: StandIn
) -> None:
    crowd(local)
    expect(answers(page).first).to_be_visible()

    nameless = page.evaluate(
        """[...document.querySelectorAll('button, a, textarea, [role=toolbar], [role=log], section, dialog')]
           .filter(one => !one.textContent.trim() && !one.ariaLabel && !one.labels?.length)
           .map(one => one.outerHTML)"""
    )
    doubled = page.evaluate(
        """(ids => ids.filter((id, n) => ids.indexOf(id) !== n))
           ([...document.querySelectorAll('[id]')].map(one => one.id))"""
    )
    dangling = page.evaluate(
        """['aria-labelledby', 'aria-controls', 'for'].flatMap(name => [...document.querySelectorAll(`[${name}]`)]
           .map(one => one.getAttribute(name)).filter(id => !document.getElementById(id)))"""
    )

    assert (nameless, doubled, dangling) == ([], [], [])
    assert page.locator("html").get_attribute("lang") == "en-GB"
    assert page.locator("h1").count() == 1


CONTRAST = """() => {
  const channels = colour => (colour.match(/[\\d.]+/g) ?? []).map(Number);
  const ground = node => {
    for (let one = node; one; one = one.parentElement) {
      const [r, g, b, a = 1] = channels(getComputedStyle(one).backgroundColor);
      if (a > 0) return [r, g, b];
    }
    return [255, 255, 255];
  };
  const luminance = rgb => {
    const [r, g, b] = rgb.map(c => c / 255).map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ratio = (one, other) => {
    const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b);
    return (high + 0.05) / (low + 0.05);
  };
  const speaking = node => [...node.childNodes].some(child => child.nodeType === 3 && child.data.trim());
  const seen = node => node.checkVisibility() && !node.closest('.heard, .skip, :disabled');
  return [...document.querySelectorAll('body *')].filter(node => speaking(node) && seen(node)).map(node => ({
    text: node.textContent.trim().slice(0, 30),
    ratio: ratio(channels(getComputedStyle(node).color).slice(0, 3), ground(node)),
  })).filter(found => found.ratio < 4.5);
}"""


def crowd(local: StandIn) -> None:
    """Fill the page with one of everything."""
    local.says(LINKED, "#data", by="customer", status=200)
    local.says(LINKED, ANSWERS["#data"])
    local.says(LINKED, "what did @ExampleCare say?", by="customer", status=503)
    local.says(LINKED, "again", by="customer", status=401)
    local.texts(LINKED, "ExampleCare: 482913 is your code to link your X account. Valid 10 minutes.")


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_all_text_meets_aa_contrast(page: Page, local: StandIn, scheme: Any, width: int) -> None:
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": WIDTHS[width]})
    crowd(local)
    local.state["engine"] = "gone"
    local.changes += 1
    expect(own(page).locator(".note")).to_have_count(2)
    page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true; keys.showModal()")

    too_faint = page.evaluate(CONTRAST)

    assert too_faint == []
    dark = page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
    assert dark == (scheme == "dark")


# 640 is 1280 at 200 %; 320 is the narrowest that the guideline asks for.
@pytest.mark.parametrize("width", [*WIDTHS, 640, 320])
def test_nothing_scrolls_sideways(page: Page, local: StandIn, width: int) -> None:
    crowd(local)
    local.says(LINKED, "a" * 400)
    local.says(LINKED, "#" + "b" * 200, by="customer", status=200)
    expect(own(page)).to_have_count(4)

    page.set_viewport_size({"width": width, "height": 400 if width == 640 else 800})

    assert page.evaluate("document.documentElement.scrollWidth") <= width
    log = page.get_by_role("log")
    assert log.evaluate("log => log.scrollWidth <= log.clientWidth")
    assert page.locator(".sms").evaluate("sms => sms.scrollWidth <= sms.clientWidth")


@pytest.mark.parametrize("width", WIDTHS)
def test_targets_are_at_least_24_pixels(page: Page, local: StandIn, width: int) -> None:
    page.set_viewport_size({"width": width, "height": WIDTHS[width]})
    crowd(local)
    expect(own(page)).to_have_count(3)

    # A hashtag inside a sentence is as high as its line, which the guideline allows.
    small = page.evaluate(
        """[...document.querySelectorAll('button:not(.dm .words *), summary, textarea, a:not(.how a, .skip)')]
           .filter(one => one.checkVisibility()).map(one => [one.textContent, one.getBoundingClientRect()])
           .filter(([, size]) => size.width < 24 || size.height < 24).map(([text]) => text)"""
    )

    assert small == []


def test_nothing_moves_for_those_who_asked_for_less_motion(page: Page, local: StandIn) -> None:
    page.emulate_media(reduced_motion="reduce")

    local.says(LINKED, "calm")

    expect(answers(page)).to_have_css("animation-name", "none")


def test_the_page_loads_nothing_from_elsewhere(context: BrowserContext, local: StandIn) -> None:
    asked: list[str] = []
    page = context.new_page()
    page.on("request", lambda request: asked.append(request.url))

    page.goto(local.url)
    expect(chips(page).first).to_be_enabled()

    assert [url for url in asked if not url.startswith((local.url, "data:"))] == []


# ---- what happened ----


def steps(page: Page) -> Locator:
    return page.locator("#steps li")


def test_what_happened_to_the_newest_dm_is_told_step_by_step(page: Page, local: StandIn) -> None:
    dm = local.says(LINKED, "#data", by="customer", status=200)

    local.stories[dm["id"]] = [step("signature checked", None), step("sent", 63)]

    told = page.get_by_role("region", name="What happened")
    expect(told).to_contain_text("#data, 14:15:00")
    expect(steps(page)).to_have_text(["✓done: signature checked", "✓done: sent63 ms"])
    expect(told.locator("#explain")).to_contain_text(f"tweetserve explain {dm['id']} --local --port")
    expect(page.get_by_role("region", name="How it works")).to_be_hidden()


def test_what_happens_appears_as_it_happens(page: Page, local: StandIn) -> None:
    dm = local.says(LINKED, "#data", by="customer", status=200)
    local.stories[dm["id"]] = [step("Waits for its turn.", None, None)]
    expect(steps(page)).to_have_text(["…under way: Waits for its turn."])

    local.stories[dm["id"]] = [step("X did not say", 10_000, ok=False), step("sent: X reported it back", 12_000)]

    expect(steps(page)).to_have_text(["✗went wrong: X did not say10 s", "✓done: sent: X reported it back12 s"])


def test_a_case_leads_to_the_desk(page: Page, local: StandIn) -> None:
    dm = local.says(LINKED, "help me", by="customer", status=200)
    local.stories[dm["id"]] = [step("With our billing team as case 7KD-2MX.", 20, case="7KD-2MX")]

    link = steps(page).get_by_role("link", name="See it at the desk")

    expect(link).to_have_attribute("href", "/desk")


def test_alt_and_arrows_go_through_the_dms_and_what_happened_follows(page: Page, local: StandIn) -> None:
    for text in ("first", "second"):
        dm = local.says(LINKED, text, by="customer", status=200)
        local.stories[dm["id"]] = [step(f"about the {text}", 1)]
    expect(steps(page)).to_contain_text("about the second")

    page.keyboard.press("Alt+ArrowUp")
    page.keyboard.press("Alt+ArrowUp")

    expect(own(page).first).to_be_focused()
    expect(steps(page)).to_contain_text("about the first")
    expect(page.get_by_role("button", name="The DM before")).to_be_disabled()
    page.get_by_role("button", name="The next DM").click()
    expect(steps(page)).to_contain_text("about the second")


def test_the_command_is_copied(page: Page, local: StandIn) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    dm = local.says(LINKED, "#data", by="customer", status=200)

    page.get_by_role("region", name="What happened").get_by_role("button", name="Copy").click()

    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    port = local.url.rpartition(":")[2]
    assert page.evaluate("navigator.clipboard.readText()") == f"tweetserve explain {dm['id']} --local --port {port}"


def test_the_counter_is_a_status_and_says_what_is_silent_only_where_something_is(page: Page, local: StandIn) -> None:
    local.counter |= {"asked": 12, "answered": 10, "with_people": 2}
    local.says(LINKED, "#data", by="customer", status=200)
    counter = page.get_by_role("status", name="Counter of promises")
    expect(counter).to_have_text("asked 12 · answered 10 · with people 2 · waiting 0 · lost 0 · twice 0")

    local.counter |= {"asked": 14, "silent": 1, "lost": 1}
    local.changes += 1

    expect(counter).to_contain_text("no answer due 1")
    expect(counter).to_have_class("counter broken")


@pytest.mark.parametrize("width", [768, 390])
def test_on_a_narrow_page_what_happened_opens_as_a_drawer(page: Page, local: StandIn, width: int) -> None:
    page.set_viewport_size({"width": width, "height": WIDTHS[width]})
    dm = local.says(LINKED, "#data", by="customer", status=200)
    local.stories[dm["id"]] = [step("sent", 63)]
    expect(own(page)).to_be_visible()
    expect(steps(page)).to_be_hidden()

    opens = own(page).locator(".words") if width == 390 else page.get_by_role("button", name="What happened")
    opens.click()

    expect(steps(page)).to_be_visible()
    page.keyboard.press("Escape")
    expect(steps(page)).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


# ---- make it hurt ----


def test_x_is_made_to_misbehave_and_put_right_again(page: Page, local: StandIn) -> None:
    page.get_by_text("Make X misbehave").click()
    right = page.get_by_role("button", name="Put everything right again")
    expect(right).to_be_hidden()

    page.get_by_role("checkbox", name="deliver twice").check()
    expect(right).to_be_visible()
    page.get_by_text("1 more", exact=True).click()
    page.get_by_role("checkbox", name="restrict our account").check()

    expect(page.locator("#misbehave-state")).to_have_text("2 on")
    assert local.switches == {"deliver twice": True, "hang after sending": False, "restrict our account": True}
    right.click()
    expect(page.locator("#misbehave-state")).to_have_text("off")
    expect(page.get_by_role("checkbox", name="deliver twice")).not_to_be_checked()
    assert not any(local.switches.values())


def test_an_incident_begins_and_ends_and_the_page_says_who_got_what(page: Page, local: StandIn) -> None:
    incident = page.locator("#incident")
    page.get_by_text("Known incidents").click()
    page.get_by_label("Where: towns, or how postcodes begin").fill("")
    page.get_by_role("button", name="Start it").click()
    expect(page.get_by_text("Say whom it touches.")).to_be_visible()

    page.get_by_label("Where: towns, or how postcodes begin").fill("Leeds, LS")
    page.get_by_role("button", name="Start it").click()
    expect(page.locator("#incident-state")).to_have_text("1 on")
    expect(incident.get_by_text("Know of it: @linked_customer, @new_customer")).to_be_visible()
    expect(incident.get_by_text("Wait for its end: @linked_customer")).to_be_visible()

    page.get_by_role("textbox", name="What they read of its end").fill("calls in Leeds work again.")
    page.get_by_role("button", name="End it").click()
    expect(page.locator("#incident-state")).to_have_text("none")
    expect(incident.get_by_text("calls in Leeds work again.")).to_be_visible()
    expect(incident.get_by_text("Told of its end: @linked_customer")).to_be_visible()


def test_a_worker_is_killed(page: Page, local: StandIn) -> None:
    page.get_by_text("Make X misbehave").click()

    page.get_by_role("button", name="Kill a worker").click()

    expect(page.get_by_text("Process 4711 is gone.")).to_be_visible()
    assert local.kills == 1


def test_the_clock_is_moved_on(page: Page, local: StandIn) -> None:
    clock = page.get_by_role("group", name="The service's clock")

    clock.get_by_role("button", name="+15 min").click()
    expect(clock.locator("time")).to_have_text(re.compile(r"^\d\d:\d\d$"))
    clock.get_by_role("button", name="+1 day").click()

    expect(clock.locator("time")).to_have_text(re.compile(r"^\w{3} \d+ \w{3,4} \d\d:\d\d$"))
    assert local.ahead == 900 + 86_400


@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_keeps_anybody_from_using_the_page(page: Page, local: StandIn, width: int) -> None:
    dm = local.says(LINKED, "#data", by="customer", status=200)
    local.stories[dm["id"]] = [step("signature checked", None), step("sent", 63)]
    expect(steps(page)).to_have_count(2)

    page.set_viewport_size({"width": width, "height": WIDTHS[width]})

    assert hindrances(page) == []
