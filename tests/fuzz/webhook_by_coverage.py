"""Bytes that atheris finds by coverage, signed and given to the webhook.

python -m tests.fuzz.webhook_by_coverage -runs=100000
"""

import sys
from tempfile import TemporaryDirectory

import atheris

with atheris.instrument_imports(include=["functions.webhook", "json"]):
    from functions.webhook import handler
    from tests.calls_from_x import aws_of_the_webhook, post
    from tests.places import X_SAMPLES


def main() -> None:
    with aws_of_the_webhook(), TemporaryDirectory() as found:
        atheris.Setup([*sys.argv, "-max_len=8192", found, str(X_SAMPLES)], take_in)
        atheris.Fuzz()


def take_in(raw: bytes) -> None:
    status = handler.lambda_handler(post(raw), None)["statusCode"]
    if status not in {200, 400}:
        raise AssertionError(f"answered {status}")


if __name__ == "__main__":
    main()
