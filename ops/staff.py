"""`tweetserve staff`: who may sit at the desk, for which teams."""

import json
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import Annotated, Any

import typer

from functions.shared.conversation.cases import TEAMS
from infra.layout import SUPERVISOR
from ops.place import Place, Trouble, at_place

ADD = """
AWS sends an invitation by e-mail. At the first sign-in they choose a password and set up a second factor. Who is there
already gets the teams in addition.

Examples:

  tweetserve staff add kim@example.com --team billing --team general --stage prod

  tweetserve staff add sam@example.com --supervisor --stage prod
"""

LIST = """
Examples:

  tweetserve staff list --stage prod

  tweetserve staff list --local
"""

REMOVE = """
What they have claimed goes back to the line when its lease runs out.

Examples:

  tweetserve staff remove kim@example.com --stage prod
"""

app = typer.Typer(
    add_completion=False, help="Who may sit at the desk.", no_args_is_help=True, rich_markup_mode="markdown"
)

Name = Annotated[str, typer.Argument(metavar="EMAIL", help="Whom.")]


@dataclass(frozen=True)
class Member:
    name: str
    teams: tuple[str, ...]
    role: str
    state: str = ""


@app.command(epilog=ADD)
@at_place
def add(
    place: Place,
    name: Name,
    team: Annotated[
        list[str] | None, typer.Option(help=f"One of {', '.join(TEAMS)}; may be said more than once.")
    ] = None,
    supervisor: Annotated[bool, typer.Option("--supervisor", help="Serves every team and sees them all.")] = False,
    *,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Invite somebody, or give them more teams."""
    groups = [*TEAMS, SUPERVISOR] if supervisor else team or []
    if unknown := sorted(set(groups) - {*TEAMS, SUPERVISOR}):
        raise Trouble(f"There is no team {', '.join(unknown)}: choose from {', '.join(TEAMS)}.")
    if not groups:
        raise Trouble("Say for which --team, or --supervisor.")
    if "@" not in name:
        raise Trouble(f"{name} is no e-mail address.")
    pool = pool_of(place)
    if not dry_run:
        invite(place.client("cognito-idp"), pool, name, groups)
    _tell({"dry_run": dry_run, "added": name, "groups": groups}, as_json, f"{name}: {', '.join(groups)}")


@app.command("list", epilog=LIST)
@at_place
def list_(place: Place, *, as_json: bool) -> None:
    """Say who is there."""
    found = members(place)
    if found is None:
        raise Trouble(elsewhere(place))
    lines = [f"{one.name}  {one.role}  {' '.join(one.teams)}  {one.state}".rstrip() for one in found]
    _tell({"staff": [asdict(one) for one in found]}, as_json, "\n".join(lines) or "Nobody.")


@app.command(epilog=REMOVE)
@at_place
def remove(place: Place, name: Name, *, dry_run: bool, as_json: bool) -> None:
    """Let somebody in no more, at once."""
    pool, cognito = pool_of(place), place.client("cognito-idp")
    try:
        if dry_run:
            cognito.admin_get_user(UserPoolId=pool, Username=name)
        else:
            cognito.admin_user_global_sign_out(UserPoolId=pool, Username=name)
            cognito.admin_delete_user(UserPoolId=pool, Username=name)
    except cognito.exceptions.UserNotFoundException:
        raise Trouble(f"{name} is not among the staff.") from None
    _tell({"dry_run": dry_run, "removed": name}, as_json, f"{'Would remove' if dry_run else 'Removed'} {name}.")


def pool_of(place: Place) -> str:
    """Return the id of the stack's pool. Raises Trouble where people are looked after elsewhere."""
    issuer = place.settings.get("sign_in_issuer", "")
    if place.local or "cognito-idp" not in issuer:
        raise Trouble(elsewhere(place))
    return issuer.rpartition("/")[2]


def elsewhere(place: Place) -> str:
    if place.local:
        return "The demo staff of `tweetserve local` are always the same: agent-1, agent-2, supervisor-1."
    return f"Staff of {place.name} sign in at {place.settings.get('sign_in_issuer')}: add them there, with `teams`."


def members(place: Place) -> list[Member] | None:
    """Return the staff, None where another issuer knows them."""
    if place.local:
        from local.demo.staff import STAFF

        return [_from_claims(name, claims) for name, claims in STAFF.items()]
    try:
        pool = pool_of(place)
    except Trouble:
        return None
    return _in_pool(place.client("cognito-idp"), pool)


def _from_claims(name: str, claims: dict[str, str]) -> Member:
    return Member(name, tuple(claims["teams"].strip("[]").split()), claims["role"])


def _in_pool(cognito: Any, pool: str) -> list[Member]:
    groups: dict[str, list[str]] = {}
    for group in (*TEAMS, SUPERVISOR):
        pages = cognito.get_paginator("list_users_in_group").paginate(UserPoolId=pool, GroupName=group)
        for user in (user for page in pages for user in page["Users"]):
            groups.setdefault(user["Username"], []).append(group)
    found = []
    for page in cognito.get_paginator("list_users").paginate(UserPoolId=pool):
        for user in page["Users"]:
            email = next((one["Value"] for one in user["Attributes"] if one["Name"] == "email"), user["Username"])
            theirs = groups.get(user["Username"], [])
            role = SUPERVISOR if SUPERVISOR in theirs else "agent"
            teams = tuple(group for group in theirs if group != SUPERVISOR)
            found.append(Member(email, teams, role, user["UserStatus"].lower().replace("_", " ")))
    return found


def invite(cognito: Any, pool: str, name: str, groups: list[str]) -> None:
    attributes = [{"Name": "email", "Value": name}, {"Name": "email_verified", "Value": "true"}]
    with suppress(cognito.exceptions.UsernameExistsException):
        cognito.admin_create_user(
            UserPoolId=pool, Username=name, UserAttributes=attributes, DesiredDeliveryMediums=["EMAIL"]
        )
    for group in groups:
        cognito.admin_add_user_to_group(UserPoolId=pool, Username=name, GroupName=group)


def _tell(answer: dict[str, Any], as_json: bool, said: str) -> None:
    typer.echo(json.dumps(answer, indent=2) if as_json else said)
