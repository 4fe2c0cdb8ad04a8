"""A stage is a file, infra/stages/<stage>.toml: CDK builds from it, and the commands' `--stage` reads it."""

import tomllib
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

FOLDER = Path(__file__).with_name("stages")

type Arn = Annotated[str, Field(pattern="^arn:")]

type Listener = Annotated[str, Field(pattern=r"^(https://[^\s,]+|[A-Za-z0-9._-]{1,256})$")]


class NoStage(Exception):
    """There is no such stage, or its file makes no sense; the message says what to do."""


class Given(BaseModel):
    """What stands in a file: names that nobody knows are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class Domain(Given):
    """A name of one's own. X's webhook URL can never be changed, but a name can move to another API."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9.-]+\.[a-z]+$")]
    certificate_arn: Arn


class SignIn(Given):
    """Who says who is staff: an OpenID Connect issuer, and the audience of its tokens."""

    issuer: str
    audience: str
    hosts: tuple[Annotated[str, Field(pattern=r"^[a-z0-9.-]+$")], ...] = ()
    """What a browser talks to for signing in, besides the issuer's own host."""


class Hearers(Given):
    """The e-mail addresses that hear of alarms, by how urgent they are."""

    wake: tuple[str, ...] = ()
    morning: tuple[str, ...] = ()


class Stage(Given):
    """Everything that differs between stages."""

    name: Annotated[str, Field(pattern="^[a-z][a-z0-9-]*$")]
    brand_id: Annotated[str, Field(pattern="^[0-9]{1,20}$")]
    """The numeric X id whose DMs are answered, never the handle."""
    account: Annotated[str, Field(pattern="^[0-9]{12}$")] | None = None
    region: str | None = None
    """Where the stage is, and nowhere else; without them wherever the credentials lead."""
    keeps_data: bool
    """Data and logs outlive the stack, and nobody deletes a table by mistake."""
    log_days: Literal[7, 30, 90, 180, 365]
    customers_at_once: Annotated[int, Field(ge=2, le=1000)]
    """How many customers are answered at the same moment."""
    requests_per_second: Annotated[int, Field(ge=1)]
    """To each route but /webhook."""
    webhooks_at_once: Annotated[int, Field(ge=0)] = 0
    """Of the account's Lambda concurrency what is the webhook's, no less and no more; 0 = no share of its own."""
    hours_between_loads: Annotated[int, Field(ge=0, le=24 * 31)] = 24
    """How often account data is loaded: two hours later an alarm rings; 0 = none does."""
    look_ups: Literal["certain", "cheap"] = "certain"
    """Whether X is asked for each DM again, or for the newest alone as long as it has come: doctor tells the prices."""
    domain: Domain | None = None
    sign_in: SignIn | None = None
    """Without one a Cognito pool is made."""
    alarms: Hearers = Hearers()
    sms_sender: Arn | None = None
    """What text messages come from; without it no code is sent."""
    events: tuple[Listener, ...] = ()
    """Who is told of each change of a case: URLs, and EventBridge buses of this account and region by their names."""
    events_words: bool = False
    """Events say what was said as well."""
    x_api_url: str | None = None
    """Another X, for trials."""
    service_table: str | None = None
    """The restored table that is worked on in place of the stack's own: `tweetserve restore` names it here."""

    @property
    def stack(self) -> str:
        return f"tweetserve-{self.name}"


def file_of(name: str) -> Path:
    return FOLDER / f"{name}.toml"


def names() -> list[str]:
    return sorted(file.stem for file in FOLDER.glob("*.toml"))


def read(name: str, **said: object) -> Stage:
    """Return a stage; what is said beside the file stands in its place. Raises NoStage."""
    if name not in names():
        raise NoStage(f"There is no stage {name!r}: infra/stages has {', '.join(names())}.")
    file = file_of(name)
    try:
        return Stage.model_validate(tomllib.loads(file.read_text(encoding="utf-8")) | said | {"name": name})
    except tomllib.TOMLDecodeError as error:
        raise NoStage(f"infra/stages/{file.name} is no TOML: {error}.") from None
    except ValidationError as error:
        wrong = "; ".join(_said(one) for one in error.errors(include_url=False, include_input=False))
        raise NoStage(f"infra/stages/{file.name}: {wrong}.") from None


def _said(error: Any) -> str:
    *around, last = map(str, error["loc"])
    where = ".".join([*around, last])
    match error["type"]:
        case "extra_forbidden":
            return f"there is no setting {where}{_meant(around, last)}"
        case "missing":
            return f"{where} is missing"
        case _:
            return f"{where}: {error['msg']}"


def _meant(around: list[str], name: str) -> str:
    inner: dict[str, type[Given]] = {"domain": Domain, "sign_in": SignIn, "alarms": Hearers}
    known = inner.get(around[0], Stage) if around else Stage
    close = get_close_matches(name, known.model_fields, n=1)
    return f" (did you mean {close[0]}?)" if close else ""
