"""The page at `/desk`, open to everybody: files without a word about anybody. What staff see they ask the API for."""

import base64
import hashlib
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

FILES = Path(__file__).parent / "desk"
VERSION = "{version}"
"""Where the first file names the others, this stands for a hash over all of them: a browser keeps each for good."""

MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
}
NOT_KEPT, KEPT = "no-cache", "public, max-age=31536000, immutable"


def policy(*connects: str) -> str:
    """Let nothing run or load but our own files, and nothing be reached but our API and what is named here."""
    rules = {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self' blob:",
        "connect-src": " ".join(("'self'", *connects)),
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
        "require-trusted-types-for": "'script'",
        "trusted-types": "'none'",
    }
    return "; ".join(f"{rule} {value}" for rule, value in rules.items())


def first(seen: str | None = None, *connects: str) -> dict[str, Any]:
    """Answer with the page, or that it is still the one that was `seen`."""
    tag = f'"{edition()}"'
    headers = {"etag": tag, "cache-control": NOT_KEPT, "content-security-policy": policy(*connects)}
    if seen == tag:
        return {"statusCode": 304, "headers": headers}
    text = (FILES / "index.html").read_text(encoding="utf-8").replace(VERSION, edition())
    return _answer(text, ".html", headers)


def file(asked_version: str, name: str) -> dict[str, Any] | None:
    """Answer with a file of the page. Of another version it is today's, which is not to be kept under that name."""
    content = files().get(name)
    if content is None:
        return None
    kept = KEPT if asked_version == edition() else NOT_KEPT
    return _answer(content, Path(name).suffix, {"cache-control": kept})


def _answer(content: str, suffix: str, headers: dict[str, str]) -> dict[str, Any]:
    always = {
        "content-type": MEDIA_TYPES[suffix],
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
        "cross-origin-opener-policy": "same-origin",
    }
    return {"statusCode": 200, "headers": always | headers, "body": content}


@cache
def files() -> dict[str, str]:
    """Return what the page is made of, by name: our files and the library that renders them."""
    ours = {path.name: path.read_text(encoding="utf-8") for path in sorted(FILES.iterdir())}
    return ours | {"preact.js": preact().read_text(encoding="utf-8")}


def preact() -> Path:
    """Find Preact with htm in its wheel, whose module cannot be imported here: it asks for Datasette."""
    spec = find_spec("datasette_preact")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("datasette_preact")
    [found] = (Path(spec.origin).parent / "static").glob("preact-*.min.js")
    return found


@cache
def edition() -> str:
    digest = hashlib.sha256()
    for name, content in files().items():
        digest.update(f"{name}\0{content}\0".encode())
    return base64.urlsafe_b64encode(digest.digest()[:9]).decode()
