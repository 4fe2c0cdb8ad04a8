"""Pictures that customers have attached, as X gives them out: to the brand alone, and not all are what they seem."""

import struct
import zlib
from collections.abc import AsyncIterator

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from local.x.oauth import Guard
from local.x.world import World

WIDTH, HEIGHT = 240, 160
HUGE = 20_000_000
_A_MEGABYTE = 1_000_000


def png() -> bytes:
    """Draw a picture that nobody has to keep: a sky above the sea."""
    lines = b"".join(b"\0" + bytes((90 + line // 2, 140 + line // 3, 200)) * WIDTH for line in range(HEIGHT))
    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(lines)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_part(*part) for part in parts)


def _part(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def route(world: World, guard: Guard) -> Route:
    async def give(request: Request) -> Response:
        dm = world.dm(request.path_params["dm"]) if request.path_params["dm"].isdecimal() else None
        if not guard.signed(request):
            return Response("Unauthorized", 401)
        match dm.form if dm else "gone":
            case "attachment":
                return Response(png(), media_type="image/png")
            case "huge":
                return StreamingResponse(_huge(), media_type="image/png")
            case "no_picture":
                return Response("<script>alert('no picture')</script>", media_type="image/png")
            case "moved":
                return RedirectResponse("https://example.com/picture.png", 302)
        return Response("Not Found", 404)

    return Route("/1.1/ton/data/dm/{dm}/{media}/{name}", give)


async def _huge() -> AsyncIterator[bytes]:
    yield png()
    for _ in range(HUGE // _A_MEGABYTE):
        yield bytes(_A_MEGABYTE)
