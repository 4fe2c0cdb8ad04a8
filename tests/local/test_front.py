"""The local run is for this machine and for its own pages."""

import asyncio
from http import HTTPStatus

import httpx
import pytest

from local.front import app
from local.state import State


def answered(method: str, path: str, **headers: str) -> int:
    """Ask as a browser does that shows a page of the local run, or as `headers` say; return the status."""

    async def ask() -> httpx.Response:
        front = httpx.ASGITransport(app(State()))
        async with httpx.AsyncClient(transport=front, base_url="http://localhost:8400") as client:
            return await client.request(method, path, headers=headers)

    return asyncio.run(ask()).status_code


@pytest.mark.parametrize("host", ["127.0.0.1:8400", "localhost:8400", "localhost"])
def test_this_machine_is_served_under_its_own_names(host: str) -> None:
    assert answered("GET", "/local/state", host=host) == HTTPStatus.OK


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8400", "localhost.evil.example", ""])
def test_no_other_name_is_served(host: str) -> None:
    assert answered("GET", "/local/state", host=host) == HTTPStatus.BAD_REQUEST


@pytest.mark.parametrize("origin", ["https://evil.example", "http://localhost:3000", "https://localhost:8400", "null"])
@pytest.mark.parametrize("path", ["/webhook", "/desk/api/next", "/sim/dms"])
def test_a_page_of_another_site_writes_nothing(path: str, origin: str) -> None:
    assert answered("POST", path, origin=origin, **{"content-type": "text/plain"}) == HTTPStatus.FORBIDDEN


@pytest.mark.parametrize("headers", [{}, {"origin": "http://localhost:8400"}])
def test_our_own_pages_and_programs_write(headers: dict[str, str]) -> None:
    assert answered("POST", "/desk/api/next", **headers) == HTTPStatus.UNAUTHORIZED
