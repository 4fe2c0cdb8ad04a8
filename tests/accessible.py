"""What axe finds on a page that keeps somebody from using it."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

_axe = Axe()


def hindrances(page: Page) -> list[str]:
    """Return what is serious or worse; of the other colour scheme its contrast too."""
    found = []
    page.emulate_media(color_scheme="light")
    found += _found(page, {"resultTypes": ["violations"]})
    page.emulate_media(color_scheme="dark")
    found += _found(page, {"runOnly": ["color-contrast"]})
    page.emulate_media(color_scheme="light")
    return found


def _found(page: Page, options: dict[str, list[str]]) -> list[str]:
    violations = _axe.run(page, options=options).response["violations"]
    return [
        f"{one['id']}: {node['html']}"
        for one in violations
        if one["impact"] in ("serious", "critical")
        for node in one["nodes"]
    ]
