"""Pictures of the desk's page, for docs/desk.md: `python -m benchmarks.desk_pictures docs`.

They show the six cases with which `tweetserve local` begins.
"""

import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.running import Running

WIDE, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 844}


@contextmanager
def at_desk(browser: Browser, url: str, **options: Any) -> Iterator[Page]:
    context = browser.new_context(base_url=url, **options)
    page = context.new_page()
    page.goto("/desk")
    page.get_by_role("button", name="agent-1").click()
    expect(page.get_by_role("link", name="@overdue_bill")).to_be_visible(timeout=60_000)
    yield page
    context.close()


def open_case(page: Page) -> None:
    page.get_by_role("link", name="@overdue_bill").click()
    expect(page.get_by_role("region", name="What was said")).to_be_visible()


def pictures(browser: Browser, url: str, folder: Path) -> None:
    with at_desk(browser, url, viewport=WIDE) as page:
        page.screenshot(path=folder / "desk-line.png")
        page.keyboard.press("g")
        expect(page.get_by_role("article").first).to_be_visible()
        page.screenshot(path=folder / "desk-skim.png")
    with at_desk(browser, url, viewport=WIDE, color_scheme="dark") as page:
        open_case(page)
        page.keyboard.press("u")
        page.get_by_role("textbox", name="Answer").fill("I've looked: one of the two is a hold, and goes on Friday.")
        page.screenshot(path=folder / "desk-dark.png")
        page.emulate_media(color_scheme="light")
        page.keyboard.press("Control+Enter")
        expect(page.get_by_text("Leaves in")).to_be_visible()
        page.screenshot(path=folder / "desk-case.png")
        page.keyboard.press("z")
    with at_desk(browser, url, viewport=PHONE) as page:
        open_case(page)
        page.screenshot(path=folder / "desk-phone.png")


def main() -> None:
    with tempfile.TemporaryDirectory() as data, sync_playwright() as playwright:
        running = Running(Path(data), empty=False).ready()
        try:
            browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
            pictures(browser, running.url, Path(sys.argv[1]))
            browser.close()
        finally:
            running.interrupt().ended()


if __name__ == "__main__":
    main()
