"""One walk through the phone page over the real local run, in a browser: what a newcomer does first."""

from playwright.sync_api import Browser, expect

from tests.running import Running


def test_a_newcomer_asks_reads_and_sees_what_happened(local_run: Running, browser: Browser) -> None:
    page = browser.new_page()
    page.goto(local_run.url)
    page.get_by_role("textbox", name="Message").fill("#text")
    page.keyboard.press("Enter")

    expect(page.locator(".dm.answer").last).to_contain_text("your texts are unlimited", timeout=30_000)
    expect(page.get_by_role("region", name="What happened")).to_contain_text("X confirmed it", timeout=30_000)
