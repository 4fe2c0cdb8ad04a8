"""The demo's staff, each by a bearer token that is their name."""

from infra.layout import TEAMS


def claims(subject: str, role: str, *teams: str) -> dict[str, str]:
    return {"sub": subject, "teams": " ".join(teams), "role": role}


STAFF = {
    staff["sub"]: staff
    for staff in (
        claims("agent-1", "agent", "billing", "general"),
        claims("agent-2", "agent", "devices", "sales"),
        claims("supervisor-1", "supervisor", *TEAMS),
    )
}
"""The claims of a demo token, the bearer token being the name."""
