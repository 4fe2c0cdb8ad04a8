"""A picture of a brand's phone page: `python -m benchmarks.picture brands/example-us docs/phone-us.png`."""

import shutil
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Page, expect, sync_playwright

from tests.running import Running

ASKED = ("#data", "#charges")
SIZE = {"width": 1280, "height": 800}
PATIENCE_MS = 120_000


def take(brand: Path, picture: Path) -> None:
    """Start the brand's demo, ask it something, and take the picture once both answers are there."""
    with TemporaryDirectory() as data:
        running = Running(Path(data), "--port", "0", "--brand", str(brand)).ready()
        try:
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
                page = browser.new_page(viewport={"width": SIZE["width"], "height": SIZE["height"]})
                page.goto(running.url)
                for says in ASKED:
                    _ask(page, says)
                page.screenshot(path=picture)
                browser.close()
        finally:
            running.interrupt().ended()


def _ask(page: Page, says: str) -> None:
    answers = page.get_by_text("Hi @linked_customer, ")
    before = answers.count()
    page.get_by_role("textbox").fill(says)
    page.get_by_role("button", name="Send").click()
    expect(answers).to_have_count(before + 1, timeout=PATIENCE_MS)


if __name__ == "__main__":
    take(Path(sys.argv[1]), Path(sys.argv[2]))
