"""Signing in to the desk's page, in a real browser, at an issuer that plays what a company's would answer."""

import base64
import json
import time
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, Page, Request, Route, expect

from infra import packaging
from tests.running import Running

pytestmark = pytest.mark.browser

ISSUER = "https://id.example.com/pool"
ANYBODY = {"access-control-allow-origin": "*"}


class Issuer:
    """Knows one person, agent-1, who need not say who they are."""

    def __init__(self, seconds: int) -> None:
        self.asked: list[dict[str, list[str]]] = []
        self.seconds = seconds

    def there(self, route: Route) -> None:
        path, request = urlsplit(route.request.url).path, route.request
        if path.endswith("/authorize"):
            query = parse_qs(urlsplit(request.url).query)
            self.asked.append(query)
            back = f"{query['redirect_uri'][0]}?code=one-use&state={query['state'][0]}"
            route.fulfill(status=302, headers={"location": back})
        elif path.endswith("/token"):
            self.asked.append(parse_qs(request.post_data or ""))
            route.fulfill(json=self.tokens(request), headers=ANYBODY)
        else:
            ends = {name: f"{ISSUER}/{name.partition('_')[0]}" for name in ("authorize_endpoint", "token_endpoint")}
            document = {"issuer": ISSUER, "authorization_endpoint": ends["authorize_endpoint"], **ends}
            route.fulfill(json=document, headers=ANYBODY)

    def tokens(self, _request: Request) -> dict[str, Any]:
        now = int(time.time())
        claims = {"iss": ISSUER, "aud": "desk", "sub": "agent-1", "iat": now, "exp": now + 300}
        return {
            "access_token": f"token-{len(self.asked)}",
            "refresh_token": "for-renewal",
            "token_type": "Bearer",
            "expires_in": self.seconds,
            "id_token": ".".join(map(encoded, ({"alg": "RS256"}, claims, "signature"))),
        }


def encoded(part: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What packaging lays beside the page's own files."""
    stage = tmp_path_factory.mktemp("sign-in") / "stage"
    (stage / packaging.PAGE).mkdir(parents=True)
    packaging.put_into_page(stage)
    return stage / packaging.FROM_NPM["build/index.js"]


def deployed(page: Page, issuer: Issuer, library: Path, bearers: list[str]) -> None:
    def as_agent_1(route: Route) -> None:
        bearers.append(route.request.headers["authorization"])
        route.continue_(headers=route.request.headers | {"authorization": "Bearer agent-1"})

    page.route(f"{ISSUER}/**", issuer.there)
    page.route("**/desk/sign-in.json", lambda route: route.fulfill(json={"issuer": ISSUER, "client": "desk"}))
    page.route("**/oauth4webapi.js", lambda route: route.fulfill(path=library, content_type="text/javascript"))
    page.route("**/desk/api/**", as_agent_1)


def test_staff_sign_in_where_the_company_does_and_stay_signed_in(
    local_run: Running, browser: Browser, library: Path
) -> None:
    # Which hosts may be reached is tested in test_page.py: the local run knows no issuer.
    page = browser.new_page(base_url=local_run.url, bypass_csp=True)
    issuer, bearers = Issuer(seconds=61), list[str]()  # renewed a second later, a minute before its end
    deployed(page, issuer, library, bearers)
    page.goto("/desk")
    page.get_by_role("button", name="Sign in").click()

    expect(page.get_by_role("heading", name="The line")).to_be_attached()
    assert urlsplit(page.url).query == ""
    wanted, exchanged = issuer.asked[:2]
    assert wanted["code_challenge_method"] == ["S256"]
    assert exchanged["code_verifier"]
    page.wait_for_event("request", lambda request: request.headers.get("authorization", bearers[0]) != bearers[0])
    assert issuer.asked[2]["grant_type"] == ["refresh_token"]
    assert bearers[0] == "Bearer token-2"
    assert "token-" not in page.evaluate("JSON.stringify([localStorage, sessionStorage])")
