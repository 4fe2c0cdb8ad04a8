"""X's signature. The expected values were made with `openssl dgst -sha256 -hmac`, and one is of RFC 4231."""

import pytest

from functions.webhook.signature import is_from_x, sign

SECRET = "example-consumer-secret"
BODY = '{"text":"£5 – ok 📱"}'.encode()
SIGNATURE = "sha256=Es5aYRy+R0abagqtRhlhqkuVB/QuD0WN0wiBWHt7hi8="


@pytest.mark.parametrize(
    ("secret", "message", "expected"),
    [
        (SECRET, b"MGM2YjE3ZjktZDBkYy00MTAx", "sha256=pWNfFAdKoLxe7DAHVNUs6jfPoA9GYhkAG/nyNeEggdg="),
        (SECRET, b"crc-token_of=ours/1", "sha256=5tMKCCNEACxsCpuND4pO4wrPnljMVmsSE5Z4ws2goAw="),
        (SECRET, b"", "sha256=cQH9JTOaj1mpUNaUubQVF2GcQOvkjYUc2P9fX1yl1Nw="),
        (SECRET, BODY, SIGNATURE),
        ("Jefe", b"what do ya want for nothing?", "sha256=W9zBRr9gdU5qBCQmCJV1x1oAPwidJzmDnexYuWTsOEM="),
    ],
)
def test_signs_as_openssl_does(secret: str, message: bytes, expected: str) -> None:
    assert sign(secret, message) == expected


def test_takes_the_signature_of_either_secret() -> None:
    assert is_from_x(SIGNATURE, BODY, [SECRET])
    assert is_from_x(SIGNATURE, BODY, ["a newer secret", SECRET])


def test_takes_none_without_a_secret() -> None:
    assert not is_from_x(SIGNATURE, BODY, [])


def test_takes_no_signature_of_other_bytes() -> None:
    assert not is_from_x(SIGNATURE, BODY + b" ", [SECRET])
    assert not is_from_x(SIGNATURE, BODY, ["another secret"])


@pytest.mark.parametrize(
    "signature",
    [
        "",
        "sha256=",
        "sha256",
        SIGNATURE.removeprefix("sha256="),
        SIGNATURE[:-1],
        SIGNATURE + "=",
        SIGNATURE + "\n",
        " " + SIGNATURE,
        SIGNATURE.upper(),
        SIGNATURE.replace("sha256=", "sha1="),
        f"{SIGNATURE},{SIGNATURE}",
        "sha256=12ce5a611cbe47469b6a0aad461961aa4b9507f42e0f458dd30881587b7b862f",
        "sha256=ü",
        "sha256=\ud800",
        "sha256=" + "A" * 100_000,
    ],
)
def test_takes_no_malformed_signature(signature: str) -> None:
    assert not is_from_x(signature, BODY, [SECRET])
