"""The files of the page at `/desk`, as browsers get them."""

import re
from typing import Any

import pytest

from functions.escalate import handler, page
from functions.escalate.wired import Door
from infra.packaging import FROM_NPM
from tests.at_desk import event


def got(path: str, **headers: str) -> dict[str, Any]:
    asked = event("GET", path, None, None) | {"headers": headers}
    return dict(handler.lambda_handler(asked, None))


def referred() -> list[str]:
    return re.findall(r'(?:src|href)="([^"]+)"', got("/desk")["body"])


def test_the_page_names_only_files_that_are_there() -> None:
    assert len(referred()) > 3
    assert {got(path)["statusCode"] for path in referred()} == {200}


@pytest.mark.parametrize("name", [name for name in page.files() if name.endswith(".js") and name != "preact.js"])
def test_a_module_loads_only_files_that_are_there(name: str) -> None:
    imported = re.findall(r'from "\./([^"]+)"', page.files()[name])

    assert set(imported) <= {*page.files(), *(file.name for file in FROM_NPM.values())}


@pytest.mark.parametrize("name", page.files())
def test_a_file_has_its_type_and_is_kept_for_good_under_its_version(name: str) -> None:
    answer = got(f"/desk/page/{page.edition()}/{name}")

    assert (
        answer["headers"]["content-type"].split(";")[0]
        == {
            "css": "text/css",
            "html": "text/html",
            "js": "text/javascript",
            "svg": "image/svg+xml",
        }[name.rpartition(".")[2]]
    )
    assert answer["headers"]["x-content-type-options"] == "nosniff"
    assert "immutable" in answer["headers"]["cache-control"]


def test_a_page_from_before_a_release_gets_todays_file_and_keeps_it_under_no_older_name() -> None:
    answer = got("/desk/page/older/main.js")

    assert answer["statusCode"] == 200
    assert answer["headers"]["cache-control"] == "no-cache"


@pytest.mark.parametrize("name", ["nothing.js", "..%2fcards.toml", "__init__.py"])
def test_nothing_else_is_a_file_of_the_page(name: str) -> None:
    assert got(f"/desk/page/{page.edition()}/{name}")["statusCode"] == 404


def test_a_page_that_has_not_changed_is_not_sent_again() -> None:
    tag = got("/desk")["headers"]["etag"]

    again = got("/desk", **{"if-none-match": tag})

    assert again["statusCode"] == 304
    assert "body" not in again


def test_nothing_runs_that_is_not_a_file_of_ours() -> None:
    headers, html = got("/desk")["headers"], got("/desk")["body"]

    assert "script-src 'self';" in headers["content-security-policy"]
    assert "style-src 'self';" in headers["content-security-policy"]
    assert "default-src 'none';" in headers["content-security-policy"]
    assert "<style" not in html
    assert not re.search(r"<script(?![^>]*src=)|\son\w+=|\sstyle=", html)


@pytest.mark.parametrize("name", [name for name in page.files() if name != "preact.js"])
def test_a_file_is_read_in_one_sitting(name: str) -> None:
    assert len(page.files()[name].splitlines()) <= 200


def test_the_page_reaches_only_its_service_and_where_staff_sign_in() -> None:
    ours = Door(sign_in_issuer="https://id.example.com/pool", sign_in_hosts="login.example.com")

    reached = page.first(None, *handler.signs_in_at(ours))["headers"]["content-security-policy"]

    assert "connect-src 'self' https://id.example.com https://login.example.com;" in reached
    assert "connect-src 'self';" in page.first(None, *handler.signs_in_at(Door()))["headers"]["content-security-policy"]
