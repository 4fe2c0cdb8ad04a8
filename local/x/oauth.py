"""Whether a call to the simulator of X is signed by our service: OAuth 1.0a, or the app's own bearer token."""

import base64
import hmac
import logging
import os
import time
from dataclasses import dataclass, field
from typing import Any

from oauthlib.oauth1 import RequestValidator, SignatureOnlyEndpoint  # type: ignore[import-untyped]
from starlette.requests import Request

# Below WARNING it prints secrets.
logging.getLogger("oauthlib").setLevel(logging.WARNING)

NONCE_SECONDS = 600


@dataclass(frozen=True)
class Credentials:
    """What the service must know: `local-…` unless the environment says otherwise."""

    consumer_key: str
    consumer_secret: str
    access_token: str
    access_token_secret: str
    bearer_token: str

    @classmethod
    def read(cls, brand_id: str) -> "Credentials":
        """Read X_CONSUMER_KEY and so on. Like X's, the access token begins with the id of its account."""

        def value(name: str, owner: str = "") -> str:
            return os.environ.get(f"X_{name.upper()}") or f"{owner}local-{name.replace('_', '-')}"

        return cls(
            consumer_key=value("consumer_key"),
            consumer_secret=value("consumer_secret"),
            access_token=value("access_token", f"{brand_id}-"),
            access_token_secret=value("access_token_secret"),
            bearer_token=value("bearer_token"),
        )


@dataclass
class Guard(RequestValidator):  # type: ignore[misc]
    """Answers oauthlib's questions about keys and secrets."""

    credentials: Credentials
    nonces: dict[tuple[str, str], float] = field(default_factory=dict)

    enforce_ssl = False
    allowed_signature_methods = ("HMAC-SHA1",)
    dummy_client = "nobody"

    def __post_init__(self) -> None:
        self._endpoint = SignatureOnlyEndpoint(self)

    def signed(self, request: Request) -> bool:
        """Tell whether the brand's user has signed a call. Its JSON body is no part of what is signed."""
        headers = {"Authorization": request.headers.get("authorization", "")}
        try:
            return bool(self._endpoint.validate_request(str(request.url), request.method, None, headers)[0])
        except ValueError:  # signs in the URL that nobody has encoded
            return False

    def bears(self, request: Request) -> bool:
        return _same(request.headers.get("authorization", ""), f"Bearer {self.credentials.bearer_token}")

    def is_app(self, request: Request) -> bool:
        """Tell whether the app asks with its own key for a bearer token."""
        pair = f"{self.credentials.consumer_key}:{self.credentials.consumer_secret}"
        return _same(request.headers.get("authorization", ""), f"Basic {base64.b64encode(pair.encode()).decode()}")

    # ---- what oauthlib asks ----

    def check_client_key(self, client_key: str) -> bool:
        return bool(client_key)

    def check_nonce(self, nonce: str) -> bool:
        return bool(nonce)

    def validate_client_key(self, client_key: str, request: Any) -> bool:
        return (
            client_key == self.credentials.consumer_key and request.resource_owner_key == self.credentials.access_token
        )

    def get_client_secret(self, client_key: str, request: Any) -> str:
        return self.credentials.consumer_secret

    def get_access_token_secret(self, client_key: str, token: str, request: Any) -> str:
        return self.credentials.access_token_secret

    def validate_timestamp_and_nonce(self, client_key: str, timestamp: str, nonce: str, request: Any, **_: Any) -> bool:
        """Take each call once. oauthlib has refused old ones already."""
        now = time.monotonic()
        for call in [call for call, seen in self.nonces.items() if now - seen > 2 * NONCE_SECONDS]:
            del self.nonces[call]
        return self.nonces.setdefault((timestamp, nonce), now) == now


def _same(given: str, wanted: str) -> bool:
    return hmac.compare_digest(given.encode(), wanted.encode())
