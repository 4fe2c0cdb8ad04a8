"""Staff sign in from the terminal to a Cognito pool: a password, then the code of their second factor."""

import json
import os
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx

from ops.place import Trouble

EARLY = 60
"""Seconds before its end that a token is renewed."""

type Ask = Callable[[str, bool], str]
"""Asks the person for something; True: it is not shown while it is typed."""


@dataclass(frozen=True)
class SignedIn:
    """Who works at which desk. The password is never kept; `refresh` gives new tokens until the pool ends it."""

    url: str
    name: str
    issuer: str
    client: str
    token: str
    until: float
    refresh: str


def sign_in(url: str, name: str, ask: Ask, tell: Callable[[str], None]) -> SignedIn:
    """Let somebody sign in and remember it. At their first time they choose a password and set up the second factor."""
    issuer, client = _who_signs_in(url)
    cognito = _cognito(issuer)
    typed = {"USERNAME": name, "PASSWORD": ask("Password", True)}
    try:
        answer = cognito.initiate_auth(AuthFlow="USER_PASSWORD_AUTH", ClientId=client, AuthParameters=typed)
        while challenge := answer.get("ChallengeName"):
            known = {"USERNAME": answer.get("ChallengeParameters", {}).get("USER_ID_FOR_SRP", name)}
            session = answer["Session"]
            match challenge:
                case "NEW_PASSWORD_REQUIRED":
                    known["NEW_PASSWORD"] = ask("Choose a password", True)
                case "MFA_SETUP":
                    session = _second_factor(cognito, session, name, ask, tell)
                case "SOFTWARE_TOKEN_MFA":
                    known["SOFTWARE_TOKEN_MFA_CODE"] = ask("Code of your authenticator app", False)
                case _:
                    raise Trouble(f"The pool asks for {challenge}, which the terminal cannot answer.")
            answer = cognito.respond_to_auth_challenge(
                ClientId=client, ChallengeName=challenge, Session=session, ChallengeResponses=known
            )
    except cognito.exceptions.ClientError as error:
        raise _refused(error) from None
    got = answer["AuthenticationResult"]
    return _keep(SignedIn(url, name, issuer, client, got["AccessToken"], _until(got), got["RefreshToken"]))


def signed_in(url: str) -> SignedIn | None:
    """Return who has signed in, at the desk named or where they were last, with a token that is good now."""
    kept = _kept()
    found = kept.get(url) if url else next(reversed(kept.values()), None)
    if found is None:
        return None
    known = SignedIn(**found)
    return known if known.until - EARLY > time.time() else _renewed(known)


def _renewed(known: SignedIn) -> SignedIn:
    cognito = _cognito(known.issuer)
    refresh = {"REFRESH_TOKEN": known.refresh}
    try:
        answer = cognito.initiate_auth(AuthFlow="REFRESH_TOKEN_AUTH", ClientId=known.client, AuthParameters=refresh)
    except cognito.exceptions.NotAuthorizedException:
        raise Trouble(f"You are signed out of {known.url}: `tweetserve desk login`.") from None
    except cognito.exceptions.ClientError as error:
        raise _refused(error) from None
    got = answer["AuthenticationResult"]
    fresh = {"token": got["AccessToken"], "until": _until(got), "refresh": got.get("RefreshToken", known.refresh)}
    return _keep(SignedIn(**asdict(known) | fresh))


def _who_signs_in(url: str) -> tuple[str, str]:
    """Ask a desk where its staff sign in."""
    here = url.startswith("http://127.0.0.1:")
    if not here and not url.startswith("https://"):
        raise Trouble(f"{url} is not an https:// address: nobody gives a password to that.")
    try:
        answer = httpx.get(f"{url}/desk/sign-in.json", timeout=10, trust_env=not here)
        said = answer.raise_for_status().json()
        issuer, client = str(said["issuer"]), str(said["client"])
    except (httpx.HTTPError, ValueError, LookupError, TypeError):
        raise Trouble(f"{url} does not say where staff sign in: is it the desk's address?") from None
    if "://cognito-idp." not in issuer:
        raise Trouble(f"Staff sign in at {issuer}: set TWEETSERVE_DESK_URL, and TWEETSERVE_DESK_TOKEN to its token.")
    return issuer, client


def _cognito(issuer: str) -> Any:
    """Return a client that needs no credentials of AWS: staff have none."""
    import boto3
    from botocore import UNSIGNED
    from botocore.config import Config

    region = issuer.partition("://cognito-idp.")[2].partition(".")[0]
    return boto3.client("cognito-idp", region_name=region, config=Config(signature_version=UNSIGNED))


def _second_factor(cognito: Any, session: str, name: str, ask: Ask, tell: Callable[[str], None]) -> str:
    """Tie an authenticator app to the account; return the session to go on with."""
    given = cognito.associate_software_token(Session=session)
    secret = given["SecretCode"]
    tell(f"Add this to your authenticator app: {secret}")
    tell(f"or open otpauth://totp/Tweetserve:{quote(name)}?secret={secret}&issuer=Tweetserve")
    code = ask("The code that it shows", False)
    return str(cognito.verify_software_token(Session=given["Session"], UserCode=code)["Session"])


SAID = {
    "NotAuthorizedException": "This is not the name and password of somebody of the staff.",
    "UserNotFoundException": "This is not the name and password of somebody of the staff.",
    "CodeMismatchException": "That code is not right. Wait for the next one, and sign in again.",
    "EnableSoftwareTokenMFAException": "That code is not right. Wait for the next one, and sign in again.",
    "ExpiredCodeException": "That code is too old. Sign in again.",
    "InvalidPasswordException": "A password has 12 characters or more, with capitals, small letters, digits and signs.",
    "TooManyRequestsException": "That was too often. Wait a few minutes.",
}


def _refused(error: Any) -> Trouble:
    code = error.response["Error"]["Code"]
    return Trouble(SAID.get(code, f"The pool refused it ({code})."))


def _until(got: dict[str, Any]) -> float:
    return time.time() + float(got["ExpiresIn"])


# ---- what is kept ----


def _file() -> Path:
    return Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "tweetserve" / "desk.json"


def _kept() -> dict[str, dict[str, Any]]:
    """Return what is kept by address of the desk, where somebody has signed in last coming last."""
    try:
        found = json.loads(_file().read_text())
    except (FileNotFoundError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _keep(known: SignedIn) -> SignedIn:
    file, others = _file(), _kept()
    others.pop(known.url, None)
    file.parent.mkdir(parents=True, exist_ok=True)
    fresh = file.with_suffix(f".{os.getpid()}")
    fresh.touch(mode=0o600)
    fresh.write_text(json.dumps(others | {known.url: asdict(known)}))
    fresh.replace(file)
    return known
