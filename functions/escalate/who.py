"""Who asks the desk: what the authorizer of API Gateway has verified, as somebody at the desk."""

import re
from typing import Any

from functions.escalate.contract import ErrorAnswer
from functions.escalate.desk_api import Refusal, Role, Staff
from functions.shared.conversation.cases import TEAMS

SUPERVISOR = "supervisor"
"""The group, or the role, that serves every team."""


def staff_in(event: dict[str, Any]) -> Staff:
    """Raises Refusal for who is nobody here."""
    claims = event["requestContext"].get("authorizer", {}).get("jwt", {}).get("claims", {})
    if not claims.get("sub"):
        raise Refusal(401, ErrorAnswer(error="Sign in first."))
    named = names_in(claims.get("teams") or claims.get("cognito:groups"))
    supervises = SUPERVISOR in named | names_in(claims.get("role"))
    teams = tuple(team for team in TEAMS if team in named or supervises)
    if not teams:
        raise Refusal(403, ErrorAnswer(error="You are in no team: ask whoever runs this to add you to one."))
    role: Role = "supervisor" if supervises else "agent"
    return Staff(str(claims["sub"]), tuple(team for team in teams if team != "urgent"), role)


def names_in(claim: object) -> set[str]:
    """Read the names in a claim: a list, or how others write one, `[billing general]` (API Gateway), `["billing"]`."""
    written = " ".join(map(str, claim)) if isinstance(claim, list) else str(claim or "")
    return {name.casefold() for name in re.split(r'[\s,;"\'\[\]]+', written) if name}
