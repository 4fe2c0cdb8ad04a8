"""X signs what it sends with our consumer secret, and asks us to sign a token with the same secret and algorithm."""

import base64
import hashlib
import hmac
from collections.abc import Iterable


def sign(secret: str, message: bytes) -> str:
    """Return `sha256=` and the base64 of the HMAC-SHA256 of a message."""
    digest = hmac.digest(secret.encode(), message, hashlib.sha256)
    return f"sha256={base64.b64encode(digest).decode()}"


def is_from_x(signature: str, body: bytes, secrets: Iterable[str]) -> bool:
    """Tell whether one of the secrets made the signature of these very bytes."""
    # compare_digest refuses a str that is not ASCII, and a header may be anything.
    given = signature.encode("utf-8", "surrogatepass")
    return any(hmac.compare_digest(sign(secret, body).encode(), given) for secret in secrets)
