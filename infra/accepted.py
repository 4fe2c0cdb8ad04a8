"""Findings of cdk-nag that stay, each with the reason why."""

import aws_cdk as cdk
from constructs import IConstruct


def accept(construct: IConstruct, reason: str, *findings: str) -> None:
    """Let findings stand on a construct and what is in it. The reason is for a stranger."""
    cdk.Validations.of(construct).acknowledge(*(cdk.Acknowledgment(id=finding, reason=reason) for finding in findings))
