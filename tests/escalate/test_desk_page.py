"""The page of the desk in a real browser, over the whole service on this machine."""

import json
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from tests.accessible import hindrances
from tests.running import Desk, Phone, Running, wait_for

pytestmark = pytest.mark.browser

OVERDUE, TWO_LINES, IN_CREDIT, PAID, DUE, LIMITED, TINY = (
    f"2000000000000000{number}" for number in (112, 118, 111, 114, 113, 115, 106)
)
HOSTILE = {
    "a script": "<script>document.title = 'run'</script><img src=x onerror=\"document.title='run'\">",
    "a link that is code": "[pay here](javascript:document.title='run') javascript:document.title='run'",
    "a turned direction": "you owe \u202e00.01£\u202c, \u2067hello\u2069 \u0645\u0631\u062d\u0628\u0627",
    "ten thousand signs": "very long " * 1000,
    "flags": "🇬🇧🏳️‍🌈🏴󠁧󠁢󠁳󠁣󠁴󠁿 👩‍👩‍👧‍👦",
}


@pytest.fixture(scope="module")
def http(local_run: Running) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=local_run.url, timeout=30) as client:
        yield client


@pytest.fixture
def line(http: httpx.Client) -> None:
    """Nothing waits that another test or the demo has left."""
    supervisor = Desk(http, "supervisor-1")
    while case := supervisor.next():
        supervisor.does("resolve", case, wrap_up="not_for_us", **CHECKED)


CHECKED = {"checked": "a test has looked"}


@pytest.fixture
def context(browser: Browser, local_run: Running) -> Iterator[BrowserContext]:
    context = browser.new_context(base_url=local_run.url, viewport={"width": 1280, "height": 900})
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return at_desk(context, "agent-1")


def at_desk(context: BrowserContext, who: str) -> Page:
    page = context.new_page()
    page.goto("/desk")
    page.get_by_role("button", name=who).click()
    expect(page.get_by_role("button", name="Next").first).to_be_visible()
    return page


def asked_for_a_person(http: httpx.Client, customer: str) -> Phone:
    """Have a customer's case in the line."""
    phone = Phone(http, customer)
    phone.asks(f"#charges this bill is wrong, I have been charged twice {uuid4().hex[:6]}")
    return phone


def pressed(page: Page, *keys: str) -> int:
    for key in keys:
        page.keyboard.press(key)
    return len(keys)


def box(page: Page) -> Any:
    return page.get_by_role("textbox", name="Answer")


@pytest.mark.usefixtures("line")
def test_a_routine_case_takes_four_strokes_beside_its_text(http: httpx.Client, page: Page) -> None:
    phone = asked_for_a_person(http, OVERDUE)

    strokes = pressed(page, "n")
    expect(box(page)).to_be_focused()
    page.keyboard.type("I have looked: one of the two is a hold, and goes on Friday.")
    strokes += pressed(page, "Control+Enter", "e", "1")

    expect(page.get_by_role("status").first).to_contain_text("is resolved: sorted")
    assert strokes == 4
    wait_for(lambda: phone.chat()[-1]["text"].startswith("I have looked: one of the two"))


@pytest.mark.usefixtures("line")
def test_a_case_is_looked_for_and_taken_without_a_mouse(http: httpx.Client, page: Page) -> None:
    asked_for_a_person(http, LIMITED)

    pressed(page, "/")
    page.keyboard.type("bill_limit")
    pressed(page, "Enter")
    expect(page.get_by_role("region", name="Found").get_by_role("link")).to_have_count(1)
    page.get_by_role("searchbox").blur()
    pressed(page, "j", "Enter")
    expect(page.get_by_text("It is in the line: nobody has it.")).to_be_visible()
    pressed(page, "u")

    expect(box(page)).to_be_focused()


@pytest.mark.usefixtures("line")
def test_what_nobody_has_read_is_skimmed_ten_at_a_time_by_keys_alone(http: httpx.Client, page: Page) -> None:
    asked_for_a_person(http, TINY)

    pressed(page, "g")
    expect(page.get_by_role("article")).to_have_count(1)
    pressed(page, "1", "u")
    expect(page.get_by_role("status").first).to_contain_text("is urgent now")
    pressed(page, "Space")

    expect(page.get_by_text("Everything has been read.")).to_be_visible()


def test_what_is_open_stays_on_top_while_an_urgent_case_comes_and_goes(page: Page) -> None:
    waiting = {"waiting": 1, "earliest_due_at": None}

    def with_one_urgent(route: Route) -> None:
        whole = {name: value for name, value in route.request.headers.items() if name != "if-none-match"}
        said = route.fetch(headers=whole).json()
        route.fulfill(json=said | {"line": said["line"] | {"urgent": waiting}})

    page.route("**/desk/api/me", with_one_urgent)
    expect(page.get_by_text("Urgent: 1 waiting")).to_be_visible(timeout=20_000)
    pressed(page, "b")
    waiting["waiting"] = 0

    expect(page.locator(".urgent-bar")).to_have_count(0, timeout=20_000)
    assert page.locator("dialog:modal").count() == 1
    page.unroute_all(behavior="ignoreErrors")


@pytest.mark.usefixtures("line")
def test_an_answer_can_be_taken_back_before_it_leaves(http: httpx.Client, page: Page) -> None:
    phone = asked_for_a_person(http, TWO_LINES)
    pressed(page, "n")
    expect(box(page)).to_be_focused()
    page.keyboard.type("Sent too soon")
    pressed(page, "Control+Enter")
    expect(page.get_by_text("Leaves in")).to_be_visible()

    pressed(page, "z")

    expect(box(page)).to_have_value("Sent too soon")
    assert "Sent too soon" not in [dm["text"] for dm in phone.chat()]


@pytest.mark.usefixtures("line")
def test_a_tab_whose_claim_has_gone_sends_nothing_and_keeps_what_was_written(http: httpx.Client, page: Page) -> None:
    phone = asked_for_a_person(http, IN_CREDIT)
    pressed(page, "n")
    expect(box(page)).to_be_focused()
    page.keyboard.type("From an old tab")
    page.route("**/desk/api/cases/*", lambda route: route.abort())  # it reads nothing anew
    colleague = taken_from_agent_1(http, page)

    pressed(page, "Control+Enter", "n")

    page.unroute("**/desk/api/cases/*")
    expect(page.get_by_text(f"{colleague} has it since")).to_be_visible()
    expect(page.get_by_text("From an old tab")).to_be_visible()
    assert "From an old tab" not in [dm["text"] for dm in phone.chat()]


def taken_from_agent_1(http: httpx.Client, page: Page) -> str:
    number = page.url.rpartition("/")[2]
    shown = http.get(f"/desk/api/cases/{number}", headers={"authorization": "Bearer agent-1"}).json()
    Desk(http, "agent-1").does("release", shown["case"])
    taken = Desk(http, "supervisor-1").next()
    assert taken
    assert taken["id"] == number
    return "supervisor-1"


@pytest.mark.usefixtures("line")
def test_what_customers_write_and_are_called_is_only_ever_text(http: httpx.Client, page: Page) -> None:
    asked_for_a_person(http, PAID)

    def with_their_words(route: Route) -> None:
        shown = route.fetch().json()
        shown["entries"] = [shown["entries"][0] | {"id": name, "text": words} for name, words in HOSTILE.items()]
        shown["case"]["handle"] = HOSTILE["a script"][:50]
        route.fulfill(status=200, content_type="application/json", body=json.dumps(shown))

    page.route("**/desk/api/cases/*", with_their_words)
    pressed(page, "n")

    said = page.locator(".said.customer .words")
    for place, words in enumerate(HOSTILE.values()):
        expect(said.nth(place)).to_contain_text(words[:200].strip())
    expect(page.get_by_role("heading", level=1)).to_contain_text(HOSTILE["a script"][:50])
    assert page.title().endswith("Desk · Tweetserve")
    assert page.locator("main :is(script, img, a)").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.usefixtures("line")
def test_nothing_keeps_anybody_from_using_the_page(http: httpx.Client, context: BrowserContext) -> None:
    asked_for_a_person(http, DUE)
    page = context.new_page()
    page.goto("/desk")
    expect(page.get_by_role("button", name="agent-1")).to_be_visible()
    found = {"door": hindrances(page)}
    page.get_by_role("button", name="agent-1").click()
    expect(page.get_by_role("heading", name="The line")).to_be_attached()
    found["line"] = hindrances(page)
    pressed(page, "g")
    expect(page.get_by_role("article")).to_have_count(1)
    found["skim"] = hindrances(page)
    pressed(page, "?")
    found["keys"] = hindrances(page)
    pressed(page, "Escape", "n")
    expect(box(page)).to_be_focused()
    page.keyboard.type("Held for a moment")
    found["case"] = hindrances(page)
    pressed(page, "Control+Enter")
    found["held"] = hindrances(page)
    for name, key in {"note": "m", "canned": ";", "park": "p", "resolve": "e"}.items():
        pressed(page, key)
        found[name] = hindrances(page)
        pressed(page, "Escape")
    pressed(page, "z")
    page.set_viewport_size({"width": 390, "height": 844})
    found["case on a phone"] = hindrances(page)
    pressed(page, "Control+Enter", "Escape")
    found["line on a phone"] = hindrances(page)

    assert {state: hinders for state, hinders in found.items() if hinders} == {}
